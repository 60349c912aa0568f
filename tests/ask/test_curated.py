"""What a catalogue says is read from its own graph alone."""

from __future__ import annotations

import pyoxigraph as ox

from kg.ask.curated import curated_lines
from kg.graph.reader import GraphReader

DATA = """
@prefix kg: <https://w3id.org/papers-kg/ontology#> . @prefix schema: <https://schema.org/> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix e: <https://example.org/> .
e:curated { e:curated dcterms:license e:free ; dcterms:title "Frogs with Code" .
    e:frog kg:officialCode e:code ; schema:description "It hops." . e:code schema:url <https://example.org/repo> .
    e:a kg:onDataset e:frog ; kg:valueText "7" ; kg:metricText "hops" ; kg:datasetText "Frog" .
    e:b kg:onDataset e:frog ; kg:valueText "8" ; kg:metricText "hops" ; kg:datasetText "Frog" . }
e:frog { e:frog schema:description "Another graph's." . }
"""


def test_lines_name_their_source_and_are_bounded() -> None:
    store = ox.Store()
    store.load(DATA.encode(), format=ox.RdfFormat.TRIG)
    lines = curated_lines(GraphReader(store), "https://example.org/frog", 1)
    assert {line.source for line in lines} == {"Frogs with Code (https://example.org/free)"}
    assert {line.label: (line.values, line.in_all) for line in lines} == {
        "description": (("It hops.",), 1),
        "official code": (("https://example.org/repo",), 1),
        "results on it": (("7 hops on Frog",), 2),
    }


def test_a_graph_without_a_catalogue_has_none() -> None:
    assert curated_lines(GraphReader(ox.Store()), "https://example.org/frog", 1) == ()
