"""The build: sources through extraction and resolution into the graph of a folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import tee
from pathlib import Path

import pyoxigraph as ox

from kg.builder.works import Merge, Work, fingerprints, read_records, write_records
from kg.errors import InputError
from kg.extraction import Extractor
from kg.extraction.parallel import extract_all
from kg.graph.provenance import Part, Run, read_runs, run_quads
from kg.graph.statements import SharedNodes, entity_statements, paper_statements
from kg.graph.store import Generation, current, next_generation
from kg.records import Extraction, Record
from kg.resolution import Directions, Resolver, read_curated, read_senses
from kg.rulefiles import load_rules, shipped_rules
from kg.sources import Warn, read_papers
from kg.sources.duplicates import by_title
from kg.vocabulary import DEFAULT_BASE, is_base

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, the papers done and the papers in all."""


@dataclass(frozen=True, slots=True)
class BuildReport(Record):
    """What a build did.

    ``entries`` were read from the inputs; their papers came ``new``, ``changed`` or stayed ``unchanged``; ``seconds``
    is wall time.
    """

    entries: int
    new: int
    changed: int
    unchanged: int
    seconds: float


def build_graph(
    inputs: Iterable[str | Path],
    folder: Path,
    *,
    base: str | None = None,
    extractor: Extractor | None = None,
    workers: int | None = 1,
    warn: Warn = lambda line: None,
    progress: Progress = lambda step, done, total: None,
) -> BuildReport:
    """Add the papers of some inputs to the graph of a folder.

    New papers are added, papers whose entries changed are replaced, all others stay. The old graph stays current until
    the new one is complete.

    Args:
        inputs: files, folders, or "-" for standard input, as :func:`kg.sources.read_papers` takes them.
        folder: the graph folder, made where it is absent.
        base: the base IRI of resources, ending in "/" or "#"; ``None`` keeps that of the graph, or takes the default.
        extractor: reads the papers; the shipped one with the shipped rules unless another is given.
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
    extractor = extractor or Extractor()
    read = by_title(read_papers(inputs, warn))
    with next_generation(folder) as generation:
        old = current(folder)
        base = base or (old.base if old else DEFAULT_BASE)
        merge = Merge(read, fingerprints(extractor))
        directions = Directions.of_rules(load_rules(extractor.rules))
        resolver = Resolver(base, read_curated(extractor.rules), read_senses(extractor.rules), directions)
        done = 0
        progress("extracting", done, len(read))
        for work in write_records(generation, _extracted(merge.works(old), extractor, workers)):
            resolver.add(_extraction(work))
            if work.key in read:
                done += 1
                progress("extracting", done, len(read))
        with generation.statements.open("w", encoding="utf-8") as stream:
            for done, lines in enumerate(_statements(generation, resolver), start=1):
                stream.writelines(lines)
                progress("writing", min(done, merge.total), merge.total)
            runs = read_runs(old.open()) if old else []
            run = _run(len(runs) + 1, started, inputs, extractor)
            stream.write((ox.serialize(run_quads([*runs, run], base), format=ox.RdfFormat.N_QUADS) or b"").decode())
        with generation.merges.open("w", encoding="utf-8") as stream:
            stream.writelines(json.dumps(row.as_dict(), ensure_ascii=False) + "\n" for row in resolver.merges())
        generation.load(base)
    return BuildReport(
        entries=sum(map(len, read.values())),
        new=merge.new,
        changed=merge.changed,
        unchanged=len(read) - merge.new - merge.changed,
        seconds=time.monotonic() - clock,
    )


def _extracted(works: Iterator[Work], extractor: Extractor, workers: int | None) -> Iterator[Work]:
    """The works in order, those without an extraction sent through the extractor."""
    # The extractor reads ahead of what it yields; tee keeps the works between the two.
    ahead, works = tee(works)
    extractions = extract_all((work.paper for work in ahead if work.extraction is None), extractor, workers)
    for work in works:
        yield work if work.extraction else replace(work, extraction=next(extractions))


def _extraction(work: Work) -> Extraction:
    assert work.extraction is not None
    return work.extraction


def _statements(generation: Generation, resolver: Resolver) -> Iterator[Iterable[str]]:
    """The N-Quads lines of each paper, and then those of all that papers share."""
    shared = SharedNodes(resolver.base)
    for work in read_records(generation):
        yield paper_statements(work.paper, work.entries, resolver.resolve(_extraction(work)), shared)
    yield entity_statements(resolver.entities(), resolver.base)
    yield shared.statements()


def _run(number: int, started: str, inputs: Iterable[str | Path], extractor: Extractor) -> Run:
    """The run that ends now."""
    folders = (Part.of(folder.name, sorted(folder.rglob("*.jsonl"))) for folder in extractor.rules)
    return Run(
        number=number,
        started=started,
        ended=_now(),
        inputs=tuple(sorted(map(str, inputs))),
        version=version("papers-kg"),
        code=Part.of("papers-kg", sorted(Path(__file__).parents[1].rglob("*.py"))),
        rules=tuple(sorted([Part.of("shipped rules", sorted(shipped_rules().rglob("*.jsonl"))), *folders])),
        model=Part.of(extractor.model.name if extractor.model else "shipped model", extractor.model_files()),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
