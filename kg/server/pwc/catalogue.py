"""What the API of Papers with Code lists, in order, with the names to filter by.

Lists are read when they are first asked for, most of them from the graph's index, and kept until a build replaces the
graph: then a page of a list reads only what is on the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import chain, groupby
from threading import RLock
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from kg.ask.papers import known_since
from kg.graph.index import INTRODUCES, LINKS_TO, IndexedReader
from kg.server.pwc.tables import Tables
from kg.text.identifiers import bare_arxiv
from kg.text.names import slug
from kg.vocabulary import DCTERMS, KG, RDF, SCHEMA, SKOS, Kind

_VENUE = SCHEMA + "Periodical"
_ARXIV_FORMS = ("{0}", "arXiv:{0}", "arxiv:{0}", "https://arxiv.org/abs/{0}", "http://arxiv.org/abs/{0}")
_SEARCHES = 16  # that are kept
_NEWEST_VERSION = 9  # of an arXiv paper whose identifier or address in the graph has its version


class Entry(NamedTuple):
    """Something that a list has: its IRI, its name, all its names in lower case (one a line), its number of papers."""

    iri: str
    name: str
    names: str
    papers: int


class Catalogue:
    """The lists of one graph.

    Args:
        reader: the graph.
        base: the IRI that its resources live under.
    """

    def __init__(self, reader: IndexedReader, base: str) -> None:
        self.reader = reader
        self.base = base
        self._lists: dict[str, list[Entry]] = {}
        self._spellings: dict[str, list[str]] = {}  # the names of each author, that of most papers first
        self._lock = RLock()  # several requests wait for one reading of a list
        # The other pages of a search follow at once.
        self.papers_with = lru_cache(_SEARCHES)(self._papers_with)
        self.papers_saying = lru_cache(_SEARCHES)(self._papers_saying)

    def entries(self, kind: Kind) -> list[Entry]:
        """All methods, datasets, metrics, tasks or repositories, by name."""
        if kind not in self._lists:
            with self._lock:
                if kind not in self._lists:
                    self._lists[kind] = self._read(kind)
        return self._lists[kind]

    def _read(self, kind: Kind) -> list[Entry]:
        rows = self.reader.index.rows(
            """SELECT iri, coalesce(name.text, iri), papers FROM node LEFT JOIN name ON name.node = node.id
                WHERE kind = ? ORDER BY node.id, name.id""",
            kind,
        )
        found = []
        for iri, bearing in groupby(rows, key=lambda row: row[0]):
            names = [*bearing]
            folded = "\n".join(name for _, name, _ in names).casefold()
            found.append(Entry(iri, names[0][1], folded, names[0][2]))
        return sorted(found, key=lambda entry: (entry.name.casefold(), entry.iri))

    def _pairs(self, predicate: str) -> Iterator[tuple[str, str]]:
        """All subjects and objects of a property."""
        for quad in self.reader.store.quads_for_pattern(None, ox.NamedNode(predicate), None):
            yield quad.subject.value, quad.object.value  # type: ignore[union-attr]  # no blank nodes, no quoted triples

    def paper_count(self, iri: str) -> int:
        """How many papers mention an entity."""
        node = self.reader.index.node(iri)
        return node.papers if node else 0

    @cached_property
    def parents(self) -> dict[str, list[str]]:
        """The next broader tasks of each task that has some."""
        tasks, found = f"{self.base}task/", dict[str, list[str]]()
        for task, broader in sorted(self._pairs(SKOS + "broader")):
            if task.startswith(tasks):
                found.setdefault(task, []).append(broader)
        return found

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """The next narrower tasks of each task that has some."""
        found: dict[str, list[str]] = {}
        for task, parents in self.parents.items():
            for broader in parents:
                found.setdefault(broader, []).append(task)
        return found

    def line(self, task: str) -> list[str]:
        """The broader tasks of a task, from the next one up to the top; the first where there are several."""
        line: list[str] = []
        while above := self.parents.get((line or [task])[-1]):
            if above[0] in (task, *line):
                break
            line.append(above[0])
        return line

    @cached_property
    def areas(self) -> list[Entry]:
        """The areas: tasks with narrower ones and no broader one."""
        return [entry for entry in self.entries("task") if entry.iri in self.children and entry.iri not in self.parents]

    def within(self, task: str) -> list[Entry]:
        """A task and all narrower ones, by name."""
        found, waiting = {task}, [task]
        while waiting:
            below = set(self.children.get(waiting.pop(), ())) - found
            found |= below
            waiting += below
        return sorted((self._tasks[iri] for iri in found), key=lambda entry: (entry.name.casefold(), entry.iri))

    @cached_property
    def _tasks(self) -> dict[str, Entry]:
        return {entry.iri: entry for entry in self.entries("task")}

    @cached_property
    def papers(self) -> list[Entry]:
        """All papers, the newest first."""
        rows = self.reader.index.rows(
            """SELECT iri, coalesce(name.text, iri) FROM paper JOIN node ON node.id = paper.node
                LEFT JOIN name ON name.id = label ORDER BY place"""
        )
        return [Entry(iri, name, name.casefold(), 1) for iri, name in rows]

    @cached_property
    def recent(self) -> list[str]:
        """All papers, those that were listed (or else first read by a build) last at the beginning."""
        # The earliest date of a paper is the last in this order, and stays.
        listed, seen = (dict(sorted(self._pairs(KG + name), reverse=True)) for name in ("listedDate", "firstSeen"))
        known = {entry.iri: known_since(listed.get(entry.iri), seen.get(entry.iri)) for entry in self.papers}
        return sorted(known, key=lambda iri: known[iri], reverse=True)

    @cached_property
    def years(self) -> dict[str, int]:
        """The year of each paper that has one."""
        query = "SELECT iri, year FROM paper JOIN node ON node.id = paper.node WHERE year IS NOT NULL"
        return dict(self.reader.index.rows(query))

    @cached_property
    def introduced(self) -> dict[str, int]:
        """The first year in which a paper introduces an entity."""
        rows = self.reader.index.rows(
            """SELECT iri, min(year) FROM edge JOIN paper USING (place) JOIN node ON node.id = edge.node
                WHERE role = ? AND year IS NOT NULL GROUP BY edge.node""",
            INTRODUCES,
        )
        return dict(rows)

    @cached_property
    def venues(self) -> list[Entry]:
        """All venues, by name; their papers are not counted."""
        named = [Entry(iri, name, name.casefold(), 0) for iri, name in self.reader.index.venues()]
        return sorted(named, key=lambda entry: (entry.names, entry.iri))

    @cached_property
    def authors(self) -> list[Entry]:
        """All authors, by name; names that differ only in case, spaces and punctuation are one author."""
        query = f"SELECT ?name (COUNT(DISTINCT ?paper) AS ?papers) {{ ?paper <{SCHEMA}author> ?name }} GROUP BY ?name"
        by_id: dict[str, list[tuple[int, str]]] = {}
        for name, papers in self.reader.rows(query):
            by_id.setdefault(slug(name), []).append((-int(papers), name))
        found = []
        for author, spellings in by_id.items():
            names = [name for _, name in sorted(spellings)]
            self._spellings[author] = names
            papers_in_all = -sum(count for count, _ in spellings)
            found.append(Entry(author, names[0], "\n".join(names).casefold(), papers_in_all))
        return sorted(found, key=lambda entry: (entry.name.casefold(), entry.iri))

    def author(self, author_id: str) -> Entry | None:
        """The author of this id."""
        return self._by_author_id.get(author_id)

    @cached_property
    def _by_author_id(self) -> dict[str, Entry]:
        return {entry.iri: entry for entry in self.authors}

    def papers_by(self, author: Entry) -> list[str]:
        """The papers of an author, the newest first."""
        names = map(ox.Literal, self._spellings[author.iri])
        return self.newest(chain.from_iterable(self.reader.subjects(SCHEMA + "author", name) for name in names))

    @cached_property
    def repositories(self) -> dict[tuple[str, str], str]:
        """The IRI of each repository by its owner and name in lower case; where two hosts have it, that of GitHub."""
        found: dict[tuple[str, str], str] = {}
        hosts = sorted(self.entries("code"), key=lambda entry: "/code/github.com/" not in entry.iri)
        for entry in hosts:
            found.setdefault(owner_and_name(entry.name.casefold()), entry.iri)
        return found

    @cached_property
    def code(self) -> dict[str, list[str]]:
        """The repositories of each paper that links to some."""
        rows = self.reader.index.rows(
            """SELECT node.iri, code.iri FROM edge JOIN node AS code ON code.id = edge.node JOIN paper USING (place)
                JOIN node ON node.id = paper.node WHERE role = ? ORDER BY place, code.iri""",
            LINKS_TO,
        )
        return {paper: [code for _, code in links] for paper, links in groupby(rows, key=lambda row: row[0])}

    @cached_property
    def tables(self) -> Tables:
        """The evaluation tables."""
        return Tables(self.reader)

    def papers_naming(self, entity: str) -> list[str]:
        """The papers that mention an entity, the newest first."""
        rows = self.reader.index.rows(
            """SELECT node.iri FROM node AS entity JOIN edge ON edge.node = entity.id JOIN paper USING (place)
                JOIN node ON node.id = paper.node WHERE entity.iri = ? AND role < ? ORDER BY place""",
            entity,
            LINKS_TO,
        )
        return [paper for (paper,) in rows]

    def newest(self, papers: Iterable[str]) -> list[str]:
        """Papers from the newest to those without a year, each once."""
        return sorted(set(papers), key=lambda iri: (-(self.years.get(iri) or 0), iri))

    # Single things ----------------------------------------------------------------------------------------------------

    def found(self, kind: Kind, id: str) -> str | None:
        """The IRI of what has an id, which is the last part of that IRI."""
        for form in dict.fromkeys((id, id.replace("#", "%23"), quote(id, safe=""))):
            iri = f"{self.base}{kind}/{form}"
            try:
                if self.reader.kind(iri) == kind:
                    return iri
            except ValueError:  # not an IRI
                continue
        return None

    def venue(self, id: str) -> str | None:
        """The IRI of a venue."""
        iri = f"{self.base}venue/{id}"
        try:
            return iri if _VENUE in self.reader.objects(iri, RDF + "type") else None
        except ValueError:
            return None

    def paper(self, id: str) -> str | None:
        """The IRI of a paper by its id, its identifier in a source, or its arXiv id."""
        if iri := self.found("paper", id):
            return iri
        named = self.reader.subjects(DCTERMS + "identifier", ox.Literal(id)) or self.with_arxiv_id(id)
        return next(iter(named), None)

    def with_arxiv_id(self, id: str) -> list[str]:
        """The papers with an arXiv id, whichever version."""
        bare = bare_arxiv(id.strip(), alone=True)
        if not bare:
            return []
        versions = ("", *(f"v{number}" for number in range(1, _NEWEST_VERSION + 1)))
        found: set[str] = set()
        for text in (form.format(bare + version) for form in _ARXIV_FORMS for version in versions):
            found.update(self.reader.subjects(DCTERMS + "identifier", ox.Literal(text)))
            if text.startswith("http"):
                found.update(self.reader.subjects(SCHEMA + "url", ox.NamedNode(text)))
        return self.newest(found)

    def named(self, kind: Kind, words: str) -> str | None:
        """The IRI of what has this name or id, in any case."""
        if iri := self.found(kind, words):
            return iri
        wanted = words.strip().casefold()
        bearers = [entry for entry in self.entries(kind) if wanted in entry.names.split("\n")]
        best = min(bearers, key=lambda entry: (entry.name.casefold() != wanted, -entry.papers, entry.iri), default=None)
        return best and best.iri

    # Filters ----------------------------------------------------------------------------------------------------------

    def _papers_with(self, words: str) -> list[Entry]:
        """The papers whose title and abstract have all of some words; those with all of them in the title first."""
        terms = words.casefold().split()
        if not terms:
            return self.papers
        rarest = self._saying(max(words.split(), key=len))  # probably, since it is the longest
        titled, told = [], []
        for entry in self.papers:
            missing = [term for term in terms if term not in entry.names]
            if not missing:
                titled.append(entry)
            elif (entry.iri in rarest or max(terms, key=len) not in missing) and self._says(entry.iri, missing):
                told.append(entry)
        return titled + told

    def _says(self, paper: str, terms: Iterable[str]) -> bool:
        abstract = (self.reader.value(paper, SCHEMA + "abstract") or "").casefold()
        return all(term in abstract for term in terms)

    def _papers_saying(self, part: str) -> list[Entry]:
        """The papers whose abstract has a text, in any case."""
        saying = self._saying(part)
        return [entry for entry in self.papers if entry.iri in saying]

    def _saying(self, part: str) -> set[str]:
        query = f"SELECT ?paper ?part {{ ?paper <{SCHEMA}abstract> ?text FILTER(CONTAINS(LCASE(?text), ?part)) }}"
        return {paper for paper, _ in self.reader.rows(query, part=ox.Literal(part.lower()))}


def owner_and_name(path: str) -> tuple[str, str]:
    """The owner of a repository and its name, from the path that names it; an address has its host as the owner."""
    owner, _, name = path.partition("/")
    return owner, name or owner


def searched(entries: Iterable[Entry], words: str) -> list[Entry]:
    """The entries that have all of some words in their names: whole names first, then beginnings, then most papers."""
    terms = words.casefold().split()
    text = " ".join(terms)

    def rank(entry: Entry) -> tuple[int, int]:
        names = entry.names.split("\n")
        exact, begins = text in names, any(name.startswith(text) for name in names)
        return (0 if exact else 1 if begins else 2), -entry.papers

    return sorted((entry for entry in entries if all(term in entry.names for term in terms)), key=rank)


def arxiv_id(texts: Iterable[str]) -> str | None:
    """The arXiv id among the identifiers and addresses of a paper, without its version.

    >>> arxiv_id(["p7", "https://arxiv.org/pdf/2101.00001v2"]), arxiv_id(["cs/0112017"]), arxiv_id(["icra/8794086"])
    ('2101.00001', 'cs/0112017', None)
    """
    return next((found for text in texts if (found := bare_arxiv(text, alone=True))), None)
