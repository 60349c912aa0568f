"""The library: a graph in a handful of calls."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, cast

import networkx as nx
import numpy as np
import pyoxigraph as ox
import pytest
from rdflib import Literal, Variable
from spacy.tokens import DocBin

import kg
from kg.vocabulary import DEFAULT_BASE, KG

BASE = "https://w3id.org/papers-kg/"
UNTYPED: Any = kg  # for calls that are wrong on purpose


@pytest.fixture(scope="module")
def graph(graph_folder: Path) -> kg.KnowledgeGraph:
    return kg.KnowledgeGraph(graph_folder)


@pytest.fixture(scope="module")
def extractor() -> kg.LoadedExtractor:
    return kg.load()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file with a paper and an entry without an abstract."""
    page = tmp_path / "papers.jsonl"
    page.write_text('{"id": "1", "title": "T", "abstract": "We train on MNIST."}\n{"id": "2", "title": "U"}\n')
    return page


# Building and extracting ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "given", [str, Path, lambda page: [page], lambda page: (str(page),), lambda page: iter([page])]
)
def test_build_takes_one_path_or_several(
    source: Path, tmp_path: Path, extractor: kg.LoadedExtractor, given: Callable[[Path], Any]
) -> None:
    with pytest.warns(UserWarning, match=r"papers\.jsonl:2: has no abstract"):
        graph = kg.build(given(source), str(tmp_path / "graph"), extractor=extractor)
    assert graph.stats().papers == 1
    assert graph.folder == tmp_path / "graph"


@pytest.mark.slow
def test_build_with_rules_of_your_own(source: Path, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.jsonl").write_text('{"label": "Task", "pattern": "train"}\n')
    with pytest.warns(UserWarning):
        graph = kg.build(source, tmp_path / "graph", rules=tmp_path / "rules", base="https://example.org/")
    assert [match.iri for match in graph.lookup("train").matches] == ["https://example.org/task/train"]


@pytest.mark.slow
def test_warnings_point_at_the_line_of_the_caller(source: Path, tmp_path: Path, extractor: kg.LoadedExtractor) -> None:
    def line() -> int:
        return Path(__file__).read_text(encoding="utf-8").splitlines().index("        # the next line warns") + 2

    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"id": "1", "entities": []}\n')
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # the next line warns
        kg.build(source, tmp_path / "graph", extractor=extractor)
        kg.evaluate(gold, papers=source)
    assert [(warning.filename, warning.lineno) for warning in caught] == [(__file__, line()), (__file__, line() + 1)]


def test_a_loaded_extractor_is_used_again_and_again(extractor: kg.LoadedExtractor) -> None:
    papers = [kg.Paper(id=str(n), title="A study", abstract=f"We train ResNet-50 on CIFAR-1{n}0.") for n in range(2)]
    first, second = extractor.pipe(papers)
    assert extractor(papers[0]) == first
    assert [mention.text for mention in second.entities] == ["ResNet-50", "CIFAR-110"]
    assert {mention.entity for mention in first.entities} == {BASE + "method/resnet-50", BASE + "dataset/cifar-100"}
    assert list(extractor.pipe([])) == []


def test_the_pipeline_of_an_extractor_takes_text(extractor: kg.LoadedExtractor) -> None:
    doc = extractor.nlp("We train ResNet-50 on CIFAR-10.")
    assert [(span.text, span.label_) for span in doc.ents] == [("ResNet-50", "Method"), ("CIFAR-10", "Dataset")]


def test_docs_are_stored_without_what_the_components_note(extractor: kg.LoadedExtractor) -> None:
    doc = extractor.nlp("We train ResNet-50 (RN) on CIFAR-10, and reach 93.5% accuracy.")
    stored = DocBin(docs=[doc], store_user_data=False).to_bytes()
    (found,) = DocBin(store_user_data=False).from_bytes(stored).get_docs(extractor.nlp.vocab)
    assert [(span.text, span.label_) for span in found.ents] == [(span.text, span.label_) for span in doc.ents]
    assert [span.text for span in found.spans["results"]] == [span.text for span in doc.spans["results"]] == ["93.5%"]


@pytest.mark.slow
def test_a_graph_and_an_extractor_go_to_other_processes(
    graph: kg.KnowledgeGraph, extractor: kg.LoadedExtractor
) -> None:
    paper = kg.Paper(id="1", title="A study", abstract="We train ResNet-50 on CIFAR-10.")
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(graph.stats).result() == graph.stats()
        assert pool.submit(extractor, paper).result() == extractor(paper)


@pytest.mark.slow
def test_extract_takes_one_paper_or_several() -> None:
    paper = kg.Paper(id="1", title="A study", abstract="We train ResNet-50.")
    assert list(kg.extract(paper)) == list(kg.extract(iter([paper])))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"id": 7}, r"^paper 7: \"id\": "),
        ({"title": None}, r"^paper '1': \"title\": "),
        ({"abstract": ["a"]}, r"^paper '1': \"abstract\": "),
        ({"year": "soon"}, r"^paper '1': \"year\": "),
        ({"authors": "Ada"}, r"^paper '1': \"authors\": "),
        ({"venue": 1}, r"^paper '1': \"venue\": "),
        ({"abstract": "half a pair: \ud800"}, r"^paper '1': expected Unicode text"),
    ],
)
def test_a_paper_with_a_field_of_a_wrong_type_is_an_error_that_names_it(
    extractor: kg.LoadedExtractor, fields: dict[str, Any], problem: str
) -> None:
    paper = kg.Paper(**{"id": "1", "title": "T", "abstract": "A.", **fields})
    with pytest.raises(kg.KGError, match=problem):
        extractor(paper)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda load, graph: load([1]), "rules: expected a path, found 1"),
        (lambda load, graph: load(model=5), "model: expected a path, found 5"),
        (lambda load, graph: load()("text"), "papers: expected kg.Paper, found 'text'"),
        (lambda load, graph: load().pipe(5), "papers: expected kg.Paper or several, found 5"),
        (lambda load, graph: list(load().pipe("ab")), "papers: expected kg.Paper, found 'a'"),
        (lambda load, graph: load().pipe([], workers=0), "workers: expected a whole number from 1, found 0"),
        (lambda load, graph: UNTYPED.build(None), "inputs: expected a path or several, found None"),
        (lambda load, graph: UNTYPED.build([None]), "inputs: expected a path, found None"),
        (lambda load, graph: UNTYPED.build("x", None), "folder: expected a path, found None"),
        (lambda load, graph: UNTYPED.build("x", base=5), "base: expected text, found 5"),
        (lambda load, graph: UNTYPED.build("x", workers="2"), "workers: expected a whole number from 1, found '2'"),
        (lambda load, graph: UNTYPED.build("x", extractor=5), "extractor: expected what kg.load() returns, found 5"),
        (lambda load, graph: kg.build("x", rules="x", extractor=load()), "extractor: give either an extractor or"),
        (lambda load, graph: UNTYPED.evaluate(5), "gold: expected a path, found 5"),
        (lambda load, graph: UNTYPED.evaluate("x", papers=5), "papers: expected a path, found 5"),
        (lambda load, graph: UNTYPED.KnowledgeGraph(None), "folder: expected a path, found None"),
        (lambda load, graph: graph.query(None), "sparql: expected text, found None"),
        (lambda load, graph: graph.query("ASK {}", profile="pwc"), "there is no profile 'pwc'; choose from lpwc"),
        (lambda load, graph: graph.query("ASK {}", profile=["lpwc"]), "profile: expected text, found ['lpwc']"),
        (lambda load, graph: graph.ask(None), "name: expected text, found None"),
        (lambda load, graph: graph.ask("most-used", ["type"]), "parameters: expected a dictionary of names and values"),
        (
            lambda load, graph: graph.ask("datasets-for-task", {"task": ["x"]}),
            "parameter task: expected text or a whole number, found ['x']",
        ),
        (
            lambda load, graph: graph.ask("datasets-for-task", {"task": None}),
            "parameter task: expected text or a whole number, found None",
        ),
        (lambda load, graph: graph.lookup(None), "words: expected text, found None"),
        (lambda load, graph: graph.lookup("x", type="animal"), "type: expected one of method, dataset, metric, task"),
        (lambda load, graph: graph.lookup("x", type=["task"]), "type: expected one of method, dataset, metric, task"),
        (lambda load, graph: graph.lookup("x", limit=0), "limit: expected a whole number from 1, found 0"),
        (lambda load, graph: graph.lookup("x", limit=True), "limit: expected a whole number from 1, found True"),
        (lambda load, graph: graph.card(None), "iri: expected text, found None"),
        (lambda load, graph: graph.paths("FrogNet", None), "target: expected text, found None"),
        (lambda load, graph: graph.paths("FrogNet", "SGD", limit="5"), "limit: expected a whole number from 1"),
        (lambda load, graph: graph.export("word", io.BytesIO()), "format 'word' does not fit here; choose from turtle"),
        (lambda load, graph: graph.export("tsv", io.BytesIO()), "format 'tsv' does not fit here; choose from turtle"),
        (lambda load, graph: graph.export("turtle", io.StringIO()), "output: expected a path or a stream of bytes"),
        (lambda load, graph: graph.export("turtle", None), "output: expected a path or a stream of bytes"),
        (lambda load, graph: graph.export("turtle", "no/such/folder/x.ttl"), "no/such/folder/x.ttl: cannot be written"),
        (
            lambda load, graph: graph.export("turtle", io.BytesIO(), profile="lpwc", provenance=True),
            "profile: expected no provenance",
        ),
        (lambda load, graph: graph.validate(5), "shapes: expected a path, found 5"),
        (
            lambda load, graph: graph.answer("most-used"),
            "question: expected what question() returns, found 'most-used'",
        ),
        (lambda load, graph: graph.query("ASK {}", allow_service="no"), "allow_service: expected True or False, found"),
        (lambda load, graph: graph.papers(venue=b"x"), "venue: expected text or several, found b'x'"),
        (lambda load, graph: graph.papers(with_code="no"), "with_code: expected True or False, found 'no'"),
        (lambda load, graph: graph.card("x", whole=None), "whole: expected True or False, found None"),
        (lambda load, graph: graph.compare("x", all=1), "all: expected True or False, found 1"),
        (lambda load, graph: graph.export("nt", io.BytesIO(), alignment="no"), "alignment: expected True or False"),
        (lambda load, graph: graph.papers(year=1.5), "year: expected text or several, found 1.5"),
        (lambda load, graph: graph.query("ASK {}", timeout=float("nan")), "timeout: expected a number of seconds"),
        (
            lambda load, graph: kg.build([], "no/graph"),
            "inputs: expected files or folders, found none; no/graph holds no",
        ),
        (lambda load, graph: graph.profile("pwc"), "there is no profile 'pwc'; choose from lpwc"),
    ],
)
def test_a_wrong_argument_is_an_error_that_says_what_was_expected(
    graph: kg.KnowledgeGraph,
    extractor: kg.LoadedExtractor,
    call: Callable[[Any, kg.KnowledgeGraph], object],
    problem: str,
) -> None:
    def load(*arguments: Any, **options: Any) -> kg.LoadedExtractor:
        return kg.load(*arguments, **options) if arguments or options else extractor

    with pytest.raises(kg.KGError) as error:
        call(load, graph)
    assert str(error.value).startswith(problem)
    assert "\n" not in str(error.value)


def test_a_build_of_nothing_needs_a_graph(tmp_path: Path) -> None:
    with pytest.raises(kg.KGError, match=r"^inputs: expected files or folders, found none; .*graph holds no graph"):
        kg.build([], tmp_path / "graph")
    assert [*tmp_path.iterdir()] == []


# Asking ---------------------------------------------------------------------------------------------------------------


def test_lookup_and_card(graph: kg.KnowledgeGraph) -> None:
    found = graph.lookup("cifar 10")
    assert found.winner is not None
    assert graph.card(found.winner.iri).name == "CIFAR-10"
    with pytest.raises(kg.KGError, match="nothing"):
        graph.card(BASE + "dataset/nothing")


def test_named_query(graph: kg.KnowledgeGraph) -> None:
    rows = list(graph.ask("datasets-for-task", {"task": "image classification"}).records())
    assert {row["dataset"] for row in rows} >= {"CIFAR-10", "CIFAR-100"}
    with pytest.raises(kg.QueryError, match="task"):
        graph.ask("datasets-for-task")
    assert len(list(graph.ask("most-used", {"limit": 1}).records())) == 1


def test_papers_takes_one_name_or_several(graph: kg.KnowledgeGraph) -> None:
    one = graph.papers(dataset="cifar 10", task="image classification")
    assert [paper.title for paper in one.papers] == ["FrogNet: Hopping Networks for Image Classification"]
    assert graph.papers(dataset=["CIFAR-10", "CIFAR-100"], limit=5).total == 1
    assert graph.papers(year=2020).papers == graph.papers(year=["2020..", "..2021"]).papers == ()
    assert graph.papers().total == 3
    for wrong in ({"dataset": 1.5}, {"year": [None]}, {"limit": 0}, {"new_since": 2020}):
        with pytest.raises(kg.KGError, match="expected"):
            graph.papers(**wrong)


def test_numbers_of_numpy_are_numbers_and_large_ones_are_all(graph: kg.KnowledgeGraph) -> None:
    one, year, seconds = cast(Any, (np.int64(1), np.int64(2020), np.float32(30)))
    assert len(graph.lookup("cifar", limit=one).matches) == 1
    assert graph.papers(year=year) == graph.papers(year=[year]) == graph.papers(year=2020)
    assert len([*graph.ask("most-used", {"limit": one}).records()]) == 1
    assert graph.query("ASK {}", timeout=seconds).kind == "ask"
    assert graph.suggest("cifar", 10**30) == graph.suggest("cifar", 100)
    assert graph.paths("FrogNet", "CIFAR-10", limit=10**30) == graph.paths("FrogNet", "CIFAR-10", limit=None)


@pytest.mark.slow
def test_export_writes_a_path_as_it_writes_a_stream(graph: kg.KnowledgeGraph, tmp_path: Path) -> None:
    stream = io.BytesIO()
    count = graph.export("ntriples", stream)
    assert (
        graph.export("ntriples", tmp_path / "graph.nt") == graph.export("ntriples", str(tmp_path / "again.nt")) == count
    )
    assert (tmp_path / "graph.nt").read_bytes() == (tmp_path / "again.nt").read_bytes() == stream.getvalue()


def test_prefixes_are_bound_for_rdflib(graph: kg.KnowledgeGraph) -> None:
    dataset = graph.to_rdflib()
    assert len(list(dataset.query("SELECT ?x { ?x a kg:Paper }"))) == graph.stats().papers
    assert dataset.namespace_manager.qname(f"{DEFAULT_BASE}dataset/mnist") == "dataset:mnist"


def test_rdflib_reads_the_same_store(graph: kg.KnowledgeGraph) -> None:
    dataset = graph.to_rdflib()
    (row,) = dataset.query(f"SELECT (COUNT(*) AS ?n) {{ ?p a <{KG}Paper> }}").bindings
    assert row == {Variable("n"): Literal(3)}
    turtle = io.BytesIO()
    assert graph.export("ntriples", turtle, provenance=True) == len(dataset)


def test_from_chooses_the_graphs_of_a_query(graph: kg.KnowledgeGraph) -> None:
    query = "SELECT ?p {} {{ ?p a kg:Paper }}"
    (one, *_) = (quad.graph_name for quad in graph.store.quads_for_pattern(None, None, ox.NamedNode(f"{KG}Paper")))
    assert len(list(graph.query(query.format("")).rows())) == 3
    assert len(list(graph.query(query.format(f"FROM {one}")).rows())) == 1
    rows = graph.to_rdflib().query(query.format(f"FROM {one}").replace("kg:Paper", f"<{KG}Paper>"))
    assert len(rows.bindings) == 1
    assert graph.query("SELECT * FROM <http://e/none> { ?s ?p ?o }", profile="lpwc").is_empty


def test_services_are_asked_only_if_allowed(graph: kg.KnowledgeGraph) -> None:
    query = "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"  # the store refuses this port itself
    with pytest.raises(kg.QueryError, match=r"^query: SERVICE would send requests"):
        graph.query(query)
    with pytest.raises(kg.QueryError, match="The port 9 is not allowed"):
        graph.query(query, allow_service=True)


@pytest.mark.slow
def test_a_query_has_a_time_limit(graph: kg.KnowledgeGraph) -> None:
    cross = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with pytest.raises(kg.QueryError, match=r"^query: took longer than 0\.2 seconds"):
        graph.query(cross, timeout=0.2)
    assert graph.query("ASK {}", timeout=0).truth


@pytest.mark.parametrize("timeout", [-1, True, "60", None, float("nan"), float("inf")])
def test_a_time_limit_is_a_number_of_seconds(graph: kg.KnowledgeGraph, timeout: object) -> None:
    with pytest.raises(kg.KGError, match=r"^timeout: expected a number of seconds"):
        graph.query("ASK {}", timeout=timeout)  # type: ignore[arg-type]
    with pytest.raises(kg.KGError, match=r"^timeout: expected a number of seconds"):
        graph.answer(graph.question("most-used"), timeout=timeout)  # type: ignore[arg-type]


def test_a_term_that_the_vocabulary_does_not_have_is_a_warning(graph: kg.KnowledgeGraph) -> None:
    with pytest.warns(UserWarning, match=r"^the vocabulary has no kg:usesDatasets; did you mean kg:usesDataset\?$"):
        assert graph.query("SELECT * { ?p kg:usesDatasets ?d }").is_empty


def test_networkx_sees_papers_meet_at_a_dataset(graph: kg.KnowledgeGraph) -> None:
    network = graph.to_networkx()
    node = BASE + "dataset/cifar-10"
    assert network.nodes[node] == {"kind": "dataset", "name": "CIFAR-10"}
    assert {network.edges[edge]["property"] for edge in network.in_edges(node)} == {"usesDataset"}
    papers = list(network.predecessors(node))
    assert len(papers) == 2
    assert nx.has_path(network.to_undirected(), *papers)


def test_names_load_when_they_are_used() -> None:
    assert set(kg.__all__) <= set(dir(kg))
    assert kg.Paper.__module__ == "kg.records"
    with pytest.raises(AttributeError, match="nonsense"):
        kg.nonsense  # noqa: B018
