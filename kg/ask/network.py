"""The graph as a network of papers, entities and repositories, for the algorithms of networkx."""

from __future__ import annotations

import networkx as nx
import pyoxigraph as ox

from kg.graph.reader import GraphReader
from kg.vocabulary import KG, LINKS, RDF, SCHEMA, USES

_EDGES = (KG + "introduces", *USES.values(), LINKS["code"])


def paper_network(store: ox.Store) -> nx.DiGraph[str]:
    """All papers, with what they introduce and use, and with their repositories.

    Nodes are IRIs with the attributes ``kind`` and ``name``, of papers also ``year`` where it is known; edges run from
    a paper and have the attribute ``property``, the local name of the property. Nodes and edges are sorted, so that
    algorithms that depend on their order give the same result for the same graph.
    """
    edges = sorted(
        (quad.subject.value, quad.object.value, predicate.removeprefix(KG))
        for predicate in _EDGES
        for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    )
    papers = store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), ox.NamedNode(KG + "Paper"))
    nodes = {quad.subject.value for quad in papers if isinstance(quad.subject, ox.NamedNode)}
    nodes |= {end for source, target, _ in edges for end in (source, target)}
    reader = GraphReader(store)
    graph: nx.DiGraph[str] = nx.DiGraph()
    for node in sorted(nodes):
        kind = reader.kind(node)
        year = reader.value(node, SCHEMA + "datePublished") if kind == "paper" else None
        graph.add_node(node, kind=kind, name=reader.name(node), **({"year": int(year)} if year else {}))
    for source, target, name in edges:
        graph.add_edge(source, target, property=name)
    return graph
