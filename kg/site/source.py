"""What the pages read: the graph, the paths of its resources, and what is counted once and kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from kg.api import KnowledgeGraph
from kg.ask.card import Card, read_card
from kg.ask.papers import known_since
from kg.ask.stats import Stats
from kg.errors import KGError
from kg.graph.provenance import Run
from kg.site import panels
from kg.vocabulary import CLASS_NAMES, ENTITY_KINDS, KG, SCHEMA, Kind

_NEWEST, _MOST_USED = 8, 1000
# What these read from the index is what the queries "boards" and "board" of the pages find.
_BOARDS = """SELECT board.iri, dataset.text, measure.iri, metric.text, count(DISTINCT place) AS papers,
        count(*) AS results
    FROM result JOIN better USING (metric)
        JOIN node AS board ON board.id = result.dataset JOIN name AS dataset ON dataset.id = board.label
        JOIN node AS measure ON measure.id = result.metric JOIN name AS metric ON metric.id = measure.label
    WHERE comparable"""
_BOARD_COLUMNS = (
    *("result", "value", "unit", "reported", "ofMethod", "method", "own", "paper", "title", "year", "confidence"),
    "sentence",
)
_BOARD = """SELECT result.iri, value, unit, reported, entity.iri, method.text,
        (SELECT 1 FROM edge WHERE edge.node = result.method AND role = 0 AND edge.place = result.place),
        article.iri, title.text, year, confidence, sentence
    FROM result JOIN paper USING (place)
        JOIN node AS article ON article.id = paper.node JOIN name AS title ON title.id = article.label
        LEFT JOIN node AS entity ON entity.id = result.method LEFT JOIN name AS method ON method.id = entity.label
    WHERE result.dataset = (SELECT id FROM node WHERE iri = ?) AND result.metric = (SELECT id FROM node WHERE iri = ?)
        AND comparable AND value IS NOT NULL"""
_WITHIN = re.compile("[#\U000e0000-\U000e0fff]")


class Query(NamedTuple):
    """The query behind a panel: its name, and its SPARQL, ready to run."""

    name: str
    sparql: str


class View(NamedTuple):
    """What a page shows: its template, its title, and the values that the template puts in."""

    template: str
    title: str
    values: dict[str, Any]
    status: int = 200


class EntityCount(NamedTuple):
    """An entity in a list of the most used."""

    iri: str
    kind: Kind
    name: str
    papers: int


class Board(NamedTuple):
    """A leaderboard: how many papers have comparable results by a metric on a dataset."""

    dataset_iri: str
    dataset: str
    metric_iri: str
    metric: str
    papers: int
    results: int


class Source:
    """The graph as the pages read it. What is counted over the whole graph is counted once.

    Args:
        graph: opened for reading.
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph
        self.store = graph.store
        self.base = graph.base
        self.reader = graph.reader
        self.index = graph.reader.index

    def path(self, iri: str) -> str | None:
        """The path of a resource's page; ``None`` for an IRI that is not one of this graph's resources.

        That of a mention or a result, which are fragments of their paper's, leads to the paper.
        """
        local = iri.removeprefix(self.base)
        folder = local.partition("/")[0]
        if local == iri or folder not in (*ENTITY_KINDS, "paper", "code", "venue"):
            return None
        return f"/{local.partition('#')[0]}"

    def iri(self, path: str) -> str | None:
        """The resource whose page has this path, as browsers send it or with its escapes resolved."""
        local = path.lstrip("/")
        escaped = _WITHIN.sub(lambda found: quote(found[0]), local)
        for form in dict.fromkeys((local, escaped, quote(local, safe="/._-~+"), quote(escaped, safe="/._-~+%"))):
            try:
                iri = self.base + form
                if self.reader.kind(iri) or self.index.node(iri):
                    return iri
            except ValueError:  # not an IRI
                continue
        return None

    def card(self, iri: str) -> Card:
        """What the graph says about a thing, but for results and sentences, which each page reads as it shows them."""
        return read_card(self.reader, iri, quoted=False)

    def behind(self, name: str, **values: str | int) -> Query:
        """The query behind a panel, with the values of this page."""
        return Query(name, panels.behind(name, _texts(values), self.base))

    def rows(self, name: str, **values: str | int) -> list[dict[str, str]]:
        """What a panel's query finds; only for queries that :mod:`kg.site.panels` runs quickly, with a LIMIT."""
        return list(panels.rows(self.store, name, _texts(values), self.base))

    @cached_property
    def stats(self) -> Stats:
        """The counts of the graph."""
        return self.graph.stats()

    @cached_property
    def boards(self) -> tuple[Board, ...]:
        """The leaderboards, those of the most papers first, then by their IRIs."""
        return self._boards("", "papers DESC, results DESC")

    def boards_of(self, iri: str, kind: Kind, limit: int) -> tuple[Board, ...]:
        """The leaderboards of a dataset or metric, those of the most results first, then by their IRIs."""
        where = f"AND result.{kind} = (SELECT id FROM node WHERE iri = ?)"
        return self._boards(where, "results DESC", iri)[:limit]

    def _boards(self, where: str, order: str, *values: str) -> tuple[Board, ...]:
        grouped = "GROUP BY result.dataset, result.metric"
        rows = self.index.rows(f"{_BOARDS} {where} {grouped} ORDER BY {order}, board.iri, measure.iri", *values)
        return tuple(Board(*row) for row in rows)

    def board(self, dataset: str, metric: str, better: str | None, limit: int) -> list[dict[str, str]]:
        """The comparable results on a dataset by a metric, by their values, the best first."""
        order = {"higher": "CAST(value AS REAL) DESC, ", "lower": "CAST(value AS REAL), "}.get(better or "", "")
        found = self.index.rows(f"{_BOARD} ORDER BY {order}result.id LIMIT ?", dataset, metric, limit)
        rows = (zip(_BOARD_COLUMNS, row, strict=True) for row in found)
        return [{name: str(value) for name, value in row if value is not None} for row in rows]

    def years(self, iri: str) -> list[tuple[int, int]]:
        """How many papers of each year mention an entity; papers without a year are left out."""
        query = """SELECT year, count(*) FROM edge JOIN paper USING (place)
            WHERE edge.node = (SELECT id FROM node WHERE iri = ?) AND year IS NOT NULL GROUP BY year ORDER BY year"""
        return self.index.rows(query, iri)

    @cached_property
    def most_used(self) -> Mapping[Kind, tuple[EntityCount, ...]]:
        """The entities of each kind that are in the most papers, those of the most first."""
        query = """SELECT iri, kind, text, papers FROM node JOIN name ON name.id = label
            WHERE kind = ? AND papers > 0 ORDER BY node.id LIMIT ?"""
        return {
            kind: tuple(EntityCount(*row) for row in self.index.rows(query, kind, _MOST_USED)) for kind in ENTITY_KINDS
        }

    def papers_of(self, iri: str) -> int:
        """How many papers mention an entity."""
        node = self.index.node(iri)
        return node.papers if node else 0

    def results(self, iri: str, kind: Kind, limit: int) -> list[dict[str, str]]:
        """Results of a method, on a dataset or by a metric, comparable ones first, then the surest."""
        query = f"""SELECT iri FROM result WHERE {kind} = (SELECT id FROM node WHERE iri = ?)
            ORDER BY comparable DESC, confidence DESC, id LIMIT ?"""
        found = " ".join(result for (result,) in self.index.rows(query, iri, limit))
        return self.rows("results", results=found, limit=limit) if found else []

    @cached_property
    def newest(self) -> list[dict[str, str]]:
        """The newest papers, by their years; none if no paper has a year."""
        papers = self.papers(_NEWEST)
        return papers if any("year" in paper for paper in papers) else []

    def papers(self, limit: int, offset: int = 0) -> list[dict[str, str]]:
        """All papers, the newest first and those without a year last, then by IRI."""
        query = "SELECT iri FROM paper JOIN node ON node.id = paper.node ORDER BY place LIMIT ? OFFSET ?"
        return [self._paper(iri) for (iri,) in self.index.rows(query, limit, offset)]

    def papers_on(self, iri: str, roles: Iterable[int], limit: int, offset: int = 0) -> list[dict[str, str]]:
        """The papers that have one of some roles (:mod:`kg.graph.index`) to a thing, in the order of :meth:`papers`."""
        query = """SELECT DISTINCT node.iri FROM edge JOIN paper USING (place) JOIN node ON node.id = paper.node
            WHERE edge.node = (SELECT id FROM node WHERE iri = ?) AND role IN (SELECT value FROM json_each(?))
            ORDER BY place LIMIT ? OFFSET ?"""
        return [self._paper(found) for (found,) in self.index.rows(query, iri, json.dumps([*roles]), limit, offset)]

    @cached_property
    def listed_last(self) -> list[dict[str, str]]:
        """The papers that were listed last, by the first day on which a page listed them, then by IRI.

        ``day`` is that day and ``listed`` the date of the page, which may have no year. The query of this name finds
        the same, but sorts all papers by their IRIs, which it reads anew for each comparison.
        """
        seen = dict(self._pairs("firstSeen"))
        days: dict[str, tuple[str, str]] = {}
        for iri, listed in self._pairs("listedDate"):
            day = known_since(listed, seen.get(iri)), listed
            days[iri] = min(day, days.get(iri, day))
        last = sorted(sorted(days), key=lambda iri: days[iri][0], reverse=True)[:_NEWEST]
        return [{**self._paper(iri), "day": days[iri][0], "listed": days[iri][1]} for iri in last]

    def _pairs(self, name: str) -> Iterator[tuple[str, str]]:
        """Each paper with its value for a property of the vocabulary, all of them at once."""
        for quad in self.store.quads_for_pattern(None, ox.NamedNode(KG + name), None):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                yield quad.subject.value, quad.object.value

    @cached_property
    def runs(self) -> list[Run]:
        """The builds that made the graph."""
        return self.graph.provenance()

    def seen_since(self, day: str, limit: int) -> list[dict[str, str]]:
        """Papers that a build read for the first time on a day or later, those of the last day first, then by IRI."""
        return self.rows("first-seen", since=day, limit=limit)

    def _paper(self, iri: str) -> dict[str, str]:
        """A paper as a row of a list."""
        year = self.reader.value(iri, SCHEMA + "datePublished")
        return {"paper": iri, "title": self.reader.name(iri), **({"year": year} if year else {})}

    def one(self, words: str, kinds: tuple[Kind, ...]) -> str | None:
        """The entity that a name, a slug or an IRI with its prefix means."""
        for kind in kinds:
            if iri := self.iri(f"/{kind}/{words}"):
                return iri
        try:
            found = self.graph.lookup(words, type=kinds[0] if len(kinds) == 1 else None, limit=3)
        except KGError:
            return None
        return found.winner.iri if found.winner and found.winner.type in kinds else None


def class_of(kind: Kind) -> str:
    """The name of a kind as a heading has it, "Method" or "Repository"."""
    return CLASS_NAMES[kind]


def page_of(query: Mapping[str, str], last: int = 10_000) -> int:
    """The number of the page that a query asks for, from 1 on; anything that is not a number is 1."""
    text = query.get("page", "1")
    return min(max(int(text), 1), last) if re.fullmatch(r"[0-9]{1,6}", text) else 1


def _texts(values: Mapping[str, str | int]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
