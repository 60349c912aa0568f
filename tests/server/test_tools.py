from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from kg import cli
from kg.api import KnowledgeGraph
from kg.ask.named import named_queries
from kg.ask.origins import takes_origin
from kg.errors import KGError
from kg.server.tools import LONGEST_ANSWER, Tool, bounded, instructions, known_tools

# What commands do that is no question to a graph, and what their options say that is none.
NO_QUESTIONS = {"build", "export", "validate", "demo", "mcp", "serve", "publish", "plot", "correct", "import", "watch"}
PRESENTATION = {"graph", "endpoint", "user", "as_json", "show_all", "format", "output", "listing", "timeout"}
ELSEWHERE = {
    "query": {"words", "file", "name", "allow_service"},  # ways to give a query; requests to other servers are refused
    "papers": {"merged"},  # the tool "merges" answers it
    "ask": {"words"},
    "diff": {"old", "new", "limit"},
}
NAMES = {"query": "sparql", "entities merges": "merges"}


@pytest.fixture(scope="module")
def graph(graph_folder: Path) -> KnowledgeGraph:
    return KnowledgeGraph(graph_folder)


@pytest.fixture(scope="module")
def known(graph_folder: Path) -> dict[str, Tool]:
    return known_tools(earlier=graph_folder)


def questions() -> Iterator[tuple[str, Any]]:
    """The commands that read a graph and are not among those that ask nothing, with the names that lead to them."""
    waiting: list[tuple[str, Any]] = [("", get_command(cli.app))]
    while waiting:
        path, command = waiting.pop()
        waiting += [(f"{path} {name}".strip(), inner) for name, inner in getattr(command, "commands", {}).items()]
        given = {parameter.name for parameter in command.params}
        if path and path not in NO_QUESTIONS and ("graph" in given or path == "diff"):
            yield path, command


@pytest.mark.slow
def test_every_question_of_the_command_line_is_a_tool_with_its_options(known: dict[str, Tool]) -> None:
    missing = []
    for path, command in questions():
        options = {parameter.name for parameter in command.params} - PRESENTATION - ELSEWHERE.get(path, set())
        if path == "ask":
            missing += [f"ask_{query.name}" for query in named_queries() if f"ask_{_(query.name)}" not in known]
        elif (name := NAMES.get(path, path)) not in known:
            missing.append(name)
        else:
            missing += [f"{name}: {option}" for option in options - known[name].parameters["properties"].keys()]
    assert missing == []
    assert len(list(questions())) >= 8


def _(name: str) -> str:
    return name.replace("-", "_")


def test_every_parameter_of_a_shipped_query_is_one_of_its_tool(known: dict[str, Tool]) -> None:
    for query in named_queries():
        schema = known[f"ask_{_(query.name)}"].parameters
        own = [parameter.name for parameter in query.parameters]
        others = [name for name in schema["properties"] if name not in own]
        assert [*schema["properties"]] == own + others
        assert others == (["origin"] if takes_origin(query.text) and not query.profile and "origin" not in own else [])
        assert schema["required"] == [parameter.name for parameter in query.parameters if parameter.default is None]


def test_tools_are_described(known: dict[str, Tool]) -> None:
    assert "evidence" in instructions()
    for tool in known.values():
        assert 20 < len(tool.description) < 2000
        assert "\n" not in tool.description
        assert all(schema["description"] for schema in tool.parameters["properties"].values())
        json.dumps(tool.parameters)


def test_a_look_up_has_a_card_with_proofs(graph: KnowledgeGraph, known: dict[str, Tool]) -> None:
    card = known["lookup"](graph, {"words": "cifar 10"})["card"]
    assert card["name"] == "CIFAR-10"
    proof = card["evidence"][0]
    assert proof["words"] in proof["sentence"]
    assert proof["end"] - proof["start"] == len(proof["words"])
    result = card["best"][0]["result"]
    assert result["evidence"][0]["sentence"] == result["sentence"]


def test_a_papers_card_proves_all_that_it_names(graph: KnowledgeGraph, known: dict[str, Tool]) -> None:
    card = known["lookup"](graph, {"words": "FrogNet: Hopping Networks for Image Classification"})["card"]
    named = {line["iri"] for kinds in (card["introduces"], card["uses"]) for lines in kinds.values() for line in lines}
    assert named and named <= {proof["about"] for proof in card["evidence"]}


def test_listed_papers_come_with_the_sentences_that_fit(graph: KnowledgeGraph, known: dict[str, Tool]) -> None:
    found = known["papers"](graph, {"dataset": "CIFAR-10", "method": ["ResNet 50"], "with_code": True})
    (paper,) = found["papers"]
    assert {proof["name"] for proof in paper["evidence"]} == {"CIFAR-10", "ResNet-50"}


def test_new_papers_come_with_what_they_introduce(graph: KnowledgeGraph, known: dict[str, Tool]) -> None:
    found = known["new"](graph, {"since": "2000"})
    assert found["total"] == 3
    assert {"PadDiff", "LilyBench"} <= {proof["name"] for paper in found["papers"] for proof in paper["introduces"]}


def test_a_chain_is_proved_at_each_paper(graph: KnowledgeGraph, known: dict[str, Tool]) -> None:
    found = known["path"](graph, {"source": "ResNet-50", "target": "ImageNet"})
    papers = [step for step in found["chains"][0] if step["type"] == "paper"]
    assert len(papers) == 2
    assert all(step["evidence"] for step in papers)  # what joins the papers here is a repository


def test_the_rows_of_a_shipped_query_are_proved(graph: KnowledgeGraph, known: dict[str, Tool]) -> None:
    found = known["ask_leaderboard"](graph, {"dataset": "cifar10", "metric": "accuracy"})
    assert found["meant"]["dataset"]["match"]["name"] == "CIFAR-10"
    row = found["rows"][0]
    assert row["iris"]["title"].endswith("paper/frognet-hopping-networks-for-image-classification")
    assert row["evidence"][0]["name"] == row["values"]["reported"] == "93.5%"


def test_a_query_without_an_answer_says_what_is_unknown(graph: KnowledgeGraph, known: dict[str, Tool]) -> None:
    assert "no task 'newts'" in known["ask_datasets_for_task"](graph, {"task": "newts"})["remark"]


def test_progress_without_years_says_so(graph: KnowledgeGraph, known: dict[str, Tool]) -> None:
    found = known["ask_progress"](graph, {"dataset": "cifar10", "metric": "accuracy"})
    assert found["rows"] == []
    assert found["remark"].endswith("; no paper with such a result has a year")


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("lookup", {}, "'words' is a required property"),
        ("lookup", {"words": "x" * 3000}, "is too long"),
        ("lookup", {"words": "x", "limit": 10**9}, "maximum"),
        ("lookup", {"words": "x", "graph": "/etc"}, "Additional properties"),
        ("papers", {"task": [1]}, "papers: task"),
        ("ask_evidence", {"entity": "no"}, ""),
        ("card", {"iri": "x> ?p ?o"}, "no entity"),
        ("sparql", {"sparql": "DELETE WHERE { ?s ?p ?o }"}, "would change the graph"),
        ("sparql", {"sparql": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}, "SERVICE"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_line(
    graph: KnowledgeGraph, known: dict[str, Tool], name: str, given: dict[str, Any], reason: str
) -> None:
    if not reason:
        assert known[name](graph, given)["rows"] == []
        return
    with pytest.raises(KGError, match=reason) as raised:
        known[name](graph, given)
    assert "\n" not in str(raised.value)
    assert "--allow" not in str(raised.value)


def test_sparql_answers_of_every_form_are_bounded(graph: KnowledgeGraph, known: dict[str, Tool]) -> None:
    rows = known["sparql"](graph, {"sparql": "SELECT ?p ?e { ?p kg:mentions ?e }", "limit": 2})
    assert (len(rows["rows"]), rows["more"]) == (2, "there are more than 2 rows")
    assert rows["rows"][0]["evidence"][0]["sentence"]
    assert known["sparql"](graph, {"sparql": "ASK { ?p a kg:Paper }"}) == {"answer": True}
    triples = known["sparql"](graph, {"sparql": "CONSTRUCT WHERE { ?p a kg:Paper }", "limit": 1})
    assert (len(triples["triples"]), triples["more"]) == (1, "there are more than 1 triples")


def test_counts_merges_and_changes_are_answered(graph: KnowledgeGraph, known: dict[str, Tool]) -> None:
    assert known["stats"](graph, {})["papers"] == 3
    more = known["stats"](graph, {"agreement": True, "provenance": True})
    assert more["agreement"]["papers"] == 0  # no catalogue was imported
    assert [run["number"] for run in more["runs"]] == [1]
    assert known["merges"](graph, {"words": "CIFAR-10"})["merges"]
    assert known["diff"](graph, {})["papers"] == {"old": 3, "new": 3, "came": [], "went": []}
    assert "diff" not in known_tools()


def test_a_long_answer_is_cut_and_says_so() -> None:
    answer = {"rows": [{"text": "x" * 3000, "inner": list(range(50))} for _ in range(100)], "kept": [1, 2]}
    found = bounded(answer)
    assert len(json.dumps(found)) < LONGEST_ANSWER + 100
    assert found["left_out"]["rows"] + len(found["rows"]) == 100
    assert len(found["rows"][0]["text"]) == 2001
    assert found["kept"] == [1, 2]
