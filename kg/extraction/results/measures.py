"""Measures in a sentence's words: what a value measures where no metric is known by name, and a known one's full words.

English names a measure in few ways: before its value ("a response time of 154 ms", "reduces the annotation effort by
70%", "the deviation is reduced by 4%") or after it ("3x fewer collisions", "70% vocabulary size reduction", "a gain of
2% in robustness"). Each is a noun phrase at a fixed place, found here without a parser: a run of words that ends at
the first word that cannot belong to it. Where nothing else shows that it is a measure, its last word does: an acronym
("46.5 AP", "5% in mIoU"), or a word that ends the names of metrics ("consistency rate at 94%").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from spacy.lang.en.stop_words import STOP_WORDS

from kg.extraction.results.quantities import Quantity
from kg.text.names import name_key, singular

PieceKind = Literal["value", "metric", "dataset", "method", "task", "word", "sign"]

_MAX_WORDS = 4
_VARIANT = re.compile(r"-(?:\d+|ups?)(?!\w)")  # "ROUGE-1", "speed-up"
_PASSIVE = frozenset(["is", "are", "was", "were", "been", "be"])
_STATES = frozenset(["of", "is", "are", "was", "were", ":", "above", "over", "below"])
_CHANGED_BY = frozenset(["by", "from", "to"])
_INTO = frozenset(["in", "of", "terms", "number"])
_AND = frozenset(["and", "both", "'s"])
_POINTS = frozenset(["point", "points", "score", "scores"])
_ARTICLES = frozenset(["the", "a", "an", "its", "their", "our", "average", "overall", "total", "relative", "absolute"])
_NAMING = frozenset(["in", "on", "at"])  # "5% in mIoU"
_ACRONYM = re.compile(r"(?=.*[^\W\d_])(?:.*[A-Z].*[A-Z]|.*[a-z].*[A-Z]|.*@).*")
_CLAUSE = 16  # pieces to look back over for the verb that a "by" belongs to


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence at offsets of the plain text: a value, an entity, a word or a sign."""

    kind: PieceKind
    start: int
    end: int
    text: str
    quantity: Quantity | None = None


class MeasureReader:
    """Finds measures in the words around a value.

    Args:
        roles: what a word does between value and measure: "bridge", "change", "win" or "barrier".
        vague: words that may be in a measure's name but are not a measure themselves ("model").
        outside: words that are not part of a measure's name, in addition to those of ``roles`` and the stop words.
        datasets: keys of names (:func:`kg.text.names.name_key`) that a measure's name does not start with.
        heads: singular words in lower case that end the names of metrics.
    """

    def __init__(
        self,
        roles: Mapping[str, str],
        outside: frozenset[str],
        vague: frozenset[str],
        datasets: frozenset[str],
        heads: frozenset[str],
    ) -> None:
        self._roles = roles
        self._outside = outside
        self._vague = vague
        self._datasets = datasets
        self._heads = heads

    def full(self, text: str, pieces: Sequence[Piece], index: int) -> Piece:
        """A known measure with the words that make it exact: "pixel-wise accuracy" for "accuracy"."""
        last = index
        while last + 1 < len(pieces) and pieces[last + 1].kind == "metric" and _adjacent(pieces, last):
            if self._role(pieces[last + 1]) == "change":
                break
            last += 1
        end = pieces[last].end
        first = self._start(pieces, index)
        start = pieces[first].start
        while len(words := text[start:end].split(" ", 1)) > 1 and self._qualifies(words[0]):
            start += len(words[0]) + 1
        variant = _VARIANT.match(text, end)
        return _joined(text, start, variant.end() if variant else end)

    def _qualifies(self, word: str) -> bool:
        """Whether a measure's first word is not in its name: "average accuracy", "lower error", "ImageNet accuracy"."""
        if word.lower() in _ARTICLES or self._roles.get(word.lower()) == "change":
            return True
        return not word.islower() and name_key(word) in self._datasets

    def named_by(self, text: str, pieces: Sequence[Piece], first: int, last: int) -> Piece | None:
        """The measure of the values at ``first`` to ``last``, by the words next to them, if these name one."""
        if last + 1 < len(pieces) and pieces[last + 1].text == "+":  # "50%+ fewer errors"
            last += 1
        after = self._after(text, pieces, last + 1)
        compared = last + 1 < len(pieces) and self._compares(pieces[last + 1])
        if after or compared:
            return after
        return self._before(text, pieces, first - 1) or self._named(text, pieces, last + 1)

    def _compares(self, piece: Piece) -> bool:
        """Whether a value before a piece says how much of a change it is: "3x fewer", "5% gain"."""
        return piece.text.lower() == "more" or self._role(piece) == "change"

    def _before(self, text: str, pieces: Sequence[Piece], index: int) -> Piece | None:
        """The measure named before a value: "an error of 5%", "an error reduction of 5%", "reduces the error by 5%"."""
        passed: list[str] = []
        while index >= 0 and self._leads(pieces[index]):
            passed.append(pieces[index].text.lower())
            index -= 1
        if index < 0:
            return None
        if _CHANGED_BY.intersection(passed) or passed[-1:] == ["("]:  # "improves X greatly (up to 5%)"
            return self._changed(text, pieces, index)
        if self._role(pieces[index]) == "change" and _STATES.intersection(passed):
            return self._ending(text, pieces, index - 1)
        if _STATES.intersection(passed):
            return self._ending(text, pieces, index)
        return self._ending(text, pieces, index) if self._is_measure(pieces[index]) else None

    def _changed(self, text: str, pieces: Sequence[Piece], index: int) -> Piece | None:
        """What a verb of change is about: its object ("reduces X by"), in the passive its subject ("X is cut by")."""
        verb = index
        while verb >= max(0, index - _CLAUSE) and self._role(pieces[verb]) not in ("change", "win", "barrier"):
            if pieces[verb].kind == "value":  # "reduces X by 18% and Y by 25%"
                joint = self._start(pieces, index) - 1
                return self._ending(text, pieces, index) if joint > verb and pieces[joint].text == "and" else None
            verb -= 1
        if verb < 0 or self._role(pieces[verb]) != "change":
            return None
        if verb == index:
            passive = verb > 1 and pieces[verb - 1].text.lower() in _PASSIVE
            return self._ending(text, pieces, verb - 2) if passive else None
        return self._starting(text, pieces, verb + 1)

    def _after(self, text: str, pieces: Sequence[Piece], index: int) -> Piece | None:
        """The measure named after a value: "3x fewer errors", "5% of errors", "a 5% error reduction"."""
        while index < len(pieces) and pieces[index].text.lower() in _ARTICLES | _POINTS:
            index += 1
        if index + 1 >= len(pieces):
            return None
        word = pieces[index].text.lower()
        if self._compares(pieces[index]):  # "3x faster and more accurate" measures nothing by name
            return None if pieces[index + 1].text == "and" else self._starting(text, pieces, index + 1)
        if word == "in" and pieces[index + 1].text.lower() == "terms":
            return self._starting(text, pieces, index + 1)
        if word == "of" and pieces[index - 1].text.endswith("%") and self._belongs(pieces[index + 1]):
            return self._starting(text, pieces, index + 1)
        end = self._end(pieces, index)
        if end > index and end < len(pieces) and pieces[end - 1].kind != "sign":
            following = pieces[end]
            if self._role(following) == "change" or following.text.lower() in _POINTS:
                return _joined(text, pieces[index].start, pieces[end - 1].end)
        return None

    def _named(self, text: str, pieces: Sequence[Piece], index: int) -> Piece | None:
        """The noun phrase that starts at a piece, if it is a measure by its last word: "46.5 AP", "5% in mIoU"."""
        if index < len(pieces) and pieces[index].text.lower() in _NAMING:
            index += 1
        elif index < len(pieces) and pieces[index].kind in ("method", "dataset", "task"):
            return self._mistaken(text, pieces, index)
        end = self._end(pieces, index)
        if end <= index or not self._is_measure(pieces[end - 1]):
            return None
        return _joined(text, pieces[index].start, pieces[end - 1].end)

    def _mistaken(self, text: str, pieces: Sequence[Piece], index: int) -> Piece | None:
        """A name of another type, in a place where only a measure can be: "46.5 AP on"."""
        following = pieces[index + 1 : index + 2]
        ends = not following or following[0].kind == "sign" or following[0].text.lower() in STOP_WORDS
        piece = pieces[index]
        return _joined(text, piece.start, piece.end) if ends and _ACRONYM.fullmatch(piece.text) else None

    def _is_measure(self, piece: Piece) -> bool:
        """Whether a word by itself looks like a measure: an acronym, or one that measures' names end with."""
        return bool(_ACRONYM.fullmatch(piece.text)) or singular(piece.text.lower()) in self._heads

    def _starting(self, text: str, pieces: Sequence[Piece], index: int) -> Piece | None:
        """The noun phrase that starts at a piece, without its preposition and articles."""
        while index < len(pieces) and (
            pieces[index].text.lower() in _ARTICLES | _INTO | _AND or pieces[index].kind in ("dataset", "method")
        ):
            index += 1
        end = self._end(pieces, index)
        return self._phrase(text, pieces, index, end)

    def _ending(self, text: str, pieces: Sequence[Piece], index: int) -> Piece | None:
        """The noun phrase that ends with a piece."""
        if index < 0 or not self._belongs(pieces[index]):
            return None
        return self._phrase(text, pieces, self._start(pieces, index), index + 1)

    def _phrase(self, text: str, pieces: Sequence[Piece], first: int, end: int) -> Piece | None:
        """The pieces as one measure, if their last word can be one."""
        if (
            end <= first
            or pieces[end - 1].kind not in ("word", "metric")
            or pieces[end - 1].text.lower() in self._vague
        ):
            return None
        return _joined(text, pieces[first].start, pieces[end - 1].end)

    def _start(self, pieces: Sequence[Piece], index: int) -> int:
        """The first piece of the run of a measure's words that ends with ``index``."""
        first = index
        while (
            first > 0
            and index - first < _MAX_WORDS
            and self._belongs(pieces[first - 1])
            and _adjacent(pieces, first - 1)
        ):
            first -= 1
        return first

    def _end(self, pieces: Sequence[Piece], index: int) -> int:
        """One past the last piece of the run of a measure's words that starts at ``index``."""
        end = index
        while end < len(pieces) and end - index <= _MAX_WORDS and self._belongs(pieces[end]):
            end += 1
            if end < len(pieces) and not _adjacent(pieces, end - 1):
                break
        return end

    def _belongs(self, piece: Piece) -> bool:
        """Whether a piece can be part of a measure's name."""
        word = piece.text.lower()
        if piece.kind in ("metric", "task"):
            return True
        return (
            piece.kind == "word"
            and not word.isdigit()
            and word not in self._outside
            and word not in STOP_WORDS
            and self._role(piece) in (None, "bridge")
        )

    def _leads(self, piece: Piece) -> bool:
        """Whether a piece only leads to a value: "of up to", "by more than"."""
        word = piece.text.lower()
        if piece.kind == "sign":
            return piece.text in "(~≈∼:"
        return piece.kind == "word" and self._role(piece) == "bridge" and (word in STOP_WORDS or word in self._outside)

    def _role(self, piece: Piece) -> str | None:
        return self._roles.get(piece.text.lower()) if piece.kind in ("word", "sign", "metric") else None


def _adjacent(pieces: Sequence[Piece], index: int) -> bool:
    """Whether no more than one character separates a piece from the next."""
    return pieces[index + 1].start - pieces[index].end <= 1


def _joined(text: str, start: int, end: int) -> Piece:
    return Piece("metric", start, end, text[start:end])
