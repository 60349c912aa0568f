"""Reading the index: the small graph of tests/ask/test_lookup.py shows the same through look-ups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from pyoxigraph import RdfFormat, Store

from kg.errors import GraphError
from kg.graph.index import ROOM, GraphIndex
from kg.graph.indexing import make_index, write_index
from kg.graph.manifest import UnreadableError

GRAPH = """
@prefix kg: <https://w3id.org/papers-kg/ontology#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <urn:x:> .
:pond a kg:Dataset ; skos:prefLabel "Pond Net" ; skos:altLabel "PondNet", "Frog pond" .
:lake a kg:Method ; skos:prefLabel "Lake" .
:river a kg:Method ; skos:prefLabel "River" ; skos:broader :lake .
:brook a kg:Method ; skos:prefLabel "Brook" ; skos:broader :river .
:one a kg:Paper ; schema:name "Ponds" ; kg:mentions :lake, :pond ; kg:introduces :lake .
:two a kg:Paper ; schema:name "C++ at night" ; kg:mentions :lake .
"""


@pytest.fixture(scope="module")
def index() -> GraphIndex:
    store = Store()
    store.load(GRAPH.encode(), format=RdfFormat.TURTLE)
    return make_index(store)


def test_a_node_has_its_preferred_name_and_its_counts(index: GraphIndex) -> None:
    lake = index.node("urn:x:lake")
    assert lake is not None
    assert (lake.id, lake.kind, lake.name, lake.papers, lake.introducing) == (ROOM + 1, "method", "Lake", 2, 1)
    assert index.node("urn:x:nothing") is None


def test_all_that_is_narrower_is_found(index: GraphIndex) -> None:
    lake, brook = index.node("urn:x:lake"), index.node("urn:x:brook")
    assert lake and brook
    assert [node.name for node in index.narrower(lake.id)] == ["Brook", "River"]
    assert index.narrower(brook.id) == []


def test_names_are_found_by_text_by_key_by_beginning_and_by_words(index: GraphIndex) -> None:
    assert [name.node.iri for name in index.called(["Frog pond"])] == ["urn:x:pond"]
    assert [name.text for name in index.with_key("pondnet")] == ["Pond Net", "PondNet"]
    assert [name.text for name in index.names([name for _, name in index.beginning("pond")])] == ["Pond Net", "Ponds"]
    assert [name.text for name in index.names([name for _, name in index.with_words(["c++"])])] == ["C++ at night"]
    assert [name.text for name in index.names([name for _, name in index.beginning("pond", ["paper"])])] == ["Ponds"]
    assert index.with_words(['"', "*"]) == []


def test_completing_puts_the_same_name_first(index: GraphIndex) -> None:
    assert [name.text for name in index.completing("pond", ["pond"], 10)] == [
        "Ponds",
        "Pond Net",
        "Frog pond",
        "PondNet",
    ]
    assert [name.text for name in index.completing("frogpo", ["frog", "po"], 10)] == ["Frog pond"]


def test_the_index_is_read_in_a_folder_that_cannot_be_written_and_from_several_threads(tmp_path: Path) -> None:
    folder = tmp_path / "100% #1?"
    folder.mkdir()
    write_index(Store(), path := folder / "index.sqlite")
    assert [file.name for file in folder.iterdir()] == ["index.sqlite"]
    folder.chmod(0o500)
    index = GraphIndex.open(path)
    found: list[object] = []
    thread = Thread(target=lambda: found.append(index.node("urn:x:lake")))
    thread.start()
    thread.join()
    assert (found, index.total("triple")) == ([None], 0)
    folder.chmod(0o700)


def test_an_index_that_the_system_does_not_let_read_is_no_damage(tmp_path: Path, refuse: Callable[..., None]) -> None:
    refuse("index.sqlite")
    with pytest.raises(UnreadableError, match=r"index\.sqlite: cannot be read \(Permission denied\)$"):
        GraphIndex.open(tmp_path / "index.sqlite")


def test_an_index_that_is_gone_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"index\.sqlite: .* open it again$"):
        GraphIndex.open(tmp_path / "index.sqlite")
    (tmp_path / "index.sqlite").write_bytes(b"SQLite format 3\0" + bytes(5000))
    with pytest.raises(GraphError, match=r"index\.sqlite: is damaged .*; build the graph again$"):
        GraphIndex.open(tmp_path / "index.sqlite").node("urn:x:lake")
