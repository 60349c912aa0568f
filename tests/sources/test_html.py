"""HTML: papers on pages, without scripts, menus and tags."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest

from kg.errors import InputError
from kg.sources.html import READER

Read = Any  # the fixture of conftest.py

HOP = "We study frogs that hop over ponds, and we say in many words how they do it. " * 3


def test_headings_and_items(read: Read) -> None:
    text = f"""<!DOCTYPE html>
<html><head><title>Ponds</title><style>p {{ color: red }}</style></head><body><nav><a href="/">Home</a></nav>
<h1>Accepted</h1><script>if (a < b) "<h2>no</h2>"</script>
<h3><a href="https://e.org/1">Frogs &amp; Toads</a></h3>
<p class="authors">Ann Pond, Bo Lily</p>
<p
 class="abstract">{HOP}</p>
<p><a href="https://e.org/1.pdf">PDF</a> <a href="https://github.com/pond/frog">code</a></p>
<!-- <h3>Hidden</h3><p>{HOP}</p> -->
<ul><li><b>Newts</b>. Cy Oak, Dan Elm. <details><summary>Abstract</summary>{HOP}</details></li>
<li><a href="https://e.org/2">Olms</a></li></ul></body></html>"""
    (frogs, newts), warnings = read(READER, text)
    assert (frogs.title, frogs.abstract, frogs.authors) == ("Frogs & Toads", HOP.strip(), ("Ann Pond", "Bo Lily"))
    assert (frogs.url, frogs.github) == ("https://e.org/1", "https://github.com/pond/frog")
    assert (newts.title, newts.abstract, newts.authors) == ("Newts", HOP.strip(), ("Cy Oak", "Dan Elm"))
    assert warnings == ["pond:11: has no abstract; skipped"]


def test_tables_and_lists_of_definitions(read: Read) -> None:
    table = f"""<table><tr><th>Title</th><th>Authors</th><th>Abstract</th></tr>
<tr><td><a href="https://e.org/1">Frogs</a></td><td>Ann Pond; Bo Lily<td><p>{HOP}</p><p>More.</p></td></tr></table>"""
    (paper,), _ = read(READER, table)
    assert (paper.title, paper.abstract, paper.url) == ("Frogs", f"{HOP}More.", "https://e.org/1")
    listing = f"""<dl><dt><a href="/abs/2101.00001">[1]</a></dt><dd><div>Title: Frogs</div>
<div><a href="/a">Ann Pond</a>, <a href="/b">Bo Lily</a></div><p>{HOP}</p></dd></dl>"""
    (paper,), _ = read(READER, listing)
    assert (paper.title, paper.authors) == ("Frogs", ("Ann Pond", "Bo Lily"))


def test_a_page_without_papers_is_an_error(read: Read) -> None:
    with pytest.raises(InputError, match="pond: is HTML without entries"):
        read(READER, "<html>" + "<td>" * 1000 + "<" * 1000 + "<!--" * 1000)


def test_classes_say_what_is_an_abstract_and_who_wrote_it(read: Read) -> None:
    page = f"""<html><body class="abstracts"><h1>Accepted</h1>
<div class="paper"><p><strong>Newts in the Wild</strong></p><p class="authors"><em>Cy Oak</em></p>
<div class="acl-abstract"><div><p>{HOP}</p></div></div></div>
<div class='abstract'><h3>Toads</h3><p>Ann Pond (Delta, Pondville), Bo Lily (Reed Lab)</p><p>{HOP}</p></div>
<ul><li><b>Frogs of the Pond</b><br><i>Cora Moss</i>
<details><summary>Abstract</summary>{HOP}</details></li></ul></body>"""
    papers, _ = read(READER, page)
    assert [(paper.title, paper.authors) for paper in papers] == [
        ("Newts in the Wild", ("Cy Oak",)),
        ("Toads", ("Ann Pond", "Bo Lily")),
        ("Frogs of the Pond", ("Cora Moss",)),
    ]
    assert {paper.abstract for paper in papers} == {HOP.strip()}


@pytest.mark.parametrize(
    "hostile", ["<a \n" + "x\n" * 100_000, "<table><tr><td>" + "<p>" * 50_000 + "</table>"], ids=["tag", "cell"]
)
def test_no_page_takes_more_than_linear_time(read: Read, hostile: str, soon: AbstractContextManager[None]) -> None:
    with soon:
        (paper,), _ = read(READER, f"<h1>Ponds</h1><h2>Frogs</h2><p>Abstract: {HOP}</p>{hostile}")
    assert paper.title == "Frogs"


def test_a_character_may_be_written_with_any_number_of_digits(read: Read) -> None:
    (paper,), _ = read(READER, f"<h1>Ponds</h1><h2>Frogs</h2><p>Abstract: &#{'0' * 5_000}65; {HOP}</p>")
    assert paper.abstract == f"A {HOP}".strip()
