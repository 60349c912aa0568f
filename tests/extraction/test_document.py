"""A Doc of a text: its words, sentences and title; and what was found as spaCy shows it."""

from __future__ import annotations

import pytest
from spacy.language import Language

from kg.extraction import Extractor
from kg.extraction.document import make_doc, original_span, original_text
from kg.records import Paper


@pytest.fixture(scope="module")
def found() -> Language:
    """The whole pipeline."""
    return Extractor().nlp


def test_a_text_is_split_at_the_joints_of_technical_names(nlp: Language) -> None:
    words = [token.text for token in nlp("CIFAR-10/100 on ADE20K. (DNN)-based, 12%–67%")]
    assert " ".join(words) == "CIFAR - 10 / 100 on ADE20 K . ( DNN ) - based , 12% – 67 %"


@pytest.mark.parametrize("name", ["DiT", "TopK", "pass@N", "ADE20K", "DALL-E", "RGB+D", "C++", "A*", "∞"])
def test_a_full_stop_is_no_part_of_the_name_before_it(nlp: Language, name: str) -> None:
    assert nlp(f"as in {name}. Frogs hop.")[-4].text == "."


def test_sentences_start_at_the_title_and_after_full_stops(nlp: Language) -> None:
    doc = make_doc(nlp, Paper(id="1", title="On ponds", abstract="Frogs hop. Toads sit."))
    assert [token.text for token in doc if token.is_sent_start] == ["On", "Frogs", "Toads"]
    assert doc[: doc._.title_end].text == "On ponds"
    assert doc._.paper.id == "1"


def test_offsets_lead_back_to_the_text_as_given(nlp: Language) -> None:
    doc = nlp(r"We use \emph{PondNet} here.")
    place = next(token.i for token in doc if token.text == "PondNet")
    start, end = original_span(doc, place, place + 1)
    assert doc._.plain.original[start:end] == original_text(doc, place, place + 1) == "PondNet"
    assert start > doc[place].idx, "the LaTeX before it is not in the Doc"


def test_a_text_is_enough_for_entities_abbreviations_and_results(found: Language) -> None:
    doc = found("We train a residual network (RN) on CIFAR-10. It reaches 93.5% accuracy on CIFAR-10.")
    assert ("CIFAR-10", "Dataset") in [(span.text, span.label_) for span in doc.ents]
    assert [span.text for span in doc.spans["abbreviations"]] == ["RN", "residual network"]
    assert [(span.text, span.label_) for span in doc.spans["results"]] == [("93.5%", "accuracy")]


def test_an_entity_has_its_candidate(found: Language) -> None:
    doc = found("We train ResNet-50 on CIFAR-10.")
    candidates = {span.text: span._.candidate for span in doc.ents}
    assert candidates["CIFAR-10"].role == "used" and 0 < candidates["CIFAR-10"].confidence <= 1
    assert doc[0:1]._.candidate is None


def test_an_empty_text_has_nothing(found: Language) -> None:
    doc = found("")
    assert (len(doc.ents), len(doc.spans["abbreviations"]), len(doc.spans["results"])) == (0, 0, 0)


def test_a_long_run_without_blanks_is_cut_and_nothing_is_lost(extractor: Extractor) -> None:
    text = "A title\n" + "frog/(pond)," * 300 + " on CIFAR-10. " + "a.b-" * 400
    assert make_doc(extractor.nlp, Paper(id="1", title="A title", abstract=text[8:])).text == text
