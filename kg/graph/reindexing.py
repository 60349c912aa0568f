"""Changing the index of a graph (:mod:`kg.graph.index`) into that of the next generation, where few papers differ.

Rows of what does not change stay. What is new or comes elsewhere in an order gets a free number there; what has no room
is numbered anew together with what is around it. All else is as in an index of the whole graph
(:mod:`kg.graph.indexing`).
"""

from __future__ import annotations

import shutil
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from kg.graph.index import ID_TYPE, RESULTS, ROOM
from kg.graph.indexing import (
    EDGES,
    LINKED,
    PROPERTIES,
    RESULT_ROWS,
    TOTALS,
    VENUES,
    IndexMaker,
    Said,
    add_names,
    index_file,
    initials_of_name,
    keys_of_name,
    run_script,
    said,
    write_forms,
)

_GONE = """
CREATE TABLE scratch.lost AS SELECT node.iri, place FROM scratch.gone JOIN node USING (iri)
    JOIN paper ON paper.node = node.id;
CREATE TABLE scratch.less AS SELECT node.iri, count(*) AS papers, sum(role = 0) AS introducing
    FROM scratch.lost JOIN edge USING (place) JOIN node ON node.id = edge.node GROUP BY edge.node;
DELETE FROM edge WHERE place IN (SELECT place FROM scratch.lost);
DELETE FROM result WHERE place IN (SELECT place FROM scratch.lost);
DELETE FROM data WHERE place IN (SELECT place FROM scratch.lost);
DELETE FROM paper WHERE place IN (SELECT place FROM scratch.lost);
DELETE FROM narrower WHERE narrower IN (SELECT id FROM scratch.gone JOIN node USING (iri));
DELETE FROM better WHERE metric IN (SELECT id FROM scratch.gone JOIN node USING (iri));
DELETE FROM venue WHERE iri IN (SELECT iri FROM scratch.gone);
"""
_OTHERS = """
SELECT iri FROM scratch.gone UNION SELECT iri FROM scratch.thing WHERE kind != 'venue'
    UNION SELECT iri FROM scratch.less UNION SELECT iri FROM scratch.linked
"""
_CONCERNED = """
INSERT INTO scratch.node SELECT id, iri, kind, papers, introducing FROM node WHERE iri IN (
    SELECT target FROM scratch.edge UNION SELECT source FROM scratch.edge
    UNION SELECT paper FROM scratch.result UNION SELECT metric FROM scratch.result
    UNION SELECT dataset FROM scratch.result UNION SELECT method FROM scratch.result
    UNION SELECT iri FROM scratch.broader UNION SELECT broader FROM scratch.broader
    UNION SELECT iri FROM scratch.better UNION SELECT paper FROM scratch.data
);
CREATE UNIQUE INDEX scratch.node_iri ON node (iri);
"""
_OF_NODES = (
    *(("edge", "node"), ("paper", "node"), ("better", "metric"), ("narrower", "node"), ("narrower", "narrower")),
    *(("result", "metric"), ("result", "dataset"), ("result", "method"), ("companion", "node"), ("companion", "other")),
)
_OF_PAPERS = (("edge", "place"), ("data", "place"), ("paper", "place"))


class _Node(NamedTuple):
    """A node of the index: its number, what is counted of it, and its names."""

    number: int
    iri: str
    kind: str
    papers: int
    introducing: int
    mentions: int
    names: Sequence[str]

    @property
    def item(self) -> Item:
        text = self.names[0] if self.names else self.iri
        return Item((-self.papers, text, self.iri), max(1, len(self.names)), self.number or None)


class Item(NamedTuple):
    """Something in an order: what it is sorted by, how many numbers it takes, and the first of them, if it has some."""

    key: tuple[Any, ...]
    size: int
    number: int | None

    @property
    def end(self) -> int:
        assert self.number is not None
        return self.number + self.size


class _NoRoomError(Exception):
    """There are too few numbers between two items, which are given."""

    def __init__(self, around: Iterable[Item | None]) -> None:
        self.around = [item for item in around if item]


def numbered(
    items: Iterable[Item], before: Callable[[int], Item | None], after: Callable[[int], Item | None], last: int
) -> dict[tuple[Any, ...], int]:
    """Numbers for some items, by their keys, in the order of these among all items.

    Most keep those that they have. If there is no room, more items get other numbers.

    Args:
        items: those that are new, or may have another place in the order now.
        before: gives the last of all items whose first number is not after a number; these may be in ``items`` too.
        after: gives the first whose number is not before a number.
        last: the greatest number.
    """
    given = {item.key: item for item in items}
    held = {item.number for item in given.values() if item.number is not None}
    around = 1

    def fixed(find: Callable[[int], Item | None], number: int, step: int) -> Item | None:
        while (found := find(number)) and found.number in held:
            assert found.number is not None
            number = found.number + step
        return found

    def place(key: tuple[Any, ...]) -> Item | None:
        """The last item before a key, of those that stay where they are."""
        low, high, best = 0, last, None
        while low <= high:
            middle = (low + high) // 2
            found = fixed(before, middle, -1)
            if found is None or found.key < key:
                best = found or best
                low = middle + 1
            else:
                assert found.number is not None
                high = found.number - 1
        return best

    while True:
        now: dict[tuple[Any, ...], int] = {}
        try:
            for previous, some in groupby(sorted(given.values()), key=lambda item: place(item.key)):
                low = previous.end if previous else 1
                following = fixed(after, low, 1)
                found = _between(list(some), low, following.number if following else None)
                if found is None:
                    raise _NoRoomError((previous, following))
                now.update(found)
        except _NoRoomError as none:
            for item in none.around:
                for find, step in ((before, -1), (after, 1)):
                    near: Item | None = item
                    for _ in range(around):
                        if near and near.number is not None:
                            given.setdefault(near.key, near)
                            held.add(near.number)
                            near = fixed(find, near.number, step)
            around *= 2
            continue
        return now


def _between(items: Sequence[Item], low: int, high: int | None) -> dict[tuple[Any, ...], int] | None:
    """Numbers for items in order from ``low`` on and before ``high``; ``None`` if there are too few."""
    kept, free = set(), low
    for item in items:
        if item.number is not None and item.number >= free and (high is None or item.end <= high):
            kept.add(item.key)
            free = item.end
    found = _spread(items, kept, low, high)
    return _spread(items, set(), low, high) if found is None else found


def _spread(
    items: Sequence[Item], kept: Collection[object], low: int, high: int | None
) -> dict[tuple[Any, ...], int] | None:
    """Numbers for items when some keep theirs: the others evenly between those."""
    found: dict[tuple[Any, ...], int] = {}
    for keeps, some in groupby(items, key=lambda item: item.key in kept):
        group = list(some)
        if keeps:
            found |= {item.key: item.number for item in group if item.number is not None}
            low = group[-1].end
            continue
        following = next((item.number for item in items if item.key in kept and item > group[-1]), high)
        size = sum(item.size for item in group)
        free = ROOM * (len(group) + 1) if following is None else following - low - size
        if free < 0:
            return None
        step = free // (len(group) + 1)
        for item in group:
            found[item.key] = low + step
            low += step + item.size
    return found


@contextmanager
def changed_index(path: Path, before: Path) -> Iterator[IndexChanges]:
    """What makes an index in a new file from that of the generation before.

    Raises:
        OSError: it cannot be written; names it.
    """
    shutil.copyfile(before, path)
    with index_file(path, IndexChanges) as changes:
        yield changes


class IndexChanges(IndexMaker):
    """Collects the statements about what is new or other than before, and changes the index by them.

    Args:
        connection: to a database with the index of the generation before, with an empty one attached as "scratch".
    """

    def _begin(self) -> None:
        self._removed = Said(Counter(), Counter())
        self._added: Sequence[str] = ()
        self._shared = 0

    def replace(self, gone: Iterable[str], removed: Said, added: Iterable[str], shared: int) -> None:
        """Say what differs; the statements of that which is there now are read besides.

        Args:
            gone: the IRIs of papers and other nodes of which nothing stays as it was.
            removed: what the papers among them said.
            added: the IRIs of the papers of which the store has more or other statements now.
            shared: how many statements more there are about what papers share.
        """
        self._connection.execute("CREATE TABLE scratch.gone (iri TEXT PRIMARY KEY) WITHOUT ROWID")
        self._connection.executemany("INSERT OR IGNORE INTO scratch.gone VALUES (?)", ((iri,) for iri in gone))
        self._removed, self._added, self._shared = removed, [*added], shared

    def finish(self, store: ox.Store) -> None:
        """Change the index, when all statements are collected.

        Args:
            store: the graph.
        """
        self.read_waiting()
        added = said(store, self._added)
        for paper in self._added:
            self._read_results(store, paper)
        run_script(self._connection, LINKED + _GONE)
        touched = self._change_nodes(added)
        self._change_papers()
        run_script(self._connection, VENUES + _CONCERNED + EDGES + PROPERTIES + RESULT_ROWS)
        marks = ", ".join(map(str, sorted(touched)))
        self._connection.execute(f"DELETE FROM companion WHERE node IN ({marks})")
        self._count_companions(f"AND edge.node IN ({marks})")
        totals = Counter(dict(self._rows("SELECT name, count FROM total")))
        totals.update(added.totals)
        totals.subtract(self._removed.totals)
        totals["triple"] += self._shared
        self._connection.execute("DELETE FROM total")
        self._finish({name: totals[name] for name in TOTALS})

    def _change_nodes(self, added: Said) -> set[int]:
        """Bring the nodes, their names and their numbers up to date; the numbers of those that may be others."""
        iris = {iri for (iri,) in self._rows(_OTHERS)}.union(added.mentions, self._removed.mentions)
        old = {iri: found for iri in iris if (found := self._node("node.iri = ?", iri))}
        new = self._nodes_now(iris, old, added)
        (last,) = self._rows("SELECT coalesce(max(id), 0) FROM node").fetchone()
        items = {node.item.key: iri for iri, node in new.items()}
        gone = {node.number for iri, node in old.items()}
        seen: dict[int, Item | None] = {}

        def before(number: int) -> Item | None:
            if number not in seen:
                found = self._node("node.id <= ? ORDER BY node.id DESC LIMIT 1", number)
                seen[number] = found and found.item
            return seen[number]

        def after(number: int) -> Item | None:
            found = self._node("node.id >= ? ORDER BY node.id LIMIT 1", number)
            return found and found.item

        def but(find: Callable[[int], Item | None], step: int) -> Callable[[int], Item | None]:
            """Without the nodes that are new, gone or others now: their place is not known yet."""

            def found(number: int) -> Item | None:
                while (item := find(number)) and item.number in gone:
                    number = item.number + step
                return item

            return found

        numbers = numbered((node.item for node in new.values()), but(before, -1), but(after, 1), last)
        for key in numbers.keys() - items.keys():  # what had to make room
            found = self._node("node.iri = ?", key[-1])
            assert found
            old[found.iri] = new[found.iri] = found
        now = {iri: node._replace(number=numbers[node.item.key]) for iri, node in new.items()}
        self._replace_nodes(old, now)
        return {now[iri].number for iri in iris if iri in now}

    def _nodes_now(self, iris: Iterable[str], old: Mapping[str, _Node], added: Said) -> dict[str, _Node]:
        """What some nodes are now, those that are still there, as long as they keep their numbers."""
        kinds = dict(self._rows("SELECT iri, min(kind) FROM scratch.thing WHERE kind != 'venue' GROUP BY iri"))
        gone = {iri for (iri,) in self._rows("SELECT iri FROM scratch.gone")}
        less = {iri: counts for iri, *counts in self._rows("SELECT iri, papers, introducing FROM scratch.less")}
        more = {iri: counts for iri, *counts in self._rows("SELECT iri, papers, introducing FROM scratch.linked")}
        names: defaultdict[str, list[str]] = defaultdict(list)
        for iri, text in self._rows("SELECT iri, text FROM scratch.named GROUP BY iri, text ORDER BY min(place), text"):
            names[iri].append(text)
        found = {}
        for iri in iris:
            before = old.get(iri, _Node(0, iri, "", 0, 0, 0, ()))
            if iri in gone or not before.number:
                if iri not in kinds:
                    continue
                before = before._replace(kind=kinds[iri], names=names[iri])
            papers, introducing = (
                count - by + further
                for count, by, further in zip(before[3:5], less.get(iri, (0, 0)), more.get(iri, (0, 0)), strict=True)
            )
            found[iri] = before._replace(
                papers=1 if before.kind == "paper" else papers,
                introducing=introducing,
                mentions=before.mentions - self._removed.mentions[iri] + added.mentions[iri],
            )
        return found

    def _replace_nodes(self, old: Mapping[str, _Node], now: Mapping[str, _Node]) -> None:
        """Put some nodes in the place of others, with their names, and in all tables their numbers."""
        moved = {
            node.number: now[iri].number for iri, node in old.items() if iri in now and node.number != now[iri].number
        }
        renamed = {
            iri: node
            for iri, node in now.items()
            if iri not in old or (node.number, node.names) != (old[iri].number, [*old[iri].names])
        }
        forms: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
        for iri, node in old.items():
            if iri in renamed or iri not in now:
                self._remove_names(node, forms)
        self._renumber(moved, _OF_NODES)
        self._connection.executemany("DELETE FROM node WHERE id = ?", ((node.number,) for node in old.values()))
        self._connection.executemany(
            "INSERT INTO node VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (node.number, *node[1:3], node.number if node.names else None, *node[3:6])
                for node in sorted(now.values())
            ),
        )
        rows = [
            (node.number + place, node.number, text)
            for node in sorted(renamed.values())
            for place, text in enumerate(node.names)
        ]
        self._connection.executemany("INSERT INTO name VALUES (?, ?, ?)", rows)
        self._connection.execute("CREATE TABLE scratch.renamed (node INTEGER PRIMARY KEY)")
        self._insert("scratch.renamed", 1, ((node.number,) for node in renamed.values()))
        add_names(self._connection, "WHERE name.node IN (SELECT node FROM scratch.renamed)")
        self._change_forms(forms)

    def _remove_names(self, node: _Node, forms: Mapping[tuple[str, int], set[int]]) -> None:
        """Remove the names of a node; ``forms`` gets their ids by kind and length."""
        for name, text, words, form in self._rows(
            "SELECT id, text, words, form FROM name JOIN spelled ON spelled.name = id WHERE node = ?", node.number
        ).fetchall():
            forms[node.kind, len(form)].add(name)
            self._connection.execute("INSERT INTO word (word, rowid, words) VALUES ('delete', ?, ?)", (name, words))
            self._connection.execute("DELETE FROM spelled WHERE name = ?", (name,))
            self._connection.execute("DELETE FROM name WHERE id = ?", (name,))
            for table, column, values in (
                ("key", "key", keys_of_name(node.kind, text)),
                ("initials", "letters", initials_of_name(text)),
            ):
                for value in values:
                    self._connection.execute(f"DELETE FROM {table} WHERE {column} = ? AND name = ?", (value, name))

    def _change_forms(self, removed: Mapping[tuple[str, int], set[int]]) -> None:
        """Bring the table "form" up to date."""
        added: defaultdict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)
        for kind, form, name in self._rows(
            """SELECT kind, form, spelled.name FROM scratch.renamed JOIN node ON node.id = renamed.node
            JOIN name ON name.node = node.id JOIN spelled ON spelled.name = name.id"""
        ):
            added[kind, len(form)].append((form, name))
        for kind, length in sorted({*removed, *added}):
            rows = added[kind, length]
            where = "FROM form WHERE kind = ? AND length = ?"
            gone = removed.get((kind, length), ())
            for forms, names in self._rows(f"SELECT forms, names {where} ORDER BY part", kind, length):
                pairs = zip(forms.split("\n"), array(ID_TYPE, names), strict=True)
                rows += [pair for pair in pairs if pair[1] not in gone] if gone else pairs
            self._connection.execute(f"DELETE {where}", (kind, length))
            write_forms(self._connection, kind, length, sorted(rows))

    def _change_papers(self) -> None:
        """Bring the order of the papers up to date."""
        places = dict(self._rows("SELECT iri, place FROM scratch.lost"))
        items, nodes = [], {}
        for iri, node, year in self._rows(
            """SELECT DISTINCT iri, node.id, year FROM scratch.thing JOIN node USING (iri)
            LEFT JOIN scratch.year USING (iri) WHERE thing.kind = 'paper'"""
        ):
            items.append(Item((-int(year or 0), iri), 1, places.get(iri)))
            nodes[iri] = (node, year)
        (last,) = self._rows("SELECT coalesce(max(place), 0) FROM paper").fetchone()

        def found(where: str) -> Callable[[int], Item | None]:
            query = f"SELECT place, iri, year FROM paper JOIN node ON node.id = node WHERE {where} LIMIT 1"

            def find(number: int) -> Item | None:
                rows = self._rows(query, number)
                return next((Item((-int(year or 0), iri), 1, place) for place, iri, year in rows), None)

            return find

        numbers = numbered(items, found("place <= ? ORDER BY place DESC"), found("place >= ? ORDER BY place"), last)
        others = {iri: place for (_, iri), place in numbers.items() if iri not in nodes}
        query = "SELECT place FROM paper JOIN node ON node.id = node WHERE iri = ?"
        self._renumber({self._rows(query, iri).fetchone()[0]: place for iri, place in others.items()}, _OF_PAPERS)
        self._insert("paper", 3, ((place, *nodes[iri]) for (_, iri), place in numbers.items() if iri in nodes))

    def _renumber(self, moved: Mapping[int, int], columns: Iterable[tuple[str, str]]) -> None:
        """Give some nodes or papers other numbers in some tables; one may get that which another had."""
        moved = {old: new for old, new in moved.items() if old != new}
        if not moved:
            return
        self._connection.execute("CREATE TABLE scratch.moved (old INTEGER PRIMARY KEY, new INTEGER)")
        self._insert("scratch.moved", 2, moved.items())
        if columns is _OF_PAPERS:
            self._connection.execute("UPDATE result SET id = -id WHERE place IN (SELECT old FROM scratch.moved)")
            new = "(SELECT new FROM scratch.moved WHERE old = place)"
            self._connection.execute(
                f"UPDATE result SET id = {RESULTS} * ({new} - place) - id, place = {new} WHERE id < 0"
            )
        for table, column in columns:
            self._connection.execute(
                f"UPDATE {table} SET {column} = -{column} WHERE {column} IN (SELECT old FROM scratch.moved)"
            )
            self._connection.execute(
                f"""UPDATE {table} SET {column} = (SELECT new FROM scratch.moved WHERE old = -{column})
                WHERE {column} < 0"""
            )
        self._connection.execute("DROP TABLE scratch.moved")

    def _node(self, where: str, value: object) -> _Node | None:
        """The node of a condition of SQL."""
        query = f"SELECT id, iri, kind, papers, introducing, mentions FROM node WHERE {where}"
        row = self._rows(query, value).fetchone()
        if not row:
            return None
        names = self._rows("SELECT text FROM name WHERE node = ? ORDER BY id", row[0])
        return _Node(*(*row, [text for (text,) in names]))

    def _rows(self, query: str, *values: object) -> Any:
        return self._connection.execute(query, values)
