from __future__ import annotations

from kg.site import Site
from kg.site.neighbours import neighbourhood

CIFAR = "https://w3id.org/papers-kg/dataset/cifar-10"


def test_the_neighbours_are_what_shares_papers_with_the_addresses_of_pages(site: Site) -> None:
    around = site.neighbourhood(CIFAR)
    names = {node["name"]: node for node in around["nodes"]}
    assert around["nodes"][0]["iri"] == CIFAR and names["FrogNet"]["url"] == "/method/frognet"
    assert {"from": CIFAR, "to": names["FrogNet"]["iri"], "papers": 1} in around["edges"]


def test_there_are_no_more_than_asked_for(site: Site) -> None:
    assert len([edge for edge in neighbourhood(site.source, CIFAR, 3)["edges"] if "papers" in edge]) == 3
    assert [node["iri"] for node in neighbourhood(site.source, CIFAR, 0)["nodes"]] == [CIFAR]


def test_nothing_is_around_what_is_no_entity(site: Site) -> None:
    for iri in ("", "not an IRI <>", "https://example.org/x", "https://w3id.org/papers-kg/paper/x"):
        assert site.neighbourhood(iri)["nodes"] == []
