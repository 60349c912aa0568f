"""Making the index: the same graph gives the same bytes, and what is in the way is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Store

from kg.graph.indexing import make_index, write_index
from kg.graph.store import current, opened


def test_the_same_graph_gives_the_same_bytes(graph_folder: Path, tmp_path: Path) -> None:
    generation = current(graph_folder)
    assert generation is not None
    write_index(generation.open(), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (generation.folder / "index.sqlite").read_bytes()


def test_papers_are_numbered_from_the_newest_and_nodes_from_that_of_most_papers(graph_folder: Path) -> None:
    index = opened(graph_folder).reader.index
    papers = index.rows("SELECT iri FROM paper JOIN node ON node.id = paper.node ORDER BY place")
    assert papers == sorted(papers)  # they have no year
    counts = [count for (count,) in index.rows("SELECT papers FROM node ORDER BY id")]
    assert counts == sorted(counts, reverse=True)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="unable to open") as caught:
        write_index(Store(), tmp_path / "none" / "index.sqlite")
    assert caught.value.filename == str(tmp_path / "none" / "index.sqlite")


def test_an_empty_graph_has_an_index() -> None:
    assert make_index(Store()).total("triple") == 0


def test_a_graph_without_an_index_gets_one_in_memory(own_graph: Path) -> None:
    generation = current(own_graph)
    assert generation is not None
    (generation.folder / "index.sqlite").unlink()
    (generation.folder / "kg-generation.json").unlink()  # an earlier version made neither
    assert opened(own_graph).reader.index.with_key("cifar10")


def test_an_index_of_another_version_is_not_read(own_graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.graph.store.VERSION", 0)
    made = make_index(Store())
    monkeypatch.setattr("kg.graph.indexing.make_index", lambda store: made)
    assert opened(own_graph).reader.index is made


def test_the_companions_that_are_kept_are_those_that_would_be_counted(
    graph_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = opened(graph_folder).reader
    monkeypatch.setattr("kg.graph.indexing._MANY", 1)
    kept = make_index(reader.store)
    assert kept.rows("SELECT count(*) FROM companion") > [(10,)]
    nodes = [node for (node,) in reader.index.rows("SELECT id FROM node")]
    assert [kept.companions(node, 3) for node in nodes] == [reader.index.companions(node, 3) for node in nodes]
