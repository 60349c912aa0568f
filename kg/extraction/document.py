"""What the components of the pipeline read and write: a spaCy ``Doc`` with a paper's candidates on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from spacy.tokens import Doc, Span

from kg.extraction.latex import PlainText, plain
from kg.names import sentence_spans
from kg.records import EntityType, Paper, Role


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that some extractor takes for an entity.

    ``start`` and ``end`` are token offsets into the Doc (end exclusive), ``confidence`` lies in 0..1, and ``role``
    is set where the extractor saw a cue for it.
    """

    start: int
    end: int
    type: EntityType
    confidence: float
    extractor: str
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form and its long form as token spans; each is where the text defines the pair."""

    short: Span
    long: Span


EXTENSIONS: dict[str, Any] = {
    "paper": None,  # kg.records.Paper: the record that the Doc was made from
    "plain": None,  # PlainText: the Doc's text, and the way back to the offsets of paper.text
    "title_end": 0,  # int: number of tokens of the title
    "links": [],  # list[kg.records.Link], offsets into paper.text
    "abbreviations": [],  # list[Abbreviation]
    "candidates": [],  # list[Candidate]: what the extractors propose, overlaps and all
    "entities": [],  # list[Candidate]: what was settled on, by offset, none overlapping
    "results": [],  # list[kg.records.Result], offsets into paper.text
}

for _name, _default in EXTENSIONS.items():
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=_default)


def make_doc(nlp: Any, paper: Paper) -> Doc:
    """Tokenize a paper's plain text, with sentence starts set and the title told apart."""
    text: PlainText = plain(paper.text)
    doc: Doc = nlp.make_doc(text.text)
    starts = {start for start, _ in sentence_spans(text.text)}
    # As an array, because setting it token by token looks through the whole Doc each time.
    marks = np.array([1 if token.idx in starts else -1 for token in doc], dtype=np.int64)
    doc.from_array(["SENT_START"], cast(Any, marks.astype(np.uint64).reshape(-1, 1)))
    doc._.paper = paper
    doc._.plain = text
    doc._.title_end = sum(1 for token in doc if text.offsets[token.idx] < len(paper.title))
    return doc


def original_text(doc: Doc, start: int, end: int) -> str:
    """The text as given under the tokens ``start`` to ``end``."""
    first, last = original_span(doc, start, end)
    text: str = doc._.plain.original[first:last]
    return text


def original_span(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Character offsets in the text as given of the tokens ``start`` to ``end``."""
    last = doc[end - 1]
    span: tuple[int, int] = doc._.plain.span(doc[start].idx, last.idx + len(last))
    return span
