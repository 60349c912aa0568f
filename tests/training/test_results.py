"""What decides about results, learned from toy papers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spacy.language import Language
from spacy.tokens import Doc

from kg.evaluation.gold import AnnotatedText, GoldResult
from kg.evaluation.scores import RESULT_ROWS
from kg.extraction.document import Candidate, make_doc
from kg.extraction.model import SHIPPED, Model
from kg.extraction.results.component import ReadText, ResultFinder
from kg.extraction.results.weights import BITS, CERTAINTY, SIZES, STEP
from kg.records import Paper, Result
from kg.rulefiles import load_rules
from kg.text.names import name_key
from kg.training.regression import Lesson
from kg.training.results import (
    TEMPERATURES,
    Example,
    Found,
    Lessons,
    add_lessons,
    aligned,
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
from kg.vocabulary import EntityType

METRICS = ("accuracy", "recall", "precision", "BLEU")
DATASETS = ("MNIST", "ImageNet", "CIFAR-10", "SQuAD", "COCO")
METHODS = ("ResNet-50", "BERT")
NAMES: dict[str, EntityType] = {
    **dict.fromkeys(METRICS, "Metric"),
    **dict.fromkeys(DATASETS, "Dataset"),
    **dict.fromkeys(METHODS, "Method"),
}


@pytest.fixture(scope="module")
def finder() -> ResultFinder:
    made = ResultFinder()
    made.add_rules(load_rules())
    return made


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


def settled(nlp: Language, one: Paper) -> Doc:
    """A Doc whose entities are the names of ``NAMES`` in it."""
    doc = make_doc(nlp, one)
    doc._.entities = [
        Candidate(start, end, NAMES[name], 1.0, "lexicon", "used")
        for start in range(len(doc))
        for end in range(start + 1, min(start + 4, len(doc)) + 1)
        if (name := doc[start:end].text) in NAMES
    ]
    return doc


def read(nlp: Language, finder: ResultFinder, one: Paper) -> ReadText:
    text = finder.read(settled(nlp, one))
    assert text is not None
    return text


def given(result: Result | GoldResult) -> tuple[object, ...]:
    return result.value, result.metric, result.dataset, result.method, result.relative


def example(nlp: Language, finder: ResultFinder, number: int) -> Example:
    one, results = paper(number)
    text = AnnotatedText(one, f"gold:{number}", (), None, results=results)
    return Example(text, read(nlp, finder, one), {(NAMES[name], name_key(name)): name for name in NAMES})


def examples(nlp: Language, finder: ResultFinder, numbers: Sequence[int]) -> list[Example]:
    return [example(nlp, finder, number) for number in numbers]


# --- what is learned -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("few_columns")
def test_results_are_found_in_a_paper_like_those_learned_from(nlp: Language, finder: ResultFinder) -> None:
    finder.weights = weights_of(examples(nlp, finder, range(10)))
    one, results = paper(10)
    found: list[Result] = finder(settled(nlp, one))._.results
    assert [given(result) for result in found] == [given(result) for result in results]
    assert all(one.text[result.start : result.end] == result.value for result in found)
    assert {result.confidence for result in found} == {0.5}, "how certain they are was not learned"


@pytest.mark.usefixtures("few_columns")
def test_nothing_is_found_without_weights_or_quantities(nlp: Language, finder: ResultFinder) -> None:
    assert finder(settled(nlp, paper(10)[0]))._.results == []
    finder.weights = weights_of(examples(nlp, finder, range(4)))
    nothing = Paper(id="1", title="Frogs", abstract="The recall is high. See https://pond.example/recall/9.5.")
    assert finder.read(settled(nlp, nothing)) is None
    assert finder(settled(nlp, nothing))._.results == []


@pytest.mark.usefixtures("few_columns")
def test_only_annotated_texts_with_numbers_teach_as_much_as_they_count(nlp: Language, finder: ResultFinder) -> None:
    one = example(nlp, finder, 0)
    full, less = weights_of([one, one]), weights_of([replace(one, share=0.1)] * 2)
    assert 0 < np.abs(less.reading).max() < np.abs(full.reading).max()
    for silent in (replace(one, read=None), replace(one, text=replace(one.text, results=None))):
        assert not weights_of([silent, silent]).reading.any()


def test_a_value_that_is_not_annotated_teaches_that_it_is_no_result(nlp: Language, finder: ResultFinder) -> None:
    lessons = Lessons()
    one, results = paper(0)
    add_lessons(read(nlp, finder, one), results, lessons)
    assert [lesson.right for lesson in lessons.of["reading"]] == [frozenset([kind]) for kind in (0, 0, 1, 0, 2, 0)]
    assert [len(lessons.of[part]) for part in ("metric", "dataset", "method")] == [2, 2, 2]


def test_a_part_that_is_not_annotated_teaches_that_nothing_is_named(nlp: Language, finder: ResultFinder) -> None:
    one = Paper(id="1", title="Frogs", abstract="On MNIST it is better by 5%.")
    lessons = Lessons()
    add_lessons(read(nlp, finder, one), [GoldResult(value="5%")], lessons)
    [metric], [dataset] = lessons.of["metric"], lessons.of["dataset"]
    assert metric.right == dataset.right == {0}
    assert (len(metric.choices) > 1, len(dataset.choices)) == (True, 2)
    # What is annotated but is no choice teaches nothing.
    lessons = Lessons()
    add_lessons(read(nlp, finder, one), [GoldResult(value="5%", dataset="Moss", metric="glee")], lessons)
    assert [len(lessons.of[part]) for part in ("reading", "metric", "dataset", "method")] == [1, 0, 0, 1]


@pytest.mark.slow
@pytest.mark.usefixtures("few_columns")
def test_weights_are_whole_multiples_of_a_step(nlp: Language, finder: ResultFinder) -> None:
    weights = weights_of(examples(nlp, finder, range(3)))
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
    lessons = Lessons()
    for name in SIZES:
        lessons.of[name].extend([Lesson([np.array([5]), np.array([6])], frozenset([0]))] * 3)
    found = fitted(lessons)
    for name in SIZES:
        assert np.flatnonzero(getattr(found, name)).tolist() == [5, 6]


# --- which value an annotated result is ------------------------------------------------------------------------------


def places(nlp: Language, finder: ResultFinder, abstract: str, *results: GoldResult) -> dict[int, list[str]]:
    """The annotated metrics by the number of the value that they were found to belong to."""
    text = read(nlp, finder, Paper(id="1", title="A study of 5% of frogs", abstract=abstract))
    order = [(place.sentence.number, place.index) for place, _ in text.values()]
    return {order.index(key): [str(r.metric) for r in here] for key, here in aligned(text, results).items()}


def test_a_value_that_is_written_once_is_that_value(nlp: Language, finder: ResultFinder) -> None:
    found = places(nlp, finder, "It has 81.2 % recall and 75%.", GoldResult(value="81.2\\%", metric="recall"))
    assert found == {1: ["recall"]}
    assert places(nlp, finder, "It has 81.2% recall.", GoldResult(value="9%", metric="recall")) == {}


def test_of_repeated_values_the_one_with_the_annotated_names_is_meant(nlp: Language, finder: ResultFinder) -> None:
    abstract = "Of all frogs 5% hop. It gains 5% recall on MNIST. It gains 5% BLEU on COCO. Toads lose 5%."
    recall = GoldResult(value="5%", metric="recall", dataset="MNIST")
    bleu = GoldResult(value="5%", metric="BLEU", dataset="COCO")
    assert places(nlp, finder, abstract, recall) == {2: ["recall"]}
    assert places(nlp, finder, abstract, bleu, recall) == {2: ["recall"], 3: ["BLEU"]}
    nameless = GoldResult(value="5%")
    assert places(nlp, finder, "Toads lose 5%.", nameless) == {1: ["None"]}, "not the title's"


def test_repeated_values_are_taken_once_each(nlp: Language, finder: ResultFinder) -> None:
    abstract = "It has 5% recall and 5% precision."
    results = [GoldResult(value="5%", metric=metric) for metric in ("recall", "precision")]
    assert places(nlp, finder, abstract, *results) == {1: ["recall"], 2: ["precision"]}


def test_one_value_may_be_of_several_results(nlp: Language, finder: ResultFinder) -> None:
    abstract = "Recall and precision are both 7%."
    results = [GoldResult(value="7%", metric=metric) for metric in ("recall", "precision")]
    assert places(nlp, finder, abstract, *results) == {1: ["recall", "precision"]}


# --- how good it is --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("few_columns")
def test_papers_are_read_by_what_was_learned_from_others(nlp: Language, finder: ResultFinder) -> None:
    papers = examples(nlp, finder, range(9))
    found = crossed(papers)
    assert set(found.temperatures) == set(SIZES)
    assert all(TEMPERATURES[0] <= by <= TEMPERATURES[-1] for by in found.temperatures.values())
    assert found.certainty.shape == (CERTAINTY,)
    right = [one.right for each in found.found for one in each]
    assert sum(right) > 0.8 * len(right)
    assert all(one.result.confidence > 0.9 for each in found.found for one in each), "nearly all were right"


@pytest.mark.slow
@pytest.mark.usefixtures("few_columns")
def test_a_result_is_right_if_all_of_it_was_annotated(nlp: Language, finder: ResultFinder) -> None:
    weights = weights_of(examples(nlp, finder, range(10)))
    one = example(nlp, finder, 10)
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
    files = {name: tmp_path / f"{name}.jsonl" for name in ("gold", "more", "papers")}
    made = [paper(number) for number in range(12)]
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
        "gold": gold[:8],
        "more": [*gold[8:], entities_alone],
    }
    for name, lines in contents.items():
        files[name].write_text("".join(json.dumps(line) + "\n" for line in lines))
    monkeypatch.setattr("kg.training.results.FILLS", 1)
    monkeypatch.setattr("kg.training.results.is_kept", lambda paper: paper.id == "11")
    options = ["--gold", str(files["gold"]), "--aside", str(files["more"]), "--papers", str(files["papers"])]
    main([*options, "--out", str(tmp_path / "model")])
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("threshold chosen: ")
    assert printed[1] == "| 11 papers in 3 parts | precision | recall | F1 | annotated |"
    assert "| 1 papers kept aside | precision | recall | F1 | annotated |" in printed
    assert any(line.startswith("temperatures: reading ") for line in printed)
    learned, shipped = Model.load(tmp_path / "model"), Model.load(SHIPPED)
    assert learned.about == {**shipped.about, "texts with results": 12}
    assert learned.roles == shipped.roles
    assert any(np.abs(getattr(learned.results, name)).max() > 0 for name in (*SIZES, "certainty"))
    assert (learned.results.reading != shipped.results.reading).any()
