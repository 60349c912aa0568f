"""Markdown: lists, headings and tables of papers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from kg.errors import InputError
from kg.sources.markdown import READER, split
from kg.text.lines import Line

Read = Any  # the fixture of conftest.py

HOP = "We study frogs that hop over ponds, and we say in many words how they do it. " * 3


def test_an_awesome_list(read: Read) -> None:
    text = f"""# Awesome frogs [![Awesome](https://awesome.re/badge.svg)](https://awesome.re)

- [Contents](#contents)

**Frogs of the Pond.**<br>
*Ann Pond, Bo Lily.*<br>
Ponds 2024. [[PDF](https://arxiv.org/abs/2101.00001)] [[Code](https://github.com/pond/frog)]
<details close>
<summary>Abstract</summary>
{HOP}
</details>

* **Toads**, Cy Oak, Dan Elm, [[paper]](https://e.org/toads) <details><summary>Abstract</summary>{HOP}</details>
* [Newts](https://e.org/newts)
"""
    (frogs, toads), warnings = read(READER, text)
    assert (frogs.title, frogs.abstract, frogs.authors) == ("Frogs of the Pond", HOP.strip(), ("Ann Pond", "Bo Lily"))
    assert (frogs.arxiv, frogs.url) == ("2101.00001", "https://arxiv.org/abs/2101.00001")
    assert frogs.github == "https://github.com/pond/frog"
    assert (toads.title, toads.authors, toads.url) == ("Toads", ("Cy Oak", "Dan Elm"), "https://e.org/toads")
    assert warnings == ["pond:14: has no abstract; skipped"]


def test_headings_with_abstracts_below_them(read: Read) -> None:
    text = f"""---
title: notes
---
# Notes

Frogs
=====
*Ann Pond and Bo Lily*

{HOP}

[paper](https://e.org/1) | [code](https://github.com/pond/frog)

## [Toads](https://e.org/2)

Authors: Cy Oak

**Abstract**: {HOP}

## Section

### Newts

#### Abstract

> They swim.

```
## Not a title
```
"""
    papers, warnings = read(READER, text)
    assert [(paper.title, paper.authors, paper.url) for paper in papers] == [
        ("Frogs", ("Ann Pond", "Bo Lily"), "https://e.org/1"),
        ("Toads", ("Cy Oak",), "https://e.org/2"),
    ]
    assert {paper.abstract for paper in papers} == {HOP.strip()}
    assert (papers[0].github, warnings) == ("https://github.com/pond/frog", [])


def test_tables(read: Read) -> None:
    text = f"""| Publish Date | **Title** | Authors | Abstract | Code |
|:---|---|---|---|---|
| **2026-01-09** | **[Frogs $|x|$](http://arxiv.org/abs/2601.00001v1)** | Ann Pond et.al. | \
<details><summary>Show</summary><p>They hop | they leap \\| they sit.</p></details> |\
 [link](https://github.com/pond/frog) |
| 2026-01-10 | Toads | Bo Lily | {HOP} a | b |  |
| 2026-01-11 | [Newts](https://e.org) | Cy Oak |  |  |

Title | Abstract
--- | ---
Olms | They rest.
"""
    (frogs, toads, olms), warnings = read(READER, text)
    assert (frogs.title, frogs.abstract, frogs.authors) == (
        "Frogs |x|", "They hop | they leap | they sit.", ("Ann Pond",))  # fmt: skip
    assert (frogs.date, frogs.arxiv, frogs.github) == ("2026-01-09", "2601.00001", "https://github.com/pond/frog")
    assert (toads.title, toads.abstract.endswith("a|b")) == ("Toads", True)
    assert (olms.title, olms.abstract) == ("Olms", "They rest.")
    assert warnings == ["pond:5: has no abstract; skipped"]


def test_a_listing_page_with_a_heading(read: Read) -> None:
    papers, _ = read(READER, f"# Mar 11\n\nFrogs of the Pond\n\n{HOP}\n\nToads\n\n{HOP}\n")
    assert [paper.title for paper in papers] == ["Frogs of the Pond", "Toads"]


def test_a_page_without_papers_is_an_error(read: Read) -> None:
    with pytest.raises(InputError, match="pond: is Markdown without entries"):
        read(READER, "# Notes\n\nSome words.\n")


def test_a_page_about_something_else_has_no_papers(read: Read) -> None:
    usual = f"# Pond\n\n{HOP}\n\n## Use\n\n- **Frogs** {HOP}\n- **Toads** hop\n- **Newts** swim\n\n## Limits\n\nNone.\n"
    with_code = f"# Pond\n\n## Use\n\n{HOP}\n\n```\npond\n```\n\n## Limits\n\n{HOP}\n"
    with_table = f"# Pond\n\n## Use\n\n{HOP}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Limits\n\n{HOP}\n"
    for text in (usual, with_code, with_table):
        with pytest.raises(InputError, match="pond: is Markdown without entries"):
            read(READER, text)


def test_details_without_end_take_no_more_than_their_limit() -> None:
    lines = (Line(number, text) for number, text in enumerate(["# T", "<details>", *["x" * 1000] * 1000], start=1))
    assert sum(len(piece.text) for piece in split(lines)) < 300_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        *("[a](" + "b" * 20_000, "-" * 20_000 + "x", "# " + " #" * 10_000 + "x", "|$|" + "a|" * 20_000),
        *("- [1]" + " " * 5_000 + "**" + "a" * 5_000, "- (.) " + ". " * 2_000, "|" + ("$" + "|" * 20_000) * 10),
    ],
)
def test_long_lines_take_no_more_than_linear_time(text: str) -> None:
    begun = time.process_time()
    list(split([Line(1, text)]))
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    "sections",
    [
        {"Motivation": HOP, "How it works": f"{HOP} See [it](https://arxiv.org/abs/2101.00001).\n\n{HOP}", "Team": HOP},
        {
            "Contributors": f"Ann Pond, Bo Lily and Cy Oak\n\n{HOP}",
            "License and citation": f"{HOP} By the way, thanks.",
        },
        {"Why frogs are not all you need": f"{HOP}\n\n{HOP}", "What we learned from ponds": f"{HOP}\n\n{HOP}"},
        {"Summary": f"- **Paper:** https://arxiv.org/abs/2101.00001\n\n{HOP}", "Supported tasks": HOP},
    ],
)
def test_prose_with_headings_has_no_papers(read: Read, sections: dict[str, str]) -> None:
    text = "# PondKit\n\n" + "".join(f"## {title}\n\n{content}\n\n" for title, content in sections.items())
    with pytest.raises(InputError, match="Markdown without entries"):
        read(READER, text)
    for learned in (
        "**How it learned.** By frogs (Pond, Lily and Oak 2015), from",
        "**Errors**, by `pond --all`, are:",
    ):
        with pytest.raises(InputError, match="Markdown without entries"):
            read(READER, f"# Pond\n\n{learned} {HOP}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")


def test_the_page_of_a_paper_has_one_paper(read: Read) -> None:
    text = f"""# Counting Frogs with Networks

Ann Pond, Bo Lily, 2021

## Abstract

{HOP}

## Installation

{HOP} See [docs](https://e.org/docs).

## Getting started with your own data

{HOP} See [docs](https://e.org/docs).
"""
    ((paper,), _) = read(READER, text)
    assert (paper.title, paper.authors) == ("Counting Frogs with Networks", ("Ann Pond", "Bo Lily"))


def test_a_byline_and_links_before_a_text_are_no_part_of_it(read: Read) -> None:
    text = f"""- **Frogs of the Pond** ([arXiv](https://arxiv.org/abs/2101.00001)): {HOP}
- [Toads](https://openreview.net/forum?id=x) by Ann Pond and Jan van der Dune. {HOP}
"""
    (frogs, toads), _ = read(READER, text)
    assert (frogs.abstract, toads.abstract) == (HOP.strip(), HOP.strip())
    assert toads.authors == ("Ann Pond", "Jan van der Dune")


@pytest.mark.slow
def test_the_documents_of_this_project_hold_no_papers(read: Read) -> None:
    root = Path(__file__).parents[2]
    for path in (*sorted((root / "docs").glob("*.md")), *sorted(root.glob("*.md")), root / "rules" / "README.md"):
        if path.stat().st_size < 60_000:  # cli.md and api.md are long
            with pytest.raises(InputError):
                read(READER, path.read_text("utf-8"))


def test_items_that_begin_with_a_venue_or_go_on_in_a_quote(read: Read) -> None:
    text = f"""# Awesome

## 2021

* (**CVPR 2021**) Counting Frogs with Networks [[paper](https://arxiv.org/abs/2101.00001)] [[code](https://github.com/a/b)]
  - *Ann Pond, Bo Lily*
  - Abstract: {HOP}
* `ICLR` Newts and Their Networks [[PDF]](https://arxiv.org/abs/1901.00003) {HOP}
* **[Toads](https://openreview.net/forum?id=abc)**, Cora Moss, Dan Elm, NeurIPS 2020.
  > {HOP}
"""
    papers, _ = read(READER, text)
    assert [(paper.title, paper.authors) for paper in papers] == [
        ("Counting Frogs with Networks", ("Ann Pond", "Bo Lily")),
        ("Newts and Their Networks", ()),
        ("Toads", ("Cora Moss", "Dan Elm")),
    ]
    assert {paper.abstract for paper in papers} == {HOP.strip()}


def test_a_note_with_its_title_in_front(read: Read) -> None:
    front = '---\ntitle: "Counting Frogs"\nauthors: [Ann Pond, Bo Lily]\nurl: https://arxiv.org/abs/2101.00001\n---\n'
    ((paper,), _) = read(READER, f"{front}\n## Abstract\n\n{HOP}\n\n## My notes\n\n{HOP}\n")
    assert (paper.title, paper.authors, paper.arxiv) == ("Counting Frogs", ("Ann Pond", "Bo Lily"), "2101.00001")
    assert paper.abstract == HOP.strip()
