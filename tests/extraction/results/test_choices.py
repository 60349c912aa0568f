"""What a value may be about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from kg.extraction.results.choices import NONE, Choice, metric_choices, named_choices
from kg.extraction.results.sentences import Sentence

Noted = Callable[..., tuple[str, Sequence[Sentence]]]


def metrics(noted: Noted, *sentences: str) -> list[Choice]:
    """The metrics that the first value of the last sentence may be of."""
    text, found = noted(*sentences)
    return metric_choices(text, found, found[-1], found[-1].places("value")[0])


def names(choices: Sequence[Choice], kind: str) -> list[str]:
    return [choice.text for choice in choices if choice.kind == kind]


def test_nothing_is_always_a_choice(noted: Noted) -> None:
    assert metrics(noted, "5%") == [NONE]
    _, [sentence] = noted("of 5%")
    assert named_choices("dataset", [sentence], sentence, 1) == [NONE]
    assert (NONE.text, NONE.key, list(NONE.pieces)) == ("", "", [])
    with pytest.raises(ValueError, match="kind none is in no sentence"):
        NONE.at()


@pytest.mark.parametrize(
    ("sentence", "phrases"),
    [
        ("the M:recall is 5%", ["recall"]),
        ("a pond crossing time of 5%", ["pond crossing time", "crossing time", "time", "pond crossing", "crossing"]),
        ("5% fewer toads", ["fewer toads", "toads", "fewer"]),
        (
            "the number of frogs falls by 5%",
            ["number of frogs", "number of frogs falls", "frogs", "frogs falls", "falls"],
        ),
        ("it croaks, hops 5%", ["croaks", "hops"]),
        ("M:hop_error rate of 5%", ["hop error", "hop error rate", "rate"]),
        ("A:FrogNet error of 5%", ["FrogNet", "FrogNet error", "error"]),
        ("error on D:Pads 5%", ["error", "Pads"]),
        ("a wet D:Pads error of 5%", ["wet error", "error"]),  # without the dataset within the name
        ("error A:FrogNet 5%", ["error", "FrogNet"]),
    ],
)
def test_noun_phrases_near_a_value_may_be_its_metric(noted: Noted, sentence: str, phrases: list[str]) -> None:
    assert set(names(metrics(noted, sentence), "here")) >= set(phrases)


@pytest.mark.parametrize(
    ("sentence", "others"),
    [
        ("we see the 5% of that", ["we", "the", "of", "see the"]),  # stop words
        ("error A:FrogNet 5%", ["error FrogNet"]),  # a method or dataset ends no metric's name
        ("croaks, hops 5%", ["croaks, hops", "croaks hops"]),
        ("one two-legged big green wet frog error 5%", ["legged big green wet frog error"]),
    ],
)
def test_what_is_no_phrase_is_no_metric(noted: Noted, sentence: str, others: list[str]) -> None:
    assert set(names(metrics(noted, sentence), "here")).isdisjoint(others)


def test_a_duration_is_no_share(noted: Noted) -> None:
    assert "recall" not in names(metrics(noted, "the M:recall and a delay of 5_ms"), "here")
    assert "recall" in names(metrics(noted, "the M:recall and a delay of 5%"), "here")


def test_words_far_from_a_value_are_its_metric_only_if_they_are_known_as_one(noted: Noted) -> None:
    far = "the M:recall of toads and " + "so, " * 20 + "5%"
    assert names(metrics(noted, far), "here") == ["recall"]


def test_the_unit_may_be_the_metric_but_percent_and_factors_are_none(noted: Noted) -> None:
    assert names(metrics(noted, "in 5_ms"), "unit") == ["ms"]
    assert names(metrics(noted, "in 5% or"), "unit") == names(metrics(noted, "is 5x"), "unit") == []


def test_metrics_of_earlier_sentences_come_nearest_first_each_once(noted: Noted) -> None:
    found = metrics(noted, "M:Depth, M:recall and M:width", "M:BLEU and M:FID", "M:BLEU of D:Pads", "so M:recall is 5%")
    there = [choice for choice in found if choice.kind == "there"]
    assert [(choice.text, choice.rank) for choice in there] == [("BLEU", 0), ("FID", 1), ("width", 2)]
    assert [choice.at().number for choice in there] == [2, 1, 0]
    assert "recall" in names(found, "here")


def test_a_doubtful_metric_of_an_earlier_sentence_is_not_meant(noted: Noted) -> None:
    text, [first, second] = noted("the M:glee", "it is 5%")
    [word, metric] = first.pieces
    doubtful = Sentence([word, metric._replace(confidence=0.39)], 0, "quarter 0")
    for earlier, expected in ((first, ["glee"]), (doubtful, [])):
        assert names(metric_choices(text, [earlier, second], second, 2), "there") == expected


def test_names_here_come_with_each_place_and_others_once_with_their_nearest(noted: Noted) -> None:
    _, sentences = noted("D:Lily and D:Pads", "D:Moss or D:Lily", "D:Pads: 5%, D:pads: 6%", "not D:Moss but D:Mud")
    found = named_choices("dataset", sentences, sentences[2], 2)
    assert [(choice.kind, choice.text, choice.rank) for choice in found] == [
        ("none", "", 0),
        ("here", "Pads", 0),
        ("here", "pads", 0),
        ("there", "Moss", 0),
        ("there", "Lily", 1),
        ("there", "Mud", 2),
    ]
    assert [choice.at().number for choice in found[3:]] == [1, 1, 3]


def test_of_many_names_the_nearest_ones_can_be_chosen(noted: Noted) -> None:
    crowd = [" ".join(f"D:{side}-{number}" for number in range(30)) for side in ("left", "right")]
    _, [sentence] = noted(f"{crowd[0]} 5% {crowd[1]}")
    found = named_choices("dataset", [sentence], sentence, 30)
    expected = [f"left-{number}" for number in range(24, 30)] + [f"right-{number}" for number in range(6)]
    assert [choice.text for choice in found[1:]] == expected
    _, sentences = noted(crowd[0], "5%", crowd[1])
    found = named_choices("dataset", sentences, sentences[1], 0)
    assert [choice.text for choice in found[1:]] == [f"left-{number}" for number in range(12)]
    assert [choice.rank for choice in found[1:]] == list(range(12))


def test_names_of_sentences_far_away_are_not_meant(noted: Noted) -> None:
    _, sentences = noted("D:Far", "D:Near", *["so"] * 39, "5%", *["so"] * 39, "D:After", "D:Last")
    found = named_choices("dataset", sentences, sentences[41], 0)
    assert [choice.text for choice in found] == ["", "Near", "After"]


def test_the_pieces_of_a_choice_are_its_words(noted: Noted) -> None:
    [choice] = [c for c in metrics(noted, "a wet hop error of 5%") if c.text == "wet hop error"]
    assert [piece.text for piece in choice.pieces] == ["wet", "hop", "error"]
    assert choice.key == "wethoperror"


def test_people_may_be_whose_value_it_is(noted: Noted) -> None:
    _, [sentence] = noted("humans have 5% and A:FrogNet 7% for users")
    value = sentence.places("value")[0]
    found = named_choices("method", [sentence], sentence, value)
    assert [(choice.text, choice.key) for choice in found[1:]] == [
        ("FrogNet", "frognet"),
        ("humans", "humans"),
        ("users", "users"),
    ]
    assert named_choices("dataset", [sentence], sentence, value) == [NONE]


@pytest.mark.parametrize(
    ("sentence", "datasets"),
    [
        ("5% and 7% on D:Pads / D:Lily", ["Pads", "Lily"]),
        ("5% and 7% on D:Pads and D:Lily respectively", ["Pads", "Lily"]),
        ("5%, 7% and 9% on D:Pads, D:Lily and D:Moss", ["Pads", "Lily", "Moss"]),
        ("5% and 7% on D:Pads and D:Lily", [None, None]),
    ],
)
def test_lists_of_one_length_go_together_in_turn_if_that_is_sure(
    noted: Noted, sentence: str, datasets: list[str | None]
) -> None:
    _, [found] = noted(sentence)
    choices = [named_choices("dataset", [found], found, value) for value in found.places("value")]
    assert [each[0].text if len(each) == 1 else None for each in choices] == datasets


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("it has M:BLEU of 28 M:ROUGE of 41 M:METEOR of 22", ["BLEU", "ROUGE", "METEOR"]),
        ("28 M:BLEU 41 M:ROUGE", ["BLEU", "ROUGE"]),
        ("M:BLEU = 28 M:ROUGE = 41 on D:Pads", ["BLEU", "ROUGE"]),
        ("28 M:BLEU 41", [None, None]),
        ("M:BLEU of 28 , M:ROUGE of 41", [None, None]),
        ("M:BLEU of 28", [None]),
    ],
)
def test_metrics_and_values_that_take_turns_go_in_pairs(noted: Noted, sentence: str, named: list[str | None]) -> None:
    text, [found] = noted(sentence)
    choices = [metric_choices(text, [found], found, value) for value in found.places("value")]
    assert [each[0].text if len(each) == 1 else None for each in choices] == named
