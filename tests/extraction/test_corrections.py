"""What a person corrects in a paper is the last word."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kg.builder import build_graph
from kg.errors import InputError
from kg.extraction.corrections import CORRECTED, Corrections, unmatched
from kg.extraction.document import make_doc
from kg.extraction.pipeline import Extractor, record
from kg.records import Extraction, Paper
from kg.rulefiles import CorrectionRule, load_rules

PAPER = Paper(
    id="frog-1",
    title="FrogNet: Networks that Hop",
    abstract="We propose FrogNet. FrogNet has 81.2% accuracy on CIFAR-10, after 12 hours in a Pondarium.",
)


def corrected(extractor: Extractor, of: Paper = PAPER, **fields: Any) -> Extraction:
    """A paper's extraction with one correction."""
    corrections = Corrections()
    corrections.add_rules([*load_rules(), CorrectionRule(**{"label": "CORRECTION", "paper": PAPER.title} | fields)])
    return record(corrections(extractor.nlp(make_doc(extractor.nlp, of))))


@pytest.mark.slow
def test_what_is_no_result_is_gone_and_others_stay(extractor: Extractor) -> None:
    found = corrected(extractor, pattern="81.2%", id="no result")
    assert "81.2%" in [result.value for result in extractor(PAPER).results]
    assert "81.2%" not in [result.value for result in found.results]
    assert [mention.text for mention in found.entities] == [mention.text for mention in extractor(PAPER).entities]


def test_a_result_has_the_metric_that_a_person_says_and_no_dataset_where_they_say_none(extractor: Extractor) -> None:
    found = corrected(extractor, pattern="81.2%", id="result", metric="hop rate", dataset="", relative=True)
    [result] = [result for result in found.results if result.value == "81.2%"]
    assert (result.metric, result.dataset, result.relative, result.confidence) == ("hop rate", None, True, 1.0)


def test_a_result_has_the_task_and_the_baseline_that_a_person_says(extractor: Extractor) -> None:
    found = corrected(extractor, pattern="81.2%", id="result", task="frog hopping", baseline="ToadNet")
    [result] = [result for result in found.results if result.value == "81.2%"]
    assert (result.task, result.baseline, result.confidence) == ("frog hopping", "ToadNet", 1.0)


def test_a_result_that_was_not_found_is_added_where_its_value_is(extractor: Extractor) -> None:
    paper = Paper(id="pond-1", title="Ponds", abstract="We learn with a learning rate of 4.5 km.")
    said = {"paper": "pond-1", "pattern": "4.5 km", "id": "result", "dataset": "ShoreSet"}
    assert not extractor(paper).results
    assert not corrected(extractor, paper, **said).results  # a value of what, is not said
    [added] = corrected(extractor, paper, **said, metric="length").results
    assert (added.metric, added.dataset, added.number, added.unit) == ("length", "ShoreSet", 4.5, "km")
    assert (paper.text[added.start : added.end], added.relative, added.confidence) == ("4.5 km", False, 1.0)


def test_what_is_no_entity_is_gone_wherever_it_is(extractor: Extractor) -> None:
    assert "FrogNet" not in [m.text for m in corrected(extractor, pattern="FrogNet", id="no entity").entities]


def test_an_entity_has_the_type_and_the_role_that_a_person_says(extractor: Extractor) -> None:
    found = corrected(extractor, pattern="FrogNet", id="entity", type="Dataset", role="used")
    assert {(m.type, m.role, m.extractor) for m in found.entities if m.text == "FrogNet"} == {
        ("Dataset", "used", CORRECTED)
    }


def test_an_entity_that_was_not_found_is_added_at_its_place(extractor: Extractor) -> None:
    found = corrected(extractor, pattern="Pondarium", id="entity", type="Dataset")
    [mention] = [m for m in found.entities if m.text == "Pondarium"]
    assert (mention.type, PAPER.text[mention.start : mention.end]) == ("Dataset", "Pondarium")


def test_the_paper_may_be_given_by_its_id(extractor: Extractor) -> None:
    found = corrected(extractor, paper="frog-1", pattern="81.2%", id="no result")
    assert "81.2%" not in [result.value for result in found.results]


def test_corrections_of_other_papers_change_nothing(extractor: Extractor) -> None:
    assert corrected(extractor, paper="Toads", pattern="81.2%", id="no result") == extractor(PAPER)


@pytest.mark.slow
def test_the_pipeline_applies_the_corrections_of_a_folder(tmp_path: Path) -> None:
    line = {"label": "CORRECTION", "paper": PAPER.title, "pattern": "81.2%", "id": "no result"}
    (tmp_path / "corrections.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert "81.2%" not in [result.value for result in Extractor([tmp_path])(PAPER).results]


@pytest.mark.parametrize(
    ("paper", "words", "fits"),
    [
        (PAPER.title, "12 hours", True),
        ("frog-1", "12 hours", True),
        ("The Frog Who Hops", "12 hours", True),
        (PAPER.title, "13 hours", False),
        ("Toads", "12", False),
    ],
)
def test_a_correction_that_fits_no_paper_is_unmatched(paper: str, words: str, fits: bool) -> None:
    rule = CorrectionRule(label="CORRECTION", paper=paper, pattern=words, id="no result", place="a:1")
    merged = replace(PAPER, names=("The frog who hops", "frog-0"))
    assert unmatched([rule], [merged]) == ([] if fits else [rule])


@pytest.mark.slow
def test_a_build_names_the_corrections_that_fit_no_paper(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    file = tmp_path / "rules" / "corrections.jsonl"
    line = {"label": "CORRECTION", "paper": "Toads", "pattern": "5%", "id": "no result"}
    file.write_text(json.dumps(line) + "\n", encoding="utf-8")
    papers = tmp_path / "papers.jsonl"
    papers.write_text(json.dumps({"title": PAPER.title, "abstract": PAPER.abstract}) + "\n", encoding="utf-8")
    warnings: list[str] = []
    build_graph([papers], tmp_path / "graph", rules=[tmp_path / "rules"], warn=warnings.append)
    assert warnings == [f"{file}:1: corrects nothing: no paper has the title or id 'Toads' and these words"]


def test_an_unknown_correction_is_refused_by_file_and_line(tmp_path: Path) -> None:
    line = {"label": "CORRECTION", "paper": "Toads", "pattern": "5%", "id": "wrong"}
    (tmp_path / "corrections.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"corrections.jsonl:1: is not a rule"):
        load_rules([tmp_path])
