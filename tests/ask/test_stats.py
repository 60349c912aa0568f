"""Counts of the small graph, which can be checked by reading it."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox

from kg.ask.stats import count_graph
from kg.graph.indexing import make_index


def test_the_counts_of_a_graph() -> None:
    store = ox.Store()
    store.load(path=Path(__file__).parents[1] / "data" / "small.trig", format=ox.RdfFormat.TRIG)
    found = count_graph(make_index(store))
    assert json.loads(json.dumps(found.as_dict())) == {
        "papers": 2,
        "merged": 1,
        "entities": {"Method": 1, "Dataset": 1, "Metric": 1, "Task": 1},
        "introduced": {"Method": 1, "Dataset": 0, "Metric": 0, "Task": 0},
        "links": {"code": 2, "data": 1, "project": 1},
        "repositories": 1,
        "results": 1,
        "mentions": 5,
        "triples": len(store),
        "from_catalogue": 0,
    }


def test_an_empty_graph_has_none_of_anything() -> None:
    found = count_graph(make_index(ox.Store()))
    assert (found.papers, found.merged, found.triples) == (0, 0, 0)
    assert set(found.entities.values()) == {0}
