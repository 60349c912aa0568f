"""Nodes, names and neighbours of a graph at an endpoint, as :mod:`kg.graph.index` has them on disk.

Look-ups and cards read a graph through :class:`~kg.graph.index.IndexedReader`, so that what they say is the same. There
is no index here: a whole name is looked for as it is written, for another spelling the endpoint goes through all names,
and what is found is counted by queries. Nodes that are read one after the other are asked for together.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import pyoxigraph as ox

from kg.ask.endpoint import Endpoint
from kg.errors import KGError
from kg.export.tables import Term
from kg.graph.index import (
    ID_TYPE,
    INITIALS,
    INTRODUCES,
    LINKS_TO,
    USES,
    GraphIndex,
    IndexedReader,
    Name,
    Node,
    Reported,
)
from kg.graph.reader import SURFACE_FORMS
from kg.text.names import singular
from kg.text.spellings import plain_name, typed_key, typed_words
from kg.vocabulary import DCTERMS, ENTITY_KINDS, KG, KINDS, LINKS, OA, RDF, SCHEMA, SKOS, Kind

_TOGETHER = 100  # nodes of one query
_FOUND = 2000  # names that a look-up by a part of a name takes
_SIMILAR = 200_000  # names of similar length that are compared for typos
_LENGTHS = 5  # lengths of names that are read at a time: of a name and two edits to both sides
_LONGEST_NAME = 100  # characters of names that are compared for typos
_ARTICLE = SCHEMA + "ScholarlyArticle"
_NAMED = (SKOS + "prefLabel", SCHEMA + "name", SKOS + "altLabel", SCHEMA + "alternateName")
_COUNTED = (KG + "mentions", KG + "introduces", LINKS["code"], OA + "hasBody")
_OF_RESULT = {"metric": KG + "byMetric", "dataset": KG + "onDataset", "method": KG + "ofMethod"}
_NAMES = f"VALUES ?property {{ {' '.join(f'<{each}>' for each in _NAMED)} }} ?node ?property ?name"


class EndpointReader(IndexedReader):
    """Look-ups by IRI at an endpoint. What was read is remembered.

    Args:
        endpoint: where the graph is.
        base: the base IRI of its resources.
    """

    def __init__(self, endpoint: Endpoint, base: str) -> None:
        super().__init__(ox.Store(), lambda: EndpointIndex(self))
        self.endpoint = endpoint
        self.base = base
        self._read: set[str] = set()
        self._expected: dict[str, None] = {}
        self._read_in: set[tuple[str, ox.NamedNode]] = set()
        self._subjects: dict[tuple[object, ...], list[str]] = {}
        self._catalogues: list[ox.NamedNode] | None = None

    def expect(self, iris: Iterable[str]) -> None:
        """Remember nodes that may be read next; they are then read together."""
        self._expected |= dict.fromkeys(iri for iri in iris if iri not in self._read)

    def objects(self, iri: str, predicate: str, graph: ox.NamedNode | None = None) -> list[str]:
        node = _node(iri)
        if node is None:
            return []
        if graph is None:
            self.load([iri])
        elif (iri, graph) not in self._read_in:
            self._read_in.add((iri, graph))
            rows = self.endpoint.rows(f"SELECT ?property ?value {{ GRAPH {graph} {{ {node} ?property ?value }} }}")
            self.store.extend(_quads(((node, *row) for row in rows), graph))
        quads = [*self.store.quads_for_pattern(node, ox.NamedNode(predicate), None, graph)]
        self.expect(sorted(quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)))
        return sorted({quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode | ox.Literal)})

    def subjects(
        self, predicate: str, value: ox.NamedNode | ox.Literal, graph: ox.NamedNode | None = None
    ) -> list[str]:
        asked = predicate, value, graph
        if asked not in self._subjects:
            pattern = f"?subject <{predicate}> {value}"
            pattern = f"GRAPH {graph} {{ {pattern} }}" if graph else pattern
            rows = self.endpoint.rows(f"SELECT DISTINCT ?subject {{ {pattern} }}")
            self._subjects[asked] = sorted(term.value for (term,) in rows if isinstance(term, ox.NamedNode))
        self.expect(self._subjects[asked])
        return self._subjects[asked]

    def reported_by(self, result: str, paper: str) -> None:
        """Remember which paper reports a result."""
        self._subjects[KG + "reports", ox.NamedNode(result), None] = [paper]

    def catalogues(self) -> list[ox.NamedNode]:
        if self._catalogues is None:
            query = f"SELECT DISTINCT ?graph {{ GRAPH ?graph {{ ?graph <{DCTERMS}license> ?licence }} }}"
            found = {term for (term,) in self.endpoint.rows(query) if isinstance(term, ox.NamedNode)}
            self._catalogues = sorted(found, key=str)
        return self._catalogues

    def surface_forms(self, iri: str) -> Counter[str]:
        rows = self.endpoint.rows(SURFACE_FORMS % ox.NamedNode(iri))
        return Counter({_value(form): int(_value(count)) for form, count in rows if form})

    def rows(self, query: str, **values: ox.NamedNode | ox.Literal) -> Iterator[tuple[str, ...]]:
        raise _not_here()

    def load(self, iris: Sequence[str]) -> None:
        """Read all statements about some nodes, and about some that are expected."""
        unread = [iri for iri in dict.fromkeys(iris) if iri not in self._read]
        if unread:
            room = max(_TOGETHER - len(unread), 0)
            further = [iri for iri in islice(self._expected, room + len(unread)) if iri not in unread][:room]
            unread += further
        for start in range(0, len(unread), _TOGETHER):
            part = unread[start : start + _TOGETHER]
            self._read |= {*part}
            for iri in part:
                self._expected.pop(iri, None)
            if nodes := _nodes(part):
                query = f"SELECT ?node ?property ?value {{ VALUES ?node {{ {nodes} }} ?node ?property ?value }}"
                self.store.extend(_quads(self.endpoint.rows(query), ox.DefaultGraph()))


class EndpointIndex(GraphIndex):
    """What :class:`~kg.graph.index.GraphIndex` answers, asked of an endpoint.

    Args:
        reader: of the same endpoint.
    """

    def __init__(self, reader: EndpointReader) -> None:
        self._reader = reader
        self._rows = reader.endpoint.rows
        self._node_ids: dict[str, int] = {}
        self._iris: list[str] = []
        self._known: dict[str, Node | None] = {}
        self._name_ids: dict[tuple[str, str], int] = {}
        self._texts: list[tuple[str, str]] = []
        self._begun: dict[str, list[Name]] = {}
        self._of_length: dict[tuple[tuple[Kind, ...], int], list[tuple[str, int]]] = {}
        self._lengths_read: set[tuple[tuple[Kind, ...], int]] = set()

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        raise _not_here()

    def node(self, iri: str) -> Node | None:
        return next(iter(self.with_iris([iri])), None)

    def with_iris(self, iris: Sequence[str]) -> list[Node]:
        new = [iri for iri in dict.fromkeys(iris) if iri not in self._known]
        for start in range(0, len(new), _TOGETHER):
            self._describe(new[start : start + _TOGETHER])
        return [node for iri in iris if (node := self._known[iri])]

    def iris(self, ids: Iterable[int]) -> dict[int, str]:
        return {number: self._iris[number] for number in ids}

    def names(self, ids: Sequence[int]) -> list[Name]:
        texts = [(number, *self._texts[number]) for number in ids]
        nodes = {node.iri: node for node in self.with_iris([iri for _, iri, _ in texts])}
        return sorted((Name(number, text, nodes[iri]) for number, iri, text in texts if iri in nodes), key=self._order)

    def called(self, texts: Iterable[str]) -> list[Name]:
        values = " ".join(sorted(str(ox.Literal(text)) for text in texts))
        patterns = " UNION ".join(f"{{ VALUES ?name {{ {values} }} ?node <{each}> ?name }}" for each in _NAMED)
        return self._found(self._rows(f"SELECT DISTINCT ?node ?name {{ {patterns} }}"))

    def names_of(self, iri: str) -> list[Name]:
        return [Name(self._name_id(iri, text), text, node) for node in self.with_iris([iri]) for text in self._all(iri)]

    def with_key(self, key: str) -> list[Name]:
        return [name for name in self._beginning(key) if key in _keys(name)]

    def with_initials(self, letters: str) -> list[Name]:
        found = self._beginning(letters)
        return [name for name in found if "".join(word[0] for word in typed_words(name.text)) == letters]

    def beginning(self, key: str, kinds: Sequence[Kind] = KINDS) -> list[tuple[int, int]]:
        begun = [name for name in self._beginning(key) if any(each.startswith(key) for each in _keys(name))]
        return _by_node(begun, kinds)

    def with_words(self, words: Iterable[str], kinds: Sequence[Kind] = KINDS) -> list[tuple[int, int]]:
        wanted = set(words)
        found = self._through(_containing(word.removesuffix("y") for word in wanted))  # "query" is in "queries", too
        return _by_node([name for name in found if wanted <= {*map(singular, typed_words(name.text))}], kinds)

    def forms(self, kinds: Sequence[Kind], lengths: Iterable[int]) -> Iterator[tuple[str, bytes]]:
        for length in lengths:
            if length < 1 or length > _LONGEST_NAME:
                continue
            if (tuple(kinds), length) not in self._lengths_read:
                self._read_lengths(tuple(kinds), length, length + _LENGTHS - 1)
            if found := self._of_length.get((tuple(kinds), length)):
                yield "\n".join(form for form, _ in found), array(ID_TYPE, (name for _, name in found)).tobytes()

    def lengths(self, kinds: Sequence[Kind]) -> list[int]:
        """The lengths of the names that were read: to look for the nearest of all names is too much."""
        read = self._of_length.keys() & self._lengths_read
        return sorted(length for known, length in read if known == tuple(kinds))

    def titles(self, form: str) -> list[Name]:
        found = self._through(_containing(form.split(), f"?property = <{SCHEMA}name>"))
        return [name for name in found if name.node.kind == "paper"]

    def venues(self) -> list[tuple[str, str]]:
        rows = self._rows(f"SELECT ?venue ?name {{ ?venue a <{SCHEMA}Periodical> ; <{SCHEMA}name> ?name }}")
        return sorted((_value(venue), _value(name)) for venue, name in rows)

    def papers(self, node: int, role: int, limit: int | None = None) -> list[Node]:
        iri = f"<{self._iris[node]}>"
        pattern = {
            INTRODUCES: f"?paper <{KG}introduces> {iri} {_YEAR}",
            USES: f"?paper <{KG}mentions> {iri} {_YEAR} FILTER NOT EXISTS {{ ?paper <{KG}introduces> {iri} }}",
            LINKS_TO: f"?paper <{LINKS['code']}> {iri} {_YEAR}",
        }[role]
        rows = self._rows(f"SELECT ?paper {{ {pattern} }} {_NEWEST_FIRST} {'' if limit is None else f'LIMIT {limit}'}")
        papers = [_value(paper) for (paper,) in rows]
        self._reader.expect(papers)
        return self.with_iris(papers)

    def by_year(self, node: int) -> bool:
        pattern = f"?paper <{KG}mentions>|<{LINKS['code']}> <{self._iris[node]}> {_YEAR}"
        counts = "(COUNT(?paper) AS ?papers) (COUNT(?year) AS ?dated) (COUNT(DISTINCT ?year) AS ?years)"
        for row in self._rows(f"SELECT {counts} {{ {pattern} }}"):
            papers, dated, years = (int(_value(count)) for count in row)
            return 2 * dated > papers and years > 1
        return False

    def narrower(self, node: int) -> list[Node]:
        iri = self._iris[node]
        rows = self._rows(f"SELECT DISTINCT ?node {{ ?node <{SKOS}broader>+ <{iri}> }}")
        found = self.with_iris([_value(term) for (term,) in rows if _value(term) != iri])
        return sorted(found, key=lambda each: (-each.papers, each.iri))

    def papers_with(self, nodes: Sequence[int]) -> int:
        values = _nodes([self._iris[node] for node in nodes])
        pattern = f"VALUES ?node {{ {values} }} ?paper <{KG}mentions> ?node . ?paper a <{KG}Paper>"
        return _count(self._rows(f"SELECT (COUNT(DISTINCT ?paper) AS ?count) {{ {pattern} }}"))

    def companions(self, node: int, limit: int | None = None) -> list[tuple[Kind, str, str, int]]:
        iri = f"<{self._iris[node]}>"
        return self._together(
            f"?paper <{KG}mentions> {iri} . ?paper a <{KG}Paper> . ?paper <{KG}mentions> ?other "
            f"FILTER(?other != {iri})",
            limit,
        )

    def introduced_with(self, repository: int) -> list[tuple[Kind, str, str, int]]:
        links = f"?paper <{LINKS['code']}> <{self._iris[repository]}> . ?paper a <{KG}Paper>"
        return self._together(f"{links} . ?paper <{KG}introduces> ?other", None)

    def results(self, kind: Kind, node: int, least: float, limit: int | None) -> tuple[list[tuple[str, str]], int]:
        pattern = f"?result <{_OF_RESULT[kind]}> <{self._iris[node]}> . ?paper <{KG}reports> ?result {_YEAR}"
        # What is optional comes after what is not: stores take their order from that of the query.
        pattern += f" OPTIONAL {{ ?result <{OA}start> ?start }} OPTIONAL {{ ?result <{KG}confidence> ?said }}"
        pattern += f" FILTER(COALESCE(?said, 0.0) >= {least:f})"
        count = _count(self._rows(f"SELECT (COUNT(DISTINCT ?result) AS ?count) {{ {pattern} }}"))
        if not count:
            return [], 0
        rows = self._rows(
            f"SELECT ?result ?paper {{ {pattern} }} {_NEWEST_FIRST} ?start STR(?result) "
            f"{'' if limit is None else f'LIMIT {limit}'}"
        )
        found = [(_value(result), _value(paper)) for result, paper in rows]
        self._reader.expect(iri for pair in found for iri in pair)
        return found, count

    def comparable(self, kind: Kind, nodes: Sequence[int]) -> list[Reported]:
        values = f"VALUES ?node {{ {_nodes([self._iris[node] for node in nodes])} }}"
        about = f"?paper <{KG}mentions> ?node" if kind == "task" else f"?result <{_OF_RESULT[kind]}> ?node"
        rows = self._rows(
            f"""SELECT DISTINCT ?result ?paper ?metric ?dataset ?value ?unit {{ {values} {about} .
                ?paper <{KG}reports> ?result . ?result <{KG}comparable> true ; <{KG}byMetric> ?metric ;
                <{KG}onDataset> ?dataset ; <{KG}value> ?value OPTIONAL {{ ?result <{KG}unit> ?unit }} }}"""
        )
        found = []
        for result, paper, metric, dataset, value, unit in rows:
            self._reader.reported_by(_value(result), _value(paper))
            metric_id, dataset_id = self._node_id(_value(metric)), self._node_id(_value(dataset))
            percent = unit is not None and _value(unit) == "%"
            found.append(Reported(_value(result), metric_id, dataset_id, _value(value), percent))
        return sorted(found)

    def _describe(self, iris: list[str]) -> None:
        """Learn what some nodes are, how they are called, and how many papers have them."""
        self._reader.load(iris)
        kinds = {iri: kind for iri in iris if (kind := self._kind(iri))}
        counts: dict[tuple[str, str], int] = {}
        counted = _nodes([iri for iri, kind in kinds.items() if kind != "paper"])
        if counted:
            # Not by one pattern with two VALUES, of which some stores make a search through the whole graph.
            patterns = " UNION ".join(
                f"{{ VALUES ?node {{ {counted} }} ?other <{each}> ?node BIND(<{each}> AS ?property) }}"
                for each in _COUNTED
            )
            for node, counted_by, count in self._rows(
                f"SELECT ?node ?property (COUNT(DISTINCT ?other) AS ?count) {{ {patterns} }} GROUP BY ?node ?property"
            ):
                if count is not None:
                    counts[_value(node), _value(counted_by)] = int(_value(count))
        for iri in iris:
            kind = kinds.get(iri)
            mentioning, introducing, linking, mentions = (counts.get((iri, each), 0) for each in _COUNTED)
            papers = mentioning + linking
            if kind == "paper":
                papers = int(KG + "Paper" in self._reader.objects(iri, RDF + "type"))
            label = next(iter(self._all(iri)), iri)
            self._known[iri] = kind and Node(self._node_id(iri), iri, kind, label, papers, introducing, mentions)

    def _kind(self, iri: str) -> Kind | None:
        if found := self._reader.kind(iri):
            return found
        return "paper" if _ARTICLE in self._reader.objects(iri, RDF + "type") else None

    def _all(self, iri: str) -> list[str]:
        """The names of a node, the preferred one first."""
        return [*dict.fromkeys(name for each in _NAMED for name in self._reader.objects(iri, each))]

    def _node_id(self, iri: str) -> int:
        if iri not in self._node_ids:
            self._node_ids[iri] = len(self._iris)
            self._iris.append(iri)
        return self._node_ids[iri]

    def _name_id(self, iri: str, text: str) -> int:
        if (iri, text) not in self._name_ids:
            self._name_ids[iri, text] = len(self._texts)
            self._texts.append((iri, text))
        return self._name_ids[iri, text]

    def _found(self, rows: Iterable[tuple[Term | None, ...]]) -> list[Name]:
        """Rows of nodes and their names, those of things that can be looked up."""
        return self.names([self._name_id(_value(node), _value(name)) for node, name, *_ in rows])

    def _through(self, condition: str) -> list[Name]:
        """The names that fit a condition, those of most papers first; the endpoint goes through all names."""
        rows = self._rows(
            f"""SELECT ?node ?name (COUNT(DISTINCT ?paper) AS ?papers) {{
                {{ SELECT DISTINCT ?node ?name {{ {_NAMES} BIND(LCASE(?name) AS ?low) FILTER({condition}) }} }}
                OPTIONAL {{ ?paper <{KG}mentions>|<{LINKS["code"]}> ?node }}
            }} GROUP BY ?node ?name ORDER BY DESC(?papers) ?name LIMIT {_FOUND}"""
        )
        return self._found([row for row in rows if row[0] is not None])

    def _beginning(self, key: str) -> list[Name]:
        """Names whose letters and digits begin with those of a normal form, or whose words do with its letters."""
        if key not in self._begun:
            plain = "".join(filter(str.isalnum, key))
            squeezed = r"REPLACE(?low, '[^\\p{L}\\p{N}]+', '')"
            conditions = [f"STRSTARTS(?low, {_text(plain[:1])}) && STRSTARTS({squeezed}, {_text(plain)})"]
            # What is after the owner of a repository begins with it.
            conditions.append(f"CONTAINS(?low, {_text('/' + plain[:1])}) && CONTAINS({squeezed}, {_text(plain)})")
            if plain.isalpha() and len(plain) in INITIALS:
                words = "[^ -]*[ -]+".join(plain)
                conditions.append(f"STRSTARTS(?low, {_text(plain[:1])}) && REGEX(?low, {_text(f'^{words}[^ -]*$')})")
            self._begun[key] = self._through(" || ".join(f"({each})" for each in conditions)) if plain else []
        return self._begun[key]

    def _order(self, name: Name) -> tuple[int, str, str, int]:
        """Sorts names: those of nodes of most papers first, of each node the preferred one first."""
        node = name.node
        return -node.papers, node.name, node.iri, self._all(node.iri).index(name.text)

    def _read_lengths(self, kinds: tuple[Kind, ...], least: int, most: int) -> None:
        """Read the names of some lengths, for typos."""
        from rapidfuzz.utils import default_process

        starts = tuple(f"{self._reader.base}{kind}/" for kind in kinds)
        rows = self._rows(
            f"SELECT DISTINCT ?node ?name {{ {_NAMES} FILTER(STRLEN(?name) >= {least} && STRLEN(?name) <= {most}) }} "
            f"LIMIT {_SIMILAR}"
        )
        for node, name in rows:
            iri = _value(node)
            if iri.startswith(starts) and "#" not in iri:  # which authors of papers have
                form = default_process(plain_name(_value(name)))
                self._of_length.setdefault((kinds, len(form)), []).append((form, self._name_id(iri, _value(name))))
        self._lengths_read |= {(kinds, length) for length in range(least, most + 1)}

    def _together(self, pattern: str, limit: int | None) -> list[tuple[Kind, str, str, int]]:
        rows = self._rows(
            f"SELECT ?other (COUNT(DISTINCT ?paper) AS ?count) {{ {pattern} }} GROUP BY ?other "
            "ORDER BY DESC(?count) STR(?other)"
        )
        found: list[tuple[Kind, str, int]] = []
        number = dict.fromkeys(ENTITY_KINDS, 0)
        for other, count in rows:
            if other is None:  # of no group, some stores make one
                continue
            iri = _value(other)
            kind = next((kind for kind in ENTITY_KINDS if iri.startswith(f"{self._reader.base}{kind}/")), None)
            if kind and (limit is None or number[kind] < limit):
                number[kind] += 1
                found.append((kind, iri, int(_value(count))))
        self._reader.load([iri for _, iri, _ in found])
        return [(kind, iri, next(iter(self._all(iri)), iri), count) for kind, iri, count in found]


_YEAR = f". ?paper a <{KG}Paper> OPTIONAL {{ ?paper <{SCHEMA}datePublished> ?year }}"
_NEWEST_FIRST = 'ORDER BY DESC(COALESCE(STR(?year), "0")) STR(?paper)'


def _by_node(names: Iterable[Name], kinds: Sequence[Kind]) -> list[tuple[int, int]]:
    """The nodes of some names, in their order, each with the first of its names."""
    first: dict[int, int] = {}
    for name in names:
        if name.node.kind in kinds:
            first.setdefault(name.node.id, name.id)
    return [*first.items()]


def _keys(name: Name) -> set[str]:
    """The normal forms of a name."""
    own = {typed_key(name.text)}
    return own | {typed_key(name.text.rpartition("/")[2])} if name.node.kind == "code" and "/" in name.text else own


def _node(iri: str) -> ox.NamedNode | None:
    """An IRI as a term; ``None`` if it is not one."""
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None


def _nodes(iris: Iterable[str]) -> str:
    return " ".join(str(node) for iri in iris if (node := _node(iri)))


def _text(text: str) -> str:
    return str(ox.Literal(text))


def _containing(parts: Iterable[str], *conditions: str) -> str:
    return " && ".join([*conditions, *(f"CONTAINS(?low, {_text(part)})" for part in sorted(set(parts)))])


def _value(term: Term | None) -> str:
    """The IRI of a node, or the text of a literal; blank nodes are none of kg."""
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _count(rows: Iterable[tuple[Term | None, ...]]) -> int:
    return next((int(_value(count)) for (count,) in rows), 0)


def _quads(rows: Iterable[tuple[Term | None, ...]], graph: ox.NamedNode | ox.DefaultGraph) -> Iterator[ox.Quad]:
    for subject, predicate, value in rows:
        if (
            isinstance(subject, ox.NamedNode)
            and isinstance(predicate, ox.NamedNode)
            and isinstance(value, ox.NamedNode | ox.Literal)
        ):
            yield ox.Quad(subject, predicate, value, graph)


def _not_here() -> KGError:
    return KGError("an endpoint has no index that this could be answered from; ask a graph folder")
