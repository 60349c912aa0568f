"""Papers by what they are on, what they introduce, who wrote them, and since when they are known: one filter.

>>> found = find_papers(reader, task=["image classification"], year=["2020.."], with_code=True)  # doctest: +SKIP
>>> [paper.title for paper in found.papers]  # doctest: +SKIP
['A Frog that Sees']
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

import pyoxigraph as ox

from kg.ask.lookup import venues_named
from kg.ask.questions import Meant, meant
from kg.errors import QueryError
from kg.graph.index import INTRODUCES, LINKS_TO, USES, GraphIndex, IndexedReader
from kg.graph.reader import GraphReader
from kg.jsonrecord import Record
from kg.text.names import quoted
from kg.text.spellings import typed_words
from kg.vocabulary import DEFAULT_BASE, ENTITY_KINDS, KG, LINKS, SCHEMA, Kind

_PAPERS = """SELECT place, iri, text, year
    FROM paper JOIN node ON node.id = paper.node LEFT JOIN name ON name.id = label
    WHERE year IS NULL OR (:first IS NULL OR year >= :first) AND (:last IS NULL OR year <= :last)"""
_FEW = 1000  # papers; looking a property up for each takes longer than reading it for all of a larger number
_YEARS = re.compile(r"(?P<first>\d{1,4})?\s*+(?:(?P<dots>\.\.)\s*+)?(?P<last>\d{1,4})?")


@dataclass(frozen=True, slots=True)
class FoundPaper(Record):
    """A paper of a list.

    ``code`` are the addresses of its repositories. ``listed`` is the earliest date of a listing page that has it, as
    xsd:date or xsd:gMonthDay ("--03-11"), ``first_seen`` the date of the build that read it first; ``None`` where the
    graph does not know.
    """

    iri: str
    title: str
    year: int | None
    venue: str | None
    authors: tuple[str, ...]
    code: tuple[str, ...]
    listed: str | None
    first_seen: str | None


@dataclass(frozen=True, slots=True)
class FoundPapers(Record):
    """Papers that fit a filter: the first ``papers`` of ``total``, the newest first.

    ``meant`` is what each name of an entity was taken for; ``unknown_venues`` are names that no venue has,
    ``unknown_authors`` those that no author has, and ``undated`` is how many papers fit all but a condition on the
    year, because they have none.
    """

    papers: tuple[FoundPaper, ...]
    total: int
    meant: tuple[Meant, ...]
    unknown_venues: tuple[str, ...]
    unknown_authors: tuple[str, ...] = ()
    undated: int = 0


def find_papers(
    reader: IndexedReader,
    *,
    task: Iterable[str] = (),
    dataset: Iterable[str] = (),
    method: Iterable[str] = (),
    metric: Iterable[str] = (),
    introduces: Iterable[str] = (),
    venue: Iterable[str] = (),
    author: Iterable[str] = (),
    year: Iterable[str] = (),
    with_code: bool = False,
    new_since: str | None = None,
    limit: int | None = None,
    base: str = DEFAULT_BASE,
) -> FoundPapers:
    """The papers that fit all of the conditions; with no condition all papers.

    Args:
        reader: the graph.
        task: names of tasks, as a look-up takes them; a paper on something narrower is on the task too.
        dataset: names of datasets, in the same way, and so on.
        method: names of methods.
        metric: names of metrics.
        introduces: names of what the paper introduces, of any type.
        venue: names of venues in any spelling, or words of them.
        author: names of authors or parts of them, in any order; an initial stands for any name that begins with it.
        year: "2020", "2020..", "..2020" or "2018..2020".
        with_code: only papers that link to a repository.
        new_since: a date as "2025-03-11", "2025-03" or "2025": only papers that were listed then or later, by the
            date of their listing page, or else by the date of the first build that read them. A page's date without
            a year is the last such day before that build.
        limit: the maximum number of papers; ``None`` for all.
        base: the base IRI of the graph's resources.

    Raises:
        QueryError: a name may mean several things, or a year or date is not one.
    """
    years = [year_range(text) for text in year]
    since = start_of(new_since) if new_since is not None else None
    asked: list[tuple[str, tuple[Kind, ...], int]] = [
        *(
            (words, (kind,), USES)
            for kind, names in zip(ENTITY_KINDS, (method, dataset, metric, task), strict=True)
            for words in names
        ),
        *((words, ENTITY_KINDS, INTRODUCES) for words in introduces),
    ]
    names = [meant(reader, words, kinds, base) for words, kinds, _ in asked]
    places = [_places_with(reader.index, name, role) for name, (_, _, role) in zip(names, asked, strict=True)]
    if with_code:
        places.append({place for (place,) in reader.index.rows("SELECT place FROM edge WHERE role = ?", LINKS_TO)})
    venues = {words: venues_named(reader, words) for words in venue}
    within = [
        set(chain(*(reader.subjects(SCHEMA + "isPartOf", ox.NamedNode(iri)) for iri, _ in named)))
        for named in venues.values()
    ]
    wanted = set.intersection(*places) if places else None
    first, last = max((first for first, _ in years), default=None), min((last for _, last in years), default=None)
    kept = [
        (iri, title, published or 0)
        for place, iri, title, published in reader.index.rows(_PAPERS, {"first": first, "last": last})
        if (wanted is None or place in wanted) and all(iri in papers for papers in within)
    ]
    facts = _Facts(reader, [iri for iri, _, _ in kept])
    if author:
        writers = [typed_words(words) for words in author]
        kept = [paper for paper in kept if _are_by(facts.of(paper[0], SCHEMA + "author"), writers)]
    unknown_authors = tuple(_without_papers(reader, author)) if author and not kept else ()
    kept.sort(key=lambda paper: (-paper[2], paper[1] or "", paper[0]))
    if since is not None:
        known = {iri: known_since(*facts.dates(iri)) for iri, _, _ in kept}
        kept = sorted(
            (paper for paper in kept if known[paper[0]] >= since), key=lambda paper: known[paper[0]], reverse=True
        )
    fitting = [paper for paper in kept if paper[2]] if years else kept
    unknown = tuple(words for words, named in venues.items() if not named)
    found = tuple(_paper(reader, iri) for iri, _, _ in fitting[:limit])
    return FoundPapers(found, len(fitting), tuple(names), unknown, unknown_authors, len(kept) - len(fitting))


def year_range(text: str) -> tuple[int, int]:
    """The first and last year of a text.

    >>> year_range("2020"), year_range("2020.."), year_range("..2020"), year_range("2018..2020")
    ((2020, 2020), (2020, 9999), (1, 2020), (2018, 2020))

    Raises:
        QueryError: it is not a year or a range of years.
    """
    found = _YEARS.fullmatch(text.strip())
    if found and (found["first"] or found["last"]) and (found["dots"] or not found["last"]):
        first = int(found["first"] or 1)
        last = int(found["last"] or (9999 if found["dots"] else first))
        if 0 < first <= last:
            return first, last
    raise QueryError(f"year: expected 2020, 2020.., ..2020 or 2018..2020, found {quoted(text)}")


def start_of(text: str) -> str:
    """The first day of a date, a month or a year, as xsd:date.

    >>> start_of("2025-03-11"), start_of("2025-03"), start_of("2025")
    ('2025-03-11', '2025-03-01', '2025-01-01')

    Raises:
        QueryError: it is none of these.
    """
    if re.fullmatch(r"\d{4}(-\d\d){0,2}", text.strip(), re.ASCII):
        try:
            return date.fromisoformat(f"{text.strip()}-01-01"[:10]).isoformat()
        except ValueError:
            pass
    raise QueryError(f"date: expected 2025-03-11, 2025-03 or 2025, found {quoted(text)}")


def known_since(listed: str | None, first_seen: str | None) -> str:
    """The xsd:date from which on a paper is known: that of its page, else of the first build; "" if there is none.

    >>> known_since("--03-11", "2024-02-01"), known_since("2025-03-11", "2026-01-01"), known_since(None, "2024-02-01")
    ('2023-03-11', '2025-03-11', '2024-02-01')
    """
    if not listed or not listed.startswith("--"):
        return listed or first_seen or ""
    if not first_seen:
        return ""
    year, day = int(first_seen[:4]), listed[2:]
    while f"{year:04d}-{day}" > first_seen or (day == "02-29" and not _is_leap(year)):
        year -= 1
    return f"{year:04d}-{day}"


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


class _Facts:
    """Properties of some papers: looked up for each of a few papers, read at once for many."""

    def __init__(self, reader: GraphReader, papers: Collection[str]) -> None:
        self.reader = reader
        self.few = len(papers) <= _FEW
        self._read: dict[str, dict[str, list[str]]] = {}

    def of(self, paper: str, predicate: str) -> list[str]:
        """What a paper has for a property, sorted."""
        if self.few:
            return self.reader.objects(paper, predicate)
        if predicate not in self._read:
            found: dict[str, list[str]] = {}
            for subject, value in self.reader.rows(f"SELECT ?paper ?value {{ ?paper <{predicate}> ?value }}"):
                found.setdefault(subject, []).append(value)
            self._read[predicate] = found
        return sorted(self._read[predicate].get(paper, ()))

    def first(self, paper: str, predicate: str) -> str | None:
        """The first of :meth:`of`, where there is one."""
        return next(iter(self.of(paper, predicate)), None)

    def dates(self, paper: str) -> tuple[str | None, str | None]:
        """The earliest date of a listing page, and that of the first build."""
        return _earliest(self.of(paper, KG + "listedDate")), self.first(paper, KG + "firstSeen")


def _earliest(listed: Iterable[str]) -> str | None:
    """The first of some dates; those with a year come before those without."""
    return min(listed, key=lambda text: (text.startswith("--"), text), default=None)


def _places_with(index: GraphIndex, name: Meant, role: int) -> set[int]:
    """The papers that introduce, or also use, what a name means or something narrower, by their places."""
    node = index.node(name.match.iri) if name.match else None
    if node is None:
        return set()
    return index.places([node.id, *(entity.id for entity in index.narrower(node.id))], role)


def _paper(reader: GraphReader, iri: str) -> FoundPaper:
    year = reader.value(iri, SCHEMA + "datePublished")
    venue = reader.value(iri, SCHEMA + "isPartOf")
    repositories = reader.objects(iri, LINKS["code"])
    return FoundPaper(
        iri=iri,
        title=reader.name(iri),
        year=int(year) if year else None,
        venue=reader.name(venue) if venue else None,
        authors=tuple(reader.objects(iri, SCHEMA + "author")),
        code=tuple(reader.value(one, SCHEMA + "codeRepository") or one for one in repositories),
        listed=_earliest(reader.objects(iri, KG + "listedDate")),
        first_seen=reader.value(iri, KG + "firstSeen"),
    )


def _without_papers(reader: GraphReader, writers: Iterable[str]) -> Iterator[str]:
    """Those of some names of authors that nobody in the graph has."""
    authors = [name for (name,) in reader.rows(f"SELECT DISTINCT ?name {{ ?paper <{SCHEMA}author> ?name }}")]
    return (name for name in writers if not any(_is_named(each, typed_words(name)) for each in authors))


def _are_by(authors: Sequence[str], writers: Iterable[Sequence[str]]) -> bool:
    """Whether each of some writers is among the authors."""
    return all(any(_is_named(name, words) for name in authors) for words in writers)


def _is_named(name: str, words: Sequence[str]) -> bool:
    """Whether a name has all of some words, at least one of them in full; an initial is as good as the name."""
    parts = typed_words(name)
    in_full = any(word in parts and (len(word) > 1 or len(words) == 1) for word in words)
    return in_full and all(any(_may_be(word, part) for part in parts) for word in words)


def _may_be(word: str, part: str) -> bool:
    return word == part or (min(len(word), len(part)) == 1 and word[0] == part[0])
