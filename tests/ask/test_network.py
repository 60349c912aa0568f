"""The graph for networkx, on the small graph."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from kg.ask.network import paper_network
from kg.vocabulary import DEFAULT_BASE, KG, RDF, SCHEMA

PAPER, METHOD = DEFAULT_BASE + "paper/frognet-hops", DEFAULT_BASE + "method/frognet"


def small() -> ox.Store:
    store = ox.Store()
    store.load(path=Path(__file__).parents[1] / "data" / "small.trig", format=ox.RdfFormat.TRIG)
    return store


def test_nodes_have_kind_and_name_and_edges_their_property() -> None:
    network = paper_network(small())
    assert network.nodes[METHOD] == {"kind": "method", "name": "FrogNet"}
    assert network.nodes[PAPER]["kind"] == "paper"
    assert network.edges[PAPER, METHOD] == {"property": "introduces"}
    assert {source.rpartition("/")[0] for source, _ in network.edges} == {DEFAULT_BASE + "paper"}
    assert {value["property"] for value in network.edges.values()} >= {"introduces", "usesDataset", "hasCode"}


def test_nodes_and_edges_come_in_the_same_order_whatever_the_order_of_insertion() -> None:
    reverse = ox.Store()
    for quad in reversed(list(small())):
        reverse.add(quad)
    one, other = paper_network(small()), paper_network(reverse)
    assert (list(one.nodes), list(one.edges)) == (list(other.nodes), list(other.edges))
    assert list(one.nodes) == sorted(one.nodes)


def test_a_paper_without_edges_is_a_node() -> None:
    store, paper = ox.Store(), ox.NamedNode(DEFAULT_BASE + "paper/rain")
    store.add(ox.Quad(paper, ox.NamedNode(RDF + "type"), ox.NamedNode(KG + "Paper"), paper))
    store.add(ox.Quad(paper, ox.NamedNode(SCHEMA + "name"), ox.Literal("On rain"), paper))
    network = paper_network(store)
    assert list(network.nodes) == [paper.value]
    assert network.nodes[paper.value] == {"kind": "paper", "name": "On rain"}


def test_an_empty_graph_is_an_empty_network() -> None:
    assert len(paper_network(ox.Store())) == 0
