"""Lists of papers as rows, and what is said about them."""

from __future__ import annotations

from dataclasses import replace

from kg.ask.lookup import Match
from kg.ask.papers import FoundPaper, FoundPapers
from kg.ask.questions import Meant
from kg.terminal.papers import paper_rows, remarks

PAPER = FoundPaper(
    "urn:a", "Alpha", 2019, None, (), ("https://github.com/a/anet", "https://github.com/a/b"), None, None
)
UNDATED = FoundPaper("urn:b", "Beta", None, None, (), (), None, None)


def test_a_row_has_title_year_and_code() -> None:
    found = FoundPapers((PAPER, UNDATED), 2, (), ())
    assert paper_rows(found) == [["Alpha", "2019", "https://github.com/a/anet"], ["Beta", "", ""]]
    assert remarks(found) == []


def test_titles_are_shown_as_they_read() -> None:
    found = FoundPapers((replace(PAPER, title=r"<i>k</i>-Frogs \& $\beta$-Toads"),), 1, (), ())
    assert paper_rows(found)[0][0] == "k-Frogs & β-Toads"


def test_remarks_say_what_was_taken_for_what_and_what_is_left_out() -> None:
    match = Match("urn:t", "dataset", "Tiles", "Tiles", "typo", 3)
    names = (
        Meant("tlies", match, (), ("dataset",)),
        Meant("toads", None, ("Roads",), ("task",)),
        Meant("newts", None, (), ("method", "dataset", "metric")),
    )
    assert remarks(FoundPapers((PAPER,), 1234, names, ("Lake",), ("Ann",))) == [
        "'tlies' is taken for Tiles",
        "the graph has no task 'toads' (nearest: Roads)",
        "the graph has no method, dataset or metric 'newts'",
        "the graph has no venue 'Lake'",
        "the graph has no author 'Ann'",
        "the first 1 of 1,234 papers; --all shows them all",
    ]
    assert remarks(FoundPapers((), 0, (), ())) == ["no paper fits"]
    assert remarks(FoundPapers((), 0, (), (), undated=3)) == ["no paper fits", "papers left out for lack of a year: 3"]
