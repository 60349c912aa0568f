"""What kind of error each missed and each spurious name is, so that the commonest kind can be fixed first.

Errors are those that the scores count: names of papers, marked spans of passages. Each is of the first kind in
:data:`ERROR_KINDS` that fits it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kg.evaluation.gold import AnnotatedText, Form, Span
from kg.evaluation.scores import normal, spans_of
from kg.jsonrecord import Record
from kg.records import Extraction
from kg.text.names import name_key
from kg.vocabulary import ENTITY_TYPES, EntityType

ERROR_KINDS = {
    "wrong type": "the same words are annotated as one type and found as another",
    "coordination": "they overlap, and only one of them has an and, an or, a comma or a slash",
    "too long": "what was found holds what is annotated, and more",
    "too short": "what was found is a part of what is annotated",
    "shifted": "they overlap, and neither holds the other",
    "other form": "nothing overlaps, but a short, long or respelled form of the name is on the other side",
    "known name": "nothing overlaps; the name is in the lexicon",
    "unseen word": "nothing overlaps; one word in lower case, not in the lexicon",
    "unseen phrase": "nothing overlaps; several words without capitals and digits, not in the lexicon",
    "unseen name": "nothing overlaps; any other name that is not in the lexicon",
}

_JOINED = re.compile(r"\b(?:and|or)\b|[,/&]")

Side = Literal["missed", "spurious"]
_Key = tuple[EntityType, str | tuple[int, int]]


@dataclass(frozen=True, slots=True)
class TypedName(Record):
    """A name with its type: in normal form for papers, as written for passages."""

    type: EntityType
    text: str


@dataclass(frozen=True, slots=True)
class Mistake(Record):
    """A name that is annotated or was found, but not both; ``None`` if the other side has nothing in its place."""

    side: Side
    kind: str
    annotated: TypedName | None
    found: TypedName | None


@dataclass(frozen=True, slots=True)
class ErrorExample(Record):
    """What was annotated and what was found in its place, and in how many texts."""

    annotated: TypedName | None
    found: TypedName | None
    texts: int


@dataclass(frozen=True, slots=True)
class ErrorKind(Record):
    """All errors of one kind, with the commonest examples; wrong types are one kind for each pair of types."""

    name: str
    meaning: str
    missed: int
    spurious: int
    examples: tuple[ErrorExample, ...]


class Errors:
    """Collects the errors of texts.

    Args:
        form: whether names of papers or marked spans of passages count.
        types: the types that count.
        known: whether the lexicon has a name.
    """

    def __init__(self, form: Form, types: Sequence[EntityType], known: Callable[[str], bool]) -> None:
        self._form = form
        self._types = types
        self._known = known
        self._counts: dict[str, Counter[Side]] = defaultdict(Counter)
        self._examples: dict[str, Counter[tuple[TypedName | None, TypedName | None]]] = defaultdict(Counter)

    def add(self, annotated: AnnotatedText, extraction: Extraction) -> None:
        """Sort the errors of one text."""
        comparison = _Comparison(annotated, extraction, self._form, self._types)
        pairs = set()
        for error in comparison.errors(self._known):
            name = error.kind
            if name == "wrong type" and error.annotated and error.found:
                name = f"{error.annotated.type} found as {error.found.type}"
            self._counts[name][error.side] += 1
            pairs.add((name, error.annotated, error.found))
        for name, gold, found in pairs:
            self._examples[name][gold, found] += 1

    def kinds(self, examples: int) -> tuple[ErrorKind, ...]:
        """The kinds that occurred, commonest first.

        Args:
            examples: the maximum number of examples for each kind.
        """
        ranked = sorted(self._counts.items(), key=lambda item: (-item[1].total(), item[0]))
        return tuple(
            ErrorKind(
                name,
                ERROR_KINDS.get(name, ERROR_KINDS["wrong type"]),
                counts["missed"],
                counts["spurious"],
                self._commonest(name, examples),
            )
            for name, counts in ranked
        )

    def _commonest(self, name: str, most: int) -> tuple[ErrorExample, ...]:
        """The commonest examples of a kind."""
        ranked = sorted(self._examples[name].items(), key=lambda item: (-item[1], str(item[0])))
        return tuple(ErrorExample(gold, found, texts) for (gold, found), texts in ranked[:most])


class _Comparison:
    """The names annotated in a text, compared with those found in it."""

    def __init__(
        self, annotated: AnnotatedText, extraction: Extraction, form: Form, types: Sequence[EntityType]
    ) -> None:
        self._text = annotated.paper.text
        self._form = form
        sides = annotated.spans, [span for span in spans_of(extraction) if span.type in types]
        if form == "papers":
            entities = annotated.entities or (), extraction.entities
            self._gold, self._found = ({self._name_key(e.type, e.text): e.text for e in side} for side in entities)
        else:
            self._gold, self._found = ({self._key(span): self._words(span) for span in side} for side in sides)
        self._meetings: dict[tuple[Side, _Key], list[tuple[Span, Span]]] = defaultdict(list)
        for gold, found in overlapping(*sides):
            self._meetings["missed", self._key(gold)].append((gold, found))
            self._meetings["spurious", self._key(found)].append((gold, found))
        self._forms: dict[str, set[str]] = defaultdict(set)
        for short, long in (*(annotated.abbreviations or ()), *extraction.abbreviations):
            self._forms[name_key(short)].add(name_key(long))
            self._forms[name_key(long)].add(name_key(short))

    def errors(self, known: Callable[[str], bool]) -> Iterator[Mistake]:
        """The mistakes: one for each name that only one side has."""
        for key in sorted(self._gold.keys() - self._found.keys(), key=str):
            kind, other = self._judged("missed", key, self._gold[key], self._found, known)
            yield Mistake("missed", kind, self._name(key[0], self._gold[key]), other)
        for key in sorted(self._found.keys() - self._gold.keys(), key=str):
            kind, other = self._judged("spurious", key, self._found[key], self._gold, known)
            yield Mistake("spurious", kind, other, self._name(key[0], self._found[key]))

    def _judged(
        self, side: Side, key: _Key, text: str, others: dict[_Key, str], known: Callable[[str], bool]
    ) -> tuple[str, TypedName | None]:
        """The kind of an error, and the name that the other side has in its place."""
        own_type, identity = key
        for kind in ENTITY_TYPES:
            if (kind, identity) in others:
                return "wrong type", self._name(kind, others[kind, identity])
        if meetings := self._meetings[side, key]:
            gold, found = min(meetings, key=lambda meeting: meeting[0][:2] != meeting[1][:2])
            other = found if side == "missed" else gold
            return self._boundary(gold, found), self._name(other.type, self._words(other))
        forms = {name_key(text), *self._forms[name_key(text)]}
        for (kind, _), other_text in others.items():
            if kind == own_type and name_key(other_text) in forms:
                return "other form", self._name(kind, other_text)
        if known(text):
            return "known name", None
        if text.lower() != text or re.search(r"\d", text):
            return "unseen name", None
        return ("unseen word" if text.isalpha() else "unseen phrase"), None

    def _boundary(self, gold: Span, found: Span) -> str:
        if gold[:2] == found[:2]:
            return "wrong type"
        if bool(_JOINED.search(self._words(gold))) != bool(_JOINED.search(self._words(found))):
            return "coordination"
        if found.start <= gold.start and gold.end <= found.end:
            return "too long"
        if gold.start <= found.start and found.end <= gold.end:
            return "too short"
        return "shifted"

    def _words(self, span: Span) -> str:
        return self._text[span.start : span.end]

    def _key(self, span: Span) -> _Key:
        return self._name_key(span.type, self._words(span)) if self._form == "papers" else (span.type, span[:2])

    def _name_key(self, type: EntityType, text: str) -> _Key:
        return type, normal(text, type)

    def _name(self, type: EntityType, text: str) -> TypedName:
        return TypedName(type, normal(text, type) if self._form == "papers" else text)


def overlapping(ones: Iterable[Span], others: Iterable[Span]) -> Iterator[tuple[Span, Span]]:
    """The pairs of spans that share a character.

    Args:
        ones: sorted, and not overlapping each other.
        others: the same.
    """
    first, second = list(ones), list(others)
    i = j = 0
    while i < len(first) and j < len(second):
        one, other = first[i], second[j]
        if one.start < other.end and other.start < one.end:
            yield one, other
        if one.end <= other.end:
            i += 1
        else:
            j += 1
