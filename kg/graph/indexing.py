"""Making the index of a graph (:mod:`kg.graph.index`) from its store, in one pass over each kind of statement.

What is read from the store is collected in tables on disk and put in order there, so that memory holds no list of
papers or names.
"""

from __future__ import annotations

import errno
import re
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import pyoxigraph as ox

from kg.graph.index import (
    COMPANIONS,
    ID_TYPE,
    INDEXES,
    INITIALS,
    INTRODUCES,
    LINKS_TO,
    RESULTS,
    ROOM,
    SCHEMA,
    USES,
    VERSION,
    GraphIndex,
)
from kg.graph.provenance import provenance_graphs
from kg.graph.statements import unescaped
from kg.text.names import singular
from kg.text.spellings import plain_name, typed_key, typed_words
from kg.vocabulary import CLASS_NAMES, KG, LINKS, OA, RDF, SKOS
from kg.vocabulary import SCHEMA as SCHEMA_ORG

# What is read is appended to tables without an index and sorted once: that is several times faster than an index which
# grows in the order in which the store has its statements.
_SCRATCH = """
CREATE TABLE scratch.thing (iri TEXT, kind TEXT);
CREATE TABLE scratch.named (iri TEXT, text TEXT, place INTEGER);
CREATE TABLE scratch.link (target TEXT, source TEXT, role INTEGER);
CREATE TABLE scratch.year (iri TEXT PRIMARY KEY, year INTEGER) WITHOUT ROWID;
CREATE TABLE scratch.mention (iri TEXT PRIMARY KEY, count INTEGER) WITHOUT ROWID;
CREATE TABLE scratch.result (
    paper TEXT, iri TEXT, start INTEGER, confidence REAL, comparable INTEGER, relative INTEGER, value TEXT,
    reported TEXT, unit TEXT, sentence TEXT, metric TEXT, dataset TEXT, method TEXT
);
CREATE TABLE scratch.setting (result TEXT, text TEXT, PRIMARY KEY (result, text)) WITHOUT ROWID;
CREATE TABLE scratch.listed (source TEXT, target TEXT);
CREATE TABLE scratch.introduced (target TEXT, source TEXT);
CREATE TABLE scratch.row (source TEXT, result TEXT);
CREATE TABLE scratch.part (result TEXT, target TEXT);
CREATE TABLE scratch.broader (iri TEXT, broader TEXT);
CREATE TABLE scratch.better (iri TEXT, direction TEXT);
CREATE TABLE scratch.data (paper TEXT, address TEXT);
CREATE TABLE scratch.label (iri TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID;
CREATE TABLE scratch.edge (target TEXT, source TEXT, role INTEGER, PRIMARY KEY (target, source)) WITHOUT ROWID;
CREATE TABLE scratch.linked (iri TEXT PRIMARY KEY, papers INTEGER, introducing INTEGER) WITHOUT ROWID;
CREATE TABLE scratch.ranked (
    rank INTEGER PRIMARY KEY, iri TEXT, kind TEXT, papers INTEGER, introducing INTEGER, names INTEGER
);
CREATE TABLE scratch.node (id INTEGER PRIMARY KEY, iri TEXT, kind TEXT, papers INTEGER, introducing INTEGER);
"""
LINKED = """
INSERT INTO scratch.edge SELECT target, source, min(role) FROM scratch.link GROUP BY target, source;
INSERT INTO scratch.linked SELECT target, count(*), sum(role = 0) FROM scratch.edge GROUP BY target;
"""
_IN_ORDER = f"""
INSERT INTO scratch.label
    SELECT iri, text FROM (
        SELECT iri, text, row_number() OVER (PARTITION BY iri ORDER BY place, text) AS number FROM scratch.named
    ) WHERE number = 1 ORDER BY iri;
INSERT INTO scratch.ranked (iri, kind, papers, introducing, names)
    SELECT iri, iif(kind = 'paper without text', 'paper', kind), iif(kind = 'paper', 1, coalesce(papers, 0)) AS papers,
        coalesce(introducing, 0), coalesce(names, 0)
    FROM (SELECT iri, min(kind) AS kind FROM scratch.thing WHERE kind != 'venue' GROUP BY iri)
        LEFT JOIN scratch.linked USING (iri) LEFT JOIN scratch.label USING (iri)
        LEFT JOIN (SELECT iri, count(DISTINCT text) AS names FROM scratch.named GROUP BY iri) USING (iri)
    ORDER BY papers DESC, coalesce(text, iri), iri;
INSERT INTO scratch.node
    SELECT rank * {ROOM} + sum(names) OVER (ORDER BY rank) - names + 1, iri, kind, papers, introducing
    FROM scratch.ranked ORDER BY rank;
CREATE UNIQUE INDEX scratch.node_iri ON node (iri);
INSERT INTO name
    SELECT id - 1 + row_number() OVER (PARTITION BY id ORDER BY place, text), id, text
    FROM (SELECT iri, text, min(place) AS place FROM scratch.named GROUP BY iri, text) JOIN scratch.node USING (iri)
    ORDER BY 1;
INSERT INTO node
    SELECT id, iri, kind, (SELECT min(name.id) FROM name WHERE name.node = scratch.node.id), papers, introducing,
        coalesce((SELECT count FROM scratch.mention WHERE mention.iri = scratch.node.iri), 0)
    FROM scratch.node ORDER BY id;
INSERT INTO paper (place, node, year)
    SELECT {ROOM} * row_number() OVER (ORDER BY coalesce(year, 0) DESC, iri), id, year
    FROM scratch.node LEFT JOIN scratch.year USING (iri) WHERE kind = 'paper' AND papers ORDER BY 1;
"""
VENUES = """
INSERT OR IGNORE INTO venue
    SELECT iri, text FROM scratch.named WHERE iri IN (SELECT iri FROM scratch.thing WHERE kind = 'venue')
    ORDER BY iri, text;
"""
EDGES = """
INSERT INTO edge SELECT target.id, role, place FROM scratch.edge AS found
    JOIN scratch.node AS target ON target.iri = found.target
    JOIN scratch.node AS source ON source.iri = found.source
    JOIN paper ON paper.node = source.id
    ORDER BY target.id, role, place;
"""
_COMPANIONS = """
INSERT INTO companion SELECT node, other, shared FROM (
    SELECT found.node, other, shared,
        row_number() OVER (PARTITION BY found.node, kind ORDER BY shared DESC, iri) AS place
    FROM (
        SELECT edge.node AS node, other.node AS other, count(*) AS shared
        FROM edge JOIN edge AS other ON other.place = edge.place AND other.role < 2 AND other.node != edge.node
        WHERE edge.role < 2 AND edge.node IN (SELECT id FROM node WHERE papers >= :many) {where}
        GROUP BY edge.node, other.node
    ) AS found JOIN node ON node.id = other
) WHERE place <= :companions ORDER BY node, other
"""
# The terms of kg/ask/origins.toml: a paper mentions what it is listed under and what is in its rows of tables.
_CURATED = """
INSERT INTO scratch.listed SELECT source, target FROM scratch.row JOIN scratch.part USING (result);
INSERT INTO curated SELECT node.id, sum(listed), sum(listed AND made), sum(read OR listed),
    sum((read OR listed) AND (new OR made))
    FROM (
        SELECT target, source, max(read) AS read, max(new) AS new, max(listed) AS listed, max(made) AS made FROM (
            SELECT target, source, 1 AS read, role = 0 AS new, 0 AS listed, 0 AS made FROM scratch.edge
                WHERE role < 2 AND target IN (
                    SELECT target FROM scratch.listed UNION SELECT target FROM scratch.introduced
                )
            UNION ALL SELECT target, source, 0, 0, 1, 0 FROM scratch.listed
            UNION ALL SELECT target, source, 0, 0, 0, 1 FROM scratch.introduced
        ) GROUP BY target, source
    ) AS found JOIN scratch.node AS node ON node.iri = found.target
    GROUP BY node.id ORDER BY node.id;
"""
RESULT_ROWS = f"""
INSERT INTO result (
    id, iri, place, confidence, comparable, relative, value, reported, unit, metric, dataset, method, settings, sentence
)
    SELECT place * {RESULTS} + row_number() OVER (PARTITION BY place ORDER BY start, result.iri),
        result.iri, place, confidence, comparable, relative, value, reported, unit, metric.id, dataset.id, method.id,
        (SELECT group_concat(text, char(10)) FROM (
            SELECT text FROM scratch.setting WHERE setting.result = result.iri ORDER BY text
        )),
        sentence
    FROM scratch.result AS result
    JOIN scratch.node AS source ON source.iri = result.paper
    JOIN paper ON paper.node = source.id
    LEFT JOIN scratch.node AS metric ON metric.iri = result.metric
    LEFT JOIN scratch.node AS dataset ON dataset.iri = result.dataset
    LEFT JOIN scratch.node AS method ON method.iri = result.method
    ORDER BY 1;
"""
PROPERTIES = """
INSERT OR IGNORE INTO narrower
    SELECT node.id, narrower.id FROM scratch.broader AS found
    JOIN scratch.node AS node ON node.iri = found.broader
    JOIN scratch.node AS narrower ON narrower.iri = found.iri
    ORDER BY node.id, narrower.id;
INSERT OR IGNORE INTO better
    SELECT node.id, direction FROM scratch.better AS found JOIN scratch.node AS node USING (iri)
    ORDER BY node.id, direction;
INSERT OR IGNORE INTO data
    SELECT place, address FROM scratch.data AS found
    JOIN scratch.node AS source ON source.iri = found.paper
    JOIN paper ON paper.node = source.id
    ORDER BY place, address;
"""
_FACTS = (
    *("start", "confidence", "comparable", "relative", "value", "valueText", "unit", "sentence"),
    *("byMetric", "onDataset", "ofMethod"),
)
_RESULT_QUERY = f"""SELECT ?paper ?result ?{" ?".join(_FACTS)} WHERE {{ ?paper <{KG}reports> ?result
    {" ".join(f"OPTIONAL {{ ?result <{OA if fact == 'start' else KG}{fact}> ?{fact} }}" for fact in _FACTS)} }}"""
_SETTING_QUERY = f"""SELECT ?paper ?result ?setting WHERE {{
    ?paper <{KG}reports> ?result . ?result <{KG}setting> ?setting }}"""
_COUNTED = {KG + name: name for name in ("Result", "Mention")} | {KG + "listedOn": "entry"}
_COUNTED |= {link: f"link {kind}" for kind, link in LINKS.items()}
TOTALS = frozenset({*_COUNTED.values(), "from catalogue", "listed", "triple"})
"""The counts of the whole graph that are of what the index does not keep."""

_MANY = 1000  # papers; the companions of what fewer mention are counted in milliseconds
_CACHE = 65_536  # KiB for each of the two files
_BATCH = 10_000
_PART = 20_000  # names in one row of the table "form"
_TYPE = RDF + "type"
_KINDS = {KG + name: kind for kind, name in CLASS_NAMES.items()} | {
    SCHEMA_ORG + "Periodical": "venue",
    SCHEMA_ORG + "ScholarlyArticle": "paper without text",  # of what is a kg:Paper, too, "paper" comes first
}
_PLACES = {SKOS + "prefLabel": 0, SCHEMA_ORG + "name": 1, SKOS + "altLabel": 2, SCHEMA_ORG + "alternateName": 3}
_ROLES = {KG + "introduces": INTRODUCES, KG + "mentions": USES, LINKS["code"]: LINKS_TO}
_TABLES = {
    SKOS + "broader": "broader",
    KG + "better": "better",
    LINKS["data"]: "data",
    SCHEMA_ORG + "datePublished": "year",
    KG + "catalogued": "listed",
    KG + "introducedIn": "introduced",
    KG + "curatedResult": "row",
    **dict.fromkeys((KG + "onDataset", KG + "byMetric", KG + "ofMethod", KG + "onTask"), "part"),
}
_READ = frozenset((_TYPE, *_PLACES, *_ROLES, *_TABLES))
Maker = TypeVar("Maker", bound="IndexMaker")

_LINE = re.compile(r'<([^>]*)> <([^>]*)> (?:<([^>]*)>|"((?:[^"\\]|\\.)*)")')


def make_index(store: ox.Store) -> GraphIndex:
    """The index of a graph, in memory."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("ATTACH ':memory:' AS scratch")
    maker = IndexMaker(connection)
    maker.read(_statements(store))
    maker.finish(store)
    connection.execute("DETACH scratch")
    return GraphIndex(connection)


def write_index(store: ox.Store, path: Path) -> None:
    """Write the index of a graph to a new file.

    Raises:
        OSError: it cannot be written; names it.
    """
    with index_file(path, IndexMaker) as maker:
        maker.read(_statements(store))
        maker.finish(store)


@contextmanager
def index_file(path: Path, maker: type[Maker]) -> Iterator[Maker]:
    """What makes an index in a file, new or one of an index that it changes.

    Raises:
        OSError: it cannot be written; names it.
    """
    scratch = path.with_suffix(".scratch")
    try:
        connection = sqlite3.connect(path)
        try:
            connection.execute("ATTACH ? AS scratch", (str(scratch),))
            yield maker(connection)
        finally:
            connection.close()
            scratch.unlink(missing_ok=True)
    except sqlite3.Error as error:
        raise OSError(errno.EIO, str(error), str(path)) from None


class IndexMaker:
    """Collects the statements that the index needs, and makes the index of them.

    A build gives it the statements as it writes them: to read as many names from the store, where they are in the order
    of their hashes, takes several times as long.

    Args:
        connection: to an empty database with an empty one attached as "scratch".
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.isolation_level = None
        for database in ("main", "scratch"):  # a build that is interrupted removes the file
            connection.execute(f"PRAGMA {database}.journal_mode = OFF")
            connection.execute(f"PRAGMA {database}.synchronous = OFF")
            connection.execute(f"PRAGMA {database}.cache_size = -{_CACHE}")
        connection.execute("BEGIN")
        run_script(connection, _SCRATCH)
        self._connection = connection
        self._waiting: list[tuple[str, str, str]] = []
        self._begin()

    def _begin(self) -> None:
        self._connection.execute(f"PRAGMA main.user_version = {VERSION}")
        run_script(self._connection, SCHEMA)

    def reading(self, lines: Iterable[str]) -> Iterator[str]:
        """Lines of N-Quads as :mod:`kg.graph.statements` writes them, read as they pass."""
        for line in lines:
            # These searches are quicker than the regular expression.
            start = line.find("> <") + 3
            end = line.find(">", start)
            predicate = line[start:end]
            wanted = line[end + 3 : line.find(">", end + 3)] in _KINDS if predicate == _TYPE else predicate in _READ
            if wanted and (found := _LINE.match(line)):
                subject, predicate, iri, text = found.groups()
                self._waiting.append((subject, predicate, unescaped(text) if iri is None else iri))
                if len(self._waiting) == _BATCH:
                    self.read_waiting()
            yield line

    def read_waiting(self) -> None:
        """Collect what :meth:`reading` has read and not collected yet."""
        self.read(self._waiting)
        self._waiting.clear()

    def read(self, statements: Iterable[tuple[str, str, str]]) -> None:
        """Collect statements: subject, predicate, and the object as text."""
        rows: dict[str, list[tuple[object, ...]]] = {
            table: [] for table in ("thing", "named", "link", *dict.fromkeys(_TABLES.values()))
        }
        statements = iter(statements)
        while batch := [*islice(statements, _BATCH)]:
            for subject, predicate, value in batch:
                if predicate == _TYPE:
                    if kind := _KINDS.get(value):
                        rows["thing"].append((subject, kind))
                elif predicate in _PLACES:
                    rows["named"].append((subject, value, _PLACES[predicate]))
                elif predicate in _ROLES:
                    rows["link"].append((value, subject, _ROLES[predicate]))
                else:
                    rows[_TABLES[predicate]].append((subject, value))
            for table, some in rows.items():
                if some:
                    marks = ", ".join("?" * len(some[0]))
                    self._connection.executemany(f"INSERT OR IGNORE INTO scratch.{table} VALUES ({marks})", some)
                    some.clear()

    def finish(self, store: ox.Store) -> None:
        """Make the index, when all statements are collected.

        Args:
            store: the graph, for what is counted, and for its results.
        """
        self.read_waiting()
        mentions = f"SELECT ?body (COUNT(*) AS ?n) WHERE {{ ?mention <{OA}hasBody> ?body }} GROUP BY ?body"
        self._insert("scratch.mention", 2, ((iri, int(count)) for iri, count in _rows(store, mentions)))
        self._read_results(store)
        run_script(self._connection, LINKED + _IN_ORDER + VENUES + INDEXES)
        run_script(self._connection, EDGES + PROPERTIES + _CURATED + RESULT_ROWS)
        self._count_companions()
        add_names(self._connection)
        _forms(self._connection)
        self._connection.execute("INSERT INTO word (word) VALUES ('optimize')")
        self._finish(_totals(store))

    def _read_results(self, store: ox.Store, paper: str | None = None) -> None:
        """Collect the results of one paper, or of all."""
        self._insert("scratch.result", 13, map(_result, _rows(store, _RESULT_QUERY, paper)))
        self._insert("scratch.setting", 2, (row[1:] for row in _rows(store, _SETTING_QUERY, paper)))

    def _count_companions(self, where: str = "") -> None:
        """Fill the table of companions, for all nodes or for those of a condition of SQL."""
        query = _COMPANIONS.format(where=where)
        self._connection.execute(query, {"many": _MANY, "companions": COMPANIONS})

    def _finish(self, totals: Mapping[str, int]) -> None:
        """Fill the table of the counts of the whole graph: those that are given, and those of nodes."""
        self._connection.executemany("INSERT INTO total VALUES (?, ?)", sorted(totals.items()))
        self._connection.execute(
            "INSERT INTO total SELECT kind, count(*) FROM node WHERE kind != 'paper' OR papers GROUP BY kind"
        )
        self._connection.execute(
            "INSERT INTO total SELECT 'new ' || kind, sum(introducing > 0) FROM node GROUP BY kind"
        )
        self._connection.execute("INSERT INTO total SELECT 'curated', count(*) FROM curated")
        self._connection.execute("COMMIT")

    def _insert(self, table: str, columns: int, rows: Iterable[tuple[object, ...]]) -> None:
        self._connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * columns)})", rows)


class Said(NamedTuple):
    """What papers say, counted: mentions by entity, and the counts of the whole graph that are not of nodes."""

    mentions: Counter[str]
    totals: Counter[str]


def said(store: ox.Store, papers: Iterable[str]) -> Said:
    """What is in the named graphs of some papers."""
    mentions, totals = Counter[str](), Counter[str]()
    for paper in papers:
        found = Counter[str]()
        for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(paper)):
            predicate, value = quad.predicate.value, _text(quad.object)
            found["triple"] += 1
            if predicate == OA + "hasBody":
                mentions[value] += 1
            elif name := _COUNTED.get(value if predicate == _TYPE else predicate):
                found[name] += 1
        found["listed"] = min(found["entry"], 1)
        totals.update(found)
    return Said(mentions, totals)


def run_script(connection: sqlite3.Connection, script: str) -> None:
    for statement in script.split(";\n"):
        if statement.strip():
            connection.execute(statement)


def _totals(store: ox.Store) -> Mapping[str, int]:
    """The counts of what the index does not keep."""
    totals = {f"link {kind}": _count(store, f"?paper <{link}> ?address") for kind, link in LINKS.items()}
    totals |= {name: _count(store, f"?node a <{KG}{name}>") for name in ("Result", "Mention")}
    totals |= {"from catalogue": _count(store, f"?entity <{KG}fromCatalogue> ?catalogue")}
    totals |= {"entry": _count(store, f"?paper <{KG}listedOn> ?entry")}
    totals |= {"listed": _count(store, f"?paper <{KG}listedOn> ?entry", "DISTINCT ?paper")}
    about_runs = sum(_count(store, f"GRAPH {graph} {{ ?s ?p ?o }}") for graph in provenance_graphs(store))
    return totals | {"triple": len(store) - about_runs}


def _statements(store: ox.Store) -> Iterator[tuple[str, str, str]]:
    """The statements of a store that :meth:`IndexMaker.read` takes.

    By queries, because the store then looks up neither the names of predicates nor those of graphs.
    """
    for name in _KINDS:
        for (subject,) in _rows(store, f"SELECT ?node WHERE {{ ?node a <{name}> }}"):
            yield subject, _TYPE, name
    for predicate in _READ - {_TYPE}:
        for subject, value in _rows(store, f"SELECT ?subject ?value WHERE {{ ?subject <{predicate}> ?value }}"):
            yield subject, predicate, value


def _rows(store: ox.Store, query: str, paper: str | None = None) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as text, None where a variable is unbound; of one paper, or of all that there are."""
    bound: Any = {ox.Variable("paper"): ox.NamedNode(paper)} if paper else None
    for solution in cast(ox.QuerySolutions, store.query(query, use_default_graph_as_union=True, substitutions=bound)):
        yield tuple(term and _text(term) for term in solution)


def _result(row: tuple[Any, ...]) -> tuple[object, ...]:
    """A row of the table of results, from a row of the query."""
    paper, result, start, confidence, comparable, relative, *others = row
    is_relative = relative and relative == "true"  # None where nothing is said
    return paper, result, int(start or 0), float(confidence or 0), comparable == "true", is_relative, *others


def _count(store: ox.Store, pattern: str, what: str = "*") -> int:
    return int(next(_rows(store, f"SELECT (COUNT({what}) AS ?count) WHERE {{ {pattern} }}"))[0])


def _text(term: object) -> str:
    return cast(str, term.value)  # type: ignore[attr-defined]  # the graph holds no blank nodes and no quoted triples


def add_names(connection: sqlite3.Connection, where: str = "") -> None:
    """Fill the tables of the forms in which names are compared, but for "form".

    Args:
        connection: to the index.
        where: a condition of SQL for the names that are not in those tables yet.
    """
    from rapidfuzz.utils import default_process

    found = connection.execute(
        f"SELECT name.id, node, kind, text FROM name JOIN node ON node.id = node {where} ORDER BY name.id"
    )
    while rows := found.fetchmany(_BATCH):
        keys: list[tuple[str, int, int]] = []
        initials: list[tuple[str, int]] = []
        spelled: list[tuple[int, str, str]] = []
        for name, node, kind, text in rows:
            keys.extend((key, name, node) for key in keys_of_name(kind, text))
            spelled.append((name, words_of_name(text), default_process(plain_name(text))))
            initials.extend((letters, name) for letters in initials_of_name(text))
        connection.executemany("INSERT OR IGNORE INTO key VALUES (?, ?, ?)", keys)
        connection.executemany("INSERT INTO initials VALUES (?, ?)", initials)
        connection.executemany("INSERT INTO spelled VALUES (?, ?, ?)", spelled)
        connection.executemany("INSERT INTO word (rowid, words) VALUES (?, ?)", (row[:2] for row in spelled))


def keys_of_name(kind: str, text: str) -> list[str]:
    """The keys of a name in the table "key"."""
    keys = [typed_key(text)]
    if kind == "code" and "/" in text:
        keys.append(typed_key(text.rpartition("/")[2]))
    return keys


def words_of_name(text: str) -> str:
    """The words of a name in the singular."""
    return " ".join(map(singular, typed_words(text)))


def initials_of_name(text: str) -> list[str]:
    """The first letters of a name of several words; none for others."""
    parts = typed_words(text)
    return ["".join(part[0] for part in parts)] if len(parts) in INITIALS else []


def _forms(connection: sqlite3.Connection) -> None:
    found: Iterator[Any] = connection.execute(
        """SELECT kind, length(form), form, name.id FROM spelled JOIN name ON name.id = spelled.name
        JOIN node ON node.id = name.node ORDER BY 1, 2, 3, 4"""
    )
    for (kind, length), rows in groupby(found, key=lambda row: (row[0], row[1])):
        write_forms(connection, kind, length, ((form, name) for _, _, form, name in rows))


def write_forms(connection: sqlite3.Connection, kind: str, length: int, rows: Iterable[tuple[str, int]]) -> None:
    """Write the names of one kind and length into the table "form", given as lines and ids in order."""
    rows, part = iter(rows), 0
    while some := [*islice(rows, _PART)]:
        text, names = "\n".join(form for form, _ in some), array(ID_TYPE, (name for _, name in some))
        connection.execute("INSERT INTO form VALUES (?, ?, ?, ?, ?)", (kind, length, part, text, names.tobytes()))
        part += 1
