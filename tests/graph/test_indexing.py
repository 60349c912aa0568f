"""Making the index: the same graph gives the same bytes, and what is in the way is named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.graph import indexing
from kg.graph.indexing import index_file, make_index, said, write_index
from kg.graph.store import current, opened
from kg.vocabulary import DEFAULT_BASE, KG, RDF, SCHEMA, SKOS, entities_graph


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


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of an index."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'word'").fetchall()
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in found}


def subject(quad: Quad) -> NamedNode:
    assert isinstance(quad.subject, NamedNode)
    return quad.subject


def test_an_index_that_takes_over_what_did_not_change_is_that_of_the_whole_graph(
    graph_folder: Path, tmp_path: Path
) -> None:
    after = Store()
    after.extend(opened(graph_folder).store)
    write_index(after, tmp_path / "anew.sqlite")
    typed = after.quads_for_pattern(None, NamedNode(RDF + "type"), NamedNode(KG + "Paper"))
    new, other = sorted(map(subject, typed), key=str)[:2]
    topic = subject(next(after.quads_for_pattern(None, NamedNode(SKOS + "altLabel"), None)))
    gone = NamedNode("urn:x:gone")
    before = Store()
    before.extend(quad for quad in after if quad.graph_name not in (new, other))
    before.extend([*after.quads_for_pattern(None, None, None, other)][::2])
    shared = Quad(topic, NamedNode(SKOS + "altLabel"), Literal("AAA"), NamedNode(entities_graph(DEFAULT_BASE)))
    before.add(shared)
    for predicate, value in (
        (RDF + "type", NamedNode(KG + "Paper")),
        (SCHEMA + "name", Literal("Gone")),
        (SCHEMA + "datePublished", Literal("2020")),
        (KG + "listedOn", Literal("page:1")),
        (KG + "introduces", topic),
    ):
        before.add(Quad(gone, NamedNode(predicate), value, gone))
    write_index(before, tmp_path / "before.sqlite")
    with index_file(tmp_path / "index.sqlite", tmp_path / "before.sqlite") as maker:
        lost = [other.value, gone.value]
        maker.take_over([*lost, topic.value], said(before, lost), [new.value, other.value], shared=-1)
        subjects = {new.value, other.value, topic.value}
        maker.read(statement for statement in indexing._statements(after) if statement[0] in subjects)
        maker.finish(after)
    assert rows(tmp_path / "index.sqlite") == rows(tmp_path / "anew.sqlite")
    assert rows(tmp_path / "before.sqlite") != rows(tmp_path / "anew.sqlite")
