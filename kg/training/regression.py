"""Log-linear models: weights under which annotated choices are likely."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

_KEPT = 10  # steps that the optimizer remembers
_STEPS = 200
_GOOD = 1e-4  # share of the expected decrease that a step must bring

Loss = Callable[[np.ndarray], tuple[float, np.ndarray]]
"""From weights to the loss and its slope."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Choices given by the columns of their features, the indices of those that are right, and how much they count."""

    choices: Sequence[np.ndarray]
    right: frozenset[int]
    weight: float = 1.0


def choice_weights(lessons: Sequence[Lesson], size: int, penalty: float, least: int = 2) -> np.ndarray:
    """The weights, float64, under which the right choices are likeliest: a softmax over the choices of each lesson.

    If several choices are right, their probabilities count together.

    Args:
        lessons: what to learn from.
        size: number of columns.
        penalty: the factor of half the squared weights in the loss.
        least: the number of lessons in which a column must be; others have the weight 0.
    """
    if not lessons:
        return np.zeros(size)
    columns = np.concatenate([column for lesson in lessons for column in lesson.choices])
    lengths = np.array([len(column) for lesson in lessons for column in lesson.choices])
    counts = np.array([len(lesson.choices) for lesson in lessons])
    right = np.array([index in lesson.right for lesson in lessons for index in range(len(lesson.choices))])
    worth = np.array([lesson.weight for lesson in lessons])
    owners = np.repeat(np.arange(len(lengths)), lengths)
    groups = np.repeat(np.arange(len(counts)), counts)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    in_lessons = np.unique(groups[owners] * np.int64(size) + columns) % size
    known = np.flatnonzero(np.bincount(in_lessons, minlength=size) >= least)
    place = np.full(size, len(known))  # of a column among the known ones; all others share the last place
    place[known] = np.arange(len(known))
    columns = place[columns]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        found = np.bincount(owners, np.append(weights, 0.0)[columns], len(lengths))
        raised = np.exp(found - np.maximum.reduceat(found, starts)[groups])
        whole = np.add.reduceat(raised, starts)
        wanted = np.where(right, raised, 0.0)
        chance = np.add.reduceat(wanted, starts)
        gaps = worth[groups] * (raised / whole[groups] - wanted / chance[groups])
        slope = np.bincount(columns, gaps[owners], len(known) + 1)[:-1] + penalty * weights
        return float(worth @ np.log(whole / chance) + penalty / 2 * weights @ weights), slope

    found = np.zeros(size)
    found[known] = minimum(loss, np.zeros(len(known)))
    return found


def minimum(loss: Loss, start: np.ndarray, tolerance: float = 1e-5) -> np.ndarray:
    """Where a smooth loss is lowest, by L-BFGS (Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.5).

    Args:
        loss: the loss and its slope.
        start: where to start.
        tolerance: the relative decrease of the loss in a step below which it ends.
    """
    weights = start
    now, slope = loss(weights)
    steps: deque[tuple[np.ndarray, np.ndarray]] = deque(maxlen=_KEPT)
    for _ in range(_STEPS):
        direction = -_preconditioned(slope, steps)
        expected = float(slope @ direction)
        length = 1.0 if steps else min(1.0, 1 / max(float(np.abs(slope).sum()), 1e-12))
        while True:
            ahead = weights + length * direction
            then, slope_there = loss(ahead)
            if then <= now + _GOOD * length * expected or length < 1e-12:
                break
            length /= 2
        moved, turned = ahead - weights, slope_there - slope
        if float(moved @ turned) > 0:
            steps.append((moved, turned))
        done = now - then <= tolerance * max(1.0, abs(then))
        weights, now, slope = ahead, then, slope_there
        if done:
            break
    return weights


def _preconditioned(slope: np.ndarray, steps: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """The slope times an estimate of the inverse of the second derivatives, from the last steps."""
    result = slope.copy()
    shares = []
    for moved, turned in reversed(steps):
        share = float(moved @ result) / float(moved @ turned)
        shares.append(share)
        result -= share * turned
    if steps:
        moved, turned = steps[-1]
        result *= float(moved @ turned) / float(turned @ turned)
    for (moved, turned), share in zip(steps, reversed(shares), strict=True):
        result += (share - float(turned @ result) / float(moved @ turned)) * moved
    return result
