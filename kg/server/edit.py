"""Corrections from the pages, where ``kg serve --edit`` takes them.

A page of another site must not be able to send one. So a correction has to come from a page of this very origin
(``Origin`` and ``Sec-Fetch-Site``, which browsers send and pages cannot change), and with a random token, which is in a
cookie that the pages of this server set and that browsers do not send along from other sites (``SameSite=Strict``).
"""

from __future__ import annotations

import re
import secrets
import shlex
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kg.errors import KGError
from kg.rulefiles import CORRECTED_FIELDS
from kg.server.guard import REASON, refusal
from kg.server.pages import Page, Pages
from kg.server.pool import RefusedError

PATH = "/correct"
_COOKIE = "kg-edit"
_FORM = "application/x-www-form-urlencoded"
# Of a page of this server. Browsers leave out tabs, so that "/\t/e" is "//e" to them.
_ADDRESS = re.compile(r"/(?![/\\])[!-~]*")


class _Correcting(Protocol):
    """What this module asks of :class:`kg.api.KnowledgeGraph`."""

    def correct(self, paper: str, words: str, says: str, **changes: Any) -> Any: ...


class Corrections:
    """Answers at ``/correct``.

    Args:
        pages: those that corrections come from. They get the cookie that a correction needs.
    """

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self._token = secrets.token_urlsafe(32)
        pages.headers["set-cookie"] = f"{_COOKIE}={self._token}; HttpOnly; Path=/; SameSite=Strict"

    @property
    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route(PATH, self.answer, methods=["POST"])]

    async def answer(self, request: Request) -> Response:
        """Write a correction down."""
        fields: dict[str, str] = {}
        try:
            fields |= await _fields(request)
            if reason := self._foreign(request):
                raise RefusedError(403, reason)
            return await run_in_threadpool(self._corrected, request, fields)
        except (RefusedError, KGError) as error:
            status = error.status if isinstance(error, RefusedError) else 400
            return await run_in_threadpool(self._refused, request, fields, status, str(error))

    def _foreign(self, request: Request) -> str:
        """Why a request does not come from a page of this server; empty if it does."""
        own = f"{request.url.scheme}://{request.headers.get('host', '')}"
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return "a correction can only be sent from a page of this server"
        if request.headers.get("origin", own) != own:
            return "a correction can only be sent from a page of this server, not of another"
        # Not by request.cookies: Python up to 3.12.5 takes seconds for a long value in quotes.
        cookies = (cookie.strip().partition("=") for cookie in request.headers.get("cookie", "").split(";"))
        tokens = (value.encode() for name, _, value in cookies if name == _COOKIE)
        if not any(secrets.compare_digest(token, self._token.encode()) for token in tokens):
            return "expected the cookie of a page of this server; open the page again"
        return ""

    def _corrected(self, request: Request, fields: dict[str, str]) -> Response:
        says = fields.get("id", "")
        names = next((names for kind, names in CORRECTED_FIELDS.items() if kind == says), ())
        changes: dict[str, Any] = {name: fields[name] for name in names if name in fields}
        if "relative" in changes:
            changes["relative"] = changes["relative"] == "true"
        current = self.pages.current
        graph = cast(_Correcting, current())
        paper = fields.get("iri") or fields.get("paper", "")
        done = graph.correct(paper, fields.get("pattern", ""), says, **changes, replace=True)
        if not _is_browser(request):
            return JSONResponse(done.as_dict())
        site = self.pages.site(current.served())
        return _page(site.corrected(done.says, done.file, shlex.quote(str(current.folder)), _back(fields)))

    def _refused(self, request: Request, fields: dict[str, str], status: int, reason: str) -> Response:
        """Why nothing was written down: a page for people, with the way back, and a line for others."""
        if not _is_browser(request):
            return refusal(status, reason)
        request.scope[REASON] = reason
        site = self.pages.site(self.pages.current.served())
        return _page(site.error(status, reason, PATH, title="Not corrected", back=_back(fields)))


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form.

    Raises:
        RefusedError: it is none.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise RefusedError(415, f"expected a form ({_FORM})")
    try:
        return dict(
            parse_qsl((await request.body()).decode(), keep_blank_values=True, errors="strict", max_num_fields=50)
        )
    except ValueError:
        raise RefusedError(400, "the form is not UTF-8, or has too many fields") from None


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _back(fields: dict[str, str]) -> str:
    """The page from which a form was sent, which is one of this server."""
    back = fields.get("back", "/")
    return back if _ADDRESS.fullmatch(back) else "/"


def _page(page: Page) -> Response:
    return Response(page.html.encode(errors="replace"), page.status, {"cache-control": "no-store"}, "text/html")
