"""The library: a graph in a handful of calls."""

import io
from pathlib import Path

import networkx as nx
import pytest

import kg
from kg.vocabulary import KG

BASE = "https://w3id.org/papers-kg/"


@pytest.fixture(scope="module")
def graph(graph_folder: Path) -> kg.KnowledgeGraph:
    return kg.KnowledgeGraph(graph_folder)


def test_build_opens_the_graph_and_warns_of_what_it_skips(tmp_path: Path) -> None:
    page = tmp_path / "papers.jsonl"
    page.write_text('{"id": "1", "title": "T", "abstract": "We train on MNIST."}\n{"id": "2", "title": "U"}\n')
    with pytest.warns(UserWarning, match=r"papers\.jsonl:2: has no abstract"):
        graph = kg.build([page], tmp_path / "graph")
    assert graph.stats().papers == 1


def test_lookup_and_card(graph: kg.KnowledgeGraph) -> None:
    found = graph.lookup("cifar 10")
    assert found.winner is not None
    assert graph.card(found.winner.iri).name == "CIFAR-10"
    with pytest.raises(kg.KGError, match="nothing"):
        graph.card(BASE + "dataset/nothing")


def test_named_query(graph: kg.KnowledgeGraph) -> None:
    rows = list(graph.ask("datasets-for-task", {"task": "image classification"}).records())
    assert {row["dataset"] for row in rows} >= {"CIFAR-10", "CIFAR-100"}
    with pytest.raises(kg.QueryError, match="task"):
        graph.ask("datasets-for-task")


def test_rdflib_reads_the_same_store(graph: kg.KnowledgeGraph) -> None:
    dataset = graph.to_rdflib()
    (row,) = dataset.query(f"SELECT (COUNT(*) AS ?n) {{ ?p a <{KG}Paper> }}")
    assert int(row[0]) == 3
    turtle = io.BytesIO()
    assert graph.export("ntriples", turtle, provenance=True) == len(dataset)


def test_networkx_sees_papers_meet_at_a_dataset(graph: kg.KnowledgeGraph) -> None:
    network = graph.to_networkx()
    node = BASE + "dataset/cifar-10"
    assert network.nodes[node] == {"kind": "dataset", "name": "CIFAR-10"}
    assert {network.edges[edge]["property"] for edge in network.in_edges(node)} == {"usesDataset"}
    papers = list(network.predecessors(node))
    assert len(papers) == 2
    assert nx.has_path(network.to_undirected(), *papers)


def test_names_load_when_they_are_used() -> None:
    assert set(kg.__all__) <= set(dir(kg))
    assert kg.Paper.__module__ == "kg.records"
    with pytest.raises(AttributeError, match="nonsense"):
        kg.nonsense  # noqa: B018
