"""What the index keeps ready is what the query finds."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from kg.api import KnowledgeGraph
from kg.ask.kept import kept_answer
from kg.ask.sparql import run

KEPT = sorted(
    entry.name.removesuffix(".sql") for entry in (files("kg.ask") / "queries").iterdir() if ".sql" in entry.name
)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        *(("most-used", {"type": kind}) for kind in ("method", "Dataset", "metric", "task")),
        ("most-used", {"limit": "1"}),
        ("counts-by-year", {}),
        ("papers-without-code", {}),
        ("papers-without-code", {"limit": "0"}),
        ("leaderboard", {"dataset": "CIFAR-10", "metric": "accuracy", "shown": "all"}),
        ("datasets-for-task", {"task": "image classification"}),
        ("introduced-methods", {"task": "image classification", "limit": "2"}),
        ("metrics-for-task", {"task": "image classification"}),
        ("methods-with-method", {"method": "FrogNet"}),
        ("method-by-year", {"method": "FrogNet"}),
        ("builds-on", {"method": "convolutional neural network"}),
        ("new-datasets", {}),
        ("compare", {"dataset": "CIFAR-10"}),
        ("compare", {"dataset": "CIFAR-10", "shown": "all", "metrics": "1", "variants": "together"}),
    ],
)
def test_the_index_answers_as_the_query_does(graph_folder: Path, name: str, values: dict[str, str]) -> None:
    graph = KnowledgeGraph(graph_folder)
    question = graph.question(name, values)
    kept = kept_answer(graph.reader.index, question, graph.base)
    assert kept is not None
    queried = run(graph.store, question.sparql, graph.base)
    assert kept.variables == queried.variables
    assert [*kept.rows()] == [*queried.rows()]
    assert [*graph.answer(question).rows()] == [*kept.rows()]


def test_other_questions_are_asked_of_the_store(graph_folder: Path) -> None:
    graph = KnowledgeGraph(graph_folder)
    assert kept_answer(graph.reader.index, graph.question("evidence", {"entity": "CIFAR-10"}), graph.base) is None
    assert "evidence" not in KEPT
