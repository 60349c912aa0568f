"""What annotated papers and teachers answer about the values of toy papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from spacy.tokens import Doc

from kg.evaluation.gold import GoldResult
from kg.extraction.results.component import ReadText, ResultFinder
from kg.records import Paper
from kg.training.questions import Question, aligned, annotated_questions, taught_lessons

Read = Callable[[Paper], ReadText]

ONE = Paper(
    id="1",
    title="A study of frogs",
    abstract=(
        "We trained 20 frogs on 8 machines. On MNIST, ResNet-50 reaches 70.0% accuracy after 3 days. "
        "It improves recall by 2.5% on COCO, with 64 lilies."
    ),
)
RESULTS = [
    GoldResult(value="70.0%", metric="accuracy", dataset="MNIST", method="ResNet-50", relative=False),
    GoldResult(value="2.5%", metric="recall", dataset="COCO", method="ResNet-50", relative=True),
]


@pytest.fixture
def read(finder: ResultFinder, settle: Callable[[Paper], Doc]) -> Read:
    """Reads papers as results are looked for in them."""

    def reading(one: Paper) -> ReadText:
        text = finder.read(settle(one))
        assert text is not None
        return text

    return reading


# --- what is annotated -----------------------------------------------------------------------------------------------


def test_questions_say_where_the_value_its_sentence_and_the_choices_are(read: Read) -> None:
    questions = [question for question in annotated_questions(read(ONE), RESULTS) if question.decision == "dataset"]
    assert [ONE.text[slice(*question.value)] for question in questions] == ["70.0%", "2.5%"]
    assert ONE.text[slice(*questions[0].sentence)].startswith("On MNIST")
    for question, name in zip(questions, ("MNIST", "COCO"), strict=True):
        assert question.places[0] is None, "no dataset"
        assert {ONE.text[slice(*question.places[index] or ())] for index in question.right} == {name}


def test_a_value_that_is_not_annotated_teaches_that_it_is_no_result(read: Read) -> None:
    asked = list(annotated_questions(read(ONE), RESULTS))
    assert [q.right for q in asked if q.decision == "reading"] == [frozenset([kind]) for kind in (0, 0, 1, 0, 2, 0)]
    assert Counter(q.decision for q in asked) == {"reading": 6, "metric": 2, "dataset": 2, "method": 2}


def test_a_part_that_is_not_annotated_teaches_that_nothing_is_named(read: Read) -> None:
    one = Paper(id="1", title="Frogs", abstract="On MNIST it is better by 5%.")
    _, metric, dataset, _ = annotated_questions(read(one), [GoldResult(value="5%")])
    assert metric.right == dataset.right == {0}
    assert (len(metric.choices) > 1, len(dataset.choices)) == (True, 2)
    # What is annotated but is no choice teaches nothing.
    asked = annotated_questions(read(one), [GoldResult(value="5%", dataset="Moss", metric="glee")])
    assert [question.decision for question in asked] == ["reading", "method"]


def places(read: Read, abstract: str, *results: GoldResult) -> dict[int, list[str]]:
    """The annotated metrics by the number of the value that they were found to belong to."""
    text = read(Paper(id="1", title="A study of 5% of frogs", abstract=abstract))
    order = [(place.sentence.number, place.index) for place, _ in text.values()]
    return {order.index(key): [str(r.metric) for r in here] for key, here in aligned(text, results).items()}


def test_a_value_that_is_written_once_is_that_value(read: Read) -> None:
    found = places(read, "It has 81.2 % recall and 75%.", GoldResult(value="81.2\\%", metric="recall"))
    assert found == {1: ["recall"]}
    assert places(read, "It has 81.2% recall.", GoldResult(value="9%", metric="recall")) == {}


def test_of_repeated_values_the_one_with_the_annotated_names_is_meant(read: Read) -> None:
    abstract = "Of all frogs 5% hop. It gains 5% recall on MNIST. It gains 5% BLEU on COCO. Toads lose 5%."
    recall = GoldResult(value="5%", metric="recall", dataset="MNIST")
    bleu = GoldResult(value="5%", metric="BLEU", dataset="COCO")
    assert places(read, abstract, recall) == {2: ["recall"]}
    assert places(read, abstract, bleu, recall) == {2: ["recall"], 3: ["BLEU"]}
    nameless = GoldResult(value="5%")
    assert places(read, "Toads lose 5%.", nameless) == {1: ["None"]}, "not the title's"


def test_repeated_values_are_taken_once_each(read: Read) -> None:
    abstract = "It has 5% recall and 5% precision."
    results = [GoldResult(value="5%", metric=metric) for metric in ("recall", "precision")]
    assert places(read, abstract, *results) == {1: ["recall"], 2: ["precision"]}


def test_one_value_may_be_of_several_results(read: Read) -> None:
    abstract = "Recall and precision are both 7%."
    results = [GoldResult(value="7%", metric=metric) for metric in ("recall", "precision")]
    assert places(read, abstract, *results) == {1: ["recall", "precision"]}


@pytest.mark.parametrize("written", ["2.5%", "+2.5%", "2.5 points"])
def test_a_value_that_is_annotated_in_another_way_is_found_by_its_number(read: Read, written: str) -> None:
    text = read(ONE)
    placed = aligned(text, [RESULTS[1].model_copy(update={"value": written})])
    [(sentence, index)] = placed
    assert text.sentences[sentence].pieces[index].text == "2.5%"


# --- what a teacher says ---------------------------------------------------------------------------------------------


def knowing(question: Question) -> np.ndarray:
    """A teacher that takes values with "%" for scores, probably, and each part for the first name, if there is one."""
    likely = np.zeros(len(question.choices))
    if question.decision == "reading":
        likely[[0, 1]] = (0.1, 0.9) if ONE.text[slice(*question.value)].endswith("%") else (0.99, 0.01)
    else:
        likely[[0, min(1, len(likely) - 1)]] = 0.25, 0.75
    return likely


def test_each_answer_teaches_as_much_as_it_is_probable(read: Read) -> None:
    lessons = list(taught_lessons(read(ONE), knowing, share=0.5))
    reading = [lesson for decision, lesson in lessons if decision == "reading"]
    assert [set(lesson.right) for lesson in reading] == [{0}, {0}, {0}, {1}, {0}, {0}, {1}, {0}]
    weights = [0.495, 0.495, 0.05, 0.45, 0.495, 0.05, 0.45, 0.495]
    assert [lesson.weight for lesson in reading] == pytest.approx(weights), "what hardly counts is left out"
    dataset = [lesson for decision, lesson in lessons if decision == "dataset"]
    assert [lesson.weight for lesson in dataset] == pytest.approx([0.1125, 0.3375] * 2)
    assert all(len(lesson.choices) == 3 for lesson in dataset)


def test_places_of_one_name_are_one_answer(read: Read) -> None:
    twice = Paper(id="1", title="Frogs", abstract="On MNIST it has 5% recall. MNIST and COCO are ponds.")

    def even(question: Question) -> np.ndarray:
        size = len(question.choices)
        return np.array([0.0, 1.0, 0.0]) if question.decision == "reading" else np.full(size, 1 / size)

    lessons = [lesson for decision, lesson in taught_lessons(read(twice), even) if decision == "metric"]
    assert sum(lesson.weight for lesson in lessons) == pytest.approx(1)
    assert sum(len(lesson.right) for lesson in lessons) == len(lessons[0].choices)
