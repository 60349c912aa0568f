"""Charts as files."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kg.api import KnowledgeGraph
from kg.errors import KGError, QueryError
from kg.site.charts import best_over_time, occurring_together, year_bars
from kg.site.plots import Plot, best_plot, together_plot, years_plot


@pytest.fixture(scope="module")
def graph(graph_folder: Path) -> KnowledgeGraph:
    return KnowledgeGraph(graph_folder)


def texts(plot: Plot) -> list[str]:
    return [text.strip() for text in ElementTree.fromstring(plot.svg).itertext() if text.strip()]


def test_every_chart_is_well_formed_whatever_the_names() -> None:
    name = '<script>"&\0\x1f\u202e' + "x" * 200
    bars, steps = year_bars([(2019, 2), (2021, 4)]), best_over_time([(2019, 1, name), (2020, 2, name)], "higher")
    assert bars and steps
    together = occurring_together([name, "B"], [2, 1], {(0, 1): 1})
    for plot in (Plot(name, "bars", bars), Plot(name, "steps", steps), Plot(name, "together", together)):
        root = ElementTree.fromstring(plot.svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert not [each for each in root.iter() if each.tag.endswith("script")]


def test_what_is_named_together_is_counted(graph: KnowledgeGraph) -> None:
    plot = together_plot(graph)
    assert "CIFAR-10 and CIFAR-100: 1 paper" in texts(plot) and plot.title == "Datasets in the same papers"
    assert plot.svg == together_plot(graph).svg


def test_what_cannot_be_drawn_says_why(graph: KnowledgeGraph) -> None:
    with pytest.raises(QueryError, match="Papers a year: no paper has a year; nothing to draw"):
        years_plot(graph)
    with pytest.raises(QueryError, match="accuracy on CIFAR-10: no paper with such a result has a year"):
        best_plot(graph, "cifar10", "accuracy")
    with pytest.raises(QueryError, match="expected the name of a dataset, found 'no such thing'"):
        best_plot(graph, "no such thing", "accuracy")
    with pytest.raises(KGError, match="expected one of method"):
        together_plot(graph, "paper")


def test_what_draws_png_is_named_when_it_is_missing(graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(KGError, match=r"pip install 'papers-kg\[plot\]'"):
        _ = together_plot(graph).png


@pytest.mark.clients
def test_png_is_drawn(graph: KnowledgeGraph) -> None:
    assert together_plot(graph).png.startswith(b"\x89PNG")
