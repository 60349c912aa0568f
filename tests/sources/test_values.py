"""What a value says as text, and whether it says anything."""

from __future__ import annotations

import math

import pytest

from kg.sources.values import plain_value, says_nothing, values_of


@pytest.mark.parametrize("value", [None, math.nan, "", " n/a ", "None", [], [None, ""], {"name": None}])
def test_what_says_nothing(value: object) -> None:
    assert says_nothing(value)
    assert plain_value(value) is None
    assert list(values_of(value)) == []


def test_values_of_lists_and_objects() -> None:
    assert list(values_of(["a\n b", 5, None, [{"display_name": "c"}], {"value": "d"}])) == ["a b", "5", "c", "d"]


def test_a_number_too_large_for_a_float_is_a_text() -> None:
    assert plain_value(10**400) == f"1{'0' * 400}"
