from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.api import KnowledgeGraph
from kg.graph.store import Settings, next_generation
from kg.site import Page, Site
from kg.vocabulary import DEFAULT_BASE, KG, RDF, SCHEMA, XSD


def test_the_overview_counts_and_ranks(site: Site) -> None:
    page = site.page("/")
    assert page and '<a href="/browse/dataset">datasets</a></dt><dd>' in page.html and "CIFAR-10" in page.html


def test_the_newest_papers_are_those_of_the_last_years_or_else_those_that_were_listed_last(
    site: Site, small_folder: Path
) -> None:
    listed = site.page("/")
    assert listed and "Listed last</h2>" in listed.html and '<span class="year">12 March</span>' in listed.html
    published = Site(KnowledgeGraph(small_folder)).page("/")
    assert published and "Newest papers</h2>" in published.html


def test_without_any_date_no_paper_is_new(tmp_path: Path) -> None:
    paper = f"<{DEFAULT_BASE}paper/frogs>"
    with next_generation(tmp_path) as generation:
        generation.statements.write_text(f"{paper} <{RDF}type> <{KG}Paper> {paper} .\n")
        generation.load(Settings())
    page = Site(KnowledgeGraph(tmp_path)).page("/")
    assert page and "Newest" not in page.html and "Listed last" not in page.html


def listed(page: Page | None, kind: str) -> list[str]:
    """The paths of what a page lists."""
    assert page
    return re.findall(rf'<li>.*?href="(/{kind}/[^"]+)"', page.html)


def test_all_papers_are_listed_page_by_page_as_the_query_behind_each_finds_them(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.site.listings._LISTED", 2)
    overview = site.page("/")
    assert overview and '<a href="/browse/paper">papers</a>' in overview.html
    pages = [site.page("/browse/paper", {"page": str(number)}) for number in (1, 2)]
    found = [listed(page, "paper") for page in pages]
    assert [len(part) for part in found] == [2, 1]
    for number, part in enumerate(found):
        rows = site.source.rows("newest-papers", limit=2, offset=2 * number)
        assert part == [site.source.path(row["paper"]) for row in rows]
    assert pages[0] and 'rel="next" href="/browse/paper?page=2"' in pages[0].html
    assert pages[1] and 'rel="prev" href="/browse/paper?page=1"' in pages[1].html
    assert site.page("/browse/paper/2") == pages[1]


def test_all_papers_are_at_the_path_of_papers_that_are_on_something(site: Site) -> None:
    every = listed(site.page("/browse/paper"), "paper")
    assert every and listed(site.page("/papers"), "paper") == listed(site.page("/papers/"), "paper") == every
    assert site.page("/papers", {"of": ""}) is None


def test_there_are_no_pages_after_the_last(site: Site) -> None:
    for path, query in (
        ("/browse/paper", {}),
        ("/browse/method", {}),
        ("/papers", {"of": "/dataset/cifar-10"}),
        ("/papers", {"of": "/code/github.com/pond-lab/frognet", "role": "links"}),
    ):
        assert site.page(path, query) and site.page(path, query | {"page": "999"}) is None
    assert [site.page(f"/browse/{rest}") for rest in ("method/999", "method/0", "method/x", "frog/1")] == [None] * 4


def test_a_search_shows_how_it_matched_and_what_is_nearest(site: Site) -> None:
    found = site.page("/search", {"q": "cifar 10"})
    assert found and 'href="/dataset/cifar-10"' in found.html and "spelling" in found.html
    missed = site.page("/search", {"q": "frognot at all"})
    assert missed and "Nothing found" in missed.html
    near = site.page("/search", {"q": "CIFAR-90000"})
    assert near and "Nearest:" in near.html and "CIFAR-100</a>" in near.html
    for words in ("%", '"', "日本", "zzzzqqq"):
        page = site.page("/search", {"q": words})
        assert page and "Nothing found" in page.html and "Nearest" not in page.html
    narrowed = site.page("/search", {"q": "frognet", "kind": "method"})
    assert narrowed and 'href="/paper/' not in narrowed.html


def test_what_is_new_stands_in_the_order_of_the_query_behind_it(
    tmp_path: Path, replace_graph: Callable[..., None]
) -> None:
    days = {f"pond-{number:02}": f"2025-03-{11 + number % 2}" for number in range(12)}
    lines = []
    for name, day in days.items():
        iri = f"<{DEFAULT_BASE}paper/{name}>"
        lines.append(f'{iri} <{KG}firstSeen> "{day}"^^<{XSD}date> {iri} .\n{iri} <{SCHEMA}name> "{name}" {iri} .\n')
    replace_graph(tmp_path, "".join(lines))
    page = Site(KnowledgeGraph(tmp_path)).page("/new", {"since": "2025-03-11"})
    assert page
    found = re.findall(r'<li>.*?href="/paper/([^"]+)"', page.html)
    assert found == [*sorted(days)[1::2], *sorted(days)[::2]]


def test_the_overview_says_since_when_papers_are_new(site: Site) -> None:
    page = site.page("/")
    assert page and f"New since {site.source.runs[-1].started[:10]}</h2>" in page.html


def test_what_is_new_takes_a_date_and_says_when_it_is_none(site: Site) -> None:
    assert "Hopping Networks" in (page.html if (page := site.page("/new", {"since": "2000"})) else "")
    assert "None." in (page.html if (page := site.page("/new", {"since": "2999-01-01"})) else "")
    assert "expected 2025-03-11" in (page.html if (page := site.page("/new", {"since": "soon"})) else "")
