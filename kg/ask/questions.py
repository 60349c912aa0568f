"""Putting values into a named query: the names that a person gives become the IRIs of what they mean in a graph.

>>> question = pose(reader, named_query("datasets-for-task"), {"task": "image classifications"})  # doctest: +SKIP
>>> question.meant["task"].name  # doctest: +SKIP
'image classification'
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg.ask.compare import COMPARE
from kg.ask.lookup import WHOLE_NAMES, Match, distinct, find, is_guess, titled, venues_named
from kg.ask.named import NAMED, NamedQuery, bind, named_query
from kg.ask.origins import ORIGIN, ORIGINS, Origin, known_origin, of_origin
from kg.errors import QueryError
from kg.graph.index import IndexedReader
from kg.jsonrecord import Record
from kg.text.names import quoted, spaced_key
from kg.vocabulary import DEFAULT_BASE, KG, SCHEMA, Kind, curie, entity_iri, paper_iri

_NEAREST = 3
_PROGRESS = "progress"  # the shipped query that ranks by year


@dataclass(frozen=True, slots=True)
class Meant(Record):
    """What a name means in a graph: ``match``; if that is nothing, ``nearest`` are the most similar names.

    ``kinds`` are what it may be the name of.
    """

    words: str
    match: Match | None
    nearest: tuple[str, ...]
    kinds: tuple[Kind, ...]

    @property
    def guessed(self) -> bool:
        """Whether the name is not a whole name of the match: it is a prefix, some of the words, or has a typo."""
        return is_guess(self.match)

    @property
    def unknown(self) -> str:
        """The message that the graph has nothing of this name."""
        what = " or ".join(filter(None, (", ".join(self.kinds[:-1]), self.kinds[-1])))
        return self.not_called(what)

    def not_called(self, what: str) -> str:
        """The same, with what somebody asked for it as."""
        nearest = f" (nearest: {', '.join(self.nearest)})" if self.nearest else ""
        return f"the graph has no {what} {quoted(self.words)}{nearest}"


@dataclass(frozen=True, slots=True)
class Question(Record):
    """A named query with the values of its parameters in place.

    ``values`` are the parameters as given, ``meant`` is what those that are names mean, and ``sparql`` is the query to
    run: on the graph in the vocabulary of ``profile``, or if that is ``None`` in its own. ``origin`` is whose
    statements it asks for.
    """

    name: str
    profile: str | None
    values: dict[str, str]
    meant: dict[str, Meant]
    sparql: str
    origin: Origin = "extracted"

    @property
    def nothing(self) -> str:
        """The message for an empty answer: what was asked, and which names the graph does not have."""
        asked = ", ".join(f"{name} {quoted(value)}" for name, value in self.values.items())
        said = f"{self.name}: found nothing for {asked}" if asked else f"{self.name}: found nothing"
        for name, meant in self.meant.items():
            if not meant.match:
                said += f"; {meant.not_called(name)}"
        return said


def pose(reader: IndexedReader, query: NamedQuery, values: Mapping[str, str], base: str = DEFAULT_BASE) -> Question:
    """Find what the parameters mean and put it into a query.

    For a name that the graph does not have, the IRI that it would have is put in: the query then finds nothing.

    Args:
        reader: the graph.
        query: the query.
        values: text for each parameter; those left out take their default. Every query also takes "origin"
            (:data:`kg.ask.origins.ORIGINS`): whose statements to ask for, "extracted" if it is left out.
        base: the IRI that the graph's resources live under.

    Raises:
        QueryError: a name may mean several things, or a parameter is unknown, missing or not of its type.
    """
    asked, origin = dict(values), ORIGINS[0]
    if ORIGIN in values and all(parameter.name != ORIGIN for parameter in query.parameters):
        origin = known_origin(values[ORIGIN])
        if origin != "extracted" and query.profile:
            raise QueryError(f"{query.name}: is about what texts say alone; leave out {ORIGIN}")
        values = {name: value for name, value in values.items() if name != ORIGIN}
    given = {parameter.name: parameter.default for parameter in query.parameters} | dict(values)
    terms = dict(values)
    found: dict[str, Meant] = {}
    for parameter in query.parameters:
        words = given[parameter.name]
        if parameter.type in NAMED and words is not None:
            found[parameter.name] = name = meant(reader, words, NAMED[parameter.type], base)
            terms[parameter.name] = (
                name.match.iri if name.match else entity_iri(base, parameter.type, spaced_key(name.words))
            )
        elif parameter.type == "papers" and words is not None:
            papers = titled(reader, words)
            if not papers:
                found[parameter.name] = name = meant(reader, words, ("paper",), base)
                papers = [name.match.iri if name.match else paper_iri(base, words)]
            terms[parameter.name] = " ".join(papers)
        elif parameter.type == "venue" and words is not None:
            terms[parameter.name] = next((name for _, name in venues_named(reader, words)), words)
    sparql = of_origin(bind(query, terms, base), origin, query.name)
    return Question(query.name, query.profile, asked, found, sparql, origin)


def reported_on(reader: IndexedReader, question: Question) -> str:
    """What a leaderboard or comparison that is empty would find for other metrics; "" for another question.

    Where the question would find a metric only with other options, it says with which: also what leaderboards leave
    out, or what is narrower. For the best of each year it says if it is only a year that the papers lack.
    """
    about = question.name == COMPARE or {"dataset", "metric"} <= question.meant.keys()
    dataset = question.meant["dataset"].match if about else None
    if dataset is None:
        return ""
    metric = question.meant["metric"].match if question.name == _PROGRESS else None
    if metric and _undated(reader, dataset.iri, metric.iri):
        return "; no paper with such a result has a year"
    results = [
        (result, entity != dataset.iri)
        for entity in (dataset.iri, *reader.narrower(dataset.iri))
        for result in reader.subjects(KG + "onDataset", ox.NamedNode(entity))
    ]
    by_metric: defaultdict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for result, narrower in results:
        if measure := reader.value(result, KG + "byMetric"):
            options = _options(reader, question, result, measure, narrower)
            if options is not None:
                by_metric[measure][options] += 1
    found: defaultdict[tuple[int, tuple[str, ...]], list[tuple[int, str]]] = defaultdict(list)
    for measure, counts in by_metric.items():
        fewest = min(counts, key=lambda options: (len(options), options))
        count = sum(number for options, number in counts.items() if set(options) <= set(fewest))
        found[len(fewest), fewest].append((-count, reader.name(measure)))
    if not found:
        return f"; nothing {'that it can rank ' if results else ''}is reported on {dataset.name}"
    parts = []
    for (_, options), metrics in sorted(found.items()):
        names = ", ".join(f"{name} ({-count:,})" for count, name in sorted(metrics))
        parts.append(f" with {', '.join(options)}: {names}" if options else f": {names}")
    return f"; reported on {dataset.name}{';'.join(parts)}"


def _options(
    reader: IndexedReader, question: Question, result: str, metric: str, narrower: bool
) -> tuple[str, ...] | None:
    """The further options with which a question about another metric finds a result; ``None`` if none would do."""
    given = {parameter.name: parameter.default for parameter in named_query(question.name).parameters} | question.values
    ranked = {"comparable": "extracted", "curatedScore": "curated"}
    said = [reader.value(result, KG + name) for name, who in ranked.items() if question.origin in (who, "both")]
    compared, by_metric = question.name == COMPARE, given.get("better", "by-metric") == "by-metric"
    lacking = {
        "variants together": narrower and given.get("variants") != "together",
        "shown all": "true" not in said and given.get("shown") != "all",
        "better higher or lower": not compared and by_metric and not reader.value(metric, KG + "better"),
    }
    options = tuple(option for option, lacks in lacking.items() if lacks)
    if reader.value(result, KG + "relative") != "false" or not any(said):
        return None
    if any(option.split()[0] not in given for option in options):
        return None
    if not compared and not reader.value(result, KG + "value"):
        return None
    if question.name == _PROGRESS and not _years(reader, result):
        return None
    return options


def _years(reader: IndexedReader, result: str) -> list[str]:
    """The years of the papers that report a result."""
    papers = reader.subjects(KG + "reports", ox.NamedNode(result))
    return [year for paper in papers if (year := reader.value(paper, SCHEMA + "datePublished"))]


def _undated(reader: IndexedReader, dataset: str, metric: str) -> bool:
    """Whether there are results for :data:`_PROGRESS`, all of them in papers without a year."""
    years = [
        _years(reader, result)
        for result in reader.subjects(KG + "onDataset", ox.NamedNode(dataset))
        if reader.value(result, KG + "byMetric") == metric and reader.value(result, KG + "comparable") == "true"
    ]
    return bool(years and reader.value(metric, KG + "better") and not any(years))


def meant(reader: IndexedReader, words: str, kinds: Sequence[Kind], base: str = DEFAULT_BASE) -> Meant:
    """What a name means, as ``kg lookup`` finds it.

    Args:
        reader: the graph.
        words: a name in any spelling, or an IRI, in full or with a prefix (``method:sam``).
        kinds: what to look for.
        base: the IRI that the graph's resources live under.

    Raises:
        QueryError: several have this name, and it is not clear which is meant; names them.
    """
    found = find(reader, words, base=base, type=tuple(kinds))
    if found.winner:
        return Meant(found.words, found.winner, (), tuple(kinds))
    rivals = [match for match in found.matches if match.rank in WHOLE_NAMES]
    if rivals:
        choices = ", ".join(f"{match.name} ({curie(match.iri, base)})" for match in rivals)
        raise QueryError(f"{quoted(found.words)} may be any of {choices}; choose one by what is in brackets")
    near = found.nearest or tuple(distinct(match.name for match in found.matches)[:_NEAREST])
    return Meant(found.words, None, near, tuple(kinds))
