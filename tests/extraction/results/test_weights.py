"""Weights, and the probabilities that follow from them."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extraction.results.weights import BITS, SIZES, STEP, chances, columns, exact, of_classes, scores

MANY = st.lists(st.floats(-30, 30), min_size=1, max_size=60)


@pytest.mark.slow
@given(MANY, st.randoms())
def test_the_sum_of_exact_weights_does_not_depend_on_their_order(numbers: list[float], chance: random.Random) -> None:
    weights = exact(np.array(numbers))
    order = list(range(len(numbers)))
    chance.shuffle(order)
    [one, other] = scores(weights, [np.arange(len(numbers)), np.array(order)])
    assert one == other == sum(weights.tolist())


@pytest.mark.slow
@given(MANY)
def test_exact_weights_are_the_nearest_steps_and_stay_the_same(numbers: list[float]) -> None:
    weights = exact(np.array(numbers))
    assert weights.dtype == np.float32
    assert np.abs(weights - np.array(numbers)).max() <= 0.5 / STEP + 1e-6
    assert (weights * STEP == np.rint(weights * STEP)).all()
    assert (exact(weights) == weights).all()


@pytest.mark.slow
@given(st.lists(st.floats(-2000, 2000), min_size=1, max_size=20))
def test_chances_are_probabilities_in_the_order_of_the_scores(numbers: list[float]) -> None:
    weights = exact(np.array(numbers))
    found = chances(weights, [np.array([index]) for index in range(len(numbers))])
    assert np.isfinite(found).all() and (found >= 0).all()
    assert found.sum() == pytest.approx(1)
    assert found.argmax() == weights.argmax()


def test_chances_are_the_softmax_of_sums() -> None:
    weights = np.array([1.0, 0.5, -0.5], dtype=np.float32)
    found = chances(weights, [np.array([0, 1]), np.array([0, 0]), np.array([2]), np.array([], dtype=np.int64)])
    assert found == pytest.approx(np.exp([1.5, 2, -0.5, 0]) / np.exp([1.5, 2, -0.5, 0]).sum())


def test_columns_are_the_same_in_every_version() -> None:
    assert columns(["any", "before 1=of", "–"]).tolist() == [128948, 12789, 34665]
    assert columns(iter(())).tolist() == []


@pytest.mark.slow
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_columns_and_those_of_classes_lie_within_the_arrays(features: list[str]) -> None:
    found = columns(features)
    assert len(found) == len(features)
    assert all(0 <= column < SIZES["metric"] for column in found)
    classes = of_classes(found, 3)
    assert [of_class.tolist() for of_class in classes] == [
        (found + shift).tolist() for shift in (0, 1 << BITS, 2 << BITS)
    ]
    assert all(0 <= column < SIZES["reading"] for of_class in classes for column in of_class)
