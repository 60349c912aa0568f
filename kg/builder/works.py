"""The papers as a graph folder keeps them, and what a run changes in them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from heapq import merge
from itertools import groupby
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kg.errors import GraphError
from kg.extraction import Extractor
from kg.extraction.corrections import Corrections
from kg.graph.manifest import ABSENT, unreadable
from kg.graph.store import Generation
from kg.jsonrecord import Record
from kg.records import Extraction, Merge, MergedEntry, Paper
from kg.rulefiles import Rule, rule_files
from kg.sources.duplicates import Joined, entry_order, handles, merged, papers_of
from kg.text.lines import json_lines_of
from kg.text.plain import paper_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Record):
    """A paper as the graph folder keeps it: its entries and what was found in it.

    ``key`` is the paper key (:func:`kg.text.plain.paper_key`) of the paper's title, and ``which`` tells the
    paper from others with the same key; ``fingerprint`` is a digest of the text, rules, model and code that the
    extraction was made from, empty if that failed; ``extraction`` is ``None`` if it has to be made. ``first_seen`` is
    the date (xsd:date, in UTC) of the run that read the paper first; empty for papers of graphs that did not record it.
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

    @property
    def keys(self) -> set[str]:
        """The paper keys of its title and of those of its entries."""
        return {self.key, *(paper_key(entry.title) for entry in self.entries)}


_WORK = TypeAdapter(Work)


def write_records(generation: Generation, works: Iterable[Work]) -> Iterator[Work]:
    """Write works to a new generation; each is yielded after it is written."""
    with generation.records.open("wb") as stream:
        for work in works:
            stream.write(written(work))
            yield work


def written(work: Work) -> bytes:
    """The line of a work in the records."""
    return _WORK.dump_json(work, exclude_defaults=True) + b"\n"


def read_records(generation: Generation) -> Iterator[Work]:
    """The works of a generation, sorted by key.

    Raises:
        GraphError: the records are damaged.
    """
    return (work for _, work in read_lines(generation))


def read_lines(generation: Generation) -> Iterator[tuple[bytes, Work]]:
    """The works of :func:`read_records`, each with the line that holds it."""
    try:
        lines = generation.records.open("rb")
    except ABSENT:
        raise GraphError(f"{generation.records}: is not there; build in a new folder") from None
    except OSError as error:
        raise unreadable(generation.records, error) from None
    with lines:
        for number, line in enumerate(lines, start=1):
            yield line, read_work(line, generation, number)


def read_work(line: bytes, generation: Generation, number: int) -> Work:
    """The work of a line of the records, which has a number for errors.

    Raises:
        GraphError: it is damaged.
    """
    try:
        return _WORK.validate_json(line)
    except ValidationError:
        raise GraphError(f"{generation.records}:{number}: is damaged; build in a new folder") from None


def _relocated(works: Iterable[Work], now_at: Callable[[str], str]) -> Iterator[Work]:
    """The works, each source as ``now_at`` gives it."""
    for work in works:
        entries = (replace(entry, source=now_at(entry.source)) if entry.source else entry for entry in work.entries)
        yield replace(work, entries=tuple(sorted(entries, key=entry_order)))


def write_merges(path: Path, merges: Iterable[Merge | MergedEntry]) -> None:
    """Write what was merged, one JSON object a line, for ``kg entities merges`` or ``kg papers merged``."""
    with path.open("w", encoding="utf-8", errors="replace") as stream:
        stream.writelines(merge_lines(merges))


def merge_lines(merges: Iterable[Merge | MergedEntry]) -> Iterator[str]:
    """The lines of what was merged."""
    return (json.dumps(merge.as_dict(), ensure_ascii=False) + "\n" for merge in merges)


class Update:
    """What a run changes: the papers of the old graph and those of the inputs as one sorted stream.

    Args:
        read: the entries that were read from the inputs.
        fingerprint: gives the fingerprint of a paper (:func:`fingerprints`).
        warn: called with one line for each title that new entries show to be that of several papers, and one for all
            entries without abstracts that are of no paper.
        today: the date of the run, for papers that it reads first.
        left_out: how many entries without abstracts are not among those in ``read``, because they are of no paper.
        earlier: gives the extraction that a build which was interrupted made for a fingerprint, if one did.
        restart: extract from all papers again, also those of the old graph.

    ``read`` are the entries, and ``papers`` counts the papers that they are of. While :meth:`works` yields them,
    ``new``, ``changed`` and ``unchanged`` count these, ``total`` all papers of the graph, and ``extracted`` those that
    have to be extracted.
    """

    def __init__(
        self,
        read: Iterable[Paper],
        fingerprint: Callable[[Paper], str],
        warn: Callable[[str], None] = lambda line: None,
        today: str = "",
        left_out: int = 0,
        earlier: Callable[[str], Extraction | None] = lambda fingerprint: None,
        restart: bool = False,
    ) -> None:
        self.today, self.left_out = today, left_out
        self.read = frozenset(read)
        self.fingerprint = fingerprint
        self.warn = warn
        self._earlier, self._restart = earlier, restart
        self.papers = self.new = self.changed = self.unchanged = self.extracted = self.total = 0

    def works(self, old: Generation | None, now_at: Callable[[str], str] = lambda source: source) -> Iterator[Work]:
        """Works sorted by key; one whose fingerprint is the same as before keeps its extraction.

        Args:
            old: the generation to go on from, if there is one.
            now_at: gives what a source of its entries is called now (:meth:`kg.graph.store.Generation.relocated`).
        """
        touched = self._touched(read_records(old)) if old else set()
        stored = list(_relocated((work for work in read_records(old) if work.key in touched), now_at)) if old else []
        updated = self._updated(self._joined(stored), stored)
        others = _relocated((work for work in read_records(old) if work.key not in touched), now_at) if old else ()
        return merge(updated, map(self._kept, others), key=lambda work: work.key)

    def among(self, stored: Sequence[Work], others: int) -> Iterator[Work]:
        """Of :meth:`works` those that become of some works of the old graph and of what was read, sorted by key.

        Args:
            stored: all works of the old graph that the run may change, with the titles of new papers.
            others: how many others there are, whose extractions are kept.
        """
        self.total += others
        return self._updated(self._joined(stored), stored)

    def forget_entries(self) -> None:
        """Keep the counts alone, when all works were given."""
        self.read = frozenset()

    def _joined(self, stored: Sequence[Work]) -> list[Joined]:
        """The papers of the entries that were read and of those of stored works."""
        sources = {entry.source for entry in self.read}
        before = {entry for work in stored for entry in work.entries}
        papers = papers_of({*self.read, *(entry for entry in before if entry.source not in sources)})
        kept = {entry for paper in papers for entry in paper.entries}
        if left := self.left_out + sum(entry.bare and entry not in kept for entry in self.read):
            self.warn(f"entries of sources without abstracts that are of no paper with one: {left:,}; skipped")
        self.papers = sum(not self.read.isdisjoint(paper.entries) for paper in papers)
        return papers

    def _touched(self, stored: Iterable[Work]) -> set[str]:
        """The keys of all papers that the entries that were read may be of, and of others with the same titles.

        Those of entries count, too: a paper that loses an entry may get the title of another one.
        """
        known = {handle for entry in self.read for handle in handles(entry)}
        keys = {paper_key(entry.title) for entry in self.read}
        others: defaultdict[str, set[str]] = defaultdict(set)
        for work in stored:
            if work.key in keys or any(handle in known for entry in work.entries for handle in handles(entry)):
                keys |= work.keys
            elif len(work.entries) > 1:
                others[work.key] |= work.keys
        while found := keys & others.keys():
            keys = keys.union(*map(others.pop, found))
        return keys

    def _updated(self, papers: Iterable[Joined], stored: Sequence[Work]) -> Iterator[Work]:
        """The works of papers, some of whose entries may be those of stored works."""
        extractions = {work.fingerprint: work.extraction for work in stored}
        known = _Stored(stored)
        for key, same_title in groupby(papers, key=lambda paper: paper.key):
            of_key = list(same_title)
            if len(of_key) > max(known.titles[key], 1):
                title = of_key[0].entries[0].title
                self.warn(f"{title[:100]!r} is the title of {len(of_key)} papers, whose authors or abstracts differ")
            for paper in of_key:
                before = known.of(paper)
                same = any(paper.entries == work.entries for work in before)
                if not self.read.isdisjoint(paper.entries):
                    self.unchanged += same
                    self.changed += bool(before) and not same
                    self.new += not before
                seen = min((work.first_seen for work in before), default=self.today)
                work = Work(key=key, which=paper.which, entries=paper.entries, first_seen=seen)
                yield self._counted(work, extractions)

    def _kept(self, work: Work) -> Work:
        return self._counted(work, {work.fingerprint: work.extraction})

    def _counted(self, work: Work, extractions: Mapping[str, Extraction | None]) -> Work:
        """A work with its fingerprint, and with the extraction of this fingerprint if there is one."""
        fingerprint = self.fingerprint(work.paper)
        extraction = (None if self._restart else extractions.get(fingerprint)) or self._earlier(fingerprint)
        self.total += 1
        self.extracted += extraction is None
        return replace(work, fingerprint=fingerprint, extraction=extraction)


class _Stored:
    """Works of the graph before, by what the works of the graph after have in common with them."""

    def __init__(self, works: Sequence[Work]) -> None:
        self.titles = Counter(work.key for work in works)
        self._by_entry = {entry: work for work in works for entry in work.entries}
        self._by_name = {(work.key, work.which): work for work in works}
        self._by_handle = {handle: work for entry, work in self._by_entry.items() for handle in handles(entry)}

    def of(self, paper: Joined) -> list[Work]:
        """What the paper was: the works with its entries, or with its title, or with what its entries share with it."""
        found = [self._by_entry[entry] for entry in paper.entries if entry in self._by_entry]
        if not found and (named := self._by_name.get((paper.key, paper.which))):
            found = [named]
        shared = (handle for entry in paper.entries for handle in handles(entry))
        return found or [self._by_handle[handle] for handle in shared if handle in self._by_handle]


def fingerprints(extractor: Extractor, rules: Iterable[Rule] = ()) -> Callable[[Paper], str]:
    """A function that gives the digest of a paper's text and of the rules, model and code that extract from it.

    Of the corrections only those of the paper count, so that a new one does not have all others extracted again.

    Args:
        extractor: reads the papers.
        rules: those of the extractor, for the corrections among them.
    """
    common = hashlib.blake2b(digest_size=16)
    common.update(_extraction_code(Path(__file__).parents[1]))
    for path in extractor.model_files():
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


@cache
def _extraction_code(package: Path) -> bytes:
    """Every module that extraction runs: its own folder, and all that it imports from below.

    The code runs as it was read when the process began, whatever takes its place on disk while a folder is watched.
    """
    rooms = (package / "extraction", package / "text")
    files = sorted(path for room in rooms for path in room.rglob("*") if path.suffix in (".py", ".txt"))
    return b"".join(path.read_bytes() for path in (*sorted(package.glob("*.py")), *files))
