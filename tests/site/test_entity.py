from __future__ import annotations

from kg.site import Site


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


def test_a_repository_shows_the_papers_that_link_to_it(site: Site) -> None:
    page = site.page("/code/github.com/pond-lab/frognet")
    assert page and "Hopping Networks" in page.html and "Sharpness-Aware Minimization, Revisited" in page.html
