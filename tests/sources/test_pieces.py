"""Which piece of a page is a title, an abstract, or says who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from kg.sources import read_papers
from kg.sources.pieces import Piece, entries

LONG = "They hop over ponds. " * 12


@pytest.mark.parametrize("lead", ["PDF", "Code & Data", "project page", "[arXiv]", "Mar 11", ""])
def test_links_to_a_paper_and_dates_are_no_titles(lead: str) -> None:
    assert not Piece(1, "text", lead, lead).is_title
    assert Piece(1, "text", "Code Search", "Code Search").is_title


def test_an_abstract_belongs_to_the_title_before_it() -> None:
    pieces = [
        Piece(1, "heading", "Frogs", "Frogs", level=2),
        Piece(2, "text", "Ann Pond, Bo Lily", "Ann Pond", links=("https://e.org/ann",)),
        Piece(3, "text", LONG),
        Piece(4, "text", LONG),
        Piece(5, "heading", "Toads", "Toads", level=2),
    ]
    ((line, fields),) = entries(pieces)
    assert (line, fields["title"], fields["authors"]) == (1, "Frogs", "Ann Pond, Bo Lily")
    assert fields["abstract"] == f"{LONG}\n{LONG}"


def test_the_rest_of_a_page_with_very_many_pieces_of_no_paper_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.sources.pieces._MOST_BETWEEN", 5)
    paper = [Piece(1, "heading", "Frogs", "Frogs", level=2), Piece(2, "details", LONG)]
    told: list[str] = []
    pieces = [*paper, *[Piece(3, "text", "x")] * 2, *paper, *[Piece(3, "text", "x")] * 9, *paper]
    assert len(list(entries(pieces, told.append))) == 2
    assert told == ["5 headings and paragraphs"]


@pytest.mark.parametrize("filler", ["x\n", "```\nx\n", "<!--\n"])
def test_the_rest_of_a_page_with_very_many_lines_of_no_paper_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filler: str
) -> None:
    monkeypatch.setattr("kg.sources.pieces._MOST_LINES", 50)
    monkeypatch.setattr("kg.sources.pieces._LINES_EACH", 10)
    path = tmp_path / "page.md"
    paper = "## Frogs of the Pond {}\n\nAuthors: Ann Pond\n\n{}\n\n"
    path.write_text("# Frogs\n\n" + "".join(paper.format(n, LONG) for n in range(20)) + "x\n\n" + filler * 300)
    warnings: list[str] = []
    assert len(list(read_papers(path, warnings.append))) == 20
    (warning,) = warnings
    assert re.fullmatch(rf"{path}: most of 2[0-9]0 lines are of no paper; the rest is not read", warning)


def test_of_very_many_papers_without_a_sign_only_some_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.sources.pieces._MOST_UNSURE", 4)
    read = 0

    def page() -> Iterator[Piece]:
        nonlocal read
        for read in range(40):
            title = f"Frogs of the Pond {read}"
            yield from (Piece(read, "heading", title, title, level=2), Piece(read, "text", LONG))

    found = entries(page())
    assert next(found)[1]["title"] == "Frogs of the Pond 0"
    assert read < 8
    assert len(list(found)) == 39


def test_a_text_that_may_list_authors_is_read_soon(soon: AbstractContextManager[None]) -> None:
    pieces = [
        Piece(1, "heading", "Frogs of Ponds", "Frogs of Ponds", level=2),
        Piece(2, "item", "A" + " " * 50_000 + "B"),
    ]
    with soon:
        assert list(entries([*pieces, Piece(3, "details", "Abstract: They hop.")]))
