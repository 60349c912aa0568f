"""The library in a handful of calls: what the command line does, as functions and methods that return records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from kg.graph.store import existing

if TYPE_CHECKING:
    from networkx import DiGraph
    from pyoxigraph import Store
    from rdflib import Dataset

    from kg.describe import Card
    from kg.evaluation import Evaluation
    from kg.graph.reader import Kind
    from kg.lookup import Found
    from kg.paths import Paths
    from kg.provenance import Run
    from kg.query import Answer
    from kg.questions import Question
    from kg.records import Extraction, Paper
    from kg.stats import Stats
    from kg.validation import Report

__all__ = ["KnowledgeGraph", "build", "evaluate", "extract"]


class KnowledgeGraph:
    """A graph that was built in a folder, opened for reading.

    >>> graph = KnowledgeGraph("output")  # doctest: +SKIP
    >>> [match.name for match in graph.lookup("cifar 10").matches]  # doctest: +SKIP
    ['CIFAR-10']

    Args:
        folder: where ``kg build -g`` put it.

    Raises:
        GraphError: the folder holds no graph, or a damaged one.
    """

    def __init__(self, folder: str | Path = "output") -> None:
        generation = existing(Path(folder))
        self.folder = Path(folder)
        self.base: str = generation.base
        self.store: Store = generation.open()
        self._profiles: dict[str, Store] = {}

    def query(self, sparql: str, source: str = "query", *, profile: str | None = None) -> Answer:
        """Answer a SPARQL 1.1 query over all graphs, the vocabulary's prefixes declared.

        Args:
            sparql: SELECT, ASK, CONSTRUCT or DESCRIBE.
            source: what errors call the query, a file's name say.
            profile: the vocabulary that it is written in, where that is not the graph's own: "lpwc".

        Raises:
            QueryError: the query cannot be parsed; names line and column.
            KGError: there is no such profile.
        """
        from kg.query import run

        return run(self.store if profile is None else self.profile(profile), sparql, self.base, source)

    def ask(self, name: str, parameters: Mapping[str, str] | None = None) -> Answer:
        """Answer one of the shipped queries (``kg query --list``).

        Raises:
            QueryError: there is no such query, a parameter is missing, unknown or of the wrong type, or a name may mean
                several things.
        """
        return self.answer(self.question(name, parameters))

    def question(self, name: str, parameters: Mapping[str, str] | None = None) -> Question:
        """What :meth:`ask` asks: the SPARQL of a shipped query, and what the names given to it mean in this graph.

        Raises:
            QueryError: as :meth:`ask`.
        """
        from kg.named_queries import named_query
        from kg.questions import pose

        return pose(self.store, named_query(name), parameters or {}, self.base)

    def answer(self, question: Question) -> Answer:
        """Answer a question of :meth:`question`."""
        return self.query(question.sparql, question.name, profile=question.profile)

    def lookup(self, words: str, *, type: Kind | None = None, limit: int = 10) -> Found:
        """Find entities, papers and repositories by name: exact, respelled, acronym, prefix, typo, in that order.

        Args:
            words: a name in any spelling, a title, ``owner/name`` or an address.
            type: the only kind of thing to look for.
            limit: matches at most.
        """
        from kg.lookup import find

        return find(self.store, words, base=self.base, type=type, limit=limit)

    def card(self, iri: str) -> Card:
        """All there is to say of one entity, paper or repository.

        Raises:
            KGError: nothing in the graph has this IRI.
        """
        from kg.describe import card

        return card(self.store, iri)

    def paths(self, source: str, target: str, *, limit: int = 10) -> Paths:
        """The shortest chains of papers between two entities, named in any spelling.

        Raises:
            QueryError: a name is unknown or may mean several things, both are the same, or no chain joins them.
        """
        from kg.paths import paths

        return paths(self.store, source, target, base=self.base, limit=limit)

    def export(
        self,
        format: str,
        output: IO[bytes],
        *,
        profile: str | None = None,
        provenance: bool = False,
        description: bool = False,
        alignment: bool = False,
    ) -> int:
        """Write the whole graph: turtle, jsonld, ntriples, nquads, trig or rdfxml. Returns the statements written.

        Args:
            format: one of these names.
            output: takes UTF-8.
            profile: the vocabulary to write it in, in place of its own: "lpwc". Nothing is added to it.
            provenance: add which runs made the graph; their times differ from build to build.
            description: add what the graph is and how much it holds, in VoID and DCAT.
            alignment: add how its vocabulary relates to others.

        Raises:
            KGError: there is no such format or profile.
        """
        from kg.export import additions, export
        from kg.export.profiles import profile_prefixes

        if profile is not None:
            return export(self.profile(profile), format, output, self.base, prefixes=profile_prefixes(profile))
        added = [additions.description(self.store, self.base)] if description else []
        added += [additions.alignment()] if alignment else []
        return export(self.store, format, output, self.base, provenance=provenance, additions=added)

    def profile(self, name: str) -> Store:
        """The graph in another vocabulary, in memory: "lpwc" for that of Linked Papers With Code.

        Made by the first call and kept, because it takes longer than most queries of it.

        Raises:
            KGError: there is no such profile.
        """
        from kg.export.profiles import profile

        if name not in self._profiles:
            self._profiles[name] = profile(self.store, name)
        return self._profiles[name]

    def to_rdflib(self) -> Dataset:
        """The graph for rdflib: a Dataset on the same store, its default graph the union of all, for reading only."""
        from oxrdflib import OxigraphStore
        from rdflib import Dataset

        return Dataset(store=OxigraphStore(store=self.store), default_union=True)

    def to_networkx(self) -> DiGraph[str]:
        """The graph for networkx: papers, entities and repositories as nodes, what papers introduce and use as edges.

        Nodes are IRIs with the attributes ``kind`` ("paper", "method", ...) and ``name``; edges run from a paper and
        have the attribute ``property`` (the local name of the property, "usesDataset").
        """
        from kg.network import network

        return network(self.store)

    def stats(self) -> Stats:
        """Count papers, entities, links, results and triples."""
        from kg.stats import stats

        return stats(self.store)

    def provenance(self) -> list[Run]:
        """The runs that made the graph, in their order: when, by what version, with which rules and model."""
        from kg.provenance import runs

        return runs(self.store)

    def validate(self, shapes: Path | None = None) -> Report:
        """Check the graph against SHACL shapes, the shipped ones unless others are given."""
        from kg.validation import validate

        return validate(self.store, shapes)


def build(
    inputs: Iterable[str | Path],
    folder: str | Path = "output",
    *,
    base: str | None = None,
    rules: Sequence[str | Path] = (),
    model: str | Path | None = None,
    workers: int | None = 1,
) -> KnowledgeGraph:
    """Add the papers of listing pages and JSON lines to the graph of a folder, and open it.

    Entries that are skipped are reported through :mod:`warnings`. See :func:`kg.builder.build` for the arguments, and
    for a report of what was done.

    Raises:
        InputError: an input, a rule file or the model cannot be read.
        GraphError: the folder cannot be written.
    """
    import warnings

    from kg import builder

    builder.build(
        inputs,
        Path(folder),
        base=base,
        rules=[Path(path) for path in rules],
        model=Path(model) if model else None,
        workers=workers,
        warn=lambda line: warnings.warn(line, stacklevel=4),
    )
    return KnowledgeGraph(folder)


def extract(
    papers: Iterable[Paper],
    *,
    rules: Sequence[str | Path] = (),
    workers: int | None = 1,
    model: str | Path | None = None,
) -> Iterator[Extraction]:
    """Extract from papers, one record each, in order, every mention resolved to an entity by its own paper.

    >>> from kg.records import Paper
    >>> paper = Paper(id="1", title="A study of CIFAR-10", abstract="We train ResNet-50 on CIFAR-10.")
    >>> [mention.text for mention in next(extract([paper])).entities if mention.type == "Dataset"]
    ['CIFAR-10', 'CIFAR-10']
    """
    from kg.extraction.parallel import extract_all
    from kg.resolution import read_curated, resolve_alone

    own = None if model is None else Path(model)
    folders = [Path(path) for path in rules]
    curated = read_curated(folders)
    return (resolve_alone(found, curated=curated) for found in extract_all(papers, folders, workers, own))


def evaluate(
    gold: str | Path,
    *,
    papers: str | Path | None = None,
    rules: Sequence[str | Path] = (),
    model: str | Path | None = None,
) -> Evaluation:
    """Score the extraction on annotated papers or passages.

    >>> evaluate("gold.jsonl", papers="papers.jsonl").scores["entity"].f1  # doctest: +SKIP
    0.7

    Papers that are skipped are reported through :mod:`warnings`. See :func:`kg.evaluation.evaluate` for the arguments.

    Raises:
        InputError: the annotations, the papers or a rule file are wrong.
    """
    import warnings

    from kg import evaluation

    return evaluation.evaluate(
        Path(gold),
        papers=Path(papers) if papers else None,
        rules=[Path(path) for path in rules],
        model=Path(model) if model else None,
        warn=lambda line: warnings.warn(line, stacklevel=4),
    )
