"""Training: it learns, it is repeatable, and it says what it cannot learn from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from kg.cli import app
from kg.errors import KGError
from kg.evaluation.gold import read_gold
from kg.evaluation.report import evaluate
from kg.extraction.tagger.crf import posterior
from kg.extraction.tagger.network import Tagger
from kg.training.tagger import Example, Recipe, calibrate, examples, token_spans, train

CITIES = ("Lisbon", "Oslo", "Quito", "Hanoi", "Accra", "Sofia", "Perth", "Kyoto")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Passages in which cities are datasets, which no shipped model would say."""
    path = tmp_path / "corpus.jsonl"
    lines = []
    for city in CITIES:
        for text in (f"They moved to {city} in spring.", f"In winter {city} is cold."):
            start = text.index(city)
            spans = [{"start": start, "end": start + len(city), "label": "DATASET"}]
            lines.append(json.dumps({"text": text, "spans": spans}))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_spans_are_those_of_the_text(corpus: Path) -> None:
    from kg.extraction.document import make_doc
    from kg.extraction.pipeline import build_pipeline

    nlp = build_pipeline(components=())
    for text in read_gold(corpus).texts:
        doc = make_doc(nlp, text.paper)
        [(start, end, kind)] = token_spans(doc, text)
        assert doc[start:end].text in CITIES and kind == "Dataset"


def test_learns_what_is_annotated(corpus: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    train(list(examples(read_gold(corpus).texts)), Recipe(epochs=20)).save(model)
    assert evaluate(corpus, model=model).scores["Dataset"].f1 > 0.9


def test_same_texts_and_seed_give_the_same_model(corpus: Path) -> None:
    texts = list(examples(read_gold(corpus).texts))
    one, again, other = (train(texts, Recipe(epochs=1, seed=seed))._parameters() for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_base_stays_as_it_is(corpus: Path) -> None:
    texts = list(examples(read_gold(corpus).texts))
    base = Tagger()
    before = [array.copy() for array in base._parameters()]
    train(texts, Recipe(epochs=1), base)
    assert all(np.array_equal(a, b) for a, b in zip(before, base._parameters(), strict=True))


def test_calibration_undoes_what_makes_a_tagger_too_sure(corpus: Path) -> None:
    tagger = Tagger()
    texts = []
    for text in examples(read_gold(corpus).texts):
        [scores] = tagger.scores([text.features])
        chances = posterior(scores[None], np.array([len(scores)]), tagger.transitions).chances[0]
        texts.append(Example(text.features, chances, [(0, len(scores))]))
    assert calibrate(tagger, texts) == pytest.approx(1)
    tagger.divide_scores(1 / 2)
    assert calibrate(tagger, texts) == pytest.approx(2)
    assert calibrate(tagger, texts) == pytest.approx(1)


def test_nothing_annotated_is_refused() -> None:
    empty = Example(np.zeros((2, 8), dtype=np.uint64), np.zeros(2, dtype=np.int64), [(0, 2)])
    with pytest.raises(KGError, match="nothing to learn"):
        train([empty])


def test_command_trains_a_model_that_extract_and_evaluate_take(corpus: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    runner = CliRunner()
    trained = runner.invoke(app, ["train", str(corpus), "-o", str(model), "--epochs", "30", "--from-scratch"])
    assert trained.exit_code == 0, trained.output
    assert "epoch 30" in trained.stderr
    scored = runner.invoke(app, ["evaluate", str(corpus), "--model", str(model), "--json"])
    assert json.loads(scored.stdout)["scores"]["Dataset"]["f1"] > 0.9
    paper = tmp_path / "papers.jsonl"
    paper.write_text(json.dumps({"id": "1", "title": "On cities", "abstract": "They moved to Oslo in spring."}) + "\n")
    found = runner.invoke(app, ["extract", str(paper), "--model", str(model)])
    assert "Oslo" in [entity["text"] for entity in json.loads(found.stdout)["entities"]]
