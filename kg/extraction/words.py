"""Words as the components compare them."""

from __future__ import annotations

from functools import lru_cache

from spacy.tokens import Doc

from kg.text.names import spaced_key

JOINTS = frozenset("-‐‑‒–—/+&×'")


@lru_cache(maxsize=100_000)
def word_key(text: str) -> str:
    """The key of one token; empty for punctuation.

    >>> word_key("GANs"), word_key("CIFAR10"), word_key("-")
    ('gan', 'cifar10', '')
    """
    return spaced_key(text).replace(" ", "") if any(map(str.isalnum, text)) else ""


def joined(doc: Doc, joint: int) -> bool:
    """Whether a token, such as a hyphen, joins the words before and after it into one."""
    if joint + 1 >= len(doc) or doc[joint].text not in JOINTS or doc[joint].is_sent_start:
        return False
    return not doc[joint - 1].whitespace_ and not doc[joint].whitespace_ and bool(word_key(doc[joint + 1].text))


def word_shape(text: str) -> str:
    """The shape of a word or phrase: ``<acronym>``, ``<camel>``, ``<capital>``, ``<number>`` or ``<lower>``."""
    if any(map(str.isupper, text[1:])):
        return "<camel>" if text[0].islower() else "<acronym>"
    if text[0].isupper():
        return "<capital>"
    return "<number>" if text[0].isdigit() else "<lower>"
