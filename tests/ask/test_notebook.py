"""What notebooks show of answers, cards, comparisons and texts."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.api import KnowledgeGraph, load
from kg.ask.card import EntityCard, PaperCard, ResultLine
from kg.ask.notebook import COLOURS, extraction_html
from kg.ask.sparql import run
from kg.records import Extraction, Mention, Paper, Result


@pytest.fixture(scope="module")
def graph(graph_folder: Path) -> KnowledgeGraph:
    return KnowledgeGraph(graph_folder)


def words_of(html: str) -> str:
    """The text of HTML whose elements are all closed in their order."""
    found: list[str] = []
    opened: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            assert tag not in ("script", "img")
            if tag != "br":
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

        def handle_data(self, data: str) -> None:
            found.append(data)

    Reader().feed(html)
    assert not opened
    return "".join(found)


def test_the_rows_of_an_answer_are_a_table_with_links(graph: KnowledgeGraph) -> None:
    html = graph.ask("repositories-for", {"entity": "FrogNet"})._repr_html_()
    assert "github.com/pond-lab/frognet" in words_of(html).lower()
    assert html.startswith("<table>") and '<a href="https://github.com/' in html


def test_a_yes_or_no_and_statements_are_shown_too(graph: KnowledgeGraph) -> None:
    assert words_of(run(graph.store, "ASK { ?paper a kg:Paper }")._repr_html_()) == "yes"
    shown = words_of(run(graph.store, "CONSTRUCT { ?s a kg:Dataset } WHERE { ?s a kg:Dataset }")._repr_html_())
    assert "dataset:cifar-10" in shown and "kg:Dataset" in shown


def test_a_long_answer_is_cut_and_says_so() -> None:
    values = " ".join(map(str, range(1000)))
    shown = words_of(run(ox.Store(), f"SELECT ?n {{ VALUES ?n {{ {values} }} }}")._repr_html_())
    assert shown.endswith("60 of 1,000 rows")


def test_hostile_text_stays_text() -> None:
    hostile = "<script>alert(1)</script>' onmouseover=x"
    assert "<script" not in run(ox.Store(), f'SELECT ("{hostile}" AS ?x) {{}}')._repr_html_()
    html = run(ox.Store(), 'SELECT ("https://x.org/\\"><img src=x>" AS ?x) ("javascript:1" AS ?y) {}')._repr_html_()
    assert "<img" not in html and 'href="javascript' not in html
    mention = Mention(type="Task", text=hostile, start=0, end=8, confidence=0.5, extractor='"><img>')
    html = extraction_html(f"{hostile}\n{hostile}", Extraction(id="1", title=hostile, entities=(mention,)))
    assert hostile in words_of(html)


def test_cards_show_what_the_graph_says(graph: KnowledgeGraph) -> None:
    for words, expected in (
        ("CIFAR-10", "93.5%"),
        ("Segmenting Lily Pads with Diffusion Models", "LilyBench"),
        ("pond-lab/frognet", "Sharpness-Aware Minimization, Revisited"),
    ):
        found = graph.lookup(words).winner
        assert found
        assert expected in words_of(graph.card(found.iri)._repr_html_())


def test_a_list_has_the_newest_only_where_years_decide(graph: KnowledgeGraph) -> None:
    found = graph.lookup("CIFAR-10").winner
    assert found
    card = graph.card(found.iri)
    assert isinstance(card, EntityCard)
    longer = card._replace(used_by=99, results_in_all=88, by_year=False)
    assert "of 99)" in words_of(longer._repr_html_()) and "of 88)" in words_of(longer._repr_html_())
    dated = words_of(longer._replace(by_year=True)._repr_html_())
    assert "of 99, the newest)" in dated and "of 88, the newest)" in dated


def test_a_comparison_has_its_sentences(graph: KnowledgeGraph) -> None:
    html = graph.compare("CIFAR-10")._repr_html_()
    assert "93.5%" in words_of(html) and "FrogNet reaches 93.5% accuracy" in html


def test_a_graph_shows_its_counts(graph: KnowledgeGraph) -> None:
    assert "Papers" in words_of(graph._repr_html_())


def test_an_extraction_is_the_coloured_abstract() -> None:
    paper = Paper(
        id="1", title="On CIFAR-10", abstract="FrogNet\\cite{a} reaches 93.5\\% accuracy on CIFAR-10 &amp; more."
    )
    (found,) = load().pipe([paper])
    html = found._repr_html_()  # type: ignore[attr-defined]
    assert re.search(f'<span style="color:{COLOURS["Dataset"][0]}[^>]*title="Dataset, used[^>]*>CIFAR-10</span>', html)
    assert "93.5% accuracy" in words_of(html) and "& more." in words_of(html)
    assert "text" not in found.as_dict()


def test_values_are_marked() -> None:
    result = Result(metric="accuracy", value="9", number=9, start=4, end=5)
    for one, about in (
        (result, "accuracy"),
        (replace(result, relative=True), "accuracy against a baseline"),
        (replace(result, relative=True, baseline="ToadNet"), "accuracy against ToadNet"),
    ):
        html = extraction_html("T\nA 9.", Extraction(id="1", title="T", results=(one,)))
        assert f'title="{about}; 100% sure">9</span>' in html


def test_a_relative_result_says_so_in_a_column_of_its_own() -> None:
    line = ResultLine("speed", "2x", None, None, True, 0.9, "urn:p", "Frogs", "2x it is.", ("4-bit",))
    card = PaperCard("urn:p", "paper", "Frogs", (), None, None, (), (), (), (), (), (), {}, {}, (line,))
    shown = words_of(card._repr_html_())
    assert "valuemetricagainstsettingsconfidencesentence2xspeeda baseline4-bit0.90" in shown
    assert "against" not in words_of(card._replace(results=(line._replace(relative=False),))._repr_html_())


def test_the_colours_are_those_of_the_pages() -> None:
    style = (files("kg.site") / "static" / "site.css").read_text("utf-8")
    for kind in ("Method", "Dataset", "Metric", "Task"):
        ink, tint = COLOURS[kind]
        assert f"--{kind.lower()}: {ink};" in style and f"--{kind.lower()}-tint: {tint};" in style
