"""Corrected papers as annotations; tests/test_corrections.py has the whole way to them."""

from __future__ import annotations

import pyoxigraph as ox

from kg.evaluation.corrected import annotated, corrected_papers
from kg.records import Extraction, Mention, Paper, Result
from kg.vocabulary import Role

PAPER = Paper(id="1", title="Frogs", abstract="FrogNet: FrogNet has 5%.")


def test_each_name_is_annotated_once_in_the_order_of_the_text() -> None:
    places: list[tuple[str, int, Role]] = [("FrogNet", 6, "introduced"), ("pond", 8, "used"), ("FrogNet", 15, "used")]
    mentions = [
        Mention(type="Method", text=text, start=start, end=start + 1, role=role, confidence=1, extractor="ner")
        for text, start, role in places
    ]
    found = annotated(PAPER, Extraction(id="1", title="Frogs", entities=tuple(mentions)))
    assert [(entity["text"], entity["role"]) for entity in found["entities"]] == [
        ("FrogNet", "introduced"),
        ("pond", "used"),
    ]


def test_results_are_annotated_without_what_the_program_thinks_of_them() -> None:
    result = Result(metric="error", value="5%", number=5.0, unit="%", confidence=0.3, start=27, end=29)
    nothing = dict.fromkeys(("dataset", "method", "task", "baseline"))
    assert annotated(PAPER, Extraction(id="1", title="Frogs", results=(result,)))["results"] == [
        {"metric": "error", "value": "5%", "relative": False, **nothing}
    ]


def test_without_corrections_there_is_nothing() -> None:
    assert list(corrected_papers(ox.Store(), [])) == []
