from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.api import KnowledgeGraph
from kg.graph.statements import COMPARABLE
from kg.site import Site
from kg.site.boards import ranked
from kg.site.plots import best_plot
from kg.vocabulary import DEFAULT_BASE, KG, RDF, SCHEMA, XSD

ROW = {"value": "0.9", "reported": "0.9", "paper": "p", "title": "T", "confidence": "0.9", "result": "r1"}


TOADS, RESULT = f"<{DEFAULT_BASE}paper/toads>", f"<{DEFAULT_BASE}paper/toads#result-1>"
LATER = f"""
{TOADS} <{RDF}type> <{KG}Paper> {TOADS} .
{TOADS} <{SCHEMA}name> "Toads" {TOADS} .
{TOADS} <{SCHEMA}datePublished> "2020"^^<{XSD}gYear> {TOADS} .
{TOADS} <{KG}reports> {RESULT} {TOADS} .
{RESULT} <{RDF}type> <{KG}Result> {TOADS} .
{RESULT} <{KG}valueText> "95.25%" {TOADS} .
{RESULT} <{KG}value> "95.25"^^<{XSD}decimal> {TOADS} .
{RESULT} <{KG}unit> "%" {TOADS} .
{RESULT} <{KG}relative> "false"^^<{XSD}boolean> {TOADS} .
{RESULT} <{KG}comparable> "true"^^<{XSD}boolean> {TOADS} .
{RESULT} <{KG}confidence> "0.9"^^<{XSD}decimal> {TOADS} .
{RESULT} <{KG}byMetric> <{DEFAULT_BASE}metric/accuracy> {TOADS} .
{RESULT} <{KG}onDataset> <{DEFAULT_BASE}dataset/cifar-10> {TOADS} .
<{DEFAULT_BASE}metric/accuracy> <{KG}better> "higher" <{DEFAULT_BASE}entities> .
"""
"""A second paper with a result on the one leaderboard of tests/data/small.trig, two years after the first."""


def row(value: str, **more: str) -> dict[str, str]:
    return {**ROW, "value": value, "reported": value, "result": f"r{value}", **more}


def test_the_better_end_comes_first_and_equal_values_share_a_rank() -> None:
    rows = [row("70"), row("90"), row("90", result="r2"), row("80")]
    assert [(one.rank, one.reported) for one in ranked(rows, "higher")] == [(1, "90"), (1, "90"), (3, "80"), (4, "70")]
    assert [one.reported for one in ranked(rows, "lower")] == ["70", "80", "90", "90"]


def test_shares_are_percentages_among_percentages() -> None:
    assert [one.reported for one in ranked([row("0.95"), row("90", unit="%")], "higher")] == ["0.95", "90"]
    assert [one.reported for one in ranked([row("0.95"), row("90")], "higher")] == ["90", "0.95"]


def test_a_board_has_the_rows_of_the_query_behind_it_in_its_order(site: Site) -> None:
    page = site.page("/leaderboard/cifar-10/accuracy")
    assert page
    answer = site.source.graph.ask("leaderboard", {"dataset": "CIFAR-10", "metric": "accuracy"})
    reported = [record["reported"] for record in answer.records()]
    assert reported and [page.html.index(f">{value}<") for value in reported] == sorted(
        page.html.index(f">{value}<") for value in reported
    )


def test_the_list_of_boards_says_how_sure_a_ranked_result_is(site: Site) -> None:
    page = site.page("/leaderboards")
    assert page and f"with a confidence of {COMPARABLE:.0%} or more" in page.html


@pytest.mark.slow
def test_the_scale_of_a_chart_has_the_unit_of_the_values(
    replace_graph: Callable[[Path, str], None], tmp_path: Path
) -> None:
    replace_graph(tmp_path, LATER)
    graph = KnowledgeGraph(tmp_path)
    page = Site(graph).page("/leaderboard/cifar-10/accuracy")
    assert page
    for drawn in (page.html, best_plot(graph, "CIFAR-10", "accuracy").svg):
        assert re.findall(r'text-anchor="end">(.*?)<', drawn) == ["93.5%", "94.0%", "94.5%", "95.0%"]
