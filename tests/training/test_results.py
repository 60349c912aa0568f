"""What decides about results, learned from toy papers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spacy.tokens import Doc

from kg.evaluation.gold import AnnotatedText, GoldResult
from kg.evaluation.scores import RESULT_ROWS
from kg.extraction.model import SHIPPED, Model
from kg.extraction.results.component import ResultFinder
from kg.extraction.results.weights import BITS, CERTAINTY, SIZES, STEP, ResultWeights
from kg.records import Paper, Result
from kg.text.names import name_key
from kg.training.invented import WHOSE, invented_abstracts
from kg.training.questions import Decided
from kg.training.regression import Lesson
from kg.training.results import (
    TEMPERATURES,
    Example,
    Found,
    crossed,
    divided,
    fitted,
    found_in,
    losses_of,
    main,
    ranked_of,
    report,
    weights_of,
)

METRICS = ("accuracy", "recall", "precision", "BLEU")
DATASETS = ("MNIST", "ImageNet", "CIFAR-10", "SQuAD", "COCO")
METHODS = ("ResNet-50", "BERT")
Settle = Callable[[Paper], Doc]


@pytest.fixture(autouse=True)
def forget(finder: ResultFinder) -> None:
    finder.weights = None


@pytest.fixture
def few_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer columns, which are learned faster and are enough for toys."""
    monkeypatch.setattr("kg.extraction.results.weights.BITS", 13)
    for name, size in SIZES.items():
        monkeypatch.setitem(SIZES, name, size >> (BITS - 13))


def paper(number: int) -> tuple[Paper, tuple[GoldResult, ...]]:
    """One of many papers of the same make, and what is annotated in it."""
    metric, other = METRICS[number % 4], METRICS[(number + 1) % 4]
    dataset, second = DATASETS[number % 5], DATASETS[(number + 2) % 5]
    method = METHODS[number % 2]
    score, gain = f"{70 + number}.{number % 10}%", f"{2 + number % 5}.5%"
    abstract = (
        f"We trained {20 + number} frogs on {8 + number} machines. "
        f"On {dataset}, {method} reaches {score} {metric} after {3 + number} days. "
        f"It improves {other} by {gain} on {second}, with {64 + number} lilies."
    )
    results = (
        GoldResult(value=score, metric=metric, dataset=dataset, method=method, relative=False),
        GoldResult(value=gain, metric=other, dataset=second, method=method, relative=True),
    )
    return Paper(id=str(number), title="A study of frogs", abstract=abstract), results


def given(result: Result | GoldResult) -> tuple[object, ...]:
    return result.value, result.metric, result.dataset, result.method, result.relative


def example(settle: Settle, finder: ResultFinder, number: int) -> Example:
    one, results = paper(number)
    text = AnnotatedText(one, f"gold:{number}", (), None, results=results)
    doc = settle(one)
    names = [(found.type, doc[found.start : found.end].text) for found in doc._.entities]
    return Example(text, finder.read(doc), {(kind, name_key(name)): name for kind, name in names})


def examples(settle: Settle, finder: ResultFinder, numbers: Sequence[int]) -> list[Example]:
    return [example(settle, finder, number) for number in numbers]


# --- what is learned -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("few_columns")
def test_results_are_found_in_a_paper_like_those_learned_from(settle: Settle, finder: ResultFinder) -> None:
    finder.weights = weights_of(examples(settle, finder, range(10)))
    one, results = paper(10)
    found: list[Result] = finder(settle(one))._.results
    assert [given(result) for result in found] == [given(result) for result in results]
    assert all(one.text[result.start : result.end] == result.value for result in found)
    assert {result.confidence for result in found} == {0.5}, "how certain they are was not learned"


@pytest.mark.usefixtures("few_columns")
def test_nothing_is_found_without_weights_or_quantities(settle: Settle, finder: ResultFinder) -> None:
    assert finder(settle(paper(10)[0]))._.results == []
    finder.weights = weights_of(examples(settle, finder, range(4)))
    nothing = Paper(id="1", title="Frogs", abstract="The recall is high. See https://pond.example/recall/9.5.")
    assert finder.read(settle(nothing)) is None
    assert finder(settle(nothing))._.results == []


@pytest.mark.usefixtures("few_columns")
def test_only_annotated_texts_with_numbers_teach_as_much_as_they_count(settle: Settle, finder: ResultFinder) -> None:
    one = example(settle, finder, 0)
    full, less = weights_of([one, one]), weights_of([replace(one, share=0.1)] * 2)
    assert 0 < np.abs(less.reading).max() < np.abs(full.reading).max()
    assert (less.method == full.method).all()
    alone = weights_of([replace(one, share=0.0, methods=0.1)] * 2)
    assert not alone.reading.any() and 0 < np.abs(alone.method).max() < np.abs(full.method).max()
    for silent in (replace(one, read=None), replace(one, text=replace(one.text, results=None))):
        assert not weights_of([silent, silent]).reading.any()


@pytest.mark.slow
@pytest.mark.usefixtures("few_columns")
def test_weights_are_whole_multiples_of_a_step(settle: Settle, finder: ResultFinder) -> None:
    weights = weights_of(examples(settle, finder, range(3)))
    halved = divided(weights, dict.fromkeys(SIZES, 2.0))
    for name, size in SIZES.items():
        array = getattr(weights, name)
        assert (array.shape, array.dtype) == ((size,), np.float32)
        for values in (array, getattr(halved, name)):
            assert (values * STEP == np.rint(values * STEP)).all()
        np.testing.assert_allclose(getattr(halved, name), array / 2, rtol=0, atol=0.5 / STEP + 1e-6)
    assert np.abs(halved.reading).max() > 0


def test_sure_and_wrong_weights_want_a_high_temperature() -> None:
    choices = [np.array([0]), np.array([1])]
    weights = np.array([3.0, 0.0], dtype=np.float32)
    right, wrong = Lesson(choices, frozenset([0])), Lesson(choices, frozenset([1]))
    always = losses_of([right] * 10, weights)
    assert always.argmin() == 0 and (always > 0).all()
    assert losses_of([right] * 6 + [wrong] * 4, weights).argmin() == len(TEMPERATURES) - 1
    both = losses_of([Lesson(choices, frozenset([0, 1]))], weights)
    assert both == pytest.approx(0)


@pytest.mark.usefixtures("few_columns")
def test_all_weights_come_from_their_own_lessons() -> None:
    lesson = Lesson([np.array([5]), np.array([6])], frozenset([0]))
    found = fitted([(name, lesson) for name in SIZES for _ in range(3)])
    for name in SIZES:
        assert np.flatnonzero(getattr(found, name)).tolist() == [5, 6]


# --- how good it is --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("few_columns")
def test_papers_are_read_by_what_was_learned_from_others(settle: Settle, finder: ResultFinder) -> None:
    papers = examples(settle, finder, range(9))
    found = crossed(papers)
    assert set(found.temperatures) == set(SIZES)
    assert all(TEMPERATURES[0] <= by <= TEMPERATURES[-1] for by in found.temperatures.values())
    assert found.certainty.shape == (CERTAINTY,)
    right = [one.right for each in found.found for one in each]
    assert sum(right) > 0.8 * len(right)
    assert all(one.result.confidence > 0.9 for each in found.found for one in each), "nearly all were right"
    assert not found.taught


@pytest.mark.slow
@pytest.mark.usefixtures("few_columns")
def test_what_teachers_of_all_parts_say_counts_as_that_of_one(settle: Settle, finder: ResultFinder) -> None:
    papers = examples(settle, finder, range(6))
    sure = Lesson([np.array([3]), np.array([4])], frozenset([1]), 60.0)
    asked: list[list[str]] = []

    def teach(some: Sequence[Example]) -> list[Decided]:
        asked.append([example.text.paper.id for example in some])
        return [("method", sure)]

    found = crossed(papers, teach=teach)
    assert asked == [["1", "2", "4", "5"], ["0", "2", "3", "5"], ["0", "1", "3", "4"]], "not of the part that is read"
    assert [(decision, lesson.weight) for decision, lesson in found.taught] == [("method", 20.0)] * 3
    weights = weights_of(papers, found.taught).method
    assert weights[4] > 0 > weights[3]


@pytest.mark.slow
@pytest.mark.usefixtures("few_columns")
def test_a_part_is_not_read_by_what_was_learned_from_abstracts_that_follow_it(
    settle: Settle, finder: ResultFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = examples(settle, finder, range(6))
    invented = [
        replace(one, text=replace(one.text, paper=replace(one.text.paper, id=f"{one.text.paper.id}#1")))
        for one in papers[:2]
    ]
    read: list[set[str]] = []

    def learned(some: Sequence[Example], further: object) -> ResultWeights:
        read.append({one.text.paper.id for one in some if "#" in one.text.paper.id})
        return weights_of(some)

    monkeypatch.setattr("kg.training.results.weights_of", learned)
    crossed(papers, invented)
    assert read == [{"1#1"}, {"0#1"}, {"0#1", "1#1"}]


@pytest.mark.slow
@pytest.mark.usefixtures("few_columns")
def test_a_result_is_right_if_all_of_it_was_annotated(settle: Settle, finder: ResultFinder) -> None:
    weights = weights_of(examples(settle, finder, range(10)))
    one = example(settle, finder, 10)
    [score, gain] = found_in(one, weights)
    assert (score.right, score.ranked, gain.right, gain.ranked) == (True, True, True, False)
    assert score.row.shape == (CERTAINTY,)
    [annotated, other] = one.text.results or ()
    wrong = replace(one, text=replace(one.text, results=(annotated.model_copy(update={"dataset": "Pads"}), other)))
    assert [found.right for found in found_in(wrong, weights)] == [False, True]
    nameless = replace(one, entities={})
    assert [found.ranked for found in found_in(nameless, weights)] == [False, False]


def found(value: str, confidence: float, right: bool, ranked: bool = True) -> Found:
    result = Result(metric="recall", value=value, number=1.0, dataset="MNIST", confidence=confidence, start=0, end=1)
    return Found(result, np.zeros(CERTAINTY), right, ranked)


def annotated(*values: str) -> Example:
    results = tuple(GoldResult(value=value, metric="recall", dataset="MNIST", relative=False) for value in values)
    return Example(AnnotatedText(Paper(id="1", title="T", abstract="A"), "gold:1", (), None, results=results), None, {})


def test_what_can_be_ranked_counts_once_with_its_highest_confidence() -> None:
    twice = [found("5%", 0.7, True), found("5%", 0.9, True), found("6%", 0.8, False), found("7%", 0.9, True, False)]
    assert ranked_of([annotated("5%", "9%")], [twice]) == ([(0.9, True), (0.8, False)], 2)


def test_the_report_has_scores_thresholds_and_calibration() -> None:
    lines = list(report("one paper", [annotated("5%")], [[found("5%", 0.91, True), found("6%", 0.71, False)]], 0.9))
    assert lines[0].startswith("| one paper | precision")
    assert [line.split(" | ")[0] for line in lines[2:7]] == [f"| {row}" for row in RESULT_ROWS]
    assert "| board | 0.500 | 1.000 | 0.667 | 1 |" in lines
    assert "  0.70: 2 ranked, precision 0.500, recall 1.000" in lines
    assert "  0.90: 1 ranked, precision 1.000, recall 1.000" in lines
    assert lines[-1] == "  0.9 to 1.0: 1 results, 1.00 right"
    assert "expected calibration error 0.400" in lines[-11]


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_prints_scores_and_writes_a_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.training.regression._STEPS", 2)  # the best weights would take a minute
    files = {name: tmp_path / f"{name}.jsonl" for name in ("gold", "more", "papers", "own", "conferences", "whose")}
    made = [paper(number) for number in range(7)]
    texts = [{"id": one.id, "title": one.title, "abstract": one.abstract} for one, _ in made]
    gold = [
        {
            "id": one.id,
            "results": [
                {"value": r.value, "metric": r.metric, "dataset": r.dataset, "relative": r.relative} for r in results
            ],
        }
        for one, results in made
    ]
    entities_alone = {"id": "bare", "title": "T", "abstract": "Of frogs.", "entities": []}
    contents: dict[str, list[Any]] = {
        "papers": texts,
        "gold": gold[:4],
        "more": [*gold[4:], entities_alone],
    }
    for name, lines in contents.items():
        files[name].write_text("".join(json.dumps(line) + "\n" for line in lines))
    monkeypatch.setattr("kg.training.results.FILLS", 1)
    files["whose"].write_text("".join(WHOSE.read_text(encoding="utf-8").splitlines(keepends=True)[:3]))
    monkeypatch.setattr("kg.training.results.WHOSE", files["whose"])
    few = invented_abstracts()[:3]  # of thousands
    monkeypatch.setattr("kg.training.results.invented_abstracts", lambda: few)
    monkeypatch.setattr("kg.training.results.is_kept", lambda paper: paper.id == "6")
    options = ["--gold", str(files["gold"]), "--aside", str(files["more"]), "--papers", str(files["papers"])]
    files["own"].write_text(json.dumps({"id": "own", "results": [{"value": "71%", "metric": "recall"}]}))
    files["conferences"].write_text(json.dumps({"id": "own", "title": "T", "abstract": "It has a recall of 71%."}))
    monkeypatch.setattr("kg.training.results.OWN_RESULTS", files["own"])
    main([*options, "--conferences", str(files["conferences"]), "--out", str(tmp_path / "model")])
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("threshold chosen: ")
    assert printed[1] == "| 6 papers in 3 parts | precision | recall | F1 | annotated |"
    assert "| 1 papers kept aside | precision | recall | F1 | annotated |" in printed
    assert any(line.startswith("temperatures: reading ") for line in printed)
    learned, shipped = Model.load(tmp_path / "model"), Model.load(SHIPPED)
    assert learned.about == {**shipped.about, "texts with results": 7, "own texts with results": 1}
    assert learned.roles == shipped.roles
    assert any(np.abs(getattr(learned.results, name)).max() > 0 for name in (*SIZES, "certainty"))
    assert (learned.results.reading != shipped.results.reading).any()
