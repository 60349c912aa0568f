"""JSON lines: a paper a line, ``{"id"?, "title", "abstract", "authors"?, "year"?, "venue"?, "url"?, "github"?}``."""

from __future__ import annotations

from collections.abc import Iterator

from kg.errors import InputError
from kg.records import Paper
from kg.sources.fields import NotAPaperError, paper_from
from kg.sources.reader import Reader, Source, Warn
from kg.text.lines import json_lines

_EXPECTED = 'a paper a line, {"id", "title", "abstract", ...}'


def recognises(head: bytes, name: str) -> bool:
    """Whether an input begins with an object."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a source; a record that is not a paper, or too long a line, is skipped with a warning.

    Raises:
        InputError: a line is not a complete JSON object, or every record was skipped.
    """
    read = 0
    first: InputError | None = None
    for line in json_lines(source.stream, source.place, _EXPECTED, warn):
        try:
            yield paper_from(
                line.fields,
                source=source.name,
                line=line.number,
                note=lambda problem, place=line.place: warn(f"{place}: {problem}"),  # type: ignore[misc]
            )
            read += 1
        except NotAPaperError as error:
            first = first or InputError(line.place, f"{error}; no record of this file is a paper")
            warn(f"{line.place}: {error}; skipped")
    if first and not read:
        raise first


READER = Reader("JSON lines", recognises, read)
