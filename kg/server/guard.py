"""What every request passes: who may ask under which name, how much may be sent, and what every response says.

Each refusal is one line of the log, whatever the request holds.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.server.pool import CLOSING

logger = logging.getLogger("kg.server")

LARGEST_BODY = 2**20  # bytes of a request
REASON = "kg.reason"
"""The key under which the scope of a request has why it is refused, where the response is a page."""
_LONGEST_HOST = 300  # characters; a name has up to 253
_IPV4_IN_IPV6 = "::ffff:"  # what an address of IPv4 begins with where IPv6 is listened to, too
_METHODS = ("GET", "HEAD", "POST", "OPTIONS")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""The Content-Security-Policy of all responses: nothing inline, nothing from elsewhere."""


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


_ALWAYS = _encoded(
    {
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",  # with "no-referrer", browsers send forms with "Origin: null"
        "cross-origin-opener-policy": "same-origin",
    }
)
_SHARED = _encoded(
    {
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "Content-Location, ETag, Link, Retry-After",
    }
)
_PREFLIGHT = {
    "access-control-allow-methods": "GET, HEAD, POST",
    "access-control-allow-headers": "Accept, Content-Type",
    "access-control-max-age": "86400",
}


class Guard:
    """Middleware that refuses what no part of the application should see.

    Args:
        app: what comes after it.
        hosts: the names by which the server may be addressed, without ports. A page of another site that lets its own
            name lead to this machine (DNS rebinding) asks under that name, and is refused.
        private: paths that other sites get no leave to read.
        direct: applications by paths, which need nothing of what comes between this and them.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Collection[str],
        private: Collection[str] = (),
        direct: Mapping[str, ASGIApp] | None = None,
    ) -> None:
        self.app = app
        self.direct = direct or {}
        self.hosts = frozenset(host.lower().strip("[]") for host in hosts)
        self.private = frozenset(private)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope = _with_one_accept(scope)
        path = scope["path"]
        exchange = _Exchange(scope, receive, send, shared=path not in self.private)
        try:
            await (self._refused(scope) or self.direct.get(path, self.app))(scope, exchange.receive, exchange.send)
        except asyncio.CancelledError:  # the server ends, and has waited for it as long as it does
            if not exchange.started:
                await refusal(503, CLOSING)(scope, exchange.receive, exchange.send)
        except Exception as error:
            if exchange.started:
                raise
            if not isinstance(error, _TooMuchError):
                logger.exception("a request was not answered, which is a fault of this program")
            response = _too_much() if isinstance(error, _TooMuchError) else refusal(500, "an internal error")
            await response(scope, exchange.receive, exchange.send)

    def _refused(self, scope: Scope) -> Response | None:
        hosts, length = [], b"0"
        for name, value in scope["headers"]:
            if name == b"host":
                hosts.append(value)
            elif name == b"content-length":
                length = value
        if len(hosts) != 1 or not self._is_here(hosts[0].decode("latin-1"), scope):
            return refusal(421, "this server does not answer under that name; allow it with --allow-host")
        if scope["method"] not in _METHODS:
            return refusal(405, f"expected one of {', '.join(_METHODS)}", {"allow": ", ".join(_METHODS)})
        if not (length.isdigit() and len(length) <= 18) or int(length) > LARGEST_BODY:
            return _too_much()
        if scope["method"] == "OPTIONS":
            allowed = {} if scope["path"] in self.private else _PREFLIGHT
            return Response(status_code=204, headers={"allow": ", ".join(_METHODS), **allowed})
        return None

    def _is_here(self, host: str, scope: Scope) -> bool:
        """Whether a Host header names this server: by a name that is allowed, or the address that was connected to."""
        name = _name_of(host)
        connected = str((scope.get("server") or ("",))[0]).removeprefix(_IPV4_IN_IPV6)
        return name is not None and (name in self.hosts or name == connected)


def _with_one_accept(scope: Scope) -> Scope:
    """A request with its Accept as one header, which clients may send in parts (RFC 9110, section 5.3)."""
    parts = [value for name, value in scope["headers"] if name == b"accept"]
    if len(parts) < 2:
        return scope
    others = [header for header in scope["headers"] if header[0] != b"accept"]
    return {**scope, "headers": [*others, (b"accept", b", ".join(parts))]}


def is_of(origin: str, host: str) -> bool:
    """Whether an Origin header is that of pages of the server that a Host header names, at whatever port."""
    scheme, _, place = origin.partition("://")
    name = _name_of(place)
    return scheme in ("http", "https") and name is not None and name == _name_of(host)


def _name_of(host: str) -> str | None:
    """The name in a Host header, without its port; ``None`` if it is no such header."""
    return _name(host) if len(host) <= _LONGEST_HOST else None


@lru_cache(100)
def _name(host: str) -> str | None:
    if not re.fullmatch(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?", host):
        return None
    return (urlsplit(f"//{host}").hostname or "").removesuffix(".")


class _TooMuchError(Exception):
    """A request whose body is too large."""


class _Exchange:
    """A request and its response, with limits on both, and the headers that all responses have."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, shared: bool) -> None:
        self.scope = scope
        self.shared = shared
        self.started = False
        self._receive = receive
        self._send = send
        self._size = 0
        self._status = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > LARGEST_BODY:
            raise _TooMuchError
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self._status = message["status"]
            shared = self.shared and not any(value.startswith(b"text/html") for _, value in message["headers"])
            message["headers"] = [*message["headers"], *_ALWAYS, *(_SHARED if shared else ())]
        elif self._status >= 400 and self._status != 404:
            reason = self.scope.get(REASON) or message.get("body", b"").decode(errors="replace")
            log_refusal(self.scope, self._status, reason[:200])
            self._status = 0
        await self._send(message)


def _too_much() -> Response:
    return refusal(413, f"the request is larger than {LARGEST_BODY:,} bytes")


def refusal(status: int, reason: str, headers: dict[str, str] | None = None) -> Response:
    """A response that says in one line why a request is refused."""
    return PlainTextResponse(f"{reason}\n", status, headers)


def log_refusal(scope: Scope, status: int, reason: str) -> None:
    """Log one line about a request that was refused."""
    path = scope.get("raw_path") or scope["path"].encode()
    client = (scope.get("client") or ("-",))[0]
    line = f"{status} {client} {scope['method'][:20]} {path[:200].decode(errors='replace')}: {reason}"
    logger.warning("%s", " ".join("".join(sign if sign.isprintable() else " " for sign in line).split()))
