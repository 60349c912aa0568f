"""The component proposes what its tagger finds, and decides where it is told to."""

from __future__ import annotations

import pytest
from spacy.language import Language

from kg.extraction.document import make_doc
from kg.extraction.model import SHIPPED, Model
from kg.extraction.tagger.component import MOST, Ner
from kg.extraction.tagger.network import Tagger
from kg.records import Paper

PAPER = Paper(id="1", title="A title", abstract="We evaluate PondNet on the Quuxville dataset.")


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Model.load(SHIPPED).tagger


def test_without_a_tagger_nothing_is_proposed(nlp: Language) -> None:
    doc = make_doc(nlp, PAPER)
    assert Ner()(doc)._.candidates == []


def test_candidates_are_added_to_those_of_the_rules_and_are_not_certain(nlp: Language, tagger: Tagger) -> None:
    ner = Ner()
    ner.tagger = tagger
    doc = nlp(make_doc(nlp, PAPER))
    before = list(doc._.candidates)
    after = ner(doc)._.candidates
    assert after[: len(before)] == before and len(after) > len(before)
    assert all(c.extractor == "ner" and 0 < c.confidence <= MOST for c in after[len(before) :])
    assert doc._.entities == []


def test_it_decides_only_if_asked_to(nlp: Language, tagger: Tagger) -> None:
    ner = Ner()
    ner.tagger, ner.decides = tagger, True
    doc = ner(nlp(make_doc(nlp, PAPER)))
    assert ("Quuxville", "Dataset") in [(doc[c.start : c.end].text, c.type) for c in doc._.entities]


@pytest.mark.slow
def test_many_docs_are_read_as_each_one_is(nlp: Language, tagger: Tagger, mixed_papers: list[Paper]) -> None:
    ner = Ner()
    ner.tagger = tagger
    papers = [*mixed_papers[:10], Paper(id="0", title="", abstract="")]
    alone = [ner(nlp(make_doc(nlp, paper)))._.candidates for paper in papers]
    together = ner.pipe([nlp(make_doc(nlp, paper)) for paper in papers], batch_size=4)
    assert [doc._.candidates for doc in together] == alone
