from __future__ import annotations

from kg.site import Site


def test_the_overview_counts_and_ranks(site: Site) -> None:
    page = site.page("/")
    assert page and '<a href="/browse/dataset">datasets</a></dt><dd>' in page.html and "CIFAR-10" in page.html


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


def test_what_is_new_takes_a_date_and_says_when_it_is_none(site: Site) -> None:
    assert "Hopping Networks" in (page.html if (page := site.page("/new", {"since": "2000"})) else "")
    assert "None." in (page.html if (page := site.page("/new", {"since": "2999-01-01"})) else "")
    assert "expected 2025-03-11" in (page.html if (page := site.page("/new", {"since": "soon"})) else "")
