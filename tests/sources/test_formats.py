"""The tables of formats are complete."""

from __future__ import annotations

import re

import pytest

from kg.sources.formats import tables_of


@pytest.mark.parametrize("kind", ["xml", "tagged", "bibtex", "columns"])
def test_each_table_says_where_title_and_abstract_are(kind: str) -> None:
    for name, table in tables_of(kind).items():
        assert table["title"], name
        assert table.get("abstract") or name == "dblp", name


def test_each_tag_begins_an_entry_of_its_format() -> None:
    for table in tables_of("tagged").values():
        assert re.compile(table["tag"]).groups == 2
