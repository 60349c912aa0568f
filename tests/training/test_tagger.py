"""Training: it learns, it is repeatable, and it refuses what it cannot learn from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from kg.cli import app
from kg.errors import KGError
from kg.evaluation.gold import Gold, read_gold
from kg.extraction import pipeline
from kg.extraction.document import make_doc
from kg.extraction.model import SHIPPED, Model
from kg.extraction.roles import RoleWeights
from kg.extraction.tagger.crf import TypedSpan, best_spans, posterior
from kg.extraction.tagger.network import Shape, Tagger, probable_spans
from kg.training.tagger import Recipe, TaggedText, calibrate, tagged_texts, token_spans, train

CITIES = ("Lisbon", "Oslo", "Quito", "Hanoi", "Accra", "Sofia", "Perth", "Kyoto")
TINY = Shape(width=16, distances=(1,), rows=(200, 100, 100, 50, 20, 20, 20, 20), mark_width=4)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Passages in which cities are datasets, which the shipped model would not find."""
    path = tmp_path_factory.mktemp("corpus") / "corpus.jsonl"
    lines = []
    for city in CITIES:
        for text in (f"They moved to {city} in spring.", f"In winter {city} is cold."):
            start = text.index(city)
            spans = [{"start": start, "end": start + len(city), "label": "DATASET"}]
            lines.append(json.dumps({"text": text, "spans": spans}))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def gold(corpus: Path) -> Gold:
    return read_gold(corpus)


@pytest.fixture(scope="module")
def texts(gold: Gold) -> list[TaggedText]:
    return list(tagged_texts(gold.texts))


@pytest.mark.slow
def test_spans_are_those_of_the_text(gold: Gold) -> None:
    nlp = pipeline.build_pipeline(components=())
    for text in gold.texts:
        doc = make_doc(nlp, text.paper)
        [(start, end, kind)] = token_spans(doc, text)
        assert doc[start:end].text in CITIES and kind == "Dataset"


@pytest.mark.slow
def test_learns_what_is_annotated(texts: list[TaggedText]) -> None:
    losses: list[float] = []
    recipe = Recipe(epochs=30, rate=0.02, dropout=0.1)
    tagger = train(texts, recipe, Tagger(TINY), lambda epoch, loss: losses.append(loss))
    assert len(losses) == 30 and losses[-1] < losses[0] / 5
    scores = tagger.scores([text.features for text in texts])
    found = probable_spans(scores, [text.sentences for text in texts], tagger.transitions)
    assert [best_spans(spans) for spans in found] == [[spans_of(text)] for text in texts]


def spans_of(text: TaggedText) -> TypedSpan:
    """The one token of a text that is tagged, as a span."""
    [token] = np.flatnonzero(text.tags).tolist()
    return token, token + 1, "Dataset"


def test_same_texts_and_seed_give_the_same_model(texts: list[TaggedText]) -> None:
    base = Tagger(TINY)
    one, again, other = (train(texts, Recipe(epochs=1, seed=seed), base).parameters() for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_seed_decides_the_weights_that_training_starts_from(
    texts: list[TaggedText], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.training.tagger.Shape", lambda: TINY)
    one, again = (train(texts[:1], Recipe(epochs=1)).parameters() for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))


def test_the_base_stays_as_it_is(texts: list[TaggedText]) -> None:
    base = Tagger(TINY)
    before = [array.copy() for array in base.parameters()]
    train(texts, Recipe(epochs=1), base)
    assert all(np.array_equal(a, b) for a, b in zip(before, base.parameters(), strict=True))


@pytest.mark.slow
def test_calibration_undoes_what_makes_a_tagger_too_sure(texts: list[TaggedText]) -> None:
    tagger = Tagger(TINY)
    own = []
    for text in texts:
        [scores] = tagger.scores([text.features])
        chances = posterior(scores[None], np.array([len(scores)]), tagger.transitions).chances[0]
        own.append(TaggedText(text.features, chances, [(0, len(scores))]))
    assert calibrate(tagger, own) == pytest.approx(1)
    tagger.divide_scores(1 / 2)
    assert calibrate(tagger, own) == pytest.approx(2)
    assert calibrate(tagger, own) == pytest.approx(1)


def test_nothing_annotated_is_refused() -> None:
    empty = TaggedText(np.zeros((2, 8), dtype=np.uint64), np.zeros(2, dtype=np.int64), [(0, 2)])
    with pytest.raises(KGError, match="nothing to learn"):
        train([empty])


@pytest.mark.slow
@pytest.mark.parametrize("scratch", [[], ["--from-scratch"]])
def test_the_command_writes_a_model_with_the_shipped_roles_and_results(
    corpus: Path, tmp_path: Path, scratch: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.training.tagger.Shape", lambda: TINY)
    one, model = tmp_path / "one.jsonl", tmp_path / "model"
    one.write_text(corpus.read_text(encoding="utf-8").partition("\n")[0], encoding="utf-8")
    trained = CliRunner().invoke(app, ["train", str(one), "-o", str(model), "--epochs", "1", *scratch])
    assert trained.exit_code == 0, trained.output
    assert "epoch 1" in trained.stderr
    saved, shipped = Model.load(model), Model.load(SHIPPED)
    assert saved.roles == shipped.roles
    assert (saved.results.reading == shipped.results.reading).all()
    assert saved.tagger.shape == (TINY if scratch else shipped.tagger.shape)
    assert saved.about == {"texts": 1, "epochs": 1, "seed": 0, "from_scratch": bool(scratch)}


@pytest.mark.slow
def test_extract_takes_a_trained_model(texts: list[TaggedText], tmp_path: Path) -> None:
    model = tmp_path / "model"
    tagger = train(texts, Recipe(epochs=30, rate=0.02, dropout=0.1), Tagger(TINY))
    Model(tagger, RoleWeights({}, {}), Model.load(SHIPPED).results).save(model)
    paper = tmp_path / "papers.jsonl"
    paper.write_text(json.dumps({"id": "1", "title": "On cities", "abstract": "They moved to Oslo in spring."}) + "\n")
    found = CliRunner().invoke(app, ["extract", str(paper), "--model", str(model)])
    assert "Oslo" in [entity["text"] for entity in json.loads(found.stdout)["entities"]]
