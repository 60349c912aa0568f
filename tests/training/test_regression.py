"""Log-linear models: the minimum of a loss, and weights under which the right choices are likely."""

from __future__ import annotations

import numpy as np
import pytest

from kg.extraction.results.weights import chances
from kg.training.regression import Lesson, choice_weights, minimum


def lesson(right: set[int], *choices: list[int], weight: float = 1.0) -> Lesson:
    return Lesson([np.array(choice, dtype=np.int64) for choice in choices], frozenset(right), weight)


def slope_of(lessons: list[Lesson], weights: np.ndarray, penalty: float) -> np.ndarray:
    """The slope of the penalised negative log-likelihood, one lesson after the other."""
    slope = penalty * weights
    for each in lessons:
        likely = chances(weights, each.choices)
        right = np.array([index in each.right for index in range(len(likely))])
        wanted = np.where(right, likely, 0) / likely[right].sum()
        for choice, gap in zip(each.choices, likely - wanted, strict=True):
            np.add.at(slope, choice, each.weight * gap)
    return slope


def test_the_minimum_of_a_quadratic_is_found() -> None:
    chance = np.random.default_rng(3)
    root = chance.normal(size=(12, 12))
    curve = root @ root.T + np.eye(12)
    wanted = chance.normal(size=12)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        away = weights - wanted
        return 100 + float(away @ curve @ away) / 2, curve @ away

    found = minimum(loss, np.zeros(12))
    assert loss(found)[0] == pytest.approx(100, rel=1e-4)
    assert found == pytest.approx(wanted, abs=0.1)


def test_a_start_at_the_minimum_stays_there() -> None:
    assert minimum(lambda weights: (float(weights @ weights), 2 * weights), np.zeros(3)).tolist() == [0, 0, 0]


def test_a_curved_valley_is_followed() -> None:
    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:  # Rosenbrock's
        x, y = weights
        return float((1 - x) ** 2 + 100 * (y - x * x) ** 2), np.array(
            [2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)]
        )

    assert minimum(loss, np.array([-1.2, 1.0])) == pytest.approx([1, 1], abs=0.05)


def test_what_tells_right_from_wrong_is_learned() -> None:
    # Column 0 is on the right choice, column 1 on wrong ones, column 2 on all.
    lessons = [lesson({0}, [0, 2], [1, 2], [2]), lesson({1}, [1, 2], [0, 2])] * 20
    weights = choice_weights(lessons, 4, penalty=0.1)
    assert weights[0] > 1 > -1 > weights[1]
    assert weights[3] == 0
    assert all(chances(weights, each.choices).argmax() in each.right for each in lessons)
    assert slope_of(lessons, weights, 0.1) == pytest.approx(0, abs=0.05)


def test_several_right_choices_count_together() -> None:
    lessons = [lesson({0, 1}, [0], [1], [2])] * 30
    weights = choice_weights(lessons, 3, penalty=0.5)
    likely = chances(weights, lessons[0].choices)
    assert likely[0] == pytest.approx(likely[1])
    assert likely[:2].sum() > 0.9
    assert slope_of(lessons, weights, 0.5) == pytest.approx(0, abs=0.05)


def test_a_penalty_shrinks_the_weights() -> None:
    lessons = [lesson({0}, [0], [1])] * 10
    sizes = [np.abs(choice_weights(lessons, 2, penalty)).max() for penalty in (0.1, 1.0, 10.0)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 1.5 * sizes[1] > 1.5 * 1.5 * sizes[2]


@pytest.mark.parametrize(
    ("least", "known"), [(1, [True, True, True]), (2, [True, True, False]), (3, [True, False, False])]
)
def test_columns_of_too_few_lessons_have_no_weight(least: int, known: list[bool]) -> None:
    # Column 2 is in one lesson, though in two of its choices; column 1 is in two.
    lessons = [lesson({0}, [0], []), lesson({0}, [0, 1], [2], [2]), lesson({0}, [0, 1], [])]
    weights = choice_weights(lessons, 3, 0.5, least)
    assert (weights != 0).tolist() == known


def test_a_lesson_counts_as_much_as_its_weight() -> None:
    one, other = lesson({0}, [0], [1]), lesson({1}, [0], [1])
    thrice = choice_weights([one] * 3 + [other] * 2, 2, 0.5)
    weighed = choice_weights([lesson({0}, [0], [1], weight=1.5)] * 2 + [lesson({1}, [0], [1], weight=1.0)] * 2, 2, 0.5)
    assert weighed == pytest.approx(thrice, abs=1e-6)
    assert thrice[0] > thrice[1]


def test_a_column_twice_in_a_choice_counts_twice() -> None:
    once, twice = (choice_weights([lesson({0}, [0] * count, [])] * 4, 1, 1.0)[0] for count in (1, 2))
    assert twice < once < 2 * twice


def test_the_same_lessons_give_the_same_weights() -> None:
    lessons = [lesson({index % 3}, [0, index % 5], [1, index % 4], [2, index % 7]) for index in range(50)]
    assert (choice_weights(lessons, 8, 1.0) == choice_weights(lessons, 8, 1.0)).all()
