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
    papers = 0
    first = ""
    held: list[str] = []  # the first problem, which is an error instead of a warning if there is no other line

    def release() -> None:
        while held:
            warn(f"{held.pop()}; skipped")

    def skip(problem: str) -> None:
        nonlocal first
        release()
        if papers or first:
            warn(f"{problem}; skipped")
        else:
            held.append(problem)
        first = first or problem

    for line in json_lines(source.stream, source.place, _EXPECTED, skip):
        release()
        try:
            paper = paper_from(
                line.fields,
                source=source.name,
                line=line.number,
                note=lambda problem, place=line.place: warn(f"{place}: {problem}"),  # type: ignore[misc]
            )
        except NotAPaperError as error:
            skip(f"{line.place}: {error}")
            continue
        papers += 1
        yield paper
    if first and not papers:
        place, _, problem = first.removeprefix(source.place).partition(": ")
        raise InputError(f"{source.place}{place}", f"{problem}; no record of this file is a paper")


READER = Reader("JSON lines", recognises, read)
