"""A run of the build: sources through extraction and resolution into the graph of a folder.

The papers pass twice: once to extract from them and to collect all their names, and once, when it is known what each
name means, to write their statements. Between the two they are on disk, so that memory holds the names alone.
"""

from __future__ import annotations

import ctypes
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from kg.builder.describing import Described
from kg.builder.enriching import BareEntries
from kg.builder.extracted import Extracted
from kg.builder.failures import Failures
from kg.builder.going_on import GoingOn, are_few
from kg.builder.kept import Counts, NewWorks, forget_kept, names_path
from kg.builder.origins import placed, shown_names
from kg.builder.works import (
    Update,
    Work,
    fingerprints,
    merge_lines,
    read_lines,
    read_records,
    write_merges,
    write_records,
)
from kg.errors import GraphError, InputError, KGError
from kg.extraction import Extractor
from kg.extraction.cluster import ClusterExtractor
from kg.extraction.corrections import unmatched
from kg.extraction.parallel import extract_each
from kg.extraction.pipeline import Failure
from kg.graph import manifest
from kg.graph.changes import Changes
from kg.graph.curated import CuratedStatements, KnownPapers, kept_catalogues, listed_entities, read_catalogue
from kg.graph.indexing import IndexMaker, index_file
from kg.graph.loading import Loading
from kg.graph.provenance import Part, Run, read_runs, run_quads
from kg.graph.statements import (
    SharedNodes,
    entity_statements,
    with_scheme,
)
from kg.graph.store import (
    Generation,
    Settings,
    check_name,
    current,
    existing,
    next_generation,
    reading,
    with_corrections,
)
from kg.jsonrecord import Record
from kg.profiles import keep_profiles
from kg.records import Entity, Extraction, MergedEntry, Paper
from kg.resolution import Directions, KnownNames, Resolver, read_curated, read_senses
from kg.resolution.kept import KeptNames
from kg.rulefiles import CorrectionRule, Rule, load_rules, shipped_rules
from kg.sources import Warn, read_entries
from kg.text.files import path_text
from kg.text.plain import without_markup
from kg.vocabulary import BASE_FORM, is_base, paper_iri

_WAITING = 10_000  # papers that are in memory while one after them is extracted
_HOPELESS = 100  # papers; if the first ones all fail, the extractor does not work
_MANY = 2000  # papers; fewer need little memory, and a graph in the vocabulary of a profile is made in a second

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, the number of papers done and the number of all papers."""


@dataclass(frozen=True, slots=True)
class BuildReport(Record):
    """What a run did.

    ``entries`` were read from the inputs; their papers were ``new``, ``changed`` or ``unchanged``. ``extracted`` counts
    the papers of the whole graph whose text was read: new and changed ones, and all others if the rules, the model or
    the program are not those of before; ``resumed`` those that a build which was interrupted had read already.
    ``failed`` counts those that could not be extracted (:attr:`kg.graph.store.Generation.failures`). ``seconds`` is
    wall time.
    """

    entries: int
    new: int
    changed: int
    unchanged: int
    extracted: int
    seconds: float
    resumed: int = 0
    failed: int = 0


def build_graph(
    inputs: Iterable[str | Path],
    folder: Path,
    *,
    base: str | None = None,
    rules: Sequence[Path] | None = None,
    model: Path | None = None,
    extractor: Extractor | None = None,
    workers: int | None = 1,
    columns: Mapping[str, str] | None = None,
    restart: bool = False,
    scheduler: str | None = None,
    warn: Warn = lambda line: None,
    note: Warn = lambda line: None,
    progress: Progress = lambda step, done, total: None,
) -> BuildReport:
    """Add the papers of some inputs to the graph of a folder.

    New papers are added, papers whose entries changed are replaced, all others stay. The old graph stays current until
    the new one is complete. Base IRI, rules and model are those of the graph unless others are given, which are then
    kept. If the build before was interrupted, what it extracted is not extracted again. Papers that make the extractor
    fail are in the graph without mentions, and are tried again by the next build.

    Args:
        inputs: files, folders, or "-" for standard input, as :func:`kg.sources.read_papers` takes them.
        folder: the graph folder, made if it is absent.
        base: the base IRI of resources, see :data:`kg.vocabulary.BASE_FORM`.
        rules: folders of rule files that are read after the shipped ones; an empty list for the shipped ones alone.
            The corrections that are kept in the graph folder itself are read in any case.
        model: the folder of a model, instead of the shipped one.
        extractor: reads the papers, with its own rules and model.
        workers: worker processes; ``None`` decides by the number of papers.
        columns: names of columns of tables that are not known, by the field that they hold.
        restart: extract from all papers again, whatever the graph and a build that was interrupted have of them.
        scheduler: the address of a Dask scheduler whose workers read the papers, instead of processes here.
        warn: called with a line for each entry that is skipped.
        note: called with a line if the build goes on from one that was interrupted.
        progress: called as papers are done.

    Raises:
        InputError: an input, a rule file or the model cannot be read, or ``base`` is not a base IRI; the graph stays as
            it was.
        GraphError: the folder cannot be written; the graph stays as it was.
        KGError: every paper makes the extractor fail, or the scheduler's cluster cannot be used; the graph stays as it
            was.
    """
    if base is not None and not is_base(base):
        raise InputError(str(base), f"is not a base IRI; expected {BASE_FORM}")
    started, clock = _now(), time.monotonic()
    inputs = list(inputs)
    check_name(folder)
    bare = BareEntries()
    whole = frozenset(bare.set_aside(placed(read_entries(inputs, warn, columns=columns), folder)))
    with bare, next_generation(folder) as generation, Extracted(generation.extracted, restart=restart) as extracted:
        old = current(folder)
        if bare.count and not old and not whole:
            names = ", ".join(map(path_text, inputs))
            raise InputError(names, "has no abstracts, and only adds to papers of other files; name those too")
        stored = (entry for work in read_records(old) for entry in work.entries) if old else ()
        read = whole.union(bare.like(chain(whole, stored)))
        left_out = len(whole) + bare.count - len(read)
        known = old.settings if old else Settings()
        if extractor is None:
            folders = with_corrections(folder, known.rules if rules is None else rules)
            extractor = Extractor(folders, known.model if model is None else model)
        if scheduler is not None:
            extractor, workers = ClusterExtractor(scheduler, extractor.rules, extractor.model), 1
        settings = Settings(base or known.base, extractor.rules, extractor.model)
        if not is_base(settings.base):  # versions before 0.2 took more
            raise GraphError(f"{folder}: has the base IRI {settings.base!r}; give another with --base-iri, {BASE_FORM}")
        rules_read = load_rules(extractor.rules)
        update = Update(
            read,
            fingerprints(extractor, rules_read),
            warn,
            today=started[:10],
            left_out=left_out,
            earlier=_noted(extracted, note),
            restart=restart,
        )
        failures = Failures(generation.failures, folder)
        resolver = _resolver(settings.base, settings.rules, rules_read, folder)
        runs = _earlier_runs(old, warn) if old else []
        corrections = [rule for rule in rules_read if isinstance(rule, CorrectionRule)]
        this = _run(len(runs) + 1, started, inputs, extractor, corrections)
        shows = _shows_extractor(update, corrections)
        goes_on = None if restart or not old else _going_on(old, generation, settings, folder, runs, this, shows)
        if goes_on:
            updated = goes_on.start(update, resolver)
            works = goes_on.written(_extracted(updated, extractor, workers, extracted, failures))
        else:
            updated = update.works(old, old.relocated()) if old else update.works(None)
            works = write_records(generation, _extracted(updated, extractor, workers, extracted, failures))
        sources = _collect(_reported(works, update, progress), resolver)
        if old and not goes_on:
            old.check_records()
        for rule in unmatched(corrections, (work.paper for work in read_records(generation))):
            warn(f"{rule.place}: corrects nothing: no paper has the title or id {rule.paper!r} and these words")
        entries = len(read) + left_out
        update.forget_entries()
        del whole, read, works, extractor  # the texts of all papers, and a pipeline: nothing that follows needs them

        def now() -> str:
            return _provenance([*runs, replace(this, ended=_now())], settings.base)

        gone_on = goes_on and goes_on.finish(settings, resolver, folder, run_quads(runs, settings.base), now)
        if not gone_on:
            if update.total >= _MANY:
                _return_memory()  # of the extraction
            _forget_statements(generation)
            if goes_on:  # and so the resolver has not counted all papers
                resolver = _resolver(settings.base, settings.rules, rules_read, folder)
                sources = _collect(read_records(generation), resolver)
            before = _to_go_on_from(old, runs, update, settings) if old and not kept_catalogues(folder) else None
            _fill(_Filling(generation, settings, resolver, sources, folder, update, runs, now, shows, progress), before)
        del resolver  # which has the names of all papers; nothing that follows needs as much memory
        if update.total >= _MANY:
            _return_memory()
            kept_before = goes_on.before() if goes_on and gone_on else None
            keep_profiles(ox.Store.read_only(str(generation.store)), generation.folder, kept_before)
    if failures.count:
        path = existing(folder).failures
        warn(f"papers that could not be extracted: {failures.count:,}; see {path}; the next build tries them again")
    return BuildReport(
        entries=entries,
        new=update.new,
        changed=update.changed,
        unchanged=update.unchanged,
        extracted=update.extracted,
        seconds=time.monotonic() - clock,
        resumed=extracted.used,
        failed=failures.count,
    )


def _resolver(base: str, folders: Sequence[Path], rules: Iterable[Rule], graph: Path) -> Resolver:
    """A resolver that knows the curated files and senses of some folders, rules, catalogues, and no paper yet."""
    curated = read_curated(folders)
    facts = chain.from_iterable(read_catalogue(path)[1] for path in kept_catalogues(graph))
    known = KnownNames(listed_entities(facts), curated)
    return Resolver(base, curated, read_senses(folders), Directions.of_rules(rules), known)


def _return_memory() -> None:
    """Have the C library give memory that is free back to the system, where it can: it keeps some for each thread."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _noted(extracted: Extracted, note: Warn) -> Callable[[str], Extraction | None]:
    """What finds the extractions of builds that were interrupted, and says so when it finds the first one."""

    def find(fingerprint: str) -> Extraction | None:
        found = extracted.find(fingerprint)
        if found and extracted.used == 1:
            note(f"going on from a build that was interrupted: {len(extracted):,} papers are already read")
        return found

    return find


def _extracted(
    works: Iterator[Work], extractor: Extractor, workers: int | None, extracted: Extracted, failures: Failures
) -> Iterator[Work]:
    """The works in order, each with an extraction; those that have none go through the extractor.

    Those that fail have one of nothing, and no fingerprint, so that the next build tries them again.
    """
    waiting: deque[Work] = deque()  # the extractor reads ahead of what it yields

    def papers(works: Iterator[Work]) -> Iterator[Paper]:
        for work in works:
            waiting.append(work)
            if work.extraction is None:
                yield work.paper
            if len(waiting) == _WAITING:
                return

    while first := next(works, None):
        for answer in extract_each(papers(chain([first], works)), extractor, workers):
            while waiting[0].extraction:
                yield waiting.popleft()
            yield _answered(waiting.popleft(), answer, extracted, failures)
        while waiting:
            yield waiting.popleft()


def _answered(work: Work, answer: Extraction | Failure, extracted: Extracted, failures: Failures) -> Work:
    """A work with what the extractor says of its paper, which is kept for later builds."""
    if isinstance(answer, Failure):
        failures.add(work, answer.reason)
        if failures.count == _HOPELESS and not extracted.made:
            raise KGError(f"none of {_HOPELESS} papers could be extracted ({answer.reason})")
        return replace(work, fingerprint="", extraction=Extraction(id=work.paper.id, title=work.paper.title))
    extracted.add(work.fingerprint, answer)
    return replace(work, extraction=answer)


def _reported(works: Iterable[Work], update: Update, progress: Progress) -> Iterator[Work]:
    """The works; progress is reported for those that were read."""
    done = 0
    progress("extracting", done, update.papers)
    for work in works:
        yield work
        if not update.read.isdisjoint(work.entries):
            done += 1
            progress("extracting", done, update.papers)


def _collect(works: Iterable[Work], resolver: Resolver) -> Counter[str]:
    """Have the resolver count the names of papers; how many entries they have of each source."""
    sources = Counter[str]()
    for work in works:
        assert work.extraction is not None
        resolver.add(work.extraction)
        sources.update(entry.source or "" for entry in work.entries)
    return sources


def _to_go_on_from(old: Generation, runs: Sequence[Run], update: Update, settings: Settings) -> Generation | None:
    """The generation before, if its store can be gone on from: the same code made it, and few papers are others now."""
    changed = update.new + update.changed + update.extracted
    if not runs or not runs[-1].code.digest or runs[-1].code != _code() or old.settings.base != settings.base:
        return None
    if not are_few(changed, update.total) or not (old.graphs.is_file() and old.kept.is_dir()):
        return None
    try:
        manifest.check(old.folder, parts=("store/", old.graphs.name, f"{old.kept.name}/"))
    except GraphError:
        return None
    return old


def _shows_extractor(update: Update, corrections: Iterable[CorrectionRule]) -> list[str]:
    """What shows whether papers are extracted as before: a fingerprint, and the corrections."""
    corrected = sorted(repr(replace(rule, place="")) for rule in corrections)
    return [update.fingerprint(Paper(id="", title="", abstract="")), *corrected]


def _going_on(
    old: Generation,
    generation: Generation,
    settings: Settings,
    folder: Path,
    runs: Sequence[Run],
    this: Run,
    shows: list[str],
) -> GoingOn | None:
    """The build that goes on from what the generation before kept, if all was as now when that was made."""
    if (
        not runs
        or not old.graphs.is_file()
        or not old.kept.is_dir()
        or old.failures.exists()
        or kept_catalogues(folder)
    ):
        return None
    last = runs[-1]
    if (last.code, last.rules, last.model) != (this.code, this.rules, this.model) or not this.code.digest:
        return None
    if old.is_moved or old.settings.base != settings.base:
        return None
    try:
        return GoingOn(old, generation, settings.base, shows)
    except (GraphError, OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class _Filling:
    """What a generation is filled from whose papers are written.

    ``sources`` counts the entries of each source, ``runs`` made the graph before, ``now`` gives the N-Quads about all
    runs when all statements are made, and ``shows`` is what shows whether the extractor is the same
    (:func:`_shows_extractor`).
    """

    generation: Generation
    settings: Settings
    resolver: Resolver
    sources: Counter[str]
    folder: Path
    update: Update
    runs: Sequence[Run]
    now: Callable[[], str]
    shows: list[str]
    progress: Progress

    def written(self, before: Generation | None) -> bool:
        """Fill the generation: statements, what was merged, the store and the index.

        Args:
            before: the generation whose store is gone on from, if one is.

        Returns:
            Whether that is done. It is not if ``before`` cannot be gone on from: two papers have one IRI, or the
            statements of many papers differ, because all sources are called otherwise, say.
        """
        generation, base = self.generation, self.settings.base
        merged: list[MergedEntry] = []
        catalogues = kept_catalogues(self.folder)
        shared_before = (lambda: _shared(before, base)) if before else lambda: ()
        table = NewWorks(generation)
        shared = SharedNodes(base, self.resolver.iri_of)
        changed = Changes(generation, before, shared_before)
        with index_file(generation.index_path, IndexMaker) as index, changed as changes:
            with generation.statements.open("w", encoding="utf-8") if before else generation.loading() as stream:
                names = shown_names(self.sources, self.folder)
                for done, lines in enumerate(self._statements(index, changes, shared, names, table, merged), start=1):
                    if before and not are_few(changes.differing, self.update.total):
                        return False
                    stream.writelines(lines)
                    self.progress("writing", min(done, self.update.total), self.update.total)
                for catalogue in catalogues:
                    stream.writelines(_curated(catalogue, generation, self.resolver, index))
                stream.write(self.now())
                loaded = stream.loaded() if isinstance(stream, Loading) else None
            if changes.unclear and before:
                return False
            write_merges(generation.merges, self.resolver.merges())
            write_merges(generation.merged_papers, merged)
            if changes.unclear or catalogues:
                changes.forget()
                forget_kept(generation)
            else:
                table.table().write()
                Counts(shared, self.sources, self.shows).write(generation)

            def remove_gone(store: ox.Store) -> None:
                if before:
                    changes.remove_gone(store, base)
                    for quad in run_quads(self.runs, base):
                        store.remove(quad)

            generation.load(self.settings, index, before, remove_gone, loaded)
        return True

    def _statements(
        self,
        index: IndexMaker,
        changes: Changes,
        shared: SharedNodes,
        names: Mapping[str, str],
        table: NewWorks,
        merged: list[MergedEntry],
    ) -> Iterator[Iterable[str]]:
        """The N-Quads lines of each paper, then those of the entities and of other nodes that papers share.

        Lines that the generation before has are left out; the index gets all that it reads. ``merged`` gets the entries
        of each paper that has several, ``table`` all papers.
        """
        for line, work in read_lines(self.generation):
            table.add(line, work)
            paper = Described.of(work, self.resolver, names)
            merged += paper.merged()
            if changes.is_new(paper.iri, paper.made_from(line, shared)):
                yield paper.statements(shared, index)
            else:
                paper.collected(shared, index)
                yield ()
        yield changes.new(index.reading(entity_statements(self._entities(), shared.base)))
        yield changes.new(index.reading(shared.statements()))

    def _entities(self) -> Iterator[Entity]:
        """All entities; what the next build goes on from is kept as they pass."""
        with KeptNames(names_path(self.generation), new=True) as kept:
            yield from self.resolver.keep(kept, merge_lines)


def _fill(filling: _Filling, before: Generation | None) -> None:
    """Fill a generation, from the one before if it can be gone on from."""
    if not filling.written(before):
        _forget_statements(filling.generation)
        filling.written(None)


def _forget_statements(generation: Generation) -> None:
    """Remove what was written of the statements of a generation that is filled otherwise now."""
    for path in (generation.index_path, generation.statements):
        path.unlink(missing_ok=True)


def _shared(generation: Generation, base: str) -> Iterator[str]:
    """The statements of a generation about what papers share."""
    with KeptNames(names_path(generation)) as kept:
        yield from entity_statements((found.entity for found in kept.entities()), base)
    yield from Counts.read(generation, base).shared.statements()


def _curated(path: Path, generation: Generation, resolver: Resolver, index: IndexMaker) -> Iterator[str]:
    """The N-Quads lines of a catalogue that is kept in the graph folder."""
    papers = KnownPapers()
    for work in read_records(generation):
        iri = paper_iri(resolver.base, without_markup(work.paper.title), work.which)
        titles = dict.fromkeys(entry.title for entry in work.entries)
        identifiers = list(with_scheme(work.paper))
        for title in (work.paper.title, *titles):
            papers.add(iri, title, identifiers)
    catalogue, facts = read_catalogue(path)
    statements = CuratedStatements(catalogue, resolver, papers)
    lines = chain.from_iterable(statements.of(fact) for fact in facts)
    yield from index.reading(chain(statements.about(), lines, statements.entities()))


def _earlier_runs(old: Generation, warn: Warn) -> list[Run]:
    """The runs that made the graph before; if its store is damaged, which the build replaces, they are lost."""
    try:
        with reading(old.folder):
            return read_runs(old.open_unchecked())
    except manifest.UnreadableError:
        raise
    except GraphError:
        warn(f"{old.folder}: the store is damaged; it is made anew, without the record of earlier runs")
        return []


def _provenance(runs: Sequence[Run], base: str) -> str:
    """The N-Quads of the runs that made the graph."""
    return (ox.serialize(run_quads(runs, base), format=ox.RdfFormat.N_QUADS) or b"").decode()


def _run(
    number: int,
    started: str,
    inputs: Iterable[str | Path],
    extractor: Extractor,
    corrections: Iterable[CorrectionRule],
) -> Run:
    """The run that ends now, with digests of the code, the rules and the model that it used."""
    folders = (Part.of(folder.name, sorted(folder.rglob("*.jsonl"))) for folder in extractor.rules)
    return Run(
        number=number,
        started=started,
        ended=_now(),
        inputs=tuple(sorted(map(path_text, inputs))),
        version=version("papers-kg"),
        code=_code(),
        rules=tuple(sorted([Part.of("shipped rules", sorted(shipped_rules().rglob("*.jsonl"))), *folders])),
        sources=tuple(sorted({Part.of_input(given) for given in inputs})),
        corrections=tuple(sorted({Part(str(rule), "") for rule in corrections})),
        model=Part.of(extractor.model.name if extractor.model else "shipped model", extractor.model_files()),
    )


@cache
def _code() -> Part:
    """The code of the package, which runs as it was read when the process began."""
    return Part.of("papers-kg", sorted(Path(__file__).parents[1].rglob("*.py")))


def _now() -> str:
    """The time in milliseconds, in the canonical form of xsd:dateTime, as the store gives it back: no closing zeros."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3].rstrip("0").rstrip(".") + "Z"
