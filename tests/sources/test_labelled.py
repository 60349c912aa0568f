"""Plain text with labels is read paper by paper; prose, notes and YAML are not taken for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from kg.errors import InputError
from kg.records import Paper
from kg.sources import read_papers, readers

ABSTRACT = "Frogs are hard to count. We present HopNet, which counts\nthem in pictures of ponds."
TWO = f"""Found on 5 January 2026

Title: Frogs of Small Ponds:
  Counting Them
Authors: Ann Pond, Bo Lily
Year: 2020
Journal: Ponds
DOI: 10.1234/frog
Keywords: frogs; ponds
Abstract: {ABSTRACT}

Our code is at https://github.com/pond/frog. We count twice.

1 Introduction

Frogs have been counted for a long time. This is of no abstract.

Title: Toads
Author: Cy Oak
Abstract:
{ABSTRACT}
"""


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[Paper]]:
    def of(text: str, **columns: str) -> list[Paper]:
        path = tmp_path / "texts.txt"
        path.write_text(text, encoding="utf-8")
        return list(read_papers(path, pytest.fail, columns=columns or None))

    return of


def test_each_label_is_a_field_and_what_is_of_none_is_left_out(read: Callable[..., list[Paper]]) -> None:
    frogs, toads = read(TWO)
    assert (frogs.title, frogs.authors, frogs.year) == (
        "Frogs of Small Ponds: Counting Them",
        ("Ann Pond", "Bo Lily"),
        2020,
    )
    assert (frogs.venue, frogs.doi, frogs.keywords, frogs.line) == ("Ponds", "10.1234/frog", ("frogs", "ponds"), 3)
    assert frogs.abstract.endswith("We count twice.") and "HopNet" in frogs.abstract
    assert (toads.title, toads.authors, toads.line) == ("Toads", ("Cy Oak",), 19)
    assert toads.abstract.startswith("Frogs are hard") and toads.abstract.endswith("of ponds.")


@pytest.mark.parametrize(
    "text",
    [
        f"TITLE: Frogs\nABSTRACT: {ABSTRACT}\n----\nTITLE: Toads\nABSTRACT: {ABSTRACT}\n",
        f"[1] Title: Frogs\nAbstract: {ABSTRACT}\n[2] Title: Toads\nAbstract: {ABSTRACT}\n",
        f"Authors: Ann Pond\nTitle: Frogs\nAbstract: {ABSTRACT}\n\nAuthors: Bo\nTitle: Toads\nAbstract: {ABSTRACT}\n",
        f"Titel: Frogs\nZusammenfassung: {ABSTRACT}\n\nTitel: Toads\nZusammenfassung: {ABSTRACT}\n",
        f"Title:\n\nFrogs\n\nAbstract:\n\n{ABSTRACT}\n\nTitle:\n\nToads\n\nAbstract:\n\n{ABSTRACT}\n",
    ],
)
def test_labels_are_written_in_many_ways(read: Callable[..., list[Paper]], text: str) -> None:
    papers = read(text)
    assert [paper.title for paper in papers] == ["Frogs", "Toads"]
    assert all("hard to count" in paper.abstract and paper.abstract.endswith("of ponds.") for paper in papers)


def test_a_label_within_an_abstract_is_a_part_of_it(read: Callable[..., list[Paper]]) -> None:
    (paper,) = read(f"Title: Frogs\nAbstract: Frogs are many.\nSummary: {ABSTRACT}\nResults: They hop.\n")
    assert "Summary: Frogs are hard" in paper.abstract and paper.abstract.endswith("Results: They hop.")


def test_a_user_may_name_labels(read: Callable[..., list[Paper]]) -> None:
    (paper,) = read(f"Nimi: Frogs\nTiivistelmä: {ABSTRACT}\n", title="Nimi", abstract="Tiivistelmä")
    assert paper.title == "Frogs"


@pytest.mark.parametrize(
    "text",
    [
        "Title: My Tool\nAuthor: me\nSummary: It does a thing.\n\nInstall it with make.",  # a post of a blog
        "Title: Style of Ponds\nStatus: Final\n\nAbstract\n========\n\nHow ponds are kept.",  # a proposal
        "The talk had a title.\nTitle and place were announced late.\n\nAbstract: none.",
        "title: Frogs\nabstract: They hop.\n",  # YAML
        "Note: the abstract: is long.\n" * 5,
        "# Frogs\n\nTitle: Frogs\n",
        "Description: x\nAbstract: y\n",
    ],
)
def test_other_texts_are_not_taken_for_papers(text: str) -> None:
    found = next(reader.name for reader in readers() if reader.recognises(text.encode(), "x.txt"))
    assert found != "text with labels"


def test_very_many_lines_without_a_label_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.sources.labelled._MOST_LINES", 20)
    path = tmp_path / "x.txt"
    path.write_text(f"Title: Frogs\nAbstract: {ABSTRACT}\n\n" + "x\n" * 30 + f"Title: Toads\nAbstract: {ABSTRACT}\n")
    warnings: list[str] = []
    assert [paper.title for paper in read_papers(path, warnings.append)] == ["Frogs"]
    assert warnings == [f"{path}:23: 20 lines without a label; the rest is not read"]


def test_a_text_without_papers_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("Title: Frogs\nAbstract:\n")
    with pytest.raises(InputError, match=r"x\.txt:1: has no abstract; no record of this file is a paper"):
        list(read_papers(tmp_path / "x.txt", print))


def test_a_long_word_is_passed_soon(read: Callable[..., list[Paper]], soon: AbstractContextManager[None]) -> None:
    with soon:
        (paper,) = read(f"Title: Frogs\nAbstract: {ABSTRACT}\n1: {'A' * 600}\n")
    assert paper.abstract.endswith("AAA")
