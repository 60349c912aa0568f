"""Records that are not papers are skipped with a warning; if none is one, that is an error."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import pytest

from kg.records import Paper
from kg.sources.entries import Entry, papers_of
from kg.sources.fields import paper_from
from kg.sources.reader import NotPapersError, Source, Warn
from kg.sources.values import Note

SOURCE = Source(io.BufferedReader(cast("io.RawIOBase", io.BytesIO())), "pond.txt", "pond.txt")
GOOD = {"id": "1", "title": "T", "abstract": "A."}


def made(fields: Mapping[str, Any], source: Source, number: int, note: Note) -> Paper:
    return paper_from(fields, source=source.name, line=number, note=note)


def entries(*records: dict[str, Any] | None) -> Callable[[Warn], Iterator[Entry]]:
    def read(skip: Warn) -> Iterator[Entry]:
        for number, record in enumerate(records, start=1):
            if record is None:
                skip(f"pond.txt:{number}: is damaged")
            else:
                yield Entry(number, f"pond.txt:{number}", record)

    return read


def test_problems_name_their_place() -> None:
    warnings: list[str] = []
    papers = list(papers_of(SOURCE, warnings.append, entries(None, {"title": "T"}, GOOD | {"year": "soon"}), made))
    assert [paper.line for paper in papers] == [3]
    assert warnings == [
        "pond.txt:1: is damaged; skipped",
        "pond.txt:2: has no abstract; skipped",
        'pond.txt:3: "year" soon is not a year; left out',
    ]


def test_if_no_entry_is_a_paper_the_first_problem_is_the_error() -> None:
    with pytest.raises(NotPapersError, match=r"^pond\.txt:1: has no abstract; no record of this file is a paper$"):
        list(papers_of(SOURCE, print, entries({"title": "T"}), made))


def test_a_file_of_other_records_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.sources.entries.MOST_SKIPPED", 3)
    read = entries(*({"title": "T"} for _ in range(9)), GOOD)
    with pytest.raises(NotPapersError, match=r"^pond\.txt:1: has no abstract; none of the first 3 records is a paper$"):
        list(papers_of(SOURCE, print, read, made))
    assert (
        len(list(papers_of(SOURCE, lambda line: None, entries(GOOD, *({"title": "T"} for _ in range(9))), made))) == 1
    )


@pytest.mark.parametrize("empty", [{}, {"title": "T"}, None])
def test_the_rest_of_a_file_that_says_next_to_nothing_is_not_read(
    monkeypatch: pytest.MonkeyPatch, empty: dict[str, Any] | None
) -> None:
    monkeypatch.setattr("kg.sources.entries.MOST_EMPTY", 3)
    warnings: list[str] = []
    read = entries(GOOD, *[empty] * 3, GOOD, *[empty] * 4, GOOD)
    assert len(list(papers_of(SOURCE, warnings.append, read, made))) == 2
    assert warnings[-1] == "pond.txt: 3 records in a row say next to nothing; the rest is not read"


def test_titles_without_abstracts_are_read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.sources.entries.MOST_EMPTY", 3)
    titled = {"title": "What frogs eat in the ponds of spring"}
    read = entries(GOOD, *[titled] * 9, GOOD)
    assert len(list(papers_of(SOURCE, lambda line: None, read, made))) == 2
