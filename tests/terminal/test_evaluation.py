"""Evaluations as tables to read."""

from __future__ import annotations

import json
from pathlib import Path

from kg.evaluation.calibration import measure_calibration
from kg.evaluation.errors import ErrorExample, ErrorKind, TypedName
from kg.evaluation.gold import Gold, read_gold
from kg.evaluation.report import Evaluation, RoleScore, score_extractions
from kg.evaluation.resolution import NameInPaper, Pair, ResolutionScore
from kg.evaluation.scores import Score
from kg.records import Extraction, Mention
from kg.terminal.evaluation import render_evaluation, render_resolution
from kg.vocabulary import ENTITY_TYPES

PAPER = {
    "id": "1",
    "title": "FrogNet: Hopping Networks",
    "abstract": "We propose FrogNet, a convolutional neural network. It reaches 93.5% accuracy on CIFAR-10.",
}
ENTITIES = [
    {"type": "Method", "text": "FrogNet", "role": "introduced"},
    {"type": "Method", "text": "convolutional neural network", "role": "used"},
    {"type": "Dataset", "text": "CIFAR-10", "role": "used"},
    {"type": "Metric", "text": "accuracy", "role": "used"},
]
MEASURED = Evaluation(
    form="papers",
    texts=1_200,
    types=ENTITY_TYPES,
    scores={"entity": Score(0.5, 0.25, 1 / 3, 4), "Task": Score(0.0, 0.0, 0.0, 0)},
    roles=RoleScore(0.75, 8),
    errors=(
        ErrorKind(
            "unseen name",
            "a name that the lexicon does not have",
            3,
            1,
            (ErrorExample(TypedName("Task", "hopping"), None, 2), ErrorExample(None, TypedName("Metric", "mud"), 1)),
        ),
    ),
    calibration=measure_calibration([(0.8, True), (0.8, False)]),
)


def annotated(folder: Path, line: object) -> Gold:
    path = folder / "gold.jsonl"
    path.write_text(json.dumps(line) + "\n")
    return read_gold(path)


def test_tables_of_errors_and_confidences_are_shown_on_demand(tmp_path: Path) -> None:
    gold = annotated(tmp_path, {**PAPER, "entities": ENTITIES})
    mentions = [
        Mention(type="Method", text="FrogNet", start=0, end=7, confidence=0.8, extractor="pattern"),
        Mention(type="Task", text="accuracy", start=99, end=107, confidence=0.8, extractor="pattern"),
    ]
    found = Extraction(id="1", title=PAPER["title"], entities=tuple(mentions))
    measured = score_extractions(gold, [found], known=lambda name: "neural" in name)
    assert render_evaluation(measured).splitlines()[:5] == [
        "papers: 1",
        "",
        "                             precision  recall     F1  annotated",
        "---------------------------  ---------  ------  -----  ---------",
        "all entities                     0.500   0.250  0.333          4",
    ]
    assert "role right of 0.000 of the 1 methods and datasets found" in render_evaluation(measured)
    errors = render_evaluation(measured, errors=True).removeprefix(render_evaluation(measured))
    assert errors.splitlines()[1:6] == [
        "annotated → found     missed  spurious",
        "--------------------  ------  --------",
        "Metric found as Task       1         1",
        "known name                 1         0",
        "unseen name                1         0",
    ]
    assert "  Metric accuracy → Task accuracy\n" in errors
    assert "  Dataset cifar 10 → nothing\n" in errors
    assert "expected calibration error 0.300\n" in render_evaluation(measured, calibration=True)
    assert "calibration" not in render_evaluation(measured, errors=True)


def test_papers_without_roles_have_no_line_about_them(tmp_path: Path) -> None:
    entities = [{"type": entity["type"], "text": entity["text"]} for entity in ENTITIES]
    gold = annotated(tmp_path, {**PAPER, "entities": entities})
    measured = score_extractions(gold, [Extraction(id="1", title="")], known=lambda name: False)
    assert "role" not in render_evaluation(measured)


def test_each_row_about_results_says_what_was_compared(tmp_path: Path) -> None:
    gold = annotated(tmp_path, {**PAPER, "results": [{"value": "93.5%", "metric": "accuracy", "dataset": "CIFAR-10"}]})
    measured = score_extractions(gold, [Extraction(id="1", title="")], known=lambda name: False)
    rows = [line[:53].rstrip() for line in render_evaluation(measured).splitlines()[4:9]]
    assert rows == [
        "results (value and metric)",
        "– with their dataset",
        "– with their method",
        "– with their dataset, and whether they are relative",
        "– absolute, with metric and dataset",
    ]


def test_types_that_nobody_annotated_are_named(tmp_path: Path) -> None:
    gold = annotated(tmp_path, {"text": "On MNIST.", "spans": [{"start": 3, "end": 8, "label": "DATASET"}]})
    measured = score_extractions(gold, [Extraction(id="1", title="")], known=lambda name: False)
    assert "Method and Metric and Task never annotated here: such finds are not counted" in render_evaluation(measured)


def test_pairs_that_were_wrong_are_listed() -> None:
    mnist = Pair(type="Dataset", a=NameInPaper(name="MNIST"), b=NameInPaper(name="M-NIST"), same=False)
    sam = Pair(type="Method", a=NameInPaper(name="SAM", paper="p-bare"), b=NameInPaper(name="Adam"), same=True)
    assert render_resolution(ResolutionScore(1, (mnist,), (sam,))) == (
        "right: 1 of 3 (0.333)\n"
        "joined, but different: 1\n  Dataset: MNIST | M-NIST\n"
        "kept apart, but the same: 1\n  Method: SAM (p-bare) | Adam\n"
    )


def test_scores_have_a_row_for_each_measured_and_the_share_of_right_roles() -> None:
    assert render_evaluation(MEASURED).splitlines() == [
        "papers: 1,200",
        "",
        "              precision  recall     F1  annotated",
        "------------  ---------  ------  -----  ---------",
        "all entities      0.500   0.250  0.333          4",
        "– tasks           0.000   0.000  0.000          0",
        "",
        "role right of 0.750 of the 8 methods and datasets found",
    ]


def test_errors_and_calibration_follow_when_asked_for() -> None:
    plain = render_evaluation(MEASURED)
    errors = render_evaluation(MEASURED, errors=True).removeprefix(plain)
    assert "unseen name: a name that the lexicon does not have\n" in errors
    assert "  Task hopping → nothing  (2×)\n  nothing → Metric mud\n" in errors
    calibration = render_evaluation(MEASURED, calibration=True).removeprefix(plain)
    assert "0.8–0.9            2  0.800  0.500" in calibration
    assert calibration.endswith("expected calibration error 0.300\n")


def test_pairs_that_were_judged_wrongly_are_listed() -> None:
    pair = Pair(type="Method", a=NameInPaper(name="SAM", paper="7"), b=NameInPaper(name="sam"), same=False)
    assert render_resolution(ResolutionScore(3, (pair,), ())) == (
        "right: 3 of 4 (0.750)\njoined, but different: 1\n  Method: SAM (7) | sam\n"
    )
    assert render_resolution(ResolutionScore(0, (), ())) == "right: 0 of 0\n"
