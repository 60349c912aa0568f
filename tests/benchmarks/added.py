"""CPU seconds, by phase, of adding one page to a copy of a graph.

python tests/benchmarks/added.py GRAPH PAPERS... [--papers N] [--aside FOLDER] [--anew]

The page has the last N of the papers (60), with a sign added to each title, so that they are new. The copy lies in
FOLDER, which is a temporary one by default. It is first built again by the code of today from its papers, without
extracting from them, because this is about what else has to be done. With ``--anew`` the page is then added
once more to the graph as it was, with all statements made anew, for comparison.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg.builder import builder, going_on, kept, works
from kg.builder.builder import build_graph
from kg.extraction import Extractor
from kg.graph import indexing, manifest, store
from kg.graph.reindexing import IndexChanges
from kg.graph.store import existing
from kg.records import Paper
from kg.resolution import Resolver
from kg.resolution.kept import KeptNames
from kg.rulefiles import load_rules
from kg.sources import read_papers

STEPS: tuple[tuple[Any, str, str], ...] = (
    (builder, "read_entries", "read the page"),
    (builder, "load_rules", "read the rules"),
    (works.Update, "works", "find the papers that the page may have"),
    (builder, "_going_on", "read what is kept"),
    (going_on.GoingOn, "start", "find the papers that the page may have"),
    (builder, "write_records", "extract, and write the records"),
    (going_on.GoingOn, "written", "extract, and write the records"),
    (builder, "unmatched", "look for the papers of corrections"),
    (builder, "index_file", "make the statements"),
    (going_on.GoingOn, "finish", "see which names mean something else"),
    (going_on, "changed_index", "make the statements"),
    (builder, "write_merges", "write the merges"),
    (Resolver, "keep_changes", "keep the names"),
    (KeptNames, "merged", "write the merges"),
    (kept.KeptWorks, "write", "keep"),
    (store.Generation, "load", "load"),
    (indexing.IndexMaker, "finish", "make the index"),
    (IndexChanges, "finish", "change the index"),
    (builder, "keep_profiles", "keep the profiles"),
    (manifest, "seal", "digests"),
)


class Phases:
    """Wall and CPU seconds between the starts of some functions."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, float]] = []
        self._name = "start"
        self._begun = self._now()

    def begin(self, name: str) -> None:
        """A phase begins, and ends the one before."""
        now = self._now()
        self.rows.append((self._name, now[0] - self._begun[0], now[1] - self._begun[1]))
        self._name, self._begun = name, now

    @staticmethod
    def _now() -> tuple[float, float]:
        times = os.times()
        return time.monotonic(), sum(times[:4])


@contextmanager
def observed(phases: Phases) -> Iterator[None]:
    """In the block, each of :data:`STEPS` begins a phase."""
    before = [(place, name, getattr(place, name)) for place, name, _ in STEPS]

    def observing(function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def called(*arguments: Any, **options: Any) -> Any:
            phases.begin(name)
            return function(*arguments, **options)

        return called

    for place, name, words in STEPS:
        setattr(place, name, observing(getattr(place, name), words))
    try:
        yield
    finally:
        for place, name, function in before:
            setattr(place, name, function)


def built_again(graph: Path) -> None:
    """Build a graph again: its papers get the fingerprints that this code gives them, and sources in one folder."""

    def beside(entry: Paper) -> Paper:
        return replace(entry, source=f"../pages/{Path(entry.source or '').name}")

    old = existing(graph)
    settings = old.settings
    extractor = Extractor(settings.rules, settings.model)
    fingerprint = works.fingerprints(extractor, load_rules(extractor.rules))
    copy = store.Generation(graph)
    known = (
        replace(work, fingerprint=fingerprint(work.paper), entries=tuple(map(beside, work.entries)))
        for work in works.read_records(old)
    )
    deque(works.write_records(copy, known), maxlen=0)
    copy.records.replace(old.records)
    kept.forget_kept(old)
    meta = old.folder / "meta.json"
    meta.write_text(json.dumps({**json.loads(meta.read_text()), "folder": str(graph.resolve())}))
    manifest.seal(old.folder, old.folder.name)
    build_graph([], graph)


def add(page: Path, graph: Path) -> None:
    """Add the page, and print how long it took."""
    phases = Phases()
    with observed(phases):
        report = build_graph([page], graph)
    phases.begin("end")
    print(f"{report.new} new, {report.changed} changed, {report.extracted} extracted")
    for name, wall, cpu in phases.rows:
        print(f"{name:42}{cpu:8.1f} s CPU{wall:8.1f} s")
    all_cpu, all_wall = sum(cpu for _, _, cpu in phases.rows), sum(wall for _, wall, _ in phases.rows)
    print(f"{'all':42}{all_cpu:8.1f} s CPU{all_wall:8.1f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graph", type=Path)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--papers", type=int, default=60)
    parser.add_argument("--aside", type=Path)
    parser.add_argument("--anew", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.aside) as folder:
        graph, page = Path(folder) / "graph", Path(folder) / "pages" / "page.jsonl"
        shutil.copytree(args.graph, graph)
        page.parent.mkdir()
        built_again(graph)
        papers = deque(read_papers(args.inputs, print), maxlen=args.papers)
        records = ({"id": paper.id, "title": f"{paper.title} ¶", "abstract": paper.abstract} for paper in papers)
        page.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
        if args.anew:
            shutil.copytree(graph, Path(folder) / "anew")
        add(page, graph)
        if args.anew:
            print("all made anew:")
            builder._to_go_on_from = lambda *_: None
            builder._going_on = lambda *_: None
            add(page, Path(folder) / "anew")


if __name__ == "__main__":
    main()
