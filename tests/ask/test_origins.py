"""Every question can be asked of texts, of catalogues, or of both."""

from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox
import pytest

from kg.ask.kept import kept_answer
from kg.ask.named import NamedQuery, bind, named_queries, named_query
from kg.ask.origins import known_origin, of_origin, takes_origin
from kg.ask.questions import pose
from kg.ask.sparql import run
from kg.errors import QueryError
from kg.graph.index import IndexedReader
from kg.vocabulary import PREFIXES, resource_prefixes

BASE = "https://example.org/"
GRAPH = """
{
    dataset:tiles a kg:Dataset ; skos:prefLabel "Tiles" .
    metric:f1 a kg:Metric ; skos:prefLabel "F1" ; kg:better "higher" .
    method:anet a kg:Method ; skos:prefLabel "ANet" .
    task:sorting a kg:Task ; skos:prefLabel "sorting" .
}
<https://example.org/paper/read> {
    paper:read a kg:Paper , schema:ScholarlyArticle ; schema:name "Read" ; schema:datePublished "2020"^^xsd:gYear ;
        kg:mentions method:anet , dataset:tiles , task:sorting , metric:f1 ;
        kg:usesMethod method:anet ; kg:introduces dataset:tiles ;
        kg:addresses task:sorting ; kg:usesMetric metric:f1 ; kg:hasCode code:a ; kg:reports paper:r1 .
    code:a a kg:Repository ; schema:codeRepository <https://github.com/a/a> .
    paper:r1 a kg:Result ; kg:onDataset dataset:tiles ; kg:byMetric metric:f1 ; kg:ofMethod method:anet ;
        kg:value 80.1 ; kg:valueText "80.1" ; kg:relative false ; kg:comparable true ; kg:confidence 0.9 ;
        kg:sentence "We reach 80.1." .
}
<https://example.org/curated/pwc> {
    paper:listed a schema:ScholarlyArticle ; schema:name "Listed" ; schema:datePublished "2021"^^xsd:gYear ;
        kg:catalogued task:sorting , method:anet ; kg:officialCode code:b ; kg:curatedResult paper:c1 .
    method:anet kg:introducedIn paper:listed .
    code:b schema:url <https://github.com/b/b> .
    paper:c1 a kg:CuratedResult ; kg:onDataset dataset:tiles ; kg:byMetric metric:f1 ; kg:onTask task:sorting ;
        kg:value 85.0 ; kg:valueText "85.0" ;
        kg:metricText "F1" ; kg:modelText "ANet (large)" ; kg:curatedScore true ; kg:relative false .
}
"""


@pytest.fixture(scope="module")
def store() -> ox.Store:
    prefixes = PREFIXES | resource_prefixes(BASE)
    header = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes.items())
    store = ox.Store()
    store.load((header + GRAPH).encode(), format=ox.RdfFormat.TRIG)
    return store


@pytest.fixture(scope="module")
def reader(store: ox.Store, indexed: Callable[[ox.Store], IndexedReader]) -> IndexedReader:
    return indexed(store)


def rows(reader: IndexedReader, name: str, column: str, **values: str) -> list[str]:
    question = pose(reader, named_query(name), values, BASE)
    answer = kept_answer(reader.index, question, BASE) or run(reader.store, question.sparql, BASE, name)
    return [str(row[column]) for row in answer.records()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "column", "values", "extracted", "curated"),
    [
        ("leaderboard", "reported", {"dataset": "Tiles", "metric": "F1"}, ["80.1"], ["85.0"]),
        ("leaderboard", "method", {"dataset": "Tiles", "metric": "F1"}, ["ANet"], ["ANet (large)"]),
        ("compare", "reported", {"dataset": "Tiles"}, ["80.1"], ["85.0"]),
        ("progress", "reported", {"dataset": "Tiles", "metric": "F1"}, ["80.1"], ["85.0"]),
        ("results-on-dataset", "reported", {"dataset": "Tiles"}, ["80.1"], ["85.0"]),
        ("results-by-source", "value", {"dataset": "Tiles"}, ["80.1"], ["85.0"]),
        ("papers-on-dataset", "title", {"dataset": "Tiles"}, ["Read"], ["Listed"]),
        ("papers-by-source", "title", {"entity": "sorting"}, ["Read"], ["Listed"]),
        ("repositories-for", "title", {"entity": "ANet"}, ["Read"], ["Listed"]),
        (
            "repositories-for",
            "repository",
            {"entity": "sorting"},
            ["https://github.com/a/a"],
            ["https://github.com/b/b"],
        ),
        ("introduced-methods", "title", {"task": "sorting"}, [], ["Listed"]),
        ("papers-without-code", "title", {}, [], ["Read"]),
        ("datasets-for-task", "papers", {"task": "sorting"}, ["1"], ["1"]),
        ("most-used", "name", {"type": "task"}, ["sorting"], ["sorting"]),
    ],
)
def test_a_question_is_asked_of_texts_of_catalogues_or_of_both(
    reader: IndexedReader, name: str, column: str, values: dict[str, str], extracted: list[str], curated: list[str]
) -> None:
    by = {origin: rows(reader, name, column, **values, origin=origin) for origin in ("extracted", "curated", "both")}
    assert (by["extracted"], by["curated"]) == (extracted, curated)
    if name == "papers-without-code":
        assert by["both"] == []
    elif name == "most-used":
        assert by["both"] == ["sorting"]
    elif name == "datasets-for-task":
        assert by["both"] == ["2"]
    else:
        assert sorted(by["both"]) == sorted(extracted + curated)
    if not name.endswith("-by-source"):
        assert rows(reader, name, column, **values) == extracted


@pytest.mark.parametrize(
    "query", [query for query in named_queries() if takes_origin(query.text)], ids=lambda query: query.name
)
def test_every_question_stays_sparql(store: ox.Store, query: NamedQuery) -> None:
    values = {one.name: "dataset:tiles" for one in query.parameters if one.default is None}
    for origin in ("curated", "both"):
        run(store, of_origin(bind(query, values, BASE), known_origin(origin)), BASE, query.name)


@pytest.mark.parametrize("origin", ["extracted", "curated", "both"])
@pytest.mark.parametrize("kind", ["method", "dataset", "metric", "task"])
def test_the_index_counts_as_the_query_does(
    store: ox.Store, indexed: Callable[[ox.Store], IndexedReader], kind: str, origin: str
) -> None:
    more = ox.Store()
    more.bulk_extend(store)
    read, listed = (ox.NamedNode(f"{BASE}paper/{name}") for name in ("read", "listed"))
    pwc = ox.NamedNode(f"{BASE}curated/pwc")
    for subject, predicate, value in (
        (read, "catalogued", f"{BASE}task/sorting"),  # as its text says
        (read, "catalogued", f"{BASE}method/anet"),
        (ox.NamedNode(f"{BASE}method/anet"), "introducedIn", read.value),
        (ox.NamedNode(f"{BASE}dataset/tiles"), "introducedIn", "https://example.org/paper/other"),
        (ox.NamedNode(f"{BASE}metric/f1"), "introducedIn", listed.value),
    ):
        node = ox.NamedNode(f"{PREFIXES['kg']}{predicate}")
        more.add(ox.Quad(subject, node, ox.NamedNode(value), pwc))
    reader = indexed(more)
    question = pose(reader, named_query("most-used"), {"type": kind, "origin": origin}, BASE)
    kept = kept_answer(reader.index, question, BASE)
    counted = [*run(more, question.sparql, BASE).rows()]
    assert kept and counted and [*kept.rows()] == counted


def test_what_catalogues_do_not_say_is_refused(reader: IndexedReader) -> None:
    with pytest.raises(QueryError, match="evidence: asks for nothing that a catalogue says"):
        rows(reader, "evidence", "title", entity="Tiles", origin="curated")
    with pytest.raises(QueryError, match="lpwc-code-hosts: is about what texts say alone"):
        rows(reader, "lpwc-code-hosts", "host", origin="both")
    with pytest.raises(QueryError, match="origin: expected extracted, curated, both, found 'all'"):
        rows(reader, "most-used", "name", origin="all")


def test_only_patterns_are_read_otherwise() -> None:
    text = "SELECT * { ?p kg:reports ?r . VALUES ?q { kg:reports } FILTER(?q = kg:reports) }  # kg:reports"
    assert of_origin(text, "curated") == text.replace("?p kg:reports", "?p (kg:curatedResult)")
    template = "CONSTRUCT { ?p kg:reports ?r } WHERE { ?p kg:reports/kg:value ?r }"
    assert of_origin(template, "both") == template.replace("?p kg:reports/", "?p (kg:reports|kg:curatedResult)/")
    in_full = f"SELECT * {{ ?p <{PREFIXES['kg']}reports> ?r ; a kg:Paper }}"
    assert of_origin(in_full, "curated") == "SELECT * { ?p (kg:curatedResult) ?r ; a schema:ScholarlyArticle }"
