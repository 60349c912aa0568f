"""Cards and lists as text."""

from __future__ import annotations

import re

import pytest

from kg.ask.card import BestLine, EntityCard, EntityLine, PaperCard, PaperLine, Quote, RepositoryCard, ResultLine
from kg.ask.lookup import Found, Match
from kg.ask.paths import Paths, Step
from kg.terminal.cards import render_card, render_matches, render_paths
from kg.terminal.output import Emphasis, ansi

SENTENCE = "Rain falls on the wide and muddy Pond Bench suite while all the frogs of the lake look on in silence."
QUOTE = Quote("urn:p", "Frogs", SENTENCE, 6, 6 + SENTENCE.index("Pond"), 6 + SENTENCE.index(" suite"))
ENTITY = EntityCard(
    iri="urn:pondbench",
    type="dataset",
    name="PondBench",
    other_names=("Pond Bench",),
    broader=(EntityLine("urn:suite", "Pond Suite", 2_000),),
    narrower=(EntityLine("urn:small", "PondBench-S", 80),),
    narrower_in_all=5,
    papers=1_234,
    papers_with_narrower=1_300,
    introduced_by=1,
    used_by=1_233,
    mentions=5_000,
    introducing=(PaperLine("urn:p", "Frogs", 2018, "https://github.com/pond/frog"),),
    using=(PaperLine("urn:q", "Toads", None, None),),
    companions={"method": (EntityLine("urn:m", "FrogNet", 7),)},
    best=(
        BestLine(
            ResultLine("error", "3%", "PondBench", "ToadNet", False, 0.97, "urn:q", "Toads", "3% it is."), "lower", 7
        ),
    ),
    results=(ResultLine("accuracy", "91%", "PondBench", "FrogNet", False, 0.97, "urn:p", "Frogs", "91% it is."),),
    results_in_all=40,
    evidence=(QUOTE,),
)
PAPER = PaperCard(
    iri="urn:p",
    type="paper",
    name="Frogs",
    authors=("A. Newt", "B. Toad"),
    year=2018,
    venue="Toads",
    identifiers=("p1",),
    listed_on=("page.txt:3",),
    urls=(),
    code=("https://github.com/pond/frog",),
    data=(),
    project_pages=(),
    introduces={"method": (EntityLine("urn:m", "FrogNet", 1),)},
    uses={"dataset": (EntityLine("urn:d", "PondBench", 1),)},
    results=(),
)
REPOSITORY = RepositoryCard(
    "urn:c", "code", "pond/frog", "https://github.com/pond/frog", 1, (PaperLine("urn:p", "Frogs", 2018, None),), {}
)
MATCHES = tuple(Match(f"urn:{n}", "dataset", f"Pond {n}", "Pd", "prefix", n) for n in (1, 2))


def plain(text: str) -> str:
    return re.sub(r"\x1b\[\d+m", "", text)


def test_an_entity_card_shows_all_parts() -> None:
    text = render_card(ENTITY)
    assert text.splitlines()[0] == "PondBench [Dataset]"
    for part in (
        "also: Pond Bench",
        "1,234 papers: introduced by 1, used by 1,233; 5,000 mentions",
        "broader: Pond Suite (2,000)",
        "narrower: PondBench-S (80) and 4 more; 1,300 papers with these",
        "3% error on PondBench by ToadNet (confidence 0.97) — lowest of 7 — Toads",
        "2018  Frogs https://github.com/pond/frog",
        "Used by (1 of 1,233)\n",
        "methods:  FrogNet (7)",
        "91% accuracy on PondBench by FrogNet (confidence 0.97) — Frogs",
        f"Frogs, characters {QUOTE.start}-{QUOTE.end}",
    ):
        assert part in text


def test_a_list_has_the_newest_only_where_years_decide() -> None:
    assert "newest" not in render_card(ENTITY)
    dated = render_card(ENTITY._replace(by_year=True))
    assert "Used by (1 of 1,233, the newest)\n" in dated
    assert "Reported results (1 of 40, the newest)\n" in dated
    repository = REPOSITORY._replace(linked_by=9)
    assert "Papers (1 of 9)\n" in render_card(repository)
    assert "Papers (1 of 9, the newest)\n" in render_card(repository._replace(by_year=True))


def test_titles_are_below_one_another_with_room_for_years_only_if_some_paper_has_one() -> None:
    undated = PaperLine("urn:q", "Toads", None, None)
    lines = render_card(
        ENTITY._replace(introducing=(*ENTITY.introducing, undated), introduced_by=2, using=(undated,))
    ).splitlines()
    assert lines[lines.index("Introduced by (2)") + 2] == "        Toads"
    assert lines[lines.index("Used by (1 of 1,233)") + 1] == "  Toads"


def test_a_paper_card_shows_its_abstract_and_the_sentence_of_each_result() -> None:
    results = (
        ResultLine(
            "accuracy", "91%", "PondBench", None, False, 0.97, "urn:p", "Frogs", "It has 91% and an error of 3%."
        ),
        ResultLine("error", "3%", "PondBench", None, False, 0.97, "urn:p", "Frogs", "It has 91% and an error of 3%."),
        ResultLine("speed", "2x", None, None, True, 0.97, "urn:p", "Frogs", "It is 2x as fast.", ("5-shot", "4-bit")),
    )
    lines = render_card(PAPER._replace(abstract="Frogs\x1b hop.", results=results, listed=("--03-11",))).splitlines()
    assert lines[lines.index("Abstract") + 1] == "  Frogs hop."
    assert "listed: Mar 11" in lines
    assert lines[lines.index("Reported results (3)") + 1 :] == [
        "  91% accuracy on PondBench (confidence 0.97)",
        "  3% error on PondBench (confidence 0.97)",
        "    It has 91% and an error of 3%.",
        "  speed: 2x against a baseline, 5-shot, 4-bit (confidence 0.97)",
        "    It is 2x as fast.",
    ]


@pytest.mark.parametrize(
    ("metric", "baseline", "shown"),
    [
        (None, None, "1% on PondBench by FrogNet against a baseline"),
        ("error", None, "error: 1% on PondBench by FrogNet against a baseline"),
        ("error", "ToadNet", "error: 1% on PondBench by FrogNet against ToadNet"),
    ],
)
def test_a_relative_result_is_no_score_and_of_no_known_direction(
    metric: str | None, baseline: str | None, shown: str
) -> None:
    result = ResultLine(metric, "1%", "PondBench", "FrogNet", True, 0.97, "urn:p", "Frogs", "1%.", baseline=baseline)
    assert f"\n  {shown} (confidence" in render_card(ENTITY._replace(results=(result,)), width=200)


def test_values_are_shown_without_latex() -> None:
    result = ResultLine(
        "error", r"$28.4_{\pm 0.3}\%$", "PondBench", "FrogNet", False, 0.97, "urn:p", "Frogs", "28.4 it is."
    )
    assert "28.4±0.3% error on PondBench" in render_card(ENTITY._replace(results=(result,)))


def test_titles_names_and_sentences_are_shown_as_they_read() -> None:
    title, sentence = r"<i>k</i>-Frogs in 10\% of $\beta$-Ponds", r"Na\"ive frogs use the <i>k</i>-Pond \emph{suite}."
    quote = Quote("urn:p", title, sentence, 6, 6 + sentence.index("<i>"), 6 + sentence.index(r" \emph"))
    entity = ENTITY._replace(
        other_names=("Pond&nbsp;Bench", "Pond Bench"),
        introducing=(PaperLine("urn:p", title, 2018, None),),
        evidence=(quote,),
    )
    paper = PAPER._replace(name=title, abstract=sentence)
    found = Found("frogs", (Match("urn:p", "paper", title, title, "words", 1),), 1, (), None)
    for text in (render_card(entity), render_card(paper), render_matches(found)):
        assert "k-Frogs in 10% of β-Ponds" in text
        assert not re.search(r"[<\\$&]", text)
    assert "also: Pond Bench\n" in render_card(entity)
    assert "Naïve frogs use the «k-Pond» suite." in render_card(entity)
    assert "Naïve frogs use the k-Pond suite." in render_card(paper)


def test_a_quoted_mention_is_between_marks() -> None:
    assert "«Pond Bench»" in " ".join(render_card(ENTITY).split())


def test_on_a_terminal_the_mention_is_bold_instead() -> None:
    text = render_card(ENTITY, width=200, style=ansi)
    assert "\x1b[1mPond Bench\x1b[0m" in text
    assert "«" not in text


@pytest.mark.parametrize("width", range(20, 121, 10))
def test_emphasis_changes_no_text_and_lines_keep_the_width(width: int) -> None:
    text = render_card(ENTITY, width=width)
    styled = plain(render_card(ENTITY, width=width, style=ansi))
    assert " ".join(styled.split()) == " ".join(text.replace("«", "").replace("»", "").split())
    lines = [line for line in text.splitlines() if line.startswith("  ") and "https:" not in line]
    assert max(map(len, lines)) <= width


def test_a_paper_card_leaves_out_what_is_not_known() -> None:
    text = render_card(PAPER)
    assert "Toads, 2018" in text
    assert "code: https://github.com/pond/frog" in text
    assert "data:" not in text
    assert "Reported results" not in text


def test_a_repository_card_has_address_and_papers() -> None:
    assert render_card(REPOSITORY).splitlines()[:2] == ["pond/frog [Repository]", "https://github.com/pond/frog"]
    assert "2018  Frogs" in render_card(REPOSITORY)


def test_matches_are_numbered_and_the_rest_counted() -> None:
    found = Found("pon", MATCHES, 5, (), None)
    assert render_matches(found).splitlines() == [
        "1. Pond 1 (Pd) [Dataset, 1 paper, prefix]",
        "2. Pond 2 (Pd) [Dataset, 2 papers, prefix]",
        "   and 3 more",
    ]


def test_chains_are_numbered_with_what_joins_the_papers_indented_between_them() -> None:
    frog, toad = (Match(f"urn:{name}", "method", name, name, "exact", 1) for name in ("FrogNet", "ToadNet"))
    chain = (
        Step("urn:FrogNet", "method", "FrogNet"),
        Step("urn:1", "paper", "Paper one"),
        Step("urn:cifar", "dataset", "CIFAR"),
        Step("urn:2", "paper", "Paper two"),
        Step("urn:ToadNet", "method", "ToadNet"),
    )
    assert render_paths(Paths(frog, toad, 2, (chain,), 3)).splitlines() == [
        "FrogNet and ToadNet [3 shortest chains of 2 papers]",
        "1. Paper one",
        "     CIFAR [Dataset]",
        "   Paper two",
        "   and 2 more",
    ]


def test_titles_cannot_steer_the_terminal() -> None:
    hostile = RepositoryCard("urn:c", "code", "a\x1b[2Jb\x07\nc", None, 0, (), {})
    assert render_card(hostile) == "a[2Jb c [Repository]"


def test_a_style_gets_the_emphasis_and_never_an_indent() -> None:
    seen: list[tuple[str, Emphasis]] = []

    def style(text: str, emphasis: Emphasis) -> str:
        seen.append((text, emphasis))
        return text

    render_card(ENTITY, style=style)
    assert ("PondBench", "bold") in seen
    assert not any(text.startswith("  ") for text, _ in seen)
