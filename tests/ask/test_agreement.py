"""Two written values are the same, or not; tests/builder/test_catalogues.py compares a whole catalogue."""

from __future__ import annotations

import pytest

from kg.ask.agreement import same_value


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("96.4", "96.4%", True),
        ("96.42", "96.4", True),
        ("0.964", "96.4", True),
        ("1,200", "1200", True),
        ("25.6M", "25.6m", True),
        ("96.4", "96.5", False),
        ("96.4", "", False),
        ("", "", False),
        ("7", "70", False),
    ],
)
def test_values_are_compared_to_the_digits_that_both_have(one: str, other: str, same: bool) -> None:
    assert same_value(one, other) is same
