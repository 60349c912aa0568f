"""The records of a source as papers: those that are not papers are skipped with a warning that names their place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

from kg.errors import InputError
from kg.records import Paper
from kg.sources.fields import NotAPaperError
from kg.sources.reader import NotPapersError, Source, Warn
from kg.sources.values import Note

MOST_SKIPPED = 100_000  # entries that are no papers, before a file is given up of which none is one


class Entry(NamedTuple):
    """A record of a source: its number there (its line, where it is read by lines), and its fields."""

    number: int
    place: str
    fields: Mapping[str, Any]


def papers_of(
    source: Source,
    warn: Warn,
    entries: Callable[[Warn], Iterable[Entry]],
    paper: Callable[[Mapping[str, Any], Source, int, Note], Paper],
    damaged: type[InputError] = NotPapersError,
) -> Iterator[Paper]:
    """The papers of a source.

    Args:
        warn: called with one line for each entry that is skipped, and each field that is left out.
        entries: yields the entries; it is given a function that takes one line for each that it cannot read.
        paper: makes a paper of the fields of an entry, its source and number; the last argument takes notes on fields.
        damaged: the error if no entry is a paper, and some cannot be read.

    Raises:
        InputError: every entry was skipped, or the source cannot be read.
    """
    papers = skipped = unread = 0
    first = ""
    held: list[str] = []  # the first problem, which is an error instead of a warning if there is no other entry

    def release() -> None:
        while held:
            warn(f"{held.pop()}; skipped")

    def skip(problem: str) -> None:
        nonlocal first, skipped
        skipped += 1
        if skipped > MOST_SKIPPED and not papers:
            refuse(f"none of the first {MOST_SKIPPED:,} records is a paper")
        release()
        if papers or first:
            warn(f"{problem}; skipped")
        else:
            held.append(problem)
        first = first or problem

    def refuse(more: str = "") -> NoReturn:
        place, _, problem = first.removeprefix(source.place).partition(": ")
        refused = damaged if unread else NotPapersError
        raise refused(f"{source.place}{place}", f"{problem}; {more or 'no record of this file is a paper'}")

    def skip_unread(problem: str) -> None:
        nonlocal unread
        unread += 1
        skip(problem)

    for entry in entries(skip_unread):
        release()
        try:
            found = paper(entry.fields, source, entry.number, _noting(entry.place, warn))
        except NotAPaperError as error:
            skip(f"{entry.place}: {error}")
            continue
        papers += 1
        yield found
    if first and not papers:
        refuse()


def _noting(place: str, warn: Warn) -> Note:
    return lambda problem: warn(f"{place}: {problem}")
