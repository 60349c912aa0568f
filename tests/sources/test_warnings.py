"""Warnings come in readable numbers."""

from __future__ import annotations

import pytest

from kg.sources.warnings import limited


def shown(lines: list[str]) -> list[str]:
    found: list[str] = []
    with limited(found.append, "p.jsonl") as warn:
        for line in lines:
            warn(line)
    return found


def test_few_warnings_are_all_shown() -> None:
    lines = [f"p.jsonl:{number}: has no title; skipped" for number in range(100)]
    assert shown(lines) == lines


def test_of_many_warnings_of_a_kind_the_later_ones_are_counted() -> None:
    lines = [f'p.jsonl:{number}: {number} years, "{number}", is no year; skipped' for number in range(12_445)]
    assert shown(lines) == [
        *lines[:100],
        "p.jsonl: … and 12,345 more like it (# years, #, is no year; skipped)",
    ]


def test_each_kind_is_counted_for_itself() -> None:
    lines = [f"p.jsonl:{number}: has no {'title' if number % 2 else 'abstract'}" for number in range(300)]
    assert shown(lines)[200:] == [
        "p.jsonl: … and 50 more like it (has no abstract)",
        "p.jsonl: … and 50 more like it (has no title)",
    ]


def test_the_number_of_kinds_is_bounded() -> None:
    words = [f"{a}{b}{c}" for a in "abcdefghij" for b in "abcdefghij" for c in "abcdefghij"]
    found = shown([f"p.jsonl:1: says {word}" for word in words])
    assert len(found) == 50 + 100 + 1
    assert found[-1] == "p.jsonl: … and 850 more like it (other)"


def test_what_is_left_out_is_said_even_if_reading_fails() -> None:
    found: list[str] = []
    with pytest.raises(ZeroDivisionError), limited(found.append, "p.jsonl") as warn:
        for _ in range(101):
            warn("p.jsonl:1: is odd")
        raise ZeroDivisionError
    assert found[100:] == ["p.jsonl: … and 1 more like it (is odd)"]
