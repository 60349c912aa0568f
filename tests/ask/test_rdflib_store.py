"""Queries through rdflib keep to the rules of queries on the command line."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from rdflib import Dataset, URIRef

from kg.ask.rdflib_store import RdflibStore
from kg.errors import QueryError

P = ox.NamedNode("http://e/p")


@pytest.fixture
def dataset() -> Dataset:
    store = ox.Store()
    for name in ("a", "b"):
        store.add(ox.Quad(ox.NamedNode(f"http://e/{name}"), P, ox.Literal(name), ox.NamedNode(f"http://g/{name}")))
    return Dataset(store=RdflibStore(store=store), default_union=True)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("", ["a", "b"]),
        ("FROM <http://g/a>", ["a"]),
        ("FROM <http://g/a> FROM <http://g/b>", ["a", "b"]),
        ("FROM <http://g/c>", []),
        ("FROM NAMED <http://g/a>", []),
    ],
)
def test_from_chooses_the_graphs(dataset: Dataset, clause: str, expected: list[str]) -> None:
    rows = dataset.query(f"SELECT ?o {clause} {{ ?s ?p ?o }} ORDER BY ?o")
    assert [str(row[0]) for row in rows] == expected  # type: ignore[index]


def test_a_graph_of_the_dataset_answers_for_itself(dataset: Dataset) -> None:
    assert len(list(dataset.graph(URIRef("http://g/a")).query("SELECT ?o { ?s ?p ?o }"))) == 1


@pytest.mark.slow
def test_a_query_that_is_nested_too_deeply_does_not_end_the_process(dataset: Dataset) -> None:
    with pytest.raises(QueryError, match=r"^query: is nested too deeply"):
        dataset.query("ASK " + "{" * 20_000 + "}" * 20_000)


def test_services_are_refused(dataset: Dataset) -> None:
    with pytest.raises(QueryError, match=r"^query: SERVICE would send requests"):
        dataset.query("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
