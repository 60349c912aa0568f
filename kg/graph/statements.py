"""Statements of the graph as N-Quads lines: a named graph for each paper, and one for what papers share.

Lines of text rather than objects, because the store's bulk loader reads them far faster than Python makes terms. No
statement is in two named graphs, so that the union which queries see holds each one once.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import TypeAlias

from kg.records import Author, Entity, Extraction, Mention, Paper, Result
from kg.resolution.resolver import full_names
from kg.text.addresses import (
    absolute,
    given_address,
    given_repository,
    is_page_of_forge,
    is_within_repository,
    repository,
)
from kg.text.names import UNWRITABLE, name_key, slug
from kg.text.plain import plain_text, without_markup
from kg.text.sentences import sentence_around
from kg.vocabulary import (
    DCTERMS,
    IDENTIFIER_PAGES,
    KG,
    LINKS,
    OA,
    RDF,
    SCHEMA,
    SCHEMA_CLASSES,
    SKOS,
    USES,
    XSD,
    EntityType,
    entities_graph,
    provenance_graph,
    repository_iri,
    scheme_iri,
)

_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPES = str.maketrans(_ESCAPED)
_UNESCAPES = {escape: sign for sign, escape in _ESCAPED.items()}
_ESCAPE = re.compile(r"\\.")
_SPECIAL = re.compile(r'["\\\x00-\x1f\ud800-\udfff\ufffe\uffff]')  # what is escaped, and UNWRITABLE

# Characters before and after the words of a mention, as many as Web Annotation clients commonly keep.
_CONTEXT = 32

Fact: TypeAlias = tuple[str, str]
"""A property, and a value as N-Triples has it, of a node that is known."""

_DATE_TYPES = {7: "gYearMonth", 10: "date"}  # by the length of a date
_TYPE = f"<{RDF}type>"
# The properties and values of each mention, which most statements are about: written once.
_RDF_TYPE = RDF + "type"
_MOTIVATED_BY, _HAS_TARGET, _HAS_BODY = OA + "motivatedBy", OA + "hasTarget", OA + "hasBody"
_HAS_SOURCE, _HAS_SELECTOR = OA + "hasSource", OA + "hasSelector"
_START, _END, _EXACT, _PREFIX, _SUFFIX = OA + "start", OA + "end", OA + "exact", OA + "prefix", OA + "suffix"
_ROLE, _CONFIDENCE, _EXTRACTOR = KG + "role", KG + "confidence", KG + "extractor"
_IDENTIFYING, _SPECIFIC_RESOURCE = f"<{OA}identifying>", f"<{OA}SpecificResource>"
_TEXT_POSITION_SELECTOR, _TEXT_QUOTE_SELECTOR = f"<{OA}TextPositionSelector>", f"<{OA}TextQuoteSelector>"
_NAME = f"<{SCHEMA}name>"


def literal(text: str, datatype: str | None = None) -> str:
    """An N-Triples literal. Characters that RDF/XML cannot hold become U+FFFD, so that offsets stay."""
    if _SPECIAL.search(text):
        text = UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text).translate(_ESCAPES)
    return f'"{text}"^^<{XSD}{datatype}>' if datatype else f'"{text}"'


def unescaped(lexical: str) -> str:
    r"""The text of an N-Triples literal that :func:`literal` made.

    >>> unescaped(literal('a "b" \\n')[1:-1])
    'a "b" \\n'
    """
    return _ESCAPE.sub(lambda found: _UNESCAPES[found[0]], lexical) if "\\" in lexical else lexical


CERTAIN = 1.0  # confidence of a result that a person corrected
COMPARABLE = 0.86  # confidence from which a result is ranked
_BOUND = re.compile(r"(?:[^\W\d_]+ )+|[<>≤≥⩽⩾] ?")  # what a bound has before its value


@lru_cache(maxsize=1000)
def decimal(number: float) -> str:
    """An xsd:decimal in canonical form."""
    text = format(Decimal(repr(number)).normalize(), "f")
    return literal(text, "decimal")


@dataclass(slots=True)
class SharedNodes:
    """The venues and repositories that papers point to, and their names; and the entities that other papers name.

    Where papers write a name differently ("Owner/Repo", "owner/repo"), the first in sorting order is taken. ``venues``
    and ``repositories`` count how often papers write which name, and for repositories which address.
    """

    base: str
    entity: Callable[[EntityType, str], str | None] = lambda entity_type, name: None
    venues: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    repositories: defaultdict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))

    def venue(self, name: str) -> str:
        """The IRI of a venue."""
        iri = f"{self.base}venue/{slug(name)}"
        self.venues[iri][name] += 1
        return iri

    def repository(self, address: str) -> str:
        """The IRI of the repository at an absolute address (:func:`repository_of`), which is described later."""
        iri, name, address = repository_of(self.base, address)
        self.repositories[iri][name, address] += 1
        return iri

    def statements(self) -> Iterator[str]:
        """N-Quads lines that describe them all."""
        for iri in sorted(self.venues):
            yield from self.statements_about(iri)
        for iri in sorted(self.repositories):
            yield from self.statements_about(iri)

    def statements_about(self, iri: str) -> Iterator[str]:
        """N-Quads lines that describe a venue or repository; none if no paper points to it."""
        end = _end(entities_graph(self.base))
        if names := self.venues.get(iri):
            yield f"<{iri}> {_TYPE} <{SCHEMA}Periodical>{end}"
            yield f"<{iri}> {_NAME} {literal(min(names))}{end}"
        if described := self.repositories.get(iri):
            name, address = min(described)
            yield from _typed(f"<{iri}>", "Repository", end)
            yield f"<{iri}> {_NAME} {literal(name)}{end}"
            yield f"<{iri}> <{SCHEMA}codeRepository> <{address}>{end}"


def repository_of(base: str, address: str) -> tuple[str, str, str]:
    """IRI, name and address of the repository at an address; any other address of code counts as one too."""
    found = repository(address)
    address = absolute(address)
    name = found.path if found else re.sub(r"^https?://(www\.)?", "", address)
    return repository_iri(base, found.host if found else "web", name), name, found.url if found else address


def with_scheme(paper: Paper) -> Iterator[str]:
    """The identifiers of a paper, each with its scheme: "doi:10.1234/frog", "arxiv:2101.00001"."""
    yield from (f"{scheme}:{value}" for scheme, value in (("doi", paper.doi), ("arxiv", paper.arxiv)) if value)
    yield from paper.identifiers


def identifier_page(identifier: str) -> str | None:
    """The public address of what an identifier names; ``None`` for schemes without one."""
    scheme, _, value = identifier.partition(":")
    return IDENTIFIER_PAGES[scheme] + value if value and scheme in IDENTIFIER_PAGES else None


def _end(graph: str) -> str:
    return f" <{graph}> .\n"


def _typed(node: str, name: str, end: str) -> Iterator[str]:
    yield f"{node} {_TYPE} <{KG}{name}>{end}"
    yield f"{node} {_TYPE} <{SCHEMA_CLASSES[name]}>{end}"


class PaperStatements:
    """The named graph of one paper, as N-Quads.

    Args:
        iri: of the paper and of the graph.
        paper: the paper as merged from its entries.
        entries: every listing entry of it.
        extraction: what was found in ``paper.text``, resolved.
        shared: takes the venues and repositories that the paper points to, and knows what names mean.
    """

    def __init__(
        self, iri: str, paper: Paper, entries: Sequence[Paper], extraction: Extraction, shared: SharedNodes
    ) -> None:
        self._iri, self._paper, self._entries, self._extraction, self._shared = iri, paper, entries, extraction, shared
        self._node = f"<{iri}>"
        self._end = _end(iri)
        self._text = paper.text
        self._state = blake2b(self._text.encode(errors="replace"), digest_size=4)
        self._written: dict[tuple[int, int], list[Fact]] = {}

    def about(self) -> Iterator[str]:
        """Lines about the paper, with its edges to entities and its links: a small part, and all that the index reads
        and ``shared`` takes."""
        yield from self._metadata()
        yield from self._edges()
        yield from self._links()

    def evidence(self) -> Iterator[str]:
        """Its mentions and its results, each as a text of several lines."""
        for mention in self._extraction.entities:
            yield self._mention(mention)
        yield from self._results()

    @cached_property
    def _sentences(self) -> list[tuple[int, int]]:
        """Where the sentences of the text are."""
        return plain_text(self._text, len(self._paper.title)).sentences()

    def _metadata(self) -> Iterator[str]:
        """Title, abstract, authors, dates, venue, address, identifiers and subjects, and where the paper is listed."""
        paper = self._paper
        yield from _typed(self._node, "Paper", self._end)
        yield self._about_paper(SCHEMA + "name", literal(paper.title))
        yield self._about_paper(SCHEMA + "abstract", literal(paper.abstract))
        for author in paper.authors:
            yield self._about_paper(SCHEMA + "author", literal(author))
        if paper.year is not None:
            yield self._about_paper(SCHEMA + "datePublished", literal(f"{paper.year:04d}", "gYear"))
        if paper.date:
            yield self._about_paper(DCTERMS + "issued", literal(paper.date, _DATE_TYPES[len(paper.date)]))
        if paper.venue:
            yield self._about_paper(SCHEMA + "isPartOf", f"<{self._shared.venue(paper.venue)}>")
        if paper.url and (address := given_address(paper.url)):
            yield self._about_paper(SCHEMA + "url", f"<{address}>")
        if paper.licence:
            address = given_address(paper.licence) if "://" in paper.licence else None
            slash = "/" * paper.licence.endswith("/")  # which the addresses of Creative Commons have
            yield self._about_paper(SCHEMA + "license", f"<{address}{slash}>" if address else literal(paper.licence))
        for keyword in paper.keywords:
            yield self._about_paper(DCTERMS + "subject", literal(keyword))
        for person in paper.people:
            yield from self._person(person)
        for identifier in with_scheme(paper):
            yield self._about_paper(DCTERMS + "identifier", literal(identifier))
            if page := identifier_page(identifier):
                yield self._about_paper(SCHEMA + "sameAs", f"<{absolute(page)}>")
        for entry in self._entries:
            yield self._about_paper(DCTERMS + "identifier", literal(entry.id))
            yield self._about_paper(KG + "listedOn", literal(f"{entry.source}:{entry.line}"))
        for listed in sorted({entry.listed for entry in self._entries if entry.listed}):
            datatype = "gMonthDay" if listed.startswith("--") else "date"
            yield self._about_paper(KG + "listedDate", literal(listed, datatype))

    def _person(self, person: Author) -> Iterator[str]:
        """An author of whom more is known than the name, as a node."""
        facts = [
            (_TYPE[1:-1], f"<{SCHEMA}Person>"),
            (SCHEMA + "name", literal(person.name)),
            (SCHEMA + "position", literal(str(person.position), "integer")),
            *((SCHEMA + "affiliation", literal(place)) for place in person.affiliations),
        ]
        if person.orcid:
            facts.append((SCHEMA + "sameAs", f"<https://orcid.org/{person.orcid}>"))
        node = f"<{self._iri}#author-{person.position}-{self._digest(facts)}>"
        yield self._about_paper(SCHEMA + "creator", node)
        yield from self._lines(node, facts)

    def _edges(self) -> Iterator[str]:
        """The edges to the entities that the paper introduces or uses."""
        # The role of an entity is that of its first mention.
        mentions = reversed(self._extraction.entities)
        for entity, (entity_type, role) in {found.entity: (found.type, found.role) for found in mentions}.items():
            yield self._about_paper(KG + "mentions", f"<{entity}>")
            yield self._about_paper(KG + "introduces" if role == "introduced" else USES[entity_type], f"<{entity}>")

    def _mention(self, mention: Mention) -> str:
        """A mention, with its place by offsets and words as Web Annotation has it (W3C Recommendation 2017, section 4).

        Its nodes are named after the mention rather than blank, so that they have the same names in every export.
        """
        place, exact = self._place(mention), literal(mention.text)
        facts = [
            (_MOTIVATED_BY, _IDENTIFYING),
            (_HAS_TARGET, self._node),
            (_HAS_BODY, f"<{mention.entity}>"),
            *place,
            (_EXACT, exact),
            (_ROLE, literal(mention.role)),
            (_CONFIDENCE, decimal(mention.confidence)),
            (_EXTRACTOR, literal(mention.extractor)),
        ]
        iri = f"{self._iri}#char={mention.start},{mention.end}-{self._digest(facts)}"
        target, position, quote = (f"<{iri}-{name}>" for name in ("target", "position", "quote"))
        before, after = self._text[max(0, mention.start - _CONTEXT) : mention.start], self._text[mention.end :]
        lines = [
            *_typed(f"<{iri}>", "Mention", self._end),
            *self._lines(f"<{iri}>", [*facts, (_HAS_TARGET, target)]),
            *self._lines(
                target,
                [
                    (_RDF_TYPE, _SPECIFIC_RESOURCE),
                    (_HAS_SOURCE, self._node),
                    (_HAS_SELECTOR, position),
                    (_HAS_SELECTOR, quote),
                ],
            ),
            *self._lines(position, [(_RDF_TYPE, _TEXT_POSITION_SELECTOR), *place[:2]]),
            *self._lines(
                quote,
                [
                    (_RDF_TYPE, _TEXT_QUOTE_SELECTOR),
                    (_EXACT, exact),
                    (_PREFIX, literal(before)),
                    (_SUFFIX, literal(after[:_CONTEXT])),
                ],
            ),
        ]
        return "".join(lines)

    def _links(self) -> Iterator[str]:
        """The edges to code, data and project pages: the links of the text, then those of the listing."""
        addresses = {(link.kind, absolute(link.url)): None for link in self._extraction.links}
        if self._paper.github and (given := given_repository(self._paper.github)):
            addresses["project" if is_page_of_forge(given) else "code", given] = None
        for given in filter(None, map(given_address, self._paper.links)):
            addresses["code" if repository(given) else "project", given] = None
        for kind, address in addresses:
            target = self._shared.repository(address) if kind == "code" else address
            yield self._about_paper(LINKS[kind], f"<{target}>")
            if kind == "code" and is_within_repository(address):
                yield self._about_paper(KG + "codePage", f"<{address}>")

    def _results(self) -> Iterator[str]:
        """The reported numbers, with those of the paper's entities that have the names each was reported with."""
        entity_of = entities_by_name(self._extraction) if self._extraction.results else {}
        for result in self._extraction.results:
            entities = {predicate: f"<{entity}>" for predicate, entity in related(result, entity_of).items()}
            if result.confidence == CERTAIN:
                entities |= self._named_elsewhere(result, entities)
            facts = [*self._measured(result, entities), *self._place(result)]
            facts += [(KG + predicate, entity) for predicate, entity in entities.items()]
            node = f"<{self._iri}#result-{result.start},{result.end}-{self._digest(facts)}>"
            reports = self._about_paper(KG + "reports", node)
            yield "".join([*_typed(node, "Result", self._end), reports, *self._lines(node, facts)])

    def _named_elsewhere(self, result: Result, known: Mapping[str, str]) -> dict[str, str]:
        """The entities of a result by names that other papers have: what a person says need not be in the text."""
        return {
            predicate: f"<{iri}>"
            for predicate, entity_type, words in _related(result)
            if words and predicate not in known and (iri := self._shared.entity(entity_type, words))
        }

    def _measured(self, result: Result, entities: Mapping[str, str]) -> Iterator[Fact]:
        """The number of a result, its unit and its measure, in the words of this vocabulary and of schema.org."""
        written, number = literal(result.value), None if result.number is None else decimal(result.number)
        yield KG + "valueText", written
        if number is not None:
            yield KG + "value", number
        yield SCHEMA + "value", number or written
        if result.unit:
            yield KG + "unit", literal(result.unit)
            yield SCHEMA + "unitText", literal(result.unit)
        yield KG + "relative", literal(str(result.relative).lower(), "boolean")
        yield KG + "confidence", decimal(result.confidence)
        yield KG + "comparable", literal(str(is_comparable(result, entities)).lower(), "boolean")
        for setting in dict.fromkeys(result.settings):
            yield KG + "setting", literal(setting)
        if result.metric:
            yield KG + "metricText", literal(result.metric)
        if "byMetric" in entities:
            yield SCHEMA + "measuredProperty", entities["byMetric"]
        yield SCHEMA + "observationAbout", entities.get("onDataset", self._node)

    def _place(self, found: Mention | Result) -> list[Fact]:
        """Where in the text something was found, and the sentence around it."""
        return [
            (_START, literal(str(found.start), "integer")),
            (_END, literal(str(found.end), "integer")),
            *self._sentence(*sentence_around(self._sentences, found.start, found.end)),
        ]

    def _sentence(self, start: int, end: int) -> list[Fact]:
        """A sentence of the text, in which there may be several mentions and results."""
        if (start, end) not in self._written:
            self._written[start, end] = [
                (KG + "sentence", literal(self._text[start:end])),
                (KG + "sentenceStart", literal(str(start), "integer")),
            ]
        return self._written[start, end]

    def _digest(self, facts: Iterable[Fact]) -> str:
        """A digest that distinguishes a node from those that other texts or other extractors give in the same place.

        Graphs of several people can then be loaded into one store: what they agree on is one node, and no node has two
        values where one is expected.
        """
        state = self._state.copy()
        state.update("\n".join(f"{predicate} {value}" for predicate, value in facts).encode())
        return state.hexdigest()

    def _about_paper(self, predicate: str, value: str) -> str:
        return f"{self._node} <{predicate}> {value}{self._end}"

    def _lines(self, node: str, facts: Iterable[Fact]) -> list[str]:
        end = self._end
        return [f"{node} <{predicate}> {value}{end}" for predicate, value in facts]


def entities_within(extraction: Extraction, shared: SharedNodes) -> Iterator[str]:
    """The entities that the statements of a paper name, and so depend on, in a fixed order; "" where there is none."""
    for mention in extraction.entities:
        yield mention.entity or ""
    for result in extraction.results:
        if result.confidence == CERTAIN:
            for _, entity_type, words in _related(result):
                yield (words and shared.entity(entity_type, words)) or ""


def first_seen_statements(iri: str, date: str, base: str) -> Iterator[str]:
    """When a run first read a paper, in the named graph about runs, since this differs from build to build.

    Args:
        iri: of the paper.
        date: as xsd:date; empty if it is not known.
        base: the base IRI of resources.
    """
    if date:
        yield f"<{iri}> <{KG}firstSeen> {literal(date, 'date')}{_end(provenance_graph(base))}"


def entities_by_name(extraction: Extraction) -> Mapping[tuple[EntityType, str], str]:
    """The IRIs of the entities of a paper, empty before they are resolved, by their type and the key of each name."""
    named = reversed([*full_names(extraction)])
    return {(mention.type, name_key(without_markup(name))): mention.entity or "" for mention, name in named}


def related(result: Result, entity_of: Mapping[tuple[EntityType, str], str]) -> Mapping[str, str]:
    """The entities of a paper that a result is about, by property."""
    return {
        predicate: entity_of[named]
        for predicate, entity_type, words in _related(result)
        if words and (named := (entity_type, name_key(without_markup(words)))) in entity_of
    }


def _related(result: Result) -> tuple[tuple[str, EntityType, str | None], ...]:
    """The properties of a result that lead to entities, with the type and the words of each."""
    return (
        ("byMetric", "Metric", result.metric),
        ("onDataset", "Dataset", result.dataset),
        ("ofMethod", "Method", result.method),
        ("onTask", "Task", result.task),
        ("againstBaseline", "Method", result.baseline),
    )


def is_comparable(result: Result, entities: Mapping[str, str], least: float = COMPARABLE) -> bool:
    """Whether a result is ranked: a score that is probably right, of a metric and a dataset that are entities.

    Args:
        result: the result.
        entities: what it is about (:func:`related`).
        least: the confidence from which it is probably right.
    """
    return {"byMetric", "onDataset"} <= entities.keys() and is_score(result) and result.confidence >= least


def is_score(result: Result) -> bool:
    """Whether a result is a score: a number without sign or unit, or a percentage, that is no improvement.

    "25.1% top-1" may be an accuracy or an error, and "over 90%" is a bound, which is a setting of such a result.
    """
    number = result.number is not None and result.unit in (None, "%") and not result.value.startswith("+")
    unclear = re.fullmatch(r"top[ -]?\d+", result.metric or "", re.IGNORECASE)
    return number and not unclear and not result.relative and not any(_bounds(s, result.value) for s in result.settings)


def _bounds(setting: str, value: str) -> bool:
    """Whether a setting says that a value is at least or at most so much: "over 90%", but not "NFE=90"."""
    plain = without_markup(value)
    return setting.endswith(plain) and _BOUND.fullmatch(setting.removesuffix(plain)) is not None


def entity_statements(entities: Iterable[Entity], base: str) -> Iterator[str]:
    """The statements about entities across papers: types, names, hierarchy, pages, better values of a metric.

    The entities of a type are the concepts of one SKOS scheme, whose top concepts are those without a broader one.
    """
    types: set[EntityType] = set()
    for entity in entities:
        types.add(entity.type)
        yield from statements_about(entity, base)
    yield from scheme_statements(types, base)


def statements_about(entity: Entity, base: str) -> Iterator[str]:
    """Those about one entity."""
    end = _end(entities_graph(base))
    node = f"<{entity.iri}>"
    scheme = f"<{scheme_iri(base, entity.type)}>"
    yield from _typed(node, entity.type, end)
    yield f"{node} {_TYPE} <{SKOS}Concept>{end}"
    yield f"{node} <{SKOS}inScheme> {scheme}{end}"
    yield f"{node} <{SKOS}prefLabel> {literal(entity.label)}{end}"
    yield f"{node} {_NAME} {literal(entity.label)}{end}"
    for label in entity.other_labels:
        yield f"{node} <{SKOS}altLabel> {literal(label)}{end}"
    for broader in entity.broader:
        yield f"{node} <{SKOS}broader> <{broader}>{end}"
    if not entity.broader:
        yield f"{node} <{SKOS}topConceptOf> {scheme}{end}"
        yield f"{scheme} <{SKOS}hasTopConcept> {node}{end}"
    if entity.ambiguous:
        yield f"{node} <{KG}ambiguous> {literal('true', 'boolean')}{end}"
    for sense in entity.may_mean:
        yield f"{node} <{KG}mayMean> <{sense}>{end}"
    if entity.homepage and (address := absolute(entity.homepage)):
        yield f"{node} <{SCHEMA}url> <{address}>{end}"
    if entity.better:
        yield f"{node} <{KG}better> {literal(entity.better)}{end}"
    for page in filter(None, map(absolute, entity.pages)):
        yield f"{node} <{SCHEMA}sameAs> <{page}>{end}"


def scheme_statements(types: Iterable[EntityType], base: str) -> Iterator[str]:
    """The statements about the schemes of some types of entities."""
    end = _end(entities_graph(base))
    for entity_type in sorted(types):
        scheme = f"<{scheme_iri(base, entity_type)}>"
        yield f"{scheme} {_TYPE} <{SKOS}ConceptScheme>{end}"
        yield f"{scheme} <{DCTERMS}title> {literal(entity_type + 's')}{end}"
