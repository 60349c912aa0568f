from __future__ import annotations

import pytest

from kg.graph.index import IndexedReader
from kg.server.pwc.catalogue import Catalogue
from kg.server.pwc.items import Items
from kg.vocabulary import DEFAULT_BASE


@pytest.fixture(scope="module")
def items(small_reader: IndexedReader) -> Items:
    return Items(Catalogue(small_reader, DEFAULT_BASE), lambda iri: iri.replace(DEFAULT_BASE, "http://here/"))


def test_a_paper_has_its_addresses_its_venue_and_its_year(items: Items) -> None:
    found = items.paper(f"{DEFAULT_BASE}paper/toadnet-crawls", resources=True)
    assert (found["arxiv_id"], found["url_abs"]) == ("2001.00042", "https://arxiv.org/abs/2001.00042")
    assert (found["published"], found["conference"], found["proceeding"]) == ("2020-01-01", "iclr", "iclr-2020")
    assert found["project_pages"] == ["https://example.org/toads"]
    assert "few-shot-image-classification" in [task["id"] for task in found["tasks"]]


def test_a_paper_without_address_has_that_of_its_page(items: Items) -> None:
    found = items.paper(f"{DEFAULT_BASE}paper/c--in-a-pond")
    assert found["url_abs"] == found["url_pdf"] == "http://here/paper/c--in-a-pond"
    assert found["published"] is found["conference"] is None


def test_a_method_is_described_by_the_sentence_that_introduces_it(items: Items) -> None:
    found = items.method(f"{DEFAULT_BASE}method/toadnet")
    assert (found["name"], found["full_name"], found["paper"]) == ("ToadNet", "toad network", "toadnet-crawls")
    assert found["description"].startswith("ToadNet, unlike FrogNet")
    assert found["introduced_year"] == 2020


def test_a_task_has_its_area_and_level(items: Items) -> None:
    found = items.task(f"{DEFAULT_BASE}task/few-shot-image-classification")
    assert (found["area_id"], found["level"]) == ("classification", 2)
    assert items.task(f"{DEFAULT_BASE}task/c%23-parsing")["area_id"] is None


def test_a_row_says_where_its_sentence_is(items: Items) -> None:
    row = items.catalogue.tables.rows["toadnet-crawls.result-66-70-aa"]
    found = items.result(row)
    assert found["metrics"] == {"accuracy": "0.91"}
    assert found["external_source_url"] == "http://here/paper/toadnet-crawls#result-66,70-aa"
    assert found["evidence"]["sentence"] == "ToadNet reaches an accuracy of 0.91."
    assert (found["evidence"]["start"], found["evidence"]["end"]) == (66, 70)


def test_a_benchmark_has_the_best_row(items: Items) -> None:
    found = items.benchmark(items.catalogue.tables.of(f"{DEFAULT_BASE}dataset/cifar-10"))
    assert (found["best_model_name"], found["best_code_url"]) == ("FrogNet", "https://github.com/Pond/FrogNet")
    assert found["all_time_paper_count"] == 2
