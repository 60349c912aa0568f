"""A build that goes on from what the one before kept: only papers that are new or others than before are looked at.

Whatever a paper says depends on its entries and on what its names mean. The names of all papers are counted
(:mod:`kg.builder.kept`), so that what they mean is known without reading the papers; those with a name whose entity is
another one now are found in the index of the generation before.
"""

from __future__ import annotations

import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyoxigraph as ox

from kg.builder.describing import Described
from kg.builder.kept import Counts, KeptWorks, NewWorks, names_path
from kg.builder.origins import shown_names
from kg.builder.works import Update, Work, merge_lines
from kg.graph import manifest
from kg.graph.changes import iri_of_line, read_paper_lines, remove_lines, remove_papers, write_paper_lines
from kg.graph.index import USES, VERSION, GraphIndex
from kg.graph.indexing import said
from kg.graph.reindexing import changed_index
from kg.graph.statements import PaperStatements, SharedNodes, scheme_statements, statements_about
from kg.graph.store import Generation, Settings
from kg.profiles import Before
from kg.resolution import Resolver
from kg.resolution.kept import KeptNames

_FEW = 4  # if one paper in so many is another than before, all are made anew: that is as quick then


def are_few(papers: int, of: int) -> bool:
    """Whether so few papers of a graph are others than before that what was written of the rest is gone on from."""
    return papers * _FEW <= of


class GoingOn:
    """What a generation kept, and the new one that goes on from it.

    Args:
        old: the generation before.
        new: the one to fill.
        base: the base IRI of both.
        shows: what shows whether papers are extracted as before (:attr:`kg.builder.kept.Counts.extractor`).

    ``stored`` are the papers of the old one that the build may change, and ``others`` counts those that it does not.

    Raises:
        OSError, ValueError, KeyError, TypeError: what is kept is damaged, or of another extractor, or there is none.
        kg.errors.GraphError: it is not what was written.
    """

    def __init__(self, old: Generation, new: Generation, base: str, shows: Sequence[str]) -> None:
        manifest.check(old.folder, parts=(f"{old.kept.name}/", old.graphs.name, old.records.name, *manifest.READ))
        self._old, self._new, self._base = old, new, base
        self._table = KeptWorks.read(old)
        self.counts = Counts.read(old, base)
        if GraphIndex.open(old.index_path).version != VERSION or self.counts.extractor != shows:
            raise ValueError
        self._touched: list[int] = []
        self.stored: list[Work] = []
        self._written = NewWorks(new, self._table)
        self._changed: list[str] = []
        self._names = KeptNames(shutil.copyfile(names_path(old), names_path(new)), change=True)

    @property
    def others(self) -> int:
        """How many papers are not among :attr:`stored`."""
        return len(self._table) - len(self.stored)

    def start(self, update: Update, resolver: Resolver) -> Iterator[Work]:
        """The papers that the build may change, as they are now; the resolver counts the names of all others."""
        self._touched = self._table.touched(update.read)
        self.stored = [*self._table.works(self._touched)]
        resolver.take(self._names)
        for work in self.stored:
            assert work.extraction is not None
            resolver.remove(work.extraction)
        return update.among(self.stored, self.others)

    def written(self, works: Iterable[Work]) -> Iterator[Work]:
        """Write the records of the new generation; the works that are not those of before are yielded."""
        return self._written.written(self._touched, works)

    def finish(
        self, settings: Settings, resolver: Resolver, folder: Path, runs: Iterable[ox.Quad], now: Callable[[], str]
    ) -> bool:
        """Fill the new generation: statements, what was merged, the store and the index.

        Args:
            settings: what the graph is built with.
            resolver: has counted the names of all papers.
            folder: the graph folder.
            runs: the statements about earlier runs.
            now: gives the N-Quads about all runs, when all statements are made.

        Returns:
            Whether that is done; it is not if many papers say something else than before, or two papers have one IRI.
        """
        with self._names:
            return self._filled(settings, resolver, folder, runs, now)

    def _filled(
        self, settings: Settings, resolver: Resolver, folder: Path, runs: Iterable[ox.Quad], now: Callable[[], str]
    ) -> bool:
        table = self._written.table()
        sources = np.frombuffer(self._written.sources, np.int64)
        works = [*table.works(np.flatnonzero(sources < 0).tolist())]
        listed = self.counts.sources.copy()
        listed.subtract(_sources(self.stored))
        listed.update(_sources(works))
        names_before, names = shown_names(self.counts.sources, folder), shown_names(+listed, folder)
        if any(names_before.get(source, name) != name for source, name in names.items()):
            return False
        lines = [*read_paper_lines(self._old.graphs)]
        affected = self._affected(resolver, lines)
        if not are_few(len(works) + len(affected), len(table)):
            return False
        now_at = {number: place for place, number in enumerate(sources.tolist()) if number >= 0}
        places = sorted({*np.flatnonzero(sources < 0).tolist(), *(now_at[number] for number in affected)})
        before = {lines[number] for number in (*self._touched, *affected)}
        lines = [lines[number] if number >= 0 else b"" for number in sources.tolist()]
        shared = SharedNodes(self._base, resolver.iri_of)
        added: list[str] = []
        with changed_index(self._new.index_path, self._old.index_path) as index:
            with self._new.statements.open("w", encoding="utf-8") as stream:
                found = zip(places, table.lines(places), table.works(places), strict=True)
                for place, record, work in found:
                    paper = Described.of(work, resolver, names)
                    lines[place] = paper.line(record, shared)
                    if lines[place] not in before:
                        added.append(paper.iri)
                        stream.writelines(paper.statements(shared, index))
                about = self._about_shared(resolver, works)
                about_now = set(about.now)
                about_before = set(about.before)
                for line in index.reading(about.now):
                    if line not in about_before:
                        stream.write(line)
                stream.write(now())
            if len({iri_of_line(line) for line in lines}) < len(lines):
                return False
            gone = [iri_of_line(line) for line in before.difference(lines)]
            self._changed = sorted({*gone, *added, *about.nodes})
            write_paper_lines(self._new.graphs, lines)
            with self._new.merges.open("w", encoding="utf-8") as merges:
                merges.writelines(self._names.merged())
            self._write_merged(table, sources, works, resolver, names)
            table.write()
            Counts(self.counts.shared, +listed, self.counts.extractor).write(self._new)

            def remove_gone(store: ox.Store) -> None:
                removed = said(store, gone)
                remove_papers(store, gone, self._base)
                remove_lines(store, (line.encode() for line in about_before - about_now))
                for quad in runs:
                    store.remove(quad)
                index.replace([*gone, *about.nodes], removed, added, len(about_now) - len(about_before))

            self._new.load(settings, index, self._old, remove_gone)
        return True

    def before(self) -> Before:
        """The graph of the generation before, and what is something else in the new one, when that is filled."""
        return Before(self._old.open(), self._old.folder, self._changed)

    def _affected(self, resolver: Resolver, lines: Sequence[bytes]) -> set[int]:
        """The papers that do not change, but may have a name that means something else than before."""
        index = GraphIndex.open(self._old.index_path)
        nodes = [node.id for node in index.with_iris(sorted(resolver.moved()))]
        papers = index.at_places(sorted(index.places(nodes, USES))).values()
        number_of = {iri_of_line(line): number for number, line in enumerate(lines)}
        found = {number_of[iri] for iri in index.iris(papers).values()}
        return found.union(np.flatnonzero(self._table.certain).tolist()).difference(self._touched)

    def _about_shared(self, resolver: Resolver, works: Sequence[Work]) -> _About:
        """The statements about entities, venues and repositories that may be others than before; counts are set."""
        counted = self.counts.shared
        less, more = (_pointed_to(some, self._base) for some in (self.stored, works))
        nodes = sorted({*less.venues, *less.repositories, *more.venues, *more.repositories})
        about = _About(nodes)
        about.before += chain.from_iterable(map(counted.statements_about, nodes))
        for sign, pointed in ((-1, less), (1, more)):
            for counts, others in ((counted.venues, pointed.venues), (counted.repositories, pointed.repositories)):
                _add(counts, others, sign)
        about.now += chain.from_iterable(map(counted.statements_about, nodes))
        types_before = self._names.types()
        gone, changed = resolver.keep_changes(self._names, merge_lines)
        for lines, entities, some in (
            (about.before, gone, types_before),
            (about.now, changed, self._names.types()),
        ):
            lines += chain.from_iterable(statements_about(entity, self._base) for entity in entities)
            lines += scheme_statements(some, self._base)
        about.nodes += {entity.iri for entity in (*gone, *changed)}
        return about

    def _write_merged(
        self, table: KeptWorks, sources: np.ndarray, works: Sequence[Work], resolver: Resolver, names: Any
    ) -> None:
        """Write the entries of papers with several entries: of papers that stay those of before."""
        with self._old.merged_papers.open(encoding="utf-8", errors="replace", newline="\n") as old:
            several = np.flatnonzero(self._table.entries > 1).tolist()
            kept = {number: [*islice(old, int(self._table.entries[number]))] for number in several}
        new = iter(works)
        with self._new.merged_papers.open("w", encoding="utf-8", errors="replace") as stream:
            for place in np.flatnonzero((table.entries > 1) | (sources < 0)).tolist():
                if sources[place] >= 0:
                    stream.writelines(kept[int(sources[place])])
                else:
                    stream.writelines(merge_lines(Described.of(next(new), resolver, names).merged()))


class _About:
    """Statements about nodes that papers share, before and now; what is in both stays."""

    def __init__(self, nodes: Iterable[str]) -> None:
        self.nodes = [*nodes]
        self.before: list[str] = []
        self.now: list[str] = []


def _sources(works: Iterable[Work]) -> Iterator[str]:
    """The sources of all entries of some papers."""
    return (entry.source or "" for work in works for entry in work.entries)


def _pointed_to(works: Iterable[Work], base: str) -> SharedNodes:
    """The venues and repositories that some papers point to."""
    shared = SharedNodes(base)
    for work in works:
        assert work.extraction is not None
        deque(PaperStatements("", work.paper, work.entries, work.extraction, shared).about(), maxlen=0)
    return shared


def _add(counts: dict[str, Counter[Any]], others: dict[str, Counter[Any]], sign: int) -> None:
    """Add counts to others, or take them away; what is left with none is removed."""
    for iri, counted in others.items():
        for name, count in counted.items():
            counts[iri][name] += sign * count
        if left := +counts[iri]:
            counts[iri] = left
        else:
            del counts[iri]
