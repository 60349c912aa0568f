"""Dates of publication in the shapes that people's files have them."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from kg.sources.values import INNER, Note, says_nothing

_EARLIEST, _LATEST = 1000, 2999  # years that a publication can have; xsd:gYear takes others, people do not mean them
_YEAR = re.compile(r"(?<![\d.])[12]\d{3}(?!\d|\.\d{3})")
_DATED = ("date-parts", "year", "date", "date-time", "literal", *INNER)
_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})(?!\d))?)?(?=$|[T\s/Z])")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?:{'|'.join(MONTHS)})[a-z]*"
_NAMED_DATE = re.compile(
    rf"\b(?:(?P<year>\d{{4}})[\s-]+(?P<month>{_MONTH})\b(?:[\s-]+(?P<day>\d{{1,2}})\b)?"
    rf"|(?:(?P<second>\d{{1,2}})(?:st|nd|rd|th)?[\s.-]+)?(?P<first>{_MONTH})\b[\s.,-]+(?P<late>\d{{4}})\b)",
    re.IGNORECASE,
)


def published(fields: Mapping[str, Any], note: Note) -> tuple[int | None, str | None]:
    """The year of publication, and its date where that is known better than to the year."""
    given = fields.get("date")
    date = next(filter(None, map(date_of, given if isinstance(given, list | tuple) else [given])), None)
    year = year_of(fields.get("year"), note)
    if date is None and year is None:
        years = (year_of(each, lambda problem: None) for each in (given if isinstance(given, list) else [given]))
        return next(filter(None, years), None), None
    known = year or int(str(date)[:4])
    return known, date if date and len(date) > 4 and int(date[:4]) == known else None


def date_of(value: object) -> str | None:
    """A date as xsd:date, xsd:gYearMonth or xsd:gYear, as far as it is clear; ``None`` where it is not.

    >>> date_of("Mon, 5 Jan 2026 09:30:51 GMT"), date_of({"date-parts": [["2026", 1]]}), date_of("2026/1/5/")
    ('2026-01-05', '2026-01', '2026-01-05')
    """
    if isinstance(value, Mapping):
        inner = next((value[name] for name in _DATED if value.get(name)), None)
        return None if inner is None or inner is value else date_of(inner)
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], list | tuple):
            return date_of(value[0])
        parts = [str(part) for part in value if isinstance(part, int | str) and str(part).isdecimal()]
    elif isinstance(value, datetime.date):
        parts = [str(value.year), str(value.month), str(value.day)]
    else:
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        found = _DATE.match(text)
        named = _NAMED_DATE.search(text)
        if named:
            number = MONTHS.index((named["month"] or named["first"])[:3].lower()) + 1
            given = (named["year"] or named["late"], str(number), named["day"] or named["second"])
            parts = [part for part in given if part]
        elif found:
            parts = [part for part in found.groups() if part]
        else:
            return None
    try:
        year, month, day = [*map(int, parts[:3]), 1, 1][:3]
        known = datetime.date(year, month, day) if _EARLIEST <= year <= _LATEST else None
    except ValueError:
        return date_of(parts[:3][:-1]) if len(parts) > 1 else None
    return known.isoformat()[: (0, 4, 7, 10)[min(len(parts), 3)]] if known and parts else None


def year_of(value: object, note: Note) -> int | None:
    """The year of a number, a text or a date; ``None`` with a note where it is not clear.

    >>> year_of("2020-01-05", print), year_of(2020.0, print), year_of(20200105, print)
    "year" 20200105 is not a year; left out
    (2020, 2020, None)
    """
    if says_nothing(value):
        return None
    if isinstance(value, list | tuple):  # CSL: {"date-parts": [[2020, 1, 5]]}
        return year_of(value[0], note)
    if isinstance(value, Mapping) and (inner := [value[name] for name in _DATED if name in value]):
        return year_of(inner[0], note)
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        years: set[float] = set() if text.startswith("-") else {int(year) for year in _YEAR.findall(text)}
    else:
        years = {value} if isinstance(value, int | float) and not isinstance(value, bool) else set()
    if len(years) == 1 and _EARLIEST <= (year := years.pop()) <= _LATEST and not year % 1:
        return int(year)
    note(f'"year" {str(value)[:40]} is not a year; left out')
    return None
