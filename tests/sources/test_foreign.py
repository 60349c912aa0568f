"""Files of formats that are not read are named, never taken for a listing page."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import InputError
from kg.sources import read_papers
from kg.sources.foreign import format_of

BEGINNINGS = {
    "@article{frog,\n  title = {Frogs},\n": "BibTeX",
    "% made by hand\n\n@InProceedings(frog,\n": "BibTeX",
    "TY  - JOUR\nTI  - Frogs\n": "RIS",
    "PMID- 1\nTI  - Frogs\n": "a MEDLINE file of PubMed",
    "FN Clarivate\nVR 1.0\n": "a Web of Science file",
    "%0 Journal Article\n%T Frogs\n": "EndNote",
    '<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom">': "Atom or RSS",
    '<rss version="2.0">': "Atom or RSS",
    '<TEI xmlns="http://www.tei-c.org/ns/1.0">': "TEI XML",
    "<!DOCTYPE html>\n<html>": "HTML",
    "<dblp>\n<article>": "XML",
    '[\n  {"title": "Frogs"}\n]': "a JSON array",
    "[]": "a JSON array",
    '{\n  "title": "Frogs"\n}': "a JSON document of several lines",
    "# Frogs\n\n- [Frogs](https://pond.example)\n": "Markdown",
    "id,title,abstract\n1,Frogs,They hop.\n": "CSV",
    '"Authors","Title","Year"\n': "CSV",
    "\ufeffTitle,Abstract\n": "CSV",
    "id\ttitle\tabstract\n": "a table with tabs",
    "%PDF-1.7": "PDF",
    "-" * 78 + "\n" + "-" * 78 + "\nSend any comments": "a mail of arXiv",
}


@pytest.mark.parametrize(("beginning", "name"), BEGINNINGS.items())
def test_a_format_is_told_by_how_it_begins(tmp_path: Path, beginning: str, name: str) -> None:
    assert format_of(beginning.encode()) == name
    assert format_of(f"\n  {beginning}".encode()) == name
    path = tmp_path / "input"
    path.write_text(beginning, encoding="utf-8")
    with pytest.raises(InputError, match=f"input: is {name}, which is not read; expected a listing page or JSON lines"):
        list(read_papers(path, print))


@pytest.mark.parametrize(
    "beginning",
    [
        "news\n\nSubscribe\n\nMar 11\n\nFrogs\n",
        "Frogs, Toads and Newts\n\nThey hop.",
        '{"id": "1"}',
        "Title: a study",
        "",
    ],
)
def test_pages_and_json_lines_are_not_foreign(beginning: str) -> None:
    assert format_of(beginning.encode()) is None
