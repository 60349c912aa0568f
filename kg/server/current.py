"""The graph that is served: that of the last build, also when a build replaces it while the server runs."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from kg.api import KnowledgeGraph
from kg.errors import KGError
from kg.graph.store import CURRENT

logger = logging.getLogger("kg.server")


class Served(NamedTuple):
    """A graph that is open.

    Args:
        graph: the graph.
        version: differs between all that are served, for entity tags.
        modified: when a build made it, in seconds since 1970.
    """

    graph: KnowledgeGraph
    version: str
    modified: float


class Current:
    """Gives the graph of a folder, as the last build left it.

    Whoever handles a request asks once, and keeps what was given until the request is done. A graph that was replaced
    is closed when nobody has it any more.

    Args:
        folder: the graph folder.

    Raises:
        GraphError: the folder holds no graph, or a damaged one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._name = str(folder / CURRENT)
        self._lock = Lock()
        self._state = self._seen()
        self._served = self._opened()

    def __call__(self) -> KnowledgeGraph:
        """The graph. May take some time after a build; the event loop calls :meth:`fresh` instead."""
        return self.served().graph

    def served(self) -> Served:
        """The graph and its version."""
        if self._is_stale():
            with self._lock:
                if self._is_stale():
                    self._reopen()
        return self._served

    async def fresh(self) -> Served:
        """The graph and its version, without keeping the event loop waiting while it is opened."""
        return await asyncio.to_thread(self.served) if self._is_stale() else self._served

    def _is_stale(self) -> bool:
        return self._seen() not in (self._state, None)

    def _reopen(self) -> None:
        state = self._seen()
        try:
            self._served = self._opened()
        except KGError as error:  # the one before goes on being served
            logger.error("the new graph is not served: %s", error)
        self._state = state

    def _opened(self) -> Served:
        graph = KnowledgeGraph(self.folder)
        modified = graph.generation.folder.stat().st_mtime
        return Served(graph, f"{graph.generation.folder.name}-{modified}", modified)

    def _seen(self) -> tuple[int, int] | None:
        """What changes with every build; ``None`` while the folder has no graph."""
        try:
            found = os.stat(self._name)  # noqa: PTH116 (every request does, and a Path takes ten times as long)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino
