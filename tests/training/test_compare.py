"""Ways to find names, on toy papers."""

from __future__ import annotations

import numpy as np
import pytest
from spacy.language import Language

from kg.extraction.document import make_doc
from kg.extraction.tagger.network import Shape, Tagger
from kg.records import Paper
from kg.training.annotated import AnnotatedDoc
from kg.training.compare import as_shipped, settled, stock, tagger_alone, without_marks
from kg.training.mine import look_up
from kg.training.tagger import Recipe, train

TINY = Shape(width=16, distances=(1,), rows=(200, 100, 100, 50, 20, 20, 20, 20), mark_width=4)


@pytest.fixture
def papers(nlp: Language) -> list[AnnotatedDoc]:
    """Papers with one annotated method each."""
    made = []
    for number in range(6):
        doc = nlp(make_doc(nlp, Paper(id=str(number), title="T", abstract="We use PondNet on ImageNet here.")))
        place = next(token.i for token in doc if token.text == "PondNet")
        made.append(AnnotatedDoc(doc, {(place, place + 1): "Method"}, {}))
    return made


def names(paper: AnnotatedDoc) -> list[tuple[str, str]]:
    return [(paper.doc[c.start : c.end].text, c.type) for c in paper.doc._.entities]


@pytest.mark.slow
def test_stock_ner_learns_the_annotated_names(papers: list[AnnotatedDoc]) -> None:
    find = stock(papers, epochs=15)
    find(papers[0])
    assert names(papers[0]) == [("PondNet", "Method")]


@pytest.mark.slow
def test_a_tagger_alone_and_settled_with_the_rules(nlp: Language, papers: list[AnnotatedDoc]) -> None:
    look_up(nlp, papers, [])
    recipe = Recipe(epochs=30, rate=0.02, dropout=0.0)
    tagger = as_shipped(train(without_marks(papers), recipe, Tagger(TINY)))
    tagger_alone(tagger, without_marks)(papers[0])
    assert names(papers[0]) == [("PondNet", "Method")]
    before = list(papers[0].doc._.candidates)
    settled(nlp, tagger)(papers[0])
    assert ("PondNet", "Method") in names(papers[0])
    assert papers[0].doc._.candidates == before


@pytest.mark.slow
def test_marks_are_what_lexicon_and_patterns_found(nlp: Language, papers: list[AnnotatedDoc]) -> None:
    look_up(nlp, papers[:1], [])
    [text] = without_marks(papers[:1])
    assert np.count_nonzero(text.features[:, 4:6]) == 0 < np.count_nonzero(text.features)
