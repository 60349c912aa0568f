"""Numbers with their units."""

from __future__ import annotations

import pytest

from kg.extraction.results.quantities import QuantityFinder

FIND = QuantityFinder(["ms", "dB", "GPU hours"], {"twice": 2.0, "halves": 0.5})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It has 65.03% of it.", [("65.03%", 65.03, "%")]),
        ("It has 1,200 frogs.", [("1,200", 1200.0, None)]),
        ("It is 2.5x faster.", [("2.5x", 2.5, "x")]),
        ("It is 3 times faster.", [("3 times", 3.0, "x")]),
        ("It takes 30 ms.", [("30 ms", 30.0, "ms")]),
        ("It takes 5 GPU hours.", [("5 GPU hours", 5.0, "GPU hours")]),
        ("It gains +1.5 dB.", [("+1.5 dB", 1.5, "dB")]),
        ("It loses −2%.", [("−2%", -2.0, "%")]),
        ("It gains 4 to 7% here.", [("4 to 7%", None, "%")]),
        ("It rises from 28 to 43%.", [("28", 28.0, None), ("43%", 43.0, "%")]),
        ("It is twice as fast.", [("twice", 2.0, "x")]),
    ],
)
def test_a_number_is_found_with_its_unit(text: str, expected: list[tuple[str, float | None, str | None]]) -> None:
    assert [(text[found.start : found.end], found.number, found.unit) for found in FIND(text)] == expected


@pytest.mark.parametrize("text", ["ResNet-50 hops.", "On VOC 10-1 now.", "In R^2 here.", "With x_3 frogs.", "None."])
def test_a_number_in_a_name_or_formula_is_not_a_quantity(text: str) -> None:
    assert FIND(text) == []


def test_signs_are_noted() -> None:
    assert [found.signed for found in FIND("It gains +1.5 and has 3.5.")] == [True, False]


def test_without_units_and_words_numbers_are_still_found() -> None:
    assert [found.number for found in QuantityFinder((), {})("It takes 30 ms, twice.")] == [30.0]
