"""The datasets of values, by their places in a sentence."""

from __future__ import annotations

import pytest

from kg.extraction.results.datasets import DatasetsOfValues, only_dataset
from kg.extraction.results.measures import Piece, PieceKind

KINDS: dict[str, PieceKind] = {"A": "dataset", "B": "dataset", "a": "dataset", ",": "sign", ";": "sign"}


def pieces(sentence: str) -> list[Piece]:
    """A sentence whose datasets are called A and B, and whose values are numbers."""
    found, start = [], 0
    for word in sentence.split():
        kind: PieceKind = "value" if word.isdigit() else KINDS.get(word, "word")
        found.append(Piece(kind, start, start + len(word), word))
        start += len(word) + 1
    return found


def lists(row: list[Piece], kind: PieceKind) -> list[list[int]]:
    """The pieces of a kind in lists joined by commas and "and"."""
    found: list[list[int]] = []
    for index, piece in enumerate(row):
        if piece.kind == kind:
            between = row[found[-1][-1] + 1 : index] if found else []
            if found and all(other.text in (",", "and") for other in between):
                found[-1].append(index)
            else:
                found.append([index])
    return found


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("has 1 on A and has 2 on B", [["A"], ["B"]]),
        ("on A has 1 and on B has 2", [["A"], ["B"]]),
        ("has 1 and 2 on A and B", [["A"], ["B"]]),
        ("on A and B has 1 and 2", [["A"], ["B"]]),
        ("on A and B by 2", [["A", "B"]]),
        ("on A and B it has after many long years 2", [[]]),
        ("has 1 and 2 on A", [["A"], ["A"]]),
        ("has 1 here", [[]]),
    ],
)
def test_each_value_has_the_datasets_of_its_place(sentence: str, expected: list[list[str]]) -> None:
    row = pieces(sentence)
    values = lists(row, "value")
    datasets_of = DatasetsOfValues(row, values, lists(row, "dataset"))
    assert [[piece.text for piece in on] for number in range(len(values)) for on in datasets_of.of(number)] == expected


@pytest.mark.parametrize(("sentence", "expected"), [("A and A", ["A"]), ("a or A", ["a"]), ("A and B", []), ("no", [])])
def test_a_paper_with_one_dataset_has_it_for_all_values(sentence: str, expected: list[str]) -> None:
    assert [piece.text for piece in only_dataset(pieces(sentence))] == expected
