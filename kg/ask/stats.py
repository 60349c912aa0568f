"""How much the graph holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg.graph.index import GraphIndex
from kg.jsonrecord import Record
from kg.vocabulary import CLASS_NAMES, ENTITY_KINDS, LINKS


@dataclass(frozen=True, slots=True)
class Stats(Record):
    """Counts of a graph.

    ``merged`` is the number of entries of papers that another entry lists already. ``introduced`` counts those of
    ``entities`` that some paper introduces. ``links`` counts what papers link to, a repository of two papers twice;
    ``repositories`` counts it once. ``from_catalogue`` counts those of ``entities`` that only an imported catalogue
    has; ``triples`` are those of an export, without the statements about runs.
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
    from_catalogue: int = 0


def count_graph(index: GraphIndex) -> Stats:
    """The counts that the index of a graph keeps."""
    return Stats(
        papers=index.total("paper"),
        merged=index.total("entry") - index.total("listed"),
        entities={CLASS_NAMES[kind]: index.total(kind) for kind in ENTITY_KINDS},
        introduced={CLASS_NAMES[kind]: index.total(f"new {kind}") for kind in ENTITY_KINDS},
        links={kind: index.total(f"link {kind}") for kind in LINKS},
        repositories=index.total("code"),
        results=index.total("Result"),
        mentions=index.total("Mention"),
        triples=index.total("triple"),
        from_catalogue=index.total("from catalogue"),
    )
