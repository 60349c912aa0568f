"""A tagger with fewer layers and sums."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from kg.extraction.tagger.crf import TAGS, tags_of
from kg.extraction.tagger.network import Shape, Tagger
from kg.training.smaller import cut, labelled
from kg.training.tagger import TaggedText

SHAPE = Shape(width=8, pieces=3, distances=(1, 2, 3), rows=(50,) * 8, mark_width=4)
CHANCE = np.random.default_rng(7)
TEXTS = [
    TaggedText(
        CHANCE.integers(0, 99, (length, 8)).astype(np.uint64), tags_of(length, [(0, 2, "Task")]), [(0, 3), (3, length)]
    )
    for length in (5, 9, 20)
]


@pytest.fixture
def tagger() -> Tagger:
    """A tagger with weights by chance."""
    made = Tagger(SHAPE)
    made.set_parameters([CHANCE.normal(size=array.shape).astype(np.float32) for array in made.parameters()])
    return made


def test_a_tagger_that_is_not_cut_scores_the_same(tagger: Tagger) -> None:
    same = cut(tagger, [0, 1, 2], 3, TEXTS)
    assert same.shape == SHAPE
    features = [text.features for text in TEXTS]
    for one, other in zip(tagger.scores(features), same.scores(features), strict=True):
        assert (one == other).all()
    assert (tagger.transitions == same.transitions).all()


def test_convolutions_are_left_out(tagger: Tagger) -> None:
    _, *others = (node for node in tagger.network.convolutions.walk() if node.name == "maxout")
    for node in others:
        node.set_param("W", cast(Any, np.zeros_like(cast(np.ndarray, node.get_param("W")))))
    smaller = cut(tagger, [0, 2], 3, TEXTS)
    assert smaller.shape.distances == (1, 3)
    nodes = (node for node in smaller.network.convolutions.walk() if node.name == "maxout")
    kept, cleared = (cast(np.ndarray, node.get_param("W")) for node in nodes)
    assert kept.any() and not cleared.any()


def test_sums_that_are_never_the_largest_are_left_out(tagger: Tagger) -> None:
    for node in tagger.network.convolutions.walk():
        if node.name == "maxout":
            bias: Any = node.get_param("b").copy()
            bias[:, 1] = -1e4
            node.set_param("b", bias)
    smaller = cut(tagger, [0, 1, 2], 2, TEXTS)
    features = [text.features for text in TEXTS]
    for one, other in zip(tagger.scores(features), smaller.scores(features), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-4)


def test_labels_mix_what_a_tagger_says_with_what_is_annotated(tagger: Tagger) -> None:
    said, annotated, mixed = (list(labelled(tagger, TEXTS, gold)) for gold in (0.0, 1.0, 0.25))
    for one, two, three, text in zip(said, annotated, mixed, TEXTS, strict=True):
        assert one.tags.shape == (len(text.tags), TAGS)
        assert one.tags.sum(axis=1) == pytest.approx(1, abs=1e-2)
        assert (two.tags.argmax(axis=1) == text.tags).all() and two.tags.max() == 1
        assert three.tags == pytest.approx(0.75 * one.tags + 0.25 * two.tags, abs=2e-3)
