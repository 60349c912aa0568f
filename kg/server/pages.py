"""The pages of :mod:`kg.site`, and linked data at the paths of resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import blake2b
from importlib.resources import files
from threading import Lock
from typing import Any, Protocol

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from kg.api import KnowledgeGraph
from kg.errors import KGError
from kg.export.formats import FORMATS
from kg.server.current import Current, Served
from kg.server.guard import REASON, refusal
from kg.server.kept import Kept, Made
from kg.server.negotiation import not_modified, unchanged
from kg.server.resources import HTML, Asked, document, resource_at, signposts, wanted_format

_TYPING = 2  # threads for suggestions
_LONGEST_WORDS = 300  # characters of what is searched for


class Page(Protocol):
    """A page: its HTML and the status."""

    @property
    def html(self) -> str: ...

    @property
    def status(self) -> int: ...


class Site(Protocol):
    """What this module asks of :class:`kg.site.Site`."""

    def page(self, path: str, query: Mapping[str, str]) -> Page | None: ...

    def error(
        self, status: int, message: str, path: str, *, title: str | None = None, back: str | None = None
    ) -> Page: ...

    def corrected(self, says: str, file: str, folder: str, back: str) -> Page: ...

    def suggestions(self, words: str) -> Any: ...

    def neighbourhood(self, iri: str) -> Any: ...


class Pages:
    """Answers at all paths that nothing else answers.

    Args:
        current: the graph.
        site: makes the pages of a graph.

    ``headers`` are what the responses with pages have besides.
    """

    def __init__(self, current: Current, site: Callable[[KnowledgeGraph], Site]) -> None:
        self.current = current
        self.headers: dict[str, str] = {}
        self._make = site
        self.kept = Kept()
        self._typing = CapacityLimiter(_TYPING)
        self._lock = Lock()
        self._site: tuple[Served, Site] | None = None

    @property
    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [
            Mount("/static", _Static(directory=str(files("kg.site") / "static"))),
            Route("/suggest", self.suggest),
            Route("/neighbourhood", self.neighbourhood),
            Route("/{path:path}", self.answer),
        ]

    def site(self, served: Served) -> Site:
        """The pages of a graph; those of the last graph are kept."""
        with self._lock:
            if self._site is None or self._site[0] is not served:
                self._site = served, self._make(served.graph)
            return self._site[1]

    def warm(self) -> None:
        """Make a page of each kind, so that nobody waits for templates to be compiled."""
        served = self.current.served()
        commonest = "SELECT iri FROM node WHERE id IN (SELECT min(id) FROM node GROUP BY kind)"
        with suppress(KGError):  # damage is told to whoever asks for a page
            found = [iri.removeprefix(served.graph.base) for (iri,) in served.graph.reader.index.rows(commonest)]
            for path in ("", *found):
                self._made(served, f"/{path}", {})

    async def suggest(self, request: Request) -> Response:
        """What someone who types may mean; in threads of its own, since nobody who types waits behind pages."""
        words = request.query_params.get("q", "")[:_LONGEST_WORDS]
        return JSONResponse(await to_thread.run_sync(self._suggestions, words, limiter=self._typing))

    def _suggestions(self, words: str) -> Any:
        return self.site(self.current.served()).suggestions(words)

    # The others are called in threads by Starlette.

    def neighbourhood(self, request: Request) -> Response:
        """What is around an entity."""
        try:
            return JSONResponse(self.site(self.current.served()).neighbourhood(request.query_params.get("iri", "")))
        except (KGError, ValueError):
            return refusal(404, "the graph has no such entity")

    def answer(self, request: Request) -> Response:
        """A page, or the statements about a resource."""
        served = self.current.served()
        raw_path = request.scope.get("raw_path", request.url.path.encode()).decode(errors="replace")
        asked = resource_at(served, raw_path)
        known = wanted_format(request, asked.ending) if asked else HTML
        if known is None:
            return refusal(406, "there is a page, Turtle, JSON-LD, N-Triples and RDF/XML of this resource")
        if asked and not isinstance(known, str):
            return document(request, served, asked, known)
        return self._page(request, served, asked.iri if asked else None)

    def _page(self, request: Request, served: Served, iri: str | None) -> Response:
        path = f"/{iri.removeprefix(served.graph.base)}" if iri else request.url.path
        try:
            made = self._made(served, path, dict(request.query_params))
        except KGError as error:
            request.scope[REASON] = str(error)
            made = _html(self.site(served).error(400, str(error), path))
        if made is None and iri:
            return document(request, served, Asked(iri, None), FORMATS["turtle"])
        if made is None:
            if "text/html" not in request.headers.get("accept", ""):
                return refusal(404, "there is nothing at this path")
            made = _html(self.site(served).error(404, "There is nothing at this path.", path))
        tag = f'"{_digest(made.content)}"'
        links = {"link": signposts(served, iri)} if iri else {}
        headers = {"etag": tag, "cache-control": "no-cache", "vary": "Accept", **self.headers, **links}
        if made.status == 200 and unchanged(request.headers, tag):
            return not_modified(headers)
        return Response(made.content, made.status, headers, made.media_type)

    def _made(self, served: Served, path: str, query: Mapping[str, str]) -> Made | None:
        """A page, as it was made before where it was."""
        asked = _digest(repr((served.version, path, sorted(query.items()))).encode())
        if made := self.kept.get(asked):
            return made
        page = self.site(served).page(path, query)
        if page is None:
            return None
        made = _html(page)
        self.kept.keep(asked, made)
        return made


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _html(page: Page) -> Made:
    return Made(page.html.encode(errors="replace"), "text/html", page.status)


class _Static(StaticFiles):
    """Files that browsers keep, and ask each time whether they are still the same."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        response = super().file_response(*args, **options)
        response.headers["cache-control"] = "no-cache"
        return response
