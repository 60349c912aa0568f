"""What came and went between two outputs."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.ask.diff import Diff, compare_graphs
from kg.errors import GraphError
from kg.graph.store import Settings, next_generation
from kg.vocabulary import PREFIXES

BASE = "https://w3id.org/papers-kg/"


def graph(folder: Path, statements: str, base: str = BASE) -> Path:
    """A graph folder with these statements (Turtle, in the words of the vocabulary's prefixes)."""
    declarations = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    quads = ox.parse(f"{declarations}@base <{base}> .\n{statements}", ox.RdfFormat.TURTLE)
    with next_generation(folder) as generation:
        generation.statements.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        generation.load(Settings(base))
    return folder


ENTITIES = """
<method/anet> a kg:Method ; skos:prefLabel "ANet" .
<dataset/tiles> a kg:Dataset ; skos:prefLabel "Tiles" .
<metric/error> a kg:Metric ; skos:prefLabel "error" .
<paper/alpha> a kg:Paper ; schema:name "Alpha" .
"""
OLD = f"""{ENTITIES}
<paper/alpha> kg:introduces <method/anet> ; kg:usesDataset <dataset/tiles> ; kg:reports <paper/alpha#result-1> .
<paper/alpha#result-1> kg:valueText "5%" ; kg:byMetric <metric/error> ; kg:onDataset <dataset/tiles> .
"""
NEW = f"""{ENTITIES}
<paper/alpha> kg:introduces <dataset/tiles> ; kg:usesMethod <method/anet> ;
    kg:reports <paper/alpha#result-1>, <paper/alpha#result-2> .
<paper/alpha#result-1> kg:valueText "2x" ; kg:metricText "speed" .
<paper/alpha#result-2> kg:valueText "5%" ; kg:byMetric <metric/error> ; kg:onDataset <dataset/tiles> .
<paper/beta> a kg:Paper ; schema:name "Beta" ; kg:hasCode <code/github.com/b/b> .
<code/github.com/b/b> schema:name "b/b" .
<task/sorting> a kg:Task ; skos:prefLabel "sorting" .
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Diff:
    folder = tmp_path_factory.mktemp("graphs")
    return compare_graphs(graph(folder / "old", OLD), graph(folder / "new", NEW))


def test_papers_and_entities_that_came(found: Diff) -> None:
    assert [(paper.iri, paper.title) for paper in found.papers.came] == [(f"{BASE}paper/beta", "Beta")]
    assert [(entity.type, entity.name) for entity in found.entities.came] == [("task", "sorting")]
    assert (found.papers.went, found.entities.went) == ((), ())
    assert (found.papers.old, found.papers.new, found.entities.old, found.entities.new) == (1, 2, 3, 4)


def test_an_edge_of_another_property_came_and_went(found: Diff) -> None:
    assert [(edge.title, edge.property, edge.name) for edge in found.edges.went] == [
        ("Alpha", "introduces", "ANet"),
        ("Alpha", "usesDataset", "Tiles"),
    ]
    assert [(edge.title, edge.property, edge.name) for edge in found.edges.came] == [
        ("Alpha", "introduces", "Tiles"),
        ("Alpha", "usesMethod", "ANet"),
        ("Beta", "hasCode", "b/b"),
    ]


def test_results_are_the_same_by_what_they_say_not_by_their_number(found: Diff) -> None:
    assert [(result.value, result.metric) for result in found.results.came] == [("2x", "speed")]
    assert found.results.went == ()
    assert (found.results.old, found.results.new) == (1, 2)


@pytest.mark.slow
def test_the_other_way_round_what_came_went(tmp_path: Path, found: Diff) -> None:
    back = compare_graphs(graph(tmp_path / "new", NEW), graph(tmp_path / "old", OLD))
    there, again = found.as_dict(), back.as_dict()
    for sort, changes in there.items():
        reverse = {"old": changes["new"], "new": changes["old"], "came": changes["went"], "went": changes["came"]}
        assert again[sort] == reverse


@pytest.mark.slow
def test_the_same_under_another_base_is_no_change(tmp_path: Path) -> None:
    same = compare_graphs(graph(tmp_path / "one", NEW), graph(tmp_path / "two", NEW, "https://example.org/"))
    assert not any(changes["came"] or changes["went"] for changes in same.as_dict().values())


def test_as_dict_is_json(found: Diff) -> None:
    document = json.loads(json.dumps(found.as_dict()))
    assert document["papers"]["came"] == [{"iri": f"{BASE}paper/beta", "title": "Beta"}]


@pytest.mark.slow
def test_what_is_no_graph_is_refused(tmp_path: Path) -> None:
    whole = graph(tmp_path / "graph", OLD)
    (tmp_path / "file").write_text("no graph")
    for other in (tmp_path / "absent", tmp_path, tmp_path / "file"):
        with pytest.raises(GraphError, match=str(other)):
            compare_graphs(whole, other)
        with pytest.raises(GraphError, match=str(other)):
            compare_graphs(other, whole)


@pytest.mark.slow
def test_names_that_differ_in_accents_only_are_the_same(tmp_path: Path) -> None:
    old, new = (
        f'<method/{name}-net> a kg:Method ; skos:prefLabel "{name}-net" . <paper/a> kg:usesMethod <method/{name}-net> .'
        for name in ("bézier", "bezier")
    )
    changes = compare_graphs(graph(tmp_path / "old", old), graph(tmp_path / "new", new))
    assert changes.entities.came == changes.entities.went == ()
    assert changes.edges.came == changes.edges.went == ()
    assert changes.entities.old == changes.entities.new == 1
