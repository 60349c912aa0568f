"""Networks as GraphML, GEXF and tables, read back by networkx and by the standard library."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from typing import IO
from xml.etree import ElementTree

import networkx as nx
import pytest

from kg.export.networks import EDGES, NODES, write_gexf, write_graphml, write_tables


@pytest.fixture
def network() -> nx.DiGraph[str]:
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_node("https://example.org/paper/1", kind="paper", name='A "B" <C>\0\n& \\emph{D}', year=2024)
    network.add_node("https://example.org/dataset/ü", kind="dataset", name="Ü, d")
    network.add_edge("https://example.org/paper/1", "https://example.org/dataset/ü", property="usesDataset")
    return network


def written(write: Callable[[nx.DiGraph[str], IO[bytes]], None], network: nx.DiGraph[str]) -> bytes:
    output = io.BytesIO()
    write(network, output)
    return output.getvalue()


@pytest.mark.parametrize(("write", "read"), [(write_graphml, nx.read_graphml), (write_gexf, nx.read_gexf)])
def test_networkx_reads_what_was_written(
    network: nx.DiGraph[str],
    write: Callable[[nx.DiGraph[str], IO[bytes]], None],
    read: Callable[[IO[bytes]], nx.DiGraph[str]],
) -> None:
    found = read(io.BytesIO(written(write, network)))
    assert found.is_directed()
    assert {node: about["kind"] for node, about in found.nodes(data=True)} == {
        "https://example.org/paper/1": "paper",
        "https://example.org/dataset/ü": "dataset",
    }
    paper = found.nodes["https://example.org/paper/1"]
    assert paper["label"].startswith('A "B" <C>') and paper["label"].endswith("& D") and paper["year"] == 2024
    ((_, _, about),) = found.edges(data=True)
    assert about["property"] == "usesDataset"


@pytest.mark.parametrize("write", [write_graphml, write_gexf, write_tables])
def test_the_same_network_gives_the_same_bytes_without_a_date(
    network: nx.DiGraph[str], write: Callable[[nx.DiGraph[str], IO[bytes]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = written(write, network)
    monkeypatch.setattr("time.strftime", lambda *_: "2099-01-01")
    assert written(write, network) == first
    assert b"lastmodified" not in first and b"NetworkX" not in first


def test_a_graph_of_gexf_has_the_attributes_of_its_schema(network: nx.DiGraph[str]) -> None:
    graph = ElementTree.fromstring(written(write_gexf, network)).find("{http://www.gexf.net/1.2draft}graph")
    assert graph is not None and graph.attrib == {"defaultedgetype": "directed", "mode": "static"}


def test_an_archive_has_a_table_of_nodes_and_one_of_edges(network: nx.DiGraph[str]) -> None:
    with zipfile.ZipFile(io.BytesIO(written(write_tables, network))) as archive:
        assert archive.namelist() == ["nodes.csv", "edges.csv"]
        nodes, edges = (list(csv.reader(io.StringIO(archive.read(name).decode()))) for name in archive.namelist())
    assert tuple(nodes[0]) == NODES and tuple(edges[0]) == EDGES
    assert nodes[2] == ["https://example.org/dataset/ü", "Ü, d", "dataset", ""]
    assert edges[1] == ["https://example.org/paper/1", "https://example.org/dataset/ü", "usesDataset"]
