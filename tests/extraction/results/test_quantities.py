"""Numbers with their units, by the shipped units and words."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from kg.extraction.results.quantities import Quantity, QuantityFinder
from kg.rulefiles import load_rules

Found = tuple[str, float | None, str | None]


@pytest.fixture(scope="module")
def find() -> QuantityFinder:
    return QuantityFinder.of_rules(load_rules())


def shown(text: str, quantities: list[Quantity]) -> list[Found]:
    return [(text[found.start : found.end], found.number, found.unit) for found in quantities]


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("81.5%", 81.5, "%"),
        ("81.2 %", 81.2, "%"),
        ("81.2 percent", 81.2, "%"),
        ("81,2 %", 81.2, "%"),  # a decimal comma
        ("4.2 Gbit/s", 4.2, "Gbit/s"),
        ("1.4 Å", 1.4, "Å"),
        ("2.8 kcal/mol/Å", 2.8, "kcal/mol/Å"),
        ("18.9 meV/atom", 18.9, "meV/atom"),
        ("٨١٫٢٪", 81.2, "%"),  # Arabic-Indic digits, decimal sign and per cent sign
        ("1% point", 1, "%"),
        ("1.5% points", 1.5, "%"),
        ("3.2 percentage points", 3.2, "%"),
        ("2.1-point", 2.1, "point"),
        ("+2.5%", 2.5, "%"),
        ("-3.5%", -3.5, "%"),
        ("−2%", -2, "%"),
        ("–3.2 dB", -3.2, "dB"),  # an en dash
        (".8", 0.8, None),
        ("0.92", 0.92, None),
        ("1,234,567", 1_234_567, None),
        ("1,234.5 ms", 1234.5, "ms"),
        ("12 345 ms", 12_345, "ms"),
        ("12\u202f345 ms", 12_345, "ms"),
        ("355.3 million", 355.3e6, None),
        ("14.3M", 14.3e6, None),
        ("1.5B", 1.5e9, None),
        ("1.2e-3", 0.0012, None),
        ("1.2e−3", 0.0012, None),
        ("2.18E+02 N", 218, "N"),
        ("1.2×10^-3", 0.0012, None),
        ("3.4 x 10^5", 340_000, None),
        ("2 × 10−4", 0.0002, None),
        ("1.2×10^-999", 0, None),
        ("2.78x", 2.78, "x"),
        ("3×", 3, "x"),
        ("2.3 ×", 2.3, "x"),
        ("3 times", 3, "x"),
        ("3-fold", 3, "x"),
        ("twice", 2, "x"),
        ("Twofold", 2, "x"),
        ("halves", 2, "x"),
        ("three times", 3, "x"),
        ("three minutes", 3, "minutes"),
        ("Five seconds", 5, "seconds"),
        ("90 FPS", 90, "FPS"),
        ("5 GPU hours", 5, "GPU hours"),
        ("250 nm", 250, "nm"),
        ("3 µs", 3, "µs"),  # with the micro sign
        ("3 μs", 3, "μs"),  # and with the Greek letter
        ("1.5 GHz", 1.5, "GHz"),
        ("1.2 GFLOPs", 1.2, "GFLOPs"),
        ("5 m/s", 5, "m/s"),
        ("1.7 m/s^2", 1.7, "m/s^2"),
        ("30 km/h", 30, "km/h"),
        ("0.5 mm/pixel", 0.5, "mm/pixel"),
        ("1.5 GB/s", 1.5, "GB/s"),
        ("1.1 kcal/mol", 1.1, "kcal/mol"),
        ("8.3 milliseconds", 8.3, "milliseconds"),
        ("0.008 radians", 0.008, "radians"),
        ("11.6BL/s", 11.6, "BL/s"),
        ("±1.5°", 1.5, "°"),  # signs that are no plus and no minus
        ("fifteen times", 15, "x"),
        ("six-fold", 6, "x"),
        ("a hundred times", 100, "x"),
        ("factor of ten", 10, "x"),
        ("one-fourth", 4, "x"),
        ("15 images per second", 15, "images per second"),
        ("120 tokens/s", 120, "tokens/s"),
    ],
)
def test_a_quantity_has_number_and_unit(find: QuantityFinder, text: str, number: float, unit: str | None) -> None:
    for sentence in (f"It is {text} there", f"It is {text}.", f"{text}, as known"):
        assert shown(sentence, find(sentence)) == [(text, number, unit)]


@pytest.mark.parametrize("text", ["81.5%", "−2%", "2.78x", "30 ms", "0.92", "14.3M", "5 m/s"])
def test_brackets_are_not_part_of_a_quantity(find: QuantityFinder, text: str) -> None:
    for sentence in (f"It is good ({text}).", f"It is [{text}, {text}]"):
        assert {sentence[found.start : found.end] for found in find(sentence)} == {text}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("4 to 37%", "%"),
        ("5-10%", "%"),
        ("5–10 %", "%"),
        ("81.2%–83.4%", "%"),
        ("10-20 ms", "ms"),
        ("26-35x", "x"),
        ("3x-5x", "x"),
        ("5x − 7x", "x"),
        ("10×–100×", "x"),
        ("1.5 to 2.5 times", "x"),
        ("0.6-0.75", None),
        ("+0.2–0.3", None),
    ],
)
def test_a_range_is_one_quantity_without_a_number(find: QuantityFinder, text: str, unit: str | None) -> None:
    sentence = f"It is {text} there"
    assert shown(sentence, find(sentence)) == [(text, None, unit)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rises from 28 to 43%.", [("28", 28.0, "%"), ("43%", 43.0, "%")]),
        ("It rises from about 28% to 43%.", [("28%", 28.0, "%"), ("43%", 43.0, "%")]),
        ("It falls from 3.5 to 2.1 ms.", [("3.5", 3.5, "ms"), ("2.1 ms", 2.1, "ms")]),
        ("It lies between 3 and 5%.", [("3", 3.0, None), ("5%", 5.0, "%")]),
        ("It falls to one third, or by over one third.", [("one third", 3.0, "x"), ("one third", 1.5, "x")]),
        ("It falls by two-thirds.", [("two-thirds", 3.0, "x")]),
        ("It has 81.2% / 75.3% here.", [("81.2%", 81.2, "%"), ("75.3%", 75.3, "%")]),
        ("It has F1=0.81.", [("0.81", 0.81, None)]),
        ("It takes 20 ms per image.", [("20 ms", 20.0, "ms")]),
        ("It has 41.5mAP, e.g.,60.6%on one.", [("41.5", 41.5, None), ("60.6%", 60.6, "%")]),
    ],
)
def test_two_values_are_two_quantities(find: QuantityFinder, text: str, expected: list[Found]) -> None:
    assert shown(text, find(text)) == expected


@pytest.mark.parametrize(
    ("text", "value", "number", "unit"),
    [
        ("81.2 ± 0.3 %", "81.2", 81.2, "%"),
        ("81.2±0.3", "81.2", 81.2, None),
        ("5.8±0.3%", "5.8", 5.8, "%"),
        ("1.98+/-0.07", "1.98", 1.98, None),
        ("3.4 ± 0.1 ms", "3.4", 3.4, "ms"),
    ],
)
def test_of_a_mean_with_its_deviation_the_mean_is_the_value(
    find: QuantityFinder, text: str, value: str, number: float, unit: str | None
) -> None:
    sentence = f"It is {text} there"
    assert shown(sentence, find(sentence)) == [(value, number, unit)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The score is 81,2 on MNIST and 7,5 lower without it.", [81.2]),
        ("We reach 78,43.", [78.43]),
        ("images of (64,64) pixels", []),
        ("layers 11,12,13", []),
    ],
)
def test_a_comma_is_decimal_only_where_that_is_clear(find: QuantityFinder, text: str, numbers: list[float]) -> None:
    assert [found.number for found in find(text)] == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("a sensitivity of 88.1% (85.9% to 90.0%)", [88.1]),
        ("a kappa of 0.83 [0.80, 0.86]", [0.83]),
        ("an AUC of 0.91 (0.88–0.94), and 0.93 with age", [0.91, 0.93]),
        ("an F1 of 0.83 (0.71, 0.75 before)", [0.83, 0.71, 0.75]),
        ("an error of 49.87% (50.02%-0.15%)", [49.87, None]),  # not around the value
    ],
)
def test_an_interval_around_a_value_is_no_quantity(
    find: QuantityFinder, text: str, numbers: list[float | None]
) -> None:
    assert [found.number for found in find(text)] == numbers


@pytest.mark.parametrize(
    "text",
    [
        *("ResNet-50", "GPT-4", "COVID-19", "VOC 10-1", "AP_ 50", "mAP@0.5", "top-5", "H100", "L2", "CO2", "GF2", "x4"),
        *(
            "1/3",
            "4/255",
            "24/7",
            "R^2",
            "x_3",
            "10^6",
            "10^-3",
            "256x256",
            "4-bit",
            "8-shot",
            "5G",
            "3D",
            "1st",
            "v1.2.3",
            "1.2.3",
            "none",
        ),
    ],
)
def test_numbers_within_names_and_codes_are_no_quantities(find: QuantityFinder, text: str) -> None:
    assert find(f"It is {text} there") == []


@pytest.mark.parametrize("text", ["2019", "(2019)", "2019-2021", "2019–2021", "2015 and 2022"])
def test_years_are_no_quantities(find: QuantityFinder, text: str) -> None:
    assert find(f"It is of {text} there") == []


def test_signs_are_noted(find: QuantityFinder) -> None:
    text = "It gains +1.5 and has 3.5, or −0.5."
    assert [(found.number, found.signed) for found in find(text)] == [(1.5, True), (3.5, False), (-0.5, True)]


def test_a_dash_between_words_is_no_minus(find: QuantityFinder) -> None:
    found = find("It is fast - 50 fps - and small – 2.5 MB, at −3 dB and - 4.5 hops, by 10--20%.")
    assert [(each.number, each.signed) for each in found[:3]] == [(50, False), (2.5, False), (-3, True)]
    assert [(each.number, each.unit) for each in found[3:]] == [(4.5, None), (None, "%")]


def test_a_number_of_any_length_is_read(find: QuantityFinder) -> None:
    text = f"It is {'9' * 400}% there"
    assert shown(text, find(text)) == [("9" * 400 + "%", None, "%")]
    text = f"It is 0.{'3' * 400} there"
    assert [found.number for found in find(text)] == [0.333333333333333]


def test_without_units_and_words_numbers_are_still_found() -> None:
    assert [found.number for found in QuantityFinder({}, {}, {})("It takes 30 ms, twice.")] == [30.0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["81.2% and ", "1 ", "3.5 a per ", "1 to ", "9-", "1,111,", "12 345 ", "111 " * 4, "2.5 ± "]
)
def test_the_time_grows_in_line_with_the_count_of_numbers(find: QuantityFinder, piece: str) -> None:
    started = time.process_time()
    find(piece * 2_000)
    assert time.process_time() - started < 2


def test_quantities_come_sorted_and_apart(find: QuantityFinder) -> None:
    text = "Twice in three minutes it has 81.2 ± 0.3 % at 5 m/s, halves 10-20 ms and gains 4 to 7% in two minutes."
    found = find(text)
    assert len(found) == 8
    assert all(one.end <= other.start for one, other in pairwise(found))
