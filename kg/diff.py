"""What came into a graph and what went, between two outputs of ``kg build``.

>>> changes = diff("output-monday", "output-tuesday")  # doctest: +SKIP
>>> [paper.title for paper in changes.papers.came]  # doctest: +SKIP
['A Frog that Sees']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import pyoxigraph as ox

from kg.graph.reader import ENTITY_KINDS, Kind, Reader, as_json
from kg.graph.store import existing
from kg.terminal import plain_table
from kg.vocabulary import KG, LINKS, RDF, USES

_CLASSES: dict[Kind, str] = {kind: KG + kind.capitalize() for kind in ENTITY_KINDS}
_EDGES = (KG + "introduces", *USES.values(), *LINKS.values())


class PaperItem(NamedTuple):
    """A paper."""

    iri: str
    title: str


class EntityItem(NamedTuple):
    """A method, dataset, metric or task."""

    iri: str
    type: Kind
    name: str


class EdgeItem(NamedTuple):
    """What a paper introduces, uses or links to; ``property`` is the local name ("usesDataset")."""

    paper: str
    title: str
    property: str
    target: str
    name: str


class ResultItem(NamedTuple):
    """A number that a paper reports, with the names of what it is about."""

    paper: str
    title: str
    value: str
    metric: str | None
    dataset: str | None
    method: str | None


Item = TypeVar("Item", bound=tuple[Any, ...])


class Changes(NamedTuple, Generic[Item]):
    """Items of one sort: how many there were and are, those only in the new graph and those only in the old one."""

    old: int
    new: int
    came: tuple[Item, ...]
    went: tuple[Item, ...]


class Diff(NamedTuple):
    """The changes between two graphs.

    Papers, entities and links are the same where their IRIs are, below the base IRI of each graph; results where paper,
    value, metric, dataset and method are.
    """

    papers: Changes[PaperItem]
    entities: Changes[EntityItem]
    edges: Changes[EdgeItem]
    results: Changes[ResultItem]

    def as_dict(self) -> dict[str, Any]:
        """The changes as JSON objects, lists, text and numbers."""
        fields: dict[str, Any] = as_json(self)
        return fields


def diff(old: str | Path, new: str | Path) -> Diff:
    """Compare the graphs of two folders.

    Raises:
        GraphError: a folder holds no graph, or a damaged one.
    """
    before, after = _Contents(Path(old)), _Contents(Path(new))
    return Diff(
        papers=_changes(before.papers(), after.papers()),
        entities=_changes(before.entities(), after.entities()),
        edges=_changes(before.edges(), after.edges()),
        results=_changes(before.results(), after.results()),
    )


def render(found: Diff, limit: int) -> str:
    """The changes as text: a table of counts, then a line for each thing that came (+) or went (-).

    Args:
        found: the changes.
        limit: lines at most for what came, and for what went, of each sort.
    """
    sorts = found._asdict()
    counts = [[name, *(f"{n:,}" for n in (c.old, c.new, len(c.came), len(c.went)))] for name, c in sorts.items()]
    text = plain_table(("", "old", "new", "came", "went"), counts, (False, True, True, True, True))
    for name, changes in sorts.items():
        for sign, items in (("+", changes.came), ("-", changes.went)):
            lines = [f"{sign} {_words(item)}\n" for item in items[:limit]]
            if len(items) > limit:
                lines.append(f"{sign} and {len(items) - limit:,} more\n")
            text += "".join([f"\n{name} that {'came' if sign == '+' else 'went'}\n", *lines]) if lines else ""
    return text


def _words(item: PaperItem | EntityItem | EdgeItem | ResultItem) -> str:
    if isinstance(item, PaperItem):
        words = item.title
    elif isinstance(item, EntityItem):
        words = f"{item.name} [{item.type}]"
    elif isinstance(item, EdgeItem):
        words = f"{item.title} · {item.property} · {item.name}"
    else:
        about = (f"{word} {name}" for word, name in (("on", item.dataset), ("by", item.method)) if name)
        words = f"{item.title} · {' '.join(filter(None, (item.value, item.metric, *about)))}"
    return "".join(filter(str.isprintable, " ".join(words.split())))


def _changes(old: Mapping[tuple[str, ...], Item], new: Mapping[tuple[str, ...], Item]) -> Changes[Item]:
    return Changes(
        old=len(old),
        new=len(new),
        came=tuple(new[key] for key in sorted(new.keys() - old.keys())),
        went=tuple(old[key] for key in sorted(old.keys() - new.keys())),
    )


class _Contents:
    """What a graph holds, by keys that are the same for the same thing in another graph."""

    def __init__(self, folder: Path) -> None:
        generation = existing(folder)
        self.base = generation.base
        self.reader = Reader(generation.open())

    def papers(self) -> dict[tuple[str, ...], PaperItem]:
        return {(self._key(iri),): PaperItem(iri, self.reader.name(iri)) for iri in self._instances(KG + "Paper")}

    def entities(self) -> dict[tuple[str, ...], EntityItem]:
        return {
            (self._key(iri),): EntityItem(iri, kind, self.reader.name(iri))
            for kind, of_class in _CLASSES.items()
            for iri in self._instances(of_class)
        }

    def edges(self) -> dict[tuple[str, ...], EdgeItem]:
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

    def results(self) -> dict[tuple[str, ...], ResultItem]:
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
