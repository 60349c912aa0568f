"""Tables for a terminal, and answers to queries as such tables."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import IO, TYPE_CHECKING

from kg.errors import KGError, QueryError
from kg.terminal.output import has_styles, printable, width
from kg.vocabulary import PREFIXES, resource_prefixes

if TYPE_CHECKING:
    from kg.ask.sparql import Answer
    from kg.export.tables import Table

TABLE = "table"


def write_answer(
    answer: Answer,
    stream: IO[bytes],
    format: str | None = None,
    encoding: str = "utf-8",
    layout: Callable[[Answer], Table] | None = None,
) -> None:
    """Write the answer to a query for a person or in a format of files.

    Args:
        answer: the answer.
        stream: takes bytes; a table is drawn to the width of the terminal if it is one.
        format: "table" or one of ``answer.formats``; by default a table on a terminal and CSV elsewhere, for a graph
            Turtle.
        encoding: that of a table; a character that it lacks becomes a question mark.
        layout: makes the table of rows that are not to be shown as they are; formats for programs have the rows.

    Raises:
        QueryError: the format does not fit the kind of answer; names those that fit.
    """
    if answer.kind == "graph":
        answer.write(stream, format or "turtle")
    elif format == TABLE or (format is None and stream.isatty()):
        stream.write(_drawn(answer, encoding, stream.isatty(), layout))
    elif layout and (write := _writer_of_tables(format or "csv")):
        write(layout(answer), stream)
    else:
        try:
            answer.write(stream, format or "csv")
        except QueryError as error:
            if "choose from" not in str(error):  # of a plug-in
                raise
            raise QueryError(f"{error}, {TABLE}") from None


def _writer_of_tables(format: str) -> Callable[[Table, IO[bytes]], None] | None:
    from kg.export.formats import find_format

    try:
        return find_format(format, "table").write_table
    except KGError:
        return None


def _drawn(answer: Answer, encoding: str, terminal: bool, layout: Callable[[Answer], Table] | None) -> bytes:
    if answer.kind == "ask":
        return b"yes\n" if answer.truth else b"no\n"
    table = (layout or _as_rows)(answer)
    if terminal:
        return _terminal_table(table.header, table.rows, table.numeric, encoding)
    return plain_table(table.header, table.rows, table.numeric).encode(encoding, "replace")


def _as_rows(answer: Answer) -> Table:
    """The rows of an answer, IRIs by their prefixes."""
    from kg.ask.sparql import shortened
    from kg.export.tables import table_of

    prefixes = PREFIXES | resource_prefixes(answer.base)
    return table_of(answer.variables, answer.rows(), lambda term: shortened(term, prefixes))


def print_table(header: Sequence[str], cells: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
    """A table on standard output, on a terminal drawn to its width."""
    if sys.stdout.isatty():
        print(_terminal_table(header, cells, numeric, sys.stdout.encoding).decode(sys.stdout.encoding), end="")
    else:
        print(plain_table(header, cells, numeric), end="")


def print_counts(title: str, counts: Mapping[str, object], *, to_stderr: bool) -> None:
    """A two-column table of names and numbers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(printable(title)), box=box.SIMPLE, show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for name, count in counts.items():
        table.add_row(Text(name), Text(f"{count:,}" if isinstance(count, int) else printable(str(count))))
    stream = sys.stderr if to_stderr else sys.stdout
    Console(file=stream, force_terminal=has_styles(stream), width=width(), highlight=False).print(table)


def plain_table(header: Sequence[str], cells: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    """Columns of even width, two spaces apart, no cell cut: for files, pipes and tests."""
    cells = [[printable(cell) for cell in row] for row in cells]
    widths = [max([len(name), *(len(row[column]) for row in cells)]) for column, name in enumerate(header)]

    def line(row: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        return "  ".join(padded).rstrip() + "\n"

    rule = ["-" * width for width in widths]
    return "".join(line(row) for row in [header, rule, *cells])


def _terminal_table(
    header: Sequence[str], cells: Sequence[Sequence[str]], numeric: Sequence[bool], encoding: str
) -> bytes:
    """Columns drawn by rich to the width of the terminal, long cells folded."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    for name, right in zip(header, numeric, strict=True):
        table.add_column(Text(name), justify="right" if right else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(printable(cell)) for cell in row))
    drawing = io.BytesIO()
    file = io.TextIOWrapper(drawing, encoding, "replace")
    Console(file=file, force_terminal=has_styles(sys.stdout), width=width()).print(table)
    file.flush()
    return drawing.getvalue()
