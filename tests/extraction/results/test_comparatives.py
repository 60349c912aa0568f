"""What a comparative is about."""

from __future__ import annotations

import pytest

from kg.extraction.results.comparatives import Comparatives, Compared, comparatives_of
from kg.extraction.results.measures import Piece

KNOWN: Comparatives = {"time": frozenset(["faster", "slower"]), "size": frozenset(["smaller"])}


def measure(text: str, start: int = 0) -> Piece:
    return Piece("metric", start, start + len(text), text)


@pytest.mark.parametrize(
    ("text", "expected"), [("Hopping Times", {"faster", "slower"}), ("pond size", {"smaller"}), ("time limit", set())]
)
def test_the_last_word_says_what_a_measure_is_compared_by(text: str, expected: set[str]) -> None:
    assert comparatives_of(measure(text), KNOWN) == expected


@pytest.mark.parametrize(
    ("comparative", "offset", "expected"),
    [
        ("faster", 20, "hop time"),
        ("faster", 60, "nap time"),
        ("faster", 10, None),
        ("smaller", 60, "size"),
        ("greener", 60, None),
    ],
)
def test_it_is_about_the_last_measure_before_it(comparative: str, offset: int, expected: str | None) -> None:
    compared = Compared.of([measure("nap time", 50), measure("hop time", 10), measure("size", 30)], KNOWN)
    found = compared.before(comparative, offset)
    assert (found and found.text) == expected
