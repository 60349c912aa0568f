"""What an export can hold in addition to the graph: a description of it, the alignment of its vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from kg.graph.provenance import provenance_graphs
from kg.vocabulary import (
    DCTERMS,
    ENTITY_TYPES,
    KG,
    OA,
    PREFIXES,
    RDF,
    SCHEMA,
    SKOS,
    XSD,
    alignment_graph,
    description_graph,
    graph_iri,
)

VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"

LICENCE = "https://spdx.org/licenses/MIT"
RIGHTS = "Titles and abstracts, and what is quoted from them, belong to their authors; the licence is of all else."
_CLASSES = ("Paper", *ENTITY_TYPES, "Repository", "Result", "Mention")
_KEYWORDS = ("papers", "methods", "datasets", "metrics", "tasks", "code repositories", "reported results")
_PREFIX = re.compile(r"^@?prefix\s+(\w*):\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)


class Addition(NamedTuple):
    """Statements to export in addition to the graph, in a named graph of their own, and the prefixes for them."""

    quads: list[ox.Quad]
    prefixes: dict[str, str]


def description(store: ox.Store, base: str, licence: str = LICENCE, rights: str = RIGHTS) -> Addition:
    """The graph as a data set: what it is about, its licence, vocabularies and counts (VoID, DCAT 3).

    It counts what an export holds without additions, so that it is the same for every build of the same input.

    Args:
        store: the graph.
        base: the IRI that the resources of this graph have in common.
        licence: that of the facts, as an IRI.
        rights: says whose the texts are.
    """
    subject = graph_iri(base)
    graph = ox.NamedNode(description_graph(base))
    quads: list[ox.Quad] = []

    def say(node: str, predicate: str, *values: ox.NamedNode | ox.Literal) -> None:
        quads.extend(ox.Quad(ox.NamedNode(node), ox.NamedNode(predicate), value, graph) for value in values)

    say(subject, RDF + "type", ox.NamedNode(VOID + "Dataset"), ox.NamedNode(DCAT + "Dataset"))
    say(subject, DCTERMS + "title", ox.Literal("Papers knowledge graph", language="en"))
    say(
        subject,
        DCTERMS + "description",
        ox.Literal(
            "What papers introduce, use and report, read from their titles and abstracts, with the place in the text "
            "that shows it.",
            language="en",
        ),
    )
    say(subject, DCTERMS + "license", ox.NamedNode(licence))
    say(subject, DCTERMS + "rights", ox.Literal(rights, language="en"))
    say(subject, DCTERMS + "conformsTo", ox.NamedNode(KG.removesuffix("#")))
    say(subject, DCAT + "keyword", *(ox.Literal(word, language="en") for word in _KEYWORDS))
    say(subject, VOID + "uriSpace", ox.Literal(base))
    say(subject, VOID + "vocabulary", *map(ox.NamedNode, (KG, SCHEMA, OA, SKOS, DCTERMS)))
    for name in ("Turtle", "JSON-LD", "N-Triples", "N-Quads", "TriG", "RDF_XML"):
        say(subject, VOID + "feature", ox.NamedNode(f"http://www.w3.org/ns/formats/{name}"))
    counts = _Counts(store)
    say(subject, VOID + "triples", _number(counts.triples()))
    say(subject, VOID + "distinctSubjects", _number(counts.subjects()))
    classes, properties = dict(counts.classes()), dict(counts.properties())
    say(subject, VOID + "entities", _number(sum(classes.get(KG + name, 0) for name in _CLASSES)))
    say(subject, VOID + "classes", _number(len(classes)))
    say(subject, VOID + "properties", _number(len(properties)))
    for kind, value, of, size, found in (
        ("class", "classPartition", "class", "entities", classes),
        ("property", "propertyPartition", "property", "triples", properties),
    ):
        for iri, count in sorted(found.items()):
            part = f"{subject}#{kind}-{_short(iri)}"
            say(subject, VOID + value, ox.NamedNode(part))
            say(part, RDF + "type", ox.NamedNode(VOID + "Dataset"))
            say(part, VOID + of, ox.NamedNode(iri))
            say(part, VOID + size, _number(count))
    return Addition(quads, {"void": VOID, "dcat": DCAT})


def alignment() -> Addition:
    """The relations of the vocabulary of the graph to others, from ``alignment.ttl``."""
    text = (files("kg.export") / "alignment.ttl").read_text("utf-8")
    graph = ox.NamedNode(alignment_graph())
    triples = ox.parse(text, format=ox.RdfFormat.TURTLE)
    quads = [ox.Quad(found.subject, found.predicate, found.object, graph) for found in triples]
    return Addition(quads, declared_prefixes(text))


def declared_prefixes(text: str) -> dict[str, str]:
    """The namespaces by prefix that a Turtle file or a SPARQL query declares, each on a line of its own."""
    return {match[1]: match[2] for match in _PREFIX.finditer(text)}


def _short(iri: str) -> str:
    """A term in a fragment: its local name if it is of this vocabulary, else its prefix too, or else all of it."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            name = quote(iri.removeprefix(namespace))
            return name if namespace == KG else f"{prefix}-{name}"
    return quote(iri, safe="")


def _number(count: int) -> ox.Literal:
    return ox.Literal(str(count), datatype=ox.NamedNode(XSD + "integer"))


class _Counts:
    """Counts of a store without its provenance. Each statement is in one named graph, so that none counts twice."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._filter = " ".join(f"FILTER(?graph != {graph})" for graph in provenance_graphs(store))

    def triples(self) -> int:
        return int(next(self._rows("(COUNT(*) AS ?count)"))[0].value)

    def subjects(self) -> int:
        return int(next(self._rows("(COUNT(DISTINCT ?subject) AS ?count)"))[0].value)

    def classes(self) -> Iterator[tuple[str, int]]:
        for row in self._rows("?object (COUNT(?subject) AS ?count)", f"?subject <{RDF}type> ?object", "?object"):
            yield row[0].value, int(row[1].value)

    def properties(self) -> Iterator[tuple[str, int]]:
        for row in self._rows("?predicate (COUNT(*) AS ?count)", group="?predicate"):
            yield row[0].value, int(row[1].value)

    def _rows(
        self, columns: str, pattern: str = "?subject ?predicate ?object", group: str = ""
    ) -> Iterator[ox.QuerySolution]:
        # A store that was loaded from a file without named graphs has all in the default graph.
        solutions = self._store.query(
            f"SELECT {columns} WHERE {{ {{ {pattern} }} UNION {{ GRAPH ?graph {{ {pattern} }} "
            f"{self._filter} }} }} {f'GROUP BY {group}' if group else ''}"
        )
        assert isinstance(solutions, ox.QuerySolutions)
        return solutions
