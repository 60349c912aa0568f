"""Papers side by side: a row for each paper and method, a column for each metric on a dataset."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kg.site.source import Source, View
from kg.text.names import one_line
from kg.text.spellings import readable

_PAPERS, _COLUMNS = 20, 12


class Cell(NamedTuple):
    """A value in the table, with the sentence that it was read from."""

    value: str
    sentence: str


class Line(NamedTuple):
    """A row of the table: ``cells`` has the values for each column."""

    paper: str
    title: str
    year: str
    method: str
    cells: tuple[tuple[Cell, ...], ...]


class Table(NamedTuple):
    """Papers and methods by metrics; ``columns`` are pairs of metric and dataset."""

    columns: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    left_out: int


def compare_view(source: Source, query: Mapping[str, str]) -> View:
    """What some papers report, side by side: those given (``papers``), or those with results on a ``dataset``."""
    dataset = source.one(query["dataset"][:300], ("dataset",)) if query.get("dataset") else None
    if dataset:
        papers = list(dict.fromkeys(row["paper"] for row in source.results(dataset, "dataset", 60)))
    else:
        given = re.split(r"[\s,]+", query.get("papers", "")[:10_000])
        found = (source.iri(f"/paper/{slug.removeprefix('/paper/')}") for slug in given if slug)
        papers = [iri for iri in dict.fromkeys(found) if iri]
    papers = papers[:_PAPERS]
    rows = source.rows("compare-papers", papers=" ".join(papers)) if papers else []
    if dataset:
        rows = [row for row in rows if row.get("onDataset") == dataset]
    table = tabled([row for row in rows if row["relative"] == "false"])
    name = readable(source.reader.name(dataset)) if dataset else ""
    return View(
        "compare.html",
        f"Compared on {name}" if name else "Compare papers",
        {
            "dataset": (dataset, name) if dataset else None,
            "chosen": [(iri, source.reader.name(iri)) for iri in papers],
            "table": table,
            "copies": {"Markdown": markdown(table), "LaTeX": latex(table), "CSV": comma_separated(table)},
            "behind": source.behind("compare-papers", papers=" ".join(papers)) if papers else None,
            "slugs": [(source.path(iri) or "").removeprefix("/paper/") for iri in papers],
        },
    )


def tabled(rows: Sequence[Mapping[str, str]]) -> Table:
    """Rows of results as a table: the columns of the most papers first, at most twelve."""
    papers_of: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        papers_of.setdefault(_column(row), set()).add(row["paper"])
    columns = sorted(papers_of, key=lambda column: (-len(papers_of[column]), column))[:_COLUMNS]
    lines: dict[tuple[str, str], Line] = {}
    cells: dict[tuple[str, str], dict[tuple[str, str], list[Cell]]] = {}
    for row in rows:
        key = row["paper"], readable(row.get("method", ""))
        lines.setdefault(key, Line(row["paper"], readable(row["title"]), row.get("year", ""), key[1], ()))
        cell = Cell(readable(row["reported"]), readable(row.get("sentence", "")))
        values = cells.setdefault(key, {}).setdefault(_column(row), [])
        if cell not in values:
            values.append(cell)
    filled = [
        line._replace(cells=tuple(tuple(cells[key].get(column, ())) for column in columns))
        for key, line in lines.items()
    ]
    shown = tuple(line for line in filled if any(line.cells))
    return Table(tuple(columns), shown, len(papers_of) - len(columns))


def _column(row: Mapping[str, str]) -> tuple[str, str]:
    return readable(row.get("metric", "")) or "no metric", readable(row.get("dataset", ""))


def _plain(table: Table) -> list[list[str]]:
    header = ["paper", "method", "year", *(f"{metric} ({on})" if on else metric for metric, on in table.columns)]
    return [
        [one_line(text) for text in line]
        for line in (
            header,
            *(
                [
                    line.title,
                    line.method,
                    line.year,
                    *(" / ".join(cell.value for cell in cells) for cells in line.cells),
                ]
                for line in table.lines
            ),
        )
    ]


def markdown(table: Table) -> str:
    """The table as GitHub's Markdown has it."""
    lines = [
        [text.replace("\\", "\\\\").replace("|", r"\|").replace("<", "&lt;") for text in line] for line in _plain(table)
    ]
    rows = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([rows[0], "|" + " --- |" * len(lines[0]), *rows[1:]]) + "\n"


_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)


def latex(table: Table) -> str:
    """The table as LaTeX's tabular."""
    lines = [" & ".join(text.translate(_LATEX) for text in line) + r" \\" for line in _plain(table)]
    columns = "ll" + "r" * (len(table.columns) + 1)
    return "\n".join(
        [
            rf"\begin{{tabular}}{{{columns}}}",
            r"\hline",
            lines[0],
            r"\hline",
            *lines[1:],
            r"\hline",
            r"\end{tabular}",
            "",
        ]
    )


def comma_separated(table: Table) -> str:
    """The table as CSV (RFC 4180, with line feeds)."""
    output = io.StringIO()
    csv.writer(output, lineterminator="\n").writerows(_plain(table))
    return output.getvalue()
