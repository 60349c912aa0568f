"""The SPARQL 1.1 Protocol for queries (https://www.w3.org/TR/sparql11-protocol/), and the service description."""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from hashlib import sha256
from typing import IO, NamedTuple, TypeVar
from urllib.parse import parse_qs

import pyoxigraph as ox
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kg.ask.origins import ORIGIN, ORIGINS, known_origin, of_origin
from kg.ask.sparql import Request as Query
from kg.errors import QueryError
from kg.export.formats import FORMATS, Format, serialize
from kg.graph.query_text import Star
from kg.server.current import Current, Served
from kg.server.guard import refusal
from kg.server.kept import Kept, Made
from kg.server.negotiation import DOCUMENTS, best, not_modified, unchanged
from kg.server.pool import GoneError, Lanes, Limits, Pool, RefusedError
from kg.vocabulary import PREFIXES, RDF, resource_prefixes

SD = "http://www.w3.org/ns/sparql-service-description#"
_FORM, _QUERY, _UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
_ROWS = {
    **{FORMATS[name].media_type: FORMATS[name] for name in ("json", "xml", "csv", "tsv")},
    "application/json": FORMATS["json"],
    "application/xml": FORMATS["xml"],
    "text/xml": FORMATS["xml"],
}
_GRAPHS = {**DOCUMENTS, **{FORMATS[name].media_type: FORMATS[name] for name in ("nquads", "trig")}}

_IN_MEMORY = 2**20  # bytes of an answer; more are kept in a temporary file
_PIECE = 2**16
_LONG = 20_000  # characters of a query that is looked through in a thread
_CHANGING = (b"RAND", b"NOW", b"UUID", b"BNODE")  # functions with another value each time
_UPPER = bytes(range(256)).upper()  # of each byte
_HEADERS = {"vary": "Accept", "cache-control": "no-cache"}
_NO_UPDATES = "updates are refused: the graph is only read here"
_NO_GRAPH = "the graph was removed, and there is no other in its place; try again later"
_UPDATES = ("update", "using-graph-uri", "using-named-graph-uri")
_GRAPH_PARAMETERS = ("default-graph-uri", "named-graph-uri")

_Found = TypeVar("_Found")


class Asked(NamedTuple):
    """What a request of the protocol asks.

    Args:
        query: the SPARQL.
        default: the IRIs of ``default-graph-uri``.
        named: the IRIs of ``named-graph-uri``.
        format: the name of a format, which goes before ``Accept``, for links.
    """

    query: str
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    format: str | None = None


class Endpoint:
    """Answers at ``/sparql``.

    Args:
        current: the graph.
        limits: what queries may take.
    """

    def __init__(self, current: Current, limits: Limits) -> None:
        self.current = current
        self.lanes = Lanes(limits.fitted())
        self._kept = Kept()
        self._pool: Pool | None = None
        self._served: Served | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._response(Request(scope, receive))
        except RefusedError as problem:
            wait = {"retry-after": "10"} if problem.status in (503, 504) else None
            response = refusal(problem.status, problem.reason, wait)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def start(self) -> None:
        """Start the processes that answer."""
        await (await self._processes())[1].warm()

    async def close(self) -> None:
        """End them; queries are refused from now on."""
        if self._pool:
            await self._pool.close()

    async def _processes(self) -> tuple[Served, Pool]:
        """The processes that have the current graph open."""
        served = await self.current.fresh()
        if self._pool is None or served is not self._served:
            if self._pool:
                self._pool.retire()
            self._served = served
            base = served.graph.base
            common = {
                "base": base,
                "prefixes": PREFIXES | resource_prefixes(base),
                "largest": self.lanes.limits.largest,
            }
            self._pool = Pool(served.graph.generation.folder / "store", self.lanes, common)
        return served, self._pool

    async def _response(self, request: Request) -> Response:
        asked = await parsed(request)
        if asked is None:
            return await self._description(request)
        formats = _formats(request.headers.get("accept"), asked.format)
        served, pool = await self._processes()
        headers = dict(_HEADERS)
        tag = _tag(served.version, asked, formats)
        if tag and request.method != "POST":
            headers["etag"] = tag
            if unchanged(request.headers, tag):
                return not_modified(headers)
        if known := self._kept.get(tag):
            return Response(known.content, headers=headers, media_type=known.media_type)
        query, star, union = await self._query(asked, served)
        content = _Content()
        sent = {
            "query": query.sparql,
            "star": star,
            "union": union and not (asked.default or asked.named),
            "default_graphs": asked.default if asked.default or asked.named else None,
            "named_graphs": asked.named if asked.default or asked.named else None,
            "formats": {kind: known.extension[1:] for kind, known in formats.items()},
        }
        try:
            said = await self._answered(pool, sent, content, request)
        except BaseException:
            content.close()
            raise
        if "error" in said:
            content.close()
            raise _failure(query, said, self.lanes.limits)
        media_type = formats[said["kind"]].media_type
        if tag and content.size <= self._kept.one:
            self._kept.keep(tag, Made(b"".join(content), media_type))
        return _Answer(content, media_type, headers)

    async def _answered(
        self, pool: Pool, sent: Mapping[str, object], content: _Content, request: Request
    ) -> dict[str, str]:
        while True:
            try:
                return await pool.answer(sent, content, lambda: _disconnected(request.receive))
            except GoneError:  # a build replaced the graph in this moment, or somebody removed it
                gone = pool
                _, pool = await self._processes()
                if pool is gone:
                    raise RefusedError(503, _NO_GRAPH) from None

    async def _query(self, asked: Asked, served: Served) -> tuple[Query, Star | None, bool]:
        """The query, what a ``SELECT *`` selects, and whether it sees the union of all graphs."""

        def checked() -> tuple[Query, Star | None, bool]:
            query = Query(asked.query, served.graph.base, "query", False)
            return query, query.star, query.union

        try:
            return await _looked_through(asked.query, checked)
        except QueryError as error:
            raise RefusedError(403, str(error).partition(";")[0]) from None

    async def _description(self, request: Request) -> Response:
        if request.method == "POST":
            raise RefusedError(400, "expected a query, in a form as `query` or as the body")
        known = best(request.headers.get("accept"), DOCUMENTS) or FORMATS["turtle"]
        output = io.BytesIO()
        base = (await self.current.fresh()).graph.base
        serialize(_description_of(str(request.url.replace(query="", fragment=""))), known.name, output, base)
        return Response(output.getvalue(), headers={"vary": "Accept"}, media_type=known.media_type)


async def parsed(request: Request) -> Asked | None:
    """What a request asks; ``None`` if it has no query.

    Raises:
        RefusedError: it is not a request of the protocol, or one for an update.
    """
    given = _fields(request.scope["query_string"], "the query string")
    if request.method == "POST":
        content_type, charset = _content_type(request.headers.get("content-type", ""))
        if content_type == _UPDATE:
            raise RefusedError(403, _NO_UPDATES)
        if content_type not in (_FORM, _QUERY):
            raise RefusedError(415, f"expected a body of type {_QUERY} or {_FORM}")
        if charset not in ("utf-8", "utf8"):
            raise RefusedError(415, "expected a body in UTF-8")
        body = await _body(request.receive)
        for name in ("query", "update"):
            given.pop(name, None)
        if content_type == _QUERY:
            given["query"] = [_text(body, "the body")]
        else:
            for name, values in _fields(body, "the form").items():
                given.setdefault(name, []).extend(values)
    if not given.keys().isdisjoint(_UPDATES):
        raise RefusedError(403, _NO_UPDATES)
    queries = given.get("query", [])
    if len(queries) > 1:
        raise RefusedError(400, f"expected one query, found {len(queries)}")
    if not queries:
        return None
    default, named = (tuple(given.get(wanted, ())) for wanted in _GRAPH_PARAMETERS)
    wanted = next(filter(None, given.get("format", ())), None)
    try:
        origin = known_origin(given.get(ORIGIN, ORIGINS)[0])
        query = await _looked_through(queries[0], partial(of_origin, queries[0], origin))
        return Asked(query, default, named, wanted)
    except QueryError as error:
        raise RefusedError(400, str(error)) from None


async def _looked_through(query: str, look: Callable[[], _Found]) -> _Found:
    """What is found in a query, in a thread if it is so long that other requests would have to wait."""
    return look() if len(query) < _LONG else await asyncio.to_thread(look)


@lru_cache(100)
def _content_type(header: str) -> tuple[str, str]:
    """The media type and the character set of a header."""
    content_type, *parameters = header.lower().replace(" ", "").split(";")
    charset = next((value[8:].strip('"') for value in parameters if value.startswith("charset=")), "utf-8")
    return content_type, charset


async def _body(receive: Receive) -> bytes:
    """The body of a request."""
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _fields(data: bytes, place: str) -> dict[str, list[str]]:
    """The values of each parameter."""
    if not data:
        return {}
    try:
        return parse_qs(_text(data, place), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except UnicodeDecodeError:
        raise RefusedError(400, f"{place} is not UTF-8") from None
    except ValueError:
        raise RefusedError(400, f"{place} has too many fields") from None


def _text(data: bytes, place: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedError(400, f"{place} is not UTF-8") from None


@lru_cache(100)
def _formats(accept: str | None, wanted: str | None) -> Mapping[str, Format]:
    """The format for rows and that for statements, as far as the client takes any."""
    if wanted is None:
        found = {"rows": best(accept, _ROWS), "graph": best(accept, _GRAPHS)}
    else:
        found = {"rows": _named(wanted, _ROWS), "graph": _named(wanted, _GRAPHS)}
    formats = {kind: known for kind, known in found.items() if known}
    if not formats:
        raise RefusedError(406, f"there are {', '.join({**_ROWS, **_GRAPHS})}")
    return formats


def _named(name: str, offers: Mapping[str, Format]) -> Format | None:
    return next((known for known in offers.values() if known.is_called(name)), None)


def _failure(query: Query, said: Mapping[str, str], limits: Limits) -> RefusedError:
    """Why a query was not answered, from what the process said."""
    if said["error"] == "NotAcceptable":
        offers = _ROWS if said["message"] == "rows" else _GRAPHS
        return RefusedError(406, f"the answer to this query can be had as {', '.join(offers)}")
    if said["error"] == "TooLarge":
        most = f"{limits.largest / 2**20:g} MiB"
        return RefusedError(
            422, f"the answer is larger than {most}; ask for less, or get the whole graph at /graph.ttl"
        )
    if said["error"] == "MemoryError":
        return RefusedError(422, "the query needs more memory than there is for queries")
    if said["error"] == "SyntaxError" and query.is_update:
        return RefusedError(403, _NO_UPDATES)
    status = 500 if said["error"] == "OSError" else 400
    return RefusedError(status, str(query.failure(said["error"], said["message"])))


async def _disconnected(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _tag(version: str, asked: Asked, formats: Mapping[str, Format]) -> str:
    """The entity tag of an answer, which is the same as long as the graph is; empty if each answer is another one."""
    query = asked.query.encode(errors="replace")
    upper = query.translate(_UPPER)  # twice as fast as upper()
    if any(name in upper for name in _CHANGING):
        return ""
    names = ",".join([f"{kind}={known.name}" for kind, known in formats.items()])
    others = f"{version} {names} {asked.default} {asked.named} "
    return f'"{sha256(others.encode(errors="replace") + query).hexdigest()[:32]}"'


class _Content:
    """What a process answers, in memory as long as it is small, and then in a temporary file."""

    def __init__(self) -> None:
        self.size = 0
        self._pieces: list[bytes] = []
        self._file: IO[bytes] | None = None

    def write(self, data: bytes) -> None:
        """Take another piece."""
        self.size += len(data)
        self._pieces.append(data)
        if self.size > _IN_MEMORY:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 (as long as the response)
            self._file.writelines(self._pieces)
            self._pieces.clear()

    def __iter__(self) -> Iterator[bytes]:
        """The pieces, at least one."""
        if not self._file:
            yield from self._pieces or (b"",)
            return
        self._file.seek(0)
        while piece := self._file.read(_PIECE):
            yield piece

    def close(self) -> None:
        """Remove the file, if there is one."""
        if self._file:
            self._file.close()


class _Answer(Response):
    """An answer, which is sent in pieces."""

    def __init__(self, content: _Content, media_type: str, headers: Mapping[str, str]) -> None:
        self.content = content
        super().__init__(headers={**headers, "content-length": str(content.size)}, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            left = self.content.size
            for piece in self.content:
                left -= len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
        finally:
            self.content.close()


def _description_of(endpoint: str) -> list[ox.Triple]:
    """The service description (https://www.w3.org/TR/sparql11-service-description/)."""
    service, dataset = ox.NamedNode(endpoint), ox.NamedNode(f"{endpoint}#dataset")
    graph, a = ox.NamedNode(f"{endpoint}#union"), ox.NamedNode(RDF + "type")

    def sd(name: str) -> ox.NamedNode:
        return ox.NamedNode(SD + name)

    known = {found.media_type: found for found in (*_ROWS.values(), *_GRAPHS.values())}
    named = {"json": "SPARQL_Results_JSON", "xml": "SPARQL_Results_XML", "csv": "SPARQL_Results_CSV"}
    named |= {"tsv": "SPARQL_Results_TSV", "turtle": "Turtle", "ntriples": "N-Triples", "nquads": "N-Quads"}
    named |= {"rdfxml": "RDF_XML", "jsonld": "JSON-LD", "trig": "TriG"}
    formats = [ox.NamedNode(f"http://www.w3.org/ns/formats/{named[found.name]}") for found in known.values()]
    return [
        ox.Triple(service, a, sd("Service")),
        ox.Triple(service, sd("endpoint"), service),
        ox.Triple(service, sd("supportedLanguage"), sd("SPARQL11Query")),
        ox.Triple(service, sd("feature"), sd("UnionDefaultGraph")),
        *(ox.Triple(service, sd("resultFormat"), found) for found in formats),
        ox.Triple(service, sd("defaultDataset"), dataset),
        ox.Triple(dataset, a, sd("Dataset")),
        ox.Triple(dataset, sd("defaultGraph"), graph),
        ox.Triple(graph, a, sd("Graph")),
    ]
