"""The library in a handful of calls: what the command line does, as functions and methods that return records.

An argument of a wrong type raises a :class:`~kg.errors.KGError` that says what was expected.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial, wraps
from itertools import tee
from numbers import Integral, Real
from pathlib import Path
from typing import IO, TYPE_CHECKING, Concatenate, NoReturn, ParamSpec, TypeGuard, TypeVar

from kg.errors import KGError, QueryError
from kg.graph.store import Generation, can_be_built_again, opened, reading
from kg.jsonrecord import members
from kg.vocabulary import KINDS, PREFIXES, Kind, resource_prefixes

if TYPE_CHECKING:
    from networkx import DiGraph
    from pyoxigraph import Store
    from rdflib import Dataset
    from spacy.language import Language

    from kg.ask.card import Card
    from kg.ask.compare import Comparison
    from kg.ask.lookup import Found, Match
    from kg.ask.origins import Origin
    from kg.ask.papers import FoundPapers
    from kg.ask.paths import Paths
    from kg.ask.process import QueryProcess
    from kg.ask.questions import Question
    from kg.ask.sparql import Answer
    from kg.ask.stats import Stats
    from kg.corrections import Corrected
    from kg.evaluation.report import Evaluation
    from kg.export.columns import TableFormat
    from kg.extraction import Extractor
    from kg.graph.index import IndexedReader
    from kg.graph.provenance import Run
    from kg.graph.store import Generation
    from kg.graph.validation import Report
    from kg.records import Extraction, Paper
    from kg.resolution import Curated
    from kg.rulefiles import Correction, CorrectionRule
    from kg.vocabulary import EntityType, Role

__all__ = ["KnowledgeGraph", "LoadedExtractor", "RemoteGraph", "build", "evaluate", "extract", "load"]

_LONGEST_TIMEOUT = 10**6
_MOST = 2**31 - 1  # a larger number means no other thing


_Given = ParamSpec("_Given")
_Returned = TypeVar("_Returned")


def _names_damage(
    method: Callable[Concatenate[KnowledgeGraph, _Given], _Returned],
) -> Callable[Concatenate[KnowledgeGraph, _Given], _Returned]:
    """A method that raises :class:`~kg.errors.GraphError` where damage of the store's files comes to light."""

    @wraps(method)
    def named(graph: KnowledgeGraph, /, *args: _Given.args, **options: _Given.kwargs) -> _Returned:
        with reading(graph.folder):
            return method(graph, *args, **options)

    return named


class KnowledgeGraph:
    """The graph of a folder, opened for reading.

    >>> graph = KnowledgeGraph("output")  # doctest: +SKIP
    >>> [match.name for match in graph.lookup("cifar 10").matches]  # doctest: +SKIP
    ['CIFAR-10']

    Args:
        folder: the graph folder, as ``kg build -g`` made it.

    Raises:
        GraphError: the folder holds no graph, or a damaged one.
    """

    def __init__(self, folder: str | Path = "output") -> None:
        self.folder = _path("folder", folder)
        self._generation, self.settings, self.reader = opened(self.folder)
        self.store: Store = self.reader.store
        self.base: str = self.settings.base
        self._profiles: dict[str, Store] = {}
        self._profile_queries: dict[Path, QueryProcess] = {}

    def __reduce__(self) -> tuple[type[KnowledgeGraph], tuple[Path]]:
        """For another process, which opens the folder itself."""
        return type(self), (self.folder.absolute(),)

    def _repr_html_(self) -> str:
        """The counts of the graph as a notebook shows them."""
        from kg.ask.notebook import graph_html

        return graph_html(self.folder, self.stats())

    @property
    def generation(self) -> Generation:
        """The state of the folder that is open."""
        return self._generation

    @cached_property
    def _queries(self) -> QueryProcess:
        return self._process(self._generation.store)

    @staticmethod
    def _process(store: Path) -> QueryProcess:
        from kg.ask.process import QueryProcess

        return QueryProcess(store)

    def query(
        self,
        sparql: str,
        source: str = "query",
        *,
        profile: str | None = None,
        origin: Origin = "extracted",
        timeout: float = 60,
        allow_service: bool = False,
    ) -> Answer:
        """Answer a SPARQL 1.1 query over all graphs, or those of its FROM, with the vocabulary's prefixes declared.

        Queries run in a process of their own, which is started by the first one and ended by one that takes too long.
        A term of the vocabulary's namespace that the vocabulary does not have gives a ``UserWarning``.

        Args:
            sparql: SELECT, ASK, CONSTRUCT or DESCRIBE.
            source: what errors call the query, such as a file's name.
            profile: the vocabulary that the query is written in, if it is not the graph's own: "lpwc".
            origin: whose statements ``kg:mentions``, ``kg:reports`` and the like stand for: those "extracted" from
                texts, those that people "curated" in an imported catalogue, or "both" (:mod:`kg.ask.origins`).
            timeout: seconds after which the query is ended; 0 for no limit.
            allow_service: let the query, and those of the profile, ask other SPARQL services (SERVICE).

        Raises:
            QueryError: the query cannot be parsed, with line and column, asks a service, takes too long, or cannot be
                answered.
            GraphError: the graph was built anew since it was opened, before its first query.
            KGError: there is no such profile, or ``timeout`` is not a number of seconds.
        """
        from kg.ask.origins import known_origin, of_origin
        from kg.ask.terms import unknown_terms

        sparql = of_origin(_text("sparql", sparql), known_origin(_text("origin", origin)), source)
        _ = self._queries  # starts while the terms are looked at
        for line in unknown_terms(sparql, self.base):
            warnings.warn(line, UserWarning, stacklevel=2)
        return self._answer(sparql, source, profile, timeout, allow_service)

    def _answer(self, sparql: str, source: str, profile: str | None, timeout: float, allow_service: bool) -> Answer:
        from kg.ask.sparql import Request

        timeout = _seconds(timeout)
        request = Request(sparql, self.base, source, _truth("allow_service", allow_service))
        if profile is None:
            return self._queries.answer(request, timeout)
        from kg.profiles import construct_queries, kept_profile

        queries = construct_queries(_text("profile", profile), allow_service=allow_service)
        if kept := kept_profile(self._generation.folder, profile):
            if kept not in self._profile_queries:
                self._profile_queries[kept] = self._process(kept)
            return self._profile_queries[kept].answer(request, timeout)
        return self._queries.answer(request, timeout, (profile, queries))

    @_names_damage
    def ask(self, name: str, parameters: Mapping[str, str | int] | None = None) -> Answer:
        """Answer one of the shipped queries (``kg ask --list``).

        Args:
            name: the name of the query.
            parameters: text or a whole number for each parameter; those left out take their default. Every query takes
                "origin", too: "extracted", "curated" or "both" (see :meth:`query`).

        Raises:
            QueryError: there is no such query, a parameter is missing or unknown, its value is not of its type, or
                several entities have the name that it gives.
        """
        return self.answer(self.question(name, parameters))

    @_names_damage
    def question(self, name: str, parameters: Mapping[str, str | int] | None = None) -> Question:
        """What :meth:`ask` asks: the SPARQL of a shipped query, and the entities that its parameters name.

        Raises:
            QueryError: as :meth:`ask`.
        """
        return _posed(self.reader, name, parameters, self.base)

    @_names_damage
    def answer(self, question: Question, *, timeout: float = 60) -> Answer:
        """Answer a question of :meth:`question`.

        Raises:
            QueryError: it takes longer than ``timeout`` seconds; 0 for no limit.
            KGError: ``timeout`` is not a number of seconds.
        """
        from kg.ask.kept import kept_answer

        question, timeout = _question(question), _seconds(timeout)
        if kept := kept_answer(self.reader.index, question, self.base):
            return kept
        return self._answer(question.sparql, question.name, question.profile, timeout, False)

    @_names_damage
    def compare(
        self,
        dataset: str,
        *,
        metrics: int = 8,
        together: bool = False,
        all: bool = False,
        limit: int = 500,
        timeout: float = 60,
    ) -> Comparison:
        """Papers and methods side by side: what they report on a dataset, with a column for each metric.

        >>> graph.compare("CIFAR-10").write("cifar-10.md", "markdown")  # doctest: +SKIP

        Args:
            dataset: its name in any spelling, or its IRI.
            metrics: how many metrics, those with the most values first.
            together: also results on what is narrower, such as subsets of the dataset.
            all: also results that leaderboards leave out: with units of measure, or perhaps not read right.
            limit: the maximum number of values.
            timeout: seconds after which the query is ended; 0 for no limit.

        Raises:
            QueryError: several datasets have the name, or the query takes too long.
        """
        from kg.ask.compare import COMPARE, compared

        parameters: dict[str, str | int] = {
            "dataset": _text("dataset", dataset),
            "metrics": _count("metrics", metrics),
            "variants": "together" if _truth("together", together) else "apart",
            "shown": "all" if _truth("all", all) else "comparable",
            "limit": _count("limit", limit),
        }
        return compared(self.answer(self.question(COMPARE, parameters), timeout=timeout))

    @_names_damage
    def lookup(self, words: str, *, type: Kind | None = None, limit: int | None = 10, origin: Origin = "both") -> Found:
        """Find entities, papers and repositories by name: exact, respelled, acronym, prefix, typo, in that order.

        Args:
            words: a name in any spelling, a title, ``owner/name`` or an address.
            type: the only kind to look for: "method", "dataset", "metric", "task", "paper" or "code".
            limit: the maximum number of matches; ``None`` for all.
            origin: whom to ask: only for what texts say something of ("extracted"), only for what an imported
                catalogue does ("curated"), or for "both".

        Raises:
            KGError: ``type`` is not a kind, ``limit`` is less than 1, or ``origin`` is none of the three.
        """
        return _found(self.reader, words, type, limit, self.base, origin)

    @_names_damage
    def suggest(self, words: str, limit: int = 10) -> list[Match]:
        """Names for what somebody is typing, for a search box: what most papers mention first.

        They begin with the words, or have them among their own, the last one incomplete. What has exactly this name
        comes before all others.

        Args:
            words: the beginning of a name, or some of its words.
            limit: the maximum number of matches.

        Raises:
            KGError: ``limit`` is less than 1.
        """
        from kg.ask.lookup import suggest

        return suggest(self.reader, _text("words", words), _count("limit", limit))

    @_names_damage
    def papers(
        self,
        *,
        task: str | Sequence[str] = (),
        dataset: str | Sequence[str] = (),
        method: str | Sequence[str] = (),
        metric: str | Sequence[str] = (),
        introduces: str | Sequence[str] = (),
        venue: str | Sequence[str] = (),
        author: str | Sequence[str] = (),
        year: str | int | Sequence[str | int] = (),
        with_code: bool = False,
        new_since: str | None = None,
        limit: int | None = None,
    ) -> FoundPapers:
        """The papers that fit all of the conditions (:func:`kg.ask.papers.find_papers`), the newest first.

        Args:
            task: the name of a task in any spelling, or several that the paper is on; narrower ones count too.
            dataset: the name of a dataset, or several.
            method: the name of a method, or several.
            metric: the name of a metric, or several.
            introduces: the name of something that the paper introduces, or several.
            venue: the name of a venue, or words of it.
            author: the name of an author, or a part of it.
            year: a year, or a range such as "2020..", "..2020" and "2018..2020".
            with_code: only papers that link to a repository.
            new_since: only papers listed, or first read by a build, on this date ("2025-03-11") or later.
            limit: the maximum number of papers; ``None`` for all.

        Raises:
            QueryError: a name may mean several things, or a year or date is not one.
        """
        from kg.ask.papers import find_papers

        return find_papers(
            self.reader,
            task=_texts("task", task),
            dataset=_texts("dataset", dataset),
            method=_texts("method", method),
            metric=_texts("metric", metric),
            introduces=_texts("introduces", introduces),
            venue=_texts("venue", venue),
            author=_texts("author", author),
            year=_texts("year", year),
            with_code=_truth("with_code", with_code),
            new_since=_optional(_text, "new_since", new_since),
            limit=_optional(_count, "limit", limit),
            base=self.base,
        )

    @_names_damage
    def card(self, iri: str, *, whole: bool = False, origin: Origin = "both") -> Card:
        """What the graph says about one entity, paper or repository.

        Args:
            iri: the resource.
            whole: whether the lists of the card have all that the graph says, not only the first few items.
            origin: whose statements the card has: those "extracted" from texts, those "curated" in an imported
                catalogue, or "both".

        Raises:
            KGError: nothing in the graph has this IRI, or ``origin`` is none of the three.
        """
        from kg.ask.card import read_card
        from kg.ask.origins import known_origin

        asked = known_origin(_text("origin", origin))
        return read_card(self.reader, _text("iri", iri), whole=_truth("whole", whole), origin=asked)

    @_names_damage
    def paths(self, source: str, target: str, *, limit: int | None = 10) -> Paths:
        """The shortest chains of papers between two entities, named in any spelling.

        Args:
            source: the name of an entity.
            target: the name of another.
            limit: the maximum number of chains; ``None`` for all.

        Raises:
            QueryError: a name is unknown or that of several entities, both are the same, or no chain joins them.
        """
        from kg.ask.paths import shortest_paths

        source, target = _text("source", source), _text("target", target)
        limit = _optional(_count, "limit", limit)
        return shortest_paths(self.reader, source, target, base=self.base, limit=limit)

    @_names_damage
    def export(
        self,
        format: str,
        output: IO[bytes] | str | Path,
        *,
        profile: str | None = None,
        provenance: bool = False,
        description: bool = False,
        alignment: bool = False,
    ) -> int:
        """Write the whole graph: turtle, jsonld, ntriples, nquads, trig, rdfxml, or the format of a plugin.

        As graphml, gexf or tables (nodes.csv and edges.csv in a ZIP archive) it is the network of :meth:`to_networkx`.

        Args:
            format: the name of the format.
            output: a path, or a stream that takes bytes.
            profile: the vocabulary to write the graph in, instead of its own: "lpwc". Nothing can be added to it.
            provenance: add which runs made the graph; their times differ from build to build.
            description: add a description of the graph with its counts, in VoID and DCAT.
            alignment: add the relations of the vocabulary to others.

        Returns:
            The number of statements written; of a network that of its edges.

        Raises:
            KGError: there is no such format or profile, something is to be added to a profile or a network, or the
                output cannot be written.
        """
        from kg.export import additions
        from kg.export.formats import export_graph, find_format, output_stream
        from kg.profiles import profile_prefixes

        known = find_format(format, "triples", "graphs", "network")
        provenance, description = _truth("provenance", provenance), _truth("description", description)
        alignment = _truth("alignment", alignment)
        if known.write_network:
            if profile is not None or provenance or description or alignment:
                raise KGError(f"{known.name}: expected no profile and nothing to add to a network")
            network = self.to_networkx()
            with output_stream(output) as stream:
                known.write_network(network, stream)
            return network.number_of_edges()
        if profile is not None and (provenance or description or alignment):
            raise KGError("profile: expected no provenance, description or alignment together with a profile")
        store = self.store if profile is None else self.profile(profile)
        prefixes = {} if profile is None else profile_prefixes(profile)
        added = [additions.description(self.store, self.base)] if description else []
        added += [additions.alignment()] if alignment else []
        with output_stream(output) as stream:
            return export_graph(
                store, format, stream, self.base, provenance=provenance, additions=added, prefixes=prefixes
            )

    @_names_damage
    def export_tables(
        self,
        folder: str | Path,
        format: TableFormat = "parquet",
        *,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> dict[str, int]:
        """Write the graph as five tables for DuckDB, pandas, Polars and spreadsheets (docs/tables.md).

        They are ``papers``, ``entities``, ``mentions``, ``results`` and ``links``, and appear when all are complete.

        >>> graph.export_tables("tables")  # doctest: +SKIP
        {'papers': 68, 'entities': 407, 'mentions': 875, 'results': 143, 'links': 58}

        Args:
            folder: is made, or replaced if an earlier export in the same format made it and nothing else is in it.
            format: "parquet", which needs pyarrow (``pip install 'papers-kg[parquet]'``), or "csv".
            progress: is called with the number of papers that are done and that of all.

        Returns:
            The number of rows of each table.

        Raises:
            KGError: pyarrow is not installed, or the folder holds something else or cannot be written.
        """
        from kg.export.columns import TABLE_FORMATS, write_tables

        if format not in TABLE_FORMATS:
            _refuse("format", f"one of {', '.join(TABLE_FORMATS)}", format)
        folder = _path("folder", folder)
        return write_tables(self.reader, self.generation, self.base, folder, format, progress)

    @_names_damage
    def profile(self, name: str) -> Store:
        """The graph in another vocabulary: "lpwc" for that of Linked Papers With Code.

        The build keeps it for graphs of thousands of papers; else the first call makes it in memory.

        Raises:
            KGError: there is no such profile.
        """
        from pyoxigraph import Store

        from kg.profiles import apply_profile, kept_profile

        if _text("profile", name) not in self._profiles:
            kept = kept_profile(self._generation.folder, name)
            self._profiles[name] = Store.read_only(str(kept)) if kept else apply_profile(self.store, name)
        return self._profiles[name]

    def to_rdflib(self) -> Dataset:
        """The graph for rdflib: a read-only Dataset on the same store; its default graph is the union of all graphs.

        Its queries have no time limit; SERVICE is refused with a QueryError. The prefixes of the vocabulary are bound.
        """
        from rdflib import Dataset

        from kg.ask.rdflib_store import RdflibStore

        dataset = Dataset(store=RdflibStore(store=self.store), default_union=True)
        for prefix, iri in (PREFIXES | resource_prefixes(self.base)).items():
            dataset.bind(prefix, iri, replace=True)
        return dataset

    @_names_damage
    def to_networkx(self) -> DiGraph[str]:
        """The graph for networkx: papers, entities and repositories as nodes, what papers introduce and use as edges.

        Nodes are IRIs with the attributes ``kind`` ("paper", "method", ...) and ``name``, of papers also ``year`` where
        it is known; edges run from a paper and have the attribute ``property`` (the local name of the property,
        "usesDataset").
        """
        from kg.ask.network import paper_network

        return paper_network(self.store)

    @_names_damage
    def stats(self) -> Stats:
        """Count papers, entities, links, results and triples."""
        from kg.ask.stats import count_graph

        return count_graph(self.reader.index)

    @_names_damage
    def provenance(self) -> list[Run]:
        """The runs that made the graph, in their order: when, by which version, with which rules and model."""
        from kg.graph.provenance import read_runs

        return read_runs(self.store)

    @_names_damage
    def correct(
        self,
        paper: str,
        words: str,
        says: Correction,
        *,
        type: EntityType | None = None,
        role: Role | None = None,
        metric: str | None = None,
        dataset: str | None = None,
        method: str | None = None,
        task: str | None = None,
        baseline: str | None = None,
        relative: bool | None = None,
        rules: str | Path | None = None,
        replace: bool = False,
    ) -> Corrected:
        """Write down what some words of a paper are, for all later builds; this graph stays as it is.

        >>> graph.correct("FrogNet", "12 hours", "no result")  # doctest: +SKIP
        >>> graph.correct("FrogNet", "81.2%", "result", metric="top-1 accuracy", dataset="")  # doctest: +SKIP
        >>> graph.correct("FrogNet", "Pond", "entity", type="Dataset")  # doctest: +SKIP

        Args:
            paper: its title, id or IRI, in any spelling.
            words: the exact words of the paper; of a result its value.
            says: "no entity" and "no result" for what is none; "entity" and "result" change what is given besides.
            type: of an entity: "Method", "Dataset", "Metric" or "Task"; with it one is added where none was found.
            role: of an entity: "introduced" or "used".
            metric: of a result; an empty text for none. With one a result is added where none was found.
            dataset: of a result; an empty text for none.
            method: of a result; an empty text for none.
            task: of a result; an empty text for none.
            baseline: of a result: the method that it is better or worse than; an empty text for none.
            relative: of a result: whether it is an improvement or a factor.
            rules: the folder of rules to write into, instead of the last one that the graph is built with, or, if
                there is none, of the folder ``corrections`` in the graph folder.
            replace: take earlier corrections that say otherwise out of the file.

        Raises:
            KGError: the graph has no such paper, the paper does not have the words, or the correction says nothing,
                something that cannot be said, what another one says already, or the opposite of another one.
            InputError: the file cannot be read or written.
        """
        from kg.corrections import correct_paper

        texts = {"type": type, "role": role, "metric": metric, "dataset": dataset, "method": method}
        texts |= {"task": task, "baseline": baseline}
        changes: dict[str, str | bool] = {
            name: _text(name, value) for name, value in texts.items() if value is not None
        }
        if relative is not None:
            changes["relative"] = _truth("relative", relative)
        return correct_paper(
            self.reader,
            self.folder,
            self.settings,
            _text("paper", paper),
            _text("words", words),
            says,
            changes,
            rules=_optional(_path, "rules", rules),
            replace=_truth("replace", replace),
        )

    def corrections(self) -> list[CorrectionRule]:
        """The corrections that the next build of this graph reads, those of :meth:`correct` and those written by hand.

        Raises:
            InputError: a file of rules is damaged.
        """
        from kg.corrections import noted

        return noted(self.folder, self.settings)

    @_names_damage
    def validate(self, shapes: str | Path | None = None, *, timeout: float = 60) -> Report:
        """Check the graph against SHACL shapes, the shipped ones unless a file is given.

        The files of the graph are compared with the digests that the build made of them.

        Args:
            shapes: a file of SHACL shapes in Turtle.
            timeout: seconds that a query of these shapes may take for one node; 0 for no limit.

        Raises:
            GraphError: a file of the graph is damaged; names it.
            InputError: the file cannot be read, does not hold valid shapes, or has a query with SERVICE or FROM.
            QueryError: a query of the shapes takes too long.
            KGError: ``timeout`` is not a number of seconds.
        """
        from kg.graph.validation import validate

        self._generation.check(thorough=True)
        return validate(self.store, _optional(_path, "shapes", shapes), _seconds(timeout))


class RemoteGraph:
    """The graph at a SPARQL endpoint on a server, for reading.

    >>> graph = RemoteGraph("http://localhost:7878/query")  # doctest: +SKIP
    >>> [match.name for match in graph.lookup("cifar 10").matches]  # doctest: +SKIP
    ['CIFAR-10']

    Args:
        url: the address that takes queries.
        authorization: the header that says who asks (:func:`kg.remote.connection.authorization`).

    Raises:
        RemoteError: the server cannot be reached, or is no endpoint.
        QueryError: queries do not see the named graphs of the graph.
    """

    def __init__(self, url: str, authorization: str | None = None) -> None:
        from kg.ask.endpoint import Endpoint
        from kg.ask.endpoint_index import EndpointReader
        from kg.remote.connection import Connection
        from kg.vocabulary import DEFAULT_BASE

        self._endpoint = Endpoint(Connection(_text("url", url), authorization=authorization, retries=2))
        self.base: str = self._endpoint.base() or DEFAULT_BASE
        self.reader = EndpointReader(self._endpoint, self.base)

    def query(
        self,
        sparql: str,
        source: str = "query",
        *,
        origin: Origin = "extracted",
        timeout: float = 60,
        allow_service: bool = False,
    ) -> Answer:
        """Answer a SPARQL query with the vocabulary's prefixes declared, as :meth:`KnowledgeGraph.query`.

        Raises:
            QueryError: the endpoint refuses the query, or takes too long.
            RemoteError: it cannot be reached, or answers with something that is no answer.
        """
        from kg.ask.origins import known_origin, of_origin
        from kg.ask.terms import unknown_terms

        sparql = of_origin(_text("sparql", sparql), known_origin(_text("origin", origin)), source)
        for line in unknown_terms(sparql, self.base):
            warnings.warn(line, UserWarning, stacklevel=2)
        return self._answer(sparql, source, timeout, allow_service)

    def _answer(self, sparql: str, source: str, timeout: float, allow_service: bool) -> Answer:
        from kg.ask.sparql import Request

        request = Request(sparql, self.base, source, _truth("allow_service", allow_service))
        return self._endpoint.answer(request, _seconds(timeout))

    def ask(self, name: str, parameters: Mapping[str, str | int] | None = None) -> Answer:
        """Answer one of the shipped queries, as :meth:`KnowledgeGraph.ask`."""
        return self.answer(self.question(name, parameters))

    def question(self, name: str, parameters: Mapping[str, str | int] | None = None) -> Question:
        """What :meth:`ask` asks, as :meth:`KnowledgeGraph.question`.

        Raises:
            QueryError: as there; or the query is in the vocabulary of a profile.
        """
        from kg.ask.named import named_query

        if profile := named_query(_text("name", name)).profile:
            raise QueryError(f"{name}: is asked in the vocabulary {profile}, which an endpoint does not have")
        return _posed(self.reader, name, parameters, self.base)

    def answer(self, question: Question, *, timeout: float = 60) -> Answer:
        """Answer a question of :meth:`question`; ``timeout`` is in seconds, 0 for no limit."""
        question = _question(question)
        return self._answer(question.sparql, question.name, timeout, False)

    def lookup(self, words: str, *, type: Kind | None = None, limit: int | None = 10, origin: Origin = "both") -> Found:
        """Find entities, papers and repositories by name, as :meth:`KnowledgeGraph.lookup` (docs/scale.md)."""
        return _found(self.reader, words, type, limit, self.base, origin)

    def card(self, iri: str, *, whole: bool = False, origin: Origin = "both") -> Card:
        """What the graph says about one entity, paper or repository, as :meth:`KnowledgeGraph.card`."""
        from kg.ask.card import read_card
        from kg.ask.origins import known_origin

        asked = known_origin(_text("origin", origin))
        return read_card(self.reader, _text("iri", iri), whole=_truth("whole", whole), origin=asked)


def _found(reader: IndexedReader, words: str, type: Kind | None, limit: int | None, base: str, origin: Origin) -> Found:
    from kg.ask.lookup import find
    from kg.ask.origins import known_origin

    if type is not None and type not in KINDS:
        _refuse("type", f"one of {', '.join(KINDS)}", type)
    limit = _optional(_count, "limit", limit)
    asked = known_origin(_text("origin", origin))
    return find(reader, _text("words", words), base=base, type=type, limit=limit, origin=asked)


def _posed(reader: IndexedReader, name: str, parameters: Mapping[str, str | int] | None, base: str) -> Question:
    from kg.ask.named import named_query
    from kg.ask.questions import pose

    if parameters is not None and not isinstance(parameters, Mapping):
        _refuse("parameters", "a dictionary of names and values", parameters)
    values = {
        _text("parameters", key): _parameter(f"parameter {key}", value) for key, value in (parameters or {}).items()
    }
    return pose(reader, named_query(_text("name", name)), values, base)


def _question(question: object) -> Question:
    from kg.ask.questions import Question

    if not isinstance(question, Question):
        _refuse("question", "what question() returns", question)
    return question


def _seconds(timeout: float) -> float:
    if isinstance(timeout, bool) or not isinstance(timeout, Real) or not 0 <= timeout <= _LONGEST_TIMEOUT:
        _refuse("timeout", f"a number of seconds from 0 to {_LONGEST_TIMEOUT}", timeout)
    return float(timeout)


class LoadedExtractor:
    """An extractor whose rules and model are loaded, to be called again and again.

    >>> from kg.records import Paper
    >>> extractor = load()
    >>> found = extractor(Paper(id="1", title="A study", abstract="We train ResNet-50 on CIFAR-10."))
    >>> [(mention.type, mention.text) for mention in found.entities]
    [('Method', 'ResNet-50'), ('Dataset', 'CIFAR-10')]

    Its :attr:`nlp` is a spaCy pipeline:

    >>> doc = extractor.nlp("We train ResNet-50 on CIFAR-10.")
    >>> [(span.text, span.label_) for span in doc.ents]
    [('ResNet-50', 'Method'), ('CIFAR-10', 'Dataset')]
    """

    def __init__(self, extractor: Extractor, curated: Curated) -> None:
        self._extractor = extractor
        self._curated = curated

    def __reduce__(self) -> tuple[Callable[[], LoadedExtractor], tuple[()]]:
        """For another process, which loads the rules and the model itself."""
        return partial(load, self._extractor.rules, model=self._extractor.model), ()

    @property
    def nlp(self) -> Language:
        """The spaCy pipeline; texts go in, ``doc.ents`` and ``doc.spans`` come out (:mod:`kg.extraction.document`).

        spaCy cannot write what the components note on a Doc: store Docs with ``DocBin(store_user_data=False)``. For
        several processes there is :meth:`pipe`, and :func:`load` in place of a pipeline on disk.
        """
        return self._extractor.nlp

    def __call__(self, paper: Paper) -> Extraction:
        """Extract from one paper.

        Raises:
            KGError: it is not a paper, or a field of it has a wrong type.
        """
        return next(self.pipe([paper]))

    def pipe(
        self, papers: Iterable[Paper], *, workers: int | None = 1, batch_size: int | None = None
    ) -> Iterator[Extraction]:
        """Extract from papers, one record each, in order, every mention resolved to an entity by its own paper.

        Args:
            papers: read no further ahead than needed.
            workers: worker processes; ``None`` takes one for each CPU where there are enough papers.
            batch_size: papers that a process reads at once, which takes less time for each; ``None`` takes 1 with one
                worker, so that a paper is answered before the next one is read.

        Raises:
            KGError: an item is not a paper, or a field of it has a wrong type.
        """
        from kg.extraction.parallel import BATCH_SIZE, extract_all
        from kg.resolution import resolve_alone

        if not isinstance(papers, Iterable):
            _refuse("papers", "kg.Paper or several", papers)
        workers = _optional(_count, "workers", workers)
        size = (1 if workers == 1 else BATCH_SIZE) if batch_size is None else _count("batch_size", batch_size)
        read, again = tee(_checked(papers))
        found = zip(again, extract_all(read, self._extractor, workers, size), strict=True)
        return (_read_extraction(paper, resolve_alone(each, curated=self._curated)) for paper, each in found)


def _read_extraction(paper: Paper, found: Extraction) -> Extraction:
    """What was found in a paper, with the paper's text, so that a notebook can show it."""
    from kg.ask.notebook import ReadExtraction

    return ReadExtraction(**members(found), text=paper.text)


def _checked(papers: Iterable[Paper]) -> Iterator[Paper]:
    """Papers whose fields have the types that they should have."""
    from kg.records import Paper
    from kg.sources.plugins import checked_paper

    for paper in papers:
        if not isinstance(paper, Paper):
            _refuse("papers", "kg.Paper", paper)
        yield checked_paper(paper)


def load(rules: str | Path | Sequence[str | Path] = (), *, model: str | Path | None = None) -> LoadedExtractor:
    """Load rules and model once, for many calls.

    Args:
        rules: a folder, or folders, of rule files that are read after the shipped ones.
        model: the folder of a model from ``kg train``, instead of the shipped one.

    Raises:
        InputError: a rule file or the model cannot be read.
    """
    from kg.extraction import Extractor
    from kg.resolution import read_curated

    folders = _paths("rules", rules)
    extractor = Extractor(folders, _optional(_path, "model", model))
    _ = extractor.nlp  # so that errors in rules and model are reported here
    return LoadedExtractor(extractor, read_curated(folders))


def extract(
    papers: Paper | Iterable[Paper],
    *,
    rules: str | Path | Sequence[str | Path] = (),
    workers: int | None = 1,
    model: str | Path | None = None,
    batch_size: int | None = None,
) -> Iterator[Extraction]:
    """Extract from papers, one record each, in order, every mention resolved to an entity by its own paper.

    Loads rules and model each time; :func:`load` does so once for many calls. The arguments are those of
    :meth:`LoadedExtractor.pipe`.

    >>> from kg.records import Paper
    >>> paper = Paper(id="1", title="A study of CIFAR-10", abstract="We train ResNet-50 on CIFAR-10.")
    >>> [mention.text for mention in next(extract([paper])).entities if mention.type == "Dataset"]
    ['CIFAR-10', 'CIFAR-10']
    """
    from kg.records import Paper

    several = [papers] if isinstance(papers, Paper) else papers
    return load(rules, model=model).pipe(several, workers=workers, batch_size=batch_size)


def build(
    inputs: str | Path | Iterable[str | Path],
    folder: str | Path = "output",
    *,
    base: str | None = None,
    rules: str | Path | Sequence[str | Path] | None = None,
    model: str | Path | None = None,
    workers: int | None = 1,
    extractor: LoadedExtractor | None = None,
    columns: Mapping[str, str] | None = None,
    scheduler: str | None = None,
) -> KnowledgeGraph:
    """Add papers to the graph of a folder, and open it.

    Entries that are skipped are reported through :mod:`warnings`.

    Args:
        inputs: a file or folder, several of them, or "-" for standard input; an empty list builds the graph again from
            the papers that it has.
        folder: the graph folder; made if it does not exist.
        base: the base IRI of resources; ``None`` keeps that of the graph, or takes the default.
        rules: a folder, or folders, of rule files that are read after the shipped ones; ``None`` keeps those of the
            graph, and an empty list takes the shipped ones alone. The corrections in the graph folder are read too.
        model: the folder of a model from ``kg train``; ``None`` keeps that of the graph, or takes the shipped one.
        workers: worker processes; ``None`` decides by the number of papers.
        extractor: one that :func:`load` returned, instead of ``rules`` and ``model``.
        columns: names of columns of tables that are not known, by the field that they hold: {"title": "Titel"}.
        scheduler: the address of a Dask scheduler ("tcp://HOST:PORT") whose workers read the papers.

    Raises:
        InputError: an input, a rule file or the model cannot be read.
        GraphError: the folder cannot be written.
        KGError: an argument is of a wrong type, there is no input and no graph, or an extractor is given together with
            rules or a model.
    """
    from kg.builder import build_graph

    if extractor is not None and (rules or model):
        raise KGError("extractor: give either an extractor or rules and a model, not both")
    if extractor is not None and not isinstance(extractor, LoadedExtractor):
        _refuse("extractor", "what kg.load() returns", extractor)
    given, folder = _several("inputs", inputs), _path("folder", folder)
    if not given and not can_be_built_again(folder):
        raise KGError(f"inputs: expected files or folders, found none; {folder} holds no graph to build again")
    build_graph(
        given,
        folder,
        base=_optional(_text, "base", base),
        rules=_optional(_paths, "rules", rules),
        model=_optional(_path, "model", model),
        extractor=extractor._extractor if extractor else None,
        workers=_optional(_count, "workers", workers),
        columns=columns,
        scheduler=_optional(_text, "scheduler", scheduler),
        warn=_warn_caller(),
    )
    return KnowledgeGraph(folder)


def evaluate(
    gold: str | Path,
    *,
    papers: str | Path | None = None,
    rules: str | Path | Sequence[str | Path] = (),
    model: str | Path | None = None,
) -> Evaluation:
    """Score the extraction on annotated papers or passages.

    >>> evaluate("gold.jsonl", papers="papers.jsonl").scores["entity"].f1  # doctest: +SKIP
    0.7

    Papers that are skipped are reported through :mod:`warnings`.

    Args:
        gold: annotated papers or passages (:mod:`kg.evaluation.gold`).
        papers: titles and abstracts of the annotated papers, if they are not with the annotations.
        rules: a folder, or folders, of rule files that are read after the shipped ones.
        model: the folder of a model from ``kg train``, instead of the shipped one.

    Raises:
        InputError: the annotations, the papers or a rule file are wrong.
    """
    from kg.evaluation.report import evaluate

    return evaluate(
        _path("gold", gold),
        papers=_optional(_path, "papers", papers),
        rules=_paths("rules", rules),
        model=_optional(_path, "model", model),
        warn=_warn_caller(),
    )


def _path(name: str, value: object) -> Path:
    if not isinstance(value, str | Path):
        _refuse(name, "a path", value)
    return Path(value)


def _optional(check: Callable[[str, object], _Returned], name: str, value: object) -> _Returned | None:
    return None if value is None else check(name, value)


def _paths(name: str, value: object) -> list[Path]:
    return [_path(name, item) for item in _several(name, value)]


def _several(name: str, value: object) -> list[str | Path]:
    """One path or several as a list, as they were given."""
    if isinstance(value, str | Path):
        return [value]
    if not isinstance(value, Iterable):
        _refuse(name, "a path or several", value)
    return [item if isinstance(item, str) else _path(name, item) for item in value]


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        _refuse(name, "text", value)
    return value


def _texts(name: str, value: object) -> list[str]:
    """One text or several; whole numbers are written out."""
    if isinstance(value, str | Integral):
        return [_parameter(name, value)]
    if not isinstance(value, Iterable) or isinstance(value, bytes):
        _refuse(name, "text or several", value)
    return [_parameter(name, item) for item in value]


def _count(name: str, value: object) -> int:
    if not _is_whole(value) or value < 1:
        _refuse(name, "a whole number from 1", value)
    return min(int(value), _MOST)


def _is_whole(value: object) -> TypeGuard[Integral]:
    """Whether a value is a whole number, also one of numpy."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _truth(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        _refuse(name, "True or False", value)
    return value


def _parameter(name: str, value: object) -> str:
    if not isinstance(value, str) and not _is_whole(value):
        _refuse(name, "text or a whole number", value)
    return str(value)


def _refuse(name: str, expected: str, value: object) -> NoReturn:
    raise KGError(f"{name}: expected {expected}, found {_shown(value)}")


def _shown(value: object) -> str:
    """A value in an error, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _warn_caller() -> Callable[[str], None]:
    """A function that warns at the line that called the function of this module that calls this one."""
    frame = sys._getframe(2)
    module = frame.f_globals.get("__name__", "<unknown>")
    registry = frame.f_globals.setdefault("__warningregistry__", {})
    place = frame.f_code.co_filename, frame.f_lineno, module, registry
    return lambda line: warnings.warn_explicit(line, UserWarning, *place)
