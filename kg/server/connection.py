"""Connections that are not held for ever: by clients that send or read slowly, or send more than anybody reads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

logger = logging.getLogger("kg.server")

REQUEST_SECONDS = 20.0  # in which a request has to arrive
READING_SECONDS = 30.0  # in which a client has to go on reading the response
_LONGEST_HEAD = 2**16  # bytes of the request line and the headers
_LONGEST = 2**28  # bytes of a request; those beyond the largest body are read and dropped, so that the client hears why
_PIECE = 2**14  # bytes that are read before it is asked again whether the head has ended
_TOGETHER = 2**16  # bytes of a response that are sent at once
_NO_REQUEST = "this is no HTTP/1.1 request; what is beyond ASCII in an address has to be percent-encoded"


class Connection(HttpToolsProtocol):
    """A connection of uvicorn that knows since when it waits for its client."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._reading_since: float | None = None  # a request that is not complete
        self._writing_since: float | None = None  # a response that is not read
        self._size = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self.transport = cast("asyncio.Transport", _Together(transport, self.loop))
        self._reading_since = self.loop.time()

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            self._size += len(piece)
            super().data_received(piece)
            if self._size > (_LONGEST_HEAD if self._in_head else _LONGEST):
                self._leave(431 if self._in_head else 413, "sends too much")
            if self.transport.is_closing():  # also after what is no request
                return

    def on_message_begin(self) -> None:
        self._reading_since = self._reading_since or self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._reading_since = None
        self._size = 0
        self._in_head = True  # of the next request, which may be in the same piece
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._log(400, _NO_REQUEST)
        super().send_400_response(_NO_REQUEST)

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: the request is answered by HTTP/1.1, as a server may do (RFC 9110, section 7.8)."""

    def pause_writing(self) -> None:
        self._writing_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._writing_since = None
        super().resume_writing()

    def end_if_late(self, now: float) -> None:
        """End the connection if its client has kept it waiting for too long."""
        if self._reading_since is not None and now - self._reading_since > REQUEST_SECONDS:
            self._leave(408, "sends its request too slowly")
        elif self._writing_since is not None and now - self._writing_since > READING_SECONDS:
            self._leave(408, "does not read the response")

    def _leave(self, status: int, reason: str) -> None:
        self._log(status, f"the client {reason}")
        self._reading_since = self._writing_since = None
        self.transport.abort()

    def _log(self, status: int, reason: str) -> None:
        logger.warning("%s", f"{status} {(self.client or ('-',))[0]}: {reason}")


class _Together:
    """A transport that sends what is written in one turn of the event loop at once.

    A client then has the head of a response together with its content. The head alone would only wake the client, which
    waits again.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._written = b""

    def write(self, data: bytes) -> None:
        if not self._written:
            self._loop.call_soon(self._send)
        self._written += data
        if len(self._written) >= _TOGETHER:
            self._send()

    def _send(self) -> None:
        written, self._written = self._written, b""
        if written:
            self._transport.write(written)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


async def end_late_ones(connections: Iterable[object], every: float = 1) -> None:
    """End connections that are late, until cancelled; ``every`` so many seconds."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(every)
        for connection in [found for found in connections if isinstance(found, Connection)]:
            connection.end_if_late(loop.time())
