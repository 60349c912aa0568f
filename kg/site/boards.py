"""Leaderboards: the comparable results on a dataset by a metric, best first, and the best value over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from kg.graph.statements import COMPARABLE
from kg.site.charts import best_over_time
from kg.site.source import Source, View
from kg.text.spellings import readable
from kg.vocabulary import KG

_SHOWN = 200
_READ = 2000
_LISTED = 500
_OTHERS = 12


class Row(NamedTuple):
    """A result on a leaderboard: ``value`` on the board's one scale, ``rank`` shared by equal values."""

    rank: int
    value: Decimal
    reported: str
    method: str | None
    method_iri: str | None
    own: bool
    paper: str
    title: str
    year: int | None
    confidence: float
    sentence: str


def board_path(source: Source, dataset: str, metric: str) -> str:
    """The path of the leaderboard of a dataset and a metric, by their IRIs."""
    slugs = [iri.removeprefix(f"{source.base}{kind}/") for iri, kind in ((dataset, "dataset"), (metric, "metric"))]
    return "/leaderboard/" + "/".join(slugs)


def board_view(source: Source, dataset: str, metric: str) -> View:
    """The leaderboard of a dataset and a metric."""
    better = source.reader.value(metric, KG + "better")
    found = source.board(dataset, metric, better, _READ)
    rows = ranked(found, better)
    names = readable(source.reader.name(dataset)), readable(source.reader.name(metric))
    values = [
        (row.year, float(row.value), f"{row.reported}, {row.method or readable(row.title)}, {row.year}") for row in rows
    ]
    return View(
        "board.html",
        f"{names[1]} on {names[0]}",
        {
            "dataset": (dataset, names[0]),
            "metric": (metric, names[1]),
            "better": better,
            "rows": rows[:_SHOWN],
            "in_all": len(rows),
            "chart": best_over_time(
                [(year, value, label) for year, value, label in values if year], better or "higher", unit_of(found)
            ),
            "others": [
                other
                for other in source.boards_of(dataset, "dataset", _OTHERS)
                if (other.dataset_iri, other.metric_iri) != (dataset, metric)
            ],
            "behind": {
                "leaderboard": source.behind("leaderboard", dataset=dataset, metric=metric, limit=_SHOWN),
                "progress": source.behind("progress", dataset=dataset, metric=metric),
            },
        },
    )


def unit_of(rows: Sequence[Mapping[str, str]]) -> str:
    """The unit of a board's values: "%" where some are percentages, for all of them are then."""
    return "%" if any(row.get("unit") == "%" for row in rows) else ""


def ranked(rows: Sequence[Mapping[str, str]], better: str | None) -> list[Row]:
    """The rows of a board from the best on; where some are percentages, shares are made percentages too.

    A metric of which no better values are known has no order: its rows stay in that of their papers.
    """
    percent = unit_of(rows) == "%"

    def scaled(row: Mapping[str, str]) -> Decimal:
        value = Decimal(row["value"])
        return 100 * value if percent and "unit" not in row and value <= 1 else value

    sign = 1 if better == "lower" else -1 if better == "higher" else 0
    in_order = sorted(rows, key=lambda row: (sign * scaled(row), readable(row["title"]), row["result"]))
    found: list[Row] = []
    for place, row in enumerate(in_order, start=1):
        value = scaled(row)
        found.append(
            Row(
                rank=found[-1].rank if found and found[-1].value == value else place,
                value=value,
                reported=row["reported"],
                method=row.get("method"),
                method_iri=row.get("ofMethod"),
                own="own" in row,
                paper=row["paper"],
                title=row["title"],
                year=int(row["year"]) if "year" in row else None,
                confidence=float(row["confidence"]),
                sentence=row.get("sentence", ""),
            )
        )
    return found


def boards_view(source: Source) -> View:
    """All leaderboards, those of the most papers first."""
    boards = source.boards
    return View(
        "boards.html",
        "Leaderboards",
        {
            "boards": boards[:_LISTED],
            "in_all": len(boards),
            "least": COMPARABLE,
            "behind": source.behind("boards", limit=_LISTED),
        },
    )
