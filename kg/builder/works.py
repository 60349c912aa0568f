"""The papers as a graph folder keeps them, and what a run changes in them."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kg.errors import GraphError
from kg.extraction import Extractor
from kg.extraction.corrections import Corrections
from kg.graph.store import Generation
from kg.jsonrecord import Record
from kg.records import Extraction, Merge, Paper
from kg.rulefiles import Rule, rule_files
from kg.sources.duplicates import entry_order, merged, told_apart, which_paper
from kg.text.lines import json_lines_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Record):
    """A paper as the graph folder keeps it: its entries and what was found in it.

    ``key`` is the paper key (:func:`kg.sources.duplicates.paper_key`), and ``which`` tells the paper from others with
    the same key; ``fingerprint`` is a digest of the text, rules, model and code that the extraction was made from;
    ``extraction`` is ``None`` if it has to be made. ``first_seen`` is the date (xsd:date, in UTC) of the run that
    read the paper first; empty for papers of graphs that did not record it.
    """

    key: str
    which: str = ""
    entries: tuple[Paper, ...]
    fingerprint: str = ""
    extraction: Extraction | None = None
    first_seen: str = ""

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
    try:
        lines = generation.records.open("rb")
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise GraphError(f"{generation.records}: {problem}; build in a new folder") from None
    with lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield _WORK.validate_json(line)
            except ValidationError:
                raise GraphError(f"{generation.records}:{number}: is damaged; build in a new folder") from None


def _relocated(works: Iterable[Work], now_at: Callable[[str], str]) -> Iterator[Work]:
    """The works, each source as ``now_at`` gives it."""
    for work in works:
        entries = (replace(entry, source=now_at(entry.source)) if entry.source else entry for entry in work.entries)
        yield replace(work, entries=tuple(sorted(entries, key=entry_order)))


def write_merges(generation: Generation, merges: Iterable[Merge]) -> None:
    """Write the surface forms that were merged, for ``kg merges``."""
    with generation.merges.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(merge.as_dict(), ensure_ascii=False) + "\n" for merge in merges)


class Update:
    """What a run changes: the papers of the old graph and those of the inputs as one sorted stream.

    Args:
        read: the entries that were read from the inputs, by paper key.
        fingerprint: gives the fingerprint of a paper (:func:`fingerprints`).
        warn: called with one line for each title that new entries show to be that of several papers.
        today: the date of the run, for papers that it reads first.

    While :meth:`works` yields them, ``new``, ``changed`` and ``unchanged`` count papers of the inputs, ``total`` all of
    the graph, and ``extracted`` those of them that have to be extracted.
    """

    def __init__(
        self,
        read: Mapping[str, set[Paper]],
        fingerprint: Callable[[Paper], str],
        warn: Callable[[str], None] = lambda line: None,
        today: str = "",
    ) -> None:
        self.today = today
        self.read = read
        self.fingerprint = fingerprint
        self.warn = warn
        self.new = self.changed = self.unchanged = self.extracted = self.total = 0

    def works(self, old: Generation | None, now_at: Callable[[str], str] = lambda source: source) -> Iterator[Work]:
        """Works sorted by key; one whose fingerprint is the same as before keeps its extraction.

        Args:
            old: the generation to go on from, if there is one.
            now_at: gives what a source of its entries is called now (:meth:`kg.graph.store.Generation.relocated`).
        """
        coming = deque(sorted(self.read))
        stored = _relocated(read_records(old), now_at) if old else ()
        for key, works in groupby(stored, key=lambda work: work.key):
            while coming and coming[0] < key:
                yield from self._updated(coming.popleft(), [])
            if coming and coming[0] == key:
                yield from self._updated(coming.popleft(), list(works))
            else:
                yield from map(self._kept, works)
        while coming:
            yield from self._updated(coming.popleft(), [])

    def _updated(self, key: str, stored: Sequence[Work]) -> Iterator[Work]:
        """The works of a key; entries from the sources that were read now are replaced by what these say now."""
        read = self.read[key]
        sources = {entry.source for entry in read}
        before = {entry for work in stored for entry in work.entries}
        papers = told_apart({*read, *(entry for entry in before if entry.source not in sources)})
        if len(papers) > max(len(stored), 1):
            self.warn(f"{papers[0][0].title[:100]!r} is the title of {len(papers)} papers, whose abstracts differ")
        known = {work.entries for work in stored}
        extractions = {work.fingerprint: work.extraction for work in stored}
        for number, entries in enumerate(papers):
            work = Work(key=key, which=which_paper(papers, number), entries=entries)
            self.unchanged += entries in known
            self.changed += entries not in known and number < len(stored)
            self.new += entries not in known and number >= len(stored)
            seen = [old.first_seen for old in stored if {*old.entries} & {*entries}] or [
                old.first_seen for old in stored[number : number + 1]
            ]
            yield self._counted(replace(work, first_seen=min(seen, default=self.today)), extractions)

    def _kept(self, work: Work) -> Work:
        return self._counted(work, {work.fingerprint: work.extraction})

    def _counted(self, work: Work, extractions: Mapping[str, Extraction | None]) -> Work:
        """A work with its fingerprint, and with the extraction of this fingerprint if there is one."""
        fingerprint = self.fingerprint(work.paper)
        extraction = extractions.get(fingerprint)
        self.total += 1
        self.extracted += extraction is None
        return replace(work, fingerprint=fingerprint, extraction=extraction)


def fingerprints(extractor: Extractor, rules: Iterable[Rule] = ()) -> Callable[[Paper], str]:
    """A function that gives the digest of a paper's text and of the rules, model and code that extract from it.

    Of the corrections only those of the paper count, so that a new one does not have all others extracted again.

    Args:
        extractor: reads the papers.
        rules: those of the extractor, for the corrections among them.
    """
    common = hashlib.blake2b(digest_size=16)
    for path in (*_extraction_code(), *extractor.model_files()):
        common.update(path.read_bytes())
    for path in rule_files(extractor.rules):
        common.update(_without_corrections(path))
    common.update("".join(map(str, extractor.plugins)).encode())
    corrections = Corrections()
    corrections.add_rules(rules)

    def fingerprint(paper: Paper) -> str:
        own = common.copy()
        own.update(paper.text.encode("utf-8", "surrogatepass"))
        for rule in corrections.of(paper):
            own.update(repr(replace(rule, place="")).encode())
        return own.hexdigest()

    return fingerprint


def _without_corrections(path: Path) -> bytes:
    """The content of a rule file, without the corrections in it; of a gzipped file all of it."""
    content = path.read_bytes()
    if b'"CORRECTION"' not in content:
        return content
    lines = (line.fields for line in json_lines_of(path, "a rule") if line.fields.get("label") != "CORRECTION")
    return "".join(f"{json.dumps(fields)}\n" for fields in lines).encode()


def _extraction_code() -> list[Path]:
    """Every module that extraction runs: its own folder, and all that it imports from below."""
    package = Path(__file__).parents[1]
    rooms = (package / "extraction", package / "text")
    files = sorted(path for room in rooms for path in room.rglob("*") if path.suffix in (".py", ".txt"))
    return [*sorted(package.glob("*.py")), *files]
