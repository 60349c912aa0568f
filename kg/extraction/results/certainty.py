"""How certain a result is: what is seen of a result once all of its parts are chosen, as a few numbers.

A logistic regression over them says how probably the result is right as a whole. The probabilities of the parts alone
do not, since each part is chosen as if those before it were right, and a name that was found with its wrong end is the
likeliest one nevertheless.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from spacy.lang.en.stop_words import STOP_WORDS

from kg.extraction.results.choices import Choice
from kg.extraction.results.places import Names, Part, Place

_LEAST = 0.002  # probability; smaller ones have the same logit
_MOST = 30.0  # logarithm of odds
_FAR = 20  # pieces
_MANY = 8  # names or values in a sentence
_LONG = 5  # words of a name
_FEW = 3  # names or values between a value and a choice
_SMALL = 5  # numbers below are rarely scores
_WHOLE = frozenset(["of", "to"])
_SUMMED = frozenset(
    ["average", "mean", "overall", "maximum", "total", "exact", "strict"]
)  # which metrics often go without
_COLLECTIONS = frozenset(
    ["dataset", "datasets", "data-sets", "benchmark", "benchmarks", "corpus", "challenge", "database"]
)
_COLLECTIONS |= {"set", "sets", "track", "suite", "task", "tasks", "collection"}
_ARROWS = frozenset(["->", "→", "-", "–", "/"])
_ENDS = frozenset(
    ["on", "with", "by", "of", "and", "in", "is", "are", "for", "at", "as"]
)  # of what a name may be part of
_REACH = 4  # pieces after a name in which it may go on


class Chosen(NamedTuple):
    """A part of a result: the likeliest choice, the probability of its name, and that of the likeliest other name."""

    choice: Choice
    chance: float
    second: float


def ranked_kind(place: Place, metric: Choice, dataset: Choice) -> bool:
    """Whether a result is of the kind that leaderboards rank: a bare number or percentage with metric and dataset."""
    value = place.piece.value
    named = metric.kind != "none" and dataset.kind != "none"
    bare = value.number is not None and value.unit in (None, "%") and not place.piece.text.startswith("+")
    return named and bare and place.reading == "absolute"


def seen(place: Place, likely: float, parts: Mapping[Part, Chosen], names: Names) -> dict[str, float]:
    """What is seen of a result, in the order of the weights.

    Most numbers are from 0 to 1, and the logits of probabilities from -6 to 6.

    Args:
        likely: the probability of what the value was read as.
        parts: what was chosen.
        names: those of the text.
    """
    metric, dataset, method = (parts[part] for part in ("metric", "dataset", "method"))
    sentence, value = place.sentence, place.piece.value
    metric_names = [piece for piece in metric.choice.pieces if piece.kind == "metric"]
    dataset_names = dataset.choice.pieces
    chances = (likely, metric.chance, dataset.chance)
    return {
        "any": 1.0,
        "reading": logit(likely),
        "metric": logit(metric.chance),
        "dataset": logit(dataset.chance),
        "method": logit(method.chance),
        "least": logit(min(chances)),
        "all": logit(math.prod(chances)),
        "metric second": metric.second,
        "dataset second": dataset.second,
        "relative": place.reading == "relative",
        "without metric": metric.choice.kind == "none",
        "without dataset": dataset.choice.kind == "none",
        "metric elsewhere": metric.choice.kind == "there",
        "dataset elsewhere": dataset.choice.kind == "there",
        "unit as metric": metric.choice.kind == "unit",
        "metric found": max((piece.confidence for piece in metric_names), default=0.0),
        "dataset found": max((piece.confidence for piece in dataset_names), default=0.0),
        "metric is a name": len(metric_names) == len(metric.choice.pieces) == 1,
        "metric has a name": 0 < len(metric_names) < len(metric.choice.pieces),
        "metric known": any(piece.known for piece in metric_names),
        "dataset known": any(piece.known for piece in dataset_names),
        "dataset introduced": any(piece.introduced for piece in dataset_names),
        "dataset goes on": _goes_on(dataset.choice),
        "values": _share(len(sentence.places("value")), _MANY),
        "metrics": _share(len(sentence.places("metric")), _MANY),
        "datasets": _share(len(sentence.places("dataset")), _MANY),
        "datasets of text": _share(names.datasets, _MANY),
        "metric far": _distance(place, metric.choice),
        "dataset far": _distance(place, dataset.choice),
        "metric long": _share(len(metric.choice.text.split()), _LONG),
        "dataset long": _share(len(dataset.choice.text.split()), _LONG),
        "decimal": "." in place.piece.text,
        "percent": value.unit == "%",
        "unit": place.unit == "unit",
        "small": value.number is not None and abs(value.number) < _SMALL,
        "after of or to": sentence.word(place.row[0] - 1) in _WHOLE,
        "contrasted": place.contrasted,
        "listed": len(place.row) > 1,
        "bracketed": place.bracketed,
        "metric goes on": _plain_at(metric.choice, metric.choice.last + 1),
        "metric has a short form": _abbreviated(metric.choice),
        "metric summed": _summed(metric.choice),
        "values before metric": _share(_between(place, metric.choice, "<value>"), _FEW),
        "dataset is a word": dataset.choice.text.isalpha(),
        "dataset is a short form": dataset.choice.key in names.short,
        "dataset has a short form": _abbreviated(dataset.choice),
        "dataset bracketed": _word_at(dataset.choice, dataset.choice.first - 1) == "("
        and _word_at(dataset.choice, dataset.choice.last + 1) == ")",
        "dataset begins early": _begins_early(dataset.choice),
        "dataset ends late": _ends_late(dataset.choice),
        "dataset to another": _word_at(dataset.choice, dataset.choice.last + 1) in _ARROWS,
        "dataset after": dataset.choice.kind == "here" and dataset.choice.first > place.index,
        "datasets before dataset": _share(_between(place, dataset.choice, "<dataset>"), _FEW),
        "values before dataset": _share(_between(place, dataset.choice, "<value>"), _FEW),
        "without method": method.choice.kind == "none",
        "own method": method.choice.key in names.introduced,
    }


def certainty_row(place: Place, likely: float, parts: Mapping[Part, Chosen], names: Names) -> np.ndarray:
    """The numbers that are weighed, float64: what is seen, and the same again for the kind of result that is ranked."""
    numbers = np.array([float(number) for number in seen(place, likely, parts, names).values()])
    ranked = ranked_kind(place, parts["metric"].choice, parts["dataset"].choice)
    return np.concatenate([numbers, numbers if ranked else np.zeros(len(numbers))])


def how_certain(row: np.ndarray, weights: np.ndarray) -> float:
    """The probability that a result is right; summed exactly, so that it is the same on every machine."""
    odds = math.fsum((row * weights).tolist())
    return 1 / (1 + math.exp(-min(max(odds, -_MOST), _MOST)))


def logit(chance: float) -> float:
    """The logarithm of the odds of a probability.

    >>> logit(0.5)
    0.0
    """
    held = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(held / (1 - held))


def _goes_on(choice: Choice) -> bool:
    """Whether another name, a number or a capitalised word follows a name at once, so that it may end too early."""
    if choice.kind != "here" or choice.last + 1 >= len(choice.at().pieces):
        return False
    follows = choice.at().pieces[choice.last + 1]
    return follows.kind not in ("word", "sign") or (follows.kind == "word" and follows.text[0].isupper())


def _word_at(choice: Choice, index: int) -> str:
    """What the features show at an index of a choice's sentence; "" if it is in none."""
    return choice.at().word(index) if choice.pieces else ""


def _plain_at(choice: Choice, index: int) -> bool:
    """Whether a word that is no frequent one is at an index of a choice's sentence, so that a name may go on there."""
    word = _word_at(choice, index)
    return word[:1].isalpha() and word not in STOP_WORDS


def _abbreviated(choice: Choice) -> bool:
    """Whether a name is followed by another one in brackets: "word error rate (WER)" may go by either."""
    if not choice.pieces:
        return False
    opening, name, closing = (_word_at(choice, choice.last + step) for step in (1, 2, 3))
    return opening == "(" and name.startswith("<") and closing == ")"


def _summed(choice: Choice) -> bool:
    """Whether a metric begins with "average" or a word like it, or one stands before it."""
    return not _SUMMED.isdisjoint([choice.text.lower().partition(" ")[0], _word_at(choice, choice.first - 1)])


def _begins_early(choice: Choice) -> bool:
    """Whether a capitalised word is before a name, so that it may begin there."""
    if not choice.pieces or choice.first == 0:
        return False
    before = choice.at().pieces[choice.first - 1]
    return before.kind == "word" and before.text[0].isupper()


def _ends_late(choice: Choice) -> bool:
    """Whether a name seems to go on to a word for collections of data: "Pond" in "the Pond frog pictures dataset"."""
    if not choice.pieces:
        return False
    for step in range(1, _REACH + 1):
        word = _word_at(choice, choice.last + step)
        if word in _COLLECTIONS:
            return step > 1
        if not word[:1].isalpha() or word in _ENDS:
            return False
    return False


def _between(place: Place, choice: Choice, word: str) -> int:
    """How many pieces that show a word are between the value and a choice in its sentence."""
    if choice.kind != "here":
        return 0
    low, high = min(choice.last, place.index), max(choice.first, place.index)
    return place.sentence.words[low + 1 : high].count(word)


def _distance(place: Place, choice: Choice) -> float:
    return _share(abs(choice.first - place.index), _FAR) if choice.kind == "here" else 0.0


def _share(count: int, most: int) -> float:
    return min(count, most) / most
