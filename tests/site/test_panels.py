from __future__ import annotations

import pytest

from kg.api import KnowledgeGraph
from kg.ask.sparql import run
from kg.site import Site
from kg.site.panels import behind, panel_queries, panel_query

VALUES = {
    "paper": "paper:frognet",
    "papers": "https://w3id.org/papers-kg/paper/a https://w3id.org/papers-kg/paper/b",
    "results": "https://w3id.org/papers-kg/paper/a#result-1",
    "entity": "dataset:cifar-10",
    "dataset": "dataset:cifar-10",
    "metric": "metric:accuracy",
    "code": "code:x",
    "venue": "venue:x",
    "since": "2020-01-01",
    "words": 'x" } DROP',
}


@pytest.mark.parametrize("name", [query.name for query in panel_queries()])
def test_every_panel_has_a_query_that_runs_as_it_is_shown(name: str, site: Site) -> None:
    given = {one.name: VALUES[one.name] for one in panel_query(name).parameters if one.default is None}
    sparql = behind(name, given)
    assert sparql.startswith("# description: ") and "$" not in sparql and "# param" not in sparql
    assert run(site.source.store, sparql).kind == "select"
    assert "LIMIT" in sparql or name == "counts"


def test_a_shipped_query_may_be_behind_a_panel_too(site: Site) -> None:
    graph: KnowledgeGraph = site.source.graph
    assert (
        graph.query(behind("leaderboard", {"dataset": "dataset:cifar-10", "metric": "metric:accuracy"})).kind
        == "select"
    )
