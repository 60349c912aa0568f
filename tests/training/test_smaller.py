"""A tagger with narrower convolutions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from kg.errors import InputError
from kg.extraction.model import SHIPPED, Model
from kg.extraction.tagger.crf import TAGS, tags_of
from kg.extraction.tagger.network import Layer, Shape, Tagger
from kg.training.distil import labelled
from kg.training.smaller import main, narrowed
from kg.training.tagger import Recipe, TaggedText, train

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


def scores_of(tagger: Tagger) -> np.ndarray:
    return np.concatenate(tagger.scores([text.features for text in TEXTS]))


def test_a_tagger_that_is_as_wide_as_before_scores_the_same(tagger: Tagger) -> None:
    same = narrowed(tagger, 24, TEXTS)  # a token and two neighbours have 24 numbers
    assert same.shape == replace(SHAPE, rank=24)
    np.testing.assert_allclose(scores_of(same), scores_of(tagger), rtol=1e-3, atol=1e-3)
    assert (tagger.transitions == same.transitions).all()


def test_the_wider_a_smaller_tagger_the_nearer_its_scores(tagger: Tagger) -> None:
    wanted = scores_of(tagger)
    errors = [float(np.square(scores_of(narrowed(tagger, rank, TEXTS)) - wanted).mean()) for rank in (2, 8, 20)]
    assert errors == sorted(errors, reverse=True) and errors[-1] < errors[0] / 3


def test_numbers_that_depend_on_fewer_need_no_more(tagger: Tagger) -> None:
    for node in tagger.network.convolutions.walk():
        if node.name == "maxout":
            by_piece: Any = node.get_param("W").copy()
            by_piece[:] = by_piece.reshape(-1, 24)[:4].sum(axis=0) * CHANCE.normal(size=(8, 3, 1))
            node.set_param("W", by_piece)
    np.testing.assert_allclose(scores_of(narrowed(tagger, 1, TEXTS)), scores_of(tagger), rtol=1e-3, atol=1e-3)


def test_labels_are_what_a_tagger_says(tagger: Tagger) -> None:
    for text, said, scores in zip(
        TEXTS, labelled(tagger, TEXTS), tagger.scores([t.features for t in TEXTS]), strict=True
    ):
        assert (said.features == text.features).all() and said.sentences == text.sentences
        assert said.tags.shape == (len(text.tags), TAGS)
        assert said.tags.sum(axis=1) == pytest.approx(1, abs=1e-2)
        assert said.scores == pytest.approx(scores, rel=1e-3, abs=1e-3)


def _arrays(layer: Layer) -> list[np.ndarray]:
    return [cast(np.ndarray, node.get_param(name)) for node in layer.walk() for name in node.param_names]


def test_the_convolutions_learn_to_score_as_the_larger_tagger_and_all_else_stays(tagger: Tagger) -> None:
    texts, small = list(labelled(tagger, TEXTS)), narrowed(tagger, 6, TEXTS)
    learned = train(texts, Recipe(epochs=300, rate=0.01, dropout=0.0, batch=3, whole=False), small)
    wanted = scores_of(tagger)
    first, last = (np.square(scores_of(made) - wanted).mean() for made in (small, learned))
    assert last < first / 2
    before, after = (
        [array for node in made.network.embeddings for array in _arrays(node)] for made in (small, learned)
    )
    assert all((one == other).all() for one, other in zip(before, after, strict=True))
    assert (learned.transitions == tagger.transitions).all()


@pytest.mark.slow
def test_the_command_writes_a_smaller_model(tmp_path: Path, tagger: Tagger) -> None:
    papers = [{"id": f"a{number}", "title": f"On ponds {number}", "abstract": "We use ToadNet."} for number in range(4)]
    names = [{"type": "Method", "text": "ToadNet", "role": "used"}]
    lines: dict[str, Sequence[object]] = {
        "held": [{"id": paper["id"], "entities": names} for paper in papers],
        "papers": papers,
        "abstracts": [{"title": f"Frogs {number}", "abstract": "Frogs use PondNet."} for number in range(5)],
    }
    larger = replace(Model.load(SHIPPED), tagger=tagger)
    larger.save(tmp_path / "larger")
    given = ["--model", str(tmp_path / "larger"), "--rank", "4", "--out", str(tmp_path / "model")]
    for name, records in lines.items():
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        given += [f"--{name}", str(path)]
    main(given)
    model = Model.load(tmp_path / "model")
    assert model.tagger.shape == replace(SHAPE, rank=4)
    assert model.about["unlabelled texts of the smaller tagger"] == 5 and model.about["calibration texts"] == 4
    assert model.roles == larger.roles
    with pytest.raises(InputError, match="is a smaller model already"):
        main(["--model", str(tmp_path / "model"), *given[2:]])
