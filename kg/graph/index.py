"""The index of a graph: names, counts and neighbours, kept by the build so that no question has to count or scan.

It is an SQLite file beside the store, made by the build (:mod:`kg.graph.indexing`), and is only read afterwards. Its
tables are in :data:`SCHEMA`. Nodes are numbered in the order in which look-ups list them, those of most papers first,
and papers also from the newest to the oldest, so that "the first ten" are ten rows and not a sort. Between two numbers
there is room, so that a build that goes on from this index (:mod:`kg.graph.reindexing`) need not number all anew.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Literal, NamedTuple

import pyoxigraph as ox

from kg.errors import GraphError
from kg.graph.manifest import ABSENT, unreadable
from kg.graph.reader import GraphReader
from kg.text.names import one_line
from kg.vocabulary import KINDS, Kind

VERSION = 4
"""The version of the tables: a graph whose index is of another version gets one in memory. 1 was in no release."""
SCHEMA = """
-- What can be looked up: entities, papers and repositories. "label" is the preferred name, "papers" how many mention
-- the entity or link to the repository (1 for a paper; 0 for one that only a catalogue has), "introducing" how many of
-- them introduce it.
CREATE TABLE node (
    id INTEGER PRIMARY KEY, iri TEXT, kind TEXT, label INTEGER, papers INTEGER, introducing INTEGER, mentions INTEGER
);
-- All names of nodes, the preferred one first. The ids of those of a node follow one another, from the node's id on.
CREATE TABLE name (id INTEGER PRIMARY KEY, node INTEGER, text TEXT);
CREATE INDEX name_node ON name (node);
-- The normal form of each name; for "owner/name" also that of the part after the slash.
CREATE TABLE key (key TEXT, name INTEGER, node INTEGER, PRIMARY KEY (key, name)) WITHOUT ROWID;
-- The first letters of names of two to eight words.
CREATE TABLE initials (letters TEXT, name INTEGER, PRIMARY KEY (letters, name)) WITHOUT ROWID;
-- The words of each name in the singular, under the name's id.
CREATE VIRTUAL TABLE word USING fts5 (
    words, content = '', columnsize = 0, detail = none, prefix = '1 2 3', tokenize = "ascii tokenchars '.+*#'"
);
-- The names of a kind that have the same length, one a line: letters and digits in lower case, other signs as spaces.
-- "names" are their ids, as 64-bit numbers.
CREATE TABLE form (kind TEXT, length INTEGER, part INTEGER, forms TEXT, names BLOB, PRIMARY KEY (kind, length, part));
-- The words of each name and its line in "form" once more, for the index of the next generation.
CREATE TABLE spelled (name INTEGER PRIMARY KEY, words TEXT, form TEXT);
CREATE TABLE venue (iri TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
-- Papers that have a text, from the newest to those without a year; within a year by IRI.
CREATE TABLE paper (place INTEGER PRIMARY KEY, node INTEGER, year INTEGER);
-- Which papers introduce (role 0) or use (role 1) an entity, or link to a repository (role 2).
CREATE TABLE edge (node INTEGER, role INTEGER, place INTEGER, PRIMARY KEY (node, role, place)) WITHOUT ROWID;
-- Of what very many papers mention: the entities of each kind that share most papers with it, and how many.
CREATE TABLE companion (node INTEGER, other INTEGER, shared INTEGER, PRIMARY KEY (node, other)) WITHOUT ROWID;
-- Of what a catalogue lists papers under: how many, how many of them it says to introduce it, and both counts for
-- papers that the catalogue or their text connects with it.
CREATE TABLE curated (
    node INTEGER PRIMARY KEY, papers INTEGER, introducing INTEGER, papers_of_both INTEGER, introducing_of_both INTEGER
);
-- What is directly narrower than an entity, and which values of a metric are better: "higher" or "lower".
CREATE TABLE narrower (node INTEGER, narrower INTEGER, PRIMARY KEY (node, narrower)) WITHOUT ROWID;
CREATE TABLE better (metric INTEGER PRIMARY KEY, direction TEXT);
-- The addresses of the data that papers link to.
CREATE TABLE data (place INTEGER, address TEXT, PRIMARY KEY (place, address)) WITHOUT ROWID;
-- Reported results, numbered by paper and place in its text: from the place of the paper times RESULTS on.
-- "comparable" and "relative" are 0 or 1, "value" is the number as a decimal, "reported" as it is written, "settings"
-- are sorted, one a line, and "metric", "dataset" and "method" are nodes.
CREATE TABLE result (
    id INTEGER PRIMARY KEY, iri TEXT, place INTEGER, confidence REAL, comparable INTEGER, relative INTEGER, value TEXT,
    reported TEXT, unit TEXT, metric INTEGER, dataset INTEGER, method INTEGER, settings TEXT, sentence TEXT
);
-- The counts of the whole graph.
CREATE TABLE total (name TEXT PRIMARY KEY, count INTEGER) WITHOUT ROWID;
"""
INDEXES = """
CREATE UNIQUE INDEX node_iri ON node (iri);
CREATE INDEX name_text ON name (text);
CREATE UNIQUE INDEX paper_node ON paper (node);
CREATE INDEX edge_place ON edge (place, role, node);
CREATE INDEX result_place ON result (place);
CREATE INDEX result_metric ON result (metric);
CREATE INDEX result_dataset ON result (dataset, metric);
CREATE INDEX result_method ON result (method);
"""
INTRODUCES, USES, LINKS_TO = range(3)
COMPANIONS = 10
"""How many companions of each kind are kept."""
ROOM = 1000
"""How many numbers are left free after that of each node, and after that of each paper, when an index is made."""
RESULTS = 2**20
"""How many numbers there are for the results of a paper."""

INITIALS = range(2, 9)
"""How many letters may be those of the words of a name, by which it is found ("SAM")."""

ID_TYPE = "Q"
"""The type code of :mod:`array` for the ids in the table "form"."""

_LAST = "\U0010ffff"  # comes after every character of a name
_MOST = 500  # values of one statement; SQLite takes 32,766, and 999 in versions before 3.32
_NODE = """SELECT node.id, node.iri, node.kind, coalesce(label.text, node.iri), node.papers, node.introducing,
    node.mentions FROM node LEFT JOIN name AS label ON label.id = node.label"""
_NAME = f"{_NODE.replace('SELECT ', 'SELECT name.id, name.text, ', 1)} JOIN name ON name.node = node.id"


class Node(NamedTuple):
    """An entity, paper or repository.

    ``papers`` counts those that mention the entity or link to the repository, and is 1 for a paper, 0 for one that only
    a catalogue has; ``introducing`` counts those that introduce it, ``mentions`` the spans of text that name it.
    """

    id: int
    iri: str
    kind: Kind
    name: str
    papers: int
    introducing: int
    mentions: int


class Name(NamedTuple):
    """A name of a node."""

    id: int
    text: str
    node: Node


class Reported(NamedTuple):
    """A reported result that may be compared with others: ``value`` is a decimal, metric and dataset are nodes."""

    iri: str
    metric: int
    dataset: int
    value: str
    percent: bool


class GraphIndex:
    """The index of a graph, for reading, from any thread.

    Args:
        connection: to a database with the tables of :data:`SCHEMA`.
        place: what errors call it.
    """

    def __init__(self, connection: sqlite3.Connection, place: str = "index") -> None:
        self._connection = connection
        self._place = place
        self._lock = Lock()

    @classmethod
    def open(cls, path: Path) -> GraphIndex:
        """The index in a file, which may be in a folder that cannot be written.

        Raises:
            GraphError: there is no such file, or it cannot be read.
        """
        try:
            path.open("rb").close()  # SQLite does not say why it cannot open a file
            connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
        except (*ABSENT, sqlite3.Error) as error:
            raise GraphError(f"{path}: the graph was built anew or is damaged ({error}); open it again") from None
        except OSError as error:
            raise unreadable(path, error) from None
        return cls(connection, str(path))

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of an SQL query, with values for its question marks or one mapping of its names to values.

        Raises:
            GraphError: the file is damaged.
        """
        given = values[0] if len(values) == 1 and isinstance(values[0], Mapping) else values
        try:
            with self._lock:
                return self._connection.execute(query, given).fetchall()
        except sqlite3.DatabaseError as error:
            raise GraphError(f"{self._place}: is damaged ({one_line(str(error))}); build the graph again") from None

    @cached_property
    def version(self) -> int:
        """The :data:`VERSION` of its tables."""
        ((version,),) = self.rows("PRAGMA user_version")
        return int(version)

    def total(self, name: str) -> int:
        """A count of the whole graph."""
        return next((count for (count,) in self.rows("SELECT count FROM total WHERE name = ?", name)), 0)

    def node(self, iri: str) -> Node | None:
        """The entity, paper or repository of this IRI."""
        return next((Node(*row) for row in self.rows(f"{_NODE} WHERE node.iri = ?", iri)), None)

    def with_iris(self, iris: Sequence[str]) -> list[Node]:
        """The entities, papers and repositories among some IRIs, in their order."""
        found = {row[1]: Node(*row) for row in self._in(f"{_NODE} WHERE node.iri", iris)}
        return [found[iri] for iri in iris if iri in found]

    def nodes(self, ids: Sequence[int]) -> list[Node]:
        """The nodes of these ids, in the order of the ids."""
        found = {row[0]: Node(*row) for row in self._in(f"{_NODE} WHERE node.id", ids)}
        return [found[node] for node in ids]

    def iris(self, ids: Iterable[int]) -> dict[int, str]:
        """The IRIs of the nodes of these ids."""
        return dict(self._in("SELECT id, iri FROM node WHERE id", sorted(ids)))

    def names(self, ids: Sequence[int]) -> list[Name]:
        """The names of these ids, sorted."""
        return _names(self._in(f"{_NAME} WHERE name.id", sorted(ids)))

    def called(self, texts: Iterable[str]) -> list[Name]:
        """All names that are one of these texts."""
        return _names(self._in(f"{_NAME} WHERE name.text", [*texts]))

    def names_of(self, iri: str) -> list[Name]:
        """The names of a node, the preferred one first."""
        return _names(self.rows(f"{_NAME} WHERE node.iri = ? ORDER BY name.id", iri))

    def with_key(self, key: str) -> list[Name]:
        """The names with this normal form (:func:`kg.text.spellings.typed_key`)."""
        return _names(self.rows(f"{_NAME} WHERE name.id IN (SELECT name FROM key WHERE key = ?)", key))

    def with_initials(self, letters: str) -> list[Name]:
        """The names of several words that begin with these letters."""
        return _names(self.rows(f"{_NAME} WHERE name.id IN (SELECT name FROM initials WHERE letters = ?)", letters))

    def beginning(self, key: str, kinds: Sequence[Kind] = KINDS) -> list[tuple[int, int]]:
        """Nodes with a name whose normal form begins with this one, in order, and the first such name of each."""
        of_kind = _of_kinds("key.node", kinds)
        query = f"SELECT node, min(name) FROM key WHERE key >= ? AND key < ? {of_kind} GROUP BY node ORDER BY node"
        return self.rows(query, key, key + _LAST, *_given(kinds))

    def with_words(self, words: Iterable[str], kinds: Sequence[Kind] = KINDS) -> list[tuple[int, int]]:
        """Nodes with a name that has all these words in the singular, in order, and the first such name of each."""
        query = f"""SELECT node, min(name.id) FROM word JOIN name ON name.id = word.rowid
            WHERE word MATCH ? {_of_kinds("name.node", kinds)} GROUP BY node ORDER BY node"""
        return self.rows(query, " ".join(map(_quoted, words)), *_given(kinds))

    def completing(self, key: str, words: Sequence[str], limit: int) -> list[Name]:
        """Names that begin with a normal form, or that have some words, of which the last may be incomplete.

        Those with exactly this normal form come first, then those of nodes with most papers.
        """
        whole = [name for (name,) in self.rows("SELECT name FROM key WHERE key = ? ORDER BY name LIMIT ?", key, limit)]
        begun = self.rows(
            "SELECT name FROM key WHERE key >= ? AND key < ? ORDER BY name LIMIT ?", key, key + _LAST, limit
        )
        match = " ".join(map(_quoted, words)) + " *"
        within = self.rows("SELECT rowid FROM word WHERE word MATCH ? ORDER BY rowid LIMIT ?", match, limit)
        others = sorted({name for (name,) in (*begun, *within)} - {*whole})
        return [*self.names(whole), *self.names(others[:limit])]

    def forms(self, kinds: Sequence[Kind], lengths: Iterable[int]) -> Iterator[tuple[str, bytes]]:
        """The names of some kinds and lengths, one a line, with the bytes of their ids."""
        marks = ", ".join("?" * len(kinds))
        for length in lengths:
            query = f"SELECT forms, names FROM form WHERE kind IN ({marks}) AND length = ? ORDER BY kind, part"
            yield from self.rows(query, *kinds, length)

    def lengths(self, kinds: Sequence[Kind]) -> list[int]:
        """The lengths that names of some kinds have, sorted."""
        marks = ", ".join("?" * len(kinds))
        query = f"SELECT DISTINCT length FROM form WHERE kind IN ({marks}) ORDER BY length"
        return [length for (length,) in self.rows(query, *kinds)]

    def titles(self, form: str) -> list[Name]:
        """The titles of papers that have a form as a part of theirs (:func:`rapidfuzz.utils.default_process`)."""
        found = [
            name
            for forms, ids in self.forms(("paper",), self.lengths(("paper",)))
            if form in forms
            for name, title in zip(array(ID_TYPE, ids), forms.split("\n"), strict=True)
            if form in title
        ]
        return self.names(found)

    def papers(self, node: int, role: int, limit: int | None = None) -> list[Node]:
        """The papers that introduce or use an entity or link to a repository, the newest first."""
        query = "SELECT paper.node FROM edge JOIN paper USING (place) WHERE edge.node = ? AND role = ?"
        found = self.rows(f"{query} ORDER BY place LIMIT ?", node, role, -1 if limit is None else limit)
        return self.nodes([paper for (paper,) in found])

    def by_year(self, node: int) -> bool:
        """Whether years put the papers of an entity or repository in order: most have one, and not all the same."""
        query = """SELECT 2 * count(year) > count(*) AND min(year) < max(year)
            FROM edge JOIN paper USING (place) WHERE edge.node = ?"""
        ((decided,),) = self.rows(query, node)
        return bool(decided)

    def narrower(self, node: int) -> list[Node]:
        """All that is narrower than an entity, directly or through others, that of most papers first."""
        query = f"""WITH RECURSIVE below (id) AS (
                SELECT narrower FROM narrower WHERE node = ?
                UNION SELECT narrower FROM below JOIN narrower ON narrower.node = below.id
            )
            {_NODE} WHERE node.id IN below AND node.id != ? ORDER BY node.papers DESC, node.iri"""
        return [Node(*row) for row in self.rows(query, node, node)]

    def papers_with(self, nodes: Sequence[int]) -> int:
        """How many papers mention one of these entities."""
        return len(self.places(nodes))

    def places(self, nodes: Sequence[int], role: int = USES) -> set[int]:
        """The papers that introduce or use one of these entities, by their places; with role 0 those that introduce."""
        query = f"SELECT DISTINCT place FROM edge WHERE role <= {int(role)} AND node"
        return {place for (place,) in self._in(query, nodes)}

    def links(self, end: Literal["node", "place"], values: Sequence[int]) -> list[tuple[int, int]]:
        """The links of some entities and repositories, or of papers by their places, as pairs of node and place."""
        return self._in(f"SELECT node, place FROM edge WHERE {end}", values)

    def at_places(self, places: Sequence[int]) -> dict[int, int]:
        """The nodes of the papers at some places."""
        return dict(self._in("SELECT place, node FROM paper WHERE place", places))

    def companions(self, node: int, limit: int | None = None) -> list[tuple[Kind, str, str, int]]:
        """The entities that share papers with an entity, those of the most first, then by IRI; some of each kind.

        They come as kind, IRI, name and number of papers.
        """
        if limit is not None and limit <= COMPANIONS:
            kept = self._by_kind("SELECT other AS node, shared FROM companion WHERE node = ?", limit, node)
            if kept:
                return kept
        return self._by_kind(
            """SELECT other.node AS node, count(*) AS shared FROM edge
                JOIN edge AS other ON other.place = edge.place AND other.role < ?
                WHERE edge.node = ? AND other.node != edge.node GROUP BY other.node""",
            limit,
            LINKS_TO,
            node,
        )

    def introduced_with(self, repository: int) -> list[tuple[Kind, str, str, int]]:
        """What the papers introduce that link to a repository, as :meth:`companions`."""
        return self._by_kind(
            """SELECT other.node AS node, count(*) AS shared FROM edge
                JOIN edge AS other ON other.place = edge.place AND other.role = ?
                WHERE edge.node = ? AND edge.role = ? GROUP BY other.node""",
            None,
            INTRODUCES,
            repository,
            LINKS_TO,
        )

    def _by_kind(self, counted: str, limit: int | None, *values: int) -> list[tuple[Kind, str, str, int]]:
        query = f"""
            SELECT kind, iri, coalesce(name.text, iri), shared FROM (
                SELECT *, row_number() OVER (PARTITION BY kind ORDER BY shared DESC, iri) AS place
                FROM ({counted}) AS found JOIN node ON node.id = found.node
            ) LEFT JOIN name ON name.id = label WHERE ? IS NULL OR place <= ? ORDER BY shared DESC, iri"""
        return self.rows(query, *values, limit, limit)

    def results(self, kind: Kind, node: int, least: float, limit: int | None) -> tuple[list[tuple[str, str]], int]:
        """The results of a method, dataset or metric, those of the newest papers first, and how many there are.

        Args:
            kind: of the entity.
            node: the entity.
            least: the least confidence of the results.
            limit: the maximum number of results.

        Returns:
            IRIs of results and of their papers.
        """
        where = f"FROM result WHERE {kind} = ? AND confidence >= ?"
        ((count,),) = self.rows(f"SELECT count(*) {where}", node, least)
        found = self.rows(
            f"""SELECT iri, (SELECT node.iri FROM paper JOIN node ON node.id = paper.node WHERE place = result.place)
                {where} ORDER BY id LIMIT ?""",
            node,
            least,
            -1 if limit is None else limit,
        )
        return found, count

    def comparable(self, kind: Kind, nodes: Sequence[int]) -> list[Reported]:
        """The comparable results of some entities of one kind, for tasks those of their papers, sorted by IRI."""
        query = "SELECT iri, metric, dataset, value, unit IS '%' FROM result WHERE comparable AND value IS NOT NULL"
        query += " AND metric IS NOT NULL AND dataset IS NOT NULL AND "
        if kind == "task":
            marks = ", ".join("?" * len(nodes))
            found = self.rows(f"{query} place IN (SELECT place FROM edge WHERE node IN ({marks}))", *nodes)
        else:
            found = self._in(query + kind, nodes)
        return [Reported(*row) for row in sorted(found)]

    def venues(self) -> list[tuple[str, str]]:
        """The IRIs and names of all venues, sorted."""
        return self.rows("SELECT iri, name FROM venue ORDER BY iri, name")

    def _in(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows of a query that ends with a column, for all values of that column."""
        found = []
        for start in range(0, len(values), _MOST):
            part = values[start : start + _MOST]
            found += self.rows(f"{query} IN ({', '.join('?' * len(part))}) ORDER BY 1", *part)
        return found


class IndexedReader(GraphReader):
    """Look-ups in a store by IRI, together with the index of its graph.

    Args:
        store: the graph; its named graphs are read as one.
        open_index: opens its index, when it is first needed.
    """

    def __init__(self, store: ox.Store, open_index: Callable[[], GraphIndex]) -> None:
        super().__init__(store)
        self._open_index = open_index

    @cached_property
    def index(self) -> GraphIndex:
        """The index of the graph."""
        return self._open_index()


def _names(rows: Iterable[tuple[Any, ...]]) -> list[Name]:
    return [Name(number, text, Node(*node)) for number, text, *node in rows]


def _of_kinds(node: str, kinds: Sequence[Kind]) -> str:
    if len(kinds) == len(KINDS):
        return ""
    marks = ", ".join("?" * len(kinds))
    return f"AND (SELECT kind FROM node WHERE node.id = {node}) IN ({marks})"


def _given(kinds: Sequence[Kind]) -> Sequence[Kind]:
    return () if len(kinds) == len(KINDS) else kinds


def _quoted(word: str) -> str:
    """A word in the query language of FTS5."""
    return '"' + word.replace('"', '""') + '"'
