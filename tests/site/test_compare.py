from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from markupsafe import escape

from kg.api import KnowledgeGraph
from kg.site import Site
from kg.vocabulary import DEFAULT_BASE, KG, RDF, SKOS

FROGNET = "frognet-hopping-networks-for-image-classification"


def test_papers_are_compared_by_a_dataset_or_by_their_addresses(site: Site) -> None:
    by_dataset = site.page("/compare", {"dataset": "cifar 10"})
    assert by_dataset and "93.5%" in by_dataset.html
    by_paper = site.page("/compare", {"papers": f"{FROGNET}, nothing"})
    assert by_paper and "71.2%" in by_paper.html


def test_every_value_leads_to_the_sentence_that_it_was_read_from(site: Site) -> None:
    page = site.page("/compare", {"dataset": "cifar 10"})
    assert page
    for value in re.findall(r'<td class="number">(.*?)</td>', page.html):
        led = re.match(r'<a href="#(sentence-\d+)" title="(.*?)">', value)
        assert led, value
        assert re.search(f'<li id="{led[1]}"><blockquote>{re.escape(led[2])}</blockquote>', page.html)
    assert re.search(rf'sentence-1"><blockquote>FrogNet .*</blockquote>\n.*href="/paper/{FROGNET}">', page.html)


def test_the_table_can_be_copied_as_the_command_line_writes_it(site: Site) -> None:
    page = site.page("/compare", {"dataset": "cifar 10"})
    assert page and "| method | paper | " in page.html and "method,paper," in page.html
    assert r"\begin{tabular}{" in page.html and r"93.5\%" in page.html


def test_without_a_name_or_papers_nothing_is_compared(site: Site) -> None:
    page = site.page("/compare", {})
    assert page and "Give the name of a dataset" in page.html and "<table" not in page.html


def test_a_name_that_no_dataset_has_stays_in_the_box_with_the_nearest(site: Site) -> None:
    page = site.page("/compare", {"dataset": " CIFAR-90000 "})
    assert page and '<input name="dataset" value="CIFAR-90000">' in page.html
    assert "No dataset has the name <q><bdi>CIFAR-90000</bdi></q>." in page.html
    assert '<a href="/compare?dataset=CIFAR-100">CIFAR-100</a>' in page.html
    for words in ("<i>frogs</i>", "FrogNet", "accuracy"):
        other = site.page("/compare", {"dataset": words})
        assert other and f'value="{escape(words)}"' in other.html and "No dataset has the name" in other.html
    begun = site.page("/compare", {"dataset": "cifar"})
    assert begun and "No dataset has the name" in begun.html
    assert '<a href="/compare?dataset=cifar-10">CIFAR-10</a>' in begun.html


def test_a_path_with_such_a_name_is_not_found(site: Site) -> None:
    assert [page and page.status for page in map(site.page, ("/compare/cifar-10", "/compare/frogs"))] == [200, 404]


def test_a_name_of_several_datasets_leads_to_each(tmp_path: Path, replace_graph: Callable[..., None]) -> None:
    quads = ""
    for number in (1, 2):
        pond = f"<{DEFAULT_BASE}dataset/pond-{number}>"
        quads += f'{pond} <{RDF}type> <{KG}Dataset> <http://e/g> .\n{pond} <{SKOS}prefLabel> "Pond" <http://e/g> .\n'
    replace_graph(tmp_path, quads)
    page = Site(KnowledgeGraph(tmp_path)).page("/compare", {"dataset": "pond"})
    assert page and "Several datasets have the name <q><bdi>pond</bdi></q>." in page.html
    assert all(f'<a href="/compare?dataset=pond-{number}">Pond</a>' in page.html for number in (1, 2))


def test_papers_that_there_are_not_are_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    lily = "segmenting-lily-pads-with-diffusion-models"
    page = site.page("/compare", {"papers": f"{FROGNET},frogs,/paper/{lily} <b>"})
    assert (
        page
        and "There are no papers <q><bdi>frogs</bdi></q>, <q><bdi>&lt;b&gt;</bdi></q>." in page.html
        and "71.2%" in page.html
    )
    none = site.page("/compare", {"papers": "frogs"})
    assert none and "There are no papers <q><bdi>frogs</bdi></q>." in none.html
    monkeypatch.setattr("kg.site.compare._PAPERS", 1)
    first = site.page("/compare", {"papers": f"{FROGNET},{lily}"})
    assert first and "The first 1 of 2 papers." in first.html and "48.3" not in first.html
