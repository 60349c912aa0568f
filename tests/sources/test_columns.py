"""Columns of tables: known by many names, and what cells of different programs say."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest

from kg.errors import KGError
from kg.sources.columns import Columns, checked, given_columns, key, may_be_header


def fields_of(header: list[str], row: list[Any], **given: str) -> dict[str, Any]:
    return {name: value for name, value in Columns(header, given).fields_of(row).items() if value}


def test_spellings_of_a_name_are_one() -> None:
    assert {key(name) for name in ("Paper Title", "paper_title", " PaperTitle ", "paper-title")} == {"papertitle"}
    assert key("# Title") != "title"


def test_a_name_that_a_user_gives_comes_first() -> None:
    assert fields_of(["title", "Titel"], ["Frogs", "Frösche"], title="Titel") == {"title": "Frösche"}
    assert checked({"abstract": "Kurz"}) == {"abstract": "Kurz"}
    with pytest.raises(KGError, match="columns: 'titel' is not a field; expected title, abstract, "):
        checked({"titel": "Titel"})


def test_an_option_names_several_columns() -> None:
    assert given_columns("title=Titel, abstract=Kurz, klar") == {"title": "Titel", "abstract": "Kurz, klar"}
    for text in ("", "title", "title=", "=Titel", "titel=Titel"):
        with pytest.raises(KGError, match="columns: "):
            given_columns(text)


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        ("Pond, Ann (23057372481); Lily, Bo (81693528207)", ["Pond, Ann", "Lily, Bo"]),
        ("Pond A.; van der Dune M.-J.", ["A. Pond", "M.-J. van der Dune"]),
        ("Pond A., Lily B.B.", ["A. Pond", "B.B. Lily"]),
        ("O'Brook, Dan B.; Pond, Ann", ["O'Brook, Dan B.", "Pond, Ann"]),
    ],
)
def test_authors_of_scopus_and_zotero(authors: str, names: list[str]) -> None:
    found = fields_of(["Title", "Authors"], ["Frogs", authors])["authors"]
    assert [person["name"] for person in found] == names


def test_lists_written_as_text_are_lists_and_words_are_apart() -> None:
    found = fields_of(["title", "authors", "terms"], ["Frogs", "['Ann Pond', \"Dan O'Brook\"]", "['cs.CV', 'cs.LG']"])
    assert (found["authors"], found["keywords"]) == (["Ann Pond", "Dan O'Brook"], ["cs.CV", "cs.LG"])
    assert fields_of(["title", "keywords"], ["Frogs", "hops; leaps"])["keywords"] == ["hops", " leaps"]


def test_affiliations_of_scopus_belong_to_their_authors() -> None:
    header = ["Title", "Authors", "Authors with affiliations"]
    found = fields_of(header, ["Frogs", "Pond A.; Lily B.", "Pond A., Delta University, Pondville; Lily B."])
    assert [person["affiliations"] for person in found["authors"]] == [["Delta University, Pondville"], []]


def test_an_arxiv_id_may_be_in_a_note() -> None:
    assert fields_of(["Title", "Extra"], ["Frogs", "arXiv:2001.00001 [cs]"])["arxiv"] == ["arXiv:2001.00001 [cs]"]
    assert "arxiv" not in fields_of(["Title", "Number"], ["Frogs", "2001.00001"])


def test_a_header_is_told_from_a_row_by_its_column_of_titles() -> None:
    assert may_be_header(["Nr.", "Paper Title", "Abstract"]) and may_be_header(["PT", "TI", "AB"])
    assert not may_be_header(["1", "Frogs of Ponds", "They hop."])


@pytest.mark.parametrize(
    ("header", "rows", "row"),
    [
        (["Title", "Keywords"], 1, ["Frogs", "['" + "\\'" * 20_000 + "]"]),
        (
            ["PT", "TI", "AB", "AU", "C1"],
            1,
            ["J", "Frogs", "They hop.", "A; B", "[A]" + " " * 5_000 + "x" * 5_000 + "["],
        ),
        (["Title", *["Keywords"] * 40_000], 3_000, ["Frogs", "hop"]),
    ],
    ids=["list", "places", "columns"],
)
def test_no_table_takes_more_than_linear_time(
    header: list[str], rows: int, row: list[Any], soon: AbstractContextManager[None]
) -> None:
    with soon:
        columns = Columns(header, {})
        for _ in range(rows):
            columns.fields_of(row)
