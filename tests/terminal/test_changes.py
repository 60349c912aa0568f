"""The changes between two graphs as text."""

from __future__ import annotations

from kg.ask.diff import Changes, Diff, EdgeItem, EntityItem, PaperItem, ResultItem
from kg.terminal.changes import render_changes

EDGES = (
    EdgeItem("urn:alpha", "Alpha", "introduces", "urn:anet", "ANet"),
    EdgeItem("urn:alpha", "Alpha", "usesDataset", "urn:tiles", "Tiles"),
)
FOUND = Diff(
    papers=Changes(1, 2, (PaperItem("urn:beta", "Beta"),), ()),
    entities=Changes(3, 4, (EntityItem("urn:sorting", "task", "sorting"),), ()),
    edges=Changes(2, 1_000, (), EDGES),
    results=Changes(1, 2, (ResultItem("urn:alpha", "Alpha", "5%", "error", "Tiles", "ANet"),), ()),
)


def test_counts_come_first_then_a_line_for_each_change_up_to_a_limit() -> None:
    assert render_changes(FOUND, 1).splitlines() == [
        "          old    new  came  went",
        "--------  ---  -----  ----  ----",
        "papers      1      2     1     0",
        "entities    3      4     1     0",
        "edges       2  1,000     0     2",
        "results     1      2     1     0",
        "",
        "papers that came",
        "+ Beta",
        "",
        "entities that came",
        "+ sorting [task]",
        "",
        "edges that went",
        "- Alpha · introduces · ANet",
        "- and 1 more",
        "",
        "results that came",
        "+ Alpha · 5% error on Tiles by ANet",
    ]


def test_without_changes_there_is_the_table_alone() -> None:
    same: Changes[PaperItem] = Changes(1, 1, (), ())
    text = render_changes(Diff(same, Changes(0, 0, (), ()), Changes(0, 0, (), ()), Changes(0, 0, (), ())), 20)
    assert text.splitlines()[2] == "papers      1    1     0     0"
    assert text.count("\n") == 6


def test_a_title_cannot_steer_the_terminal() -> None:
    hostile = Changes(0, 1, (PaperItem("urn:p", "a\x1b[2Jb\x07\nc"),), ())
    text = render_changes(Diff(hostile, Changes(0, 0, (), ()), Changes(0, 0, (), ()), Changes(0, 0, (), ())), 20)
    assert text.endswith("\n+ a[2Jb c\n")
