"""Calibration: whether of the mentions found with a confidence of 0.8, eight in ten are right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.jsonrecord import Record

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin(Record):
    """The mentions found with a confidence from ``low`` (inclusive) to ``high`` (exclusive, except for 1).

    ``confidence`` is their mean confidence and ``right`` the share of them that is annotated with the same span and
    type; both are 0 where there are no mentions.
    """

    low: float
    high: float
    mentions: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration(Record):
    """The bins in order, and the expected calibration error.

    That ``error`` is the mean distance between confidence and share right, each bin weighted by its mentions (Guo et
    al., On Calibration of Modern Neural Networks, ICML 2017).
    """

    bins: tuple[Bin, ...]
    error: float


def measure_calibration(mentions: Iterable[tuple[float, bool]]) -> Calibration:
    """Sort mentions into bins of equal width.

    >>> measure_calibration([(0.75, True), (0.75, False), (0.2, False)]).bins[7]
    Bin(low=0.7, high=0.8, mentions=2, confidence=0.75, right=0.5)

    Args:
        mentions: for each its confidence, 0 to 1, and whether it is right.
    """
    sorted_in: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in mentions:
        sorted_in[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    bins = tuple(
        Bin(
            low=number / BINS,
            high=(number + 1) / BINS,
            mentions=len(inside),
            confidence=sum(confidence for confidence, _ in inside) / max(1, len(inside)),
            right=sum(right for _, right in inside) / max(1, len(inside)),
        )
        for number, inside in enumerate(sorted_in)
    )
    total = sum(one.mentions for one in bins)
    distance = sum(one.mentions * abs(one.confidence - one.right) for one in bins)
    return Calibration(bins, distance / max(1, total))
