"""The papers as a graph folder keeps them, and what a run changes in them."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kg.errors import GraphError
from kg.extraction import Extractor
from kg.graph.store import Generation
from kg.jsonrecord import Record
from kg.records import Extraction, Merge, Paper
from kg.rulefiles import rule_files
from kg.sources.duplicates import entry_order, merged


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Record):
    """A paper as the graph folder keeps it: its entries and what was found in it.

    ``key`` is the paper key (:func:`kg.text.names.title_key`); ``fingerprint`` is a digest of the text, rules, model
    and code that the extraction was made from; ``extraction`` is ``None`` if it has to be made.
    """

    key: str
    entries: tuple[Paper, ...]
    fingerprint: str = ""
    extraction: Extraction | None = None

    @property
    def paper(self) -> Paper:
        """The paper that its entries make together (:func:`kg.sources.duplicates.merged`)."""
        return merged(self.entries)


_WORK = TypeAdapter(Work)


def write_records(generation: Generation, works: Iterable[Work]) -> Iterator[Work]:
    """Write works to a new generation; each is yielded after it is written."""
    with generation.records.open("wb") as stream:
        for work in works:
            stream.write(_WORK.dump_json(work, exclude_defaults=True) + b"\n")
            yield work


def read_records(generation: Generation) -> Iterator[Work]:
    """The works of a generation, sorted by key.

    Raises:
        GraphError: the records are damaged.
    """
    with generation.records.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield _WORK.validate_json(line)
            except ValidationError:
                raise GraphError(f"{generation.records}:{number}: is damaged; build in a new folder") from None


def write_merges(generation: Generation, merges: Iterable[Merge]) -> None:
    """Write the surface forms that were merged, for ``kg merges``."""
    with generation.merges.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(merge.as_dict(), ensure_ascii=False) + "\n" for merge in merges)


class Update:
    """What a run changes: the papers of the old graph and those of the inputs as one sorted stream.

    Args:
        read: the entries that were read from the inputs, by paper key.
        fingerprint: gives the fingerprint of a paper (:func:`fingerprints`).

    ``new``, ``changed`` and ``total`` count papers while :meth:`works` yields them.
    """

    def __init__(self, read: Mapping[str, set[Paper]], fingerprint: Callable[[Paper], str]) -> None:
        self.read = read
        self.fingerprint = fingerprint
        self.new = self.changed = self.total = 0

    def works(self, old: Generation | None) -> Iterator[Work]:
        """Works sorted by key; one whose fingerprint is the same as before keeps its extraction."""
        coming = deque(sorted(self.read))
        for stored in read_records(old) if old else ():
            while coming and coming[0] < stored.key:
                yield self._added(coming.popleft())
            if coming and coming[0] == stored.key:
                yield self._updated(stored, self.read[coming.popleft()])
            else:
                yield self._counted(stored)
        while coming:
            yield self._added(coming.popleft())

    def _added(self, key: str) -> Work:
        self.new += 1
        return self._counted(Work(key=key, entries=tuple(sorted(self.read[key], key=entry_order))))

    def _updated(self, stored: Work, entries: set[Paper]) -> Work:
        """The stored work, its entries from the sources that were read now replaced by what these say now."""
        sources = {entry.source for entry in entries}
        kept = {entry for entry in stored.entries if entry.source not in sources}
        now = tuple(sorted(kept | entries, key=entry_order))
        self.changed += now != stored.entries
        return self._counted(replace(stored, entries=now))

    def _counted(self, work: Work) -> Work:
        self.total += 1
        fingerprint = self.fingerprint(work.paper)
        if work.fingerprint == fingerprint:
            return work
        return replace(work, fingerprint=fingerprint, extraction=None)


def fingerprints(extractor: Extractor) -> Callable[[Paper], str]:
    """A function that gives the digest of a paper's text and of the rules, model and code that extract from it."""
    common = hashlib.blake2b(digest_size=16)
    for path in (*_extraction_code(), *extractor.model_files(), *rule_files(extractor.rules)):
        common.update(path.read_bytes())

    common.update("".join(map(str, extractor.plugins)).encode())

    def fingerprint(paper: Paper) -> str:
        own = common.copy()
        own.update(paper.text.encode("utf-8", "surrogatepass"))
        return own.hexdigest()

    return fingerprint


def _extraction_code() -> list[Path]:
    """Every module that extraction runs: its own folder, and all that it imports from below."""
    package = Path(__file__).parents[1]
    rooms = (package / "extraction", package / "text")
    return [*sorted(package.glob("*.py")), *sorted(path for room in rooms for path in room.rglob("*.py"))]
