"""The records of a source as papers: those that are not papers are skipped with a warning that names their place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

from kg.records import Paper
from kg.sources.fields import NotAPaperError, paper_from
from kg.sources.markup import Texts
from kg.sources.reader import NotPapersError, Source, Warn
from kg.sources.values import Note, values_of
from kg.text.identifiers import bare_arxiv

MOST_SKIPPED = 100_000  # entries that are no papers, before a file is given up of which none is one
MOST_EMPTY = 100_000  # entries in a row that say hardly anything, before the rest of a file is not read


class Entry(NamedTuple):
    """A record of a source: its number there (its line, where it is read by lines), and its fields."""

    number: int
    place: str
    fields: Mapping[str, Any]


class _EmptyError(Exception):
    """Very many records in a row say hardly anything."""


def papers_of(
    source: Source,
    warn: Warn,
    entries: Callable[[Warn], Iterable[Entry]],
    paper: Callable[[Mapping[str, Any], Source, int, Note], Paper],
    what: str | None = None,
) -> Iterator[Paper]:
    """The papers of a source.

    Args:
        warn: called with one line for each entry that is skipped, and each field that is left out.
        entries: yields the entries; it is given a function that takes one line for each that it cannot read.
        paper: makes a paper of the fields of an entry, its source and number; the last argument takes notes on fields.
        what: what messages call the source, if it must have an entry.

    Raises:
        InputError: every entry was skipped, there is none where there must be one, or the source cannot be read.
    """
    count = _Count(source, warn)
    try:
        for entry in entries(count.skip_unread):
            count.release()
            try:
                found = paper(entry.fields, source, entry.number, _noting(entry.place, warn))
            except NotAPaperError as error:
                count.skip(f"{entry.place}: {error}", empty=error.says_little)
                continue
            count.take()
            yield found
    except _EmptyError:
        warn(f"{source.place}: {MOST_EMPTY:,} records in a row say next to nothing; the rest is not read")
    count.end(what)


class _Count:
    """Counts the records of a source, and tells of those that are skipped.

    The first problem is held back: where no other record follows, it is an error and no warning.
    """

    def __init__(self, source: Source, warn: Warn) -> None:
        self._source = source
        self._warn = warn
        self._papers = self._skipped = 0
        self._empty = 0  # in a row
        self._first = self._held = ""

    def take(self) -> None:
        """Count a paper."""
        self._papers += 1
        self._empty = 0

    def skip(self, problem: str, *, empty: bool) -> None:
        """Count a record that is no paper; ``empty`` is one that says hardly anything."""
        self._skipped += 1
        if self._skipped > MOST_SKIPPED and not self._papers:
            self._refuse(f"none of the first {MOST_SKIPPED:,} records is a paper")
        self.release()
        if self._papers or self._first:
            self._warn(f"{problem}; skipped")
        else:
            self._held = problem
        self._first = self._first or problem
        self._empty = self._empty + 1 if empty else 0
        if self._empty > MOST_EMPTY:
            raise _EmptyError

    def skip_unread(self, problem: str) -> None:
        """Count a record that cannot be read."""
        self.skip(problem, empty=True)

    def release(self) -> None:
        """Another record follows."""
        if self._held:
            self._warn(f"{self._held}; skipped")
            self._held = ""

    def end(self, what: str | None) -> None:
        """No more records follow; ``what`` is what messages call a source that must have one."""
        if self._papers:
            return
        if self._first:
            self._refuse("no record of this file is a paper")
        if what:
            problem = f"is {what} without entries; expected papers with title and abstract"
            raise NotPapersError(self._source.place, problem)

    def _refuse(self, more: str) -> NoReturn:
        place, _, problem = self._first.removeprefix(self._source.place).partition(": ")
        raise NotPapersError(f"{self._source.place}{place}", f"{problem}; {more}")


def cleaned_papers(
    source: Source, warn: Warn, entries: Callable[[Warn], Iterable[Entry]], texts: Texts, what: str
) -> Iterator[Paper]:
    """The papers of a source in the format of another program, whose entries are read into our names of fields.

    Args:
        entries: as :func:`papers_of` takes them.
        texts: how the format writes its texts.
        what: what messages call the format.

    Raises:
        InputError: there is no entry, or none of them is a paper.
    """

    def paper(fields: Mapping[str, Any], source: Source, number: int, note: Note) -> Paper:
        if not fields.get("arxiv"):  # "arXiv preprint arXiv:2101.00001" is the venue where there is no field for it
            named = (bare_arxiv(text, named=True) for name in ("url", "venue") for text in values_of(fields.get(name)))
            fields = {**fields, "arxiv": next(filter(None, named), None)}
        return paper_from(fields, source=source.name, line=number, note=note, texts=texts)

    return papers_of(source, warn, entries, paper, what)


def entry_of(source: Source, line: int, fields: Mapping[str, Any]) -> Entry:
    """An entry that begins on a line of a source."""
    return Entry(line, f"{source.place}:{line}", fields)


def _noting(place: str, warn: Warn) -> Note:
    return lambda problem: warn(f"{place}: {problem}")
