"""What was added to a graph and what was removed from it, between two outputs of ``kg build``.

>>> changes = compare_graphs("output-monday", "output-tuesday")  # doctest: +SKIP
>>> [paper.title for paper in changes.papers.came]  # doctest: +SKIP
['A Frog that Sees']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import pyoxigraph as ox

from kg.graph.reader import GraphReader
from kg.graph.store import opened, reading
from kg.jsonrecord import Record
from kg.text.names import unaccented
from kg.vocabulary import CLASS_NAMES, ENTITY_KINDS, KG, LINKS, RDF, USES, Kind

_EDGES = (KG + "introduces", *USES.values(), *LINKS.values())


@dataclass(frozen=True, slots=True)
class PaperItem(Record):
    """A paper."""

    iri: str
    title: str


@dataclass(frozen=True, slots=True)
class EntityItem(Record):
    """A method, dataset, metric or task."""

    iri: str
    type: Kind
    name: str


@dataclass(frozen=True, slots=True)
class EdgeItem(Record):
    """What a paper introduces, uses or links to; ``property`` is the local name ("usesDataset")."""

    paper: str
    title: str
    property: str
    target: str
    name: str


@dataclass(frozen=True, slots=True)
class ResultItem(Record):
    """A number that a paper reports, with the names of what it is about."""

    paper: str
    title: str
    value: str
    metric: str | None
    dataset: str | None
    method: str | None


AnyItem = TypeVar("AnyItem", bound=Record)


@dataclass(frozen=True, slots=True)
class Changes(Record, Generic[AnyItem]):
    """Items of one sort: their number in each graph, those only in the new graph and those only in the old one."""

    old: int
    new: int
    came: tuple[AnyItem, ...]
    went: tuple[AnyItem, ...]


@dataclass(frozen=True, slots=True)
class Diff(Record):
    """The changes between two graphs.

    Papers, entities and links are the same if their IRIs below the base IRI of each graph are the same, up to accents;
    results if paper, value, metric, dataset and method are the same.
    """

    papers: Changes[PaperItem]
    entities: Changes[EntityItem]
    edges: Changes[EdgeItem]
    results: Changes[ResultItem]


def compare_graphs(old: str | Path, new: str | Path) -> Diff:
    """Compare the graphs of two folders.

    Raises:
        GraphError: a folder holds no graph, or a damaged one.
    """
    with reading(Path(old)):
        before = _Contents(Path(old))
    with reading(Path(new)):
        after = _Contents(Path(new))
    return Diff(
        papers=_changes(before.papers, after.papers),
        entities=_changes(before.entities, after.entities),
        edges=_changes(before.edges, after.edges),
        results=_changes(before.results, after.results),
    )


def _changes(old: Mapping[tuple[str, ...], AnyItem], new: Mapping[tuple[str, ...], AnyItem]) -> Changes[AnyItem]:
    came, went = new.keys() - old.keys(), old.keys() - new.keys()
    respelt = set(map(_plain, came)) & set(map(_plain, went))
    return Changes(
        old=len(old),
        new=len(new),
        came=tuple(new[key] for key in sorted(came) if _plain(key) not in respelt),
        went=tuple(old[key] for key in sorted(went) if _plain(key) not in respelt),
    )


def _plain(key: tuple[str, ...]) -> tuple[str, ...]:
    """A key that is the same for names with and without accents."""
    return tuple(map(unaccented, key))


class _Contents:
    """What a graph holds, by keys that are the same for the same thing in another graph."""

    def __init__(self, folder: Path) -> None:
        graph = opened(folder)
        self.base = graph.settings.base
        self.reader = GraphReader(graph.store)
        self.papers = self._papers()
        self.entities = self._entities()
        self.edges = self._edges()
        self.results = self._results()

    def _papers(self) -> dict[tuple[str, ...], PaperItem]:
        return {(self._key(iri),): PaperItem(iri, self.reader.name(iri)) for iri in self._instances(KG + "Paper")}

    def _entities(self) -> dict[tuple[str, ...], EntityItem]:
        return {
            (self._key(iri),): EntityItem(iri, kind, self.reader.name(iri))
            for kind in ENTITY_KINDS
            for iri in self._instances(KG + CLASS_NAMES[kind])
        }

    def _edges(self) -> dict[tuple[str, ...], EdgeItem]:
        names: dict[str, str] = {}
        found: dict[tuple[str, ...], EdgeItem] = {}
        for predicate in _EDGES:
            local = predicate.removeprefix(KG)
            for paper, target in self._pairs(predicate):
                for iri in (paper, target):
                    if iri not in names:
                        names[iri] = self.reader.name(iri)
                found[self._key(paper), local, self._key(target)] = EdgeItem(
                    paper, names[paper], local, target, names[target]
                )
        return found

    def _results(self) -> dict[tuple[str, ...], ResultItem]:
        found = {}
        for paper, result in self._pairs(KG + "reports"):
            value = self.reader.value(result, KG + "valueText") or ""
            about = [self.reader.value(result, KG + name) for name in ("byMetric", "onDataset", "ofMethod")]
            metric, dataset, method = (self.reader.name(iri) if iri else None for iri in about)
            metric = metric or self.reader.value(result, KG + "metricText")
            item = ResultItem(paper, self.reader.name(paper), value, metric, dataset, method)
            found[self._key(paper), value, metric or "", *(self._key(iri or "") for iri in about)] = item
        return found

    def _instances(self, of_class: str) -> list[str]:
        return self.reader.subjects(RDF + "type", ox.NamedNode(of_class))

    def _pairs(self, predicate: str) -> Iterator[tuple[str, str]]:
        for quad in self.reader.store.quads_for_pattern(None, ox.NamedNode(predicate), None):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                yield quad.subject.value, quad.object.value

    def _key(self, iri: str) -> str:
        return iri.removeprefix(self.base)
