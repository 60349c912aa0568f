"""Changing an index: it is that of the whole graph, but for the numbers, whose order is the same."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.graph import indexing
from kg.graph.index import ROOM
from kg.graph.indexing import said, write_index
from kg.graph.reindexing import Item, changed_index, numbered
from kg.graph.store import opened
from kg.vocabulary import DEFAULT_BASE, KG, RDF, SCHEMA, SKOS, entities_graph

Rows = Callable[[Path], dict[str, list[tuple[object, ...]]]]


def subject(quad: Quad) -> NamedNode:
    assert isinstance(quad.subject, NamedNode)
    return quad.subject


@pytest.mark.parametrize("room", [ROOM, 1])
def test_an_index_that_is_changed_is_that_of_the_whole_graph(
    room: int, graph_folder: Path, tmp_path: Path, index_rows: Rows, monkeypatch: pytest.MonkeyPatch
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
    before.extend(after.quads_for_pattern(other, NamedNode(RDF + "type"), None, other))  # it was a paper, too
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
    monkeypatch.setattr(indexing, "_IN_ORDER", indexing._IN_ORDER.replace(str(ROOM), str(room)))
    write_index(before, tmp_path / "before.sqlite")
    with changed_index(tmp_path / "index.sqlite", tmp_path / "before.sqlite") as maker:
        lost = [other.value, gone.value]
        maker.replace([*lost, topic.value], said(before, lost), [new.value, other.value], shared=-1)
        subjects = {new.value, other.value, topic.value}
        maker.read(statement for statement in indexing._statements(after) if statement[0] in subjects)
        maker.finish(after)
    assert index_rows(tmp_path / "index.sqlite") == index_rows(tmp_path / "anew.sqlite")
    assert index_rows(tmp_path / "before.sqlite") != index_rows(tmp_path / "anew.sqlite")


class Shelf:
    """Items with numbers, as an index has them."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self._numbers: list[int] = []

    def before(self, number: int) -> Item | None:
        place = bisect_right(self._numbers, number)
        return self.items[place - 1] if place else None

    def after(self, number: int) -> Item | None:
        place = bisect_left(self._numbers, number)
        return self.items[place] if place < len(self.items) else None

    def put(self, items: list[Item]) -> dict[tuple[int, ...], int]:
        last = max((item.number or 0 for item in self.items), default=0)
        numbers = numbered(items, self.before, self.after, last)
        others = {item.number for item in items}
        sizes = {item.key: item.size for item in (*self.items, *items)}
        stay = [item for item in self.items if item.number not in others and item.key not in numbers]
        self.items = sorted([*stay, *(Item(key, sizes[key], number) for key, number in numbers.items())])
        self._numbers = [item.number or 0 for item in self.items]
        return numbers

    def is_in_order(self) -> bool:
        pairs = zip(self.items, self.items[1:], strict=False)
        return all(one.end <= (other.number or 0) for one, other in pairs)


def test_new_items_get_numbers_between_others_which_keep_theirs() -> None:
    shelf = Shelf()
    shelf.put([Item((key,), 2, None) for key in range(0, 100, 10)])
    assert shelf.is_in_order()
    assert shelf.put([Item((15,), 3, None), Item((15.5,), 1, None), Item((200,), 1, None)]).keys() == {
        (15,),
        (15.5,),
        (200,),
    }
    last = shelf.items[-1]
    assert shelf.put([last._replace(key=(95,))]) == {(95,): last.number}, "it need not move"
    assert shelf.put([shelf.items[0]._replace(key=(11,))]).keys() == {(11,)}
    assert [item.key for item in shelf.items] == [(key,) for key in (10, 11, 15, 15.5, *range(20, 91, 10), 95)]
    assert shelf.is_in_order()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_where_there_is_no_room_items_around_get_other_numbers(seed: int) -> None:
    random, shelf = Random(seed), Shelf()
    shelf.put([Item((float(key),), 1, None) for key in range(50)])
    numbers = 0
    for _ in range(30):
        changed = random.sample(shelf.items, k=2) if random.random() < 0.5 else []
        items = [item._replace(key=(random.uniform(0, 50),), size=random.choice((1, 40, 400))) for item in changed]
        items += [
            Item((random.uniform(20, 20.5),), random.choice((1, 40, 400)), None) for _ in range(random.choice((1, 5)))
        ]
        found = shelf.put(items)
        assert found.keys() >= {item.key for item in items}
        numbers += len(found) - len(items)
        assert shelf.is_in_order()
    assert numbers
    assert max(item.number or 0 for item in shelf.items) < 1000 * ROOM
