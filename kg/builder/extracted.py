"""What was extracted so far, in a file that outlives a build which is interrupted, for the next one to go on from.

Each extraction is appended as soon as it is made, under the fingerprint of its paper, so that a build that is killed
loses none; a power cut loses those of a few seconds. A line that is not whole is passed over. Memory holds 16 bytes for
each extraction of earlier builds.
"""

from __future__ import annotations

import os
import re
import time
from array import array
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pydantic import TypeAdapter, ValidationError

from kg.jsonrecord import Record
from kg.records import Extraction

_SECONDS = 5  # from one time at which what is written must have reached the disk to the next


@dataclass(frozen=True, slots=True)
class _Line(Record):
    fingerprint: str
    extraction: Extraction


_LINE = TypeAdapter(_Line)
_BEGIN = re.compile(rb'\{"fingerprint":"([^"]*)"')


class Extracted:
    """The file with the extractions, to be closed.

    Args:
        path: the file, which is made when there is something to write.
        restart: forget what it holds.

    ``made`` counts what is added, ``used`` what is taken from earlier builds; ``len`` is how many extractions those
    made.
    """

    def __init__(self, path: Path, *, restart: bool = False) -> None:
        if restart:
            path.unlink(missing_ok=True)
        self.made = self.used = 0
        self._path = path
        self._file: BinaryIO | None = None
        self._synced = time.monotonic()
        hashes, places = array("q"), array("q")
        if path.exists():
            self._file = path.open("a+b")
            self._file.seek(0)
            line, place = b"", 0
            for line in self._file:
                if begin := _BEGIN.match(line):
                    hashes.append(hash(begin[1]))
                    places.append(place)
                place += len(line)
            if line and not line.endswith(b"\n"):
                self._file.write(b"\n")
        found = np.frombuffer(hashes, np.int64)
        order = found.argsort(kind="stable")
        self._hashes, self._places = found[order], np.frombuffer(places, np.int64)[order]

    def __len__(self) -> int:
        return len(self._hashes)

    def __enter__(self) -> Extracted:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            with suppress(OSError):  # what a full disk did not take is tried again here
                self._file.close()

    def find(self, fingerprint: str) -> Extraction | None:
        """What an earlier build extracted from the paper with this fingerprint."""
        wanted = hash(fingerprint.encode())
        number = int(self._hashes.searchsorted(wanted, side="right")) - 1  # of several, the last: it is whole
        if not self._file or number < 0 or self._hashes[number] != wanted:
            return None
        self._file.seek(self._places[number])
        try:
            line = _LINE.validate_json(self._file.readline())
        except ValidationError:
            return None
        if line.fingerprint != fingerprint:
            return None
        self.used += 1
        return line.extraction

    def add(self, fingerprint: str, extraction: Extraction) -> None:
        """Keep what was extracted from the paper with this fingerprint.

        Raises:
            OSError: it cannot be written.
        """
        if not self._file:
            self._file = self._path.open("a+b")
        self._file.write(_LINE.dump_json(_Line(fingerprint, extraction), exclude_defaults=True) + b"\n")
        self._file.flush()
        if time.monotonic() - self._synced > _SECONDS:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()
        self.made += 1
