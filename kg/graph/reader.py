"""Reading single nodes of the graph: their kind, names and neighbours.

Pattern look-ups rather than SPARQL, where the question is about one node: they need no parsing and no plan, and follow
an index from the node, however large the graph is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import cast

import pyoxigraph as ox

from kg.vocabulary import DCTERMS, KIND_OF_CLASS, OA, RDF, SCHEMA, SKOS, Kind

SURFACE_FORMS = (
    f"SELECT ?form (COUNT(*) AS ?count) {{ {{ SELECT ?mention {{ ?mention <{OA}hasBody> %s }} LIMIT 300 }} "
    f"?mention <{OA}exact> ?form }} GROUP BY ?form"
)
"""Finds by which words texts name an entity, in as many mentions as take a few milliseconds."""


class GraphReader:
    """Look-ups in a store by IRI. Nothing is remembered between calls.

    Args:
        store: the graph; its named graphs are read as one.
    """

    def __init__(self, store: ox.Store) -> None:
        self.store = store

    def objects(self, iri: str, predicate: str, graph: ox.NamedNode | None = None) -> list[str]:
        """What the node has for a predicate in a named graph or in all, IRIs and the text of literals alike, sorted."""
        quads = self.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(predicate), None, graph)
        return sorted({_text(quad.object) for quad in quads})

    def value(self, iri: str, predicate: str) -> str | None:
        """The first of :meth:`objects`, where there is one."""
        return next(iter(self.objects(iri, predicate)), None)

    def subjects(
        self, predicate: str, value: ox.NamedNode | ox.Literal, graph: ox.NamedNode | None = None
    ) -> list[str]:
        """The nodes that have this value for a predicate in a named graph or in all, sorted."""
        quads = self.store.quads_for_pattern(None, ox.NamedNode(predicate), value, graph)
        return sorted({_text(quad.subject) for quad in quads})

    def kind(self, iri: str) -> Kind | None:
        """What the node is; ``None`` for an IRI that is not an entity, paper or repository of this graph."""
        classes = self.objects(iri, RDF + "type")
        return next((KIND_OF_CLASS[name] for name in classes if name in KIND_OF_CLASS), None)

    def name(self, iri: str) -> str:
        """The name of a node: its preferred label or name, else its IRI."""
        return self.value(iri, SKOS + "prefLabel") or self.value(iri, SCHEMA + "name") or iri

    def surface_forms(self, iri: str) -> Counter[str]:
        """By which words texts name an entity, and how often; of many mentions only some are counted."""
        return Counter({form: int(count) for form, count in self.rows(SURFACE_FORMS % ox.NamedNode(iri))})

    def count(self, predicate: str, iri: str) -> int:
        """How many nodes have this node for a predicate. The store counts, so that no names are read for it."""
        rows = self.rows(
            "SELECT ?predicate ?node (COUNT(DISTINCT ?subject) AS ?count) "
            "WHERE { ?subject ?predicate ?node } GROUP BY ?predicate ?node",
            predicate=ox.NamedNode(predicate),
            node=ox.NamedNode(iri),
        )
        return next((int(row[2]) for row in rows), 0)

    def narrower(self, iri: str) -> list[str]:
        """All that is narrower than an entity by ``skos:broader``, directly or through others, sorted."""
        found: set[str] = set()
        waiting = [iri]
        while waiting:
            below = self.subjects(SKOS + "broader", ox.NamedNode(waiting.pop()))
            new = set(below) - found
            found |= new
            waiting.extend(new)
        return sorted(found - {iri})

    def catalogues(self) -> list[ox.NamedNode]:
        """The named graphs of imported catalogues, each of which states its own licence, sorted."""
        licensed = self.store.quads_for_pattern(None, ox.NamedNode(DCTERMS + "license"), None)
        graphs = {quad.subject for quad in licensed if quad.subject == quad.graph_name}
        return sorted((graph for graph in graphs if isinstance(graph, ox.NamedNode)), key=str)

    def rows(self, query: str, **values: ox.NamedNode | ox.Literal) -> Iterator[tuple[str, ...]]:
        """The rows of a SELECT as text; all columns must be bound.

        Args:
            query: SPARQL over the union of all graphs.
            values: terms to put in place of variables of the same names. They are terms, never query text, so that
                nothing a user types can be read as SPARQL. The variables must be among the columns.
        """
        solutions = self.store.query(
            query,
            use_default_graph_as_union=True,
            substitutions={ox.Variable(name): value for name, value in values.items()},
        )
        for solution in cast(ox.QuerySolutions, solutions):
            yield tuple(_text(term) for term in solution)


def _text(term: object) -> str:
    return cast(str, term.value)  # type: ignore[attr-defined]  # the graph holds no blank nodes and no quoted triples
