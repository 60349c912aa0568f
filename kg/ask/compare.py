"""Papers and methods side by side: the answer of the question ``compare`` with a column for each metric.

>>> comparison = graph.compare("CIFAR-10")  # doctest: +SKIP
>>> comparison.metrics, comparison.rows[0].values["accuracy"][0].reported  # doctest: +SKIP
(('accuracy', 'error rate'), '93.5%')
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from kg.export.formats import find_format, output_stream
from kg.export.tables import Table
from kg.jsonrecord import Record
from kg.text.names import one_line
from kg.text.spellings import readable

if TYPE_CHECKING:
    from kg.ask.sparql import Answer

COMPARE = "compare"
"""The name of the question."""

_Found = Mapping[str, Any]
"""A row of the question's answer."""


@dataclass(frozen=True, slots=True)
class ComparedValue(Record):
    """A value as written. ``comparable`` is whether leaderboards rank it, ``confidence`` how probably it was read right
    from ``sentence``; a value that people curated has neither."""

    reported: str
    comparable: bool
    confidence: float | None
    sentence: str | None


@dataclass(frozen=True, slots=True)
class ComparedRow(Record):
    """What one paper reports for one method on one dataset in the same settings.

    ``method`` is the preferred name of the method, ``None`` where the paper gives none for its values; ``whose`` is
    "own" if the paper introduces it, else "other". ``paper`` and ``method_iri`` are IRIs. ``values`` are by metric; one
    without values is absent. ``settings`` are words that state how the values came about, in one text.
    """

    method: str | None
    method_iri: str | None
    whose: str | None
    paper: str
    title: str
    year: int | None
    dataset: str
    settings: str
    values: dict[str, tuple[ComparedValue, ...]]

    def shown(self, metric: str) -> str:
        """The values of a metric in one text; those that leaderboards do not rank have a question mark."""
        return "; ".join(
            f"{value.reported}{'' if value.comparable else ' (?)'}" for value in self.values.get(metric, ())
        )


@dataclass(frozen=True, slots=True)
class Comparison(Record):
    """Rows by metric: ``metrics`` are the columns, those with the most values first.

    The rows are sorted by their values of the first metric, the best first, then of the next one.
    """

    metrics: tuple[str, ...]
    rows: tuple[ComparedRow, ...]

    def table(self) -> Table:
        """The comparison as a table; a single dataset and empty settings are left out."""
        further = {
            "dataset": len({row.dataset for row in self.rows}) > 1,
            "settings": any(row.settings for row in self.rows),
        }
        told = [name for name, is_shown in further.items() if is_shown]
        header = ("method", "paper", "year", *told, *self.metrics)
        rows = (
            (
                row.method or "",
                row.title,
                str(row.year or ""),
                *(getattr(row, name) for name in told),
                *map(row.shown, self.metrics),
            )
            for row in self.rows
        )
        cells = tuple(tuple(one_line(readable(cell)) for cell in row) for row in rows)
        return Table(header, cells, tuple(name in ("year", *self.metrics) for name in header))

    def _repr_html_(self) -> str:
        """The comparison as a notebook shows it."""
        from kg.ask.notebook import comparison_html

        return comparison_html(self)

    def write(self, output: IO[bytes] | str | Path, format: str) -> None:
        """Write the table as a file.

        Args:
            output: a path, or a stream that takes bytes.
            format: "markdown", "latex" or "csv".

        Raises:
            KGError: the format does not exist or is not one of tables, or the output cannot be written.
        """
        write_table = find_format(format, "table").write_table
        assert write_table
        with output_stream(output) as stream:
            write_table(self.table(), stream)


def compared(answer: Answer) -> Comparison:
    """The answer of the question as a comparison."""
    found: list[_Found] = list(answer.records())
    metrics = tuple(dict.fromkeys(row["metric"] for row in found))
    ranks = {metric: _ranks([row for row in found if row["metric"] == metric]) for metric in metrics}
    rows: dict[tuple[Any, ...], list[_Found]] = {}
    for each in found:
        rows.setdefault((each["paper"], each["ofMethod"], each["on"], each["settings"]), []).append(each)

    def order(same: Sequence[_Found]) -> tuple[Any, ...]:
        best = (
            min((ranks[metric][row["reported"]] for row in same if row["metric"] == metric), default=len(found))
            for metric in metrics
        )
        return (*best, same[0]["title"], same[0]["method"] or "", same[0]["on"], same[0]["settings"] or "")

    return Comparison(metrics, tuple(_row(same) for same in sorted(rows.values(), key=order)))


def _row(same: Sequence[_Found]) -> ComparedRow:
    values: dict[str, dict[str, ComparedValue]] = {}
    for row in same:
        value = ComparedValue(row["reported"], row["comparable"], row["confidence"], row["sentence"])
        values.setdefault(row["metric"], {}).setdefault(value.reported, value)
    first = same[0]
    return ComparedRow(
        method=first["method"],
        method_iri=first["ofMethod"],
        whose=first["whose"],
        paper=first["paper"],
        title=first["title"],
        year=first["year"],
        dataset=first["on"],
        settings=first["settings"] or "",
        values={metric: tuple(reported.values()) for metric, reported in values.items()},
    )


def _ranks(found: Iterable[_Found]) -> dict[str, int]:
    """The place of each value of one metric among all: 0 for the best. Where some are percentages, shares are too."""
    rows = list(found)
    percentages = any(row["unit"] == "%" for row in rows)

    def scaled(row: _Found) -> float:
        value: float | None = row["value"]
        if value is None:  # a range
            return float("inf")
        share = percentages and row["unit"] is None and value <= 1
        return (100 * value if share else value) * (1 if row["better"] == "lower" else -1)

    ordered = sorted({scaled(row) for row in rows})
    return {row["reported"]: ordered.index(scaled(row)) for row in rows}
