"""The tagger's network: what it finds, and that caches change nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import make_doc
from kg.extraction.model import SHIPPED, Model
from kg.extraction.tagger.crf import TAGS
from kg.extraction.tagger.features import token_features
from kg.extraction.tagger.network import Shape, Tagger, probable_spans
from kg.records import Paper

TINY = Shape(width=16, distances=(1,), rows=(50, 50, 50, 50, 20, 20, 20, 20), mark_width=8)


@pytest.fixture(scope="module")
def shipped() -> Tagger:
    return Model.load(SHIPPED).tagger


def doc_of(nlp: Language, abstract: str) -> Doc:
    return nlp(make_doc(nlp, Paper(id="1", title="A title", abstract=abstract)))


def test_finds_names_that_are_not_in_the_lexicon(nlp: Language, shipped: Tagger) -> None:
    doc = doc_of(nlp, "We evaluate on the Quuxville dataset and report its accuracy.")
    [found] = shipped.predict([doc])
    likely = {doc[start:end].text: kind for (start, end, kind), chance in found if chance > 0.5}
    assert likely["Quuxville"] == "Dataset"
    assert likely["accuracy"] == "Metric"


def test_a_text_is_read_the_same_way_alone_and_among_others(nlp: Language, shipped: Tagger) -> None:
    docs = [
        doc_of(nlp, "We study image classification on CIFAR-10."),
        doc_of(nlp, "Short."),
        doc_of(nlp, "BERT is fine-tuned. " * 20),
    ]
    together = shipped.predict(docs)
    for doc, found in zip(docs, together, strict=True):
        [alone] = shipped.predict([doc])
        assert found == alone


@pytest.mark.slow
def test_a_sentence_of_any_length_is_read_the_same_way_alone_and_among_others() -> None:
    values = np.random.default_rng(5)
    texts = [3 * values.normal(size=(length, TAGS)).astype(np.float32) for length in (3, 199, 200, 260, 1, 330, 201)]
    transitions = values.normal(size=(TAGS, TAGS)).astype(np.float32)
    together = probable_spans(texts, [[(0, len(text))] for text in texts], transitions)
    for text, found in zip(texts, together, strict=True):
        assert found
        assert probable_spans([text], [[(0, len(text))]], transitions) == [found]


@pytest.mark.parametrize("kept", [20_000, 5])
def test_caching_of_words_changes_no_score(nlp: Language, monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr("kg.extraction.tagger.network._KEPT", kept)
    tagger, other = Tagger(TINY), Tagger(TINY)
    texts = [token_features(doc_of(nlp, text)) for text in ("Frogs hop, toads hop.", "Toads hop on frogs.", "")]
    for seed in (1, 2):
        values = np.random.default_rng(seed)
        arrays = [values.normal(size=array.shape).astype(np.float32) for array in tagger.parameters()]
        tagger.set_parameters(arrays)
        other.set_parameters(arrays)
        for scores, expected in zip(tagger.scores(texts), other.network.model.predict(texts), strict=True):
            np.testing.assert_allclose(scores, expected, rtol=1e-3, atol=1e-4)


WIDE = Shape(width=8, pieces=3, distances=(1, 3), rows=(50, 50, 50, 50, 20, 20, 20, 20), mark_width=4)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [TINY, WIDE, replace(WIDE, rank=5)])
def test_scores_are_those_of_the_layers_wherever_a_text_ends_in_a_block(shape: Shape) -> None:
    tagger, values = Tagger(shape), np.random.default_rng(3)
    tagger.set_parameters([values.normal(size=a.shape).astype(np.float32) / 2 for a in tagger.parameters()])
    texts = [values.integers(0, 99, (length, 8)).astype(np.uint64) for length in (*range(170, 195), 1, 0, 2, 500)]
    together = tagger.scores(texts)
    for text, scores in zip(texts, together, strict=True):
        [expected], [alone] = tagger.network.model.predict([text]), tagger.scores([text])
        assert (alone == scores).all(), len(text)
        np.testing.assert_allclose(scores, expected, rtol=1e-3, atol=1e-4)


@pytest.fixture(scope="module")
def mixed_texts(nlp: Language, mixed_papers: list[Paper]) -> list[np.ndarray]:
    """What the tagger reads of 60 papers of many kinds."""
    return [token_features(nlp(make_doc(nlp, paper))) for paper in mixed_papers[:60]]


@pytest.mark.slow
@pytest.mark.parametrize(("kept", "rank"), [(20_000, None), (40, None), (40, 64)])
def test_scores_are_the_same_to_the_last_bit_whatever_was_read_before(
    mixed_texts: list[np.ndarray], shipped: Tagger, monkeypatch: pytest.MonkeyPatch, kept: int, rank: int | None
) -> None:
    monkeypatch.setattr("kg.extraction.tagger.network._KEPT", kept)
    texts = mixed_texts
    tagger = Tagger(Shape(rank=rank)) if rank else shipped
    forward, backward = tagger.copy_of(dropout=0), tagger.copy_of(dropout=0)
    alone = [scores.tobytes() for text in texts for scores in forward.scores([text])]
    together = [scores.tobytes() for scores in backward.scores(texts[::-1])]
    assert alone == together[::-1]
