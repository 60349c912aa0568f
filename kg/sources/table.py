"""CSV (RFC 4180) and TSV with a header: of Zotero, Scopus, Web of Science, and any with a title and an abstract.

Columns are found by their names, see :mod:`kg.sources.columns`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import partial

from kg.errors import InputError
from kg.records import Paper
from kg.sources.columns import Columns, key
from kg.sources.entries import Entry, cleaned_papers, entry_of
from kg.sources.markup import Texts
from kg.sources.reader import Reader, Source, Warn, first_text
from kg.text.lines import LINE_LIMIT, numbered_lines

_EXPECTED = "a table with a header"
_SEPARATORS = "\t,;|"
_IN_MARKDOWN = re.compile(r"\s*\||[^\n]*\n[\s|:-]+\Z")
_EXCEL = re.compile(r"sep=(.)\s*", re.IGNORECASE)


def header_of(line: str, columns: Mapping[str, str]) -> tuple[str, Columns] | None:
    """The separator of a header and its columns; ``None`` for a line that names neither title nor abstract."""
    best: tuple[str, Columns] | None = None
    for separator in _SEPARATORS:
        if separator not in line or line.startswith("#"):
            continue
        try:
            names = next(csv.reader([line], delimiter=separator), [])
        except csv.Error:
            continue
        found = Columns(names, columns)
        known = {key(name) for name in columns.values()} & set(map(key, names))
        if (len(found.missing) < 2 or known) and (best is None or len(found.missing) < len(best[1].missing)):
            best = separator, found
    return best


def recognises(columns: Mapping[str, str], head: bytes, name: str) -> bool:
    """Whether an input begins with a header that names a title or an abstract, or a column that the user names."""
    lines = first_text(head).splitlines() or [""]
    if _EXCEL.fullmatch(lines[0]):
        lines = lines[1:]
    found = header_of(lines[0], columns) if lines else None
    return found is not None and not (found[0] == "|" and _IN_MARKDOWN.match("\n".join(lines[:2])))


def read(columns: Mapping[str, str], source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a table.

    Raises:
        InputError: no column holds a title, or none an abstract; or no row is a paper.
    """
    skipped: list[str] = []
    lines = numbered_lines(source.stream, source.place, _EXPECTED, skipped.append)
    header = next((line for line in lines if line.text.strip() and not _EXCEL.fullmatch(line.text)), None)
    found = header_of(header.text, columns) if header else None
    if header is None or found is None:
        place, _, problem = (skipped or [f"{source.place}: is empty; expected {_EXPECTED}"])[0].rpartition(": ")
        raise InputError(place, problem)
    separator, known = found
    if known.missing:
        known.refuse(f"{source.place}:{header.number}")

    def tell(skip: Warn) -> None:
        while skipped:
            skip(skipped.pop(0))

    def entries(skip: Warn) -> Iterator[Entry]:
        number = header.number  # of the line that was read last

        def texts() -> Iterator[str]:
            nonlocal number
            for line in lines:
                tell(skip)
                number = line.number
                yield f"{line.text}\n"
            tell(skip)

        csv.field_size_limit(LINE_LIMIT)
        as_signs = separator == "\t" and '"' not in header.text
        rows = csv.reader(texts(), delimiter=separator, quoting=csv.QUOTE_NONE if as_signs else csv.QUOTE_MINIMAL)
        while True:
            begin = number + 1
            try:
                row = next(rows)
            except csv.Error as error:
                skip(f"{source.place}:{begin}: cannot be read ({error})")
                continue
            except StopIteration:
                return
            if any(cell.strip() for cell in row):
                yield entry_of(source, begin, known.fields_of(row))

    yield from cleaned_papers(source, warn, entries, Texts(), _EXPECTED)


def reader(columns: Mapping[str, str]) -> Reader:
    """A reader of tables.

    Args:
        columns: the names of columns that a user gives, by field; see :func:`kg.sources.columns.checked`.
    """
    return Reader("a table", partial(recognises, columns), partial(read, columns))
