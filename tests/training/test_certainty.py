"""How certain results are, learned from results that are right or wrong."""

from __future__ import annotations

import numpy as np
import pytest

from kg.extraction.results.certainty import how_certain
from kg.training.certainty import LEAST, certainty_weights, rankings, threshold


def test_what_goes_with_right_results_makes_certain() -> None:
    chance = np.random.default_rng(3)
    seen = np.column_stack([np.ones(2000), chance.normal(5, 2, 2000), np.full(2000, 7.0)])
    ranked = chance.random(2000) < 0.5
    rows = np.concatenate([seen, seen * ranked[:, None]], axis=1)
    right = chance.random(2000) < 1 / (1 + np.exp(-(seen[:, 1] - 5)))
    weights = certainty_weights(rows, right.astype(float))
    assert weights[1] > 0.3
    assert weights[2] == weights[5] == 0, "it says nothing"
    low, high = (how_certain(np.array([1.0, value, 7.0, 0, 0, 0]), weights) for value in (2.0, 8.0))
    assert low < 0.25 and high > 0.75
    assert (certainty_weights(rows, right.astype(float)) == weights).all()


def test_the_lowest_threshold_that_ranks_enough_right_ones_is_chosen() -> None:
    results = [(0.9, True)] * (LEAST + 40) + [(0.8, True)] * 8 + [(0.7, False)] * 2 + [(0.6, False)] * 9
    made = rankings(results, annotated=80)
    chosen = threshold(made)
    assert (chosen.least, chosen.found) == (0.61, LEAST + 50)
    assert (chosen.precision, chosen.recall) == pytest.approx((68 / 70, 68 / 80))
    assert threshold(rankings([(0.9, False)], annotated=1)).least == 1.0
