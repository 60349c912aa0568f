"""CSV and TSV: separators, headers, quotes, and what is said where a column is missing."""

from __future__ import annotations

from typing import Any

import pytest

from kg.errors import InputError
from kg.sources.table import reader

Read = Any  # the fixture of conftest.py
READER = reader({})


@pytest.mark.parametrize(
    "text",
    [
        "id,Abstract,Title\n1,They hop.,Frogs\n",
        "\ufeffTitle;Abstract\r\nFrogs;They hop.\r\n",
        'sep=;\n"title";"abstract"\n"Frogs";"They hop."\n',
        "abstract\ttitle\nThey hop.\tFrogs\t\n",
        "Article Title|Abstract\nFrogs|They hop.\n",
    ],
)
def test_separator_and_order_are_found(read: Read, text: str) -> None:
    (paper,), warnings = read(READER, text)
    assert (paper.title, paper.abstract, warnings) == ("Frogs", "They hop.", [])


def test_cells_may_have_line_breaks_and_quotes(read: Read) -> None:
    text = 'title,abstract,year\n"Frogs","They\nhop ""high"".",2020\n\nToads,They sit.\n"",x,\n'
    (frogs, toads), warnings = read(READER, text)
    assert (frogs.abstract, frogs.year, frogs.line) == ('They hop "high".', 2020, 2)
    assert (toads.title, toads.line) == ("Toads", 5)
    assert warnings == ["pond:6: has no title; skipped"]


def test_quotes_are_signs_in_the_tables_of_web_of_science(read: Read) -> None:
    text = "PT\tAU\tAF\tTI\tSO\tDE\tAB\tPY\tUT\n"
    text += 'J\tPond, A\tPond, Ann\t"Frogs\tPONDS\thops; leaps\tThey hop.\t2020\tWOS:1\n'
    (paper,), _ = read(READER, text)
    assert (paper.title, paper.authors, paper.venue) == ('"Frogs', ("Ann Pond",), "PONDS")
    assert (paper.keywords, paper.identifiers) == (("hops", "leaps"), ("wos:1",))


def test_columns_of_other_names_are_given(read: Read) -> None:
    text = "Name,Inhalt\nFrogs,They hop.\n"
    given = reader({"title": "Name", "abstract": "Inhalt"})
    assert [paper.title for paper in read(given, text)[0]] == ["Frogs"]
    assert not READER.recognises(text.encode(), "x.csv")


def test_a_missing_column_is_named_with_what_helps(read: Read) -> None:
    with pytest.raises(
        InputError, match="pond:1: has no column for the abstract; --columns abstract=NAME names it, of: Titel, Inhalt"
    ):
        read(READER, "Titel,Inhalt\nFrogs,They hop.\n")


@pytest.mark.parametrize(
    "text",
    [
        "| Title | Abstract |\n|---|---|\n",
        "Title | Abstract\n--- | ---\n",
        "# Title, abstract\n",
        "Frogs, toads\n\nThey hop.",
        "",
    ],
)
def test_other_texts_are_not_taken(text: str) -> None:
    assert not READER.recognises(text.encode(), "x.csv")


def test_a_cell_without_end_costs_only_itself(read: Read) -> None:
    text = "title,abstract\nFrogs,They hop.\n" + '"' + f"{'x' * 100_000}\n" * 11 + "Toads,They sit.\n"
    (frogs, toads), (warning, *_) = read(READER, text)
    assert (frogs.title, toads.title) == ("Frogs", "Toads")
    assert warning.startswith("pond:3: cannot be read (field larger than field limit")
