"""The tools of :mod:`kg.server.tools` for assistants, by the Model Context Protocol: on standard input and output
(``kg mcp``), or over HTTP (``/mcp`` of ``kg serve``).

Each request is answered on its own, in a thread; a server keeps nothing of its clients.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Any

from kg.errors import KGError
from kg.server.tools import Tool, instructions, known_tools
from kg.text.names import one_line

if TYPE_CHECKING:
    from mcp.server import Server
    from starlette.routing import BaseRoute
    from starlette.types import Receive, Scope, Send

    from kg.api import KnowledgeGraph

MISSING = "the package mcp is not installed; install it with: pip install 'papers-kg[mcp]'"

_PATIENCE = 30.0  # seconds until an answer is given up
_AT_ONCE = 4  # questions that are answered at the same time
_BUSY = f"the server still works on {_AT_ONCE} questions that took too long; try again later"
_LARGEST_REQUEST = 2**20  # bytes


def make_server(graph: Callable[[], KnowledgeGraph], earlier: Path | None = None) -> Server[Any]:
    """The server of all tools.

    Args:
        graph: gives the graph that is asked; asked anew for each question.
        earlier: a folder with an earlier state of the graph, for the tool "diff".

    Raises:
        KGError: the package mcp is not installed.
    """
    _check_installed()
    import anyio
    from anyio.to_thread import run_sync
    from mcp.server import Server, ServerRequestContext
    from mcp_types import (
        CallToolRequestParams,
        CallToolResult,
        ListToolsResult,
        PaginatedRequestParams,
        TextContent,
        ToolAnnotations,
    )
    from mcp_types import Tool as ToolDescription

    known = known_tools(earlier)
    reading = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    described = [
        ToolDescription(name=tool.name, description=tool.description, input_schema=tool.parameters, annotations=reading)
        for tool in known.values()
    ]
    limiter = anyio.CapacityLimiter(_AT_ONCE)  # of calls that somebody waits for; the others wait for their turn
    running = BoundedSemaphore(_AT_ONCE)  # of all calls: one that is given up goes on in its thread

    def answered(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        if not running.acquire(blocking=False):
            raise KGError(f"{name}: {_BUSY}")
        try:
            return _answer(known, graph, name, given)
        finally:
            running.release()

    async def list_tools(
        context: ServerRequestContext[Any, Any], parameters: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=described)

    async def call_tool(context: ServerRequestContext[Any, Any], parameters: CallToolRequestParams) -> CallToolResult:
        answer: dict[str, Any] = {}
        try:
            with anyio.fail_after(_PATIENCE):
                answer = await run_sync(
                    answered,
                    parameters.name,
                    parameters.arguments or {},
                    abandon_on_cancel=True,
                    limiter=limiter,
                )
        except TimeoutError:
            return failed(f"{parameters.name}: took longer than {_PATIENCE:g} seconds; ask for less")
        except KGError as error:
            return failed(str(error))
        text = json.dumps(answer, ensure_ascii=False)
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=answer)

    def failed(reason: str) -> CallToolResult:
        return CallToolResult(content=[TextContent(type="text", text=one_line(reason))], is_error=True)

    return Server(
        "papers-kg",
        version=version("papers-kg"),
        title="Knowledge graph of papers",
        instructions=instructions(),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _answer(
    known: Mapping[str, Tool], graph: Callable[[], KnowledgeGraph], name: str, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The answer of a tool.

    Raises:
        KGError: there is no such tool, an argument is wrong, or the question cannot be answered.
    """
    if name not in known:
        raise KGError(f"there is no tool {name[:100]!r}; choose from {', '.join(known)}")
    return known[name](graph(), given)


def run_on_standard_streams(graph: Callable[[], KnowledgeGraph], earlier: Path | None = None) -> None:
    """Serve one client, which writes to standard input and reads standard output, until it closes its end.

    Raises:
        KGError: the package mcp is not installed.
    """
    server = make_server(graph, earlier)
    import anyio
    from mcp.server.stdio import stdio_server

    async def serve() -> None:
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    anyio.run(serve)


def routes(graph: Callable[[], KnowledgeGraph]) -> list[BaseRoute]:
    """The route ``/mcp``; if the package mcp is not installed, it says how to install it.

    Requests of pages of another host than the one that is asked are refused. By which names a server may be asked is
    for :class:`kg.server.guard.Guard` alone to say.

    Args:
        graph: gives the graph that is asked.
    """
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    if not _installed():

        def missing(request: Request) -> JSONResponse:
            return JSONResponse({"error": MISSING}, 501)

        return [Route("/mcp", missing, methods=["GET", "POST", "DELETE"])]
    return [Route("/mcp", _Endpoint(graph))]


class _Endpoint:
    """Answers requests over HTTP (the transport "Streamable HTTP", without sessions and streams).

    The package mcp takes a second to import, so it is imported for the first request and not when the server starts.
    """

    def __init__(self, graph: Callable[[], KnowledgeGraph]) -> None:
        self.graph = graph
        self._lock = Lock()
        self._made: Server[Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.datastructures import Headers

        from kg.server.guard import is_of, refusal

        # Without GET, by which clients wait for messages that this server never sends, and without DELETE of sessions.
        if scope["method"] != "POST":
            await refusal(405, "the tools are asked by POST", {"allow": "POST"})(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if (origin := headers.get("origin")) and not is_of(origin, headers.get("host", "")):
            await refusal(403, "the tools answer no pages of another host")(scope, receive, send)
            return
        server = await asyncio.to_thread(self._server) if self._made is None else self._made
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        # One for each request, because it runs only once, and the application that this is mounted in runs nothing.
        manager = StreamableHTTPSessionManager(
            server,
            json_response=True,
            stateless=True,
            max_request_body_size=_LARGEST_REQUEST,
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    def _server(self) -> Server[Any]:
        with self._lock:
            if self._made is None:
                from mcp.server import streamable_http_manager  # noqa: F401 (takes long, and the event loop must not)

                self._made = make_server(self.graph)
            return self._made


def _installed() -> bool:
    return find_spec("mcp") is not None


def _check_installed() -> None:
    if not _installed():
        raise KGError(MISSING)
