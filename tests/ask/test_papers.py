"""One filter over the papers of a graph written by hand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from pyoxigraph import RdfFormat, Store

from kg.ask.papers import find_papers, known_since, start_of, year_range
from kg.errors import QueryError
from kg.graph.index import IndexedReader

# Alpha (2019, Café Workshop) brings ANet on Tiles, with code; Beta (2021) uses it on Small Tiles, a part of Tiles.
# Gamma has no year and was seen in 2024 on a page of "Mar 11"; Delta (2021) is listed on pages of 2025.
GRAPH = """
@prefix kg: <https://w3id.org/papers-kg/ontology#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <https://w3id.org/papers-kg/> .
<entities> {
  <dataset/tiles> a kg:Dataset ; skos:prefLabel "Tiles" .
  <dataset/small-tiles> a kg:Dataset ; skos:prefLabel "Small Tiles" ; skos:broader <dataset/tiles> .
  <method/anet> a kg:Method ; skos:prefLabel "ANet" .
  <method/möbius-net> a kg:Method ; skos:prefLabel "Möbius-Net" .
  <task/sorting> a kg:Task ; skos:prefLabel "sorting" .
  <metric/accuracy> a kg:Metric ; skos:prefLabel "accuracy" .
  <venue/cafe> a schema:Periodical ; schema:name "Café Workshop" .
  <code/a> a kg:Repository ; schema:name "a/anet" ; schema:codeRepository <https://github.com/a/anet> .
}
<paper/alpha> { <paper/alpha> a kg:Paper ; schema:name "Alpha" ; schema:datePublished "2019"^^xsd:gYear ;
  schema:author "Ada Lovelace", "Erdős, Paul" ; schema:isPartOf <venue/cafe> ; kg:hasCode <code/a> ;
  kg:introduces <method/anet> ; kg:mentions <method/anet>, <dataset/tiles>, <task/sorting>, <metric/accuracy> . }
<paper/beta> { <paper/beta> a kg:Paper ; schema:name "Beta" ; schema:datePublished "2021"^^xsd:gYear ;
  schema:author "A. Lovelace" ; kg:mentions <method/anet>, <dataset/small-tiles>, <metric/accuracy> . }
<paper/gamma> { <paper/gamma> a kg:Paper ; schema:name "Gamma" ; kg:listedDate "--03-11"^^xsd:gMonthDay ;
  kg:introduces <method/möbius-net> ; kg:mentions <method/möbius-net> . }
<paper/delta> { <paper/delta> a kg:Paper ; schema:name "Delta" ; schema:datePublished "2021"^^xsd:gYear ;
  kg:listedDate "2025-03-11"^^xsd:date, "2025-04-01"^^xsd:date ; kg:mentions <task/sorting> . }
<provenance> {
  <paper/gamma> kg:firstSeen "2024-02-01"^^xsd:date . <paper/delta> kg:firstSeen "2026-01-01"^^xsd:date .
  <paper/beta> kg:firstSeen "2023-05-05"^^xsd:date .
}
"""


@pytest.fixture(scope="module")
def graph(indexed: Callable[[Store], IndexedReader]) -> IndexedReader:
    store = Store()
    store.load(GRAPH.encode(), format=RdfFormat.TRIG)
    return indexed(store)


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({}, ["Beta", "Delta", "Alpha", "Gamma"]),
        ({"dataset": ["tiles"]}, ["Beta", "Alpha"]),
        ({"dataset": ["small-tiles"]}, ["Beta"]),
        ({"dataset": ["Tiles"], "task": ["sorting"]}, ["Alpha"]),
        ({"dataset": ["Tiles", "Small Tiles"]}, ["Beta"]),
        ({"method": ["a-net"], "metric": ["accuracies"]}, ["Beta", "Alpha"]),
        ({"method": ["Mobius net"]}, ["Gamma"]),
        ({"introduces": ["ANet"]}, ["Alpha"]),
        ({"introduces": ["method:anet"]}, ["Alpha"]),
        ({"with_code": True}, ["Alpha"]),
        ({"year": ["2021"]}, ["Beta", "Delta"]),
        ({"year": ["2020.."]}, ["Beta", "Delta"]),
        ({"year": ["..2020"]}, ["Alpha"]),
        ({"year": ["2018..2021", "2021.."]}, ["Beta", "Delta"]),
        ({"venue": ["cafe workshop"]}, ["Alpha"]),
        ({"venue": ["CAFÉ"]}, ["Alpha"]),
        ({"venue": ["Lake"]}, []),
        ({"author": ["lovelace"]}, ["Beta", "Alpha"]),
        ({"author": ["Lovelace, Ada"]}, ["Beta", "Alpha"]),
        ({"author": ["A. Lovelace"]}, ["Beta", "Alpha"]),
        ({"author": ["B. Lovelace"]}, []),
        ({"author": ["Paul Erdos"]}, ["Alpha"]),
        ({"author": ["love"]}, []),
        ({"author": ["Lovelace", "Erdos"]}, ["Alpha"]),
        ({"dataset": ["Zyzzyva-9000"]}, []),
        ({"new_since": "2025-03-11"}, ["Delta"]),
        ({"new_since": "2025-03-12"}, []),
        ({"new_since": "2023"}, ["Delta", "Beta", "Gamma"]),
        ({"new_since": "2023-04"}, ["Delta", "Beta"]),
    ],
)
@pytest.mark.parametrize("few", [1000, 0])
def test_papers_that_fit_all_conditions_the_newest_first(
    graph: IndexedReader, asked: dict[str, Any], titles: list[str], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.ask.papers._FEW", few)
    assert [paper.title for paper in find_papers(graph, **asked).papers] == titles


def test_a_page_without_a_year_is_of_the_last_such_day_before_the_build(graph: IndexedReader) -> None:
    (gamma,) = find_papers(graph, introduces=["Möbius-Net"]).papers
    assert known_since(gamma.listed, gamma.first_seen) == "2023-03-11"
    assert known_since("--02-29", "2026-01-01") == "2024-02-29"


def test_a_limit_bounds_the_papers_and_not_their_total(graph: IndexedReader) -> None:
    found = find_papers(graph, limit=1)
    assert ([paper.title for paper in found.papers], found.total) == (["Beta"], 4)


@pytest.mark.parametrize(
    ("asked", "undated"),
    [({"year": ["2020.."]}, 1), ({"year": ["2020"], "with_code": True}, 0), ({}, 0), ({"introduces": ["ANet"]}, 0)],
)
def test_papers_that_only_lack_the_year_are_counted(graph: IndexedReader, asked: dict[str, Any], undated: int) -> None:
    assert find_papers(graph, **asked).undated == undated


def test_names_that_are_unknown_or_only_similar_are_told(graph: IndexedReader) -> None:
    found = find_papers(graph, dataset=["Zyzzyva-9000"], venue=["Lake"], method=["ANte"])
    assert [(name.words, name.match is None) for name in found.meant] == [("ANte", False), ("Zyzzyva-9000", True)]
    assert found.meant[0].guessed
    assert [name.kinds for name in found.meant] == [("method",), ("dataset",)]
    assert found.unknown_venues == ("Lake",)
    assert find_papers(graph, author=["Lovelace", "Zyzzyva"]).unknown_authors == ("Zyzzyva",)
    assert find_papers(graph, author=["Lovelace"], venue=["Lake"]).unknown_authors == ()


def test_as_dict_is_plain_data(graph: IndexedReader) -> None:
    (paper,) = find_papers(graph, with_code=True).as_dict()["papers"]
    assert paper["code"] == ["https://github.com/a/anet"]
    assert (paper["venue"], paper["year"], paper["first_seen"]) == ("Café Workshop", 2019, None)


@pytest.mark.parametrize("text", ["", "20x", "..", "2020-2021", "2021..2020", "0", "12345", "²⁰²⁰", "1 .. 2 .. 3"])
def test_what_is_not_a_year_is_refused(graph: IndexedReader, text: str) -> None:
    with pytest.raises(QueryError, match="year: expected 2020"):
        find_papers(graph, year=[text])
    with pytest.raises(QueryError):
        year_range(text)


@pytest.mark.parametrize("text", ["", "yesterday", "2025-13-01", "2025-02-30", "25-03-11", "2025-3-1", "20250311"])
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match="date: expected 2025-03-11"):
        start_of(text)


def test_a_year_of_any_length_is_refused_soon(soon: AbstractContextManager[None]) -> None:
    with soon, pytest.raises(QueryError):
        year_range("1" + " " * 20_000 + "x")
