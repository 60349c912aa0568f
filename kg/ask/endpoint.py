"""Queries to a SPARQL endpoint on a server, by the SPARQL 1.1 Protocol (W3C Recommendation, 2013).

Any endpoint will do that has a graph which :mod:`kg.publishing.stores` or a file of `kg export` put there, and that
takes the union of its named graphs for its default graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, NoReturn
from urllib.parse import urlencode

import pyoxigraph as ox

from kg.ask.sparql import Answer, Request
from kg.errors import QueryError
from kg.export.tables import Term
from kg.remote.connection import Connection, RemoteError, Reply, TooLateError
from kg.text.files import answer_file
from kg.text.names import one_line
from kg.vocabulary import DEFAULT_BASE, KG

_ROWS = "application/sparql-results+json, application/sparql-results+xml;q=0.6"
_STATEMENTS = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.8"
# Of the ways to send a query, a form is the one that all stores know: Virtuoso 7 never answers one that is the body.
_FORM = "application/x-www-form-urlencoded"
_WHERE = "is it that of SPARQL queries (Oxigraph: /query, Fuseki: /DATASET/query, kg serve: /sparql)?"
_MEANINGS = {
    401: "asks who you are; give --user and the environment variable KG_PASSWORD, or KG_TOKEN",
    403: "does not let you ask this",
    404: f"nothing is at this address; {_WHERE}",
    405: f"takes no queries at this address; {_WHERE}",
    413: "refuses the query as too large",
    415: f"takes no queries at this address; {_WHERE}",
}
_LOOK_UP = 120.0  # seconds for a query of a look-up, which may go through all names


class Endpoint:
    """Asks an endpoint.

    Args:
        connection: to its address.
    """

    def __init__(self, connection: Connection) -> None:
        self.url = connection.url
        self._connection = connection

    def answer(self, request: Request, timeout: float = _LOOK_UP) -> Answer:
        """The complete answer to a query.

        Args:
            request: the query.
            timeout: seconds after which it is given up; 0 for none.

        Raises:
            QueryError: the endpoint refuses the query, or does not answer it in time.
            RemoteError: it cannot be reached, or answers with something else.
        """
        # On one line, so that the numbers of the lines in errors are those of the query.
        prefixes = "".join(f"PREFIX {name}: <{iri}> " for name, iri in request.prefixes.items())
        try:
            form = urlencode({"query": prefixes + request.sparql}).encode()
            headers = {"Content-Type": _FORM, "Accept": _STATEMENTS if request.asks_for_statements else _ROWS}
            reply = self._connection.ask("POST", form, headers, timeout=timeout)
        except TooLateError:
            more = "" if timeout == _LOOK_UP else "; allow more with --timeout (timeout=), 0 for no limit"
            raise QueryError(f"{request.source}: {self.url} took longer than {timeout:g} seconds{more}") from None
        if reply.status != 200:
            if reply.status == 400:
                _check_syntax(request)
            self._refuse(reply, request.source)
        content = answer_file()
        with reply.body:
            try:
                return request.answer(_read(reply, content), content)
            except (SyntaxError, ValueError, OSError) as error:
                raise RemoteError(f"{self.url}: the answer is damaged ({one_line(str(error))[:200]})") from None
            except _UnknownFormatError as error:
                raise RemoteError(f"{self.url}: answers with {error}; {_WHERE}") from None

    def rows(self, query: str) -> Iterator[tuple[Term | None, ...]]:
        """The rows of a SELECT, whose IRIs are in full.

        Raises:
            QueryError: the endpoint refuses the query, or does not answer it in time.
            RemoteError: it cannot be reached, or answers with something else.
        """
        return self.answer(Request(query, DEFAULT_BASE, "look-up", False)).rows()

    def base(self) -> str | None:
        """The base IRI of the graph's resources, as the IRI of a paper shows; ``None`` if it has no papers.

        Raises:
            QueryError: papers are in named graphs that queries do not see.
        """
        for paper in self._papers("?paper a kg:Paper"):
            start, _, _ = paper.rpartition("paper/")
            return start if start.startswith("http") else None
        for _ in self._papers("GRAPH ?graph { ?paper a kg:Paper }"):
            raise QueryError(
                f"{self.url}: queries do not see its named graphs; let it take their union for the default graph "
                "(oxigraph serve --union-default-graph, or ?union-default-graph after the address; "
                "Fuseki: tdb2:unionDefaultGraph)"
            )
        return None

    def _papers(self, pattern: str) -> Iterator[str]:
        found = self.rows(f"SELECT ?paper {{ {pattern.replace('kg:Paper', f'<{KG}Paper>')} }} LIMIT 1")
        return (paper.value for (paper,) in found if isinstance(paper, ox.NamedNode))

    def _refuse(self, reply: Reply, source: str) -> NoReturn:
        detail = f": {reply.detail}" if reply.detail else ""
        status = f"HTTP {reply.status} {reply.reason}"
        if 300 <= reply.status < 400:
            raise RemoteError(f"{self.url}: leads to another address; give that one: {reply.location[:300]}")
        if reply.status in _MEANINGS:
            raise RemoteError(f"{self.url}: {_MEANINGS[reply.status]} ({status})")
        raise QueryError(f"{source}: {self.url} does not answer it ({status}){detail}")


def _check_syntax(request: Request) -> None:
    """Say what is wrong with a query, by its own lines and columns, where it is no SPARQL.

    Raises:
        QueryError: it is not.
    """
    try:
        ox.Store().query(request.sparql, prefixes=request.prefixes)
    except SyntaxError as error:
        raise request.failure("SyntaxError", str(error)) from None


class _UnknownFormatError(Exception):
    """An answer is in no format of SPARQL; the text says in which one it is."""


def _read(reply: Reply, content: IO[bytes]) -> dict[str, object]:
    """Read an answer and write it as :func:`kg.graph.worker.evaluate` writes one; returns what that returns.

    Raises:
        SyntaxError, ValueError: it is damaged.
    """
    if known := ox.RdfFormat.from_media_type(reply.media_type):
        triples = {quad.triple for quad in ox.parse(reply.body, known)}
        ox.serialize(sorted(triples, key=str), content, ox.RdfFormat.N_TRIPLES)
        return {"kind": "graph", "variables": []}
    rows = ox.QueryResultsFormat.from_media_type(reply.media_type)
    if rows not in (ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML):
        raise _UnknownFormatError(reply.media_type or "no format")
    results = ox.parse_query_results(reply.body, format=rows)
    if isinstance(results, ox.QueryBoolean):
        results.serialize(content, format=ox.QueryResultsFormat.JSON)
        return {"kind": "ask", "variables": []}
    variables = [variable.value for variable in results.variables]
    results.serialize(content, format=ox.QueryResultsFormat.JSON)
    return {"kind": "select", "variables": variables}
