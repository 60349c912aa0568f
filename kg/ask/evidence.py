"""What proves an answer: for a paper and an entity the sentence that names it, for a number the sentence it is from.

>>> for proof in paper_proofs(reader, "https://w3id.org/papers-kg/paper/a-frog").values():  # doctest: +SKIP
...     print(proof.name, proof.start, proof.end, proof.sentence)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import pyoxigraph as ox

from kg.graph.reader import GraphReader
from kg.jsonrecord import as_dict
from kg.vocabulary import ENTITY_KINDS, KG, OA, SCHEMA, Kind

_MOST = 3  # proofs of one row of an answer
_KINDS_OF_COLUMNS: dict[str, Kind] = {kind: kind for kind in ENTITY_KINDS} | {"title": "paper"}


class Proof(NamedTuple):
    """A place in a paper's text (title, line break, abstract) that says something.

    ``iri`` is the mention or the result, ``about`` what it names: an entity, or the result itself; ``name`` is its
    name, or the number as written. ``start`` and ``end`` are the span of ``words`` in the text, ``sentence_start`` is
    where the sentence begins, ``confidence`` how probably it was read right.
    """

    iri: str
    paper: str
    title: str
    about: str
    name: str
    words: str
    sentence: str
    sentence_start: int
    start: int
    end: int
    confidence: float

    def as_dict(self) -> dict[str, Any]:
        """The proof as JSON, see :func:`kg.jsonrecord.as_dict`."""
        return as_dict(self)


def paper_proofs(reader: GraphReader, paper: str) -> dict[str, Proof]:
    """What a paper names: for each entity its best mention.

    That is one in the abstract rather than in the title, then that of most confidence, then the first.
    """
    title = reader.name(paper)
    best: dict[str, tuple[tuple[bool, float, int], str]] = {}
    for mention in reader.subjects(OA + "hasTarget", ox.NamedNode(paper)):
        start, confidence = _number(reader, mention, OA + "start"), _confidence(reader, mention)
        rank = start <= len(title), -confidence, start
        for entity in reader.objects(mention, OA + "hasBody"):
            if entity not in best or rank < best[entity][0]:
                best[entity] = rank, mention
    return {
        entity: _proof(reader, mention, paper, title, entity, reader.name(entity))
        for entity, (_, mention) in sorted(best.items())
    }


def result_proofs(reader: GraphReader, paper: str) -> list[Proof]:
    """The numbers that a paper reports, in the order of its text."""
    title = reader.name(paper)
    results = [
        _proof(reader, result, paper, title, result, reader.value(result, KG + "valueText") or "")
        for result in reader.objects(paper, KG + "reports")
    ]
    return sorted(results, key=lambda proof: (proof.start, proof.iri))


def _proof(reader: GraphReader, node: str, paper: str, title: str, about: str, name: str) -> Proof:
    return Proof(
        iri=node,
        paper=paper,
        title=title,
        about=about,
        name=name,
        words=reader.value(node, OA + "exact") or name,
        sentence=reader.value(node, KG + "sentence") or "",
        sentence_start=_number(reader, node, KG + "sentenceStart"),
        start=_number(reader, node, OA + "start"),
        end=_number(reader, node, OA + "end"),
        confidence=_confidence(reader, node),
    )


def _number(reader: GraphReader, node: str, predicate: str) -> int:
    return int(reader.value(node, predicate) or 0)


def _confidence(reader: GraphReader, node: str) -> float:
    return float(reader.value(node, KG + "confidence") or 0)


class RowProofs:
    """Finds what proves the rows of an answer, from the names and IRIs that stand in them.

    A row that names papers is proved by what these say of the entities in the row and of those that were asked for,
    and of the numbers in the row. A row without a paper, such as a count, is proved by one example: a paper that
    mentions both what is in the row and what was asked for.

    Args:
        reader: the graph.
        asked: the IRIs of the entities that were asked for.
    """

    def __init__(self, reader: GraphReader, asked: Iterable[str] = ()) -> None:
        self.reader = reader
        self.asked = [frozenset((entity, *reader.narrower(entity))) for entity in asked]
        self._of_paper: dict[str, dict[str, Proof]] = {}

    def things(self, row: Mapping[str, object]) -> dict[str, str]:
        """The IRIs of what is named in the columns of a row."""
        found = {column: self._thing(column, value) for column, value in row.items() if isinstance(value, str)}
        return {column: iri for column, iri in found.items() if iri}

    def _thing(self, column: str, value: str) -> str | None:
        try:
            if self.reader.kind(value):
                return value
        except ValueError:  # not an IRI, but a name
            pass
        named = self.reader.subjects(SCHEMA + "name", ox.Literal(value))
        kinds = {iri: kind for iri in named if (kind := self.reader.kind(iri))}
        fitting = [iri for iri, kind in kinds.items() if kind == _KINDS_OF_COLUMNS.get(column, kind)]
        certain = len(fitting) == 1 or column in _KINDS_OF_COLUMNS
        return fitting[0] if fitting and certain else None

    def of(self, row: Mapping[str, object]) -> list[Proof]:
        """What proves a row; at most three places, and none where the row names nothing."""
        things = [*self.things(row).values()]
        papers = [iri for iri in things if self.reader.kind(iri) == "paper"]
        entities = [iri for iri in things if self.reader.kind(iri) in ENTITY_KINDS]
        found = [proof for paper in papers for proof in self._in_paper(paper, entities, row.values())]
        if not papers and (example := self._example(entities)):
            found = list(self._in_paper(example, entities, ()))
        return [*dict.fromkeys(found)][:_MOST]

    def _in_paper(self, paper: str, entities: Iterable[str], values: Collection[object]) -> Iterator[Proof]:
        yield from (proof for proof in result_proofs(self.reader, paper) if proof.name in values)
        if paper not in self._of_paper:
            self._of_paper[paper] = paper_proofs(self.reader, paper)
        proofs = self._of_paper[paper]
        for wanted in (*(frozenset((entity,)) for entity in entities), *self.asked):
            yield from [proof for entity, proof in proofs.items() if entity in wanted][:1]

    def _example(self, entities: Iterable[str]) -> str | None:
        """A paper that mentions all entities of a row, and something of each that was asked for."""
        papers = [self._mentioning({entity}) for entity in entities] + self._papers_asked
        return min(set.intersection(*papers), default=None) if papers else None

    @cached_property
    def _papers_asked(self) -> list[set[str]]:
        return [self._mentioning(entities) for entities in self.asked]

    def _mentioning(self, entities: Collection[str]) -> set[str]:
        return {paper for entity in entities for paper in self.reader.subjects(KG + "mentions", ox.NamedNode(entity))}
