"""The formats of files: one table for the whole graph and for the answers of queries.

Graphs are written sorted, streamed, and as the same bytes for the same statements.

>>> import io
>>> from pyoxigraph import Store
>>> output = io.BytesIO()
>>> export_graph(Store(), "ntriples", output)
0

Other packages add formats through the entry point group ``kg.formats``: the entry point's object is a :class:`Format`,
its name the format's name.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, Literal, TypeAlias, cast

import pyoxigraph as ox

from kg.errors import GraphError, KGError
from kg.export.additions import Addition
from kg.export.jsonld import write_jsonld
from kg.export.networks import write_gexf, write_graphml, write_tables
from kg.export.rdfxml import write_rdfxml
from kg.export.tables import Table, table_of, write_csv, write_latex, write_markdown
from kg.export.turtle import write_trig, write_turtle
from kg.graph.provenance import provenance_graphs
from kg.graph.worker import XmlText
from kg.plugins import load_plugins
from kg.remote.storage import packing
from kg.text.names import quoted
from kg.vocabulary import BASE_FORM, DEFAULT_BASE, KG, PREFIXES, RDF, is_base, resource_prefixes

if TYPE_CHECKING:
    from networkx import DiGraph

GraphName: TypeAlias = ox.NamedNode | ox.BlankNode | ox.DefaultGraph
Triples: TypeAlias = Iterable[ox.Triple]
Graphs: TypeAlias = Iterable[tuple[GraphName, Triples]]
Prefixes: TypeAlias = Mapping[str, str]
Content = Literal["rows", "truth", "triples", "graphs", "table", "network"]
"""What a file can carry: the rows of a SELECT, the yes or no of an ASK, statements, statements in named graphs, a table
of texts (:class:`kg.export.tables.Table`), a network (:mod:`kg.export.networks`)."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files, and what writes it: a function for each :data:`Content` that the format can carry.

    Args:
        name: as users give it.
        media_type: as registered with IANA, or in common use.
        extension: the ending of its files, with the dot.
        write_rows: takes the rows of a SELECT and the output.
        write_truth: takes the answer of an ASK and the output.
        write_triples: takes statements, those of a subject next to one another, the output, the base IRI and further
            namespaces by prefix.
        write_graphs: the same for named graphs, pairs of a name and statements. A format that has this writes whole
            graphs by it.
        write_table: takes a table of texts and the output.
        write_network: takes a network and the output.
        other_names: further names that users give it, and endings of its files, without the dot.
    """

    name: str
    media_type: str
    extension: str
    write_rows: Callable[[ox.QuerySolutions, IO[bytes]], None] | None = None
    write_truth: Callable[[ox.QueryBoolean, IO[bytes]], None] | None = None
    write_triples: Callable[[Triples, IO[bytes], str, Prefixes], None] | None = None
    write_graphs: Callable[[Graphs, IO[bytes], str, Prefixes], None] | None = None
    write_table: Callable[[Table, IO[bytes]], None] | None = None
    write_network: Callable[[DiGraph[str], IO[bytes]], None] | None = None
    other_names: tuple[str, ...] = ()

    def is_called(self, name: str) -> bool:
        """Whether users may mean this format by a name: its own, another one, its media type or ending."""
        return name.lower() in (self.name, self.media_type, self.extension, self.extension[1:], *self.other_names)

    def carries(self, *contents: Content) -> bool:
        """Whether the format can carry one of these."""
        return any(getattr(self, f"write_{content}") is not None for content in contents)


def _results(name: str, media_type: str, known: ox.QueryResultsFormat, last: bytes = b"") -> Format:
    """A format of SPARQL results, as the store writes it; rows end in ``last`` where it leaves out the line feed.

    Lines of CSV end in a line feed, as those of all other formats do; RFC 4180 has a carriage return before it.
    """

    mended = {"csv": _LineFeeds, "xml": XmlText}.get(name)

    def write_rows(rows: ox.QuerySolutions, output: IO[bytes]) -> None:
        rows.serialize(cast("IO[bytes]", mended(output)) if mended else output, format=known)
        output.write(last)

    def write_truth(truth: ox.QueryBoolean, output: IO[bytes]) -> None:
        truth.serialize(output, format=known)
        output.write(b"\n")

    table = write_csv if name == "csv" else None
    extension = f".{known.file_extension}"
    return Format(name, media_type, extension, write_rows=write_rows, write_truth=write_truth, write_table=table)


def _document(name: str, media_type: str, extension: str, write: Callable[[Table, IO[bytes]], None]) -> Format:
    """A format of documents for people, which have rows as tables."""

    def write_rows(rows: ox.QuerySolutions, output: IO[bytes]) -> None:
        write(table_of([variable.value for variable in rows.variables], map(tuple, rows)), output)

    return Format(name, media_type, extension, write_rows=write_rows, write_table=write)


class _LineFeeds(io.RawIOBase):
    """Passes CSV on with line feeds for its line ends; a line break within quotes stays as it is."""

    def __init__(self, output: IO[bytes]) -> None:
        self.output = output
        self.quoted = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        chunk = bytes(data)
        for number, part in enumerate(chunk.split(b'"')):
            if number:
                self.output.write(b'"')
                self.quoted = not self.quoted
            self.output.write(part if self.quoted else part.replace(b"\r", b""))
        return len(chunk)


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
        Format("jsonld", "application/ld+json", ".jsonld", write_triples=write_jsonld, other_names=("json-ld", "json")),
        Format("ntriples", "application/n-triples", ".nt", write_triples=_ntriples, other_names=("n-triples",)),
        Format("nquads", "application/n-quads", ".nq", write_graphs=_nquads, other_names=("n-quads",)),
        Format("trig", "application/trig", ".trig", write_graphs=_trig),
        Format(
            "rdfxml",
            "application/rdf+xml",
            ".rdf",
            write_triples=_rdfxml,
            other_names=("rdf/xml", "rdf-xml", "xml"),
        ),
        _results("csv", "text/csv", ox.QueryResultsFormat.CSV),
        _results("tsv", "text/tab-separated-values", ox.QueryResultsFormat.TSV),
        _results("json", "application/sparql-results+json", ox.QueryResultsFormat.JSON, b"\n"),
        _results("xml", "application/sparql-results+xml", ox.QueryResultsFormat.XML, b"\n"),
        _document("markdown", "text/markdown", ".md", write_markdown),
        _document("latex", "application/x-latex", ".tex", write_latex),
        Format("graphml", "application/graphml+xml", ".graphml", write_network=write_graphml),
        Format("gexf", "application/gexf+xml", ".gexf", write_network=write_gexf),
        Format("tables", "application/zip", ".zip", write_network=write_tables, other_names=("csv",)),
    )
}
"""The shipped formats by name."""


def format_names(*contents: Content) -> tuple[str, ...]:
    """The names of all formats that can carry one of these, the shipped ones first, then those of other packages."""
    return tuple(name for name, known in (FORMATS | _others()).items() if known.carries(*contents))


def find_format(name: str, *contents: Content) -> Format:
    """The format of this name that can carry one of these; "ttl", "nt", "json-ld" and media types are names too.

    Raises:
        KGError: there is none; names those there are.
    """
    if isinstance(name, str):
        fitting = [known for known in FORMATS.values() if known.carries(*contents)]
        for known in (*(known for known in fitting if known.name == name), *fitting):
            if known.is_called(name):
                return known
        other = _others().get(name)
        if other and other.carries(*contents):
            return other
    raise KGError(f"format {quoted(name)} does not fit here; choose from {', '.join(format_names(*contents))}")


def format_of_file(path: Path, *contents: Content) -> Format | None:
    """The format that the ending of a file's name says, before ".gz"; ``None`` where it has none.

    >>> format_of_file(Path("graph.nt.gz"), "triples").name
    'ntriples'

    Raises:
        KGError: the format cannot carry any of these, or the ending is that of no format.
    """
    name = path.name.lower().removesuffix(".gz")
    ending = name.rpartition(".")[2] if "." in name else ""
    shipped = [known for known in FORMATS.values() if known.is_called(ending)]
    known = shipped or [known for known in _others().values() if known.is_called(ending)]
    if not known and not ending:
        return None
    if not known:
        named = (FORMATS | _others()).values()
        endings = ", ".join(each.extension for each in named if each.carries(*contents))
        raise KGError(f"no format has the ending {quoted(f'.{ending}')}; expected {endings}, or a format by its name")
    return next((each for each in known if each.carries(*contents)), None) or find_format(known[0].name, *contents)


def _others() -> dict[str, Format]:
    """The formats of other packages; a shipped format keeps its name."""
    return {name: known for name, known in load_plugins("kg.formats", Format).items() if name not in FORMATS}


@contextmanager
def output_stream(output: IO[bytes] | str | Path) -> Iterator[IO[bytes]]:
    """An output as a stream of bytes; a file appears when it is complete, and is gzipped if its name ends in ".gz".

    Raises:
        KGError: the output is neither a path nor a stream of bytes, or the file cannot be written.
    """
    if isinstance(output, str | Path):
        try:
            with packing(output) as stream:
                yield stream
        except OSError as error:
            raise KGError(f"{output}: cannot be written ({error.strerror or error})") from None
    elif isinstance(output, io.TextIOBase) or not hasattr(output, "write"):
        found = "a stream of text" if isinstance(output, io.TextIOBase) else type(output).__name__
        raise KGError(f"output: expected a path or a stream of bytes (mode 'wb'), found {found}")
    else:
        yield output


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
        format: a name of :func:`format_names` of triples or graphs.
        output: takes UTF-8.
        base: the IRI that the resources live under, for prefixes and relative ids.
        provenance: whether to write the statements about runs, which differ from build to build.
        additions: what to write in addition to the graph.
        prefixes: further namespaces by prefix.

    Returns:
        The number of statements written.

    Raises:
        KGError: no format of this name carries a graph, or a statement cannot be written in it.
        GraphError: the base IRI is one that is not taken any more, so that readers would refuse the IRIs below it.
    """
    known = find_format(format, "triples", "graphs")
    if not is_base(base):
        raise GraphError(f"base IRI {base!r}: cannot be exported; build the graph again with --base-iri, {BASE_FORM}")
    tally = _Tally()
    extra = ox.Store()
    further = dict(prefixes)
    for addition in additions:
        extra.extend(addition.quads)
        further |= addition.prefixes
    stores = (store, extra) if len(extra) else (store,)
    source = _Source(stores, frozenset() if provenance else frozenset(provenance_graphs(store)))
    if known.write_graphs:
        graphs = ((graph, tally(source.triples(graph))) for graph in source.graphs())
        known.write_graphs(graphs, output, base, further)
    elif known.write_triples:
        known.write_triples(tally(source.triples(None)), output, base, further)
    return tally.count


def serialize(
    triples: Iterable[ox.Triple],
    format: str,
    output: IO[bytes],
    base: str = DEFAULT_BASE,
    prefixes: Prefixes = MappingProxyType({}),
) -> int:
    """Write some triples, such as those of a CONSTRUCT query, as :func:`export_graph` writes a graph.

    They are sorted in memory.

    Returns:
        The number of statements written, duplicates counted once.

    Raises:
        KGError: no format of this name carries triples, or a statement cannot be written in it.
    """
    write = find_format(format, "triples").write_triples
    assert write is not None
    ordered = sorted(set(triples), key=lambda triple: (_text(triple.subject), *_order(triple)))
    write(ordered, output, base, prefixes)
    return len(ordered)


class _Tally:
    """Counts the statements that pass through it."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
        for triple in triples:
            self.count += 1
            yield triple


class _Source:
    """What an export writes: the statements of some stores without those of some graphs, sorted."""

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
            quads = (quad for store in self._stores for quad in store.quads_for_pattern(subject, None, None, graph))
            if graph is not None and len(self._stores) == 1:
                yield from sorted((quad.triple for quad in quads), key=_order)  # each is there once
            else:
                yield from sorted({quad.triple for quad in quads if quad.graph_name not in self._left_out}, key=_order)


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
