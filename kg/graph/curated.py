"""Statements that people made in a catalogue, beside those that were read from texts, which they never mix with.

A catalogue that was imported stays in the graph folder as a file of facts by name, ``curated/pwc.jsonl.gz``. Each build
looks the names up among the entities and papers of the graph, and writes the facts into a named graph of the catalogue:

- what a paper is listed under is :data:`CATALOGUED`, and no ``kg:mentions``, which a place in a text proves;
- its results are of the class ``kg:CuratedResult`` and have no ``kg:confidence``;
- entities that no text names are entities like others, with the catalogue as the source of their names; those that a
  text names keep their names and their hierarchy: further names are ``schema:alternateName``, and what the catalogue
  has as broader is ``skos:broadMatch``;
- papers that the graph does not have are ``schema:ScholarlyArticle`` and no ``kg:Paper``, which has an abstract.

So no statement is both in the graph of a paper and in that of a catalogue, and the union of all graphs holds each once.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Any, NamedTuple

from kg.errors import GraphError
from kg.graph.manifest import unreadable
from kg.graph.statements import literal, repository_of
from kg.resolution.curated import Identity
from kg.resolution.known import Listed
from kg.resolution.resolver import Resolver
from kg.resolution.spelling import entity_key, entity_words
from kg.text.addresses import given_address
from kg.text.files import CATALOGUES, packing
from kg.text.names import slug
from kg.text.plain import paper_key
from kg.vocabulary import (
    DCTERMS,
    KG,
    PROV,
    RDF,
    SCHEMA,
    SCHEMA_CLASSES,
    SKOS,
    EntityType,
    curated_graph,
    entity_iri,
    paper_iri,
    scheme_iri,
)

CATALOGUED = KG + "catalogued"
Fact = dict[str, Any]

_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_NAMED: dict[str, EntityType] = {"method": "Method", "dataset": "Dataset", "task": "Task"}
_SUFFIX = ".jsonl.gz"


class Catalogue(NamedTuple):
    """What is known about a catalogue: the first line of its file.

    Args:
        name: of its file and its named graph.
        title: what people call it.
        source: its address.
        licence: the address of its licence.
        files: names and digests of the files that it was read from.
    """

    name: str
    title: str
    source: str
    licence: str
    files: tuple[str, ...]


def keep_catalogue(folder: Path, catalogue: Catalogue, facts: Iterable[Fact]) -> Path:
    """Write a catalogue into a graph folder, in place of an earlier one of its name; returns the file.

    Raises:
        OSError: it cannot be written.
    """
    path = folder / CATALOGUES / f"{catalogue.name}{_SUFFIX}"
    facts = iter(facts)
    first = next(facts, None)  # what cannot be read makes no folder
    path.parent.mkdir(parents=True, exist_ok=True)
    with packing(path) as stream:
        stream.write(_line(catalogue._asdict()))
        for fact in chain([first] if first else [], facts):
            stream.write(_line(fact))
    return path


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def kept_catalogues(folder: Path) -> list[Path]:
    """The files of the catalogues in a graph folder, by name."""
    return sorted((folder / CATALOGUES).glob(f"*{_SUFFIX}"))


def read_catalogue(path: Path) -> tuple[Catalogue, Iterator[Fact]]:
    """A catalogue of :func:`keep_catalogue`, and its facts.

    Raises:
        GraphError: the file is damaged.
    """
    lines = _facts(path)
    try:
        head = next(lines)
        return Catalogue(**{**head, "files": tuple(head["files"])}), lines
    except (KeyError, StopIteration, TypeError):
        raise _damaged(path) from None


def _facts(path: Path) -> Iterator[Fact]:
    try:
        with gzip.open(path, "rb") as stream:
            for line in stream:
                yield json.loads(line)
    except PermissionError as error:
        raise unreadable(path, error) from None
    except (EOFError, OSError, ValueError):
        raise _damaged(path) from None


def _damaged(path: Path) -> GraphError:
    return GraphError(f"{path}: is damaged; import the catalogue again, or remove the file")


def listed_entities(facts: Iterable[Fact]) -> Iterator[Listed]:
    """The methods, datasets and tasks of a catalogue with their names, which come before what is said of papers."""
    for fact in takewhile(lambda fact: fact.get("kind") not in ("paper", "code"), facts):
        if (entity_type := _NAMED.get(fact.get("kind", ""))) and isinstance(fact.get("name"), str):
            others = (*fact.get("synonyms", ()), *fact.get("variants", ()))
            yield Listed(entity_type, fact["name"], fact.get("full_name", ""), others)


class KnownPapers:
    """The papers of a graph by their identifiers and titles."""

    def __init__(self) -> None:
        self._iris: dict[str, str] = {}

    def add(self, iri: str, title: str, identifiers: Iterable[str]) -> None:
        """Count a paper in, with identifiers such as "arxiv:2101.00001"."""
        for key in (*identifiers, paper_key(title)):
            self._iris.setdefault(key, iri)

    def find(self, title: str, identifiers: Iterable[str]) -> str | None:
        """The IRI of a paper, if the graph has it."""
        keys = (*identifiers, paper_key(title))
        return next((iri for key in keys if (iri := self._iris.get(key))), None)


class CuratedStatements:
    """Makes N-Quads lines of the facts of a catalogue.

    Args:
        catalogue: where the facts are from.
        resolver: knows what names mean in the texts.
        papers: the papers of the graph.
    """

    def __init__(self, catalogue: Catalogue, resolver: Resolver, papers: KnownPapers) -> None:
        self.catalogue = catalogue
        self.base = resolver.base
        self.graph = curated_graph(self.base, catalogue.name)
        self._end = f" <{self.graph}> .\n"
        self._resolver, self._papers = resolver, papers
        self._iris = dict(resolver.iris())
        self._in_texts = {entity.iri: {entity.label, *entity.other_labels} for entity in resolver.entities()}
        self._meant: dict[tuple[EntityType, str, str], Identity] = {}
        self._entities: dict[str, tuple[EntityType, str, set[str], set[str]]] = {}  # type, label, others, broader
        self._described: set[int] = set()

    def about(self) -> Iterator[str]:
        """What the named graph is, where it is from, and its licence (PROV-O)."""
        node = f"<{self.graph}>"
        yield self._say(node, RDF + "type", f"<{PROV}Entity>")
        yield self._say(node, DCTERMS + "title", literal(self.catalogue.title))
        yield self._say(node, PROV + "wasQuotedFrom", f"<{self.catalogue.source}>")
        yield self._say(node, DCTERMS + "license", f"<{self.catalogue.licence}>")
        for file in self.catalogue.files:
            yield self._say(node, DCTERMS + "source", literal(file))

    def of(self, fact: Fact) -> Iterator[str]:
        """The lines of a fact; those on names are given by :meth:`entities`."""
        try:
            yield from _KINDS[fact["kind"]](self, fact)
        except (KeyError, TypeError, AttributeError):
            return

    def entities(self) -> Iterator[str]:
        """The lines on all entities that no text names, when all facts are read."""
        for iri, (entity_type, label, others, broader) in self._entities.items():
            node, scheme = f"<{iri}>", f"<{scheme_iri(self.base, entity_type)}>"
            yield self._say(node, RDF + "type", f"<{KG}{entity_type}>")
            yield self._say(node, RDF + "type", f"<{SCHEMA_CLASSES[entity_type]}>")
            yield self._say(node, RDF + "type", f"<{SKOS}Concept>")
            yield self._say(node, KG + "fromCatalogue", f"<{self.graph}>")
            yield self._say(node, SKOS + "inScheme", scheme)
            yield self._say(node, SKOS + "prefLabel", literal(label))
            yield self._say(node, SCHEMA + "name", literal(label))
            for other in sorted(others - {label}):
                yield self._say(node, SKOS + "altLabel", literal(other))
            if (
                better := self._resolver.directions.better((label, *sorted(others)))
                if entity_type == "Metric"
                else None
            ):
                yield self._say(node, KG + "better", literal(better))
            for wide in sorted(broader):
                yield self._say(node, SKOS + "broader", f"<{wide}>")
            if not broader:
                yield self._say(node, SKOS + "topConceptOf", scheme)
                yield self._say(scheme, SKOS + "hasTopConcept", node)
        of_texts = {entity_type for entity_type, _ in self._resolver.iris()}
        for entity_type in dict.fromkeys(entity_type for entity_type, *_ in self._entities.values()):
            if entity_type not in of_texts:
                scheme = f"<{scheme_iri(self.base, entity_type)}>"
                yield self._say(scheme, RDF + "type", f"<{SKOS}ConceptScheme>")
                yield self._say(scheme, DCTERMS + "title", literal(entity_type + "s"))

    # --- facts of each kind ---

    def _described_entity(self, fact: Fact) -> Iterator[str]:
        """The lines about a method, a dataset or a task."""
        entity_type, name, full = _NAMED[fact["kind"]], fact["name"], fact.get("full_name", "")
        iri = self._entity(entity_type, name, full)
        node = f"<{iri}>"
        names = {name, full, *fact.get("synonyms", ())}
        for variant in fact.get("variants", ()):
            if self._identity(entity_type, variant) == self._identity(entity_type, name, full):
                names.add(variant)  # another spelling
            elif (entity_type, entity_key(variant)) not in self._resolver.known:  # the name of no other one
                yield from self._broader(self._entity(entity_type, variant), iri)
        if iri in self._entities:
            self._entities[iri][2].update(names - {""})
        else:
            for other in sorted(names - self._in_texts[iri] - {""}):
                yield self._say(node, SCHEMA + "alternateName", literal(other))
        if text := fact.get("description"):
            yield self._say(node, SCHEMA + "description", literal(text))
        if page := given_address(fact.get("page", "")):
            yield self._say(node, PROV + "wasQuotedFrom", f"<{page}>")
        if year := fact.get("year"):
            yield self._say(node, KG + "introducedYear", literal(f"{year:04d}", "gYear"))
        if title := fact.get("title"):
            paper, lines = self._paper(title, fact)
            yield from lines
            yield self._say(node, KG + "introducedIn", f"<{paper}>")
        if licence := fact.get("licence"):
            yield self._say(node, SCHEMA + "license", literal(licence))
        for modality in fact.get("modalities", ()):
            yield self._say(node, SCHEMA + "keywords", literal(modality))
        for task in fact.get("tasks", ()):
            yield self._say(node, CATALOGUED, f"<{self._entity('Task', task)}>")
        for collection, area in fact.get("collections", ()):
            yield self._say(node, SKOS + "broadMatch", f"<{self._concept(collection)}>")
            yield from self._area(collection, area)
        for area in fact.get("areas", ()):
            yield self._say(node, SKOS + "broadMatch", f"<{self._concept(area)}>")
            yield from self._area(area)
        if wide := fact.get("broader"):
            yield from self._broader(iri, self._entity(entity_type, wide))

    def _broader(self, iri: str, wide: str) -> Iterator[str]:
        if iri == wide:
            return
        if iri in self._entities and iri not in self._above(wide):
            self._entities[iri][3].add(wide)
        else:
            yield self._say(f"<{iri}>", SKOS + "broadMatch", f"<{wide}>")

    def _above(self, iri: str) -> set[str]:
        """What is broader than an entity of the catalogue, however many steps away, and itself."""
        found, left = set[str](), [iri]
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left.extend(self._entities[one][3] if one in self._entities else ())
        return found

    def _area(self, name: str, within: str = "") -> Iterator[str]:
        node = f"<{self._concept(name)}>"
        if not self._is_new(node):
            return
        yield self._say(node, RDF + "type", f"<{SKOS}Concept>")
        yield self._say(node, SKOS + "prefLabel", literal(name))
        if within:
            yield self._say(node, SKOS + "broadMatch", f"<{self._concept(within)}>")
            yield from self._area(within)

    def _listed(self, fact: Fact) -> Iterator[str]:
        """The lines about the tasks and methods of a paper."""
        iri, lines = self._paper(fact["title"], fact)
        yield from lines
        for task in fact.get("tasks", ()):
            yield self._say(f"<{iri}>", CATALOGUED, f"<{self._entity('Task', task)}>")
        for method in fact.get("methods", ()):
            yield self._say(f"<{iri}>", CATALOGUED, f"<{self._entity('Method', *method)}>")
        if page := given_address(fact.get("page", "")):
            yield self._say(f"<{iri}>", PROV + "wasQuotedFrom", f"<{page}>")

    def _code(self, fact: Fact) -> Iterator[str]:
        if not (address := given_address(fact["repository"])):
            return
        iri, lines = self._paper(fact["title"], fact)
        yield from lines
        code = f"<{self._repository(address)}>"
        yield self._say(f"<{iri}>", KG + ("officialCode" if fact.get("official") else "otherCode"), code)
        yield self._say(code, SCHEMA + "url", f"<{address}>")
        if framework := fact.get("framework"):
            yield self._say(code, SCHEMA + "runtimePlatform", literal(framework))

    def _result(self, fact: Fact) -> Iterator[str]:
        iri, lines = self._paper(fact["title"], fact) if fact.get("title") else (self.graph, iter(()))
        yield from lines
        written = fact.get("subdataset") or fact["dataset"]
        dataset = self._entity("Dataset", written)
        if written != fact["dataset"]:
            yield from self._broader(dataset, self._entity("Dataset", fact["dataset"]))
        facts = [
            (RDF + "type", f"<{KG}CuratedResult>"),
            (KG + "onDataset", f"<{dataset}>"),
            (KG + "byMetric", f"<{self._entity('Metric', fact['metric'])}>"),
            (KG + "onTask", f"<{self._entity('Task', fact['task'])}>"),
            (KG + "datasetText", literal(written)),
            (KG + "metricText", literal(fact["metric"])),
            (KG + "valueText", literal(fact["value"])),
        ]
        if model := fact.get("model"):
            facts.append((KG + "modelText", literal(model)))
            if method := self._method_of(model):
                facts.append((KG + "ofMethod", f"<{method}>"))
        number = number_of(fact["value"])
        if number is not None:
            facts.append((KG + "value", literal(f"{number:f}", "decimal")))
        facts.append((KG + "curatedScore", literal(str(number is not None).lower(), "boolean")))
        facts.append((KG + "relative", literal("false", "boolean")))
        if page := given_address(fact.get("page", "")):
            facts.append((PROV + "wasQuotedFrom", f"<{page}>"))
        for address in filter(None, map(given_address, fact.get("code", ()))):
            facts.append((KG + "otherCode", f"<{self._repository(address)}>"))
        digest = blake2b("\n".join(value for _, value in facts).encode(), digest_size=8).hexdigest()
        node = f"<{iri}#curated-{digest}>"
        yield self._say(f"<{iri}>", KG + "curatedResult", node)
        for predicate, value in facts:
            yield self._say(node, predicate, value)

    # --- IRIs ---

    def _identity(self, entity_type: EntityType, name: str, full: str = "") -> Identity:
        """What a name means in the texts, or would mean there."""
        key = (entity_type, name, full)
        if key not in self._meant:
            self._meant[key] = self._resolver.identity(entity_type, self._resolver.known.called(*key))
        return self._meant[key]

    def _entity(self, entity_type: EntityType, name: str, full: str = "") -> str:
        """The IRI of an entity; one that no text names is kept for the end."""
        identity = self._identity(entity_type, name, full)
        if identity not in self._iris:
            # A name that several entities have is not the one to tell them apart by.
            label = full if full and (entity_type, entity_key(name)) not in self._resolver.known else name
            iri = entity_iri(self.base, entity_type, entity_words(label) or label)
            numbered = (f"{iri}-{number}" for number in count(2))
            self._iris[identity] = next(
                free for free in chain([iri], numbered) if free not in self._in_texts and free not in self._entities
            )
            self._entities[self._iris[identity]] = (entity_type, label, set(), set())
        return self._iris[identity]

    def _method_of(self, model: str) -> str | None:
        """The method that a row of a table is about, if its name, or that before a remark in brackets, is known."""
        names = dict.fromkeys((model, re.sub(r"\s*[(\[][^()\[\]]*[)\]]$", "", model)))
        found = (self._iris.get(self._identity("Method", name)) for name in names)
        return next(filter(None, found), None)

    def _concept(self, area: str) -> str:
        return f"{self.base}area/{slug(area)}"

    def _repository(self, address: str) -> str:
        return repository_of(self.base, address)[0]

    def _paper(self, title: str, fact: Fact) -> tuple[str, Iterable[str]]:
        """The IRI of a paper, and what is said of it if the graph does not have it and it was not named before."""
        identifiers = [f"{name}:{fact[name]}" for name in ("arxiv", "openreview") if fact.get(name)]
        if found := self._papers.find(title, identifiers):
            return found, ()
        iri = paper_iri(self.base, title)
        node = f"<{iri}>"
        lines = []
        if new := self._is_new(node):
            lines.append(self._say(node, RDF + "type", f"<{SCHEMA}ScholarlyArticle>"))
            lines.append(self._say(node, SCHEMA + "name", literal(title)))
        if fact["kind"] == "paper":
            if year := fact.get("year"):
                lines.append(self._say(node, SCHEMA + "datePublished", literal(f"{year:04d}", "gYear")))
            if url := given_address(fact.get("url", "")):
                lines.append(self._say(node, SCHEMA + "url", f"<{url}>"))
        if new or fact["kind"] == "paper":
            lines.extend(self._say(node, DCTERMS + "identifier", literal(each)) for each in identifiers)
        return iri, lines

    def _is_new(self, node: str) -> bool:
        """Whether a node was not described before. Only a hash of each is kept: there are half a million papers."""
        key = hash(node)
        if key in self._described:
            return False
        self._described.add(key)
        return True

    def _say(self, node: str, predicate: str, value: str) -> str:
        return f"{node} <{predicate}> {value}{self._end}"


_KINDS: Mapping[str, Callable[[CuratedStatements, Fact], Iterator[str]]] = {
    **dict.fromkeys(_NAMED, CuratedStatements._described_entity),
    "paper": CuratedStatements._listed,
    "code": CuratedStatements._code,
    "result": CuratedStatements._result,
}


def number_of(written: str) -> Decimal | None:
    """The number that a text is, without "%" and the separators of thousands; ``None`` if it is more than one number.

    >>> number_of("96.4%"), number_of("1,200"), number_of("25.6M")
    (Decimal('96.4'), Decimal('1200'), None)
    """
    text = written.strip().removesuffix("%").strip()
    try:
        return Decimal(text.replace(",", "")) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        return None
