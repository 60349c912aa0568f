"""Sentences in a short notation, for the tests of how results are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest

from kg.extraction.results.quantities import QuantityFinder
from kg.extraction.results.sentences import Piece, PieceKind, Sentence
from kg.text.names import name_key

KINDS: dict[str, PieceKind] = {"M": "metric", "D": "dataset", "A": "method", "O": "method", "T": "task"}
SLOT = re.compile(
    r"(?P<kind>[MDAOT]):(?P<name>[\w-]+)|(?P<value>[+-]?\d(?:[\d.,]*\d)?(?:%|x|_ms)?(?!\w))|(?P<word>[\w-]+)|\S"
)
FIND = QuantityFinder({"whole": ["ms"]}, {}, {})
CHANGES = {"gain": "rise", "gains": "rise", "drop": "fall", "improves": "raise", "cuts": "lower", "faster": "compare"}

Noted = Callable[..., tuple[str, Sequence[Sentence]]]


@pytest.fixture(scope="session")
def noted() -> Noted:
    """Reads sentences in a notation: "M:hop_error" is a metric, "D:" a dataset, "A:" a method, "O:" the paper's own,
    "T:" a task.

    An underscore is a blank, and what begins with a digit or a sign is a value. Returns the text and its sentences.
    """

    def read(*sentences: str) -> tuple[str, Sequence[Sentence]]:
        text = ""
        found = []
        for number, sentence in enumerate(sentences):
            pieces, position = [], 0
            for match in SLOT.finditer(sentence):
                text += sentence[position : match.start()]
                position = match.end()
                words = (match["name"] or match[0]).replace("_", " ")
                pieces.append(piece(match, words, len(text)))
                text += words
            text += "\n"
            found.append(Sentence(pieces, number, "last" if number == len(sentences) - 1 else "quarter 0"))
        return text, found

    return read


def piece(match: re.Match[str], words: str, start: int) -> Piece:
    end = start + len(words)
    if match["kind"]:
        kind = KINDS[match["kind"]]
        return Piece(kind, start, end, words, f"<{kind}>", name_key(words), None, 0.9, match["kind"] == "O")
    if match["value"]:
        [quantity] = FIND(words)
        return Piece("value", start, end, words, "<value>", "", quantity)
    word = words.lower()
    return Piece("word" if match["word"] else "sign", start, end, words, word, change=CHANGES.get(word, ""))
