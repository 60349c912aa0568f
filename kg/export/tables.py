"""Tables as people paste them into documents: Markdown, LaTeX and CSV, every cell as text.

>>> import sys
>>> table = Table(("method", "top-1"), (("A_Net", "93.5%"), ("B & C", "")), (False, True))
>>> write_markdown(table, sys.stdout.buffer)  # doctest: +SKIP
| method | top-1 |
| --- | ---: |
| A\\_Net | 93.5% |
| B \\& C |  |
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, TypeAlias

import pyoxigraph as ox

from kg.jsonrecord import Record
from kg.text.names import one_line
from kg.text.spellings import readable
from kg.vocabulary import XSD

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

INTEGERS = frozenset(XSD + name for name in ("integer", "int", "long", "nonNegativeInteger", "gYear"))
DECIMALS = frozenset(XSD + name for name in ("decimal", "double", "float"))
_NUMBERS = INTEGERS | DECIMALS

# What CommonMark (section 2.4) or its tables, strike-through and formulas on code hosts would read as markup.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~$&]")
_ADDRESS = re.compile(r"https?://[^\s<>|]+")


@dataclass(frozen=True, slots=True)
class Table(Record):
    """Cells of text under a header; ``numeric`` says which columns hold numbers, which are put to the right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]


def shown_term(term: Term | None) -> str:
    """A term for people: an IRI in full, a literal by its text as it reads, on one line, nothing for ``None``."""
    if term is None:
        return ""
    if isinstance(term, ox.Literal):
        return one_line(readable(term.value))
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def is_number(term: Term | None) -> bool:
    """Whether a term is a literal of a numeric type or a year."""
    return isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS


def table_of(
    header: Sequence[str],
    rows: Iterable[Sequence[Term | None]],
    shown: Callable[[Term | None], str] = shown_term,
) -> Table:
    """The rows of an answer as a table.

    Args:
        header: the names of the columns.
        rows: terms; ``None`` where a variable is unbound.
        shown: gives the text of a cell.
    """
    cells: list[tuple[str, ...]] = []
    numbers, others = [False] * len(header), [False] * len(header)
    for row in rows:
        cells.append(tuple(map(shown, row)))
        for column, term in enumerate(row):
            numbers[column] |= is_number(term)
            others[column] |= term is not None and not is_number(term)
    numeric = (number and not other for number, other in zip(numbers, others, strict=True))
    return Table(tuple(header), tuple(cells), tuple(numeric))


def write_markdown(table: Table, output: IO[bytes]) -> None:
    """Write a table of GitHub Flavored Markdown (its specification, section 4.10). Addresses become links."""
    rule = ["---:" if number else "---" for number in table.numeric]
    lines = [list(map(_markdown, table.header)), rule, *(list(map(_markdown, row)) for row in table.rows)]
    for line in lines:
        output.write(f"| {' | '.join(line)} |\n".encode())


def _markdown(cell: str) -> str:
    return f"<{cell}>" if _ADDRESS.fullmatch(cell) else _MARKUP.sub(r"\\\g<0>", cell)


def write_latex(table: Table, output: IO[bytes]) -> None:
    """Write a ``tabular`` environment of LaTeX, which needs no package."""
    columns = "".join("r" if number else "l" for number in table.numeric)
    output.write(f"\\begin{{tabular}}{{{columns}}}\n\\hline\n{_latex_row(table.header)}\\hline\n".encode())
    for row in table.rows:
        output.write(_latex_row(row).encode())
    output.write(b"\\hline\n\\end{tabular}\n")


def _latex_row(cells: Iterable[str]) -> str:
    row = " & ".join(map(_latex, cells))
    # After the end of a row LaTeX would read a bracket or a star as an option of it.
    return f"{'{}' if row.startswith(('[', '*')) else ''}{row} \\\\\n"


def _latex(cell: str) -> str:
    from pylatexenc.latexencode import unicode_to_latex  # loaded only here, because few answers are LaTeX

    # What it does not know is kept, for XeLaTeX and LuaLaTeX.
    return str(unicode_to_latex(cell, unknown_char_policy="keep", unknown_char_warning=False))


def write_csv(table: Table, output: IO[bytes]) -> None:
    """Write CSV (RFC 4180), with line feeds as its line ends."""
    write_row = csv_rows(codecs.getwriter("utf-8")(output, "replace").write)
    for row in (table.header, *table.rows):
        write_row(row)


def csv_rows(write: Callable[[str], object]) -> Callable[[Iterable[object]], None]:
    """What writes a row of CSV (RFC 4180) as a line that ends in a line feed.

    >>> lines = []
    >>> _ = csv_rows(lines.append)(["FrogNet", "two\\rlines", 1])
    >>> lines
    ['FrogNet,"two\\rlines",1\\n']
    """
    return csv.writer(_Lines(write)).writerow


class _Lines:
    """Takes rows that end as RFC 4180 says: of other ends, the writer leaves a carriage return in a cell unquoted."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def write(self, row: str) -> None:
        self._write(row.removesuffix("\r\n") + "\n")
