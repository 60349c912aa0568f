"""What is asked of each service; tests/fetching/test_keeping.py reads the pages."""

from __future__ import annotations

from datetime import date

import pytest

from kg.errors import KGError
from kg.fetching.services import SERVICES, Query, days


def test_days_are_one_or_a_range() -> None:
    assert days("2026-11-20") == (date(2026, 11, 20), date(2026, 11, 20))
    assert days("2026-11-20..2026-11-24") == (date(2026, 11, 20), date(2026, 11, 24))
    assert days("2020-01-01..")[1] == date.today()


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-24..2026-11-20", "2026-13-01"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(KGError):
        days(text)


def test_filters_of_openalex_are_told_from_words() -> None:
    first = SERVICES["openalex"].first
    assert "filter=title.search%3Aunlearning" in first(Query("title.search:unlearning"))
    assert "search=machine+unlearning%3A+a+survey" in first(Query("machine unlearning: a survey"))


def test_an_entity_bomb_is_not_read() -> None:
    with pytest.raises(ValueError, match="another document"):
        SERVICES["arxiv"].page(b'<!DOCTYPE x [<!ENTITY a "b">]><feed/>', "start=0")
