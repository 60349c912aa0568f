"""What an imported catalogue says about an entity, a paper or a repository (:mod:`kg.graph.curated`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pyoxigraph as ox

from kg.ask.origins import Origin
from kg.graph.index import Node
from kg.graph.reader import GraphReader
from kg.vocabulary import DCTERMS, KG, SCHEMA

_LONGEST = 400  # characters of a description
_LICENCES = {"https://creativecommons.org/licenses/by-sa/4.0/": "CC BY-SA 4.0"}


class CuratedLine(NamedTuple):
    """What a catalogue says about one thing: the ``values`` under a ``label``, the first of ``in_all``.

    ``source`` names the catalogue with its licence.
    """

    source: str
    label: str
    values: tuple[str, ...]
    in_all: int


def speaks_of(reader: GraphReader, origin: Origin) -> Callable[[Node], bool]:
    """What tells whether the texts, a catalogue, or one of both say something of a node."""
    if origin == "both":
        return lambda node: True
    if origin == "extracted":
        return lambda node: node.papers > 0 or (node.kind not in ("paper", "code") and not only_curated(reader, node))
    graphs = reader.catalogues()

    def said(node: Node) -> bool:
        known = bool(graphs) and node.kind == "paper" and not node.papers  # as most are that have a common word
        return known or any(_says(reader, graph, ox.NamedNode(node.iri)) for graph in graphs)

    return said


def only_curated(reader: GraphReader, node: Node) -> bool:
    """Whether it is a catalogue alone that has a node."""
    return not node.papers and (node.kind == "paper" or reader.value(node.iri, KG + "fromCatalogue") is not None)


def _says(reader: GraphReader, graph: ox.NamedNode, node: ox.NamedNode) -> bool:
    """Whether a graph has a statement about a node, or one that leads to it."""
    about = reader.store.quads_for_pattern(node, None, None, graph)
    return (
        next(about, None) is not None or next(reader.store.quads_for_pattern(None, None, node, graph), None) is not None
    )


def curated_lines(reader: GraphReader, iri: str, limit: int | None) -> tuple[CuratedLine, ...]:
    """What catalogues say about an entity, a paper or a repository; of each kind of value the first ones.

    Args:
        limit: the maximum number of values of a kind; ``None`` for all.
    """
    return tuple(
        CuratedLine(_source(reader, graph), label, tuple(show(each) for each in found[:limit]), len(found))
        for graph in reader.catalogues()
        for label, found, show in _Catalogue(reader, graph, iri).said()
        if found
    )


def _source(reader: GraphReader, graph: ox.NamedNode) -> str:
    licence = reader.value(graph.value, DCTERMS + "license") or ""
    return f"{reader.value(graph.value, DCTERMS + 'title')} ({_LICENCES.get(licence, licence)})"


class _Catalogue:
    def __init__(self, reader: GraphReader, graph: ox.NamedNode, iri: str) -> None:
        self.reader = reader
        self.graph = graph
        self.iri = iri

    def said(self) -> Iterator[tuple[str, list[str], Callable[[str], str]]]:
        """Labels, values, and how a value is shown, in the order of a card."""
        name = self.reader.name
        listed = self._values(KG + "catalogued")
        yield "description", self._values(SCHEMA + "description"), self._short
        yield "also", self._values(SCHEMA + "alternateName"), str
        yield "introduced in", self._values(KG + "introducedYear"), str
        yield "introduced by", self._values(KG + "introducedIn"), name
        yield "tasks", [each for each in listed if "/task/" in each], name
        yield "methods", [each for each in listed if "/method/" in each], name
        yield "official code", self._values(KG + "officialCode"), self._address
        yield "code", self._values(KG + "otherCode"), self._address
        yield "results", self._values(KG + "curatedResult"), self._result
        yield "papers listed under it", self._papers(KG + "catalogued"), name
        yield "results on it", self._subjects(KG + "onDataset"), self._result
        yield "results of it", self._subjects(KG + "ofMethod"), self._result
        if "/code/" in self.iri:
            yield "official code of", self._papers(KG + "officialCode"), name
            yield "code of", self._papers(KG + "otherCode"), name
            yield "framework", self._values(SCHEMA + "runtimePlatform"), str

    def _papers(self, predicate: str) -> list[str]:
        return [each for each in self._subjects(predicate) if "/paper/" in each and "#" not in each]

    def _subjects(self, predicate: str) -> list[str]:
        return self.reader.subjects(predicate, ox.NamedNode(self.iri), self.graph)

    def _values(self, predicate: str, node: str = "") -> list[str]:
        return self.reader.objects(node or self.iri, predicate, self.graph)

    def _address(self, code: str) -> str:
        return next(iter(self._values(SCHEMA + "url", code)), code)

    def _result(self, node: str) -> str:
        value, metric, dataset, model = (
            next(iter(self._values(KG + name, node)), "")
            for name in ("valueText", "metricText", "datasetText", "modelText")
        )
        return f"{value} {metric} on {dataset}" + (f" by {model}" if model else "")

    @staticmethod
    def _short(text: str) -> str:
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0]} …"
