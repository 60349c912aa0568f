from __future__ import annotations

from kg.site import Site

FROGNET = "frognet-hopping-networks-for-image-classification"


def test_papers_are_compared_by_a_dataset_or_by_their_addresses(site: Site) -> None:
    by_dataset = site.page("/compare", {"dataset": "cifar 10"})
    assert by_dataset and "93.5%" in by_dataset.html
    by_paper = site.page("/compare", {"papers": f"{FROGNET}, nothing"})
    assert by_paper and "71.2%" in by_paper.html


def test_the_table_can_be_copied_as_the_command_line_writes_it(site: Site) -> None:
    page = site.page("/compare", {"dataset": "cifar 10"})
    assert page and "| method | paper | " in page.html and "method,paper," in page.html
    assert r"\begin{tabular}{" in page.html and r"93.5\%" in page.html


def test_without_a_name_or_papers_nothing_is_compared(site: Site) -> None:
    page = site.page("/compare", {})
    assert page and "Give the name of a dataset" in page.html and "<table" not in page.html
