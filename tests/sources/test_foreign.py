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
    "# Frogs\n\n- [Frogs](https://pond.example)\n": "Markdown",
    "id,title,abstract\n1,Frogs,They hop.\n": "CSV",
    '"Authors","Title","Year"\n': "CSV",
    "\ufeffTitle,Abstract\n": "CSV",
    "id\ttitle\tabstract\n": "a table with tabs",
    "%PDF-1.7": "PDF",
    "This file was created with JabRef 2.10.\n\n@Article{frog,\n  title = {Frogs},\n": "BibTeX",
    "Provider: Pond\nContent: text/plain\n\nTY  - JOUR\nTI  - Frogs\n": "RIS",
    "1. J Pond. 2020 Jan 1;1(1):1-2. doi: 10.1234/frog.\n\nFrogs.\n": "the text format of PubMed",
    "\\documentclass{article}\n\\title{Frogs}\n": "LaTeX",
    "Frog papers\n\n## 2025\n\n- **Frogs**\n": "Markdown",
    "id: 1\ntitle: Frogs\nabstract: They hop.\n": "YAML, or fields with names",
    "id;title;abstract\n1;Frogs;They hop.\n": "CSV",
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
        '{"id": "1", "title": "T",\n{"id": "2"}',
        "Frogs: a study\n\nWe hop: a lot.\nWe leap.",
        "",
    ],
)
def test_pages_and_json_lines_are_not_foreign(beginning: str) -> None:
    assert format_of(beginning.encode()) is None


def test_many_comments_take_no_time() -> None:
    assert format_of(b"<!---->" * 1000) is None
