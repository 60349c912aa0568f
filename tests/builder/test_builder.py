"""Builds add, replace and keep papers; a build that fails leaves the graph as it was."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kg.api import KnowledgeGraph
from kg.builder import build_graph, builder
from kg.builder.works import read_records
from kg.errors import GraphError, InputError, KGError
from kg.extraction import Extractor
from kg.extraction.model import SHIPPED, Model
from kg.extraction.pipeline import Failure
from kg.extraction.roles import RoleWeights
from kg.extraction.tagger.network import Shape, Tagger
from kg.graph.manifest import UnreadableError
from kg.graph.provenance import read_runs
from kg.graph.store import existing
from kg.records import Extraction, Mention, Paper
from kg.text.files import GENERATION_MANIFEST

NQuads = Callable[[Path], bytes]
Rows = Callable[[Path, str], list[dict[str, Any]]]


def record(title: str, abstract: str, **fields: object) -> str:
    return json.dumps({"id": title.lower(), "title": title, "abstract": abstract, **fields}) + "\n"


def test_duplicates_are_merged_and_every_listing_is_kept(graph_folder: Path, rows: Rows) -> None:
    stats = KnowledgeGraph(graph_folder).stats()
    assert (stats.papers, stats.merged) == (3, 1)
    listed = rows(
        graph_folder,
        "SELECT ?at { ?p schema:name ?n ; kg:listedOn ?at FILTER(CONTAINS(LCASE(?n), 'frognet')) } ORDER BY ?at",
    )
    assert [row["at"] for row in listed] == ["one.txt:7", "two.txt:7"]


def test_every_edge_from_a_paper_to_an_entity_is_shown_by_a_mention(graph_folder: Path, rows: Rows) -> None:
    edges = rows(
        graph_folder,
        "SELECT ?paper ?edge ?entity { ?paper ?edge ?entity"
        " VALUES ?edge { kg:mentions kg:introduces kg:usesMethod kg:usesDataset kg:usesMetric kg:addresses } }",
    )
    mentions = rows(
        graph_folder,
        "SELECT ?paper ?entity ?title ?abstract ?start ?end ?exact ?sentence ?at ?role ?confidence ?extractor {"
        " ?m a kg:Mention ; oa:hasTarget ?paper ; oa:hasBody ?entity ; oa:start ?start ; oa:end ?end ;"
        " oa:exact ?exact ; kg:sentence ?sentence ; kg:sentenceStart ?at ; kg:role ?role ; kg:confidence ?confidence ;"
        " kg:extractor ?extractor . ?paper schema:name ?title ; schema:abstract ?abstract }",
    )
    for mention in mentions:
        text = f"{mention['title']}\n{mention['abstract']}"
        start, end, at, sentence = (mention[name] for name in ("start", "end", "at", "sentence"))
        assert text[start:end] == mention["exact"]
        assert text[at:].startswith(sentence)
        assert at <= start < end <= at + len(sentence)
    assert len(edges) > 20
    for edge in edges:
        local = str(edge["edge"]).rpartition("#")[2]
        roles = {"introduces": {"introduced"}, "mentions": {"introduced", "used"}}.get(local, {"used"})
        shown = [m for m in mentions if (m["paper"], m["entity"]) == (edge["paper"], edge["entity"])]
        assert roles & {mention["role"] for mention in shown}, edge


def test_every_result_says_the_sentence_it_was_read_from(graph_folder: Path, rows: Rows) -> None:
    results = rows(
        graph_folder,
        "SELECT ?result ?title ?abstract ?text ?start ?end ?sentence ?at { ?paper kg:reports ?result ;"
        " schema:name ?title ; schema:abstract ?abstract . ?result kg:valueText ?text"
        " OPTIONAL { ?result oa:start ?start ; oa:end ?end ; kg:sentence ?sentence ; kg:sentenceStart ?at } }",
    )
    assert len(results) > 4
    for result in results:
        text = f"{result['title']}\n{result['abstract']}"
        assert text[result["start"] : result["end"]] == result["text"]
        assert text[result["at"] :].startswith(result["sentence"])
        assert result["text"] in result["sentence"]


@pytest.mark.slow
def test_the_graph_conforms_to_the_shapes(graph_folder: Path) -> None:
    assert [str(violation) for violation in KnowledgeGraph(graph_folder).validate().violations] == []


def test_repository_is_one_node_for_all_its_addresses(graph_folder: Path, rows: Rows) -> None:
    found = rows(graph_folder, "SELECT ?code (COUNT(DISTINCT ?p) AS ?papers) { ?p kg:hasCode ?code } GROUP BY ?code")
    assert found == [{"code": "https://w3id.org/papers-kg/code/github.com/pond-lab/frognet", "papers": 2}]


@pytest.mark.slow
def test_building_in_two_steps_equals_building_at_once(
    pages: Path, graph_folder: Path, tmp_path: Path, nquads: NQuads
) -> None:
    build_graph([pages / "two.txt"], tmp_path)
    report = build_graph([pages], tmp_path)
    assert (report.new, report.changed, report.unchanged) == (1, 1, 1)
    assert nquads(tmp_path) == nquads(graph_folder)


@pytest.mark.slow
def test_paper_that_makes_a_sense_clear_changes_what_other_papers_mean(
    tmp_path: Path, nquads: NQuads, rows: Rows
) -> None:
    defining = [record(f"Paper {n}", "We train on MNIST with quick frog descent (QFD).") for n in range(3)]
    bare = record("Bare", "We propose QFD, a new optimizer. We train QFD on CIFAR-10.")
    for name, lines in (("a", [bare, *defining[:2]]), ("b", defining[2:])):
        (tmp_path / f"{name}.jsonl").write_text("".join(lines))
    build_graph([tmp_path / "a.jsonl"], tmp_path / "steps")
    assert rows(tmp_path / "steps", "SELECT ?m { ?m kg:ambiguous true ; skos:prefLabel 'QFD' }")
    build_graph([tmp_path / "b.jsonl"], tmp_path / "steps")
    build_graph([tmp_path / "b.jsonl", tmp_path / "a.jsonl"], tmp_path / "once")
    assert nquads(tmp_path / "steps") == nquads(tmp_path / "once")
    assert not rows(tmp_path / "once", "SELECT ?m { ?m kg:ambiguous true }")
    (row,) = rows(tmp_path / "once", "SELECT (COUNT(?p) AS ?papers) { ?p kg:mentions/skos:altLabel 'QFD' }")
    assert row == {"papers": 4}


@pytest.mark.slow
def test_curated_files_reach_the_graph(tmp_path: Path, rows: Rows) -> None:
    (tmp_path / "rules").mkdir()
    lines = [
        {"type": "Dataset", "name": "Zorblatt", "aliases": ["the Z"], "homepage": "https://example.org/z"},
        {"type": "Dataset", "name": "Zorblatt-2", "broader": ["Zorblatt"], "wikidata": "Q7"},
    ]
    (tmp_path / "rules" / "entities.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    names = [{"label": "Dataset", "pattern": line["name"]} for line in lines]
    (tmp_path / "rules" / "names.jsonl").write_text("".join(json.dumps(name) + "\n" for name in names))
    source = tmp_path / "papers.jsonl"
    source.write_text(record("A", "We train on the Zorblatt dataset and on the Zorblatt-2 dataset."))
    build_graph([source], tmp_path / "g", extractor=Extractor([tmp_path / "rules"]))
    (row,) = rows(
        tmp_path / "g",
        "SELECT ?alias ?page ?same { ?z skos:altLabel ?alias ; schema:url ?page ."
        " ?narrow skos:broader ?z ; schema:sameAs ?same }",
    )
    assert row == {"alias": "the Z", "page": "https://example.org/z", "same": "http://www.wikidata.org/entity/Q7"}


@pytest.mark.slow
def test_building_again_changes_nothing(pages: Path, graph_folder: Path, own_graph: Path, nquads: NQuads) -> None:
    report = build_graph([pages / "one.txt", pages / "two.txt"], own_graph)
    assert (report.new, report.changed, report.unchanged) == (0, 0, 3)
    assert nquads(own_graph) == nquads(graph_folder)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_workers_do_not_change_the_graph(
    pages: Path, graph_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nquads: NQuads
) -> None:
    """The worker is a fork, which has a pipeline already; tests/extraction/test_parallel.py starts workers anew."""
    forking = multiprocessing.get_context("fork")
    monkeypatch.setattr(multiprocessing, "get_context", lambda way: forking)
    build_graph([pages], tmp_path, workers=2)
    assert nquads(tmp_path) == nquads(graph_folder)


@pytest.mark.slow
def test_changed_paper_is_replaced(tmp_path: Path, rows: Rows) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text(record("A", "We train on MNIST.") + record("B", "We train on ImageNet."))
    build_graph([source], tmp_path / "g")
    source.write_text(record("A", "We train on SVHN."))
    report = build_graph([source], tmp_path / "g")
    assert (report.new, report.changed) == (0, 1)
    names = rows(tmp_path / "g", "SELECT ?n { ?d a kg:Dataset ; skos:prefLabel ?n } ORDER BY ?n")
    assert [row["n"] for row in names] == ["ImageNet", "SVHN"]


@pytest.mark.slow
def test_metadata_reaches_the_graph(tmp_path: Path, rows: Rows) -> None:
    source = tmp_path / "papers.jsonl"
    fields = {"authors": ["Ada", "Bob"], "year": 2018, "venue": "ICLR", "github": "https://github.com/ada/a"}
    source.write_text(record("A", "Words.", **fields))
    build_graph([source], tmp_path / "g")
    (row,) = rows(
        tmp_path / "g",
        "SELECT ?year ?venue ?id ?url { ?p schema:datePublished ?year ; schema:isPartOf/schema:name ?venue ;"
        " dcterms:identifier ?id ; kg:hasCode/schema:codeRepository ?url }",
    )
    assert row == {"year": 2018, "venue": "ICLR", "id": "a", "url": "https://github.com/ada/a"}


@pytest.mark.slow
def test_longest_abstract_wins_in_any_order(tmp_path: Path, nquads: NQuads, rows: Rows) -> None:
    short, long = tmp_path / "short.jsonl", tmp_path / "long.jsonl"
    short.write_text(record("A", "We train on MNIST.", year=2020))
    long.write_text(record("A!", "We train on MNIST and then on SVHN."))
    for name, order in (("1", [short, long]), ("2", [long, short])):
        for source in order:
            build_graph([source], tmp_path / name)
    assert nquads(tmp_path / "1") == nquads(tmp_path / "2")
    (row,) = rows(tmp_path / "1", "SELECT ?name ?year { ?p schema:name ?name ; schema:datePublished ?year }")
    assert row == {"name": "A!", "year": 2020}


@pytest.mark.slow
def test_own_base_iri_stays_with_the_graph(tmp_path: Path, rows: Rows) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text(record("A", "We train on MNIST."))
    build_graph([source], tmp_path / "g", base="https://example.org/")
    build_graph([source], tmp_path / "g")
    assert rows(tmp_path / "g", "SELECT ?d { ?d a kg:Dataset }") == [{"d": "https://example.org/dataset/mnist"}]


@pytest.mark.parametrize(
    "base", ["", "example.org/", "https://example.org/x y/", "https://example.org", "urn:x:", "https://e.org/x#"]
)
def test_base_that_is_none_is_refused(tmp_path: Path, base: str) -> None:
    with pytest.raises(InputError, match=r"is not a base IRI; expected an IRI such as .* a / at the end$"):
        build_graph([], tmp_path / "g", base=base)


@pytest.mark.slow
def test_a_graph_with_a_base_that_is_refused_now_gets_another(tmp_path: Path, rows: Rows) -> None:
    """Versions before 0.2 built graphs whose base ends in "#"."""
    source = tmp_path / "papers.jsonl"
    source.write_text(record("A", "We train on MNIST."))
    build_graph([source], tmp_path / "g")
    existing(tmp_path / "g").folder.joinpath("meta.json").write_text('{"base": "https://e.org/x#"}')
    with pytest.raises(GraphError, match=r"has the base IRI 'https://e.org/x#'; give another with --base-iri"):
        build_graph([source], tmp_path / "g")
    build_graph([source], tmp_path / "g", base="https://e.org/x/")
    assert rows(tmp_path / "g", "SELECT ?d { ?d a kg:Dataset }") == [{"d": "https://e.org/x/dataset/mnist"}]


@pytest.mark.slow
def test_input_error_leaves_the_graph_as_it_was(
    graph_folder: Path, own_graph: Path, tmp_path: Path, nquads: NQuads
) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "half')
    with pytest.raises(InputError, match=r"broken\.jsonl:1: "):
        build_graph([broken], own_graph)
    assert nquads(own_graph) == nquads(graph_folder)


@pytest.mark.slow
def test_failure_while_writing_leaves_the_graph_as_it_was(
    pages: Path, graph_folder: Path, own_graph: Path, monkeypatch: pytest.MonkeyPatch, nquads: NQuads
) -> None:
    def full_disk(*args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kg.graph.store.Generation.load", full_disk)
        with pytest.raises(GraphError, match="No space left on device"):
            build_graph([pages], own_graph)
    assert nquads(own_graph) == nquads(graph_folder)
    assert [path.name for path in own_graph.glob("generation-*")] == ["generation-1"]


@pytest.mark.slow
def test_second_build_at_the_same_time_is_refused(pages: Path, tmp_path: Path) -> None:
    def build_within(step: str, done: int, total: int) -> None:
        with pytest.raises(GraphError, match="another build"):
            build_graph([pages], tmp_path)

    build_graph([pages], tmp_path, progress=build_within)


def test_folder_that_is_a_file(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "g").write_text("")
    with pytest.raises(GraphError, match="cannot be written"):
        build_graph([pages], tmp_path / "g")


def test_folder_without_a_graph(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="holds no graph"):
        KnowledgeGraph(tmp_path)


def test_damaged_graph_is_named(pages: Path, own_graph: Path) -> None:
    records = existing(own_graph).records
    records.write_text(records.read_text()[:-40])
    with pytest.raises(GraphError, match=r"papers.jsonl:3: is damaged"):
        build_graph([pages], own_graph)


def test_records_that_are_cut_off_after_a_line_are_noticed(pages: Path, own_graph: Path) -> None:
    records = existing(own_graph).records
    records.write_text("".join(records.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(GraphError, match=r"papers.jsonl: is damaged or incomplete; .* in a new folder$"):
        build_graph([pages], own_graph)


@pytest.mark.slow
def test_a_damaged_manifest_does_not_keep_a_build_from_going_on(
    pages: Path, graph_folder: Path, own_graph: Path, nquads: NQuads
) -> None:
    (existing(own_graph).folder / GENERATION_MANIFEST).write_text("{")
    build_graph([pages], own_graph)
    assert nquads(own_graph) == nquads(graph_folder)


@pytest.mark.slow
def test_a_damaged_store_is_made_anew_from_the_records(
    pages: Path, graph_folder: Path, own_graph: Path, nquads: NQuads
) -> None:
    max((existing(own_graph).folder / "store").glob("*.sst")).unlink()
    warnings: list[str] = []
    build_graph([pages], own_graph, warn=warnings.append)
    assert warnings == [
        f"{own_graph / 'generation-1'}: the store is damaged; it is made anew, without the record of earlier runs"
    ]
    assert nquads(own_graph) == nquads(graph_folder)


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["index.sqlite", GENERATION_MANIFEST, "kept/counts.json", ""])
def test_the_record_of_runs_stays_if_another_file_than_the_store_is_damaged(
    pages: Path, graph_folder: Path, own_graph: Path, nquads: NQuads, damage: str
) -> None:
    generation = existing(own_graph).folder
    if damage:
        (generation / damage).write_bytes(b"{")
    else:
        (generation / "index.sqlite").unlink()
    warnings: list[str] = []
    build_graph([pages], own_graph, warn=warnings.append)
    assert warnings == []
    assert [run.number for run in KnowledgeGraph(own_graph).provenance()] == [1, 2]
    assert nquads(own_graph) == nquads(graph_folder)


@pytest.mark.slow
def test_records_that_the_system_does_not_let_read_are_not_made_anew(
    pages: Path, own_graph: Path, refuse: Callable[..., None]
) -> None:
    refuse("papers.jsonl")
    with pytest.raises(UnreadableError, match=r"papers\.jsonl: cannot be read \(Permission denied\)$"):
        build_graph([pages], own_graph)


@pytest.mark.slow
def test_a_store_that_the_system_does_not_let_read_is_not_made_anew(
    pages: Path, own_graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refused:
        @staticmethod
        def read_only(path: str) -> None:
            raise OSError(f"IO error: While open a file for random read: {path}/1.sst: Permission denied")

    monkeypatch.setattr("kg.graph.store.Store", Refused)
    with pytest.raises(UnreadableError, match=r"generation-1: the graph cannot be opened \(.*Permission denied\)$"):
        build_graph([pages], own_graph)
    assert existing(own_graph).folder.name == "generation-1"


@pytest.mark.slow
def test_control_characters_keep_their_place(tmp_path: Path, rows: Rows) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text(record("A", "\x00\x01 We train on MNIST \x0c."))
    build_graph([source], tmp_path / "g")
    (row,) = rows(tmp_path / "g", "SELECT ?s ?a { ?m oa:exact 'MNIST' ; oa:start ?s . ?p schema:abstract ?a }")
    assert f"A\n{row['a']}"[row["s"] :].startswith("MNIST")


@pytest.mark.slow
def test_another_model_reads_all_papers_again(graph_folder: Path, own_graph: Path, tmp_path: Path, pages: Path) -> None:
    model = tmp_path / "quiet-model"
    tagger = Tagger(Shape(width=8, distances=(1,), rows=(20,) * 8, mark_width=4))
    tagger.divide_scores(1e6)
    Model(tagger, RoleWeights({}, {}), Model.load(SHIPPED).results).save(model)
    second = build_graph([pages], own_graph, extractor=Extractor(model=model))
    assert (second.new, second.changed) == (0, 0)
    first, now = (KnowledgeGraph(folder).stats().entities for folder in (graph_folder, own_graph))
    assert sum(now.values()) != sum(first.values())
    assert read_runs(existing(own_graph).open())[-1].model.name == "quiet-model"


@pytest.mark.slow
def test_a_damaged_model_leaves_the_graph_as_it_was(
    graph_folder: Path, own_graph: Path, tmp_path: Path, nquads: NQuads
) -> None:
    (tmp_path / "model").mkdir()
    source = tmp_path / "new.jsonl"
    source.write_text(record("New", "Paper."))
    with pytest.raises(InputError, match="is not a model folder"):
        build_graph([source], own_graph, extractor=Extractor(model=tmp_path / "model"))
    assert nquads(own_graph) == nquads(graph_folder)


@pytest.mark.slow
def test_two_papers_of_one_title_stay_two(tmp_path: Path, rows: Rows) -> None:
    frogs = "Frogs hop over lilies when storks come near their quiet green ponds in spring."
    cities = "Urban traffic forecasts rely upon sensors along motorways and tunnels during winter."
    source = tmp_path / "papers.jsonl"
    source.write_text(record("Survey", frogs) + record("Survey", cities).replace('"survey"', '"other"'))
    warnings: list[str] = []
    report = build_graph([source], tmp_path / "g", warn=warnings.append)
    assert (report.new, KnowledgeGraph(tmp_path / "g").stats().papers) == (2, 2)
    assert warnings == ["'Survey' is the title of 2 papers, whose authors or abstracts differ"]
    again = build_graph([source], tmp_path / "g", warn=warnings.append)
    assert (again.new, again.changed, again.unchanged, again.extracted) == (0, 0, 2, 0)
    assert len(warnings) == 1
    found = rows(tmp_path / "g", "SELECT ?p ?a { ?p a kg:Paper ; schema:abstract ?a } ORDER BY ?p")
    assert [row["a"] for row in found] == [frogs, cities]
    assert found[0]["p"] == "https://w3id.org/papers-kg/paper/survey"
    assert str(found[1]["p"]).startswith("https://w3id.org/papers-kg/paper/survey-")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bugs in C programs", "Bugs in C++ programs"),
        ("Bugs in C programs", "Bugs in C# programs"),
        ("A search", "A* search"),
        ("मन", "मान"),
    ],
)
def test_titles_that_differ_in_a_sign_are_two_papers(tmp_path: Path, one: str, other: str) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text(record(one, "We train on MNIST.") + record(other, "We train on MNIST."), encoding="utf-8")
    build_graph([source], tmp_path / "g")
    assert KnowledgeGraph(tmp_path / "g").stats().papers == 2


@pytest.mark.slow
def test_rules_and_model_hold_for_later_builds(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "names.jsonl").write_text('{"label": "Dataset", "pattern": "Zorblatt"}\n')
    first, second = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    first.write_text(record("Frogs", "We train on Zorblatt."))
    second.write_text(record("Toads", "We test on Zorblatt."))
    build_graph([first], tmp_path / "g", rules=[tmp_path / "rules"])
    report = build_graph([second], tmp_path / "g")
    assert report.extracted == 1
    graph = KnowledgeGraph(tmp_path / "g")
    assert graph.settings.rules == (tmp_path / "rules",)
    assert [match.papers for match in graph.lookup("Zorblatt").matches] == [2]
    assert build_graph([second], tmp_path / "g", rules=[]).extracted == 2
    assert KnowledgeGraph(tmp_path / "g").settings.rules == ()


@pytest.mark.slow
def test_entries_of_several_sources_are_one_paper_whatever_the_order(tmp_path: Path, nquads: NQuads) -> None:
    preprint = {"title": "Frogs Hop", "abstract": "They hop far over ponds.", "arxiv": "2101.00001v2", "year": 2021}
    published = {
        "title": "Frogs Hop: A Study",
        "abstract": "They hop far.",
        "doi": "10.1234/hop",
        "arxiv": "2101.00001",
    }
    sources = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path, record in zip(sources, (preprint, published), strict=True):
        path.write_text(json.dumps(record))
    exports = set()
    for order in (sources, sources[::-1]):
        graph = tmp_path / f"graph-{order[0].stem}"
        for source in order:
            build_graph([source], graph)
        exports.add(nquads(graph))
        rows = [json.loads(line) for line in existing(graph).merged_papers.read_text().splitlines()]
        assert [(row["label"], row["source"], row["why"]) for row in rows] == [
            ("Frogs Hop", "a.jsonl", ""),
            ("Frogs Hop", "b.jsonl", "arXiv id"),
        ]
    assert len(exports) == 1


@pytest.mark.slow
def test_a_large_graph_keeps_its_profiles(graph_folder: Path, pages: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("kg.builder.builder._MANY", 3)
    build_graph([pages], tmp_path / "graph")
    assert len([*(tmp_path / "graph" / "generation-1" / "profiles").iterdir()]) == 1
    kept, made = KnowledgeGraph(tmp_path / "graph"), KnowledgeGraph(graph_folder)
    answers = [[*graph.ask("lpwc-most-used-datasets").rows()] for graph in (kept, made)]
    exports = [io.BytesIO(), io.BytesIO()]
    for graph, export in zip((kept, made), exports, strict=True):
        graph.export("ntriples", export, profile="lpwc")
    assert answers[0] == answers[1] != []
    assert exports[0].getvalue() == exports[1].getvalue()


HOPS = "We let FrogNet hop over 12 ponds; its accuracy is 2.1 points better than that of ToadNet on CIFAR-10."
CHOIRS = "We count frogs by their choirs at night, with a recurrent network. A choir of ten frogs is heard as nine."
MIXED = {
    "list.txt": f"""news

Subscribe

Mar 3

FrogNet: Hopping over Ponds

{HOPS} Code is at https://github.com/pond/frognet.

Counting Choirs of Frogs

{CHOIRS}
""",
    "zotero.bib": f"""@article{{one2026, title = {{{{FrogNet}}: Hopping over ponds}},
  author = {{One, Ada and Two, B{{\\"o}}}},
  journal = {{J. Ponds}}, year = 2026, doi = {{10.5555/POND.1}}, abstract = {{{HOPS[:-1]}}}}}
@inproceedings{{four2025, title = {{Newts without Labels}}, author = {{Four, Di}}, booktitle = {{Proc. Newts}},
  year = 2025, abstract = {{We label no newt and find 92% of them with SimCLR.}}}}
""",
    "openalex.json": json.dumps(
        {
            "meta": {"count": 2},
            "results": [
                {
                    "id": f"https://openalex.org/W{number}",
                    "doi": f"https://doi.org/{doi}" if doi else None,
                    "title": title,
                    "publication_year": year,
                    "publication_date": f"{year}-02-01",
                    "authorships": [
                        {"author": {"display_name": name, "orcid": "https://orcid.org/0000-0002-1825-0097"}}
                        for name in authors
                    ],
                    "abstract_inverted_index": {word: [place] for place, word in enumerate(words.split())},
                }
                for number, doi, title, year, authors, words in (
                    (
                        1,
                        "10.5555/pond.1",
                        "FrogNet",
                        2026,
                        ["Ada One"],
                        "We let FrogNet hop over 12 ponds better than ToadNet",
                    ),
                    (2, None, "Newts Without Labels.", 2025, ["D. Four"], "We label no newt and find them with SimCLR"),
                )
            ],
        }
    ),
    "arxiv.xml": f"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
<entry><id>http://arxiv.org/abs/2512.00001v2</id><published>2025-12-01T09:00:00Z</published>
<title>FrogNet: Hopping over
  Ponds</title><summary>{HOPS}</summary>
<author><name>Ada One</name></author><author><name>Bo Two</name></author></entry>
<entry><id>http://arxiv.org/abs/2511.00002v1</id><published>2025-11-05T09:00:00Z</published>
<title>Counting choirs of frogs</title><summary>{CHOIRS}</summary><author><name>Cy Three</name></author></entry>
<entry><id>http://arxiv.org/abs/2510.00003v1</id><published>2025-10-05T09:00:00Z</published>
<title>Toads Walk</title><summary>We show that toads walk on MNIST.</summary>
<author><name>Ed Five</name></author></entry>
</feed>""",
}


@pytest.mark.slow
def test_a_mixed_folder_has_each_paper_once_with_the_most_that_is_known_of_it(
    tmp_path: Path, extractor: Extractor, nquads: NQuads, rows: Rows
) -> None:
    folder, whole, parts = (tmp_path / name for name in ("mixed", "whole", "parts"))
    folder.mkdir()
    for name, text in MIXED.items():
        (folder / name).write_text(text, encoding="utf-8")
    build_graph([folder], whole, extractor=extractor, warn=pytest.fail)
    files = sorted(folder.iterdir(), reverse=True)
    for some in (files[:2], files[2:]):
        build_graph(some, parts, extractor=extractor, warn=pytest.fail)
    assert nquads(whole) == nquads(parts)
    listed = rows(
        whole,
        """SELECT ?name (GROUP_CONCAT(?at; separator=" ") AS ?listed) {
            SELECT * { ?paper a kg:Paper ; schema:name ?name ; kg:listedOn ?at } ORDER BY ?at
        } GROUP BY ?name""",
    )
    assert {row["name"]: row["listed"] for row in listed} == {
        "Counting choirs of frogs": "arxiv.xml:6 list.txt:11",
        "FrogNet: Hopping over Ponds": "arxiv.xml:2 list.txt:7 openalex.json:1 zotero.bib:1",
        "Newts without Labels": "openalex.json:2 zotero.bib:4",
        "Toads Walk": "arxiv.xml:8",
    }
    (frognet,) = (work.paper for work in read_records(existing(whole)) if work.key.startswith("frognet"))
    assert (frognet.doi, frognet.arxiv, frognet.identifiers) == ("10.5555/pond.1", "2512.00001", ("openalex:W1",))
    assert (frognet.authors, frognet.year, frognet.venue) == (("Ada One", "Bö Two"), 2026, "J. Ponds")
    assert frognet.abstract == f"{HOPS} Code is at https://github.com/pond/frognet."


def test_sources_without_abstracts_alone_make_no_graph(tmp_path: Path) -> None:
    (tmp_path / "dblp.xml").write_text("<dblp>\n<article><title>Frogs.</title></article></dblp>")
    with pytest.raises(InputError, match=r"dblp\.xml: has no abstracts, and only adds to papers of other files"):
        build_graph([tmp_path / "dblp.xml"], tmp_path / "graph")


def slow_extraction(log: Path) -> Callable[..., Iterator[Extraction | Failure]]:
    """An extractor that takes ten milliseconds for a paper, and writes down which it reads."""

    def extract_each(papers: Iterable[Paper], extractor: Extractor, workers: int | None) -> Iterator[Extraction]:
        for paper in papers:
            with log.open("a") as stream:
                stream.write(f"{paper.id}\n")
            time.sleep(0.01)
            name = Mention(type="Method", text=paper.title, start=0, end=7, confidence=1, extractor="slow")
            yield Extraction(id=paper.id, title=paper.title, entities=(name,))

    return extract_each


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_build_that_is_killed_again_and_again_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nquads: NQuads
) -> None:
    source, folder, log = tmp_path / "papers.jsonl", tmp_path / "g", tmp_path / "log"
    titles = [f"frog-{number}" for number in range(10, 60)]
    source.write_text("".join(record(title, "") for title in titles))
    monkeypatch.setattr(builder, "extract_each", slow_extraction(log))
    build_graph([source], tmp_path / "whole")
    log.write_text("")
    for papers in Random(16).choices(range(12), k=4):
        wanted = len(log.read_text().splitlines()) + papers
        child = os.fork()
        if not child:
            build_graph([source], folder)
            os._exit(0)
        while len(log.read_text().splitlines()) < wanted:
            time.sleep(0.001)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    read = log.read_text().splitlines()
    notes: list[str] = []
    report = build_graph([source], folder, note=notes.append)
    assert nquads(folder) == nquads(tmp_path / "whole")
    assert report.resumed + report.extracted == report.new == len(titles)
    assert len(log.read_text().splitlines()) <= len(titles) + 4, "at each kill, one was not finished"
    assert report.resumed >= len({*read}) - 4
    assert notes == [f"going on from a build that was interrupted: {report.resumed} papers are already read"]
    assert [path.name for path in folder.glob("generation-*")] == [existing(folder).folder.name]
    assert not existing(folder).extracted.exists()


@pytest.mark.slow
def test_a_build_that_fails_keeps_what_it_extracted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text(record("frog-12", "") + record("toad-12", ""))
    monkeypatch.setattr(builder, "extract_each", slow_extraction(tmp_path / "log"))

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(GraphError, match="No space left on device"):
        patch.setattr("kg.graph.store.Generation.load", full)
        build_graph([source], tmp_path / "g")
    report = build_graph([source], tmp_path / "g")
    assert (report.extracted, report.resumed) == (0, 2)
    assert build_graph([source], tmp_path / "g").resumed == 0


@pytest.mark.slow
def test_a_restart_reads_all_papers_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nquads: NQuads) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text(record("frog-12", "") + record("toad-12", ""))
    monkeypatch.setattr(builder, "extract_each", slow_extraction(tmp_path / "log"))
    build_graph([source], tmp_path / "g")
    before = nquads(tmp_path / "g")
    report = build_graph([], tmp_path / "g", restart=True)
    assert (report.extracted, report.resumed, report.changed) == (2, 0, 0)
    assert nquads(tmp_path / "g") == before


@pytest.fixture
def picky(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Has the extractor fail for papers whose title has a word; an empty one ends that."""
    word = [""]

    def extract_each(papers: Iterable[Paper], *_: object) -> Iterator[Extraction | Failure]:
        for paper in papers:
            name = Mention(type="Method", text=paper.title[:4], start=0, end=4, confidence=1, extractor="picky")
            found = Extraction(id=paper.id, title=paper.title, entities=(name,))
            yield Failure(f"ValueError: {word[0]}") if word[0] and word[0] in paper.title else found

    monkeypatch.setattr(builder, "extract_each", extract_each)
    return lambda given: word.__setitem__(0, given)


@pytest.mark.slow
def test_a_paper_that_fails_is_in_the_graph_without_mentions_until_it_no_longer_fails(
    tmp_path: Path, picky: Callable[[str], None], nquads: NQuads, rows: Rows
) -> None:
    source, folder = tmp_path / "papers.jsonl", tmp_path / "g"
    source.write_text(record("Frog", "", year=2020) + record("Toad", "", year=2021))
    picky("Toad")
    for again in (False, True):
        warnings: list[str] = []
        report = build_graph([source], folder, warn=warnings.append)
        assert (report.extracted, report.failed) == (1 if again else 2, 1)
        failures = existing(folder).failures
        assert warnings == [f"papers that could not be extracted: 1; see {failures}; the next build tries them again"]
        (failed,) = map(json.loads, failures.read_text().splitlines())
        assert failed == {
            "key": "toad",
            "title": "Toad",
            "source": str(source),
            "line": 2,
            "reason": "ValueError: Toad",
        }
        query = (
            "SELECT ?name ?year ?m { ?p schema:name ?name ; schema:datePublished ?year OPTIONAL { ?p kg:mentions ?m } }"
        )
        found = {row["name"]: (row["year"], bool(row["m"])) for row in rows(folder, query)}
        assert found == {"Frog": (2020, True), "Toad": (2021, False)}
    assert [str(violation) for violation in KnowledgeGraph(folder).validate().violations] == []
    picky("")
    assert build_graph([], folder).failed == 0
    build_graph([source], tmp_path / "once")
    assert nquads(folder) == nquads(tmp_path / "once")
    assert not existing(folder).failures.exists()


@pytest.mark.slow
def test_an_extractor_that_fails_for_all_papers_leaves_the_graph(
    tmp_path: Path, picky: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, nquads: NQuads
) -> None:
    monkeypatch.setattr(builder, "_HOPELESS", 3)
    source, folder = tmp_path / "papers.jsonl", tmp_path / "g"
    source.write_text(record("Frog", ""))
    build_graph([source], folder)
    source.write_text("".join(record(f"{name} toad", "") for name in ("Big", "Red", "Old", "New")))
    picky("toad")
    before = nquads(folder)
    with pytest.raises(KGError, match=r"^none of 3 papers could be extracted \(ValueError: toad\)$"):
        build_graph([source], folder)
    assert nquads(folder) == before
    source.write_text(record("Big toad", "") + record("Red toad", ""))
    assert build_graph([source], folder).failed == 2
