"""Chains of papers between entities, on a graph of a few papers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pyoxigraph as ox
import pytest

from kg.ask.paths import shortest_paths
from kg.errors import QueryError
from kg.graph.index import IndexedReader
from kg.vocabulary import PREFIXES, resource_prefixes

BASE = "https://example.org/"

# FrogNet - one - {CIFAR, accuracy} - two - ToadNet; accuracy is also in three and four. Newt is under ToadNet, its
# paper five shares only a repository with one and seven. Eel swims alone; nothing mentions Moss.
MENTIONS = {
    "one": ["method/frognet", "dataset/cifar", "metric/accuracy"],
    "two": ["method/toadnet", "dataset/cifar", "metric/accuracy"],
    "three": ["metric/accuracy", "task/croaking"],
    "four": ["metric/accuracy", "task/jumping"],
    "five": ["method/newt"],
    "six": ["method/eel"],
    "seven": [],
}
NAMES = {
    "method/frognet": "FrogNet",
    "method/toadnet": "ToadNet",
    "method/newt": "Newt",
    "method/eel": "Eel",
    "method/moss": "Moss",
    "dataset/cifar": "CIFAR",
    "metric/accuracy": "accuracy",
    "task/croaking": "croaking",
    "task/jumping": "jumping",
}


@pytest.fixture(scope="module")
def graph(indexed: Callable[[ox.Store], IndexedReader]) -> IndexedReader:
    lines = [f"@prefix {prefix}: <{iri}> ." for prefix, iri in (PREFIXES | resource_prefixes(BASE)).items()]
    lines.append(f"@base <{BASE}> .")
    for iri, name in NAMES.items():
        kind = iri.partition("/")[0].capitalize()
        lines.append(f'<{iri}> a kg:{kind} ; skos:prefLabel "{name}" .')
    for paper, mentioned in MENTIONS.items():
        lines.append(f'<paper/{paper}> a kg:Paper ; schema:name "Paper {paper}" .')
        lines += [f"<paper/{paper}> kg:mentions <{iri}> ." for iri in mentioned]
    lines.append("<method/newt> skos:broader <method/toadnet> .")
    lines.append('<code/github.com/pond/all> a kg:Repository ; schema:name "pond/all" .')
    lines += [f"<paper/{paper}> kg:hasCode <code/github.com/pond/all> ." for paper in ("one", "five", "seven")]
    store = ox.Store()
    store.load("\n".join(lines), format=ox.RdfFormat.TURTLE)
    return indexed(store)


def chains(graph: IndexedReader, source: str, target: str) -> list[list[str]]:
    return [[step.name for step in chain] for chain in shortest_paths(graph, source, target, base=BASE).chains]


def test_all_shortest_chains_come_and_those_through_what_few_papers_share_come_first(graph: IndexedReader) -> None:
    assert chains(graph, "FrogNet", "ToadNet") == [
        ["FrogNet", "Paper one", "CIFAR", "Paper two", "ToadNet"],
        ["FrogNet", "Paper one", "pond/all", "Paper five", "ToadNet"],
        ["FrogNet", "Paper one", "accuracy", "Paper two", "ToadNet"],
    ]


def test_the_limit_cuts_and_the_total_stays(graph: IndexedReader) -> None:
    found = shortest_paths(graph, "FrogNet", "ToadNet", base=BASE, limit=1)
    assert (len(found.chains), found.total, found.papers) == (1, 3, 2)


def test_one_paper_on_both_is_the_shortest_chain(graph: IndexedReader) -> None:
    assert chains(graph, "croaking", "accuracy") == [["croaking", "Paper three", "accuracy"]]


def test_a_paper_on_something_narrower_is_a_paper_on_an_end(graph: IndexedReader) -> None:
    assert ["FrogNet", "Paper one", "pond/all", "Paper five", "ToadNet"] in chains(graph, "FrogNet", "ToadNet")
    assert chains(graph, "Newt", "ToadNet") == [["Newt", "Paper five", "ToadNet"]]


def test_the_way_back_is_the_same(graph: IndexedReader) -> None:
    there, back = chains(graph, "croaking", "ToadNet"), chains(graph, "ToadNet", "croaking")
    assert there == [chain[::-1] for chain in back]


def test_names_are_found_as_a_look_up_finds_them(graph: IndexedReader) -> None:
    found = shortest_paths(graph, "frog-net", "metric:accuracy", base=BASE)
    assert (found.source.name, found.target.name) == ("FrogNet", "accuracy")


@pytest.mark.parametrize(
    ("source", "target", "problem"),
    [
        ("Zyzzyva", "FrogNet", "no method, dataset, metric or task 'Zyzzyva'$"),
        ("FrogPond", "FrogNet", r"no method, dataset, metric or task 'FrogPond' \(nearest: FrogNet"),
        ("FrogNet", "Paper one", "no method, dataset, metric or task 'Paper one'"),
        ("FrogNet", "frog net", "'FrogNet' and 'frog net' are the same: FrogNet"),
        ("FrogNet", "Eel", r"no chain of papers joins FrogNet \(method\) and Eel \(method\)"),
        ("Moss", "FrogNet", r"no chain of papers joins Moss \(method\) and FrogNet \(method\)"),
    ],
)
def test_where_there_is_none_it_is_said_why(graph: IndexedReader, source: str, target: str, problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        shortest_paths(graph, source, target, base=BASE)


def test_as_dict_is_json(graph: IndexedReader) -> None:
    found = json.loads(json.dumps(shortest_paths(graph, "croaking", "accuracy", base=BASE).as_dict()))
    assert [step["type"] for step in found["chains"][0]] == ["task", "paper", "metric"]
