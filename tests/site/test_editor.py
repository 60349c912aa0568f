from __future__ import annotations

import json
import re

from kg.site import Site
from kg.site.editor import completions


def test_a_named_question_is_put_into_the_editor_with_its_names_resolved(site: Site) -> None:
    page = site.page("/query", {"ask": "leaderboard", "dataset": "cifar 10", "metric": "accuracy"})
    assert page and "VALUES ?asked { &lt;https://w3id.org/papers-kg/dataset/cifar-10&gt; }" in page.html


def test_what_cannot_be_asked_says_why(site: Site) -> None:
    page = site.page("/query", {"ask": "leaderbord"})
    assert page and "there is no query &#39;leaderbord&#39;" in page.html


def test_the_text_of_a_query_is_text(site: Site) -> None:
    page = site.page("/query", {"query": "</textarea><script>alert(1)</script>"})
    assert page and "&lt;/textarea&gt;&lt;script&gt;" in page.html and "<script>alert" not in page.html


def test_the_editor_completes_the_vocabulary(site: Site) -> None:
    assert "kg:usesDataset" in dict(completions()["terms"]) and "SELECT" in completions()["words"]
    page = site.page("/query")
    data = re.search(r'id="completions">(.*?)</script>', page.html if page else "", re.DOTALL)
    assert data and json.loads(data[1])["prefixes"]["dataset"] == "https://w3id.org/papers-kg/dataset/"
