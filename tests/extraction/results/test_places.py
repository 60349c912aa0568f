"""A value in its sentence, and what is said around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from kg.extraction.results.choices import NONE, Choice
from kg.extraction.results.places import Earlier, EarlierParts, Names, Place, side_of, unit_kind
from kg.extraction.results.sentences import Sentence

Noted = Callable[..., tuple[str, Sequence[Sentence]]]


def values(noted: Noted, sentence: str) -> list[Place]:
    _, [found] = noted(sentence)
    return [Place(found, index) for index in found.places("value")]


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        (None, "-"),
        ("%", "%"),
        ("x", "x"),
        ("points", "points"),
        ("% points", "points"),
        ("pp", "points"),
        ("ms", "unit"),
    ],
)
def test_the_kind_of_a_unit(unit: str | None, kind: str) -> None:
    assert unit_kind(unit) == kind


def test_numbers_have_a_size_in_steps(noted: Noted) -> None:
    sizes = [place.size for place in values(noted, "0.3 or 3 or -3 or 30 or 97.5 or 100 or 101 or 20000")]
    assert sizes == ["1", "4", "4", "7", "13", "13", "14", "16"]
    [place] = values(noted, "3% of ponds")
    ranged = place.piece._replace(quantity=replace(place.piece.value, number=None))
    assert Place(Sentence([ranged], 0, "last"), 0).size == "range"


def test_the_nearest_words_for_a_change_are_found(noted: Noted) -> None:
    [place] = values(noted, "it improves M:recall with a gain of 5% here , 3 hops faster and faster")[:1]
    assert place.change_before is not None and place.sentence.words[place.change_before] == "gain"
    assert place.change_after is not None and place.change_after == place.sentence.words.index("faster")
    far = "a gain in the pond of the frogs that we saw on that day in May of 5% here"
    [place] = values(noted, far)
    assert (place.change_before, place.change_after) == (None, None)


def test_a_list_is_looked_at_as_a_whole(noted: Noted) -> None:
    first, second = values(noted, "gains of 5% and 3% that drop")
    assert first.change_before == second.change_before == 0
    assert first.change_after == second.change_after == 6
    assert first.lead == second.lead == "of"


def test_brackets_around_a_value(noted: Noted) -> None:
    first, second = values(noted, "81% here ( 75% there )")
    assert (first.bracketed, second.bracketed) == (False, True)


@pytest.mark.parametrize(
    ("sentence", "own"),
    [
        ("A:ToadNet has 78% ; ours 81%", [False, True]),
        ("A:ToadNet has 78% and we have 81% and 80%", [False, True, False]),
        ("ours 81%", [False]),
        ("A:ToadNet has 78% , our O:FrogNet 81%", [False, False]),
        ("our way has 78% , and 81%", [False, False]),
    ],
)
def test_words_since_the_value_before_may_say_that_one_is_the_papers_own(
    noted: Noted, sentence: str, own: list[bool]
) -> None:
    assert [place.own for place in values(noted, sentence)] == own


@pytest.mark.parametrize(
    ("sentence", "unnamed"),
    [
        ("the previous best was 78%", True),
        ("humans have 99% ; the state of the art had only 78%", True),
        ("the prior network A:ToadNet had 78%", False),
        ("our network reaches the best published 78%", False),
        ("it outperforms existing ways to reach 78%", False),
        ("the previous best is far behind on all of the many ponds with 78%", False),
    ],
)
def test_a_clause_may_be_about_others_without_a_name(noted: Noted, sentence: str, unnamed: bool) -> None:
    assert values(noted, sentence)[-1].unnamed is unnamed


def test_where_a_choice_is(noted: Noted) -> None:
    _, [sentence] = noted("a M:recall of 81% on D:Pads")
    assert side_of(NONE, 3) == "0"
    assert side_of(Choice("here", "recall", "recall", sentence, 1, 1), 3) == "b"
    assert side_of(Choice("here", "Pads", "pad", sentence, 5, 5), 3) == "a"
    assert side_of(Choice("there", "Pads", "pad", sentence, 5, 5), 3) == "?"


def test_parts_are_remembered_apart() -> None:
    earlier = EarlierParts()
    earlier.of("metric").add(NONE, 3)
    assert earlier.metric.last is NONE
    assert earlier.of("dataset").last is earlier.of("method").last is None
    assert (earlier.metric.direction, earlier.metric.taken) == ("0", set())
    assert Earlier() == earlier.dataset


def test_names_count_places_and_those_of_the_title(noted: Noted) -> None:
    _, [first, second] = noted("O:FrogNet on D:Pads", "A:ToadNet and O:FrogNet on D:Pads or D:Lily")
    names = Names.of([Sentence(first.pieces, 0, "title"), second], {})
    assert names.places == {"frognet": 2, "toadnet": 1, "pad": 2, "lily": 1}
    assert (names.datasets, names.introduced, names.main) == (2, ["frognet"], "frognet")
    assert names.title == {"frognet", "pad"}
    assert Names.of([], {}).main is None
