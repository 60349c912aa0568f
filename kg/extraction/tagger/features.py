"""What the tagger's network reads of each token of a Doc."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import numpy as np
from spacy.strings import get_string_id
from spacy.tokens import Doc

WORD_COLUMNS = 4


_CONFIDENCE_STEPS = 5


def token_features(doc: Doc) -> np.ndarray:
    """What the network reads of a Doc: hashes of its tokens' properties, uint64, a row a token."""
    lexicon, patterns = ["-"] * len(doc), ["-"] * len(doc)
    for candidate in sorted(doc._.candidates, key=lambda c: (c.end - c.start, c.confidence, c.start, c.type)):
        marks = lexicon if candidate.extractor == "lexicon" else patterns
        size = candidate.end - candidate.start
        step = min(int(candidate.confidence * _CONFIDENCE_STEPS), _CONFIDENCE_STEPS - 1)
        for place in range(size):
            marks[candidate.start + place] = f"{_part(place, size)}{candidate.type}{step}"
    forms = ["-"] * len(doc)
    for pair in doc._.abbreviations:
        forms[pair.short.start : pair.short.end] = "S" * len(pair.short)
        forms[pair.long.start : pair.long.end] = [_part(place, len(pair.long)) for place in range(len(pair.long))]
    words = [token.lower_ for token in doc]
    counts = Counter(words)
    title = set(words[: doc._.title_end])
    rows = []
    for i, token in enumerate(doc):
        form = f"{forms[i]} {i < doc._.title_end}"
        count = f"{min(counts[words[i]], 4)} {words[i] in title} {bool(token.is_sent_start)}"
        rows.append(_word_features(token.text) + _mark_features(lexicon[i], patterns[i], form, count))
    return np.array(rows, dtype=np.uint64).reshape(len(rows), WORD_COLUMNS + 4)


def _part(place: int, size: int) -> str:
    return "U" if size == 1 else "B" if place == 0 else "L" if place == size - 1 else "I"


@lru_cache(maxsize=200_000)
def _word_features(word: str) -> tuple[int, int, int, int]:
    lower = word.lower()
    names = (f"word {lower}", f"prefix {lower[:3]}", f"suffix {lower[-3:]}", f"shape {_letter_shape(word)}")
    one, two, three, four = map(get_string_id, names)
    return one, two, three, four


@lru_cache(maxsize=50_000)
def _mark_features(lexicon: str, pattern: str, form: str, count: str) -> tuple[int, int, int, int]:
    names = (f"lexicon {lexicon}", f"pattern {pattern}", f"form {form}", f"count {count}")
    one, two, three, four = map(get_string_id, names)
    return one, two, three, four


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
    starts = [0, *(token.i for token in doc if token.is_sent_start and token.i)]
    return list(zip(starts, [*starts[1:], len(doc)], strict=True)) if len(doc) else []
