"""Where a catalogue and the texts of papers agree, contradict each other, or only one of them says something.

Only papers are compared that are in the graph and in the catalogue. A fact of the catalogue is confirmed if the text
has it, with the words that say so: an entity that the paper mentions; a repository that it links to; a result with the
same number on the same dataset. A result is contradicted if the text has another number for the same dataset, metric
and method, and that one is a score which was probably read right (``kg:comparable``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import pyoxigraph as ox

from kg.graph.curated import CATALOGUED, number_of
from kg.graph.reader import GraphReader
from kg.jsonrecord import Record
from kg.vocabulary import KG, LINKS, OA, SCHEMA

Finding = Literal["confirmed", "contradicted", "curated only", "extracted only"]
FINDINGS: tuple[Finding, ...] = ("confirmed", "contradicted", "curated only", "extracted only")
_KINDS = ("tasks", "methods", "code", "results")
_ENTITY_KINDS = {"tasks": "/task/", "methods": "/method/"}


class Fact(NamedTuple):
    """A fact about a paper, and what the text has of it.

    ``start`` and ``end`` are the span of ``words`` in the text of the paper (title, line break, abstract), ``sentence``
    the sentence around them; ``None`` where the text says nothing, or where a listing gave the link.
    """

    finding: Finding
    kind: str
    paper: str
    title: str
    said: str
    words: str | None = None
    start: int | None = None
    end: int | None = None
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement(Record):
    """How far the texts and the catalogue agree.

    ``papers`` are in both; ``counts`` has a number for each kind of fact and each finding. ``facts`` are the first of
    each kind and finding.
    """

    papers: int
    counts: dict[str, dict[Finding, int]]
    facts: tuple[Fact, ...]


def find_agreement(reader: GraphReader, limit: int | None = 5) -> Agreement:
    """Compare the catalogues of a graph with the texts of its papers.

    Args:
        limit: how many facts of each kind and finding are given; ``None`` for all.
    """
    counts: Counter[tuple[str, Finding]] = Counter()
    facts: list[Fact] = []
    papers = 0
    for paper in _papers(reader):
        papers += 1
        for fact in _Paper(reader, paper).facts():
            counts[fact.kind, fact.finding] += 1
            if limit is None or counts[fact.kind, fact.finding] <= limit:
                facts.append(fact)
    facts.sort(key=lambda fact: (_KINDS.index(fact.kind), FINDINGS.index(fact.finding), fact.title, fact.said))
    table: dict[str, dict[Finding, int]] = {
        kind: {finding: counts[kind, finding] for finding in FINDINGS} for kind in _KINDS
    }
    return Agreement(papers, table, tuple(facts))


def _papers(reader: GraphReader) -> Iterator[str]:
    """The papers that have a text and are in a catalogue, sorted."""
    found: set[str] = set()
    for predicate in (CATALOGUED, KG + "curatedResult", KG + "officialCode", KG + "otherCode"):
        for quad in reader.store.quads_for_pattern(None, ox.NamedNode(predicate), None):
            if isinstance(quad.subject, ox.NamedNode):
                found.add(quad.subject.value)
    return (iri for iri in sorted(found) if reader.kind(iri) == "paper")


@dataclass(slots=True)
class _Paper:
    reader: GraphReader
    iri: str
    title: str = field(init=False)

    def __post_init__(self) -> None:
        self.title = self.reader.name(self.iri)

    def facts(self) -> Iterator[Fact]:
        yield from self._entities()
        yield from self._code()
        yield from self._results()

    def _entities(self) -> Iterator[Fact]:
        listed = set(self.reader.objects(self.iri, CATALOGUED))
        mentioned = set(self.reader.objects(self.iri, KG + "mentions"))
        if not listed:
            return
        shown = self._mentions(listed & mentioned)
        for iri in sorted(listed | mentioned):
            for kind, part in _ENTITY_KINDS.items():
                if part in iri:
                    finding: Finding = (
                        "confirmed"
                        if iri in listed & mentioned
                        else "curated only"
                        if iri in listed
                        else "extracted only"
                    )
                    yield self._fact(finding, kind, self.reader.name(iri), shown.get(iri))

    def _mentions(self, entities: set[str]) -> dict[str, str]:
        """The first mention of each of some entities."""
        found: dict[str, tuple[int, str]] = {}
        for node in self.reader.subjects(OA + "hasTarget", ox.NamedNode(self.iri)) if entities else ():
            place = int(self.reader.value(node, OA + "start") or 0), node
            for entity in self.reader.objects(node, OA + "hasBody"):
                if entity in entities:
                    found[entity] = min(place, found.get(entity, place))
        return {entity: node for entity, (_, node) in found.items()}

    def _code(self) -> Iterator[Fact]:
        listed = {code for name in ("officialCode", "otherCode") for code in self.reader.objects(self.iri, KG + name)}
        linked = set(self.reader.objects(self.iri, LINKS["code"]))
        for code in sorted(listed | linked) if listed else ():
            finding: Finding = (
                "confirmed" if code in listed & linked else "curated only" if code in listed else "extracted only"
            )
            address = self.reader.value(code, SCHEMA + "codeRepository") or self.reader.value(code, SCHEMA + "url")
            fact = self._fact(finding, "code", address or code, None)
            yield self._with_place(fact, code) if finding != "curated only" else fact

    def _with_place(self, fact: Fact, code: str) -> Fact:
        """The fact with the words of the text that name a repository, if it does."""
        text = f"{self.title}\n{self.reader.value(self.iri, SCHEMA + 'abstract') or ''}"
        words = "/".join(code.split("/")[-2:])  # owner/name
        found = re.search(re.escape(words), text, re.IGNORECASE)
        if not found:
            return fact
        opening, closing = text.rfind(". ", 0, found.start()) + 1, text.find(". ", found.end())
        sentence = text[opening : closing + 1 if closing > 0 else None].strip()
        return fact._replace(words=found[0], start=found.start(), end=found.end(), sentence=sentence)

    def _results(self) -> Iterator[Fact]:
        curated = sorted(self.reader.objects(self.iri, KG + "curatedResult"))
        if not curated:
            return
        reported = [
            node
            for node in sorted(self.reader.objects(self.iri, KG + "reports"))
            if self.reader.value(node, KG + "relative") != "true" and self.reader.value(node, KG + "onDataset")
        ]
        left = set(reported)
        for node in curated:
            confirming = next((each for each in reported if self._same_number(node, each)), None)
            other = next((each for each in reported if self._same_subject(node, each)), None)
            if confirming:
                left.discard(confirming)
                yield self._fact("confirmed", "results", self._said(node), confirming)
            elif other and not any(self._same_number(one, other) for one in curated):
                left.discard(other)
                yield self._fact("contradicted", "results", self._said(node), other)
            else:
                yield self._fact("curated only", "results", self._said(node), None)
        for node in sorted(left):
            yield self._fact("extracted only", "results", self._said(node), node)

    def _same_number(self, curated: str, reported: str) -> bool:
        return self._value(curated, "onDataset") == self._value(reported, "onDataset") and same_value(
            self._value(curated, "valueText"), self._value(reported, "valueText")
        )

    def _same_subject(self, curated: str, reported: str) -> bool:
        names = ("onDataset", "byMetric", "ofMethod")
        values = [(self._value(curated, name), self._value(reported, name)) for name in names]
        comparable = self.reader.value(reported, KG + "comparable") == "true"
        return comparable and all(one and one == other for one, other in values)

    def _value(self, node: str, name: str) -> str:
        return self.reader.value(node, KG + name) or ""

    def _said(self, node: str) -> str:
        """A result in words."""

        def named(text: str, entity: str) -> str:
            return self._value(node, text) or ((iri := self._value(node, entity)) and self.reader.name(iri)) or ""

        metric, dataset = named("metricText", "byMetric"), named("datasetText", "onDataset")
        method = named("modelText", "ofMethod")
        return " ".join(
            filter(
                None, (self._value(node, "valueText"), metric, dataset and f"on {dataset}", method and f"by {method}")
            )
        )

    def _fact(self, finding: Finding, kind: str, said: str, node: str | None) -> Fact:
        if node is None:
            return Fact(finding, kind, self.iri, self.title, said)
        start, end = (int(self.reader.value(node, OA + name) or 0) for name in ("start", "end"))
        words = self.reader.value(node, OA + "exact") or self._value(node, "valueText")
        sentence = self.reader.value(node, KG + "sentence")
        return Fact(finding, kind, self.iri, self.title, said, words, start, end, sentence)


def same_value(one: str, other: str) -> bool:
    """Whether two written numbers are the same to the digits that both have; a share may be a percentage.

    >>> same_value("96.4", "96.42%"), same_value("0.964", "96.4%"), same_value("96.4", "95.1")
    (True, True, False)
    """
    left, right = number_of(one), number_of(other)
    if left is None or right is None:
        return bool(one) and one.strip().casefold() == other.strip().casefold()
    return any(_same(*pair) for pair in _scales(left, right))


def _scales(one: Decimal, other: Decimal) -> Iterable[tuple[Decimal, Decimal]]:
    yield one, other
    if abs(one) <= 1 < abs(other):
        yield one.scaleb(2), other
    if abs(other) <= 1 < abs(one):
        yield one, other.scaleb(2)


def _same(one: Decimal, other: Decimal) -> bool:
    coarser: Any = max(one.as_tuple().exponent, other.as_tuple().exponent, key=int)
    return round(one, -coarser) == round(other, -coarser) if coarser <= 0 else one == other
