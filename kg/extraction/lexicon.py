"""Known names: a lexicon of phrases, looked up in every text.

A phrase is found in any case, with or without hyphens and spaces, singular or plural ("CIFAR10" for "CIFAR-10"). Short
names with capitals ("CLIP", "Adam") are found only as they are written, because in lower case they are words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import Candidate
from kg.extraction.words import JOINTS, word_key
from kg.rulefiles import Rule
from kg.text.names import name_key
from kg.vocabulary import ENTITY_TYPES, EntityType

MAX_TOKENS = 10
CERTAIN = 1.0  # the confidence of a rule that names none
_CASED_LENGTH = 5


@dataclass(frozen=True, slots=True)
class Name:
    """What the lexicon says of a name; ``written`` is set where the spelling must agree in case."""

    type: EntityType
    confidence: float
    written: str | None = None


def keys_in(doc: Doc) -> Iterator[tuple[int, int, str]]:
    """Every window of at most :data:`MAX_TOKENS` tokens without punctuation: its start, its end, its key."""
    words = [word_key(token.text) for token in doc]
    ends = [  # what no name goes on over: punctuation before the next word, a sentence's start
        (not word and token.text not in JOINTS) or bool(token.is_sent_start)
        for token, word in zip(doc, words, strict=True)
    ]
    for start, word in enumerate(words):
        if not word:
            continue
        key = word
        yield start, start + 1, key
        for end in range(start + 1, min(start + MAX_TOKENS, len(words))):
            if ends[end]:
                break
            if words[end]:
                key += words[end]
                yield start, end + 1, key


def lexicon_key(nlp: Language, name: str) -> str:
    """The key of a phrase, as :func:`keys_in` spells it."""
    return "".join(word_key(token.text) for token in nlp.make_doc(name)) or name_key(name)


def written_form(name: str) -> str | None:
    """The letters and digits of a name whose case matters; None for a name that stands in any case.

    >>> written_form("GANs"), written_form("Adam"), written_form("ImageNet"), written_form("U-Net model")
    ('GAN', 'Adam', None, None)
    """
    letters = re.sub(r"[\W_]+", "", name)
    if " " in name or len(letters) > _CASED_LENGTH + 1 or letters.islower():
        return None
    return letters[:-1] if re.search(r"[A-Z]s$", letters) else letters


class Lexicon:
    """Proposes every occurrence of a known name."""

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp
        self.names: dict[str, list[Name]] = defaultdict(list)

    def add_rules(self, rules: Sequence[Rule]) -> None:
        """Take the rules whose label is an entity type and whose pattern is a phrase."""
        for rule in rules:
            if rule["label"] in ENTITY_TYPES and isinstance(rule["pattern"], str):
                name = Name(rule["label"], float(rule.get("confidence", CERTAIN)), written_form(rule["pattern"]))
                self.names[lexicon_key(self.nlp, rule["pattern"])].append(name)

    def knows(self, name: str) -> bool:
        """Whether the name is in the lexicon, as some type and in some spelling."""
        return lexicon_key(self.nlp, name) in self.names

    def __call__(self, doc: Doc) -> Doc:
        for start, end, key in keys_in(doc):
            for name in self.names.get(key, ()):
                if name.written is None or written_form(doc[start:end].text) == name.written:
                    doc._.candidates.append(Candidate(start, end, name.type, name.confidence, "lexicon"))
        return doc


@Language.factory("kg_lexicon")
def make_lexicon(nlp: Language, name: str) -> Lexicon:
    """The component's factory."""
    return Lexicon(nlp)
