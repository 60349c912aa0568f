"""The graph that is served: that of the last build, also when a build replaces it while the server runs."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from threading import Lock

from kg.api import KnowledgeGraph
from kg.errors import KGError
from kg.graph.store import CURRENT

logger = logging.getLogger("kg.server")


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
        self._lock = Lock()
        self._state = self._seen()
        self._graph = KnowledgeGraph(folder)

    def __call__(self) -> KnowledgeGraph:
        """The graph. Opening a new one takes some time, so the event loop calls this in a thread where :attr:`stale`."""
        if self.stale:
            with self._lock:
                if self.stale:
                    self._reopen()
        return self._graph

    @property
    def stale(self) -> bool:
        """Whether a build has replaced the graph since it was opened."""
        return self._seen() not in (self._state, None)

    def _reopen(self) -> None:
        state = self._seen()
        try:
            self._graph = KnowledgeGraph(self.folder)
        except KGError as error:  # the one before goes on being served
            logger.error("the new graph is not served: %s", error)
        self._state = state

    def _seen(self) -> tuple[int, int] | None:
        """What changes with every build; ``None`` while the folder has no graph."""
        try:
            found = os.stat(self.folder / CURRENT)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino
