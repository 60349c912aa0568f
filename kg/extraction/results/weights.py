"""Log-linear decisions: the weights of features, and the probabilities that follow from them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

import numpy as np

BITS = 17  # of a feature's column; few of so many features share one (Weinberger et al. 2009, arXiv:0902.2206)
STEP = 256  # weights are whole multiples of 1/STEP, so that their sums do not depend on the order


@dataclass(frozen=True, slots=True, eq=False)
class ResultWeights:
    """What decides about results: float32 arrays with a weight for each column of the features.

    ``reading`` has the columns three times, for the classes of quantities one after the other. ``certainty`` has a
    weight for each number of :func:`kg.extraction.results.certainty.certainty_row`.
    """

    reading: np.ndarray
    metric: np.ndarray
    dataset: np.ndarray
    method: np.ndarray
    task: np.ndarray
    baseline: np.ndarray
    certainty: np.ndarray


CERTAINTY = 110  # the length of the array that confidences are judged by
SIZES = {"reading": 3 << BITS, **dict.fromkeys(("metric", "dataset", "method", "task", "baseline"), 1 << BITS)}
"""The length of the array of each decision."""


def columns(features: Iterable[str]) -> np.ndarray:
    """The columns of features in a table of weights."""
    hashes = np.fromiter(map(zlib.crc32, map(str.encode, features)), dtype=np.int64)
    found: np.ndarray = hashes & ((1 << BITS) - 1)
    return found


def columns_of_each(things: Iterable[Iterable[str]]) -> list[np.ndarray]:
    """The columns of the features of each of several things."""
    listed = [list(features) for features in things]
    found = columns(chain.from_iterable(listed))
    return [
        found[end - len(features) : end] for features, end in zip(listed, accumulate(map(len, listed)), strict=True)
    ]


def of_classes(features: np.ndarray, classes: int) -> list[np.ndarray]:
    """The columns of something's features in each of several classes."""
    return [features + (number << BITS) for number in range(classes)]


def exact(weights: np.ndarray) -> np.ndarray:
    """Weights as they are kept: rounded to multiples of 1/:data:`STEP`."""
    rounded: np.ndarray = np.rint(weights * STEP) / STEP
    return rounded.astype(np.float32)


def scores(weights: np.ndarray, choices: Sequence[np.ndarray]) -> np.ndarray:
    """The score of each choice, given by the columns of its features: the sum of their weights, float64."""
    owners = np.repeat(np.arange(len(choices)), [len(choice) for choice in choices])
    return np.bincount(owners, weights[np.concatenate(choices)], len(choices))


def chances(weights: np.ndarray, choices: Sequence[np.ndarray]) -> np.ndarray:
    """The probability of each choice to be the right one: the softmax of their scores."""
    found = scores(weights, choices)
    raised = np.exp(found - found.max())
    likely: np.ndarray = raised / raised.sum()
    return likely
