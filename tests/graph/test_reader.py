"""Look-ups of single nodes, on the small graph."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.graph.reader import GraphReader
from kg.vocabulary import DEFAULT_BASE, KG, SCHEMA, SKOS

CIFAR = DEFAULT_BASE + "dataset/cifar-10"
PAPER = DEFAULT_BASE + "paper/frognet-hops"


@pytest.fixture(scope="module")
def reader() -> GraphReader:
    store = ox.Store()
    store.load(path=Path(__file__).parents[1] / "data" / "small.trig", format=ox.RdfFormat.TRIG)
    return GraphReader(store)


def test_values_come_sorted_and_once(reader: GraphReader) -> None:
    mentioned = reader.objects(PAPER, KG + "mentions")
    assert mentioned == sorted(set(mentioned))
    assert CIFAR in mentioned
    assert reader.value(CIFAR, SKOS + "altLabel") == "CIFAR10"
    assert reader.value(CIFAR, SCHEMA + "author") is None


def test_subjects_are_found_by_a_value(reader: GraphReader) -> None:
    assert reader.subjects(SKOS + "prefLabel", ox.Literal("CIFAR-10")) == [CIFAR]
    assert reader.subjects(SKOS + "prefLabel", ox.Literal("cifar-10")) == []


def test_kind_and_name(reader: GraphReader) -> None:
    assert (reader.kind(CIFAR), reader.name(CIFAR)) == ("dataset", "CIFAR-10")
    assert reader.kind(PAPER) == "paper"
    assert (reader.kind("urn:nothing"), reader.name("urn:nothing")) == (None, "urn:nothing")


def test_papers_are_counted(reader: GraphReader) -> None:
    assert reader.count(KG + "mentions", CIFAR) == 2
    assert reader.count(KG + "mentions", "urn:nothing") == 0


def test_narrower_follows_the_hierarchy_and_ends_in_a_circle() -> None:
    store = ox.Store()
    broader = ox.NamedNode(SKOS + "broader")
    for narrow, broad in (("b", "a"), ("c", "b"), ("d", "c"), ("b", "d")):
        store.add(ox.Quad(ox.NamedNode(f"urn:{narrow}"), broader, ox.NamedNode(f"urn:{broad}")))
    assert GraphReader(store).narrower("urn:a") == ["urn:b", "urn:c", "urn:d"]
    assert GraphReader(store).narrower("urn:b") == ["urn:c", "urn:d"]


def test_values_in_a_query_are_terms_and_never_query_text(reader: GraphReader) -> None:
    query = "SELECT ?name ?thing { ?thing <" + SKOS + "prefLabel> ?name }"
    assert list(reader.rows(query, name=ox.Literal("CIFAR-10"))) == [("CIFAR-10", CIFAR)]
    assert list(reader.rows(query, name=ox.Literal('"} UNION { ?thing ?p ?name'))) == []
