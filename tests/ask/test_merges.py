"""The merges that a build recorded, read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.ask.merges import merges_of, recorded_merges
from kg.errors import GraphError
from kg.graph.manifest import UnreadableError
from kg.graph.store import Generation

ROWS = [
    {"entity": "urn:sam", "label": "Sharpness-Aware Minimization", "name": "SAM"},
    {"entity": "urn:sam", "label": "Sharpness-Aware Minimization", "name": "sharpness aware minimisation"},
    {"entity": "urn:vit", "label": "Vision Transformer", "name": "ViT"},
]


@pytest.fixture
def generation(tmp_path: Path) -> Generation:
    generation = Generation(tmp_path)
    generation.merges.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return generation


def test_all_merges_come_in_the_order_of_the_file(generation: Generation) -> None:
    assert list(recorded_merges(generation.merges)) == ROWS


@pytest.mark.parametrize("words", ["SAM", "sam", "sharpness aware minimization", "Sharpness-Aware Minimization"])
def test_a_name_in_any_spelling_chooses_all_merges_of_its_entity(generation: Generation, words: str) -> None:
    assert list(recorded_merges(generation.merges, words)) == ROWS[:2]


@pytest.mark.parametrize("words", ["Bezier curve", r"B\'ezier curve", "Be\u0301zier curves"])
def test_accents_typed_or_not_make_no_difference(tmp_path: Path, words: str) -> None:
    row = {"entity": "urn:bezier", "label": "Bézier curve", "name": "BC"}
    generation = Generation(tmp_path)
    generation.merges.write_text(json.dumps(row) + "\n")
    assert list(recorded_merges(generation.merges, words)) == [row]


def test_a_name_that_no_entity_has_chooses_nothing(generation: Generation) -> None:
    assert list(recorded_merges(generation.merges, "toad")) == []


def test_a_graph_without_a_record_and_a_damaged_record_are_errors(generation: Generation) -> None:
    for damaged in ('{"entity"\n', "[1]\n", "{}\n", '{"entity": "e", "label": null, "name": "n"}\n', "[" * 100_000):
        generation.merges.write_text(damaged)
        with pytest.raises(GraphError, match=r"merges\.jsonl: is damaged; build the graph again"):
            list(recorded_merges(generation.merges, "n"))
    generation.merges.unlink()
    with pytest.raises(GraphError, match=r"merges\.jsonl: is not there; build the graph again to see its merges"):
        list(recorded_merges(generation.merges))


def test_a_record_that_the_system_does_not_let_read_is_no_damage(
    generation: Generation, refuse: Callable[..., None]
) -> None:
    refuse("merges.jsonl")
    with pytest.raises(UnreadableError, match=r"merges\.jsonl: cannot be read \(Permission denied\)$"):
        list(recorded_merges(generation.merges))


def test_the_merges_of_one_entity_are_found_without_the_others(generation: Generation, tmp_path: Path) -> None:
    assert merges_of(generation, "urn:sam") == ROWS[:2]
    assert merges_of(generation, "urn:sa") == merges_of(Generation(tmp_path / "absent"), "urn:sam") == []
