"""Entries without abstracts are kept where they may be of a paper, and memory does not hold the others."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from kg.builder.enriching import BareEntries
from kg.records import Paper


def bare(number: int, doi: str | None = None) -> Paper:
    title = f"Frogs of pond {number % 50} and what they eat"
    return Paper(id=str(number), title=title, abstract="", authors=("Ann Pond",), doi=doi, bare=True)


def whole(number: int, doi: str | None = None) -> Paper:
    title = f"Frogs of pond {number} and what they eat" if doi is None else "Toads"
    return Paper(id=f"w{number}", title=title, abstract="They eat flies.", doi=doi)


def test_entries_are_kept_that_share_a_title_or_an_identifier_with_a_paper() -> None:
    entries = [bare(1), whole(2), bare(2), bare(3, "10.1234/a"), bare(4), whole(5, "10.1234/a")]
    with BareEntries() as found:
        assert [*found.set_aside(entries)] == [entries[1], entries[5]]
        assert found.count == 4
        assert [*found.like([entries[1], entries[5]])] == [entries[2], entries[3]]


def test_without_such_entries_no_paper_is_asked_for() -> None:
    def asked() -> Iterator[Paper]:
        raise AssertionError
        yield

    with BareEntries() as found:
        assert [*found.set_aside([whole(1)])] == [whole(1)]
        assert [*found.like(asked())] == []


@pytest.mark.slow
def test_memory_does_not_grow_with_the_entries() -> None:
    peaks = []
    for count in (300, 3000):
        tracemalloc.start()
        with BareEntries() as found:
            assert [*found.set_aside(map(bare, range(count)))] == []
            assert sum(1 for entry in found.like([whole(7)])) == count // 50
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
