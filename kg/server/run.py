"""Runs the application until it is interrupted."""

from __future__ import annotations

import asyncio
import logging
import math
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvicorn

from kg.errors import KGError
from kg.server.app import LOOPBACK, make_app
from kg.server.connection import Connection, end_late_ones
from kg.server.pool import Limits

_LAST_QUERIES = 2.0  # seconds that queries have to end by themselves when the server ends
_LAST_REQUESTS = 3  # seconds that all requests have
_SAID_ALREADY = "Invalid HTTP request received."  # by Connection, with the client's address
_SWITCH = 0.001  # seconds that a thread with a page runs before the event loop may; five times as often as usual


def serve(
    folder: Path,
    host: str,
    port: int,
    *,
    edit: bool = False,
    hosts: Sequence[str] = (),
    timeout: float = 60,
    started: Callable[[str], None],
) -> None:
    """Serve the graph of a folder until Ctrl-C.

    Args:
        folder: the graph folder.
        host: the address to listen on.
        port: the port; 0 for any that is free.
        edit: whether corrections are taken; only from this machine.
        hosts: further names by which the server may be addressed.
        timeout: seconds that a SPARQL query may take; 0 for no limit.
        started: is called with the address when it listens.

    Raises:
        GraphError: the folder holds no graph, or a damaged one.
        KGError: the port is in use, there is no such host, or corrections would be taken from other machines.
    """
    if edit:
        check_private(host, hosts)
    limits = Limits(timeout=timeout or math.inf)
    app = make_app(folder, edit=edit, hosts=(*LOOPBACK, host, *hosts), limits=limits)
    with _listening(host, port) as listener:
        config = uvicorn.Config(
            app,
            http=Connection,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=_LAST_REQUESTS,
        )
        logging.getLogger("uvicorn.error").addFilter(lambda record: record.msg != _SAID_ALREADY)
        sys.setswitchinterval(_SWITCH)
        started(address(host, listener.getsockname()[1]))
        _Server(config, app.state.end_queries).run(sockets=[listener])


def check_private(host: str, hosts: Sequence[str]) -> None:
    """Check that a server which takes corrections listens to this machine only.

    Raises:
        KGError: it does not.
    """
    if host not in LOOPBACK or hosts:
        raise KGError(
            "--edit: takes corrections from this machine only; expected no --host and no --allow-host with it"
        )


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, end_queries: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._end_queries = end_queries

    async def main_loop(self) -> None:
        watching = asyncio.create_task(end_late_ones(self.server_state.connections))
        await super().main_loop()
        watching.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        ending = asyncio.create_task(self._end_late_queries())
        await super().shutdown(sockets)
        ending.cancel()

    async def _end_late_queries(self) -> None:
        await asyncio.sleep(_LAST_QUERIES)
        await self._end_queries()


def address(host: str, port: int) -> str:
    """What to open in a browser."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise KGError(f"--host {host}: is no address of this machine ({error})") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise KGError(f"port {port} of {host}: cannot be used ({error.strerror}); choose another with --port") from None
    return listener
