"""The texts to learn from: annotated papers as Docs, and unlabelled abstracts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from spacy.language import Language
from spacy.tokens import Doc

from kg.evaluation.gold import read_gold
from kg.extraction.document import make_doc
from kg.extraction.pipeline import build_pipeline
from kg.records import Paper
from kg.sources import read_papers
from kg.text.lines import JsonModel, json_lines_of, validated
from kg.text.names import title_key
from kg.training.tagger import TaggedText, tagged_text
from kg.vocabulary import EntityType

KEPT = 4, 25  # how many papers of how many are kept aside
OWN_NAMES, OWN_RESULTS = (Path(__file__).with_name(f"{what}.jsonl.gz") for what in ("names", "results"))
"""Annotations that were made for this program, of names and of results in conference abstracts, which are by their ids
in the file that they were taken from."""

TokenSpan = tuple[int, int]
"""First token, and one past the last."""


@dataclass(frozen=True, slots=True)
class AnnotatedDoc:
    """A Doc after links and abbreviations, with the types of its annotated spans.

    ``introduced`` holds the probability that the paper introduces the name at a span, where it is above 0.
    """

    doc: Doc
    types: Mapping[TokenSpan, EntityType]
    introduced: Mapping[TokenSpan, float]


class _Abstract(JsonModel):
    title: str
    abstract: str


_ABSTRACT = TypeAdapter(_Abstract)


def annotation_pipeline() -> Language:
    """The pipeline up to the abbreviations."""
    return build_pipeline(components=("links", "abbreviations"))


def read_annotated(nlp: Language, gold: Path, papers: Path) -> list[AnnotatedDoc]:
    """Docs with their annotated names found in them, longest first and never nested.

    Raises:
        InputError: an annotation or a paper is wrong; names file and line.
    """
    annotated = []
    for text in read_gold(gold, papers).texts:
        if text.entities is None:  # only its results were annotated
            continue
        doc = nlp(make_doc(nlp, text.paper))
        names = {entity.text: entity for entity in text.entities}
        found = _occurrences(doc, names)
        types = {span: names[name].type for span, name in found.items()}
        introduced = {span: 1.0 for span, name in found.items() if names[name].role == "introduced"}
        annotated.append(AnnotatedDoc(doc, types, introduced))
    return annotated


def is_kept(paper: Paper) -> bool:
    """Whether a paper is kept aside for scores; a digest of its id decides, so that it is always the same papers."""
    kept, of = KEPT
    digest = blake2b(paper.id.encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % of < kept


def _occurrences(doc: Doc, names: Iterable[str]) -> dict[TokenSpan, str]:
    taken: set[int] = set()
    found = {}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", doc.text):
            span = doc.char_span(match.start(), match.end())
            if span is not None and taken.isdisjoint(range(span.start, span.end)):
                taken.update(range(span.start, span.end))
                found[span.start, span.end] = name
    return found


def tagged(papers: Iterable[AnnotatedDoc]) -> list[TaggedText]:
    """The papers as the tagger learns them."""
    return [tagged_text(paper.doc, ((*span, kind) for span, kind in paper.types.items())) for paper in papers]


def titles_of(papers: Path) -> dict[str, str]:
    """The title keys (:func:`kg.text.names.title_key`) of the papers in a file, by id.

    Raises:
        InputError: a line is wrong.
    """
    return {paper.id: title_key(paper.title) for paper in read_papers([papers], print)}


def read_abstracts(path: Path, without: Iterable[str]) -> Iterator[Paper]:
    """The papers of a file of titles and abstracts, numbered, without some.

    Args:
        path: JSON lines ``{"title", "abstract"}``, gzipped or not.
        without: title keys of papers to leave out, such as those that scores are measured on.

    Raises:
        InputError: a line is wrong.
    """
    left_out = frozenset(without)
    for line in json_lines_of(path, '{"title", "abstract"}'):
        found = validated(_ABSTRACT, line.fields, line.place)
        if title_key(found.title) not in left_out:
            yield Paper(id=str(line.number), title=found.title, abstract=found.abstract)


def read_sentences(paths: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """The lines ``{"text", "spans": [{"start", "end", "label"}]}`` of some files.

    Raises:
        InputError: a line is not a complete JSON object.
    """
    for path in paths:
        yield from (line.fields for line in json_lines_of(path, '{"text", "spans"}'))
