"""The build: sources through extraction and resolution into the graph of a folder."""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from pydantic import ValidationError

from kg.directions import Directions
from kg.errors import GraphError, InputError
from kg.extraction.ner import SHIPPED
from kg.extraction.parallel import extract_all
from kg.extraction.rules import load_rules, rule_files, shipped_rules
from kg.graph.statements import SharedNodes, direction_statements, entity_statements, paper_statements
from kg.graph.store import Generation, current, existing, next_generation
from kg.names import title_key
from kg.provenance import Part, Run, run_quads, runs
from kg.records import Extraction, Paper, Record
from kg.resolution import Resolver, read_curated, read_senses
from kg.sources import read_papers
from kg.stats import Stats, stats
from kg.vocabulary import DEFAULT_BASE, is_base

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, the papers done and the papers in all."""


class Work(Record):
    """A paper as the graph folder keeps it: its listing entries and what was found in it.

    ``fingerprint`` tells of which text, rules and code the extraction is.
    """

    key: str
    entries: tuple[Paper, ...]
    fingerprint: str = ""
    extraction: Extraction | None = None

    @property
    def paper(self) -> Paper:
        """The entry with the longest abstract, its gaps filled from the others, whatever their order."""
        ranked = sorted(self.entries, key=lambda entry: (-len(entry.abstract), _order(entry)))
        gaps = {}
        for name in ("authors", "year", "venue", "url", "github"):
            if not getattr(ranked[0], name):
                gaps[name] = next((value for entry in ranked if (value := getattr(entry, name))), None)
        return ranked[0].model_copy(update={name: value for name, value in gaps.items() if value})


def _order(entry: Paper) -> tuple[str, int, str, str, str]:
    return (entry.source or "", entry.line or 0, entry.title, entry.abstract, entry.id)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    ``entries`` were read from the inputs; their papers came ``new``, ``changed`` or stayed ``unchanged``. ``stats``
    describes the whole graph as it is now; ``seconds`` is wall time.
    """

    entries: int
    new: int
    changed: int
    unchanged: int
    seconds: float
    stats: Stats

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON objects and numbers."""
        return asdict(self)


def build(
    inputs: Iterable[str | Path],
    folder: Path,
    *,
    base: str | None = None,
    rules: Sequence[Path] = (),
    model: Path | None = None,
    workers: int | None = 1,
    warn: Callable[[str], None] = lambda line: None,
    progress: Progress = lambda step, done, total: None,
) -> BuildReport:
    """Add the papers of some inputs to the graph of a folder.

    New papers are added, papers whose entries changed are replaced, all others stay. The old graph stays in force until
    the new one is complete.

    Args:
        inputs: listing pages or JSON lines; files, folders, or "-".
        folder: the graph folder, made where it is absent.
        base: the base IRI of resources, ending in "/" or "#"; ``None`` keeps that of the graph, or takes the default.
        rules: folders of further rule files.
        model: folder of a model in place of the shipped one.
        workers: worker processes; ``None`` decides by the number of papers.
        warn: called with a line for each entry skipped.
        progress: called as papers are done.

    Raises:
        InputError: an input, a rule file or the model cannot be read; the graph stays as it was.
        GraphError: the folder cannot be written; the graph stays as it was.
    """
    if base is not None and not is_base(base):
        raise InputError(base, "is no base IRI; expected one with http(s) that ends in / or #")
    started, clock = _now(), time.monotonic()
    inputs = list(inputs)
    read: dict[str, set[Paper]] = {}
    for paper in read_papers(inputs, warn):
        read.setdefault(title_key(paper.title), set()).add(paper)
    with next_generation(folder) as generation:
        old = current(folder)
        base = base or (old.base if old else DEFAULT_BASE)
        merge = _Merge(read, _fingerprints(rules, model))
        resolver = Resolver(base, read_curated(rules), read_senses(rules))
        done = 0
        progress("extracting", done, len(read))
        with generation.records.open("w", encoding="utf-8") as stream:
            for work in _extracted(merge.works(old), rules, model, workers):
                stream.write(work.model_dump_json(exclude_defaults=True) + "\n")
                resolver.add(_extraction(work))
                if work.key in read:
                    done += 1
                    progress("extracting", done, len(read))
        shared = SharedNodes(base)
        with generation.statements.open("w", encoding="utf-8") as stream:
            for done, work in enumerate(read_records(generation), start=1):
                resolved = resolver.resolve(_extraction(work))
                stream.writelines(paper_statements(work.paper, work.entries, resolved, shared))
                progress("writing", done, merge.total)
            entities = list(resolver.entities())
            stream.writelines(entity_statements(entities, base))
            stream.writelines(direction_statements(entities, Directions.of_rules(load_rules(rules)), base))
            stream.writelines(shared.statements())
            done_before = runs(old.open()) if old else []
            run = _run(len(done_before) + 1, started, inputs, rules, model)
            stream.write(
                (ox.serialize(run_quads([*done_before, run], base), format=ox.RdfFormat.N_QUADS) or b"").decode()
            )
        with generation.merges.open("w", encoding="utf-8") as stream:
            for merge_row in resolver.merges():
                stream.write(json.dumps(merge_row._asdict(), ensure_ascii=False) + "\n")
        generation.load(base)
    return BuildReport(
        entries=sum(map(len, read.values())),
        new=merge.new,
        changed=merge.changed,
        unchanged=len(read) - merge.new - merge.changed,
        seconds=time.monotonic() - clock,
        stats=stats(existing(folder).open()),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _run(number: int, started: str, inputs: Iterable[str | Path], rules: Sequence[Path], model: Path | None) -> Run:
    """The run that ends now."""
    folders = (Part.of(folder.name, sorted(folder.rglob("*.jsonl"))) for folder in rules)
    return Run(
        number=number,
        started=started,
        ended=_now(),
        inputs=tuple(sorted(map(str, inputs))),
        version=version("papers-kg"),
        code=Part.of("papers-kg", sorted(Path(__file__).parent.rglob("*.py"))),
        rules=tuple(sorted([Part.of("shipped rules", sorted(shipped_rules().rglob("*.jsonl"))), *folders])),
        model=Part.of(model.name if model else "shipped model", _model_files(model)),
    )


def read_records(generation: Generation) -> Iterator[Work]:
    """The papers of a generation, sorted by key.

    Raises:
        GraphError: the records are damaged.
    """
    with generation.records.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield Work.model_validate_json(line)
            except ValidationError:
                raise GraphError(f"{generation.records}:{number}: is damaged; build in a new folder") from None


class _Merge:
    """The papers of the old graph and of the inputs as one sorted stream, counting what is new and what changed."""

    def __init__(self, read: dict[str, set[Paper]], fingerprint: Callable[[Paper], str]) -> None:
        self.read = read
        self.fingerprint = fingerprint
        self.new = self.changed = self.total = 0

    def works(self, old: Generation | None) -> Iterator[Work]:
        """Works sorted by key; one whose text, rules and code are as before keeps its extraction."""
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
        return self._counted(Work(key=key, entries=tuple(sorted(self.read[key], key=_order))))

    def _updated(self, stored: Work, entries: set[Paper]) -> Work:
        """The stored paper with the entries of a source that was read again replaced by what it says now."""
        sources = {entry.source for entry in entries}
        kept = {entry for entry in stored.entries if entry.source not in sources}
        merged = tuple(sorted(kept | entries, key=_order))
        self.changed += merged != stored.entries
        return self._counted(stored.model_copy(update={"entries": merged}))

    def _counted(self, work: Work) -> Work:
        self.total += 1
        fingerprint = self.fingerprint(work.paper)
        if work.fingerprint == fingerprint:
            return work
        return work.model_copy(update={"fingerprint": fingerprint, "extraction": None})


def _extracted(works: Iterator[Work], rules: Sequence[Path], model: Path | None, workers: int | None) -> Iterator[Work]:
    """The works in order, those without an extraction sent through the extractor."""
    waiting: deque[Work] = deque()

    def lacking() -> Iterator[Paper]:
        for work in works:
            waiting.append(work)
            if work.extraction is None:
                yield work.paper

    for extraction in extract_all(lacking(), rules, workers, model):
        while waiting[0].extraction is not None:
            yield waiting.popleft()
        yield waiting.popleft().model_copy(update={"extraction": extraction})
    yield from waiting


def _extraction(work: Work) -> Extraction:
    assert work.extraction is not None
    return work.extraction


def _model_files(model: Path | None) -> list[Path]:
    return sorted(path for path in (model or SHIPPED).rglob("*") if path.is_file())


def _fingerprints(rules: Sequence[Path], model: Path | None) -> Callable[[Paper], str]:
    """A digest of a paper's text together with the rules, the model and the code that read it."""
    common = hashlib.blake2b(digest_size=16)
    for path in (*_extraction_code(), *_model_files(model), *rule_files(rules)):
        common.update(path.read_bytes())

    def fingerprint(paper: Paper) -> str:
        own = common.copy()
        own.update(paper.text.encode("utf-8", "surrogatepass"))
        return own.hexdigest()

    return fingerprint


def _extraction_code() -> list[Path]:
    """Every module that extraction runs, wherever it is in these places."""
    package = Path(__file__).parent
    places = [package / name for name in ("extraction", "names.py", "links.py", "records.py")]
    return sorted(path for place in places for path in (place.rglob("*.py") if place.is_dir() else [place]))
