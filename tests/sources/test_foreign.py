"""Files of formats that are not read are named, never taken for a listing page."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import InputError
from kg.sources import read_papers, readers
from kg.sources.foreign import format_of

BEGINNINGS = {
    "<svg>\n<article>": "XML",
    '<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="urn:x">': "RDF/XML",
    "%PDF-1.7": "PDF",
    "1. J Pond. 2020 Jan 1;1(1):1-2. doi: 10.1234/frog.\n\nFrogs.\n": "the text format of PubMed",
    "\\documentclass{article}\n\\title{Frogs}\n": "LaTeX",
    "id: 1\ntitle: Frogs\nabstract: They hop.\n": "YAML, or fields with names",
    "# made by hand\n@prefix kg: <https://w3id.org/papers-kg/ontology#> .\n": "Turtle",
    "id,label,kind,year\nhttps://pond.example/method/frog,Frog,method,\n": "the nodes of an exported network",
    "-" * 78 + "\n" + "-" * 78 + "\nSend any comments": "a mail of arXiv without papers",
}
TAGS = "RIS, EndNote, PubMed or Web of Science with tags"
XML = "XML of arXiv, PubMed, DBLP, GROBID or OAI-PMH"
READ = {
    "@article{frog,\n  title = {Frogs},\n": "BibTeX",
    "% made by hand\n\n@InProceedings(frog,\n": "BibTeX",
    "This file was created with JabRef 2.10.\n\n@Article{frog,\n  title = {Frogs},\n": "BibTeX",
    "TY  - JOUR\nTI  - Frogs\n": TAGS,
    "Provider: Pond\nContent: text/plain\n\nTY  - JOUR\nTI  - Frogs\n": TAGS,
    "FN Clarivate\nVR 1.0\n": TAGS,
    "%0 Journal Article\n%T Frogs\n": TAGS,
    '<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom">': XML,
    "<dblp>\n<article>": XML,
    "<!DOCTYPE html>\n<html>": "HTML",
    "# Frogs\n\n- [Frogs](https://pond.example)\n": "Markdown",
    "Frog papers\n\n## 2025\n\n- **Frogs**\n": "Markdown",
    "---\ntitle: Frogs\nlayout: page\n---\n# Frogs\n": "Markdown",
    "| Title | Abstract |\n|---|---|\n": "Markdown",
    "id,title,abstract\n1,Frogs,They hop.\n": "a table",
    '"Authors","Title","Year"\n': "a table",
    "id\ttitle\tabstract\n": "a table",
    "PAR1": "Parquet or Arrow",
}


@pytest.mark.parametrize(("beginning", "name"), READ.items())
def test_formats_that_are_read_are_not_foreign(beginning: str, name: str) -> None:
    assert next(reader.name for reader in readers() if reader.recognises(beginning.encode(), "x")) == name


@pytest.mark.parametrize(("beginning", "name"), BEGINNINGS.items())
def test_a_format_is_told_by_how_it_begins(tmp_path: Path, beginning: str, name: str) -> None:
    assert format_of(beginning.encode()) == name
    assert format_of(f"\n  {beginning}".encode()) == name
    path = tmp_path / "input"
    path.write_text(beginning, encoding="utf-8")
    with pytest.raises(InputError, match=f"input: is {name}, which is not read"):
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
    assert format_of(b"<!---->" * 1000) == "XML"
