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
from kg.evaluation.scores import RESULT_ROWS, Tally
from kg.extraction.document import Candidate, make_doc
from kg.extraction.model import SHIPPED, Model
from kg.extraction.results.component import ReadText, ResultFinder
from kg.extraction.results.weights import BITS, SIZES, STEP, ResultWeights
from kg.records import Extraction, Paper, Result
from kg.rulefiles import load_rules
from kg.training.regression import Lesson
from kg.training.results import (
    TEMPERATURES,
    Example,
    Lessons,
    add_lessons,
    add_sure_lessons,
    aligned,
    count,
    crossed,
    divided,
    fitted,
    losses_of,
    main,
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


def lessons_of(
    nlp: Language, finder: ResultFinder, numbers: Sequence[int]
) -> list[tuple[ReadText, Sequence[GoldResult]]]:
    made = (paper(number) for number in numbers)
    return [(read(nlp, finder, one), results) for one, results in made]


def given(result: Result | GoldResult) -> tuple[object, ...]:
    return result.value, result.metric, result.dataset, result.method, result.relative


def example(nlp: Language, finder: ResultFinder, number: int) -> Example:
    one, results = paper(number)
    doc = settled(nlp, one)
    text = AnnotatedText(one, f"gold:{number}", (), None, results=results)
    return Example(text, doc, finder.read(doc))


# --- what is learned -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("few_columns")
def test_results_are_found_in_a_paper_like_those_learned_from(nlp: Language, finder: ResultFinder) -> None:
    finder.weights = weights_of(lessons_of(nlp, finder, range(10)))
    one, results = paper(10)
    found: list[Result] = finder(settled(nlp, one))._.results
    assert [given(result) for result in found] == [given(result) for result in results]
    assert all(one.text[result.start : result.end] == result.value for result in found)
    assert all(0.3 < result.confidence <= 1 for result in found)


@pytest.mark.usefixtures("few_columns")
def test_nothing_is_found_without_weights_or_quantities(nlp: Language, finder: ResultFinder) -> None:
    assert finder(settled(nlp, paper(10)[0]))._.results == []
    finder.weights = weights_of(lessons_of(nlp, finder, range(4)))
    nothing = Paper(id="1", title="Frogs", abstract="The recall is high. See https://pond.example/recall/9.5.")
    assert finder.read(settled(nlp, nothing)) is None
    assert finder(settled(nlp, nothing))._.results == []


@pytest.mark.usefixtures("few_columns")
def test_unlabelled_texts_teach_what_is_sure_already(nlp: Language, finder: ResultFinder) -> None:
    annotated = lessons_of(nlp, finder, range(10))
    further = [read(nlp, finder, paper(number)[0]) for number in range(20, 30)]
    alone, helped = weights_of(annotated), weights_of(annotated, further)
    assert np.abs(helped.reading).sum() > np.abs(alone.reading).sum()
    lessons = Lessons()
    for text in further:
        add_sure_lessons(text, alone, lessons)
    assert lessons.of["reading"] and lessons.of["metric"]
    assert {lesson.weight for taught in lessons.of.values() for lesson in taught} == {0.3}
    unsure = Lessons()
    for text in further:
        add_sure_lessons(
            text, ResultWeights(**{name: np.zeros(size, np.float32) for name, size in SIZES.items()}), unsure
        )
    assert not any(unsure.of.values())


def test_a_value_that_is_not_annotated_teaches_that_it_is_no_result(nlp: Language, finder: ResultFinder) -> None:
    lessons = Lessons()
    [(text, results)] = lessons_of(nlp, finder, [0])
    add_lessons(text, results, lessons)
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


@pytest.mark.usefixtures("few_columns")
def test_weights_are_whole_multiples_of_a_step(nlp: Language, finder: ResultFinder) -> None:
    weights = weights_of(lessons_of(nlp, finder, range(3)))
    halved = divided(weights, dict.fromkeys(SIZES, 2.0))
    for name, size in SIZES.items():
        array = getattr(weights, name)
        assert (array.shape, array.dtype) == ((size,), np.float32)
        for values in (array, getattr(halved, name)):
            assert (values * STEP == np.rint(values * STEP)).all()
        assert getattr(halved, name) == pytest.approx(array / 2, abs=0.5 / STEP + 1e-6)
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


@pytest.mark.usefixtures("few_columns")
def test_papers_are_scored_by_what_was_learned_from_others(nlp: Language, finder: ResultFinder) -> None:
    temperatures, scores = crossed(finder, [example(nlp, finder, number) for number in range(9)], [])
    assert set(temperatures) == set(SIZES)
    assert all(TEMPERATURES[0] <= by <= TEMPERATURES[-1] for by in temperatures.values())
    assert set(scores) == {*RESULT_ROWS, "ranked"}
    assert scores["result"].gold == 18
    assert scores["result"].f1 > 0.8


def test_results_are_counted_row_by_row(nlp: Language, finder: ResultFinder) -> None:
    one = example(nlp, finder, 0)
    [score, gain] = one.text.results or ()
    results = (
        Result(
            metric=score.metric, value=score.value, number=70.0, dataset=score.dataset, confidence=0.5, start=0, end=1
        ),
        Result(metric="glee", value="1%", number=1.0, start=0, end=1),
    )
    tallies = {row: Tally() for row in (*RESULT_ROWS, "ranked")}
    count(one.text, Extraction(id="1", title="T", results=results), tallies)
    assert (tallies["result"].hit, tallies["result"].missed, tallies["result"].spurious) == (1, 1, 1)
    assert tallies["result+method"].hit == 0
    assert (tallies["board"].hit, tallies["board"].missed, tallies["board"].spurious) == (1, 0, 0)
    assert (tallies["ranked"].hit, tallies["ranked"].missed) == (0, 1)  # not sure enough
    assert gain.relative


def test_only_annotated_texts_with_numbers_teach(nlp: Language, finder: ResultFinder) -> None:
    one = example(nlp, finder, 0)
    assert one.lesson == (one.read, one.text.results)
    assert replace(one, read=None).lesson is None
    assert replace(one, text=replace(one.text, results=None)).lesson is None


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_prints_scores_and_writes_a_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.training.regression._STEPS", 2)  # the best weights would take a minute
    files = {name: tmp_path / f"{name}.jsonl" for name in ("gold", "more", "papers", "abstracts")}
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
    abstracts = [{"title": f"Pond {number}", "abstract": paper(number)[0].abstract} for number in range(30, 34)]
    wordy = {"title": "Words", "abstract": "No number at all."}
    contents: dict[str, list[Any]] = {
        "papers": texts,
        "gold": gold[:8],
        "more": [*gold[8:], entities_alone],
        "abstracts": [*abstracts, wordy],
    }
    for name, lines in contents.items():
        files[name].write_text("".join(json.dumps(line) + "\n" for line in lines))
    options = [word for name in ("gold", "more") for word in ("--gold", str(files[name]))]
    options += [word for name in ("papers", "abstracts") for word in (f"--{name}", str(files[name]))]
    main([*options, "--count", "3", "--out", str(tmp_path / "model")])
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "| 12 papers in 3 parts | precision | recall | F1 | annotated |"
    assert [line.split(" | ")[0] for line in printed[2:-1]] == [f"| {row}" for row in (*RESULT_ROWS, "ranked")]
    assert printed[-1].startswith("temperatures: reading ")
    learned, shipped = Model.load(tmp_path / "model"), Model.load(SHIPPED)
    assert learned.about == {**shipped.about, "texts with results": 12, "unlabelled texts with numbers": 3}
    assert learned.roles == shipped.roles
    assert any(np.abs(getattr(learned.results, name)).max() > 0 for name in SIZES)
    assert (learned.results.reading != shipped.results.reading).any()
