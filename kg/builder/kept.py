"""What a build keeps for the next one, so that this need not read again the papers that did not change.

    kept/works.npz        where each paper is in the records, and by what it is found
    kept/names.sqlite     the names and definitions of all papers, counted, and the entities (kg.resolution.kept)
    kept/counts.json      the venues, repositories and sources of all papers, counted

Memory holds some sixty bytes for each paper, and the counts, but not the names.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from kg.builder.works import Work, read_work, written
from kg.graph.statements import CERTAIN, SharedNodes
from kg.graph.store import Generation
from kg.records import Paper
from kg.sources.duplicates import handles
from kg.text.plain import paper_key

_WORKS, _COUNTS, _NAMES = "works.npz", "counts.json", "names.sqlite"
_BLOCK = 2**20


class _Row(NamedTuple):
    """A paper in the table: the bytes of its record, its entries, whether it has results from a person, its hashes."""

    length: int
    entries: int
    certain: bool
    hashes: tuple[int, ...]


class KeptWorks:
    """The records of a generation as a table: the papers are numbered in their order there.

    Args:
        generation: whose records they are.
        ends: of each record, in bytes from the beginning.
        entries: how many each paper has.
        certain: which papers have results that a person corrected.
        hashes: of the key and the handles (:func:`kg.sources.duplicates.handles`) of all papers, sorted.
        numbers: of the papers that these are of.
    """

    def __init__(
        self,
        generation: Generation,
        ends: np.ndarray,
        entries: np.ndarray,
        certain: np.ndarray,
        hashes: np.ndarray,
        numbers: np.ndarray,
    ) -> None:
        self.entries, self.certain = entries, certain
        self._generation = generation
        self._ends, self._hashes, self._numbers = ends, hashes, numbers

    @classmethod
    def read(cls, generation: Generation) -> KeptWorks:
        """The table of a generation.

        Raises:
            OSError, ValueError, KeyError: there is none, or it is damaged.
        """
        with np.load(generation.kept / _WORKS, allow_pickle=False) as kept:
            return cls(generation, *(kept[name] for name in ("ends", "entries", "certain", "hashes", "numbers")))

    def write(self) -> None:
        """Write the table into the folder of its generation."""
        self._generation.kept.mkdir(exist_ok=True)
        np.savez(
            self._generation.kept / _WORKS,
            ends=self._ends,
            entries=self.entries,
            certain=self.certain,
            hashes=self._hashes,
            numbers=self._numbers,
        )

    def __len__(self) -> int:
        return len(self._ends)

    def works(self, numbers: Iterable[int]) -> Iterator[Work]:
        """The papers of these numbers.

        Raises:
            GraphError: the records are damaged.
        """
        for number, line in self._lines(numbers):
            yield read_work(line, self._generation, number + 1)

    def lines(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """Their records."""
        return (line for _, line in self._lines(numbers))

    def _lines(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        with self._generation.records.open("rb") as records:
            for number in numbers:
                start = self._start(number)
                records.seek(start)
                yield number, records.read(int(self._ends[number]) - start)

    def _start(self, number: int) -> int:
        return int(self._ends[number - 1]) if number else 0

    def touched(self, read: Iterable[Paper]) -> list[int]:
        """The papers that some entries may be of, and others with their titles: as a look at all papers finds them."""
        known = {handle for entry in read for handle in handles(entry)}
        keys = {paper_key(entry.title) for entry in read}
        touched: set[int] = set()
        waiting = {*self._found(map(_hash, known)), *self._found(map(_key_hash, keys))}
        while waiting:
            number = waiting.pop()
            (work,) = self.works([number])
            if work.key in keys or any(handle in known for entry in work.entries for handle in handles(entry)):
                touched.add(number)
                new = work.keys - keys
                keys |= new
                waiting.update(set(self._found(map(_key_hash, new))) - touched)
        candidates = sorted(set(self._found(map(_key_hash, keys))))
        return [number for number, work in zip(candidates, self.works(candidates), strict=True) if work.key in keys]

    def _found(self, hashes: Iterable[int]) -> Iterator[int]:
        """The papers with these hashes."""
        wanted = np.fromiter(hashes, np.int64)
        starts, ends = (self._hashes.searchsorted(wanted, side=side) for side in ("left", "right"))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            yield from self._numbers[start:end].tolist()

    def place(self, key: str) -> int:
        """The number of the first paper whose key is not before this one."""
        return bisect_left(range(len(self)), key, key=self._key)

    def _key(self, number: int) -> str:
        (work,) = self.works([number])
        return work.key

    def copy(self, first: int, end: int, records: BinaryIO, to: BinaryIO) -> None:
        """Copy the records of some papers."""
        start = self._start(first)
        left = self._start(end) - start
        records.seek(start)
        while left:
            block = records.read(min(left, _BLOCK))
            if not block:
                raise OSError(0, "is shorter than it was", str(self._generation.records))
            to.write(block)
            left -= len(block)


class NewWorks:
    """Makes the table of a generation as its records are read or written.

    ``sources`` are the numbers that the papers have in the table of the generation before, -1 for new ones.
    """

    def __init__(self, generation: Generation, before: KeptWorks | None = None) -> None:
        self.sources = array("q")
        self._generation, self._before = generation, before
        self._rows: list[_Row] = []

    def add(self, line: bytes, work: Work) -> None:
        """A paper is next that is new, or of which nothing is known from before."""
        assert work.extraction is not None
        certain = any(result.confidence == CERTAIN for result in work.extraction.results)
        found = {_key_hash(work.key), *(_hash(handle) for entry in work.entries for handle in handles(entry))}
        self._rows.append(_Row(len(line), len(work.entries), certain, tuple(found)))
        self.sources.append(-1)

    def written(self, touched: Iterable[int], works: Iterable[Work]) -> Iterator[Work]:
        """Write the records: some new ones in their places among those of before, without those that are touched."""
        before = self._before
        assert before is not None  # one of no papers is empty, and so false
        gone = iter([*touched, len(before)])
        next_gone, at = next(gone), 0
        with before._generation.records.open("rb") as old, self._generation.records.open("wb") as stream:

            def keep(end: int) -> None:
                nonlocal next_gone, at
                while at < end:
                    until = min(end, next_gone)
                    before.copy(at, until, old, stream)
                    self.sources.extend(range(at, until))
                    at = until
                    if at == next_gone < len(before):
                        next_gone, at = next(gone), at + 1

            for work in works:
                keep(before.place(work.key))
                line = written(work)
                stream.write(line)
                self.add(line, work)
                yield work
            keep(len(before))

    def table(self) -> KeptWorks:
        """The table, when all papers are known."""
        sources = np.frombuffer(self.sources, np.int64)
        old, new = sources >= 0, np.flatnonzero(sources < 0)
        lengths = np.zeros(len(sources), np.int64)
        entries = np.zeros(len(sources), np.int32)
        certain = np.zeros(len(sources), np.bool_)
        hashes = [np.fromiter((found for row in self._rows for found in row.hashes), np.int64)]
        numbers = [np.repeat(new, [len(row.hashes) for row in self._rows])]
        lengths[new] = [row.length for row in self._rows]
        entries[new] = [row.entries for row in self._rows]
        certain[new] = [row.certain for row in self._rows]
        if before := self._before:
            lengths[old] = np.diff(before._ends, prepend=0)[sources[old]]
            entries[old], certain[old] = before.entries[sources[old]], before.certain[sources[old]]
            now_at = np.full(len(before), -1)
            now_at[sources[old]] = np.flatnonzero(old)
            stays = now_at[before._numbers] >= 0
            hashes.append(before._hashes[stays])
            numbers.append(now_at[before._numbers[stays]])
        found, of = np.concatenate(hashes), np.concatenate(numbers).astype(np.int32)
        order = np.lexsort((of, found))
        return KeptWorks(self._generation, lengths.cumsum(), entries, certain, found[order], of[order])


def _hash(handle: tuple[str, ...]) -> int:
    """A number for a handle, the same in every process."""
    text = "\0".join(handle).encode(errors="surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little", signed=True)


def _key_hash(key: str) -> int:
    return _hash(("key", key))


class Counts(NamedTuple):
    """What all papers of a generation say together, counted.

    ``sources`` are those of entries, and ``extractor`` is what shows whether papers would be extracted as before.
    """

    shared: SharedNodes
    sources: Counter[str]
    extractor: list[str]

    @classmethod
    def read(cls, generation: Generation, base: str) -> Counts:
        """Those of a generation.

        Raises:
            OSError, ValueError, KeyError, TypeError: there are none, or they are damaged.
        """
        kept = json.loads((generation.kept / _COUNTS).read_bytes())
        shared = SharedNodes(base)
        for iri, name, papers in kept["venues"]:
            shared.venues[iri][name] = papers
        for iri, name, address, papers in kept["repositories"]:
            shared.repositories[iri][name, address] = papers
        return cls(shared, Counter(kept["sources"]), kept["extractor"])

    def write(self, generation: Generation) -> None:
        """Write them into the folder of a generation."""
        venues = [[iri, name, papers] for iri, names in self.shared.venues.items() for name, papers in names.items()]
        repositories = [
            [iri, *described, papers]
            for iri, descriptions in self.shared.repositories.items()
            for described, papers in descriptions.items()
        ]
        content = {
            "venues": venues,
            "repositories": repositories,
            "sources": self.sources,
            "extractor": self.extractor,
        }
        generation.kept.mkdir(exist_ok=True)
        (generation.kept / _COUNTS).write_bytes(json.dumps(content, ensure_ascii=True).encode())


def names_path(generation: Generation) -> Path:
    """The file of the names of a generation, whose folder is made."""
    generation.kept.mkdir(exist_ok=True)
    return generation.kept / _NAMES


def forget_kept(generation: Generation) -> None:
    """Have the next build read all papers again."""
    for name in (_WORKS, _COUNTS, _NAMES):
        Path(generation.kept / name).unlink(missing_ok=True)
    if generation.kept.is_dir():
        generation.kept.rmdir()
