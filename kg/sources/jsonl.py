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
    """The papers of a source; a line that is not a complete record of a paper is skipped with a warning.

    Raises:
        InputError: every line was skipped, or the source cannot be read.
    """
    read = 0
    skipped: list[str] = []

    def skip(problem: str) -> None:
        skipped.append(problem)
        warn(f"{problem}; skipped")

    for line in json_lines(source.stream, source.place, _EXPECTED, skip):
        try:
            yield paper_from(
                line.fields,
                source=source.name,
                line=line.number,
                note=lambda problem, place=line.place: warn(f"{place}: {problem}"),  # type: ignore[misc]
            )
            read += 1
        except NotAPaperError as error:
            skip(f"{line.place}: {error}")
    if skipped and not read:
        place, _, problem = skipped[0].removeprefix(source.place).partition(": ")
        raise InputError(f"{source.place}{place}", f"{problem}; no record of this file is a paper")


READER = Reader("JSON lines", recognises, read)
