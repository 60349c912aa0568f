"""What was made for earlier requests and is the same for later ones, up to a size in memory."""

from __future__ import annotations

import sys
from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

_ENTRY = 400  # bytes of an entry besides its key and its content, with its share of a table that has free places


class Made(NamedTuple):
    """The content of a response."""

    content: bytes
    media_type: str
    status: int = 200


class Kept:
    """Contents by what was asked; the ones that were asked for last.

    Args:
        all_bytes: of memory for all that is kept, with the questions.
        one: the most bytes of one content that is kept.
    """

    def __init__(self, all_bytes: int = 2**26, one: int = 2**18) -> None:
        self.all_bytes = all_bytes
        self.one = one
        self._made: OrderedDict[str, Made] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, asked: str) -> Made | None:
        """What was kept for a question."""
        with self._lock:
            if asked in self._made:
                self._made.move_to_end(asked)
            return self._made.get(asked)

    def keep(self, asked: str, made: Made) -> None:
        """Keep what was made for a question, if it is small enough."""
        if len(made.content) > self.one:
            return
        with self._lock:
            if before := self._made.pop(asked, None):
                self._size -= _size(asked, before)
            self._made[asked] = made
            self._size += _size(asked, made)
            while self._size > self.all_bytes:
                self._size -= _size(*self._made.popitem(last=False))


def _size(asked: str, made: Made) -> int:
    """Bytes of memory that an entry takes."""
    return sys.getsizeof(asked) + sys.getsizeof(made.content) + _ENTRY
