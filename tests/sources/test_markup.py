"""Titles and abstracts of other formats are cleaned of what is not theirs, and of nothing else."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from kg.sources.markup import Texts, clean_abstract, clean_text, clean_title

MARKDOWN = Texts(markdown=True)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Frogs\n\n hop\u00a0far ", "Frogs hop far"),
        ("A &amp;lt; B &amp; C", "A < B & C"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("CO<sub>2</sub> of <i>Rana</i>&lt;/i&gt;", "CO2 of Rana"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("<jats:sec><jats:title>Methods</jats:title><jats:p>We.</jats:p></jats:sec>", "Methods: We."),
        (
            '<mml:math><mml:mi>x</mml:mi><mml:mo>=</mml:mo><mml:mn>2</mml:mn></mml:math> <xlink:a href="u">y</xlink:a>',
            "x=2 y",
        ),
        (
            r"96.4\% of $k \leq 4$, a~b, Fr{\"o}gs, \emph{x}, \S 3, $10^{-3}$",
            "96.4% of k ≤ 4, a b, Frögs, x, § 3, 10^-3",
        ),
        ("from $10 to $20, 2**3, 1--3, a_b", "from $10 to $20, 2**3, 1--3, a_b"),
    ],
)
def test_texts(text: str, clean: str) -> None:
    assert clean_text(text) == clean


def test_markdown_and_dashes_only_where_the_format_has_them() -> None:
    assert (
        clean_text("**Frog** _hops_ to [the pond](https://pond.example/a_b)\r\n- `x`", MARKDOWN)
        == "Frog hops to the pond x"
    )
    assert clean_text("a_b_c and 2 * 3 * 4", MARKDOWN) == "a_b_c and 2 * 3 * 4"
    assert clean_text("1--3 --- so", Texts(dashes=True)) == "1–3 — so"


@pytest.mark.parametrize(
    ("abstract", "clean"),
    [
        ("Abstract: Frogs hop.", "Frogs hop."),
        ("Abstract\nFrogs hop.", "Frogs hop."),
        ("ABSTRACT Frogs hop.", "Frogs hop."),
        ("AbstractFrogs hop.", "Frogs hop."),
        ("Abstract We hop.", "We hop."),
        ("<jats:title>Abstract</jats:title><jats:p>Frogs hop.</jats:p>", "Frogs hop."),
        ("Abstract reasoning is hard.", "Abstract reasoning is hard."),
        ("Abstract Meaning Representation parses.", "Abstract Meaning Representation parses."),
        ("In summary, frogs hop.", "In summary, frogs hop."),
        ("BACKGROUND: Frogs. RESULTS: Hops.", "BACKGROUND: Frogs. RESULTS: Hops."),
        ("Frogs hop. © 2026 The Pond Press. All rights reserved.", "Frogs hop."),
        ("Frogs hop. Copyright (c) 2026 Pond.", "Frogs hop."),
        ("[No abstract available]", ""),
        ("No abstract available.", ""),
    ],
)
def test_abstracts(abstract: str, clean: str) -> None:
    assert clean_abstract(abstract) == clean


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("[PDF] Frogs", "Frogs"),
        ("[Frogs of the pond.]", "Frogs of the pond"),
        ("[Re] Frogs [and toads]", "[Re] Frogs [and toads]"),
        ("Frogs.", "Frogs."),
    ],
)
def test_titles(title: str, clean: str) -> None:
    assert clean_title(title) == clean


def test_a_final_full_stop_is_dropped_where_the_format_adds_it() -> None:
    assert [clean_title(title, Texts(final_stop=True)) for title in ("Frogs.", "Frogs...", "Frogs?")] == [
        "Frogs",
        "Frogs...",
        "Frogs?",
    ]


def test_code_is_in_as_many_ticks_as_close_it() -> None:
    assert clean_text("``a`b`` ```c`` `d", MARKDOWN) == "`ab c d"
    assert clean_text("`` a", MARKDOWN) == "`` a"


def test_a_heading_is_short() -> None:
    assert clean_text(f"<title> {'a' * 100}: </title> b") == f"{'a' * 100}: b"
    assert clean_text(f"<title> {'a' * 101} </title> b") == f"{'a' * 101} b"


@pytest.mark.parametrize(
    "text",
    ["<title>" + " " * 6_000 + "x", "`" * 40_000, "`" * 10_000 + "a" * 40_000, " **a" * 100_000, " __a" * 100_000],
    ids=lambda text: text[:7],
)
def test_no_text_takes_more_than_linear_time(text: str, soon: AbstractContextManager[None]) -> None:
    with soon:
        clean_text(text, MARKDOWN)


@pytest.mark.parametrize(("digits", "sign"), [("0" * 5_000 + "65", "A"), ("9" * 5_000, "\N{REPLACEMENT CHARACTER}")])
def test_a_character_may_be_written_with_any_number_of_digits(digits: str, sign: str) -> None:
    assert clean_text(f"&amp;#{digits}; &#{digits}") == f"{sign} {sign}"
