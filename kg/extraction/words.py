"""Words as the components compare them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from spacy.tokens import Doc

from kg.text.names import spaced_key
from kg.text.plain import PlainText

JOINTS = frozenset("-‐‑‒–—/+&×'")


@lru_cache(maxsize=100_000)
def word_key(text: str) -> str:
    """The key of one token; empty for punctuation.

    >>> word_key("GANs"), word_key("CIFAR10"), word_key("-")
    ('gan', 'cifar10', '')
    """
    return spaced_key(text).replace(" ", "") if any(map(str.isalnum, text)) else ""


@dataclass(frozen=True, slots=True)
class Words:
    """The tokens of a Doc as lists, because reading them from the Doc one by one takes long.

    ``texts`` are the tokens as written, ``lower`` in lower case, ``keys`` as :func:`word_key` has them; ``starts`` are
    their offsets in the Doc's text, which is that of ``plain``; ``blanks`` says which ones a blank follows, ``opens``
    which ones open a sentence.
    """

    texts: list[str]
    lower: list[str]
    keys: list[str]
    starts: list[int]
    blanks: list[bool]
    opens: list[bool]
    plain: PlainText

    @classmethod
    def of(cls, doc: Doc) -> Words:
        """Those of a Doc, where :class:`~kg.extraction.document.PlainTokenizer` put them (``doc._`` takes long)."""
        words: Words = doc.user_data["words"]
        return words

    def text(self, start: int, end: int) -> str:
        """The words from ``start`` to ``end`` as written."""
        return self.plain.text[self.starts[start] : self.end_of(end - 1)] if start < end else ""

    def end_of(self, place: int) -> int:
        """The offset in the Doc's text where a token ends, exclusive."""
        return self.starts[place] + len(self.texts[place])

    def key(self, start: int, end: int) -> str:
        """The key under which the lexicon knows the words from ``start`` to ``end``."""
        return "".join(self.keys[start:end])


def joined(doc: Doc, joint: int) -> bool:
    """Whether a token, such as a hyphen, joins the words before and after it into one."""
    words = Words.of(doc)
    if joint + 1 >= len(words.texts) or words.texts[joint] not in JOINTS or words.opens[joint]:
        return False
    return not words.blanks[joint - 1] and not words.blanks[joint] and bool(words.keys[joint + 1])


def word_shape(text: str) -> str:
    """The shape of a word or phrase: ``<acronym>``, ``<camel>``, ``<capital>``, ``<number>`` or ``<lower>``."""
    if any(map(str.isupper, text[1:])):
        return "<camel>" if text[0].islower() else "<acronym>"
    if text[0].isupper():
        return "<capital>"
    return "<number>" if text[0].isdigit() else "<lower>"
