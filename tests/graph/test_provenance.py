"""Provenance: the statements about runs come back, and a build records what it was made with."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.api import KnowledgeGraph
from kg.builder.builder import build_graph
from kg.extraction import Extractor
from kg.graph.provenance import Part, Run, provenance_graphs, read_runs, run_quads
from kg.vocabulary import DEFAULT_BASE, provenance_graph

CODE, MODEL = Part("papers-kg", "c0"), Part("shipped model", "m0")
SHIPPED, OWN = Part("shipped rules", "r0"), Part("my-rules", "r1")
FIRST = Run(1, "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z", ("a", "b"), "0.1.0", CODE, (SHIPPED,), MODEL)
SECOND = Run(2, "2026-02-02T03:04:05Z", "2026-02-02T03:04:06Z", ("c",), "0.2.0", CODE, (OWN, SHIPPED), MODEL)


def test_runs_come_back_from_their_statements() -> None:
    store = ox.Store()
    store.extend(run_quads([FIRST, SECOND], DEFAULT_BASE))
    assert read_runs(store) == [FIRST, SECOND]
    assert provenance_graphs(store) == {ox.NamedNode(provenance_graph(DEFAULT_BASE))}


def test_the_last_run_made_the_graph_and_follows_the_one_before() -> None:
    store = ox.Store()
    store.extend(run_quads([FIRST, SECOND], DEFAULT_BASE))
    assert store.query(
        "ASK { ?graph prov:wasGeneratedBy ?second . ?second prov:wasInformedBy ?first ; prov:endedAtTime ?time ."
        " FILTER(?time > '2026-02-02T03:04:05Z'^^xsd:dateTime)"
        " FILTER NOT EXISTS { ?graph prov:wasGeneratedBy ?first } }",
        prefixes={"prov": "http://www.w3.org/ns/prov#", "xsd": "http://www.w3.org/2001/XMLSchema#"},
        use_default_graph_as_union=True,
    )


def test_a_part_is_known_by_the_contents_of_its_files_in_whatever_folder(tmp_path: Path) -> None:
    for folder, text in (("one", "x"), ("two", "x"), ("three", "y")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rules.jsonl").write_text(text)
    one, two, three = (Part.of("rules", [tmp_path / name / "rules.jsonl"]) for name in ("one", "two", "three"))
    assert one == two != three


@pytest.fixture(scope="module")
def rebuilt(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph that two runs made, the second with rules of the user."""
    folder, rules = tmp_path_factory.mktemp("rebuilt"), tmp_path_factory.mktemp("my-rules")
    (rules / "names.jsonl").write_text('{"label": "Dataset", "pattern": "Lily Archive"}\n')
    build_graph([pages / "one.txt"], folder)
    build_graph([pages], folder, extractor=Extractor([rules]))
    return folder


@pytest.mark.slow
def test_a_build_says_what_it_was_made_with(rebuilt: Path, pages: Path) -> None:
    first, second = KnowledgeGraph(rebuilt).provenance()
    assert (first.number, second.number) == (1, 2)
    assert (first.inputs, second.inputs) == ((str(pages / "one.txt"),), (str(pages),))
    assert first.started < first.ended < second.started < second.ended
    assert [rules.name for rules in first.rules] == ["shipped rules"]
    assert len(second.rules) == 2
    assert first.code == second.code
    assert json.loads(json.dumps(second.as_dict()))["model"]["name"] == "shipped model"


@pytest.mark.slow
def test_counts_and_exports_are_those_of_a_graph_built_at_once(rebuilt: Path, graph_folder: Path) -> None:
    def nquads(folder: Path) -> bytes:
        output = io.BytesIO()
        KnowledgeGraph(folder).export("nquads", output, description=True)
        return output.getvalue()

    assert nquads(rebuilt) == nquads(graph_folder)
    assert KnowledgeGraph(rebuilt).stats() == KnowledgeGraph(graph_folder).stats()


@pytest.mark.skipif(os.name != "posix", reason="needs file names that are not UTF-8")
def test_file_names_that_are_not_utf8_are_named_escaped(tmp_path: Path) -> None:
    path = Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.jsonl"))
    path.write_text("{}")
    part = Part.of(path.name, [path])
    assert part.name == "caf\\xe9.jsonl"
    assert part.digest != Part.of(path.name, [path.rename(path.with_name("cafe.jsonl"))]).digest
