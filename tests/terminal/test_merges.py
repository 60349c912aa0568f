"""Merges as a table."""

from __future__ import annotations

from kg.terminal.merges import render_merges

ROW = {
    "entity": "urn:sam",
    "type": "Method",
    "label": "Sharpness-Aware Minimization",
    "name": "SAM",
    "papers": 12,
    "why": "abbreviation in paper",
    "detail": "",
}


def test_a_row_for_each_name_with_the_papers_to_the_right() -> None:
    header, rule, row = render_merges([ROW]).splitlines()
    assert header.split() == ["label", "type", "name", "papers", "why", "detail"]
    assert row == "Sharpness-Aware Minimization  Method  SAM       12  abbreviation in paper"
    assert set(rule) == {"-", " "}


def test_without_merges_there_is_the_header() -> None:
    assert render_merges([]).splitlines()[0] == "label  type  name  papers  why  detail"
