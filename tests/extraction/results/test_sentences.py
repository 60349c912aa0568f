"""Sentences as rows of pieces."""

from __future__ import annotations

import pytest
from spacy.language import Language

from kg.extraction.document import Candidate, make_doc
from kg.extraction.results.quantities import QuantityFinder
from kg.extraction.results.sentences import Sentence, sentences_of
from kg.records import Paper
from kg.vocabulary import EntityType

FIND = QuantityFinder({"whole": ["ms", "FPS", "hops"]}, {"twice": 2.0}, {})
CHANGES = {"gain": "rise", "faster": "compare"}
Names = dict[str, EntityType]


def read(
    nlp: Language, abstract: str, names: Names, doubtful: dict[str, float] | None = None, confidence: float = 1.0
) -> list[Sentence]:
    """The sentences of an abstract, with some names in it; ``doubtful`` are metrics that were only proposed."""
    doc = make_doc(nlp, Paper(id="1", title="On frogs", abstract=abstract))
    spans = {
        doc[start:end].text: (start, end)
        for start in range(len(doc))
        for end in range(start + 1, min(start + 4, len(doc)) + 1)
    }
    doc._.entities = sorted(
        (Candidate(*spans[name], kind, confidence, "ner") for name, kind in names.items()), key=lambda c: c.start
    )
    doc._.candidates = [Candidate(*spans[name], "Metric", chance, "ner") for name, chance in (doubtful or {}).items()]
    return sentences_of(doc, FIND(doc._.plain.text), CHANGES)


def test_an_entity_or_a_value_is_one_piece(nlp: Language) -> None:
    names: Names = {"FrogNet": "Method", "hop accuracy": "Metric", "Lily Pads": "Dataset", "hop counting": "Task"}
    abstract = "FrogNet has a hop accuracy of 81.2 % on Lily Pads, 3 ponds, for hop counting."
    _, sentence = read(nlp, abstract, names)
    assert [piece.text for piece in sentence.pieces] == [
        *("FrogNet", "has", "a", "hop accuracy", "of", "81.2 %", "on", "Lily Pads", ",", "3", "ponds", ","),
        *("for", "hop counting", "."),
    ]
    assert sentence.words == [
        *("<method>", "has", "a", "<metric>", "of", "<value>", "on", "<dataset>", ",", "<value>", "ponds", ","),
        *("for", "<task>", "."),
    ]
    assert [sentence.pieces[index].key for index in sentence.places("dataset")] == ["lilypad"]
    assert (sentence.word(-1), sentence.word(15)) == ("^", "$")


def test_a_value_has_its_quantity_and_other_pieces_have_none(nlp: Language) -> None:
    _, sentence = read(nlp, "It takes 30 ms.", {})
    assert sentence.pieces[2].value.unit == "ms"
    with pytest.raises(ValueError, match="'takes' is not a value"):
        _ = sentence.pieces[1].value


def test_words_of_letters_stay_whole_and_are_shown_in_lower_case(nlp: Language) -> None:
    _, sentence = read(nlp, "State-of-the-art FROGS' nHOP@10 is GPT2 7th.", {})
    assert sentence.words == ["state-of-the-art", "frogs", "'", "nhop@10", "is", "gpt2", "7th", "."]


def test_pieces_give_offsets_of_the_plain_text(nlp: Language) -> None:
    title, sentence = read(nlp, "It   takes\n30 ms.", {})
    plain = "On frogs\nIt takes 30 ms."
    assert [plain[piece.start : piece.end] for piece in (*title.pieces, *sentence.pieces)] == [
        *("On", "frogs", "It", "takes", "30 ms", "."),
    ]


def test_a_sentence_knows_its_part_of_the_text(nlp: Language) -> None:
    found = read(nlp, "We hop here. " * 8 + "It is 5%. The end.", {})
    assert [sentence.number for sentence in found] == list(range(11))
    assert found[0].part == "title"
    assert found[-1].part == "last"
    parts = [sentence.part for sentence in found[1:-1]]
    assert parts == sorted(parts) and set(parts) == {"quarter 0", "quarter 1", "quarter 2", "quarter 3"}


@pytest.mark.parametrize(("confidence", "kinds"), [(0.9, ["metric"]), (0.15, ["metric"]), (0.14, ["word", "word"])])
def test_a_metric_that_was_only_proposed_is_a_piece_where_nothing_was_settled(
    nlp: Language, confidence: float, kinds: list[str]
) -> None:
    _, sentence = read(nlp, "The frog glee is 46.5%.", {}, {"frog glee": confidence})
    assert [piece.kind for piece in sentence.pieces[1:-3]] == kinds
    _, sentence = read(nlp, "The frog glee is 46.5%.", {"frog glee": "Task"}, {"frog glee": confidence})
    assert [piece.kind for piece in sentence.pieces[1:-3]] == ["task"]


def test_the_surest_of_the_proposed_metrics_is_taken(nlp: Language) -> None:
    _, sentence = read(nlp, "The frog glee is 46.5%.", {}, {"frog glee": 0.3, "glee": 0.6})
    assert sentence.words == ["the", "frog", "<metric>", "is", "<value>", "."]
    assert sentence.pieces[2].confidence == 0.6


def test_a_proposed_metric_that_cuts_a_bracket_is_none(nlp: Language) -> None:
    _, sentence = read(nlp, "It has 46.5% (most) glee.", {}, {"most) glee": 0.6})
    assert sentence.words == ["it", "has", "<value>", "(", "most", ")", "glee", "."]


def test_an_entity_within_a_value_gives_way(nlp: Language) -> None:
    for name, kind, confidence in (("FPS", "Metric", 0.9), ("90", "Metric", 0.4), ("90", "Method", 0.9)):
        names: Names = {name: kind}  # type: ignore[dict-item]
        _, sentence = read(nlp, "It runs at 90 FPS here.", names, confidence=confidence)
        assert sentence.words == ["it", "runs", "at", "<value>", "here", "."]


def test_a_number_within_an_entity_is_no_value(nlp: Language) -> None:
    _, sentence = read(nlp, "It is best on VOC 2012 here.", {"VOC 2012": "Dataset"})
    assert sentence.words == ["it", "is", "best", "on", "<dataset>", "here", "."]
    _, sentence = read(nlp, "It has a recall 5 of 2%.", {"recall 5": "Metric"})
    assert sentence.words == ["it", "has", "a", "<metric>", "of", "<value>", "."]


def test_values_metrics_and_datasets_in_a_row_are_a_list(nlp: Language) -> None:
    abstract = "It has recall, FID and BLEU of 1%, 2 and 3 on MNIST / Lily but 7 on Pads, or from 5 to 6."
    metrics: Names = {"recall": "Metric", "FID": "Metric", "BLEU": "Metric"}
    datasets: Names = {"MNIST": "Dataset", "Lily": "Dataset", "Pads": "Dataset"}
    _, sentence = read(nlp, abstract, metrics | datasets)
    rows = {tuple(row) for row in sentence.lists.values()}
    shown = {tuple(sentence.pieces[index].text for index in row) for row in rows}
    assert shown == {
        ("recall", "FID", "BLEU"),
        ("1%", "2", "3"),
        ("MNIST", "Lily"),
        ("7",),
        ("Pads",),
        ("5", "6"),
    }
    assert all(index in row for index, row in sentence.lists.items())


@pytest.mark.slow
def test_long_sentences_are_cut_between_words(nlp: Language) -> None:
    found = read(nlp, "it has 5% of hops and " * 300, {})
    assert len(found) > 4
    assert max(sentence.pieces[-1].end - sentence.pieces[0].start for sentence in found) <= 1500
    assert sum(len(sentence.places("value")) for sentence in found) == 300
    assert {word for sentence in found[1:] for word in sentence.words} == {"it", "has", "<value>", "of", "hops", "and"}


def test_datasets_and_methods_that_were_not_settled_on_count_where_no_entity_is(nlp: Language) -> None:
    doc = make_doc(nlp, Paper(id="1", title="On frogs", abstract="FrogNet hops on Lily Pads."))
    doc._.entities = [Candidate(3, 4, "Method", 0.9, "lexicon")]
    doc._.candidates = [
        Candidate(3, 4, "Dataset", 0.4, "ner"),
        Candidate(6, 8, "Dataset", 0.3, "ner"),
        Candidate(4, 5, "Method", 0.1, "ner"),
        Candidate(4, 5, "Task", 0.9, "ner"),
    ]
    _, sentence = sentences_of(doc, [], {})
    assert [(piece.text, piece.kind, piece.known) for piece in sentence.pieces] == [
        ("FrogNet", "method", True),
        ("hops", "word", False),
        ("on", "word", False),
        ("Lily Pads", "dataset", False),
        (".", "sign", False),
    ]


@pytest.mark.parametrize(("extractor", "kinds"), [("lexicon", ["word", "dataset", "word"]), ("ner", ["metric"])])
def test_a_metric_with_a_known_dataset_in_it_is_that_dataset_between_words(
    nlp: Language, extractor: str, kinds: list[str]
) -> None:
    doc = make_doc(nlp, Paper(id="1", title="On frogs", abstract="best Pads recall"))
    doc._.entities = [Candidate(3, 6, "Metric", 0.9, "ner")]
    doc._.candidates = [Candidate(4, 5, "Dataset", 0.4, extractor)]
    _, sentence = sentences_of(doc, [], {})
    assert [piece.kind for piece in sentence.pieces] == kinds


def test_words_for_a_change_show_its_kind(nlp: Language) -> None:
    _, sentence = read(nlp, "A gain of 5% in ponds: Faster, FASTER frogs.", {})
    assert [(piece.text, piece.change) for piece in sentence.pieces if piece.change] == [
        *(("gain", "rise"), ("Faster", "compare"), ("FASTER", "compare"))
    ]
    _, sentence = read(nlp, "The Gain hops.", {"Gain": "Method"})
    assert not any(piece.change for piece in sentence.pieces), "a name is no such word"


def test_what_is_in_brackets(nlp: Language) -> None:
    _, sentence = read(nlp, "a) Frogs (and (small) newts) hop.", {})
    inside = [piece.text for piece, bracketed in zip(sentence.pieces, sentence.bracketed, strict=True) if bracketed]
    assert inside == ["(", "and", "(", "small", ")", "newts", ")"]
