"""The shortest chains of papers between two entities: papers that share a method, dataset, metric, task or repository.

>>> found = shortest_paths(reader, "SimCLR", "BLEU")  # doctest: +SKIP
>>> [node.name for node in found.chains[0]]  # doctest: +SKIP
['SimCLR', 'A Simple Framework for ...', 'ImageNet', 'Attention ...', 'BLEU']
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import cast

import networkx as nx
import pyoxigraph as ox

from kg.ask.lookup import Match
from kg.ask.questions import meant
from kg.errors import QueryError
from kg.graph.index import IndexedReader
from kg.graph.reader import GraphReader
from kg.jsonrecord import Record
from kg.vocabulary import DEFAULT_BASE, ENTITY_KINDS, KG, LINKS, Kind


@dataclass(frozen=True, slots=True)
class Step(Record):
    """A node of a chain."""

    iri: str
    type: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Paths(Record):
    """Chains between two entities.

    Each chain goes from one to the other: entity, paper, entity, paper, entity; between two papers there may be a
    repository instead of an entity. ``papers`` is the number of papers in each chain, ``total`` the number of all
    chains, also those beyond the limit.
    """

    source: Match
    target: Match
    papers: int
    chains: tuple[tuple[Step, ...], ...]
    total: int


def shortest_paths(
    reader: IndexedReader, source: str, target: str, *, base: str = DEFAULT_BASE, limit: int | None = 10
) -> Paths:
    """The shortest chains of papers from one entity to another, those through what the fewest papers share first.

    A paper on something narrower than an end counts as a paper on this end.

    Args:
        reader: the graph.
        source: the name of an entity in any spelling, or its IRI.
        target: the name of the other.
        base: the IRI that the graph's resources live under.
        limit: the maximum number of chains; ``None`` for all.

    Raises:
        QueryError: a name is unknown or may mean several entities, both are the same, or no chain joins them.
    """
    start, end = _entity(reader, source, base), _entity(reader, target, base)
    if start.iri == end.iri:
        raise QueryError(f"{source!r} and {target!r} are the same: {start.name} ({start.iri})")
    shortest = _shortest(_links(reader, start.iri, end.iri), start.iri, end.iri)
    if shortest is None:
        raise QueryError(f"no chain of papers joins {start.name} ({start.type}) and {end.name} ({end.type})")
    # Yen's algorithm (1971) yields the paths in order of weight; the sorted steps decide which of equal paths is first.
    in_order = nx.shortest_simple_paths(shortest, start.iri, end.iri, weight="weight")
    chains = [tuple(_step(reader, node) for node in chain) for chain in islice(in_order, limit)]
    return Paths(start, end, len(chains[0]) // 2, tuple(chains), _count(shortest, start.iri, end.iri))


def _entity(reader: IndexedReader, words: str, base: str) -> Match:
    name = meant(reader, words, ENTITY_KINDS, base)
    if name.match is None:
        nearest = f"; nearest: {', '.join(name.nearest)}" if name.nearest else ""
        raise QueryError(f"the graph has no method, dataset, metric or task {name.words!r}{nearest}")
    return name.match


def _step(reader: GraphReader, node: str) -> Step:
    kind = reader.kind(node)
    assert kind is not None
    return Step(node, kind, reader.name(node))


def _links(reader: GraphReader, *ends: str) -> nx.Graph[str]:
    """Papers joined to what they mention and to their code, and to the ends also by what is narrower."""
    graph: nx.Graph[str] = nx.Graph()
    for predicate in (KG + "mentions", LINKS["code"]):
        for quad in reader.store.quads_for_pattern(None, ox.NamedNode(predicate), None):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                graph.add_edge(quad.subject.value, quad.object.value)
    for end in ends:
        for entity in reader.narrower(end):
            graph.add_edges_from((paper, end) for paper in reader.subjects(KG + "mentions", ox.NamedNode(entity)))
    return graph


def _shortest(graph: nx.Graph[str], source: str, target: str) -> nx.DiGraph[str] | None:
    """The steps of all shortest paths.

    A step to what papers share weighs as many as the papers that share it, a step to a paper nothing.
    """
    if source not in graph or target not in graph:
        return None
    before = cast(dict[str, list[str]], nx.predecessor(graph, source))
    if target not in before:
        return None
    steps: nx.DiGraph[str] = nx.DiGraph()
    waiting = {target}
    shared = True
    while waiting:
        edges = sorted((previous, node) for node in waiting for previous in before[node])
        for previous, node in edges:
            steps.add_edge(previous, node, weight=graph.degree(node) if shared else 0)
        waiting = {previous for previous, _ in edges}
        shared = not shared
    return steps


def _count(steps: nx.DiGraph[str], source: str, target: str) -> int:
    """How many paths there are: at each node as many as at the nodes before it together."""
    ways = {source: 1}
    for node in nx.topological_sort(steps):
        ways.setdefault(node, sum(ways[previous] for previous in steps.predecessors(node)))
    return ways[target]
