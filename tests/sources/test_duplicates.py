"""Entries of one paper are found by title and make one paper."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.records import Author, Paper
from kg.sources import read_papers
from kg.sources.duplicates import entry_order, handles, merged, papers_of, reason, reasons

DATA = Path(__file__).parents[1] / "data"


def entry(
    title: str = "Frogs Hop", abstract: str = "Short.", source: str = "a", line: int = 1, **more: object
) -> Paper:
    return Paper(id="1", title=title, abstract=abstract, source=source, line=line, **more)  # type: ignore[arg-type]


def groups(*entries: Paper) -> list[set[Paper]]:
    """The papers that entries make, as sets; the same in every order of at most four of them."""
    found = [set(paper.entries) for paper in papers_of(entries)]
    for given_order in permutations(entries) if len(entries) <= 4 else ():
        assert [set(paper.entries) for paper in papers_of(given_order)] == found
    return found


def test_entries_with_one_title_up_to_case_and_punctuation_are_one_paper() -> None:
    entries = [entry(), entry("FROGS: hop!", source="b"), entry("Toads Hop")]
    assert groups(*entries) == [set(entries[:2]), {entries[2]}]
    assert [paper.key for paper in papers_of(entries)] == ["frogshop", "toadshop"]


def test_equal_entries_are_kept_once() -> None:
    assert groups(entry(), entry()) == [{entry()}]


HOP = "Frogs leap across every pond while measuring distance with tiny rulers and counting lilies."
HALF = "Frogs leap across every pond while melodies announce rain and listeners transcribe notation without help."
SING = "Evening choruses announce rain; listeners transcribe melodies into notation without electronic help."


@pytest.mark.parametrize(
    "one, other, expected",
    [
        ({"arxiv": "2101.00001"}, {"title": "Leaps, Measured", "abstract": SING, "arxiv": "2101.00001"}, "arXiv id"),
        ({"doi": "10.1/a"}, {"title": "Frogs that Hop", "doi": "10.1/a"}, "DOI"),
        ({"doi": "10.1/volume"}, {"title": "Choirs at Dusk", "abstract": SING, "doi": "10.1/volume"}, None),
        ({"identifiers": ("pmid:7",)}, {"title": "Frogs can hop", "identifiers": ("pmid:7",)}, "identifier"),
        ({"arxiv": "2101.00001"}, {"doi": "10.1/a"}, "title"),
        ({"doi": "10.48550/arxiv.2101.00001"}, {"doi": "10.1/a"}, "title"),
        ({"doi": "10.1/a"}, {"doi": "10.1/b"}, None),
        ({"arxiv": "2101.00001"}, {"arxiv": "2101.00002"}, None),
        ({}, {"abstract": SING}, None),
        ({}, {"authors": ("Bo Two",)}, None),
        ({"authors": ("Ada One", "Bo Two")}, {"authors": ("B. Two", "A. One")}, "title"),
        ({"year": 2001}, {"year": 2019, "abstract": f"{HOP} {SING}"}, "title"),
        ({"year": 2001}, {"year": 2019, "abstract": " ".join(HOP.split()[:6] + SING.split()[:8])}, None),
        ({"title": "Frogs Hop: A Study of Ponds"}, {}, "title without subtitle"),
        ({"title": "Frogs Hop: A Study of Ponds"}, {"title": "Frogs Hop: A Study of Lakes"}, None),
        ({"title": "Frogs Hop: A Study of Ponds"}, {"authors": ("Bo Two",)}, None),
        ({"title": "Editorial"}, {"title": "Editorial", "authors": ("Bo Two",)}, None),
        ({"title": "Editorial"}, {"title": "Editorial", "abstract": SING}, None),
        ({"title": "Reply"}, {"title": "Reply"}, "title"),
        ({"title": "Frogs Hop: Erratum"}, {}, None),
        ({"title": "Frogs Hop, Part II"}, {"title": "Frogs Hop, Part I"}, None),
        ({"title": "Tiny Rulers: Frogs Hop"}, {}, "abstract"),
        ({"title": "Frogs Hop in 12 Ponds"}, {}, None),
        ({"title": "A Survey of Frogs"}, {"title": "A survey of frogs", "year": 2022, "abstract": HALF}, None),
        ({"title": "A Survey of Frogs"}, {"title": "A survey of frogs", "abstract": HALF}, "title"),
        ({"authors": ("Wei Wang",)}, {"authors": ("Yan Wang",), "abstract": HALF}, None),
        ({"authors": ("Bob O'One",)}, {"authors": ("Robert Oone",)}, "title"),
        ({"authors": ("Söll, W.",)}, {"authors": ("Walter Soell",)}, "title"),
        ({}, {"abstract": "", "bare": True, "year": 2023}, "title"),
    ],
)
def test_identifiers_decide_first_then_titles_with_authors_years_and_abstracts(
    one: dict[str, object], other: dict[str, object], expected: str | None
) -> None:
    usual: dict[str, object] = {"abstract": HOP, "authors": ("Ada One",), "year": 2021}
    first, second = (
        Paper(**{"id": each, "title": "Frogs Hop", "source": each, **usual, **fields})  # type: ignore[arg-type]
        for each, fields in (("a", one), ("b", other))
    )
    assert reason(first, second) == reason(second, first) == expected
    assert len(groups(first, second)) == (2 if expected is None else 1)


MISSED = {  # for which nothing but the judgement of a reader speaks
    "conference paper and journal version, same abstract, two publishers",
    "preprint and journal with reworded title and first sentences kept",
    "DOI the same, title in another language",
}


@pytest.mark.slow
def test_pairs_written_by_hand_are_judged_as_a_reader_would(tmp_path: Path) -> None:
    pairs = [json.loads(line) for line in (DATA / "same-paper.jsonl").read_text(encoding="utf-8").splitlines()]
    for side in ("a", "b"):
        (tmp_path / side).write_text("".join(json.dumps(pair[side]) + "\n" for pair in pairs), encoding="utf-8")
    ones, others = (list(read_papers(tmp_path / side, warn=pytest.fail)) for side in ("a", "b"))
    wrong = {
        pair["why"]
        for pair, one, other in zip(pairs, ones, others, strict=True)
        if (len(papers_of([one, other])) == 1) != pair["same"]
    }
    assert wrong == MISSED
    assert len(pairs) == len({pair["why"] for pair in pairs}) == 200


def test_a_third_entry_can_join_two_others() -> None:
    preprint = entry(arxiv="2101.00001", abstract=HOP)
    published = entry("Leaps, Measured", abstract=SING, doi="10.1/a", source="b")
    both = entry("Leaps", abstract=SING, doi="10.1/a", arxiv="2101.00001", source="c")
    assert len(groups(preprint, published)) == 2
    assert len(groups(preprint, published, both)) == 1


def test_entries_of_sources_without_abstracts_make_no_paper() -> None:
    bare = entry(abstract="", source="b", bare=True)
    assert groups(bare, replace(bare, line=2)) == []
    assert reason(entry(), bare) is None, "without authors a title is not enough"


@pytest.mark.slow
def test_many_entries_with_one_identifier_or_text_take_little_time() -> None:
    entries = [entry(f"Frogs {n}", f"{HOP} {SING}", line=n, doi="10.1/v", authors=("A. One",)) for n in range(1000)]
    (paper,) = papers_of(entries)
    assert set(reasons(paper.entries)) == {"DOI"}
    assert len(papers_of(replace(entry, doi=None) for entry in entries)) == 1000


@pytest.mark.slow
def test_many_entries_of_a_title_that_many_papers_have_take_little_time() -> None:
    entries = [entry("Editorial", abstract=f"{HOP} {number}", line=number) for number in range(3000)]
    assert len(groups(*entries)) == 3000


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
        assert (paper.abstract, paper.source, paper.year) == ("The longest of all.", "c", 2019), "with its venue"
        assert (paper.venue, paper.authors, paper.url) == ("Pond", ("Kermit",), "https://pond.example")


def test_publication_comes_before_preprint_and_both_keep_their_identifiers() -> None:
    preprint = entry(abstract="The longest of all.", source="a", arxiv="2101.00001", year=2020, date="2020-01-05")
    published = entry(source="b", doi="10.1/a", year=2021, venue="Pond", identifiers=("openalex:W1",))
    for given_order in permutations([preprint, published]):
        paper = merged(given_order)
        assert (paper.abstract, paper.year, paper.venue, paper.date) == ("The longest of all.", 2021, "Pond", None)
        assert (paper.doi, paper.arxiv, paper.identifiers) == ("10.1/a", "2101.00001", ("openalex:W1",))


@pytest.mark.slow
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


def test_a_title_of_many_editions_is_compared_soon(soon: AbstractContextManager[None]) -> None:
    with soon:
        list(handles(entry(title="(extended version " * 4_000)))
