"""Loading statements into a store while more of them are made."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from pyoxigraph import RdfFormat, Store

_LOADED = 2**25  # bytes that are loaded at a time: the bulk loader holds them in memory, several times over


class Loading:
    """Loads N-Quads into a store: one part in a thread of its own while the next one is given.

    A context, at whose end all is loaded and the store is closed, unless something else holds it (:meth:`loaded`).
    """

    def __init__(self, store: Store) -> None:
        self._store: Store | None = store
        self._thread = ThreadPoolExecutor(1)
        self._under_way: Future[None] | None = None
        self._part: list[bytes] = []
        self._length = 0

    def __enter__(self) -> Loading:
        return self

    def __exit__(self, problem: type[BaseException] | None, *_: object) -> None:
        try:
            if not problem:
                self.loaded()
        finally:
            self._thread.shutdown()
            self._store = None  # closes it

    def writelines(self, texts: Iterable[str]) -> None:
        """Load some texts of whole lines."""
        for text in texts:
            self.write(text)

    def write(self, text: str) -> None:
        """Load a text of whole lines, sooner or later.

        Raises:
            OSError, RuntimeError: an earlier one cannot be loaded.
        """
        self._part.append(text.encode())
        self._length += len(self._part[-1])
        if self._length >= _LOADED:
            self._load()

    def loaded(self) -> Store:
        """The store, when all that was given is loaded.

        Raises:
            OSError, RuntimeError: it cannot be loaded.
        """
        self._load()
        self._load()  # nothing more, but waits for the last part
        assert self._store is not None
        return self._store

    def _load(self) -> None:
        """Load what was given, when what is under way is loaded."""
        if self._under_way:
            self._under_way.result()
        part, self._part, self._length = b"".join(self._part), [], 0
        assert self._store is not None
        self._under_way = self._thread.submit(self._store.bulk_load, part, RdfFormat.N_QUADS) if part else None
