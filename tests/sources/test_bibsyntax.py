"""The syntax of BibTeX, also where it is broken."""

from __future__ import annotations

import pytest

from kg.sources.bibsyntax import blocks, names, values
from kg.text.lines import Line


def blocks_of(text: str) -> list[tuple[int, str, str]]:
    lines = (Line(number, line) for number, line in enumerate(text.split("\n"), start=1))
    return [(block.line, block.kind, block.text) for block in blocks(lines)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Pond, Ann", {"family": "Pond", "given": "Ann"}),
        ("Ann Pond", {"name": "Ann Pond"}),
        ("King, Jr., Ada", {"family": "King", "given": "Ada", "suffix": "Jr."}),
        ("King, Ada, Jr.", {"family": "King", "given": "Ada", "suffix": "Jr."}),
        ("family=Pond, given=Ann,", {"family": "Pond", "given": "Ann"}),
        ("{Barnes and Noble, Inc.}", {"family": "Barnes and Noble, Inc."}),
    ],
)
def test_names_are_taken_apart(name: str, expected: dict[str, str]) -> None:
    assert names(name) == [expected]
    assert names(f"{name} and others") == [expected]


def test_an_entry_that_opens_two_braces_too_many_ends_where_the_next_one_begins() -> None:
    found = blocks_of("@a{x, t = {A {b {c, y = 2020}\n@article{z,\nt = {c}}")
    assert found == [(1, "a", "x, t = {A {b {c, y = 2020}"), (2, "article", "z,\nt = {c}")]


def test_entries_end_at_their_brace_or_where_the_next_one_begins() -> None:
    assert blocks_of("@a{x, t = {A {b} c}} @b(y, t = {(c)}\n)") == [
        (1, "a", "x, t = {A {b} c}"),
        (1, "b", "y, t = {(c)}\n"),
    ]
    assert blocks_of("@a{x, t = {A {b}, c\n\n@b{y, t = {c}}") == [(1, "a", "x, t = {A {b}, c"), (3, "b", "y, t = {c}")]
    assert blocks_of("mail ann@pond.org (or bo)\n% @a{x, t = {no}}\n@a{x, t = {\\{}}") == [(3, "a", "x, t = {\\{}")]


def test_values_with_missing_commas_double_names_and_quotes_within_quotes() -> None:
    assert values('k, a = {1}\n b = 2, a = {3}, c = "x "y" z", d = , e = {f}', {}) == {
        "a": "1", "b": "2", "c": 'x "y" z', "d": "", "e": "f"}  # fmt: skip
    assert values('a = "{"}" # s # {!}', {"s": "so"}) == {"a": '{"}so!'}


def test_strings_of_one_another_do_not_fill_the_memory() -> None:
    strings = {"a": "frog", "b": "x" * 9_000}
    assert values("title = a # b # a # b # a, note = a", strings)["title"] == "frog" + "x" * 9_000 + "frog"
    for _ in range(20):
        strings = values("a = a # a", strings)
    assert len(strings["a"]) <= 10_000
