"""What the tagger's network reads of each token of a Doc."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, starmap

import numpy as np
from spacy.strings import get_string_id
from spacy.tokens import Doc

from kg.extraction.words import Words

WORD_COLUMNS = 4


_CONFIDENCE_STEPS = 5


def token_features(doc: Doc) -> np.ndarray:
    """What the network reads of a Doc: hashes of its tokens' properties, uint64, a row a token."""
    lexicon, patterns = ["-"] * len(doc), ["-"] * len(doc)
    for candidate in sorted(doc._.candidates, key=lambda c: (c.end - c.start, c.confidence, c.start, c.type)):
        marks = lexicon if candidate.extractor == "lexicon" else patterns
        step = min(int(candidate.confidence * _CONFIDENCE_STEPS), _CONFIDENCE_STEPS - 1)
        marks[candidate.start : candidate.end] = _parts(candidate.end - candidate.start, f"{candidate.type}{step}")
    forms = ["-"] * len(doc)
    for pair in doc._.abbreviations:
        forms[pair.short.start : pair.short.end] = "S" * len(pair.short)
        forms[pair.long.start : pair.long.end] = _parts(len(pair.long))
    words = Words.of(doc)
    counts = Counter(words.lower)
    title_end: int = doc._.title_end
    title = set(words.lower[:title_end])
    of_token = zip(
        lexicon,
        patterns,
        forms,
        [True] * title_end + [False] * (len(doc) - title_end),
        [min(counts[lower], 4) for lower in words.lower],
        [lower in title for lower in words.lower],
        words.opens,
        strict=True,
    )
    halves = zip(map(_word_features, words.texts), starmap(_mark_features, of_token), strict=True)
    hashes = bytearray().join(chain.from_iterable(halves))
    return np.frombuffer(hashes, np.uint64).reshape(-1, WORD_COLUMNS + 4)


@lru_cache(maxsize=10_000)
def _parts(size: int, what: str = "") -> Sequence[str]:
    """The marks of the tokens of a span: which part of it each one is."""
    parts = "U" if size == 1 else f"B{'I' * (size - 2)}L" if size else ""
    return [f"{part}{what}" for part in parts]


@lru_cache(maxsize=200_000)
def _word_features(word: str) -> bytes:
    lower = word.lower()
    names = (f"word {lower}", f"prefix {lower[:3]}", f"suffix {lower[-3:]}", f"shape {_letter_shape(word)}")
    return _hashes(names)


@lru_cache(maxsize=50_000)
def _mark_features(
    lexicon: str, pattern: str, form: str, within_title: bool, count: int, in_title: bool, opens: bool
) -> bytes:
    names = (
        f"lexicon {lexicon}",
        f"pattern {pattern}",
        f"form {form} {within_title}",
        f"count {count} {in_title} {opens}",
    )
    return _hashes(names)


def _hashes(names: Iterable[str]) -> bytes:
    return array("Q", map(get_string_id, names)).tobytes()


def _letter_shape(word: str) -> str:
    """What kinds of letters follow one another, up to three of a kind in a row.

    >>> _letter_shape("ImageNet"), _letter_shape("CIFAR10")
    ('XxxxXxx', 'XXXdd')
    """
    shape = ""
    for letter in word[:50]:
        kind = "X" if letter.isupper() else "x" if letter.islower() else "d" if letter.isdigit() else letter
        if not shape.endswith(kind * 3):
            shape += kind
    return shape


def sentences(doc: Doc) -> list[tuple[int, int]]:
    """The sentences of a Doc, as token offsets."""
    starts = [0, *(place for place, opens in enumerate(Words.of(doc).opens) if opens and place)]
    return list(zip(starts, [*starts[1:], len(doc)], strict=True)) if len(doc) else []
