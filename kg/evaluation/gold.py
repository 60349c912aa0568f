"""Annotated texts: what people marked in papers or passages, read from JSON lines.

A file has one of two forms, recognised by its first line:

- **papers**, ``{"id", "entities": [{"type", "text", "role"?}], "abbreviations"?, "links"?, "results"?}``: each name is
  listed once and means all its whole-word occurrences in title and abstract. These come from a file of papers, or are
  on the line as "title" and "abstract". A line with "results" needs no "entities";
- **passages**, ``{"text", "spans": [{"start", "end", "label"}]}``: parts of a text, marked one by one. This is what
  Prodigy exports (rejected and ignored lines are left out), and doccano (spans under "label", "labels" or "entities").

A file is read whole or refused: :class:`~kg.errors.InputError` names the line that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AliasChoices, BeforeValidator, Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from kg.errors import InputError
from kg.records import Paper
from kg.sources import read_papers
from kg.text.files import path_text
from kg.text.lines import JsonLine, JsonModel, NonEmpty, json_lines_of, validated
from kg.vocabulary import ENTITY_TYPES, EntityType, Role

Form = Literal["papers", "passages"]

_EXPECTED = 'annotated papers {"id", "entities"} or passages {"text", "spans"}'
_QUOTED = 60  # characters of a text that an error quotes


class Span(NamedTuple):
    """A marked part of :attr:`kg.records.Paper.text`; ``end`` is exclusive."""

    start: int
    end: int
    type: EntityType


def _entity_type(label: object) -> EntityType:
    for known in ENTITY_TYPES:
        if isinstance(label, str) and label.casefold() == known.casefold():
            return known
    raise PydanticCustomError("label", f"{_quoted(label)} is none of {', '.join(ENTITY_TYPES)}")


def _quoted(value: object) -> str:
    shown = str(value)
    return f'"{shown}"' if len(shown) <= _QUOTED else f'"{shown[:_QUOTED]}…"'


Label = Annotated[EntityType, BeforeValidator(_entity_type)]
Id = Annotated[str, Field(coerce_numbers_to_str=True)]
Offset = Annotated[int, Field(strict=True, ge=0)]


class GoldEntity(JsonModel):
    """A name as annotated in a paper; its role is ``None`` if the annotators did not judge it."""

    type: Label
    text: NonEmpty
    role: Role | None = None
    start: Offset | None = None
    end: Offset | None = None


class GoldLink(JsonModel):
    """An address in the text."""

    url: NonEmpty


class GoldResult(JsonModel):
    """A reported number with the metric, the dataset, the method, the task and the baseline that the text gives for it.

    ``relative`` is ``None`` where the annotators did not say; ``task`` and ``baseline`` are annotated where they are
    among ``model_fields_set``.
    """

    value: NonEmpty
    metric: str | None = None
    dataset: str | None = None
    method: str | None = None
    task: str | None = None
    baseline: str | None = None
    relative: bool | None = None


@dataclass(frozen=True, slots=True)
class AnnotatedText:
    """A text and all that was marked in it.

    ``spans`` are offsets into ``paper.text``, sorted, none overlapping; a passage is a paper without a title. Only
    papers have the fields after ``spans``; ``None`` in them means that nobody annotated them, an empty tuple that there
    is nothing to annotate. ``place`` is the file and line.
    """

    paper: Paper
    place: str
    spans: tuple[Span, ...]
    entities: tuple[GoldEntity, ...] | None = ()
    abbreviations: tuple[tuple[str, str], ...] | None = None
    links: tuple[GoldLink, ...] | None = None
    results: tuple[GoldResult, ...] | None = None


@dataclass(frozen=True, slots=True)
class Gold:
    """An annotated file.

    ``types`` are those that its annotators looked for: all for papers, those marked anywhere in the file for passages.
    """

    form: Form
    types: tuple[EntityType, ...]
    texts: tuple[AnnotatedText, ...]


def read_gold(
    path: Path, papers: Path | Sequence[Paper] | None = None, warn: Callable[[str], None] = lambda line: None
) -> Gold:
    """Read an annotated file.

    Args:
        path: JSON lines in one of the two forms, gzipped or not.
        papers: a source with the titles and abstracts that are not on the annotated lines themselves, or its papers: a
            pipe cannot be read again for another annotated file.
        warn: called with one line for each paper that is skipped there.

    Raises:
        InputError: a line is wrong, a paper has no text, or there is nothing annotated; names file and line.
    """
    lines = list(json_lines_of(path, _EXPECTED))
    if not lines:
        raise InputError(path_text(path), f"has no annotated record; expected {_EXPECTED}")
    form = _form(lines[0])
    for line in lines:
        if _form(line) != form:
            raise InputError(line.place, f"has another form than the lines before it, which are {form}")
    if form == "papers":
        return Gold(form, ENTITY_TYPES, tuple(_papers(lines, papers, warn)))
    texts = tuple(_passages(lines))
    if not texts:
        raise InputError(path_text(path), "has no annotated record; every line was rejected or ignored")
    marked = {span.type for text in texts for span in text.spans}
    return Gold(form, tuple(kind for kind in ENTITY_TYPES if kind in marked), texts)


def _form(line: JsonLine) -> Form:
    if "text" in line.fields or "data" in line.fields:
        return "passages"
    if "entities" in line.fields or "results" in line.fields:
        return "papers"
    raise InputError(line.place, f"is not annotated; expected {_EXPECTED}")


class _Ids:
    """Refuses an id that is on two lines."""

    def __init__(self) -> None:
        self._places: dict[str, str] = {}

    def add(self, id: str, place: str) -> None:
        if id in self._places:
            raise InputError(place, f"has the id {_quoted(id)}, as has {self._places[id]}")
        self._places[id] = place


# --- papers ----------------------------------------------------------------------------------------------------------


class _PaperLine(JsonModel):
    id: Id
    title: str | None = None
    abstract: str | None = None
    entities: tuple[GoldEntity, ...] | None = None
    abbreviations: tuple[tuple[str, str], ...] | None = None
    links: tuple[GoldLink, ...] | None = None
    results: tuple[GoldResult, ...] | None = None

    @property
    def paper(self) -> Paper | None:
        if self.title is None or self.abstract is None:
            return None
        return Paper(id=self.id, title=self.title, abstract=self.abstract)


_PAPER_LINE = TypeAdapter(_PaperLine)


def _papers(
    lines: Iterable[JsonLine], papers: Path | Sequence[Paper] | None, warn: Callable[[str], None]
) -> Iterator[AnnotatedText]:
    annotated: list[tuple[str, _PaperLine]] = []
    ids = _Ids()
    for _, place, fields in lines:
        annotated.append((place, validated(_PAPER_LINE, fields, place)))
        ids.add(annotated[-1][1].id, place)
    known = _texts(papers, {line.id for _, line in annotated if line.paper is None}, warn) if papers else {}
    for place, line in annotated:
        paper = line.paper or known.get(line.id)
        if paper is None:
            source = path_text(papers) if isinstance(papers, Path) else "the file of papers"
            where = f"; {source} has no paper of this id" if papers else ", and no file of papers is given"
            raise InputError(place, f'{_quoted(line.id)} has no "title" and "abstract" here{where}')
        if line.entities is None and line.results is None:
            raise InputError(place, f"is not annotated; expected {_EXPECTED}")
        for entity in line.entities or ():
            _check_name(entity, paper.text, place)
        names = [(entity.text, entity.type) for entity in line.entities or ()]
        spans = tuple(occurrences(names, paper.text))
        yield AnnotatedText(paper, place, spans, line.entities, line.abbreviations, line.links, line.results)


def _texts(papers: Path | Sequence[Paper], wanted: set[str], warn: Callable[[str], None]) -> dict[str, Paper]:
    """The wanted papers, by id."""
    found: dict[str, Paper] = {}
    for paper in read_papers([papers], warn) if isinstance(papers, Path) else papers:
        if paper.id not in wanted:
            continue
        if found.setdefault(paper.id, paper).text != paper.text:
            place = path_text(papers) if isinstance(papers, Path) else paper.source
            raise InputError(f"{place}:{paper.line}", f"has the id {_quoted(paper.id)}, as has another paper before it")
    return found


def _check_name(entity: GoldEntity, text: str, place: str) -> None:
    if entity.text not in text:
        raise InputError(place, f"{_quoted(entity.text)} does not occur in the paper")
    if entity.start is not None and text[entity.start : entity.end] != entity.text:
        raise InputError(place, f"{_quoted(entity.text)} is not at characters {entity.start}-{entity.end}")


def occurrences(names: Iterable[tuple[str, EntityType]], text: str) -> list[Span]:
    """All whole-word occurrences of names in a text, longest names first, none inside another, sorted by offset.

    >>> occurrences([("models", "Task"), ("diffusion models", "Method")], "Diffusion models are models")
    [Span(start=10, end=16, type='Task'), Span(start=21, end=27, type='Task')]
    """
    taken = bytearray(len(text))
    found = []
    for name, kind in sorted(names, key=lambda named: -len(named[0])):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            start, end = match.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append(Span(start, end, kind))
    return sorted(found)


# --- passages --------------------------------------------------------------------------------------------------------


class _MarkedSpan(JsonModel):
    start: Offset = Field(validation_alias=AliasChoices("start", "start_offset"))
    end: Offset = Field(validation_alias=AliasChoices("end", "end_offset"))
    label: Label

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if isinstance(value, (list, tuple)) and len(value) == 3:
            return dict(zip(("start", "end", "label"), value, strict=True))
        return value


class _PassageLine(JsonModel):
    id: Id | None = None
    text: str = Field(validation_alias=AliasChoices("text", "data"))
    spans: tuple[_MarkedSpan, ...] | None = Field(
        None, validation_alias=AliasChoices("spans", "label", "labels", "entities")
    )
    answer: Literal["accept", "reject", "ignore"] | None = None


_PASSAGE_LINE = TypeAdapter(_PassageLine)


def _passages(lines: Iterable[JsonLine]) -> Iterator[AnnotatedText]:
    ids = _Ids()
    for _, place, fields in lines:
        line = validated(_PASSAGE_LINE, fields, place)
        if line.answer in ("reject", "ignore"):
            continue
        if line.spans is None and line.answer is None:  # Prodigy leaves "spans" out of accepted texts without any
            raise InputError(place, 'has no "spans"')
        if line.id is not None:
            ids.add(line.id, place)
        paper = Paper(id=line.id or place, title="", abstract=line.text)
        before = len(paper.text) - len(line.text)  # the line break after the title
        spans = sorted({_whole_words(span, line.text, place) for span in line.spans or ()})
        for one, other in pairwise(spans):
            if other.start < one.end:
                raise InputError(place, f"spans {one.start}-{one.end} and {other.start}-{other.end} overlap")
        shifted = (Span(span.start + before, span.end + before, span.type) for span in spans)
        yield AnnotatedText(paper, place, tuple(shifted))


def _whole_words(span: _MarkedSpan, text: str, place: str) -> Span:
    """The span without spaces around it.

    Raises:
        InputError: it lies outside the text, marks only spaces or cuts a word, so that its offsets must be wrong.
    """
    name = f"span {span.start}-{span.end}"
    if not span.start < span.end <= len(text):
        raise InputError(place, f"{name} is not part of the text, which has {len(text)} characters")
    marked = text[span.start : span.end]
    start = span.end - len(marked.lstrip())
    end = span.start + len(marked.rstrip())
    if start >= end:
        raise InputError(place, f"{name} marks only spaces")
    if _in_word(text, start) or _in_word(text, end):
        raise InputError(place, f"{name}, {_quoted(marked)}, cuts a word; expected offsets in characters")
    return Span(start, end, span.label)


def _in_word(text: str, offset: int) -> bool:
    """Whether there are letters on both sides, of a script that separates words by spaces (all that have capitals)."""
    return 0 < offset < len(text) and all(
        letter.islower() or letter.isupper() for letter in text[offset - 1 : offset + 1]
    )
