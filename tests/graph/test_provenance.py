"""Provenance: the statements about runs come back, and a build records what it was made with."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.api import KnowledgeGraph
from kg.builder.builder import build_graph
from kg.extraction import Extractor
from kg.graph.provenance import Part, Run, provenance_graphs, read_runs, run_iri, run_quads
from kg.text.files import path_text
from kg.vocabulary import DEFAULT_BASE, PREFIXES, provenance_graph

CODE, MODEL = Part("papers-kg", "c0"), Part("shipped model", "m0")
SHIPPED, OWN = Part("shipped rules", "r0"), Part("my-rules", "r1")
FIRST = Run(1, "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z", ("a", "b"), "0.1.0", CODE, (SHIPPED,), MODEL)
SOURCES = (Part("-", ""), Part("c", "e0"))
SECOND = Run(
    2, "2026-02-02T03:04:05.006Z", "2026-02-02T03:04:06Z", ("-", "c"), "0.2.0", CODE, (OWN, SHIPPED), MODEL, SOURCES,
    (Part('"5%" in "Frogs" is no result', ""),),
)  # fmt: skip


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


def test_inputs_are_entities_with_their_names_and_digests() -> None:
    store = ox.Store()
    store.extend(run_quads([SECOND], DEFAULT_BASE))
    rows = store.query(
        "SELECT ?name ?digest { ?run dcterms:source ?name ; prov:used ?input ."
        " ?input a prov:Entity ; rdfs:label ?name . OPTIONAL { ?input schema:identifier ?digest } }",
        prefixes=PREFIXES,
        use_default_graph_as_union=True,
    )
    assert isinstance(rows, ox.QuerySolutions)
    found = {(row["name"].value, row["digest"].value if row["digest"] else None) for row in rows}
    assert found == {("-", None), ("c", "blake2b:e0")}


def test_runs_of_several_graphs_have_iris_of_their_own_that_stay() -> None:
    assert re.fullmatch(f"{DEFAULT_BASE}run/20260202T030405.006Z-[0-9a-f]{{8}}", run_iri(SECOND, DEFAULT_BASE))
    others = (replace(SECOND, inputs=("d",)), replace(SECOND, model=CODE), replace(SECOND, sources=()), FIRST)
    assert len({run_iri(run, DEFAULT_BASE) for run in (SECOND, *others)}) == 5
    assert run_iri(replace(SECOND, number=7), DEFAULT_BASE) == run_iri(SECOND, DEFAULT_BASE)
    store = ox.Store()
    store.extend(run_quads([FIRST, SECOND], DEFAULT_BASE))
    assert run_quads(read_runs(store), DEFAULT_BASE) == run_quads([FIRST, SECOND], DEFAULT_BASE)
    other = replace(FIRST, inputs=("mine",))
    store.extend(run_quads([other], DEFAULT_BASE))
    assert sorted(read_runs(store), key=lambda run: (run.number, run.inputs)) == [FIRST, other, SECOND]


def test_two_folders_of_the_same_rules_are_two_parts() -> None:
    run = replace(FIRST, rules=(Part("copy", "r0"), SHIPPED))
    store = ox.Store()
    store.extend(run_quads([run], DEFAULT_BASE))
    assert read_runs(store) == [run]


def test_an_input_is_known_by_its_bytes_a_folder_by_the_names_and_sizes_in_it(tmp_path: Path) -> None:
    file, folder = tmp_path / "a.txt", tmp_path / "pages"
    file.write_bytes(b"frog")
    folder.mkdir()
    assert Part.of_input(file) == Part(str(file), hashlib.blake2b(b"frog", digest_size=16).hexdigest())
    empty = Part.of_input(folder)
    (folder / "b.txt").write_bytes(b"x")
    assert empty.digest != Part.of_input(folder).digest != ""
    assert Part.of_input("-") == Part("-", "")
    assert Part.of_input("pages\udcff").name == path_text("pages\udcff")
    assert Part.of_input(tmp_path / "gone") == Part(str(tmp_path / "gone"), "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
def test_a_pipe_is_not_opened_again(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert Part.of_input(tmp_path / "pipe").digest == ""


def test_a_name_that_is_not_utf_8_is_kept_as_far_as_it_can_be() -> None:
    run = replace(FIRST, inputs=("pages\udcff",), sources=(Part("pages\udcff", ""),))
    store = ox.Store()
    store.extend(run_quads([run], DEFAULT_BASE))
    (found,) = read_runs(store)
    assert found.inputs == ("pages?",)
    assert run_quads([found], DEFAULT_BASE) == run_quads([run], DEFAULT_BASE)


def test_runs_of_graphs_from_before_are_read() -> None:
    """They had IRIs by number, and parts by digest."""
    part = "a prov:Entity ; rdfs:label '{0}' ; schema:identifier 'blake2b:{1}' ."
    store = ox.Store()
    store.update(
        f"""INSERT DATA {{ GRAPH <{provenance_graph(DEFAULT_BASE)}> {{
        <{DEFAULT_BASE}run/1> a prov:Activity ; rdfs:label 'run 1' ; dcterms:source 'a', 'b' ;
            prov:startedAtTime '{FIRST.started}'^^xsd:dateTime ; prov:endedAtTime '{FIRST.ended}'^^xsd:dateTime ;
            schema:softwareVersion '0.1.0' ; prov:wasAssociatedWith <{DEFAULT_BASE}software/c0> ;
            prov:used <{DEFAULT_BASE}rules/r0>, <{DEFAULT_BASE}model/m0> .
        <{DEFAULT_BASE}software/c0> {part.format("papers-kg", "c0")}
        <{DEFAULT_BASE}rules/r0> {part.format("shipped rules", "r0")}
        <{DEFAULT_BASE}model/m0> {part.format("shipped model", "m0")} }} }}""",
        prefixes=PREFIXES,
    )
    assert read_runs(store) == [FIRST]


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
    assert [source.name for source in first.sources] == [str(pages / "one.txt")]
    assert first.sources[0].digest == hashlib.blake2b((pages / "one.txt").read_bytes(), digest_size=16).hexdigest()
    assert (first.inputs, second.inputs) == ((str(pages / "one.txt"),), (str(pages),))
    times = [datetime.fromisoformat(time) for run in (first, second) for time in (run.started, run.ended)]
    assert times == sorted(times)
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
