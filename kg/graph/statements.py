"""Statements of the graph as N-Quads lines: a graph for each paper, and one for what papers share.

Lines of text rather than objects, because the store's bulk loader reads them far faster than Python makes terms. No
statement stands in two graphs, so that the union which queries see holds each one once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kg.records import Entity, Extraction, Mention, Paper, Result
from kg.text.addresses import absolute, repository
from kg.text.names import name_key, slug
from kg.text.plain import plain_text, without_markup
from kg.text.sentences import sentence_around
from kg.vocabulary import (
    DCTERMS,
    KG,
    LINKS,
    OA,
    RDF,
    SCHEMA,
    SCHEMA_CLASSES,
    SKOS,
    USES,
    XSD,
    entities_graph,
    paper_iri,
    repository_iri,
)

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
# XML 1.0 has no way to write these, and RDF/XML is one of the exports; the replacement keeps every offset.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_TYPE = f"<{RDF}type>"
_NAME = f"<{SCHEMA}name>"


def literal(text: str, datatype: str | None = None) -> str:
    """An N-Triples literal. Characters that XML cannot hold become U+FFFD."""
    lexical = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text).translate(_ESCAPES)
    return f'"{lexical}"^^<{XSD}{datatype}>' if datatype else f'"{lexical}"'


def decimal(number: float) -> str:
    """An xsd:decimal in canonical form."""
    text = format(Decimal(repr(number)).normalize(), "f")
    return literal(text, "decimal")


@dataclass(slots=True)
class SharedNodes:
    """The venues and repositories that papers point to, with the names to call them by.

    Where papers write one differently ("Owner/Repo", "owner/repo"), the first in sorting order stands for all.
    """

    base: str
    _venues: dict[str, str] = field(default_factory=dict)
    _repositories: dict[str, tuple[str, str]] = field(default_factory=dict)

    def venue(self, name: str) -> str:
        """The IRI of a venue."""
        iri = f"{self.base}venue/{slug(name)}"
        self._venues[iri] = min(name, self._venues.get(iri, name))
        return iri

    def repository(self, address: str) -> str:
        """The IRI of the repository at an absolute address; any other address of code counts as one too."""
        found = repository(address)
        name = found.path if found else re.sub(r"^https?://(www\.)?", "", address)
        iri = repository_iri(self.base, found.host if found else "web", name)
        named = (name, found.url if found else address)
        self._repositories[iri] = min(named, self._repositories.get(iri, named))
        return iri

    def statements(self) -> Iterator[str]:
        """N-Quads lines that describe them all."""
        end = _end(entities_graph(self.base))
        for iri, name in sorted(self._venues.items()):
            yield f"<{iri}> {_TYPE} <{SCHEMA}Periodical>{end}"
            yield f"<{iri}> {_NAME} {literal(name)}{end}"
        for iri, (name, address) in sorted(self._repositories.items()):
            yield from _typed(f"<{iri}>", "Repository", end)
            yield f"<{iri}> {_NAME} {literal(name)}{end}"
            yield f"<{iri}> <{SCHEMA}codeRepository> <{address}>{end}"


def _end(graph: str) -> str:
    return f" <{graph}> .\n"


def _typed(node: str, name: str, end: str) -> Iterator[str]:
    yield f"{node} {_TYPE} <{KG}{name}>{end}"
    yield f"{node} {_TYPE} <{SCHEMA_CLASSES[name]}>{end}"


def paper_statements(
    paper: Paper, entries: Sequence[Paper], extraction: Extraction, shared: SharedNodes
) -> Iterator[str]:
    """The named graph of one paper.

    Args:
        paper: the paper as merged from its entries.
        entries: every listing entry of it.
        extraction: what was found in ``paper.text``, resolved.
        shared: takes the venues and repositories that the paper points to, and knows the base IRI.

    Yields:
        N-Quads lines, each with its line end.
    """
    iri = paper_iri(shared.base, paper.title)
    subject = f"<{iri}>"
    end = _end(iri)

    def say(node: str, predicate: str, value: str) -> str:
        return f"{node} <{predicate}> {value}{end}"

    yield from _typed(subject, "Paper", end)
    yield say(subject, SCHEMA + "name", literal(paper.title))
    yield say(subject, SCHEMA + "abstract", literal(paper.abstract))
    for author in paper.authors:
        yield say(subject, SCHEMA + "author", literal(author))
    if paper.year is not None:
        yield say(subject, SCHEMA + "datePublished", literal(f"{paper.year:04d}", "gYear"))
    if paper.venue:
        yield say(subject, SCHEMA + "isPartOf", f"<{shared.venue(paper.venue)}>")
    if paper.url and (address := absolute(paper.url)):
        yield say(subject, SCHEMA + "url", f"<{address}>")
    for entry in entries:
        yield say(subject, DCTERMS + "identifier", literal(entry.id))
        yield say(subject, KG + "listedOn", literal(f"{entry.source}:{entry.line}"))

    text = paper.text
    sentences = plain_text(text, len(paper.title)).sentences()

    def place(node: str, found: Mention | Result) -> Iterator[str]:
        """Where in the text a find stands, and the sentence that it was read from."""
        opening, closing = sentence_around(sentences, found.start, found.end)
        yield say(node, OA + "start", literal(str(found.start), "integer"))
        yield say(node, OA + "end", literal(str(found.end), "integer"))
        yield say(node, KG + "sentence", literal(text[opening:closing]))
        yield say(node, KG + "sentenceStart", literal(str(opening), "integer"))

    roles = {mention.entity: (mention.type, mention.role) for mention in reversed(extraction.entities)}
    for entity, (entity_type, role) in roles.items():
        yield say(subject, KG + "mentions", f"<{entity}>")
        yield say(subject, KG + "introduces" if role == "introduced" else USES[entity_type], f"<{entity}>")
    for mention in extraction.entities:
        node = f"<{iri}#char={mention.start},{mention.end}>"
        yield from _typed(node, "Mention", end)
        yield say(node, OA + "hasTarget", subject)
        yield say(node, OA + "hasBody", f"<{mention.entity}>")
        yield from place(node, mention)
        yield say(node, OA + "exact", literal(mention.text))
        yield say(node, KG + "role", literal(mention.role))
        yield say(node, KG + "confidence", decimal(mention.confidence))
        yield say(node, KG + "extractor", literal(mention.extractor))

    links = {(link.kind, link.url): None for link in extraction.links}
    if paper.github:
        links["code", paper.github] = None
    for kind, url in links:
        if address := absolute(url):
            target = shared.repository(address) if kind == "code" else address
            yield say(subject, LINKS[kind], f"<{target}>")

    entity_of = {
        (mention.type, name_key(without_markup(mention.text))): f"<{mention.entity}>"
        for mention in reversed(extraction.entities)
    }
    for number, result in enumerate(extraction.results, start=1):
        node = f"<{iri}#result-{number}>"
        yield from _typed(node, "Result", end)
        yield say(subject, KG + "reports", node)
        yield say(node, KG + "valueText", literal(result.value))
        if result.number is not None:
            yield say(node, KG + "value", decimal(result.number))
        if result.unit:
            yield say(node, KG + "unit", literal(result.unit))
        yield say(node, KG + "relative", literal(str(result.relative).lower(), "boolean"))
        yield from place(node, result)
        if result.metric:
            yield say(node, KG + "metricText", literal(result.metric))
        for predicate, entity_type, words in (
            ("byMetric", "Metric", result.metric),
            ("onDataset", "Dataset", result.dataset),
            ("ofMethod", "Method", result.method),
        ):
            if words and (found := entity_of.get((entity_type, name_key(without_markup(words))))):
                yield say(node, KG + predicate, found)


def entity_statements(entities: Iterable[Entity], base: str) -> Iterator[str]:
    """What holds for entities across papers: types, names, hierarchy, pages, and which values of a metric are best."""
    end = _end(entities_graph(base))
    for entity in entities:
        node = f"<{entity.iri}>"
        yield from _typed(node, entity.type, end)
        yield f"{node} <{SKOS}prefLabel> {literal(entity.label)}{end}"
        for label in entity.other_labels:
            yield f"{node} <{SKOS}altLabel> {literal(label)}{end}"
        for broader in entity.broader:
            yield f"{node} <{SKOS}broader> <{broader}>{end}"
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
