"""Evaluations as tables."""

from __future__ import annotations

from kg.evaluation.calibration import measure_calibration
from kg.evaluation.errors import ErrorKind, Example, TypedName
from kg.evaluation.report import Evaluation, Roles
from kg.evaluation.resolution import NameInPaper, Pair, ResolutionScore
from kg.evaluation.scores import Score
from kg.terminal.evaluation import render_evaluation, render_resolution
from kg.vocabulary import ENTITY_TYPES

MEASURED = Evaluation(
    form="papers",
    texts=1_200,
    types=ENTITY_TYPES,
    scores={"entity": Score(0.5, 0.25, 1 / 3, 4), "Task": Score(0.0, 0.0, 0.0, 0)},
    roles=Roles(0.75, 8),
    errors=(
        ErrorKind(
            "unseen name",
            "a name that the lexicon does not have",
            3,
            1,
            (Example(TypedName("Task", "hopping"), None, 2), Example(None, TypedName("Metric", "mud"), 1)),
        ),
    ),
    calibration=measure_calibration([(0.8, True), (0.8, False)]),
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
