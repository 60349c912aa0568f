"""What a build changes in the statements of the generation before, so that only this is written to its store.

A generation keeps a list with a line for each paper: a digest of all that its statements were made from, and its IRI. A
build that goes on from a generation makes the statements of those papers anew whose lines are not in its list. Memory
holds nine bytes for each line, and as many for each statement about what papers share.
"""

from __future__ import annotations

import gzip
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    """A new list of lines, compared with an old one."""

    def __init__(self, old: Callable[[], Iterable[bytes]]) -> None:
        self._old = old
        hashes = np.fromiter(map(hash, old()), np.int64)
        hashes.sort()
        self._known = hashes
        self._met = np.zeros(len(hashes), np.bool_)

    def new(self, lines: Sequence[bytes]) -> list[bool]:
        """Add some lines; which of them are not in the old list."""
        if not len(self._known):
            return [True] * len(lines)
        places, found = self._places(lines, self._known)
        self._met[places[found]] = True
        new: list[bool] = (~found).tolist()
        return new

    def gone(self) -> Iterator[bytes]:
        """The lines of the old list that were not added to the new one."""
        left = self._known[~self._met]
        lines = iter(self._old() if len(left) else ())
        while batch := [*islice(lines, _BATCH)]:
            _, found = self._places(batch, left)
            yield from (line for line, is_left in zip(batch, found.tolist(), strict=True) if is_left)

    @staticmethod
    def _places(lines: Sequence[bytes], known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where each line is among some sorted hashes, and whether it is there."""
        hashes = np.fromiter(map(hash, lines), np.int64, len(lines))
        places = known.searchsorted(hashes).clip(max=len(known) - 1)
        return places, known[places] == hashes


def paper_line(iri: str, made_from: Iterable[bytes]) -> bytes:
    """The line of a paper: its IRI after a digest of all that its statements are made from."""
    state = blake2b(digest_size=_DIGEST)
    for part in made_from:
        state.update(b"%d " % len(part))
        state.update(part)
    return f"{state.hexdigest()} {iri}\n".encode()


def iri_of_line(line: bytes) -> str:
    """The IRI of the paper that a line is of."""
    return line[2 * _DIGEST + 1 : -1].decode()


def read_paper_lines(path: Path) -> Iterator[bytes]:
    """The lines of a list of papers (:attr:`kg.graph.store.Generation.graphs`)."""
    with gzip.open(path) as lines:
        yield from lines


def write_paper_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write the list of the papers."""
    with gzip.GzipFile(path, "wb", compresslevel=1, mtime=0) as file:
        file.writelines(lines)


def remove_papers(store: ox.Store, papers: Iterable[str], base: str) -> None:
    """Remove from the store all that it has of some papers."""
    seen, runs = ox.NamedNode(f"{KG}firstSeen"), ox.NamedNode(provenance_graph(base))
    for iri in papers:
        paper = ox.NamedNode(iri)
        store.remove_graph(paper)
        for quad in [*store.quads_for_pattern(paper, seen, None, runs)]:
            store.remove(quad)


def remove_lines(store: ox.Store, lines: Iterable[bytes]) -> None:
    """Remove some statements from the store, given as N-Quads."""
    lines = iter(lines)
    while batch := b"".join(islice(lines, _BATCH)):
        for quad in ox.parse(input=batch, format=ox.RdfFormat.N_QUADS):
            store.remove(quad)


class Changes:
    """What a new generation has, compared with what the one before has; to be closed before it is complete.

    Args:
        generation: the new one.
        before: the one whose store it goes on from, if it does.
        shared_before: gives the statements of the latter about what papers share.

    ``differing`` counts the papers whose statements have to be written.
    """

    def __init__(
        self,
        generation: Generation,
        before: Generation | None,
        shared_before: Callable[[], Iterable[str]] = lambda: (),
    ) -> None:
        self.differing = 0
        self._list = generation.graphs
        self._papers = _Lines(lambda: read_paper_lines(before.graphs) if before else ())
        self._shared = _Lines(lambda: (line.encode() for line in shared_before()))
        self._file = gzip.GzipFile(generation.graphs, "wb", compresslevel=1, mtime=0)
        self._iris = array("q")

    def __enter__(self) -> Changes:
        return self

    def __exit__(self, problem: type[BaseException] | None, *_: object) -> None:
        with suppress(OSError) if problem else nullcontext():  # a disk that is full is full here too
            self.close()

    def is_new(self, iri: str, made_from: Iterable[bytes]) -> bool:
        """Whether the statements of a paper have to be written: they are made from something else than before."""
        line = paper_line(iri, made_from)
        self._iris.append(hash(iri))
        self._file.write(line)
        (new,) = self._papers.new([line])
        self.differing += new
        return new

    def new(self, shared: Iterable[str]) -> Iterator[str]:
        """Those statements about what papers share that are not in the generation before."""
        shared = iter(shared)
        while batch := [*islice(shared, _BATCH)]:
            is_new = self._shared.new([line.encode() for line in batch])
            yield from (line for line, new in zip(batch, is_new, strict=True) if new)

    def close(self) -> None:
        """Write the end of the list."""
        self._file.close()

    @property
    def unclear(self) -> bool:
        """Whether two papers have one IRI, so that neither can be removed without the other."""
        return len(np.unique(np.frombuffer(self._iris, np.int64))) < len(self._iris)

    def forget(self) -> None:
        """Have the next build make all statements anew."""
        self.close()
        self._list.unlink()

    def remove_gone(self, store: ox.Store, base: str) -> None:
        """Remove from the store what papers and shared nodes of the generation before no longer say."""
        remove_papers(store, map(iri_of_line, self._papers.gone()), base)
        remove_lines(store, self._shared.gone())
