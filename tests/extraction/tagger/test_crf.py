"""The CRF against sums over all sequences, which short sentences allow."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import numpy as np
import pytest

from kg.extraction.tagger.crf import (
    CLOSES,
    FOLLOWS,
    OPENS,
    TAG_ORDER,
    TAGS,
    TypedSpan,
    best_spans,
    gradient,
    likely_spans,
    padded,
    posterior,
    tags_of,
)

LENGTHS = np.array([3, 2])


@pytest.fixture
def scores() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(2, 3, TAGS))


@pytest.fixture
def transitions() -> np.ndarray:
    return np.random.default_rng(2).normal(size=(TAGS, TAGS))


def sequences(scores: np.ndarray, transitions: np.ndarray) -> dict[tuple[int, ...], float]:
    """The probability of every sequence of tags that forms valid spans."""
    weights = {}
    for tags in product(range(TAGS), repeat=len(scores)):
        steps = list(pairwise(tags))
        if OPENS[tags[0]] and CLOSES[tags[-1]] and all(FOLLOWS[step] for step in steps):
            score = sum(scores[i, t] for i, t in enumerate(tags)) + sum(transitions[step] for step in steps)
            weights[tags] = float(np.exp(score))
    total = sum(weights.values())
    return {tags: weight / total for tags, weight in weights.items()}


def test_marginals_are_those_of_all_sequences(scores: np.ndarray, transitions: np.ndarray) -> None:
    seen = posterior(scores, LENGTHS, transitions)
    for row, length in enumerate(LENGTHS):
        expected = np.zeros((length, TAGS))
        for tags, chance in sequences(scores[row, :length], transitions).items():
            expected[np.arange(length), tags] += chance
        assert seen.chances[row, :length] == pytest.approx(expected)


@pytest.mark.slow
def test_a_span_is_as_likely_as_the_sequences_with_it(scores: np.ndarray, transitions: np.ndarray) -> None:
    spans = list(likely_spans(posterior(scores, LENGTHS, transitions), LENGTHS, least=0.0))
    found = {(row, span): chance for row, span, chance in spans}
    places = [(row, start, end) for row, size in enumerate(LENGTHS) for start, end in combinations(range(size + 1), 2)]
    assert list(found) == [(row, (start, end, kind)) for row, start, end in places for kind in TAG_ORDER]
    for (row, (start, end, kind)), chance in found.items():
        wanted = tags_of(3, [(start, end, kind)])[start:end]
        chances = sequences(scores[row, : LENGTHS[row]], transitions)
        expected = sum(chance for tags, chance in chances.items() if tags[start:end] == tuple(wanted))
        assert chance == pytest.approx(expected)


def test_unlikely_spans_are_left_out(scores: np.ndarray, transitions: np.ndarray) -> None:
    seen = posterior(scores, LENGTHS, transitions)
    everything = list(likely_spans(seen, LENGTHS, least=0.0))
    likely = [found for found in everything if found[2] >= 0.05]
    assert 0 < len(likely) < len(everything)
    assert list(likely_spans(seen, LENGTHS, least=0.05)) == likely


TAGGED = padded([tags_of(3, [(0, 2, "Task")]), tags_of(2, [(1, 2, "Metric")])])
CERTAIN = np.eye(TAGS)[TAGGED]


def test_the_loss_of_certain_tags_is_their_negative_log_likelihood(scores: np.ndarray, transitions: np.ndarray) -> None:
    chances = [sequences(scores[row, :length], transitions) for row, length in enumerate(LENGTHS)]
    assert gradient(scores, CERTAIN, LENGTHS, transitions)[2] == pytest.approx(
        -sum(np.log(chance[tuple(TAGGED[row, : LENGTHS[row]])]) for row, chance in enumerate(chances))
    )


@pytest.mark.parametrize("wanted", [CERTAIN, 0.8 * CERTAIN + 0.2 / TAGS], ids=["certain", "by chance"])
def test_gradient_is_the_slope_of_the_loss(scores: np.ndarray, transitions: np.ndarray, wanted: np.ndarray) -> None:
    by_score, by_transition, loss = gradient(scores, wanted, LENGTHS, transitions)
    step = 1e-5
    for place in [(0, 0, 5), (0, 2, 0), (1, 1, 12), (1, 2, 3)]:
        moved = scores.copy()
        moved[place] += step
        slope = (gradient(moved, wanted, LENGTHS, transitions)[2] - loss) / step
        assert by_score[place] == pytest.approx(slope, abs=1e-3)
    for pair in [(0, 0), (5, 7), (0, 12)]:
        moved = transitions.copy()
        moved[pair] += step
        slope = (gradient(scores, wanted, LENGTHS, moved)[2] - loss) / step
        assert by_transition[pair] == pytest.approx(slope, abs=1e-3)


def test_where_the_wanted_chances_are_its_own_the_slope_is_zero(scores: np.ndarray, transitions: np.ndarray) -> None:
    own = posterior(scores, LENGTHS, transitions).chances
    assert gradient(scores, own, LENGTHS, transitions)[0] == pytest.approx(0, abs=1e-12)


def test_of_overlapping_spans_the_likelier_is_kept() -> None:
    found: list[tuple[TypedSpan, float]] = [
        ((0, 2, "Task"), 0.6),
        ((1, 3, "Method"), 0.7),
        ((3, 4, "Metric"), 0.55),
        ((5, 6, "Task"), 0.4),
    ]
    assert best_spans(found) == [(1, 3, "Method"), (3, 4, "Metric")]
