"""How much the graph holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg.graph.provenance import provenance_graphs
from kg.jsonrecord import Record
from kg.vocabulary import ENTITY_TYPES, LINKS, PREFIXES


@dataclass(frozen=True, slots=True)
class Stats(Record):
    """Counts of a graph.

    ``merged`` is the number of entries of papers that another entry lists already. ``introduced`` counts those of
    ``entities`` that some paper introduces. ``links`` counts what papers link to, a repository of two papers twice;
    ``repositories`` counts it once. ``triples`` are those of an export, without the statements about runs.
    """

    papers: int
    merged: int
    entities: Mapping[str, int]
    introduced: Mapping[str, int]
    links: Mapping[str, int]
    repositories: int
    results: int
    mentions: int
    triples: int


def count_graph(store: ox.Store) -> Stats:
    """Count what a store holds."""

    def count(what: str, pattern: str) -> int:
        solutions = store.query(
            f"SELECT (COUNT({what}) AS ?count) WHERE {{ {pattern} }}",
            prefixes=PREFIXES,
            use_default_graph_as_union=True,
        )
        assert isinstance(solutions, ox.QuerySolutions)
        return int(next(solutions)["count"].value)

    def instances(name: str) -> int:
        return count("DISTINCT ?node", f"?node a kg:{name}")

    return Stats(
        papers=instances("Paper"),
        merged=count("*", "?paper kg:listedOn ?entry") - count("DISTINCT ?paper", "?paper kg:listedOn ?entry"),
        entities={name: instances(name) for name in ENTITY_TYPES},
        introduced={
            name: count("DISTINCT ?entity", f"?paper kg:introduces ?entity . ?entity a kg:{name}")
            for name in ENTITY_TYPES
        },
        links={kind: count("*", f"?paper <{link}> ?address") for kind, link in LINKS.items()},
        repositories=instances("Repository"),
        results=instances("Result"),
        mentions=instances("Mention"),
        triples=len(store)
        - sum(1 for graph in provenance_graphs(store) for _ in store.quads_for_pattern(None, None, None, graph)),
    )
