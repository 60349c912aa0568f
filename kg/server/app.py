"""The application: which path is answered by what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from kg.api import KnowledgeGraph
from kg.server.current import Current
from kg.server.guard import Guard
from kg.server.pool import Limits
from kg.server.sparql import Endpoint

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def make_app(
    folder: Path, *, edit: bool = False, hosts: Iterable[str] = LOOPBACK, limits: Limits | None = None
) -> Starlette:
    """The application that serves the graph of a folder.

    Args:
        folder: the graph folder.
        edit: whether corrections are taken.
        hosts: the names by which the server may be addressed.
        limits: what SPARQL queries may take.

    Raises:
        GraphError: the folder holds no graph, or a damaged one.
    """
    current = Current(folder)
    endpoint = Endpoint(current, limits or Limits())

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await endpoint.start()
        yield
        await endpoint.close()

    routes: list[BaseRoute] = [Route("/sparql", endpoint), Route("/sparql/", endpoint)]
    for module in ("kg.server.pwc", "kg.server.assistants"):
        if find_spec(module):
            routes += import_module(module).routes(current)
    routes += _pages(current, edit)
    guard = Middleware(Guard, hosts=tuple(hosts))
    return Starlette(routes=routes, middleware=[guard], lifespan=lifespan)


def _pages(current: Callable[[], KnowledgeGraph], edit: bool) -> list[BaseRoute]:
    if not find_spec("kg.site"):

        async def nothing(request: Request) -> Response:
            return PlainTextResponse(f"no pages yet: {request.url.path}\n")

        return [Route("/{path:path}", nothing)]
    site_module = import_module("kg.site")

    def page(request: Request) -> Response:
        site = site_module.Site(current(), links=None, edit=edit)
        found = site.page(request.url.path, request.query_params)
        if found is None:
            return PlainTextResponse("not found\n", 404)
        return HTMLResponse(found.html, found.status)

    def suggest(request: Request) -> Response:
        return JSONResponse(site_module.Site(current(), links=None).suggestions(request.query_params.get("q", "")))

    def neighbourhood(request: Request) -> Response:
        site = site_module.Site(current(), links=None)
        return JSONResponse(site.neighbourhood(request.query_params.get("iri", "")))

    static = Path(str(site_module.__file__)).parent / "static"
    return [
        Mount("/static", StaticFiles(directory=static)),
        Route("/suggest", suggest),
        Route("/neighbourhood", neighbourhood),
        Route("/{path:path}", page),
    ]
