from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox
import pytest

from kg.graph.index import IndexedReader
from kg.server.pwc.catalogue import Catalogue, owner_and_name, searched
from kg.vocabulary import DEFAULT_BASE, KG, XSD


@pytest.fixture(scope="module")
def catalogue(small_reader: IndexedReader) -> Catalogue:
    return Catalogue(small_reader, DEFAULT_BASE)


def test_lists_are_in_order(catalogue: Catalogue) -> None:
    assert [entry.name for entry in catalogue.papers] == ["ToadNet crawls", "FrogNet hops", 'C++ in a "pond"']
    assert [(entry.name, entry.papers) for entry in catalogue.entries("dataset")] == [("CIFAR-10", 3), ("ImageNet", 1)]
    assert [entry.name for entry in catalogue.venues] == ["ICLR"]


def test_spellings_of_an_author_are_one_author(catalogue: Catalogue) -> None:
    assert [(entry.iri, entry.papers) for entry in catalogue.authors] == [("ada-pond", 2), ("bo-lily", 2)]
    author = catalogue.author("ada-pond")
    assert author and len(catalogue.papers_by(author)) == 2


@pytest.mark.parametrize(
    ("id", "found"),
    [
        ("frognet-hops", "frognet-hops"),
        ("7", "frognet-hops"),
        ("2001.00042", "toadnet-crawls"),
        ("arXiv:2001.00042v2", "toadnet-crawls"),
        ("2001.00043", None),
        ('x> . ?s ?p "', None),
    ],
)
def test_a_paper_is_found_by_its_id_its_identifier_and_its_arxiv_id(
    catalogue: Catalogue, id: str, found: str | None
) -> None:
    assert catalogue.paper(id) == (found and f"{DEFAULT_BASE}paper/{found}")


def test_an_id_may_have_a_sign_that_its_iri_escapes(catalogue: Catalogue) -> None:
    assert catalogue.found("task", "c#-parsing") == catalogue.found("task", "c%23-parsing") is not None
    assert catalogue.found("method", "c#-parsing") is None


def test_a_name_is_found_in_any_case_and_by_its_other_form(catalogue: Catalogue) -> None:
    assert catalogue.named("method", "Toad Network") == f"{DEFAULT_BASE}method/toadnet"
    assert catalogue.named("method", "newt") is None


def test_words_are_searched_in_titles_before_abstracts(catalogue: Catalogue) -> None:
    assert [entry.name for entry in catalogue.papers_with("FROGNET")] == ["FrogNet hops", "ToadNet crawls"]
    assert [entry.name for entry in catalogue.papers_with("crawls imagenet")] == ["ToadNet crawls"]
    assert [entry.name for entry in catalogue.papers_saying("it says CIFAR10")] == ['C++ in a "pond"']


def test_whole_names_come_before_beginnings_and_parts(catalogue: Catalogue) -> None:
    names = [entry.name for entry in searched(catalogue.entries("task"), "classification")]
    assert names == ["classification", "image classification", "few-shot image classification"]


def test_repositories_go_by_owner_and_name(catalogue: Catalogue) -> None:
    assert catalogue.repositories == {("pond", "frognet"): f"{DEFAULT_BASE}code/github.com/pond/frognet"}
    assert owner_and_name("group/sub/name") == ("group", "sub/name")
    assert owner_and_name("example.org") == ("example.org", "example.org")


def test_the_first_year_of_an_entity_is_that_of_the_first_paper_that_introduces_it(catalogue: Catalogue) -> None:
    assert catalogue.introduced == {f"{DEFAULT_BASE}method/frognet": 2018, f"{DEFAULT_BASE}method/toadnet": 2020}


def test_papers_that_were_listed_last_are_the_most_recent(
    small_store: ox.Store, indexed: Callable[[ox.Store], IndexedReader]
) -> None:
    store = ox.Store()
    store.extend(small_store)
    for name, day in (("frognet-hops", "2025-03-12"), ("c--in-a-pond", "2025-03-11")):
        dated = ox.Literal(day, datatype=ox.NamedNode(XSD + "date"))
        paper = ox.NamedNode(f"{DEFAULT_BASE}paper/{name}")
        store.add(ox.Quad(paper, ox.NamedNode(KG + "listedDate"), dated, paper))
    found = Catalogue(indexed(store), DEFAULT_BASE).recent
    assert [iri.rpartition("/")[2] for iri in found] == ["frognet-hops", "c--in-a-pond", "toadnet-crawls"]
