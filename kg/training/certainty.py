"""Learns how certain results are: a logistic regression over what :mod:`kg.extraction.results.certainty` sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kg.training.regression import minimum

PENALTY = 100.0  # the factor of half the squared weights of standardised numbers in the loss
RANKED = 2.0  # how much a result counts that leaderboards could rank; the others count 1
TRUE = 0.97  # share of the ranked results that shall be right: above nine in ten, since the best threshold flatters
LEAST = 20  # results from which a share is believed


def certainty_weights(rows: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The weights, float64, under which right results are likely to be right, and wrong ones to be wrong.

    Args:
        rows: what is seen of each result (:func:`kg.extraction.results.certainty.certainty_row`). The first column is
            1; the second half is the first one again for results that can be ranked, else 0.
        right: whether each is right.
    """
    half = rows.shape[1] // 2
    plain, ranked = rows[:, :half], rows[:, half : half + 1]
    middle, spread = plain.mean(axis=0), plain.std(axis=0)
    middle[0], spread[0] = 0.0, 1.0
    used = spread > 1e-6
    scaled = np.where(used, (plain - middle) / np.where(used, spread, 1.0), 0.0)
    inputs = np.concatenate([scaled, scaled * ranked], axis=1)
    worth = np.where(ranked[:, 0] > 0, RANKED, 1.0)
    held = np.full(2 * half, PENALTY)
    held[0] = 0.0

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        found = inputs @ weights
        lost = worth @ (np.logaddexp(0, found) - right * found) + 0.5 * (held * weights) @ weights
        return float(lost), inputs.T @ (worth * (1 / (1 + np.exp(-found)) - right)) + held * weights

    learned = minimum(loss, np.zeros(2 * half)).reshape(2, half)
    learned = np.where(used, learned / np.where(used, spread, 1.0), 0.0)
    learned[:, 0] -= learned[:, 1:] @ middle[1:]
    return learned.ravel()


class Ranking(NamedTuple):
    """How many of the results with a confidence of at least ``least`` are right, and of those annotated are found."""

    least: float
    found: int
    precision: float
    recall: float


def rankings(results: Sequence[tuple[float, bool]], annotated: int) -> list[Ranking]:
    """What each threshold in steps of 0.01 would rank.

    Args:
        results: for each its confidence, and whether it is right.
        annotated: the number of results to find.
    """
    made = []
    for step in range(101):
        ranked = [right for confidence, right in results if confidence >= step / 100]
        share, recall = (sum(ranked) / max(1, count) for count in (len(ranked), annotated))
        made.append(Ranking(step / 100, len(ranked), share, recall))
    return made


def threshold(rankings: Sequence[Ranking]) -> Ranking:
    """The lowest threshold at which enough of what is ranked is right; the highest one of all if there is none."""
    enough = (ranking for ranking in rankings if ranking.precision >= TRUE and ranking.found >= LEAST)
    return next(enough, rankings[-1])
