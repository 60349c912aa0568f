"""Corrections from the pages, where ``kg serve --edit`` takes them.

A page of another site must not be able to send one. So a correction has to come from a page of this very origin
(``Origin`` and ``Sec-Fetch-Site``, which browsers send and pages cannot change), and with a random token, which is in a
cookie that the pages of this server set and that browsers do not send along from other sites (``SameSite=Strict``).
"""

from __future__ import annotations

import secrets
from html import escape
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from kg.errors import KGError
from kg.server.current import Current
from kg.server.guard import refusal

PATH = "/correct"
_COOKIE = "kg-edit"
_CHANGES = {"entity": ("type", "role"), "result": ("metric", "dataset", "method", "relative")}
_FORM = "application/x-www-form-urlencoded"

_DONE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Corrected · papers-kg</title><link rel="stylesheet" href="/static/site.css"></head>
<body><main id="main"><h1>Corrected</h1><p>{said}</p>
<p>It is written in <code>{file}</code>. The graph changes with its next build: <code>kg build -g {folder}</code></p>
<p><a href="{back}">Back to the paper</a></p></main></body></html>
"""


class _Correcting(Protocol):
    """What this module asks of :class:`kg.api.KnowledgeGraph`."""

    def correct(self, paper: str, words: str, says: str, **changes: Any) -> Any: ...


class Corrections:
    """Answers at ``/correct``.

    Args:
        current: the graph.
    """

    def __init__(self, current: Current) -> None:
        self.current = current
        self._token = secrets.token_urlsafe(32)

    @property
    def headers(self) -> dict[str, str]:
        """What the responses with pages have, so that their forms are accepted."""
        return {"set-cookie": f"{_COOKIE}={self._token}; HttpOnly; Path=/; SameSite=Strict"}

    @property
    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route(PATH, self.answer, methods=["POST"])]

    async def answer(self, request: Request) -> Response:
        """Write a correction down."""
        if reason := self._foreign(request):
            return refusal(403, reason)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            return refusal(415, f"expected a form ({_FORM})")
        try:
            pairs = parse_qsl(
                (await request.body()).decode(), keep_blank_values=True, errors="strict", max_num_fields=50
            )
        except ValueError:
            return refusal(400, "the form is not UTF-8, or has too many fields")
        try:
            return await run_in_threadpool(self._corrected, request, dict(pairs))
        except KGError as error:
            return refusal(400, str(error))

    def _foreign(self, request: Request) -> str:
        """Why a request does not come from a page of this server; empty if it does."""
        own = f"{request.url.scheme}://{request.headers.get('host', '')}"
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return "a correction can only be sent from a page of this server"
        if request.headers.get("origin", own) != own:
            return "a correction can only be sent from a page of this server, not of another"
        if not secrets.compare_digest(request.cookies.get(_COOKIE, "").encode(), self._token.encode()):
            return "expected the cookie of a page of this server; open the page again"
        return ""

    def _corrected(self, request: Request, fields: dict[str, str]) -> Response:
        says = fields.get("id", "")
        changes: dict[str, Any] = {name: fields[name] for name in _CHANGES.get(says, ()) if name in fields}
        if "relative" in changes:
            changes["relative"] = changes["relative"] == "true"
        graph = cast(_Correcting, self.current())
        paper = fields.get("iri") or fields.get("paper", "")
        done = graph.correct(paper, fields.get("pattern", ""), says, **changes, replace=True)
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse(done.as_dict())
        back = fields.get("back", "/")
        page = _DONE.format(
            said=escape(done.says),
            file=escape(done.file),
            folder=escape(str(self.current.folder)),
            back=escape(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"),
        )
        return HTMLResponse(page, headers={"cache-control": "no-store"})
