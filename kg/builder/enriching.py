"""Entries without abstracts, such as the millions of DBLP: only those that may be of a paper of the build are kept.

They wait in a temporary file until all other entries are known, so that memory does not grow with their number and the
order of the inputs makes no difference.
"""

from __future__ import annotations

import gzip
import pickle
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, cast

import numpy as np

from kg.records import Paper
from kg.sources.duplicates import handles


class BareEntries:
    """The entries of sources without abstracts, on disk; to be closed.

    ``count`` is how many there are.
    """

    def __init__(self) -> None:
        self.count = 0
        self._file: IO[bytes] | None = None  # made for the first entry
        self._packed: gzip.GzipFile | None = None

    def __enter__(self) -> BareEntries:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in (self._packed, self._file):
            if stream:
                stream.close()

    def set_aside(self, entries: Iterable[Paper]) -> Iterator[Paper]:
        """The entries that have an abstract; the others are written to the file."""
        for entry in entries:
            if entry.bare:
                if not self._packed:
                    self._file = TemporaryFile()  # noqa: SIM115 (as long as the object)
                    self._packed = gzip.GzipFile(fileobj=self._file, mode="wb", compresslevel=1)
                self.count += 1
                pickle.dump((_hashes(entry), entry), self._packed, pickle.HIGHEST_PROTOCOL)
            else:
                yield entry

    def like(self, entries: Iterable[Paper]) -> Iterator[Paper]:
        """Those that may be of a paper of one of some entries."""
        if not (self._packed and self._file):
            return
        known = np.unique(np.fromiter(chain.from_iterable(map(_hashes, entries)), np.int64))
        self._packed.close()
        self._file.seek(0)
        with gzip.GzipFile(fileobj=self._file) as packed:
            for _ in range(self.count):
                hashes, entry = cast("tuple[list[int], Paper]", pickle.load(packed))
                places = [bisect_left(known, value) for value in hashes]
                if any(
                    place < len(known) and known[place] == value for place, value in zip(places, hashes, strict=True)
                ):
                    yield entry


def _hashes(entry: Paper) -> list[int]:
    return [*map(hash, handles(entry))]
