"""Measures named by the words around a value."""

from __future__ import annotations

import re

import pytest

from kg.extraction.results.measures import MeasureReader, Piece
from kg.text.names import name_key

READER = MeasureReader(
    {"reduces": "change", "fewer": "change", "reduction": "change", "of": "bridge", "by": "bridge", "a": "bridge"},
    outside=frozenset(["competitive", "by"]),
    vague=frozenset(["model"]),
    datasets=frozenset([name_key("PondBench")]),
    heads=frozenset(["rate"]),
)


def pieces(text: str, metrics: tuple[str, ...] = ()) -> list[Piece]:
    """The words and signs of a sentence; numbers are values, some words metrics."""
    found = []
    for match in re.finditer(r"[\d.]*\d\S*|\w+|[^\w\s]", text):
        word = match[0]
        kind = "value" if word[0].isdigit() else "metric" if word in metrics else "word" if word.isalnum() else "sign"
        found.append(Piece(kind, match.start(), match.end(), word))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("a response time of 154", "response time"),
        ("it has 3x fewer collisions .", "collisions"),
        ("it reduces the hopping effort by 70%", "hopping effort"),
        ("a 70% vocabulary size reduction", "vocabulary size"),
        ("it has 46.5 AP now", "AP"),
        ("it gains 5% in mIoU .", "mIoU"),
        ("a hopping rate 94%", "hopping rate"),
        ("the frogs sit there 94% happily .", None),
    ],
)
def test_the_words_next_to_a_value_name_its_measure(text: str, measure: str | None) -> None:
    row = pieces(text)
    value = next(number for number, piece in enumerate(row) if piece.kind == "value")
    found = READER.named_by(text, row, value, value)
    assert (found and found.text) == measure


@pytest.mark.parametrize(
    ("text", "metrics", "expected"),
    [
        ("the verified pond accuracy is", ("accuracy",), "verified pond accuracy"),
        ("the average accuracy is", ("accuracy",), "accuracy"),
        ("PondBench accuracy is", ("accuracy",), "accuracy"),
        ("a competitive accuracy is", ("accuracy",), "accuracy"),
        ("the ROUGE-1 is", ("ROUGE",), "ROUGE-1"),
    ],
)
def test_a_known_measure_is_read_with_the_words_of_its_name(text: str, metrics: tuple[str, ...], expected: str) -> None:
    row = pieces(text, metrics)
    index = next(number for number, piece in enumerate(row) if piece.kind == "metric")
    full = READER.full(text, row, index)
    assert (full.text, text[full.start : full.end]) == (expected, expected)
