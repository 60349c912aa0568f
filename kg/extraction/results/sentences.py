"""Sentences as rows of pieces: an entity or a value is one piece, however long, and so is any other word or sign."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Literal, NamedTuple, TypeVar

from spacy.tokens import Doc

from kg.extraction.document import Candidate
from kg.extraction.results.quantities import Quantity
from kg.extraction.words import Words
from kg.text.names import cuts_a_bracket, name_key
from kg.text.sentences import sentence_spans

PieceKind = Literal["value", "metric", "dataset", "method", "task", "word", "sign"]
Row = Sequence[int]
"""The indices of pieces that form a list ("A, B and C")."""

_TOKEN = re.compile(r"[^\W\d_][\w.'’@-]*\w|\w+|\S")
_KINDS: dict[str, PieceKind] = {"Metric": "metric", "Dataset": "dataset", "Method": "method", "Task": "task"}
_JOINTS = frozenset([",", "and", "or", "/", "&"])
_VALUE_JOINTS = _JOINTS | frozenset(["to", "→", "(", ")", "+", "~", "vs", "versus", "from"])
_DOUBTFUL = 0.15  # confidence from which a name counts that was not settled on: a value near it makes it likelier
_PROPOSED = frozenset(["Metric", "Dataset", "Method"])  # types of such names
_KNOWING = frozenset(["lexicon", "pattern"])  # extractors of names that are known
_SURE = 0.5  # and from which one is not taken for a value's unit
_LONGEST = 1500  # characters of a sentence; longer ones are cut, so that the work grows in line with a text's length


class Piece(NamedTuple):
    """A piece of a sentence at offsets of the plain text.

    ``word`` is what the features show of it: a word in lower case, "0" for a number, "<metric>" for a metric. ``key``
    is the identity of a name. ``change`` is the kind of change that a word states: "rise" for "gain" (the
    ResultChangeWord rules), or "".
    """

    kind: PieceKind
    start: int
    end: int
    text: str
    word: str
    key: str = ""
    quantity: Quantity | None = None
    confidence: float = 1.0
    introduced: bool = False
    known: bool = False
    change: str = ""

    @property
    def value(self) -> Quantity:
        """The quantity of a value."""
        if self.quantity is None:
            raise ValueError(f"{self.text!r} is not a value")
        return self.quantity


Placed = TypeVar("Placed", Piece, Quantity)


@dataclass(frozen=True)
class Sentence:
    """A sentence; ``number`` is its place in the text, ``part`` the part of the text that it is in."""

    pieces: Sequence[Piece]
    number: int
    part: str

    @cached_property
    def words(self) -> list[str]:
        """What the features show of the pieces."""
        return [piece.word for piece in self.pieces]

    def word(self, index: int) -> str:
        """What the features show at an index: "^" before the sentence, "$" after it."""
        return "^" if index < 0 else self.words[index] if index < len(self.pieces) else "$"

    @cached_property
    def bracketed(self) -> list[bool]:
        """For each piece whether it is in round brackets."""
        found, depth = [], 0
        for word in self.words:
            depth += word == "("
            found.append(depth > 0)
            depth -= word == ")" and depth > 0
        return found

    @cached_property
    def lists(self) -> dict[int, Row]:
        """For each value, metric and dataset the list that it is in, perhaps alone."""
        found: dict[int, Row] = {}
        for kind in ("value", "metric", "dataset"):
            joints = _VALUE_JOINTS if kind == "value" else _JOINTS
            row: list[int] = []
            for index in self.places(kind):
                if not row or not all(word in joints for word in self.words[row[-1] + 1 : index]):
                    row = []
                row.append(index)
                found[index] = row
        return found

    def places(self, kind: PieceKind) -> Row:
        """The indices of the pieces of a kind."""
        return self._places.get(kind, ())

    @cached_property
    def _places(self) -> dict[PieceKind, list[int]]:
        found: dict[PieceKind, list[int]] = {}
        for index, piece in enumerate(self.pieces):
            found.setdefault(piece.kind, []).append(index)
        return found


def sentences_of(doc: Doc, quantities: Sequence[Quantity], changes: Mapping[str, str]) -> list[Sentence]:
    """The sentences of a settled Doc.

    Args:
        quantities: by offset, none overlapping.
        changes: words for a change, with its kind.
    """
    text: str = doc._.plain.text
    entities = _entities(doc, text)
    parts = list(_parts(text))
    return [
        Sentence(
            _pieces(text, start, end, entities, quantities, changes), number, _part(number, start, len(parts), doc)
        )
        for number, (start, end) in enumerate(parts)
    ]


def _part(number: int, start: int, sentences: int, doc: Doc) -> str:
    plain = Words.of(doc).plain
    if plain.offsets[start] < len(doc._.paper.title if doc._.paper else ""):
        return "title"
    return "last" if number == sentences - 1 else f"quarter {4 * start // len(plain.text)}"


def _entities(doc: Doc, text: str) -> list[Piece]:
    """The entities, and the names that were proposed but not settled on where there is no entity, by offset."""
    candidates = doc._.candidates
    entities = [part for entity in doc._.entities for part in _parted(doc, entity)]
    taken = {token for entity in entities for token in range(entity.start, entity.end)}
    words = Words.of(doc)
    proposed = (
        c
        for c in candidates
        if c.type in _PROPOSED and c.confidence >= _DOUBTFUL and not cuts_a_bracket(words.text(c.start, c.end))
    )
    for candidate in sorted(proposed, key=lambda c: (-c.confidence, c.start - c.end, c.start)):
        if taken.isdisjoint(range(candidate.start, candidate.end)):
            taken.update(range(candidate.start, candidate.end))
            entities.append(candidate)
    pieces = []
    for entity in sorted(entities, key=lambda entity: entity.start):
        kind, start, end = _KINDS[entity.type], words.starts[entity.start], words.end_of(entity.end - 1)
        name = entity.name or text[start:end]
        introduced = entity.role == "introduced"
        known = entity.extractor in _KNOWING
        word = f"<{kind}>"
        pieces.append(Piece(kind, start, end, name, word, name_key(name), None, entity.confidence, introduced, known))
    return pieces


def _parted(doc: Doc, entity: Candidate) -> list[Candidate]:
    """An entity; of a metric with a known dataset among its words ("top-1 ImageNet accuracy") the dataset."""
    if entity.type != "Metric":
        return [entity]
    inside = (c for c in doc._.candidates if entity.start <= c.start and c.end <= entity.end)
    datasets = [c for c in inside if c.type == "Dataset" and c.extractor in _KNOWING and _is_word(doc, c, entity)]
    return [max(datasets, key=lambda c: c.end - c.start)] if datasets else [entity]


def _is_word(doc: Doc, part: Candidate, entity: Candidate) -> bool:
    """Whether a part of an entity is parted from the rest of it by blanks; "MS" of "MS-SSIM" is not."""
    begins = part.start == entity.start or doc[part.start - 1].whitespace_
    return bool(begins and (part.end == entity.end or doc[part.end - 1].whitespace_))


def _pieces(
    text: str,
    start: int,
    end: int,
    entities: Sequence[Piece],
    quantities: Sequence[Quantity],
    changes: Mapping[str, str],
) -> list[Piece]:
    """A sentence's pieces, none overlapping: entities, then values, then words and signs."""
    pieces = [piece for piece in _between(entities, start, end) if piece.end <= end]
    for quantity in _between(quantities, start, end):
        value = Piece(
            "value", quantity.start, quantity.end, text[quantity.start : quantity.end], "<value>", "", quantity
        )
        pieces = [piece for piece in pieces if not _gives_way(piece, value)]
        if not any(_overlap(value, piece) for piece in pieces):
            pieces.append(value)
    pieces.sort(key=_start)
    spans = iter([*((piece.start, piece.end) for piece in pieces), (end, end)])
    first_taken, last_taken = next(spans)
    for match in _TOKEN.finditer(text, start, end):
        first, last = match.span()
        while last_taken <= first:
            first_taken, last_taken = next(spans)
        if first < first_taken:
            written = match[0]
            word = written.lower()
            kind: PieceKind = "word" if word[0].isalnum() else "sign"
            shown = "0" if word.isdigit() else word
            pieces.append(Piece(kind, first, last, written, shown, change=changes.get(word, "")))
    pieces.sort(key=_start)
    return pieces


_start = attrgetter("start")


def _gives_way(piece: Piece, value: Piece) -> bool:
    """Whether an entity is rather part of a value: its unit ("90 FPS"), or a number with a unit ("10X")."""
    if value.start < piece.start and piece.end == value.end:
        return True
    mistaken = value.value.unit and piece.kind in ("method", "task")
    return _overlap(piece, value) and bool(mistaken or (piece.kind != "task" and piece.confidence < _SURE))


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """The offsets of the sentences, those that are too long cut."""
    for start, end in sentence_spans(text):
        while end - start > _LONGEST:
            space = text.rfind(" ", start, start + _LONGEST)
            cut = space if space > start else start + _LONGEST
            yield start, cut
            start = cut
        yield start, end


def _between(things: Sequence[Placed], start: int, end: int) -> Sequence[Placed]:
    """Those of the things, which are sorted, that start between two offsets."""
    first, last = (bisect_right(things, offset - 1, key=lambda thing: thing.start) for offset in (start, end))
    return things[first:last]


def _overlap(one: Piece, other: Piece) -> bool:
    return one.start < other.end and other.start < one.end
