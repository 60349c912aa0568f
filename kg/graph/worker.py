"""The process that answers queries, so that a query can be ended: :mod:`kg.ask.process` starts it as a script.

It imports pyoxigraph and nothing of this package, and starts in about 40 ms. Its arguments are the folder that
pyoxigraph is in, that of the store, the bytes of memory that it may take (half of the machine's if not given), and what
all requests have in common, in JSON. A request is a line of JSON on standard input::

    {"query": ..., "star": null, "prefixes": {...}, "union": true, "timeout": 60, "constructs": null}

``star`` is where the columns of a ``SELECT *`` go, and their order (:func:`with_columns`). ``constructs`` are the
CONSTRUCT queries of a profile, each with its own ``union``; the query then runs on what they make. A server (kg/server)
asks with ``formats`` instead (:func:`written`), and sends the query after the line, which says its ``size`` in bytes.

The answer on standard output is the content in pieces, each after its length in four bytes; a length of zero ends them.
Then follows a line of JSON: ``kind`` and ``variables``, or ``error`` and ``message``. A query that takes too long ends
the process, by a signal of the system, as the engine cannot be interrupted.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from pyoxigraph import Store

_PIECE = 2**16
_TOGETHER = 2**17
PREFIX_BYTES = 4
_LOADED = 50_000  # triples that are loaded at a time: the bulk loader holds them in memory, several times over


def main() -> None:
    """Answer requests until standard input ends."""
    sys.path.append(sys.argv[1])
    from pyoxigraph import Store

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted as well, and ends this process
    _limit_memory(int(sys.argv[3]) if len(sys.argv) > 3 else None)
    output = open(1, "wb", _TOGETHER, closefd=False)  # noqa: SIM115 (a small answer is one write)
    try:
        store = Store.read_only(sys.argv[2])
    except OSError as error:
        opened, store = {"error": "OSError", "message": str(error)}, Store()
    else:
        opened = {}
    _say(output, opened)
    common = json.loads(sys.argv[4]) if len(sys.argv) > 4 else {}
    profiles: dict[str, Store] = {}
    content = io.BufferedWriter(_Pieces(output), _PIECE)
    ends_with_parent = _parent_watch()
    for line in sys.stdin.buffer:
        request = common | json.loads(line)
        if "size" in request:
            request["query"] = sys.stdin.buffer.read(request["size"]).decode()
        ends_with_parent(True)
        try:
            said = _answer(store, request, profiles, content)
        except (OSError, SyntaxError, ValueError, RuntimeError, MemoryError) as error:
            said = {"error": type(error).__name__, "message": str(error)}
        content.flush()
        ends_with_parent(False)
        output.write(bytes(PREFIX_BYTES))
        _say(output, said)


def _limit_memory(most_bytes: int | None) -> None:
    """Limit this process, to half of the machine's memory by default, so that a hostile query ends nothing else."""
    if os.name != "posix":  # Windows has no such limits
        return
    import resource

    limit = most_bytes or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most == resource.RLIM_INFINITY or limit < most:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _parent_watch() -> Callable[[bool], object]:
    """What turns on and off that the system ends this process (SIGIO) when the parent is gone.

    It is on while a query runs. The parent has the other end of standard error, which then ends. Standard input would
    not do: the signal for a request that comes in can be sent when the request is already being answered.
    """
    if os.name != "posix":  # Windows sends no such signal
        return bool
    import fcntl

    fcntl.fcntl(2, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(2, fcntl.F_GETFL)
    return lambda wanted: fcntl.fcntl(2, fcntl.F_SETFL, flags | os.O_ASYNC if wanted else flags)


def _say(output: IO[bytes], record: Mapping[str, object]) -> None:
    output.write(json.dumps(record).encode() + b"\n")
    output.flush()


class _Pieces(io.RawIOBase):
    """Writes what it is given in pieces, each after its length."""

    def __init__(self, output: IO[bytes]) -> None:
        self.output = output

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.output.write(len(data).to_bytes(PREFIX_BYTES))
        self.output.write(data)
        return len(data)


def _answer(
    store: Store, request: Mapping[str, Any], profiles: dict[str, Store], content: IO[bytes]
) -> dict[str, object]:
    if "formats" in request:
        return written(store, request, content)
    if request["constructs"] is not None:
        name = json.dumps(request["constructs"])
        if name not in profiles:
            try:
                profiles[name] = constructed(store, request["constructs"])
            except ValueError as error:
                return {"error": "Profile", "message": str(error)}
        store = profiles[name]
    query = with_columns(request["query"], request.get("star"), request["prefixes"])
    return evaluate(store, query, request["prefixes"], request["union"], content)


def constructed(store: Store, queries: Sequence[tuple[str, bool]], folder: str | None = None) -> Store:
    """What CONSTRUCT queries make, in one graph: in memory, or on disk in a new folder.

    Args:
        store: what to query.
        queries: each with whether its default graph is the union of all graphs.
        folder: where the graph is kept.

    Raises:
        ValueError: a query is not a CONSTRUCT query; names its number.
    """
    from pyoxigraph import Quad, QueryTriples, Store

    answers = []
    for number, (query, union) in enumerate(queries, start=1):
        try:
            triples = store.query(query, use_default_graph_as_union=union)
        except SyntaxError as error:
            raise ValueError(f"query {number}: {error}") from None
        if not isinstance(triples, QueryTriples):
            raise ValueError(f"query {number}: expected a CONSTRUCT query")
        answers.append(triples)
    made = Store(folder)
    left = (answers.pop(0) for _ in range(len(answers)))  # each is forgotten when the next one begins
    quads = (Quad(triple.subject, triple.predicate, triple.object) for found in left for triple in found)
    while part := [*islice(quads, _LOADED)]:
        made.bulk_extend(part)
    return made


def with_columns(
    query: str, star: tuple[int, Sequence[str]] | None, prefixes: Mapping[str, str], base: str | None = None
) -> str:
    """A query with the names of its columns in place of the star of ``SELECT *``, for which the store sorts them.

    Args:
        query: SPARQL.
        star: what :func:`kg.graph.query_text.star` says of it.
        prefixes: namespaces by prefix.
        base: what its relative IRIs are relative to.
    """
    from pyoxigraph import QuerySolutions, Store

    if star is None:
        return query
    place, names = star
    rows = cast(QuerySolutions, Store().query(query, base_iri=base, prefixes=dict(prefixes)))
    order = {name: number for number, name in enumerate(names)}
    columns = sorted((variable.value for variable in rows.variables), key=lambda name: order.get(name, len(names)))
    return f"{query[:place]} {' '.join(f'?{name}' for name in columns)} {query[place + 1 :]}" if columns else query


def evaluate(
    store: Store, query: str, prefixes: Mapping[str, str], union: bool, content: IO[bytes]
) -> dict[str, object]:
    """Answer a query and write the answer: SPARQL 1.1 Query Results JSON, or sorted N-Triples.

    Args:
        store: what to query.
        query: SPARQL.
        prefixes: namespaces by prefix.
        union: whether the default graph is the union of all graphs; if not, it is what the query says.
        content: where the answer is written.

    Returns:
        ``kind`` ("select", "ask" or "graph") and ``variables``, the names of the columns.
    """
    from pyoxigraph import QueryBoolean, QueryResultsFormat, QueryTriples, RdfFormat, serialize

    results = store.query(query, prefixes=dict(prefixes), use_default_graph_as_union=union)
    if isinstance(results, QueryTriples):
        serialize(sorted(set(results), key=str), content, RdfFormat.N_TRIPLES)
        return {"kind": "graph", "variables": []}
    results.serialize(content, format=QueryResultsFormat.JSON)
    if isinstance(results, QueryBoolean):
        return {"kind": "ask", "variables": []}
    return {"kind": "select", "variables": [variable.value for variable in results.variables]}


class XmlText(io.RawIOBase):
    """Passes XML on with references for its carriage returns, which readers would take for line feeds.

    The offsets of evidence would not fit a text that lost some.
    """

    def __init__(self, output: IO[bytes]) -> None:
        self.output = output

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.output.write(bytes(data).replace(b"\r", b"&#13;"))
        return len(data)


class _Limited:
    """Passes on what it is given, up to a number of bytes."""

    def __init__(self, output: IO[bytes], left: int) -> None:
        self.output = output
        self.left = left

    def flush(self) -> None:
        """Nothing to do, as what is given was passed on."""

    def write(self, data: Any, /) -> int:
        self.left -= len(data)
        if self.left < 0:
            raise OverflowError
        return self.output.write(data)


def written(store: Store, request: Mapping[str, Any], content: IO[bytes]) -> dict[str, object]:
    """Answer a query of the SPARQL protocol, in the format that the client takes, as the store writes it.

    Args:
        store: what to query.
        request: ``query``, ``star``, ``prefixes``, ``base`` (for relative IRIs), ``union`` and

            - ``formats``: the extensions of the formats for ``rows`` (SELECT and ASK) and for a ``graph``; absent where
              the client takes none;
            - ``default_graphs`` and ``named_graphs``: the IRIs of the graphs to query; ``null`` for what the query or
              the store says;
            - ``largest``: the most bytes of an answer.
        content: where the answer is written.

    Returns:
        ``kind`` ("rows" or "graph"), or ``error`` "NotAcceptable" or "TooLarge".
    """
    import pyoxigraph as ox

    default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] | None = None
    named: list[ox.NamedNode | ox.BlankNode] | None = None
    if request["default_graphs"] is not None:
        default = [ox.NamedNode(iri) for iri in request["default_graphs"]]
        named = [ox.NamedNode(iri) for iri in request["named_graphs"]]
    results = store.query(
        with_columns(request["query"], request.get("star"), request["prefixes"], request["base"]),
        base_iri=request["base"],
        prefixes=request["prefixes"],
        use_default_graph_as_union=request["union"],
        default_graph=default,
        named_graphs=named,
    )
    kind = "graph" if isinstance(results, ox.QueryTriples) else "rows"
    if kind not in request["formats"]:
        return {"error": "NotAcceptable", "message": kind}
    extension = request["formats"][kind]
    output = cast("IO[bytes]", _Limited(content, request["largest"]))
    if extension in ("srx", "rdf"):
        output = cast("IO[bytes]", XmlText(output))
    try:
        if isinstance(results, ox.QueryTriples):
            known = ox.RdfFormat.from_extension(extension)
            prefixes = request["prefixes"] if extension in ("ttl", "trig") else None
            ox.serialize(results, output, known, prefixes=prefixes)
        else:
            results.serialize(output, format=ox.QueryResultsFormat.from_extension(extension))
    except OverflowError:
        return {"error": "TooLarge", "message": ""}
    return {"kind": kind}


if __name__ == "__main__":
    main()
