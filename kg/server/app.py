"""The application: which path is answered by what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from kg.server import assistants, pwc
from kg.server.current import Current
from kg.server.descriptions import Descriptions
from kg.server.downloads import Downloads
from kg.server.edit import PATH, Corrections
from kg.server.guard import Guard
from kg.server.pages import Pages
from kg.server.pages import Site as AnySite
from kg.server.pool import Limits
from kg.server.sparql import Endpoint
from kg.site import Site

_THREADS = 8  # for pages; as they take turns in one Python, more of them would only delay everything else
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def make_app(
    folder: Path,
    *,
    edit: bool = False,
    hosts: Iterable[str] = LOOPBACK,
    limits: Limits | None = None,
    site: Callable[..., AnySite] | None = None,
) -> Starlette:
    """The application that serves the graph of a folder; its ``state.end_queries()`` refuses all SPARQL queries.

    Args:
        folder: the graph folder.
        edit: whether corrections are taken.
        hosts: the names by which the server may be addressed.
        limits: what SPARQL queries may take.
        site: makes the pages of a graph, instead of :class:`kg.site.Site`.

    Raises:
        GraphError: the folder holds no graph, or a damaged one.
    """
    current = Current(folder)
    endpoint, downloads = Endpoint(current, limits or Limits()), Downloads(current)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = _THREADS
        await endpoint.start()
        warming = asyncio.create_task(to_thread.run_sync(pages.warm, abandon_on_cancel=True))
        yield
        warming.cancel()
        await endpoint.close()
        await downloads.close()

    make_site: Callable[..., AnySite] = site or Site
    pages = Pages(current, partial(make_site, edit=edit))
    routes: list[BaseRoute] = list(downloads.routes)
    routes += Descriptions(current).routes
    routes += Corrections(pages).routes if edit else ()
    routes += pwc.routes(current)
    routes += assistants.routes(current)
    routes += pages.routes
    guard = Middleware(Guard, hosts=tuple(hosts), private=(PATH,), direct={"/sparql": endpoint, "/sparql/": endpoint})
    app = Starlette(routes=routes, middleware=[guard], lifespan=lifespan)
    app.state.end_queries = endpoint.close
    return app
