"""What is seen of a result when all of its parts are chosen, and how certain that makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from kg.extraction.results.certainty import Chosen, certainty_row, how_certain, logit, ranked_kind, seen
from kg.extraction.results.choices import NONE, Choice, metric_choices, named_choices
from kg.extraction.results.places import Names, Part, Place, Reading
from kg.extraction.results.sentences import Sentence
from kg.extraction.results.weights import CERTAINTY

Noted = Callable[..., tuple[str, Sequence[Sentence]]]


def chosen(
    noted: Noted, sentence: str, metric: str, dataset: str, reading: Reading = "absolute"
) -> tuple[Place, dict[Part, Chosen], Names]:
    """The first value of a sentence with its parts, all of them at 0.9."""
    text, [found] = noted(sentence)
    place = Place(found, found.places("value")[0], reading)
    metrics = metric_choices(text, [found], found, place.index)
    datasets = named_choices("dataset", [found], found, place.index)
    parts: dict[Part, Choice] = {
        "metric": next(choice for choice in metrics if choice.text == metric),
        "dataset": next(choice for choice in datasets if choice.text == dataset),
        "method": NONE,
    }
    return place, {part: Chosen(choice, 0.9, 0.05) for part, choice in parts.items()}, Names.of([found], {})


def seen_in(
    noted: Noted, sentence: str, metric: str, dataset: str, reading: Reading = "absolute"
) -> Mapping[str, float]:
    place, parts, names = chosen(noted, sentence, metric, dataset, reading)
    return seen(place, 0.8, parts, names)


def test_probabilities_and_surroundings_are_seen(noted: Noted) -> None:
    found = seen_in(noted, "a M:recall of 81.2% on D:Pads", "recall", "Pads")
    assert found["reading"] == found["least"] == pytest.approx(np.log(4))
    assert found["all"] == pytest.approx(logit(0.8 * 0.9 * 0.9))
    assert (found["metric second"], found["metric found"], found["dataset found"]) == (0.05, 0.9, 0.9)
    assert (found["decimal"], found["percent"], found["after of or to"], found["metric is a name"]) == (1, 1, 1, 1)
    assert (found["relative"], found["without metric"], found["dataset goes on"], found["listed"]) == (0, 0, 0, 0)


def test_a_name_that_goes_on_after_its_end_is_seen(noted: Noted) -> None:
    assert seen_in(noted, "81.2% M:recall on D:Pads Lily", "recall", "Pads")["dataset goes on"]
    assert not seen_in(noted, "81.2% M:recall on D:Pads too", "recall", "Pads")["dataset goes on"]


def test_what_is_not_named_is_seen(noted: Noted) -> None:
    found = seen_in(noted, "it is better by 5%", "", "", "relative")
    assert (found["relative"], found["without metric"], found["without dataset"]) == (1, 1, 1)
    assert found["dataset far"] == found["dataset long"] == 0


@pytest.mark.parametrize(
    ("sentence", "reading", "ranked"),
    [
        ("a M:delay of 25_ms on D:Pads", "absolute", False),
        ("a M:recall of 81.2% on D:Pads", "absolute", True),
        ("a M:recall of 81.2 on D:Pads", "absolute", True),
        ("a M:recall of 81.2% on D:Pads", "relative", False),
        ("a M:recall of +2.5% on D:Pads", "absolute", False),
    ],
)
def test_bare_scores_are_of_the_ranked_kind(noted: Noted, sentence: str, reading: Reading, ranked: bool) -> None:
    place, parts, names = chosen(noted, sentence, "delay" if "delay" in sentence else "recall", "Pads", reading)
    assert ranked_kind(place, parts["metric"].choice, parts["dataset"].choice) == ranked
    assert not ranked_kind(place, parts["metric"].choice, NONE)
    row = certainty_row(place, 0.8, parts, names)
    assert row.shape == (CERTAINTY,) == (2 * len(seen(place, 0.8, parts, names)),)
    assert row[CERTAINTY // 2 :].any() == ranked
    assert row[0] == 1


def test_certainty_is_a_probability() -> None:
    row, weights = np.zeros(CERTAINTY), np.zeros(CERTAINTY, dtype=np.float32)
    row[:2], weights[:2] = (1.0, 2.0), (-1.0, 1.5)
    assert how_certain(row, weights) == pytest.approx(1 / (1 + np.exp(-2)))
    assert how_certain(row, np.zeros(CERTAINTY)) == 0.5
    assert logit(0.0) == pytest.approx(-logit(1.0)) and logit(0.0) < -5
    assert how_certain(row, weights * 10_000) == pytest.approx(1)
    assert how_certain(row, weights * -10_000) == pytest.approx(0)


def test_names_that_may_be_longer_are_seen(noted: Noted) -> None:
    found = seen_in(noted, "81.2% M:recall on the D:Pads frog pictures dataset", "recall", "Pads")
    assert (found["dataset ends late"], found["dataset begins early"], found["metric goes on"]) == (1, 0, 0)
    assert not seen_in(noted, "81.2% M:recall on the D:Pads dataset", "recall", "Pads")["dataset ends late"]
    assert not seen_in(noted, "81.2% M:recall on D:Pads of a dataset", "recall", "Pads")["dataset ends late"]
    assert seen_in(noted, "81.2% M:recall on Lily D:Pads", "recall", "Pads")["dataset begins early"]
    assert seen_in(noted, "81.2% M:recall gap on D:Pads", "recall", "Pads")["metric goes on"]
    assert seen_in(noted, "81.2% M:recall on D:Pads → Lily", "recall", "Pads")["dataset to another"]


def test_names_with_another_form_are_seen(noted: Noted) -> None:
    found = seen_in(noted, "a M:recall ( M:REC ) of 81.2% on D:Lily_Pads ( D:LP )", "recall", "LP")
    assert (found["metric has a short form"], found["dataset bracketed"]) == (1, 1)
    assert (found["dataset has a short form"], found["dataset is a word"]) == (0, 1)
    found = seen_in(noted, "an average M:recall of 81.2% on D:Lily_Pads ( D:LP )", "recall", "Lily Pads")
    assert (found["dataset has a short form"], found["dataset is a word"], found["metric summed"]) == (1, 0, 1)
    assert seen_in(noted, "a M:mean_recall of 81.2% on D:Pads", "mean recall", "Pads")["metric summed"]
    assert not seen_in(noted, "a M:recall of 81.2% on D:Pads", "recall", "Pads")["metric summed"]


def test_what_is_between_a_value_and_its_names_is_seen(noted: Noted) -> None:
    found = seen_in(noted, "81.2% and 75% on D:Lily and D:Pads by M:recall", "recall", "Pads")
    assert found["values before dataset"] == found["values before metric"] == found["datasets before dataset"] == 1 / 3
    assert (found["dataset after"], found["without method"], found["own method"]) == (1, 1, 0)
    found = seen_in(noted, "on D:Pads ( 81.2% M:recall )", "recall", "Pads")
    assert (found["dataset after"], found["bracketed"], found["values before dataset"]) == (0, 1, 0)
