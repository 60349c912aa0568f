"""What was made for earlier requests and is the same for later ones, up to a size in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import NamedTuple


class Made(NamedTuple):
    """The content of a response."""

    content: bytes
    media_type: str
    status: int = 200


class Kept:
    """Contents by what was asked; the ones that were asked for last.

    Args:
        all_bytes: of all that is kept.
        one: the most bytes of one content that is kept.
    """

    def __init__(self, all_bytes: int = 2**26, one: int = 2**18) -> None:
        self.all_bytes = all_bytes
        self.one = one
        self._made: OrderedDict[Hashable, Made] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, asked: Hashable) -> Made | None:
        """What was kept for a question."""
        with self._lock:
            if asked in self._made:
                self._made.move_to_end(asked)
            return self._made.get(asked)

    def keep(self, asked: Hashable, made: Made) -> None:
        """Keep what was made for a question, if it is small enough."""
        if len(made.content) > self.one:
            return
        with self._lock:
            if before := self._made.pop(asked, None):
                self._size -= len(before.content)
            self._made[asked] = made
            self._size += len(made.content)
            while self._size > self.all_bytes:
                _, oldest = self._made.popitem(last=False)
                self._size -= len(oldest.content)
