"""The vocabulary, and the description of the graph as a data set (VoID, DCAT)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from importlib.resources import files

import pyoxigraph as ox
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.export.additions import description
from kg.export.formats import serialize
from kg.server.current import Current, Served
from kg.server.guard import refusal
from kg.server.negotiation import DOCUMENTS, best, not_modified, unchanged
from kg.server.resources import versioned
from kg.vocabulary import KG


class Descriptions:
    """Answers at ``/ontology``, ``/void``, ``/.well-known/void`` and ``/graph``.

    Args:
        current: the graph.
    """

    def __init__(self, current: Current) -> None:
        self.current = current
        self._counting = CapacityLimiter(1)
        self._counted: tuple[Served, list[ox.Triple]] | None = None

    @property
    def routes(self) -> list[Route]:
        """Where they are; in threads."""
        vocabulary = _answering(self.current, lambda served: _vocabulary())
        described = _answering(self.current, self._data_set)

        async def data_set(request: Request) -> Response:
            """In a thread of its own: the counts of a large graph take minutes, in which pages need the others."""
            return await to_thread.run_sync(described, request, limiter=self._counting)

        return [
            Route("/ontology", vocabulary),
            *(Route(path, data_set) for path in ("/void", "/.well-known/void", "/graph")),
        ]

    def _data_set(self, served: Served) -> list[ox.Triple]:
        """The description, whose counts go through the whole graph."""
        if self._counted is None or self._counted[0] is not served:
            quads = description(served.graph.store, served.graph.base).quads
            self._counted = served, [quad.triple for quad in quads]
        return self._counted[1]


def _vocabulary() -> list[ox.Triple]:
    text = (files("kg.graph") / "ontology.ttl").read_bytes()
    return [quad.triple for quad in ox.parse(text, ox.RdfFormat.TURTLE, base_iri=KG.removesuffix("#"))]


def _answering(current: Current, statements: Callable[[Served], Iterable[ox.Triple]]) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        accept = request.headers.get("accept")
        known = best(accept, DOCUMENTS) or (DOCUMENTS["text/turtle"] if "text/html" in (accept or "") else None)
        if known is None:
            return refusal(406, f"there are {', '.join(DOCUMENTS)}")
        served = current.served()
        headers = versioned(served, known.name)
        if unchanged(request.headers, headers["etag"], served.modified):
            return not_modified(headers)
        output = io.BytesIO()
        serialize(statements(served), known.name, output, served.graph.base)
        return Response(output.getvalue(), headers=headers, media_type=known.media_type)

    return answer
