"""What the components of the pipeline read and write: a spaCy ``Doc`` with a paper's candidates on it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from kg.extraction.words import Words, word_key
from kg.records import Paper
from kg.text.plain import plain_text
from kg.text.sentences import sentence_spans
from kg.vocabulary import EntityType, Role


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that an extractor proposes as a mention of an entity.

    ``start`` and ``end`` are token offsets into the Doc (end exclusive), ``confidence`` is in 0..1, and ``role`` is set
    where the extractor saw a cue for it. ``name`` is the full name where the words are only its end: "CIFAR-100" for
    the "100" of "CIFAR-10/100".
    """

    start: int
    end: int
    type: EntityType
    confidence: float
    extractor: str
    role: Role | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form and its long form as token spans; each is where the text defines the pair."""

    short: Span
    long: Span


EXTENSIONS: dict[str, Any] = {
    "paper": None,  # kg.records.Paper: the record that the Doc was made from, if it was made from one
    "plain": None,  # PlainText: the Doc's text, and the way back to the offsets of the text as given
    "title_end": 0,  # int: number of tokens of the title
    "links": [],  # list[kg.records.Link], offsets into the text as given
    "abbreviations": [],  # list[Abbreviation]
    "candidates": [],  # list[Candidate]: what the extractors propose; they may overlap
    "entities": [],  # list[Candidate]: what was settled on, by offset, none overlapping
    "results": [],  # list[kg.records.Result], offsets into the text as given
}

for _name, _default in EXTENSIONS.items():
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=_default)


def _entity(span: Span) -> Candidate | None:
    return next((c for c in span.doc._.entities if (c.start, c.end) == (span.start, span.end)), None)


if not Span.has_extension("candidate"):
    Span.set_extension("candidate", getter=_entity)  # of an entity its role, confidence and extractor


_KEPT = 100_000  # words whose forms are known
_LONG = re.compile(r"(?<!\S)\S{501}")  # what has something too long, found more quickly
_TOO_LONG = re.compile(r"\S{500}(?=\S)")
_LETTERS = re.compile("[A-Za-z]{1,100}(?: [A-Za-z]{1,100})*")


class PlainTokenizer:
    """Makes a Doc of the plain text under a text (:func:`kg.text.plain.plain_text`), with sentence starts set.

    Args:
        tokenizer: splits the plain text into words.
    """

    def __init__(self, tokenizer: Callable[[str], Doc]) -> None:
        self.tokenizer = tokenizer
        self._forms: dict[int, tuple[str, str, str]] = {}
        self._exceptions: Set[str] = getattr(tokenizer, "rules", {}).keys()

    def words(self, text: str) -> list[str]:
        """The tokens of the plain text under a text, without a full Doc."""
        plain = plain_text(text).text
        if _LETTERS.fullmatch(plain) and self._exceptions.isdisjoint(words := plain.split(" ")):
            return words  # as the tokenizer would, which takes long for words that it meets for the first time
        return [token.text for token in self._tokens(plain)]

    def __call__(self, text: str, title_end: int | None = None) -> Doc:
        plain = plain_text(text, title_end)
        doc = self._tokens(plain.text)
        # As arrays, because a Doc is slow to read, and looked through each time that a token's sentence start is set.
        numbers = doc.to_array(["ORTH", "LENGTH", "SPACY"])
        forms = self._forms
        of_tokens = [forms.get(number) or self._form(doc.vocab, number) for number in numbers[:, 0].tolist()]
        texts, lower, keys = map(list, zip(*of_tokens, strict=True)) if of_tokens else ([], [], [])
        lengths, blanks = numbers[:, 1:].astype(np.int64).T
        starts: list[int] = (np.cumsum(lengths + blanks) - lengths - blanks).tolist()
        opens = list(map({start for start, _ in sentence_spans(plain.text)}.__contains__, starts))
        marks = np.where(opens, 1, -1).astype(np.uint64)
        doc.from_array(["SENT_START"], cast(Any, marks.reshape(-1, 1)))
        doc._.plain = plain
        doc.user_data["words"] = Words(texts, lower, keys, starts, blanks.astype(bool).tolist(), opens, plain)
        if title_end is not None:
            doc._.title_end = bisect_left(starts, bisect_left(plain.offsets, title_end))
        return doc

    def _form(self, vocab: Vocab, number: int) -> tuple[str, str, str]:
        """A word as written, in lower case, and its key, from its number in the vocabulary.

        They are kept, so that all of its tokens have the same strings, whose hashes are then made only once.
        """
        if len(self._forms) >= _KEPT:
            self._forms.clear()
        text = vocab.strings[number]
        found = self._forms[number] = text, text.lower(), word_key(text)
        return found

    def _tokens(self, text: str) -> Doc:
        """The tokens of a plain text; what has no blank for too long is cut, because it takes quadratic time."""
        if not _LONG.search(text):
            return self.tokenizer(text)
        cuts = [0, *(match.end() for match in _TOO_LONG.finditer(text)), len(text)]
        pieces = [self.tokenizer(text[start:end]) for start, end in pairwise(cuts)]
        return Doc.from_docs(pieces, ensure_whitespace=False)


def make_doc(nlp: Language, paper: Paper) -> Doc:
    """The Doc of a paper's text, with the length of its title."""
    given: Any = nlp.tokenizer
    tokenizer = given if isinstance(given, PlainTokenizer) else PlainTokenizer(given)
    doc = tokenizer(paper.text, len(paper.title))
    doc._.paper = paper
    return doc


def set_spans(doc: Doc) -> Doc:
    """Show what was found as spaCy does.

    ``doc.ents`` are the entities, their label the type; ``doc.spans["abbreviations"]`` the short and long forms,
    ``doc.spans["results"]`` the values of results, their label the metric.
    """
    doc.ents = tuple(Span(doc, entity.start, entity.end, label=entity.type) for entity in doc._.entities)
    pairs: list[Abbreviation] = doc._.abbreviations
    doc.spans["abbreviations"] = [span for pair in pairs for span in (pair.short, pair.long)]
    values = []
    for result in doc._.results:
        start, end = doc._.plain.plain_span(result.start, result.end)
        values.append(doc.char_span(start, end, label=result.metric or "", alignment_mode="expand"))
    doc.spans["results"] = [value for value in values if value is not None]
    return doc


@Language.component("kg_spans")
def _spans(doc: Doc) -> Doc:
    return set_spans(doc)


def original_text(doc: Doc, start: int, end: int) -> str:
    """The text as given under the tokens ``start`` to ``end``."""
    first, last = original_span(doc, start, end)
    return Words.of(doc).plain.original[first:last]


def original_span(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Character offsets in the text as given of the tokens ``start`` to ``end``."""
    words = Words.of(doc)
    return words.plain.span(words.starts[start], words.end_of(end - 1))
