"""The learned extractor: what it reads, and the folder that holds it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kg.errors import InputError
from kg.extraction.document import make_doc
from kg.extraction.pipeline import Extractor, build_pipeline
from kg.extraction.tagger.features import features, sentences
from kg.extraction.tagger.network import SHIPPED, Shape, Tagger
from kg.records import Paper

TINY = Shape(width=16, depth=1, rows=(50, 50, 50, 50, 20, 20, 20, 20), mark_width=8)


@pytest.fixture(scope="module")
def shipped() -> Tagger:
    return Tagger.load(SHIPPED)


def doc_of(abstract: str, title: str = "A title"):
    nlp = build_pipeline(components=("links", "abbreviations", "lexicon", "patterns"))
    return nlp(make_doc(nlp, Paper(id="1", title=title, abstract=abstract)))


def test_finds_names_that_stand_in_no_lexicon(shipped: Tagger) -> None:
    doc = doc_of("We evaluate on the Quuxville dataset and report its accuracy.")
    [found] = shipped.predict([doc])
    likely = {doc[start:end].text: kind for (start, end, kind), chance in found if chance > 0.5}
    assert likely["Quuxville"] == "Dataset"
    assert likely["accuracy"] == "Metric"


def test_a_text_is_read_alike_alone_and_among_others(shipped: Tagger) -> None:
    docs = [doc_of("We study image classification on CIFAR-10."), doc_of("Short."), doc_of("BERT is fine-tuned. " * 20)]
    together = shipped.predict(docs)
    for doc, found in zip(docs, together, strict=True):
        [alone] = shipped.predict([doc])
        assert dict(found) == pytest.approx(dict(alone), abs=1e-4)


@pytest.mark.parametrize("kept", [20_000, 5])
def test_what_is_kept_of_words_changes_no_score(monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr("kg.extraction.tagger.network._KEPT", kept)
    tagger, other = Tagger(TINY), Tagger(TINY)
    texts = [features(doc_of(text)) for text in ("Frogs hop, toads hop.", "Toads hop on frogs.", "")]
    for seed in (1, 2):
        values = np.random.default_rng(seed)
        arrays = [values.normal(size=array.shape).astype(np.float32) for array in tagger._parameters()]
        tagger._set_parameters(arrays)
        other._set_parameters(arrays)
        for scores, expected in zip(tagger.scores(texts), other.network.predict(texts), strict=True):
            np.testing.assert_allclose(scores, expected, rtol=1e-3, atol=1e-4)


def test_features_tell_the_lexicon_and_the_case_of_words() -> None:
    lower, upper = (features(doc_of(f"We use {name} here.")) for name in ("imagenet", "ImageNet"))
    row = [token.lower_ for token in doc_of("We use imagenet here.")].index("imagenet")
    assert lower[row, 0] == upper[row, 0]
    assert lower[row, 3] != upper[row, 3]
    assert upper[row, 4] != upper[0, 4]


def test_sentences_cover_the_doc() -> None:
    doc = doc_of("One sentence stands here. Another one follows it.")
    spans = sentences(doc)
    assert spans[0][0] == 0 and spans[-1][1] == len(doc)
    assert all(end == start for (_, end), (start, _) in pairwise(spans))


def test_a_saved_tagger_finds_the_same(tmp_path: Path, shipped: Tagger) -> None:
    doc = doc_of("We propose Flat Foo Distillation (FFD), which reaches 71.2% accuracy on ImageNet.")
    shipped.save(tmp_path / "model")
    [before], [after] = shipped.predict([doc]), Tagger.load(tmp_path / "model").predict([doc])
    assert dict(after) == pytest.approx(dict(before), abs=0.02)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("model.json", b"", "damaged"),
        ("model.json", b'{"shape": {}}', "damaged"),
        ("model.json", b"[1]", "damaged"),
        ("model.json", b'{"format": 99}', "format 99"),
        ("weights.npz", b"", "damaged"),
        ("weights.npz", b"\x00\xff" * 500, "damaged"),
    ],
)
def test_a_damaged_folder_is_refused(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    Tagger(TINY).save(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=problem) as error:
        Tagger.load(tmp_path)
    assert str(tmp_path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_model_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    Tagger(TINY, about={"made": "first"}).save(tmp_path)
    with pytest.raises(TypeError):
        Tagger(TINY, about={"made": object()}).save(tmp_path)
    assert Tagger.load(tmp_path).about == {"made": "first"}
    assert {path.name for path in tmp_path.iterdir()} == {"model.json", "weights.npz"}


def test_weights_of_another_size_are_refused(tmp_path: Path) -> None:
    Tagger(TINY).save(tmp_path)
    described = json.loads((tmp_path / "model.json").read_text())
    described["shape"]["width"] = 24
    (tmp_path / "model.json").write_text(json.dumps(described))
    with pytest.raises(InputError, match="another model"):
        Tagger.load(tmp_path)


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    tagger = Tagger(TINY)
    tagger.transitions[:] = np.nan
    tagger.save(tmp_path)
    with pytest.raises(InputError, match="does not fit"):
        Tagger.load(tmp_path)


def test_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no model folder"):
        Extractor(model=tmp_path / "absent")(Paper(id="1", title="T", abstract="A"))


@pytest.mark.parametrize("abstract", ["", "word", "图像分类的新方法。" * 20, "\x01\x02\x07\x1b", "a " * 3000])
def test_odd_texts_extract(abstract: str) -> None:
    found = Extractor()(Paper(id="1", title="", abstract=abstract))
    assert all(0 <= mention.confidence <= 1 for mention in found.entities)
