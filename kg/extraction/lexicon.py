"""The lexicon: a list of known names, looked up in every text.

A phrase is found in any case, with or without hyphens and spaces, singular or plural ("CIFAR10" for "CIFAR-10"). Short
names with capitals ("CLIP", "Adam") are found only as they are written, because in lower case they are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import Candidate
from kg.extraction.words import JOINTS, Words, word_key
from kg.rulefiles import NameRule, Rule
from kg.text.names import name_key
from kg.vocabulary import EntityType

MAX_TOKENS = 10
_CASED_LENGTH = 5
_BEGINNING = 8  # letters of a key


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """What the lexicon knows about a name; ``written`` is set where the spelling must agree in case."""

    type: EntityType
    confidence: float
    written: str | None = None


def keys_in(doc: Doc, reach: Mapping[str, int] | None = None) -> Iterator[tuple[int, int, str]]:
    """The start, end and key of every window of up to :data:`MAX_TOKENS` tokens without punctuation.

    Args:
        reach: what :func:`reach_of` says of the keys that are looked for; windows that have none of them are left out.
    """
    words = Words.of(doc)
    keys, opens = words.keys, words.opens
    starts = (
        (start for start, key in enumerate(keys) if key)
        if reach is None
        else [start for start, key in enumerate(keys) if key and len(key) <= reach.get(key[:_BEGINNING], 0)]
    )
    for start in starts:
        key = keys[start]
        yield start, start + 1, key
        for end in range(start + 1, min(start + MAX_TOKENS, len(keys))):
            if opens[end] or (not keys[end] and words.texts[end] not in JOINTS):  # where no name continues
                break
            if keys[end]:
                key += keys[end]
                if reach is not None and len(key) > reach.get(key[:_BEGINNING], 0):
                    break
                yield start, end + 1, key


def reach_of(keys: Iterable[str]) -> dict[str, int]:
    """The length of the longest of the keys with each beginning of up to some letters, for :func:`keys_in`."""
    reach: dict[str, int] = {}
    longest: Iterable[tuple[str, int]] = [(key, len(key)) for key in sorted(keys, key=len, reverse=True)]
    for size in range(_BEGINNING, 0, -1):
        found: dict[str, int] = {}
        for beginning, length in longest:
            found.setdefault(beginning[:size], length)
        reach |= found
        longest = found.items()
    return reach


def lexicon_key(nlp: Language, name: str) -> str:
    """The key of a phrase, as :func:`keys_in` spells it."""
    tokenizer: Any = nlp.tokenizer  # a PlainTokenizer
    return "".join(map(word_key, tokenizer.words(name))) or name_key(name)


def written_form(name: str) -> str | None:
    """The letters and digits of a name whose case matters; None for a name that is found in any case.

    >>> written_form("GANs"), written_form("Adam"), written_form("ImageNet"), written_form("U-Net model")
    ('GAN', 'Adam', None, None)
    """
    if " " in name or len(name) > 2 * _CASED_LENGTH + 2:
        return None
    letters = name if name.isalnum() else re.sub(r"[\W_]+", "", name)
    if len(letters) > _CASED_LENGTH + 1 or letters.islower():
        return None
    return letters[:-1] if re.search(r"[A-Z]s$", letters) else letters


@lru_cache(maxsize=100_000)
def _alone(type: EntityType, confidence: float, written: str | None) -> tuple[LexiconEntry, ...]:
    """An entry by itself; most are alike, so that thousands of names share one."""
    return (LexiconEntry(type, confidence, written),)


class Lexicon:
    """Proposes every occurrence of a known name."""

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp
        self.entries: dict[str, tuple[LexiconEntry, ...]] = {}
        self._reach: dict[str, int] = {}

    def add_rules(self, rules: Iterable[Rule]) -> None:
        """Take the rules whose label is an entity type and whose pattern is a phrase."""
        for rule in rules:
            if isinstance(rule, NameRule) and isinstance(rule.pattern, str):
                key = rule.key or lexicon_key(self.nlp, rule.pattern)
                entry = _alone(rule.label, rule.confidence, written_form(rule.pattern))
                self.entries[key] = self.entries.get(key, ()) + entry
        self._reach = reach_of(self.entries)

    def knows(self, name: str) -> bool:
        """Whether the name is in the lexicon, as some type and in some spelling."""
        return lexicon_key(self.nlp, name) in self.entries

    def __call__(self, doc: Doc) -> Doc:
        words, candidates = Words.of(doc), doc._.candidates
        for start, end, key in keys_in(doc, self._reach):
            for entry in self.entries.get(key, ()):
                if entry.written is None or written_form(words.text(start, end)) == entry.written:
                    candidates.append(Candidate(start, end, entry.type, entry.confidence, "lexicon"))
        doc._.candidates = candidates
        return doc


@Language.factory("kg_lexicon")
def make_lexicon(nlp: Language, name: str) -> Lexicon:
    """The component's factory."""
    return Lexicon(nlp)
