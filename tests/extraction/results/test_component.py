"""Reported numbers with measure, dataset and method."""

from __future__ import annotations

import pytest
from spacy.language import Language

from kg.extraction.document import Candidate, make_doc
from kg.extraction.pipeline import build_pipeline
from kg.extraction.results.quantities import QuantityFinder
from kg.records import Paper, Result
from kg.vocabulary import EntityType

NAMES: dict[str, EntityType] = {
    "CIFAR-10": "Dataset",
    "CIFAR-100": "Dataset",
    "TinyImageNet": "Dataset",
    "verified error": "Metric",
    "FID": "Metric",
    "BLEU": "Metric",
    "top-1 accuracy": "Metric",
    "recall": "Metric",
    "FrogNet": "Method",
    "ResNet-50": "Method",
}


@pytest.fixture(scope="module")
def nlp() -> Language:
    return build_pipeline()


def results(nlp: Language, abstract: str) -> list[Result]:
    """The results of an abstract whose entities are the names of ``NAMES`` in it."""
    doc = make_doc(nlp, Paper(id="1", title="Title", abstract=abstract))
    doc._.entities = [
        Candidate(start, end, NAMES[name], 1.0, "lexicon", "introduced" if name == "FrogNet" else "used")
        for start in range(len(doc))
        for end in range(start + 1, min(start + 6, len(doc)) + 1)
        if (name := doc[start:end].text) in NAMES
    ]
    found: list[Result] = nlp.get_pipe("results")(doc)._.results
    assert all(doc._.plain.original[result.start : result.end] == result.value for result in found)
    return found


def triples(nlp: Language, abstract: str) -> list[tuple[str, str | None, str | None]]:
    return [(result.value, result.metric, result.dataset) for result in results(nlp, abstract)]


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        (
            "It has 61.2% certified error on CIFAR-10 (epsilon=4{255}) and 80.47% certified error on TinyImageNet.",
            [("61.2%", "certified error", "CIFAR-10"), ("80.47%", "certified error", "TinyImageNet")],
        ),
        (
            "It has FID scores of 1.70 on CIFAR-10 and 2.89 on TinyImageNet.",
            [("1.70", "FID", "CIFAR-10"), ("2.89", "FID", "TinyImageNet")],
        ),
        (
            "We report a top-1 accuracy of 83.1% and 61.5% on CIFAR-10 and CIFAR-100, respectively.",
            [("83.1%", "top-1 accuracy", "CIFAR-10"), ("61.5%", "top-1 accuracy", "CIFAR-100")],
        ),
        (
            "The recall rises from 28.4\\% to 43.9\\%.",
            [("28.4\\%", "recall", None), ("43.9\\%", "recall", None)],
        ),
        ("It compresses the memory by 2.78x.", [("2.78x", "memory", None)]),
        ("It gains 2.5 BLEU over the rest.", [("2.5", "BLEU", None)]),
        ("It gains up to 4 to 7% in recall.", [("4 to 7%", "recall", None)]),
        ("We beat it by 3% and 5% in terms of recall and FID.", [("3%", "recall", None), ("5%", "FID", None)]),
        ("The frogs outperform toads by 4.7%.", [("4.7%", None, None)]),
        ("It runs at 90 FPS.", [("90 FPS", "FPS", None)]),
        ("Our search halves the memory.", [("halves", "memory", None)]),
        (
            "We see recall rise for frogs that hop about all day long in ponds, unlike that of any toad, by 2%.",
            [("2%", "recall", None)],
        ),
    ],
)
def test_values_meet_their_measure_and_dataset(
    nlp: Language, abstract: str, expected: list[tuple[str, str | None, str | None]]
) -> None:
    assert triples(nlp, abstract) == expected


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("It has a pond crossing time of 154 ms.", [("154 ms", "pond crossing time", None)]),
        ("It reduces the feeding effort by around 70%.", [("70%", "feeding effort", None)]),
        ("The jump deviation is reduced by 4%.", [("4%", "jump deviation", None)]),
        (
            "It lowers croak latency by 18% and hop distance by 25%.",
            [("18%", "croak latency", None), ("25%", "hop distance", None)],
        ),
        ("An increase in stamina of up to 12.4% is seen.", [("12.4%", "stamina", None)]),
        ("It leads to 3.5x fewer pond collisions than before.", [("3.5x", "pond collisions", None)]),
        ("We see a 70% lily pad reduction.", [("70%", "lily pad", None)]),
        ("It leads to 50%+ fewer pond collisions.", [("50%", "pond collisions", None)]),
        ("It gains 3.0 HOPS points.", [("3.0", "HOPS", None)]),
        ("Frogs complete 71.8% of hops.", [("71.8%", "hops", None)]),
        ("It is better by 7% in terms of hop success.", [("7%", "hop success", None)]),
        ("It raises the leap height of frogs considerably (up to 5%).", [("5%", "leap height", None)]),
        (
            "It raises FrogNet's leap height from 71% to 75%.",
            [("71%", "leap height", None), ("75%", "leap height", None)],
        ),
        ("It reaches 46.5 FPA on CIFAR-10.", [("46.5", "FPA", "CIFAR-10")]),
        ("It falls to no more than 12.8% in mAX.", [("12.8%", "mAX", None)]),
        ("It has 29.9 nHOP@10 on CIFAR-10.", [("29.9", "nHOP@10", "CIFAR-10")]),
        ("We see croak consistency rate at 94%.", [("94%", "croak consistency rate", None)]),
    ],
)
def test_words_name_the_measure_where_no_metric_is_known(
    nlp: Language, abstract: str, expected: list[tuple[str, str | None, str | None]]
) -> None:
    assert triples(nlp, abstract) == expected


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [("It has 46.5 FPA on frogs.", [("46.5", "FPA")]), ("It has 46.5 FPA layers.", [])],
)
def test_a_name_of_another_type_that_ends_what_a_value_counts_is_its_measure(
    nlp: Language, abstract: str, expected: list[tuple[str, str]]
) -> None:
    doc = make_doc(nlp, Paper(id="1", title="Title", abstract=abstract))
    doc._.entities = [Candidate(token.i, token.i + 1, "Method", 1.0, "ner") for token in doc if token.text == "FPA"]
    assert [(result.value, result.metric) for result in nlp.get_pipe("results")(doc)._.results] == expected


@pytest.mark.parametrize(("confidence", "metric"), [(0.43, "frog glee"), (0.3, None)])
def test_a_doubtful_metric_beside_a_value_is_its_measure(nlp: Language, confidence: float, metric: str | None) -> None:
    doc = make_doc(nlp, Paper(id="1", title="Title", abstract="It has a frog glee that comes to 46.5%."))
    start = next(token.i for token in doc if token.text == "frog")
    doc._.candidates = [Candidate(start, start + 2, "Metric", confidence, "ner")]
    assert [result.metric for result in nlp.get_pipe("results")(doc)._.results] == [metric]


def test_what_is_faster_is_not_measured_by_what_follows(nlp: Language) -> None:
    found = triples(nlp, "It runs 3x faster and takes 40% less memory.")
    assert found == [("3x", "faster", None), ("40%", "memory", None)]


@pytest.mark.parametrize(
    ("abstract", "metric"),
    [
        ("Its inference time is short. It is 3x faster than a toad.", "inference time"),
        ("Latency and recall count. With full recall it is 3x faster.", "Latency"),
        ("Latency and recall count. It hops at 3x faster runtime.", "runtime"),
        ("It is 3x faster. Latency counts.", "faster"),
        ("The model size and the latency count. It is 3x smaller.", "model size"),
        ("The latency counts. It is 3x smaller.", None),
        ("The frogs find 3x larger flies.", "flies"),
    ],
)
def test_a_comparative_is_said_of_the_measure_named_before(nlp: Language, abstract: str, metric: str | None) -> None:
    assert [found for _, found, _ in triples(nlp, abstract)] == [metric]


@pytest.mark.parametrize(
    "abstract",
    ["It outperforms the previous best frog by 3%.", "It is 3 times larger than a toad.", "It is 10% more than usual."],
)
def test_a_number_of_nothing_named_has_no_measure(nlp: Language, abstract: str) -> None:
    assert [metric for _, metric, _ in triples(nlp, abstract)] == [None]


@pytest.mark.parametrize(
    ("abstract", "metric"),
    [
        ("It reaches 81% swamp-wise recall.", "swamp-wise recall"),
        ("It reaches 81% average recall.", "recall"),
        ("It reaches 12% lower verified error.", "verified error"),
        ("It reaches an ImageNet recall of 81%.", "recall"),
        ("It reaches a recall-2 of 81%.", "recall-2"),
        ("It brings a 3x speed-up of hops.", "speed-up"),
        ("It gains 0.5 points in frog sighting score (FID).", "frog sighting score"),
    ],
)
def test_a_measure_is_given_in_its_full_words(nlp: Language, abstract: str, metric: str) -> None:
    assert [found for _, found, _ in triples(nlp, abstract)] == [metric]


@pytest.mark.parametrize(
    ("abstract", "datasets"),
    [
        ("CIFAR-10 (81% recall), CIFAR-100 (72% recall) were tried.", ["CIFAR-10", "CIFAR-100"]),
        ("On CIFAR-10 recall rises by 2%, and on CIFAR-100 it falls.", ["CIFAR-10"]),
        ("It needs 3x less memory and 2% fewer frogs on CIFAR-10.", ["CIFAR-10", "CIFAR-10"]),
        (
            "It has 81% recall and an FID of 2.1 on CIFAR-10, and 71% recall and an FID of 2.5 on CIFAR-100.",
            ["CIFAR-10", "CIFAR-10", "CIFAR-100", "CIFAR-100"],
        ),
        ("It has 81% recall on CIFAR-10 at 3x speed; 71% recall on CIFAR-100.", ["CIFAR-10", "CIFAR-10", "CIFAR-100"]),
        ("Tests on CIFAR-10 and CIFAR-100 show that frogs have better recall by 2%.", [None]),
        ("We improve on CIFAR-10 and CIFAR-100 by over 2%.", ["CIFAR-10", "CIFAR-100"]),
        (
            "It has 94.1% on CIFAR-10, 93.5% on CIFAR-100 and 77% on TinyImageNet.",
            ["CIFAR-10", "CIFAR-100", "TinyImageNet"],
        ),
    ],
)
def test_a_value_belongs_to_the_nearest_dataset(nlp: Language, abstract: str, datasets: list[str | None]) -> None:
    assert [dataset for _, _, dataset in triples(nlp, abstract)] == datasets


def test_a_bare_score_goes_on_with_the_measure_before_it(nlp: Language) -> None:
    found = triples(nlp, "It has BLEU scores of 31.16 for frogs and 38.37 for toads.")
    assert [(value, metric) for value, metric, _ in found] == [("31.16", "BLEU"), ("38.37", "BLEU")]


@pytest.mark.parametrize(
    "abstract",
    [
        "We train ResNet-50 for 90 epochs with 8 frogs.",
        "There are 24,000 images of 256x256 pixels in 12 classes.",
        "We fine-tune with 10% of labels.",
        "The bound holds for epsilon = 0.5 and p = 2.",
        "We (1) find frogs and (2) count them, as in 2019.",
        "Code: https://github.com/pond/frog-2.5-recall",
    ],
)
def test_other_numbers_are_no_results(nlp: Language, abstract: str) -> None:
    assert results(nlp, abstract) == []


@pytest.mark.parametrize(
    ("abstract", "relative"),
    [
        ("It reaches 81% recall.", False),
        ("It improves recall by 2%.", True),
        ("It gives 2% higher recall.", True),
        ("It gives +2% recall.", True),
        ("It needs 2x less memory.", True),
        ("It lifts recall from 70% over 72%.", False),
        ("It saves about 45% of steps.", True),
        ("We see a large gain (2.5%) in recall.", True),
        ("It lifts recall to 72%.", False),
        ("The recall drops to less than 10%.", False),
    ],
)
def test_improvements_and_factors_are_relative(nlp: Language, abstract: str, relative: bool) -> None:
    assert results(nlp, abstract)[0].relative is relative


def test_a_value_listed_after_an_improvement_is_one(nlp: Language) -> None:
    found = results(nlp, "It improves recall by 2.1% on CIFAR-10 and 3.4% on CIFAR-100, and has 81% recall elsewhere.")
    assert [(result.value, result.relative) for result in found] == [("2.1%", True), ("3.4%", True), ("81%", False)]


def test_our_method_is_the_introduced_one(nlp: Language) -> None:
    found = results(nlp, "We propose FrogNet. Our method reaches 81% recall, above ResNet-50.")
    assert [result.method for result in found] == ["FrogNet"]


def test_our_method_goes_by_its_short_form(nlp: Language) -> None:
    paper = Paper(id="1", title="Frogs", abstract="We propose Frog Nets (FN). Our method reaches 81% recall.")
    doc = nlp.get_pipe("abbreviations")(make_doc(nlp, paper))
    start = next(token.i for token in doc if token.text == "Frog")
    doc._.entities = [Candidate(start, start + 2, "Method", 1.0, "ner", "introduced")]
    assert [result.method for result in nlp.get_pipe("results")(doc)._.results] == ["FN"]


@pytest.mark.slow
def test_a_sentence_of_any_length_is_read(nlp: Language) -> None:
    found = results(nlp, "it has 5% recall on CIFAR-10 and " * 1200)
    assert [(result.value, result.metric, result.dataset) for result in found] == [("5%", "recall", "CIFAR-10")] * 1200


def test_a_lone_dataset_of_the_paper_is_where_results_stand(nlp: Language) -> None:
    found = results(nlp, "We test on CIFAR-10. The recall is 81%. That improves recall by 2%.")
    assert [(result.value, result.dataset) for result in found] == [("81%", "CIFAR-10"), ("2%", None)]


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("81.5%", 81.5, "%"),
        ("12 percent", 12, "%"),
        ("2.78x", 2.78, "x"),
        ("3 times", 3, "x"),
        ("3×", 3, "x"),
        ("1,234.5 ms", 1234.5, "ms"),
        ("-3.5%", -3.5, "%"),
        ("26-35x", None, "x"),
        ("3x-5x", None, "x"),
        ("doubling", 2, "x"),
        (".8", 0.8, None),
        ("1.98+/-0.07", 1.98, None),
        ("5.8±0.3%", 5.8, "%"),
    ],
)
def test_a_quantity_has_number_and_unit(text: str, number: float | None, unit: str | None) -> None:
    [quantity] = QuantityFinder(["ms"], {"doubling": 2.0})(f"It is {text} there")
    assert (quantity.number, quantity.unit) == (number, unit)
    assert f"It is {text} there"[quantity.start : quantity.end] == text


@pytest.mark.parametrize(
    "text", ["ResNet-50", "256x256", "4-bit", "GF2", "x4", "v1.2.3", "10^6", "mAP@0.5", "VOC 10-1", "AP_ 50"]
)
def test_numbers_within_names_and_codes_are_no_quantities(text: str) -> None:
    assert QuantityFinder(["ms"], {})(f"It is {text} there") == []


def test_a_factor_in_brackets_after_a_model_is_part_of_its_name(nlp: Language) -> None:
    assert triples(nlp, "ResNet-50 (4x) reaches 76.5% accuracy on CIFAR-10.") == [("76.5%", "accuracy", "CIFAR-10")]
