"""Tables for a terminal, and answers to queries as such tables."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING

from kg.errors import QueryError
from kg.vocabulary import PREFIXES, resource_prefixes

if TYPE_CHECKING:
    from kg.ask.sparql import Answer

TABLE = "table"


def write_answer(answer: Answer, stream: IO[bytes], format: str | None = None) -> None:
    """Write the answer to a query for a person or in a format of files.

    Args:
        answer: the answer.
        stream: takes bytes; a table is drawn to the width of the terminal if it is one.
        format: "table" or one of ``answer.formats``; by default a table on a terminal and CSV elsewhere, for a graph
            Turtle.

    Raises:
        QueryError: the format does not fit the kind of answer; names those that fit.
    """
    if answer.kind == "graph":
        answer.write(stream, format or "turtle")
    elif format == TABLE or (format is None and stream.isatty()):
        stream.write(_drawn(answer, terminal=stream.isatty()).encode())
    else:
        try:
            answer.write(stream, format or "csv")
        except QueryError as error:
            raise QueryError(f"{error}, {TABLE}") from None


def _drawn(answer: Answer, terminal: bool) -> str:
    from kg.ask.sparql import is_number, shortened

    if answer.kind == "ask":
        return "yes\n" if answer.truth else "no\n"
    prefixes = PREFIXES | resource_prefixes(answer.base)
    rows = list(answer.rows())
    cells = [[shortened(term, prefixes) for term in row] for row in rows]
    columns = zip(*rows, strict=True) if rows else ((),) * len(answer.variables)
    known = [[term for term in column if term is not None] for column in columns]
    numeric = [bool(column) and all(map(is_number, column)) for column in known]
    draw = _terminal_table if terminal else plain_table
    return draw(answer.variables, cells, numeric)


def print_counts(title: str, counts: Mapping[str, object], *, to_stderr: bool) -> None:
    """A two-column table of names and numbers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE, show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}" if isinstance(count, int) else str(count))
    Console(stderr=to_stderr, highlight=False).print(table)


def plain_table(header: Sequence[str], cells: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    """Columns of even width, two spaces apart, no cell cut: for files, pipes and tests."""
    widths = [max([len(name), *(len(row[column]) for row in cells)]) for column, name in enumerate(header)]

    def line(row: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        return "  ".join(padded).rstrip() + "\n"

    rule = ["-" * width for width in widths]
    return "".join(line(row) for row in [header, rule, *cells])


def _terminal_table(header: Sequence[str], cells: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    """Columns drawn by rich to the width of the terminal, long cells folded."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    for name, right in zip(header, numeric, strict=True):
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    drawing = io.StringIO()
    Console(file=drawing, force_terminal=True).print(table)
    return drawing.getvalue()
