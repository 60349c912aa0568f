"""Entries of one paper are found by title and make one paper."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from kg.records import Author, Paper
from kg.sources.duplicates import by_title, entry_order, merged


def entry(
    title: str = "Frogs Hop", abstract: str = "Short.", source: str = "a", line: int = 1, **more: object
) -> Paper:
    return Paper(id="1", title=title, abstract=abstract, source=source, line=line, **more)  # type: ignore[arg-type]


def test_entries_with_one_title_up_to_case_and_punctuation_are_one_paper() -> None:
    entries = [entry(), entry("FROGS: hop!", source="b"), entry("Toads Hop")]
    assert by_title(entries) == {"frogshop": set(entries[:2]), "toadshop": {entries[2]}}


def test_equal_entries_are_kept_once() -> None:
    assert by_title([entry(), entry()]) == {"frogshop": {entry()}}


def test_entries_are_ordered_by_source_and_line() -> None:
    ordered = [entry(source="a", line=2), entry(source="a", line=10), entry(source="b", line=1)]
    for given_order in permutations(ordered):
        assert sorted(given_order, key=entry_order) == ordered


def test_the_longest_abstract_counts_and_its_gaps_are_filled_in_any_order() -> None:
    entries = [
        entry(abstract="The longest of all.", source="c", year=2021),
        entry(abstract="Shorter.", source="b", year=2019, venue="Pond", authors=("Kermit",)),
        entry(abstract="Short.", source="a", venue="Lake", url="https://pond.example"),
    ]
    for given_order in permutations(entries):
        paper = merged(given_order)
        assert (paper.abstract, paper.source, paper.year) == ("The longest of all.", "c", 2021)
        assert (paper.venue, paper.authors, paper.url) == ("Pond", ("Kermit",), "https://pond.example")


@given(st.lists(st.tuples(st.text("ab", max_size=3), st.none() | st.integers(2000, 2003)), min_size=1, max_size=5))
def test_the_order_of_entries_does_not_matter(rows: list[tuple[str, int | None]]) -> None:
    entries = [entry(abstract=abstract, line=line, year=year) for line, (abstract, year) in enumerate(rows)]
    found = merged(entries)
    assert len(found.abstract) == max(len(abstract) for abstract, _ in rows)
    assert found.year or not any(year for _, year in rows)
    assert all(merged(order) == found for order in permutations(entries))


def test_further_fields_are_filled_and_gathered() -> None:
    journal = Paper(id="1", title="T", abstract="Frogs hop far.", authors=("A. One",), year=2026, doi="10.1234/frog")
    ada = Author(name="Ada One", position=1, orcid="0000-0002-1825-0097")
    preprint = Paper(
        id="2",
        title="T",
        abstract="Frogs hop.",
        authors=("Ada One",),
        people=(ada,),
        year=2025,
        date="2025-12-01",
        arxiv="2101.00001",
        identifiers=("openalex:W1",),
        keywords=("frogs",),
    )
    found = merged([preprint, journal])
    assert found == merged([journal, preprint])
    assert (found.doi, found.arxiv, found.identifiers) == ("10.1234/frog", "2101.00001", ("openalex:W1",))
    assert (found.authors, found.people, found.year, found.date) == (("A. One",), (), 2026, None)
    assert found.keywords == ("frogs",)
