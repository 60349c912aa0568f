"""What is around an entity, as the graph view draws it: nodes and edges that JSON can hold."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pyoxigraph as ox

from kg.ask.card import EntityCard
from kg.site.source import Source, View
from kg.text.spellings import readable
from kg.vocabulary import ENTITY_KINDS, SKOS, Kind

_AROUND = 20
_HIERARCHY = 8


def neighbourhood(source: Source, iri: str, limit: int = _AROUND) -> dict[str, Any]:
    """The entities that occur with one in the most papers, and what is next broader and narrower.

    Args:
        source: the graph.
        iri: of the entity.
        limit: how many of the former to return.

    Returns:
        ``centre`` (an IRI), ``nodes`` (``iri``, ``name``, ``kind``, ``papers``, ``path``; the centre first) and
        ``edges`` (``from``, ``to``, ``papers`` that both are in, or ``broader`` for a step up). Both lists are empty
        for what is no entity of the graph.
    """
    try:
        kind = source.reader.kind(iri)
    except ValueError:
        kind = None
    if kind not in ENTITY_KINDS:
        return {"centre": iri, "nodes": [], "edges": []}
    nodes = {iri: _node(source, iri, kind)}
    edges: list[dict[str, Any]] = []
    for start, end, other in [
        *((iri, above, above) for above in source.reader.objects(iri, SKOS + "broader")[:_HIERARCHY]),
        *((below, iri, below) for below in source.reader.subjects(SKOS + "broader", ox.NamedNode(iri))[:_HIERARCHY]),
    ]:
        nodes.setdefault(other, _node(source, other, kind))
        edges.append({"from": start, "to": end, "broader": True})
    card = source.card(iri)
    companions = chain.from_iterable(card.companions.values()) if isinstance(card, EntityCard) else ()
    for entity in sorted(companions, key=lambda entity: (-entity.papers, entity.iri))[:limit]:
        if entity.iri not in nodes:
            nodes[entity.iri] = _node(source, entity.iri, source.reader.kind(entity.iri))
        edges.append({"from": iri, "to": entity.iri, "papers": entity.papers})
    return {"centre": iri, "nodes": list(nodes.values()), "edges": edges}


def _node(source: Source, iri: str, kind: Kind | None) -> dict[str, Any]:
    name = readable(source.reader.name(iri))
    return {"iri": iri, "name": name, "kind": kind, "papers": source.papers_of(iri), "path": source.path(iri)}


def empty_view(source: Source) -> View:
    """The page of a site of files that draws the surroundings of any entity, from scripts that hold them."""
    return View("graph-of-files.html", "Graph", {})


def graph_view(source: Source, iri: str) -> View:
    """The page that draws the surroundings of an entity, with the same as a list."""
    around = neighbourhood(source, iri)
    name = readable(source.reader.name(iri))
    names = {node["iri"]: node for node in around["nodes"]}
    listed = [(names[edge["to"] if edge["from"] == iri else edge["from"]], edge) for edge in around["edges"]]
    return View(
        "graph.html",
        f"Around {name}",
        {
            "iri": iri,
            "name": name,
            "around": around,
            "listed": listed,
            "behind": source.behind("entity-companions", entity=iri, limit=_AROUND),
        },
    )
