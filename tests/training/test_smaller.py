"""A tagger with fewer layers and sums."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from kg.extraction.model import SHIPPED, Model
from kg.extraction.tagger.crf import TAGS, tags_of
from kg.extraction.tagger.network import Shape, Tagger
from kg.training.smaller import cut, labelled, main
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


@pytest.mark.slow
def test_the_command_writes_a_smaller_model(tmp_path: Path) -> None:
    papers = [{"id": f"a{number}", "title": f"On ponds {number}", "abstract": "We use ToadNet."} for number in range(4)]
    names = [{"type": "Method", "text": "ToadNet", "role": "used"}]
    lines: dict[str, Sequence[object]] = {
        "gold": [{"id": paper["id"], "entities": names} for paper in papers],
        "papers": papers,
        "abstracts": [{"title": f"Frogs {number}", "abstract": "Frogs use PondNet."} for number in range(5)],
    }
    given = ["--layers", "0", "2", "--pieces", "2", "--out", str(tmp_path / "model")]
    for name, records in lines.items():
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        given += [f"--{name}", str(path)]
    main([*given, "--held", str(tmp_path / "gold.jsonl")])
    model, larger = Model.load(tmp_path / "model"), Model.load(SHIPPED)
    assert (model.tagger.shape.distances, model.tagger.shape.pieces) == ((1, 1), 2)
    assert model.about["texts of the smaller tagger"] == 4 and model.about["unlabelled texts of it"] == 5
    assert model.about["calibration texts"] == 4
    assert model.roles == larger.roles
