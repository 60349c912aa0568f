from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.api import KnowledgeGraph
from kg.site import Site
from kg.site.export import export_site
from kg.vocabulary import DEFAULT_BASE, PREFIXES, resource_prefixes


def test_an_entity_shows_what_papers_say_and_what_was_merged(site: Site) -> None:
    page = site.page("/dataset/cifar-10")
    assert page
    for words in (
        "Used by",
        '<h2 id="evidence">',
        "What was merged, and why",
        "CIFAR10",
        '<h2 id="with">',
        "/leaderboard/cifar-10/accuracy",
    ):
        assert words in page.html, words


def test_the_papers_of_an_entity_are_listed_by_what_they_do_with_it(site: Site) -> None:
    introducing = site.page("/papers", {"of": "/method/frognet", "role": "introduces"})
    using = site.page("/papers", {"of": "/method/frognet", "role": "uses"})
    assert introducing and "Hopping Networks" in introducing.html
    assert using and "Hopping Networks" not in using.html
    assert site.page("/papers", {"of": "/method/frognet", "role": "eats"}) is None


def test_papers_are_the_newest_first_only_where_years_decide(site: Site, pond: KnowledgeGraph) -> None:
    undated, dated = site.page("/papers", {"of": "/dataset/cifar-10"}), Site(pond).page("/papers", {"of": "/code/pond"})
    assert dated and ", newest first.</p>" in dated.html
    assert undated and "newest first.</p>" not in undated.html


def test_a_repository_shows_the_papers_that_link_to_it(site: Site) -> None:
    page = site.page("/code/github.com/pond-lab/frognet")
    assert page and "Hopping Networks" in page.html and "Sharpness-Aware Minimization, Revisited" in page.html


@pytest.fixture
def pond(tmp_path: Path, replace_graph: Callable[..., None]) -> KnowledgeGraph:
    """A graph with fourteen ways of hopping, the last of which is below the first, and a repository of nine papers."""
    ways = [f"task:hopping-{number:02}" for number in range(14)]
    lines = [f"{way} a kg:Task ; skos:prefLabel '{way[5:]}' ; skos:broader task:hopping ." for way in ways[:13]]
    lines.append(f"{ways[13]} a kg:Task ; skos:prefLabel 'hopping in ponds' ; skos:broader {ways[0]} .")
    lines.append(
        "task:hopping a kg:Task ; skos:prefLabel 'hopping' . <code/pond> a kg:Repository ; schema:name 'pond' ."
    )
    for number in range(9):
        mentioned = ", ".join(ways[number:10])
        lines.append(
            f"paper:{number} a kg:Paper ; schema:name 'Frogs' ; kg:hasCode <code/pond> ; kg:mentions {mentioned} ; "
            f"schema:datePublished '{2010 + number}'^^xsd:gYear ."
        )
    prefixes = {**PREFIXES, **resource_prefixes(DEFAULT_BASE)}
    turtle = "\n".join([*(f"PREFIX {name}: <{iri}>" for name, iri in prefixes.items()), *lines])
    quads = ox.parse(turtle, ox.RdfFormat.TURTLE, base_iri=DEFAULT_BASE)
    replace_graph(tmp_path, "".join(f"{quad.triple} <{DEFAULT_BASE}entities> .\n" for quad in quads))
    return KnowledgeGraph(tmp_path)


def test_more_of_what_is_narrower_is_a_click_away(pond: KnowledgeGraph) -> None:
    site = Site(pond)
    entity, rest = site.page("/task/hopping"), site.page("/narrower/task/hopping")
    assert entity and '<a href="/narrower/task/hopping">and 2 more</a>' in entity.html
    assert rest
    found = re.findall(r'<li>.*?href="(/task/[^"]+)".*?<span class="count">(\d+)</span>', rest.html)
    rows = site.source.rows("narrower", entity=f"{DEFAULT_BASE}task/hopping")
    assert found == [(site.source.path(row["narrower"]), row["papers"]) for row in rows]
    assert len(found) == 14 and found[0] == ("/task/hopping-08", "9")
    assert site.page("/narrower/task/hopping-01") is None


@pytest.mark.slow
def test_so_it_is_in_a_site_of_files(pond: KnowledgeGraph, tmp_path: Path) -> None:
    export_site(pond, tmp_path / "site")
    link = re.search("<a href=([^> ]+)>and 2 more</a>", (tmp_path / "site/task/hopping.html").read_text("utf-8"))
    assert link and "hopping in ponds" in (tmp_path / "site/task" / link[1]).read_text("utf-8")


def test_all_papers_of_a_repository_are_listed(pond: KnowledgeGraph) -> None:
    site = Site(pond)
    page = site.page("/code/pond")
    assert page and '<a href="/papers?of=%2Fcode%2Fpond&amp;role=links">All 9 papers</a>' in page.html
    papers = site.page("/papers", {"of": "/code/pond", "role": "links"})
    assert papers and papers.html.count('href="/paper/') == 9
