"""The shortest chains of papers between two entities: papers that share a method, dataset, metric, task or repository.

>>> found = shortest_paths(reader, "SimCLR", "BLEU")  # doctest: +SKIP
>>> [node.name for node in found.chains[0]]  # doctest: +SKIP
['SimCLR', 'A Simple Framework for ...', 'ImageNet', 'Attention ...', 'BLEU']
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import networkx as nx

from kg.ask.lookup import Match
from kg.ask.questions import meant
from kg.errors import QueryError
from kg.graph.index import GraphIndex, IndexedReader, Node
from kg.graph.reader import GraphReader
from kg.jsonrecord import Record
from kg.text.names import quoted
from kg.vocabulary import DEFAULT_BASE, ENTITY_KINDS, Kind


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
        raise QueryError(f"{quoted(source)} and {quoted(target)} are the same: {start.name} ({start.iri})")
    shortest = _shortest(reader.index, start.iri, end.iri)
    if shortest is None:
        raise QueryError(f"no chain of papers joins {start.name} ({start.type}) and {end.name} ({end.type})")
    # Yen's algorithm (1971) yields the paths in order of weight; the sorted steps decide which of equal paths is first.
    in_order = nx.shortest_simple_paths(shortest, start.iri, end.iri, weight="weight")
    chains = [tuple(_step(reader, node) for node in chain) for chain in islice(in_order, limit)]
    return Paths(start, end, len(chains[0]) // 2, tuple(chains), _count(shortest, start.iri, end.iri))


def _entity(reader: IndexedReader, words: str, base: str) -> Match:
    name = meant(reader, words, ENTITY_KINDS, base)
    if name.match is None:
        raise QueryError(name.unknown)
    return name.match


def _step(reader: GraphReader, node: str) -> Step:
    kind = reader.kind(node)
    assert kind is not None
    return Step(node, kind, reader.name(node))


def _shortest(index: GraphIndex, source: str, target: str) -> nx.DiGraph[str] | None:
    """The steps of all shortest paths.

    A step to what papers share weighs as many as the papers that share it, a step to a paper nothing.
    """
    search = _Search(index, source, target)
    if not search.reaches():
        return None
    steps: nx.DiGraph[str] = nx.DiGraph()
    waiting = {search.target}
    shared = True
    while waiting:
        edges = [(previous, node) for node in waiting for previous in search.before[node]]
        nodes = search.nodes({number for edge in edges for number in edge})
        for start, end in sorted(((nodes[previous], nodes[node]) for previous, node in edges), key=_iris):
            steps.add_edge(start.iri, end.iri, weight=end.papers if shared else 0)
        waiting = {previous for previous, _ in edges}
        shared = not shared
    return steps


def _iris(edge: tuple[Node, Node]) -> tuple[str, str]:
    return edge[0].iri, edge[1].iri


class _Search:
    """Goes from one entity through papers and what they share until it is at another, one step at a time.

    Entities and repositories are the numbers of their nodes, papers those of their places, less than zero. ``before``
    has, for what was reached, what is one step nearer to the source.
    """

    def __init__(self, index: GraphIndex, source: str, target: str) -> None:
        self.index = index
        (self.source, self.target) = (node.id for node in index.with_iris([source, target]))
        # A paper on something narrower than an end counts as a paper on this end.
        self.ends = {end: {end, *(node.id for node in index.narrower(end))} for end in (self.source, self.target)}
        self.before: dict[int, set[int]] = {self.source: set()}

    def reaches(self) -> bool:
        """Whether there is a way to the target."""
        reached = {self.source}
        while reached and self.target not in self.before:
            reached = self._step(reached)
        return self.target in self.before

    def _step(self, start: set[int]) -> set[int]:
        """What is reached from some papers, or from some of what they share, and was not before."""
        before: dict[int, set[int]] = {}
        if min(start) < 0:
            found = self.index.links("place", [-paper for paper in start])
            pairs = [(-place, end) for node, place in found for end in self._meant(node)]
        else:
            ends = {entity: node for node in start for entity in self.ends.get(node, (node,))}
            pairs = [(ends[node], -place) for node, place in self.index.links("node", [*ends])]
        for previous, node in pairs:
            if node not in self.before:
                before.setdefault(node, set()).add(previous)
        self.before |= before
        return {*before}

    def _meant(self, node: int) -> Iterator[int]:
        """What a paper is on that mentions an entity: that, and an end that is broader."""
        yield node
        yield from (end for end, narrower in self.ends.items() if node in narrower and node != end)

    def nodes(self, numbers: set[int]) -> dict[int, Node]:
        """The nodes of some numbers."""
        papers = self.index.at_places([-number for number in numbers if number < 0])
        ids = [papers[-number] if number < 0 else number for number in numbers]
        return dict(zip(numbers, self.index.nodes(ids), strict=True))


def _count(steps: nx.DiGraph[str], source: str, target: str) -> int:
    """How many paths there are: at each node as many as at the nodes before it together."""
    ways = {source: 1}
    for node in nx.topological_sort(steps):
        ways.setdefault(node, sum(ways[previous] for previous in steps.predecessors(node)))
    return ways[target]
