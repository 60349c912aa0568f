"""What a build changes in the statements of the generation before, so that only this is written to its store.

A generation keeps two lists. One has a line for each paper: a digest of all that its statements were made from, and its
IRI. The other has the statements about what papers share. A build that goes on from a generation makes the statements
of those papers anew whose lines are not in its list. Memory holds nine bytes for each line.
"""

from __future__ import annotations

import gzip
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from hashlib import blake2b
from itertools import islice
from pathlib import Path

import numpy as np
import pyoxigraph as ox

from kg.graph.store import Generation
from kg.vocabulary import KG, provenance_graph

_BATCH = 10_000
_DIGEST = 16  # bytes


class _Lines:
    """A new list of lines, compared with an old one as it is written."""

    def __init__(self, path: Path, before: Path | None) -> None:
        self._before = before
        hashes = np.fromiter(map(hash, self._old()), np.int64)
        hashes.sort()
        self._known = hashes
        self._met = np.zeros(len(hashes), np.bool_)
        self._file = gzip.GzipFile(path, "wb", compresslevel=1, mtime=0)

    def new(self, lines: Sequence[bytes]) -> list[bool]:
        """Add some lines; which of them are not in the old list."""
        self._file.write(b"".join(lines))
        if not len(self._known):
            return [True] * len(lines)
        places, found = self._places(lines, self._known)
        self._met[places[found]] = True
        new: list[bool] = (~found).tolist()
        return new

    def gone(self) -> Iterator[bytes]:
        """The lines of the old list that were not added to the new one."""
        left = self._known[~self._met]
        lines = self._old() if len(left) else iter(())
        while batch := [*islice(lines, _BATCH)]:
            _, found = self._places(batch, left)
            yield from (line for line, is_left in zip(batch, found.tolist(), strict=True) if is_left)

    def close(self) -> None:
        """Write the end of the list."""
        self._file.close()

    def _old(self) -> Iterator[bytes]:
        if self._before:
            with gzip.open(self._before) as lines:
                yield from lines

    @staticmethod
    def _places(lines: Sequence[bytes], known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where each line is among some sorted hashes, and whether it is there."""
        hashes = np.fromiter(map(hash, lines), np.int64, len(lines))
        places = known.searchsorted(hashes).clip(max=len(known) - 1)
        return places, known[places] == hashes


class Changes:
    """The two lists of a new generation, to be closed before it is complete.

    Args:
        generation: the new one.
        before: the one whose store it goes on from, if it does.

    ``differing`` counts the papers whose statements have to be written.
    """

    def __init__(self, generation: Generation, before: Generation | None) -> None:
        self.differing = 0
        self._lists = (generation.graphs, generation.shared)
        self._papers = _Lines(generation.graphs, before and before.graphs)
        self._shared = _Lines(generation.shared, before and before.shared)
        self._iris = array("q")

    def __enter__(self) -> Changes:
        return self

    def __exit__(self, problem: type[BaseException] | None, *_: object) -> None:
        with suppress(OSError) if problem else nullcontext():  # a disk that is full is full here too
            self.close()

    def is_new(self, iri: str, made_from: Iterable[bytes]) -> bool:
        """Whether the statements of a paper have to be written: they are made from something else than before."""
        state = blake2b(digest_size=_DIGEST)
        for part in made_from:
            state.update(b"%d " % len(part))
            state.update(part)
        self._iris.append(hash(iri))
        (new,) = self._papers.new([f"{state.hexdigest()} {iri}\n".encode()])
        self.differing += new
        return new

    def new(self, shared: Iterable[str]) -> Iterator[str]:
        """Those statements about what papers share that are not in the generation before."""
        shared = iter(shared)
        while batch := [*islice(shared, _BATCH)]:
            is_new = self._shared.new([line.encode() for line in batch])
            yield from (line for line, new in zip(batch, is_new, strict=True) if new)

    def close(self) -> None:
        """Write the ends of the lists."""
        self._papers.close()
        self._shared.close()

    @property
    def unclear(self) -> bool:
        """Whether two papers have one IRI, so that neither can be removed without the other."""
        return len(np.unique(np.frombuffer(self._iris, np.int64))) < len(self._iris)

    def forget(self) -> None:
        """Have the next build make all statements anew."""
        self.close()
        for path in self._lists:
            path.unlink()

    def remove_gone(self, store: ox.Store, base: str) -> None:
        """Remove from the store what papers and shared nodes of the generation before no longer say."""
        seen, runs = ox.NamedNode(f"{KG}firstSeen"), ox.NamedNode(provenance_graph(base))
        for line in self._papers.gone():
            paper = ox.NamedNode(line[2 * _DIGEST + 1 : -1].decode())
            store.remove_graph(paper)
            for quad in [*store.quads_for_pattern(paper, seen, None, runs)]:
                store.remove(quad)
        gone = self._shared.gone()
        while batch := b"".join(islice(gone, _BATCH)):
            for quad in ox.parse(input=batch, format=ox.RdfFormat.N_QUADS):
                store.remove(quad)
