"""The records that the stages hand to each other.

The JSON lines contract is these classes: ``kg extract`` reads :class:`Paper` and writes :class:`Extraction`.
All ``start`` and ``end`` are character offsets (end exclusive) into :attr:`Paper.text`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kg.jsonrecord import Record
from kg.vocabulary import Better, EntityType, LinkKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Author(Record):
    """An author of whom a source says more than the name.

    ``position`` is the place among the authors, from 1. ``orcid`` is bare ("0000-0002-1825-0097").
    """

    name: str
    position: int
    orcid: str | None = None
    affiliations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper(Record):
    """A paper as a source lists it (an entry), or as its entries say together.

    ``source`` and ``line`` are the file and the line (counted from 1) that the entry was read from; of a file that is
    not read by lines, ``line`` is the number of the entry. ``origin`` is the absolute path of the file. ``listed`` is
    the date of the listing page above the entry, as xsd:date, or as xsd:gMonthDay ("--03-11") where the page has no
    year.

    ``people`` are those of the ``authors`` of whom the source gives an ORCID or affiliations. ``doi`` is bare and in
    lower case, ``arxiv`` has neither version nor prefix; further ``identifiers`` begin with their scheme
    ("openalex:W1", "pmid:1"). ``date`` is that of publication where it is known to the day (xsd:date) or the month
    (xsd:gYearMonth). ``links`` are addresses of code and project pages beyond ``github``. ``bare`` marks an entry of a
    source that has no abstracts: it only adds to what other entries say of a paper. ``names`` are the titles and ids of
    the other entries of a paper that several make together.
    """

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None
    url: str | None = None
    github: str | None = None
    source: str | None = None
    line: int | None = None
    origin: str | None = None
    listed: str | None = None
    people: tuple[Author, ...] = ()
    doi: str | None = None
    arxiv: str | None = None
    identifiers: tuple[str, ...] = ()
    date: str | None = None
    licence: str | None = None
    keywords: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    bare: bool = False
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Title and abstract as one string; all offsets count its characters."""
        return f"{self.title}\n{self.abstract}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention(Record):
    """A span of the text that names an entity.

    ``text`` is the surface form. ``confidence`` is the probability, 0 to 1, that the mention is right; ``extractor``
    is the component that found it. ``entity`` is the entity's IRI, ``None`` before resolution.
    """

    type: EntityType
    text: str
    start: int
    end: int
    role: Role = "used"
    confidence: float
    extractor: str
    entity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Record):
    """An address in the text, cleaned; ``start`` and ``end`` are the span of it as written."""

    url: str
    kind: LinkKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Record):
    """A reported number with the metric that it is a value of.

    ``value`` is the text as written ("65.03%"), ``number`` the number in it (65.03), ``unit`` "%", "x" or a unit of
    measure. ``relative`` marks improvements and factors, in contrast to absolute scores; ``baseline`` is the method
    that it is better or worse than. ``confidence`` is the probability, 0 to 1, that it is right: the value, the metric,
    the dataset, and ``relative``. ``settings`` are the words of the sentence that state how it came about ("5-shot",
    "test-dev", "7B parameters"). ``start`` and ``end`` are the span of the value.
    """

    metric: str | None
    value: str
    number: float | None
    unit: str | None = None
    dataset: str | None = None
    method: str | None = None
    task: str | None = None
    baseline: str | None = None
    relative: bool = False
    confidence: float = 1.0
    settings: tuple[str, ...] = ()
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction(Record):
    """All that was found in one paper, sorted by offset; one line of ``kg extract``.

    ``abbreviations`` are pairs of a short form and its long form.
    """

    id: str
    title: str
    entities: tuple[Mention, ...] = ()
    abbreviations: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()
    results: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity(Record):
    """A method, dataset, metric or task: its IRI, type, preferred name, other names, and what else is known about it.

    ``broader`` and ``may_mean`` are IRIs of entities of the same type; the latter are the senses of an ``ambiguous``
    name that are entities themselves. ``pages`` are the addresses of its Wikidata item and Wikipedia article.
    ``better`` is which values of a metric are better, where its names show it.
    """

    iri: str
    type: EntityType
    label: str
    other_labels: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    ambiguous: bool = False
    may_mean: tuple[str, ...] = ()
    homepage: str | None = None
    pages: tuple[str, ...] = ()
    better: Better | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedEntry(Record):
    """An entry that was merged into a paper with other entries, and why.

    ``entity`` is the paper's IRI, ``label`` its title, ``name`` the title of the entry, ``source`` what the graph calls
    its file. ``why`` is what it has in common with another entry of the paper; empty for the first.
    """

    entity: str
    label: str
    name: str
    source: str
    line: int | None
    id: str
    why: str


Why = Literal[
    "spelling",
    "abbreviation in paper",
    "dominant sense",
    "short form in name",
    "curated alias",
    "name in a catalogue",
    "word that adds nothing",
]


@dataclass(frozen=True, slots=True)
class Merge(Record):
    """A surface form that was put under an entity with another label: in how many papers, and why.

    ``detail`` gives the grounds: the long form, and for a dominant sense, or a short form in the name, how many of the
    papers that define the short form give this long form.
    """

    entity: str
    type: EntityType
    label: str
    name: str
    papers: int
    why: Why
    detail: str
