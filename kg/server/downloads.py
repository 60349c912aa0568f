"""The whole graph as a file, sent while it is written.

A process writes it (:func:`main`), because that takes Python much time, during which requests are to be answered.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from typing import IO, cast

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from kg.errors import KGError
from kg.export.formats import Format, find_format
from kg.server.current import Current
from kg.server.guard import refusal
from kg.server.negotiation import not_modified, unchanged
from kg.server.resources import versioned

AT_A_TIME = 2  # downloads
_PIECE = 2**16
_NICE = 10


class Downloads:
    """Answers at ``/download/graph.ttl`` and ``/graph.ttl``, and so on for each format; with ``.gz`` compressed.

    Args:
        current: the graph.
    """

    def __init__(self, current: Current) -> None:
        self.current = current
        self._running: set[asyncio.subprocess.Process] = set()
        self._started = 0

    @property
    def routes(self) -> list[Route]:
        """Where they are."""
        return [Route("/download/graph.{ending}", self.answer), Route("/graph.{ending}", self.answer)]

    async def answer(self, request: Request) -> Response:
        """One download."""
        ending = request.path_params["ending"]
        name, packed = ending.removesuffix(".gz"), ending.endswith(".gz")
        known = _format_of(name)
        if known is None:
            return refusal(404, f"no export ends in .{ending[:20]}")
        headers = versioned(await self.current.fresh(), ending) | {
            "content-disposition": f'attachment; filename="graph.{ending}"'
        }
        if unchanged(request.headers, headers["etag"]):
            return not_modified(headers)
        media_type = "application/gzip" if packed else known.media_type
        if request.method == "HEAD":
            head = Response(headers=headers, media_type=media_type)
            del head.headers["content-length"]  # nobody knows it before the file is written
            return head
        if self._started >= AT_A_TIME:
            return refusal(503, "as many files as can be are being downloaded; try again later", {"retry-after": "60"})
        self._started += 1
        try:
            pieces = await self._pieces(known, packed)
        except BaseException:
            self._started -= 1
            raise
        return StreamingResponse(pieces, headers=headers, media_type=media_type)

    async def _pieces(self, known: Format, packed: bool) -> AsyncIterator[bytes]:
        folder = str(self.current.folder)
        command = (sys.executable, "-P", "-m", "kg.server.downloads", folder, known.name, "gz" if packed else "")
        modules = {"PYTHONPATH": os.pathsep.join(sys.path)}  # those of this process, and none of the working folder
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, env={**os.environ, **modules}
        )
        self._running.add(process)

        async def pieces() -> AsyncIterator[bytes]:
            assert process.stdout
            try:
                while piece := await process.stdout.read(_PIECE):
                    yield piece
                if await process.wait():
                    raise RuntimeError(f"the export ended with exit code {process.returncode}")
            finally:
                await self._end(process)

        return pieces()

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        # With its pipe, for whose end wait() waits, too: while a client reads nothing, nobody reads what is left in it.
        process._transport.close()  # type: ignore[attr-defined]
        if process in self._running:
            self._running.discard(process)
            self._started -= 1
        await process.wait()

    async def close(self) -> None:
        """End all downloads."""
        await asyncio.gather(*(self._end(process) for process in list(self._running)))


def _format_of(ending: str) -> Format | None:
    try:
        known = find_format(ending, "triples", "graphs", "network")
    except KGError:
        return None
    return known if known.extension == f".{ending}" else None


def main(folder: str, name: str, packed: str) -> None:
    """Write the graph of a folder to standard output."""
    from kg.api import KnowledgeGraph

    if hasattr(os, "nice"):
        os.nice(_NICE)
    graph = KnowledgeGraph(folder)
    if packed:
        with gzip.GzipFile(fileobj=sys.stdout.buffer, mode="wb", mtime=0, filename="") as output:
            graph.export(name, cast("IO[bytes]", output))
    else:
        graph.export(name, sys.stdout.buffer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
