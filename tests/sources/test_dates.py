"""Dates are known to the day, the month or the year; tests/sources/test_fields.py has the shapes of years."""

from __future__ import annotations

import datetime

import pytest

from kg.sources.dates import date_of, published


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-05T09:30:51Z", "2026-01-05"),
        ("2026-01-05 09:30:51", "2026-01-05"),
        ("2026/1/5/", "2026-01-05"),
        ("2026-01", "2026-01"),
        ("2026", "2026"),
        (2026, "2026"),
        ("Mon, 5 Jan 2026 09:30:51 GMT", "2026-01-05"),
        ("2026 Jan 5", "2026-01-05"),
        ("January 2026", "2026-01"),
        ("2026 Jan-Feb", "2026-01"),
        ({"date-parts": [["2026", 1, "5"]]}, "2026-01-05"),
        ([2026, 1], "2026-01"),
        ([2026, 1, 99, *[1] * 2_000], "2026-01"),
        (datetime.datetime(2026, 1, 5, 12), "2026-01-05"),
        ("2026-02-31", "2026-02"),
        ("05/03/2026", None),
        ("soon", None),
        ({"date-parts": [[None]]}, None),
        ("9999-01-01", None),
        (True, None),
        ([[]], None),
    ],
)
def test_dates(value: object, expected: str | None) -> None:
    assert date_of(value) == expected


def test_the_date_is_kept_where_it_is_of_the_year_of_publication() -> None:
    assert published({"year": 2026, "date": ["soon", "2026-01-05"]}, print) == (2026, "2026-01-05")
    assert published({"year": 2025, "date": "2026-01-05"}, print) == (2025, None)
    assert published({"date": "Spring 2026"}, print) == (2026, None)
    assert published({"date": [{"literal": "Spring 2026"}]}, print) == (2026, None)
    assert published({"date": {"date-parts": [[None]]}}, print) == (None, None)
