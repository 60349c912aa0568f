"""Short forms and the long forms that a paper defines them by."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from spacy.language import Language

from kg.extraction.abbreviations import find_abbreviations
from kg.extraction.document import make_doc
from kg.records import Paper


def pairs(nlp: Language, abstract: str, title: str = "A Title") -> set[tuple[str, str]]:
    doc = make_doc(nlp, Paper(id="1", title=title, abstract=abstract))
    return {(pair.short.text, pair.long.text) for pair in find_abbreviations(doc)}


@pytest.mark.parametrize(
    ("abstract", "short", "long"),
    [
        ("We use a hopping frog network (HFN) here.", "HFN", "hopping frog network"),
        ("Our HFN (hopping frog network) is small.", "HFN", "hopping frog network"),
        ("We train hopping frog networks (HFNs).", "HFNs", "hopping frog networks"),
        ("This is state-of-the-art (SOTA) work.", "SOTA", "state-of-the-art"),
        ("A lily-pad net (LPN)-based approach.", "LPN", "lily-pad net"),
        ("With text-to-image (T2I) frogs.", "T2I", "text-to-image"),
        ("By eXtended pond models (XPM): one is", "XPM", "eXtended pond models"),
        ("With frog gradient descent algorithm (FGD).", "FGD", "frog gradient descent"),
        (r"With \emph{lily pad search} (LPS).", "LPS", "lily pad search"),
        ("With lily pad search~(LPS).", "LPS", "lily pad search"),
        ("With lily pad search (LPS, for short).", "LPS", "lily pad search"),
        ("With low-rank frogs (LoRF (Toad et al., 2021)).", "LoRF", "low-rank frogs"),
        ("We propose LPS, a novel Lily Pad Search model.", "LPS", "Lily Pad Search"),
        ("We propose Lily Pad Search, dubbed LPS.", "LPS", "Lily Pad Search"),
        ("We have Lily Pad Search, or LPS for short.", "LPS", "Lily Pad Search"),
        ("With an effective lily leaf leap (EL3).", "EL3", "effective lily leaf leap"),
        ("With self-leaping leap training (S2LT).", "S2LT", "self-leaping leap training"),
        ("The variant LPS (with lily pad search) is small.", "LPS", "lily pad search"),
        ("The task LPS21 (Lily Pad Search) is hard.", "LPS21", "Lily Pad Search"),
        ("With leaps/lily pad search (LPS).", "LPS", "lily pad search"),
        ("With cross-pond lily leaping (X-PLL).", "X-PLL", "cross-pond lily leaping"),
        ("By wet hop mud enhanced lily-pad frogs (WMLF).", "WMLF", "wet hop mud enhanced lily-pad frogs"),
    ],
)
def test_a_definition_is_found(nlp: Language, abstract: str, short: str, long: str) -> None:
    assert (short, long) in pairs(nlp, abstract)


@pytest.mark.parametrize(
    "definition",
    [
        *("Lily Pad Search (hereafter LPS)", "Lily Pad Search, hereafter LPS,", "Lily Pad Search (henceforth, LPS)"),
        *("Lily Pad Search (hereafter referred to as LPS)", "Lily Pad Search, hereinafter called LPS,"),
        *("Lily Pad Search, termed LPS,", "Lily Pad Search (termed LPS)", 'Lily Pad Search (dubbed "LPS")'),
        *("Lily Pad Search, abbreviated as LPS,", "Lily Pad Search (abbreviated LPS)", "Lily Pad Search (abbr. LPS)"),
        *("Lily Pad Search, a.k.a. LPS,", "Lily Pad Search (a.k.a. LPS)", "Lily Pad Search, aka LPS,"),
        *("Lily Pad Search, also known as LPS,", "Lily Pad Search, which we call LPS,", "Lily Pad Search (AKA LPS)"),
        *("Lily Pad Search (LPS for short)", "Lily Pad Search, LPS for short,", "Lily Pad Search (in short, LPS)"),
        *("LPS, short for Lily Pad Search,", "LPS (short for Lily Pad Search)", "LPS (an acronym of Lily Pad Search)"),
        *(
            "LPS, which stands for Lily Pad Search,",
            "LPS (which stands for Lily Pad Search)",
            "LPS stands for Lily Pad Search",
        ),
        *(
            "LPS, standing for Lily Pad Search,",
            "LPS is an abbreviation for Lily Pad Search",
            "Lily Pad Search and call it LPS",
        ),
        *("Lily Pad Search. We call this method LPS", "Lily Pad Search for ponds. We call it LPS"),
    ],
)
def test_a_definition_in_words_is_found(nlp: Language, definition: str) -> None:
    assert pairs(nlp, f"Here is {definition} in ponds.") == {("LPS", "Lily Pad Search")}


@pytest.mark.parametrize(
    "abstract",
    [
        "We call for Lily Pad Search. LPS is not named here.",
        "Lily Pad Search stands for LPS.",
        "The term Lily Pad Search is older than the LPS conference.",
        "Lily Pad Search is long. We call this TOAD.",
        "We beat the frogs (ours) and the toads (Fig. 2).",
        "Frogs hop (Toad et al., 2020) far.",
        "We study frogs on Lily Pads (MNIST).",
        "The methods of optimisation are many (see ABC).",
    ],
)
def test_other_parentheses_define_nothing(nlp: Language, abstract: str) -> None:
    assert pairs(nlp, abstract) == set()


def test_a_title_defines_a_name_that_abbreviates_its_expansion(nlp: Language) -> None:
    assert pairs(nlp, "Text.", "LPS: Lily Pad Search for Frogs") == {("LPS", "Lily Pad Search")}
    assert pairs(nlp, "Text.", "FROGGY: Lily Pad Search in Ponds") == set()


def test_a_title_expands_a_name_by_its_first_phrase(nlp: Language) -> None:
    assert pairs(nlp, "Text.", "LPS: A Lily Pad Wind Search for Frogs") == {("LPS", "Lily Pad Wind Search")}
    assert pairs(nlp, "Text.", "LPSW: Lily Pad Search with Wings") == {("LPSW", "Lily Pad Search with Wings")}
    assert pairs(nlp, "Text.", "LPS: Leaping over All the Wide Ponds in Spring") == set()


@pytest.mark.parametrize(
    ("abstract", "short", "long"),
    [
        (
            "We call it FLEAP (Frog-Like jumping over all the reeds by lEarned pAddling Policies).",
            "FLEAP",
            "Frog-Like jumping over all the reeds by lEarned pAddling Policies",
        ),
        (
            "With Frog-Like jumping over all the reeds by lEarned pAddling Policies algorithm (FLEAP).",
            "FLEAP",
            "Frog-Like jumping over all the reeds by lEarned pAddling Policies",
        ),
        ("Here is HOPE (Pad-guided data Hopping Over PuddlEs).", "HOPE", "Pad-guided data Hopping Over PuddlEs"),
        ("We propose FROG2 (FROG counting over ponds via FROGs).", "FROG2", "FROG counting over ponds via FROGs"),
    ],
)
def test_capitals_within_words_show_the_letters_of_a_name(nlp: Language, abstract: str, short: str, long: str) -> None:
    assert pairs(nlp, abstract) == {(short, long)}


@pytest.mark.parametrize(
    ("abstract", "short", "long"),
    [
        ("The Pond Leap Pond Loop network (PL$^2$) is small.", "PL^2", "Pond Leap Pond Loop network"),
        ("Then lily nets with wide frog flow (WFF-Lily).", "WFF-Lily", "lily nets with wide frog flow"),
        ("An asynchronous Frog Wind search (FW-asyn).", "FW-asyn", "asynchronous Frog Wind search"),
    ],
)
def test_a_short_form_may_double_or_swap_its_parts(nlp: Language, abstract: str, short: str, long: str) -> None:
    assert pairs(nlp, abstract) == {(short, long)}


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        ("OPOND: Revealing the Art of Pads on New Docks", "Text."),
        ("A Title", "Here is a semi-structured POND LEAPER (XPondLeaper), which hops."),
        ("A Title", "We beat PondNet, the new pond-based net."),
    ],
)
def test_what_only_has_the_letters_of_a_name_defines_nothing(nlp: Language, title: str, abstract: str) -> None:
    assert pairs(nlp, abstract, title) == set()


def test_a_short_form_is_defined_once(nlp: Language) -> None:
    found = pairs(nlp, "Hopping, which we call PLF, a pond leap of frogs.", "PLF: Pond Leaping for Frogs")
    assert found == {("PLF", "Pond Leaping for Frogs")}


def test_a_parenthesis_settles_a_short_form(nlp: Language) -> None:
    found = pairs(nlp, "We call it Lively Pond Search (LPS).", "LPS: Lily Pad Search for Frogs")
    assert found == {("LPS", "Lively Pond Search")}


def test_word_beginnings_are_preferred_to_near_letters(nlp: Language) -> None:
    assert ("ASAG", "Automatic Short Answer Grading") in pairs(nlp, "For Automatic Short Answer Grading (ASAG).")


def test_a_word_of_very_many_parts_is_passed_soon(nlp: Language, soon: AbstractContextManager[None]) -> None:
    doc = make_doc(nlp, Paper(id="1", title="T", abstract="called-" * 6_000))
    with soon:
        assert find_abbreviations(doc) == []
