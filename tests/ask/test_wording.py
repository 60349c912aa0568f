"""Words that cards share."""

from __future__ import annotations

import pytest

from kg.ask.wording import cut, measured_against


@pytest.mark.parametrize(
    ("relative", "baseline", "against"),
    [(False, None, None), (True, None, "a baseline"), (True, "ToadNet", "ToadNet"), (False, "ToadNet", "ToadNet")],
)
def test_a_relative_result_is_measured_against_something(
    relative: bool, baseline: str | None, against: str | None
) -> None:
    assert measured_against(relative, baseline) == against


def test_a_list_that_is_cut_says_of_how_many_and_whether_years_decided() -> None:
    assert cut(8, 29, by_year=False) == "8 of 29"
    assert cut(8, 1_029, by_year=True) == "8 of 1,029, the newest"
    assert cut(1_029, 1_029, by_year=True) == "1,029"
