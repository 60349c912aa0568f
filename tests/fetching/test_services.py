"""What is asked of each service; tests/fetching/test_keeping.py reads the pages."""

from __future__ import annotations

from datetime import date

import pytest

from kg.errors import KGError
from kg.fetching.services import arxiv_page, days


def test_days_are_one_or_a_range() -> None:
    assert days("2026-11-20") == (date(2026, 11, 20), date(2026, 11, 20))
    assert days("2026-11-20..2026-11-24") == (date(2026, 11, 20), date(2026, 11, 24))
    assert days("2020-01-01..")[1] == date.today()


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-24..2026-11-20", "2026-13-01"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(KGError):
        days(text)


def test_a_damaged_or_dangerous_feed_is_not_read() -> None:
    for feed in (b'<!DOCTYPE x [<!ENTITY a "b">]><feed/>', b"<html/>"):
        with pytest.raises(ValueError, match="another document"):
            arxiv_page(feed, "?start=0")


def test_an_entry_of_arxiv_is_kept_whole() -> None:
    entry = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><entry>
        <id>http://arxiv.org/abs/2101.00001v2</id><title>Frogs
          Hop</title><summary>High.</summary>
        <author><name>Ann Pond</name><arxiv:affiliation>Pond Lab</arxiv:affiliation></author>
        <author><name>Bo Lily</name></author>
        <arxiv:doi>10.1234/frog</arxiv:doi><arxiv:comment>9 pages</arxiv:comment></entry></feed>"""
    (record,) = arxiv_page(entry.encode(), "?start=0").records
    assert (record["id"], record["title"], record["authors"]) == ("2101.00001", "Frogs Hop", ["Ann Pond", "Bo Lily"])
    assert (record["doi"], record["comments"], record["affiliations"]) == ("10.1234/frog", "9 pages", ["Pond Lab", ""])
