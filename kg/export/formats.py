"""The graph as a file, in any RDF format: sorted, streamed, and the same bytes for the same statements.

>>> import io
>>> from pyoxigraph import Store
>>> output = io.BytesIO()
>>> export_graph(Store(), "ntriples", output)
0
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO, TypeAlias

import pyoxigraph as ox

from kg.errors import KGError
from kg.export.additions import Addition
from kg.export.jsonld import write_jsonld
from kg.export.rdfxml import write_rdfxml
from kg.export.turtle import write_trig, write_turtle
from kg.graph.provenance import provenance_graphs
from kg.vocabulary import DEFAULT_BASE, KG, PREFIXES, RDF, resource_prefixes

GraphName: TypeAlias = ox.NamedNode | ox.BlankNode | ox.DefaultGraph
Triples: TypeAlias = Iterable[ox.Triple]
Graphs: TypeAlias = Iterable[tuple[GraphName, Triples]]
Prefixes: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files: its name here, its media type, the ending of its files, and what writes it.

    A writer takes sorted statements, the output, the base IRI and further prefixes. A format has either of the two:
    ``write_triples``, or ``write_graphs`` where it keeps named graphs apart.
    """

    name: str
    media_type: str
    extension: str
    write_triples: Callable[[Triples, IO[bytes], str, Prefixes], None] | None = None
    write_graphs: Callable[[Graphs, IO[bytes], str, Prefixes], None] | None = None


def _turtle(triples: Triples, output: IO[bytes], base: str, prefixes: Prefixes) -> None:
    write_turtle(triples, output, {**prefixes, **PREFIXES, **resource_prefixes(base)})


def _trig(graphs: Graphs, output: IO[bytes], base: str, prefixes: Prefixes) -> None:
    write_trig(graphs, output, {**prefixes, **PREFIXES, **resource_prefixes(base)})


def _rdfxml(triples: Triples, output: IO[bytes], base: str, prefixes: Prefixes) -> None:
    write_rdfxml(triples, output, {**prefixes, **PREFIXES})


def _ntriples(triples: Triples, output: IO[bytes], base: str, prefixes: Prefixes) -> None:
    ox.serialize(triples, output, ox.RdfFormat.N_TRIPLES)


def _nquads(graphs: Graphs, output: IO[bytes], base: str, prefixes: Prefixes) -> None:
    quads = (
        ox.Quad(triple.subject, triple.predicate, triple.object, graph)
        for graph, triples in graphs
        for triple in triples
    )
    ox.serialize(quads, output, ox.RdfFormat.N_QUADS)


FORMATS: dict[str, Format] = {
    known.name: known
    for known in (
        Format("turtle", "text/turtle", ".ttl", write_triples=_turtle),
        Format("jsonld", "application/ld+json", ".jsonld", write_triples=write_jsonld),
        Format("ntriples", "application/n-triples", ".nt", write_triples=_ntriples),
        Format("nquads", "application/n-quads", ".nq", write_graphs=_nquads),
        Format("trig", "application/trig", ".trig", write_graphs=_trig),
        Format("rdfxml", "application/rdf+xml", ".rdf", write_triples=_rdfxml),
    )
}


def export_graph(
    store: ox.Store,
    format: str,
    output: IO[bytes],
    base: str = DEFAULT_BASE,
    *,
    provenance: bool = False,
    additions: Iterable[Addition] = (),
    prefixes: Prefixes = MappingProxyType({}),
) -> int:
    """Write the whole graph.

    Subjects are sorted by IRI, the statements of each by property (the type first) and value. Formats without named
    graphs hold the union of all graphs, each statement once; the others hold graph after graph, sorted by IRI. Memory
    grows with the number of subjects, not with that of statements.

    Args:
        store: the graph.
        format: a name in :data:`FORMATS`.
        output: takes UTF-8.
        base: the IRI that the resources live under, for prefixes and relative ids.
        provenance: whether to write what is said of the runs that made the graph, which differs from build to build.
        additions: what to write beside the graph.
        prefixes: further namespaces by prefix.

    Returns:
        The number of statements written.

    Raises:
        KGError: there is no such format, or a statement cannot be written in it.
    """
    kind = known_format(format)
    tally = _Tally()
    beside = ox.Store()
    further = dict(prefixes)
    for addition in additions:
        beside.extend(addition.quads)
        further |= addition.prefixes
    source = _Source((store, beside), frozenset() if provenance else frozenset(provenance_graphs(store)))
    if kind.write_graphs:
        graphs = ((graph, tally(source.triples(graph))) for graph in source.graphs())
        kind.write_graphs(graphs, output, base, further)
    if kind.write_triples:
        kind.write_triples(tally(source.triples(None)), output, base, further)
    return tally.count


def serialize(
    triples: Iterable[ox.Triple],
    format: str,
    output: IO[bytes],
    base: str = DEFAULT_BASE,
) -> int:
    """Write some triples, such as those of a CONSTRUCT query, as :func:`export` writes a graph.

    They are sorted in memory. The format is one without named graphs.

    Returns:
        The number of statements written, duplicates counted once.

    Raises:
        KGError: there is no such format, or a statement cannot be written in it.
    """
    write = known_format(format).write_triples
    if write is None:
        raise KGError(f"{format} is for named graphs; choose another format for single statements")
    ordered = sorted(set(triples), key=lambda triple: (_text(triple.subject), *_order(triple)))
    write(ordered, output, base, {})
    return len(ordered)


def known_format(format: str) -> Format:
    try:
        return FORMATS[format]
    except KeyError:
        raise KGError(f"there is no format {format!r}; choose from {', '.join(FORMATS)}") from None


class _Tally:
    """Counts the statements that pass through it."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
        for triple in triples:
            self.count += 1
            yield triple


class _Source:
    """What an export writes: the statements of some stores but for those of some graphs, sorted."""

    def __init__(self, stores: Sequence[ox.Store], left_out: frozenset[GraphName]) -> None:
        self._stores = stores
        self._left_out = left_out

    def graphs(self) -> list[GraphName]:
        """The default graph, then the named graphs by IRI."""
        named = {graph for store in self._stores for graph in store.named_graphs()} - self._left_out
        return [ox.DefaultGraph(), *sorted(named, key=_text)]

    def triples(self, graph: GraphName | None) -> Iterator[ox.Triple]:
        """Those of a graph, or of the union of all graphs, sorted; only those of one subject are held at a time."""
        for subject in sorted({subject for store in self._stores for subject in _subjects(store, graph)}, key=_text):
            found = {
                quad.triple
                for store in self._stores
                for quad in store.quads_for_pattern(subject, None, None, graph)
                if quad.graph_name not in self._left_out
            }
            yield from sorted(found, key=_order)


def _subjects(store: ox.Store, graph: GraphName | None) -> Iterator[ox.NamedNode | ox.BlankNode]:
    solutions = store.query(
        "SELECT DISTINCT ?subject WHERE { ?subject ?predicate ?object }",
        default_graph=graph,
        use_default_graph_as_union=graph is None,
    )
    assert isinstance(solutions, ox.QuerySolutions)
    return (solution[0] for solution in solutions)


def _order(triple: ox.Triple) -> tuple[str, bool, str]:
    """Sorts the statements of a subject: its type first, and of several types that of this vocabulary."""
    predicate, value = triple.predicate.value, triple.object
    if predicate == RDF + "type":
        return "", not _text(value).startswith(KG), str(value)
    return predicate, False, str(value)


def _text(term: GraphName | ox.Literal | ox.Triple) -> str:
    return str(term) if isinstance(term, ox.Triple | ox.DefaultGraph) else term.value
