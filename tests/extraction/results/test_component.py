"""Reported numbers with metric, dataset and method: how they are put together, and what the shipped model reads."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

import numpy as np
import pytest
from spacy.language import Language

from kg.extraction import Extractor
from kg.extraction.document import Candidate, make_doc
from kg.extraction.results.choices import NONE, Choice
from kg.extraction.results.component import ResultFinder, best
from kg.extraction.results.weights import BITS, CERTAINTY, SIZES, ResultWeights, columns
from kg.records import Extraction, Link, Paper, Result
from kg.rulefiles import load_rules
from kg.vocabulary import EntityType

NAMES: dict[str, EntityType] = {
    "CIFAR-10": "Dataset",
    "MNIST": "Dataset",
    "recall": "Metric",
    "BLEU": "Metric",
    "FrogNet": "Method",
    "ToadNet": "Method",
    "hopping": "Task",
}
SURE = {"any": (0.0, 9.0, 0.0)}
NO_METRIC = {"kind=none": 9}


# --- by weights that are made for the test ---------------------------------------------------------------------------


@pytest.fixture
def finder() -> ResultFinder:
    made = ResultFinder()
    made.add_rules(load_rules())
    return made


def weights(reading: Mapping[str, tuple[float, float, float]], **parts: Mapping[str, float]) -> ResultWeights:
    """Weights that are 0 but for some features; for readings one for each class."""
    arrays = {name: np.zeros(size, dtype=np.float32) for name, size in (*SIZES.items(), ("certainty", CERTAINTY))}
    for feature, classes in reading.items():
        [column] = columns([feature]).tolist()
        arrays["reading"][[column, column + (1 << BITS), column + (2 << BITS)]] = classes
    for name, features in parts.items():
        arrays[name][columns(features)] = list(features.values())
    return ResultWeights(**arrays)


@pytest.mark.slow
def test_of_a_text_of_endless_numbers_the_first_are_looked_at(extractor: Extractor, finder: ResultFinder) -> None:
    doc = make_doc(extractor.nlp, Paper(id="1", title="On frogs", abstract="They hop 1.5% and " * 700))
    read = finder.read(doc)
    assert read
    assert len(list(read.values())) == 500


def results(nlp: Language, finder: ResultFinder, abstract: str, links: tuple[Link, ...] = ()) -> list[Result]:
    """The results of an abstract whose entities are the names of ``NAMES`` in it."""
    doc = make_doc(nlp, Paper(id="1", title="On frogs", abstract=abstract))
    doc._.links = list(links)
    doc._.entities = [
        Candidate(start, end, NAMES[name], 1.0, "lexicon", "introduced" if name == "FrogNet" else "used")
        for start in range(len(doc))
        for end in range(start + 1, min(start + 4, len(doc)) + 1)
        if (name := doc[start:end].text) in NAMES
    ]
    found: list[Result] = finder(doc)._.results
    assert all(doc._.plain.original[result.start : result.end] == result.value for result in found)
    return found


def test_without_weights_there_are_no_results(nlp: Language, finder: ResultFinder) -> None:
    assert results(nlp, finder, "The recall is 81%.") == []


@pytest.mark.parametrize(
    ("classes", "relative"),
    [((0.0, 3.0, 1.0), [False]), ((0.0, 1.0, 3.0), [True]), ((1.0, 0.5, 1.0), [True]), ((2.0, 0.0, 0.0), [])],
)
def test_a_quantity_that_is_probably_a_result_is_the_likelier_kind(
    nlp: Language, finder: ResultFinder, classes: tuple[float, float, float], relative: list[bool]
) -> None:
    finder.weights = weights({"any": classes})
    assert [result.relative for result in results(nlp, finder, "It is 81%.")] == relative


def test_a_result_has_number_and_unit_of_its_value(nlp: Language, finder: ResultFinder) -> None:
    finder.weights = weights(SURE, metric={"kind=none": 9})
    abstract = r"It has 81.2\%, −3.5 dB, 1.2$\times$, 4 to 7% and 65.3 $\pm$ 0.4 ms."
    found = results(nlp, finder, abstract)
    assert [(result.number, result.unit) for result in found] == [
        (81.2, "%"),
        (-3.5, "dB"),
        (1.2, "x"),
        (None, "%"),
        (65.3, "ms"),
    ]
    assert [result.value for result in found] == [r"81.2\%", "−3.5 dB", r"1.2$\times$", "4 to 7%", "65.3"]


def test_a_number_of_hundreds_of_digits_is_no_value(nlp: Language, finder: ResultFinder) -> None:
    finder.weights = weights(SURE, metric={"kind=none": 9})
    assert [result.value for result in results(nlp, finder, f"It has {'9' * 400}%, 0.{'9' * 400} and 7%.")] == ["7%"]


def test_its_confidence_is_how_certain_all_of_it_is(nlp: Language, finder: ResultFinder) -> None:
    # Of three readings, of three metrics (none, "BLEU", "MNIST"), and of two datasets (none, "MNIST").
    made = weights({"any": (0.0, 2.0, 0.0)}, metric={"ends=metric": np.log(3)}, dataset={"kind=here": np.log(4)})
    finder.weights = made
    [found] = results(nlp, finder, "Is 5% BLEU on MNIST")
    assert (found.metric, found.dataset, found.confidence) == ("BLEU", "MNIST", 0.5), "nothing is known of certainty"
    made.certainty[6] = 1.0  # the logit of the chances of all parts
    [found] = results(nlp, finder, "Is 5% BLEU on MNIST")
    reading = np.exp(2) / (np.exp(2) + 2)
    assert found.confidence == round(reading * 3 / 5 * 4 / 5, 2)
    made.certainty[CERTAINTY // 2] = -3.0  # what can be ranked is less certain
    [ranked] = results(nlp, finder, "Is 5% BLEU on MNIST")
    assert ranked.confidence < found.confidence
    made.certainty[CERTAINTY // 2] = 0.0


def test_a_value_without_a_likely_metric_is_no_result(nlp: Language, finder: ResultFinder) -> None:
    finder.weights = weights({"any": (0.0, 0.2, 0.0)})  # a result at 0.71, and one of three metrics at 0.33
    assert results(nlp, finder, "Is 5% BLEU on MNIST") == []


def test_what_is_likeliest_counts_all_places_of_its_name() -> None:
    one, other = Choice("here", "Pads", "pad", None, 1, 1), Choice("here", "pad", "pad", None, 5, 5)
    lily = Choice("here", "Lily", "lily", None, 8, 8)
    chosen = best([NONE, one, lily, other], np.array([0.1, 0.25, 0.35, 0.3]))
    assert chosen.choice is other
    assert (chosen.chance, chosen.second) == pytest.approx((0.55, 0.35))
    assert best([NONE], np.array([1.0])) == (NONE, 1.0, 0.0)


def test_values_take_what_the_values_before_them_left(nlp: Language, finder: ResultFinder) -> None:
    finder.weights = weights(
        SURE,
        metric={"ends=metric": 5, "distance=b1": 1, "taken": -9, "kind=none": 2},
        dataset={"kind=here": 5, "distance=a1": 1, "taken": -9},
        method={"what=here True ": 5},
    )
    found = results(nlp, finder, "FrogNet has recall, BLEU of 81%, 75% on MNIST, CIFAR-10. It is 5%.")
    assert [(result.metric, result.dataset, result.method) for result in found] == [
        ("BLEU", "MNIST", "FrogNet"),
        ("recall", "CIFAR-10", "FrogNet"),
        (None, None, None),
    ]


def test_names_of_other_sentences_can_be_chosen(nlp: Language, finder: ResultFinder) -> None:
    there = {"kind=there": 5.0}
    finder.weights = weights(SURE, metric=there, dataset=there, method={"what=there True ": 5.0})
    [found] = results(nlp, finder, "FrogNet and ToadNet have a recall. It is 5%. MNIST is used.")
    assert (found.metric, found.dataset, found.method) == ("recall", "MNIST", "FrogNet")


def test_a_task_and_a_baseline_are_said_where_they_are_likely(nlp: Language, finder: ResultFinder) -> None:
    # Of two tasks (none, "hopping"), and of three baselines (none, "FrogNet", "ToadNet").
    abstract = "In hopping FrogNet is 5% better than ToadNet."
    for chance, task in ((0.74, None), (0.76, "hopping")):
        odds = np.log(chance / (1 - chance))
        finder.weights = weights({"any": (0.0, 0.0, 9.0)}, metric=NO_METRIC, task={"kind=here": odds})
        assert [found.task for found in results(nlp, finder, abstract)] == [task]
    for chance, baseline in ((0.74, None), (0.76, "ToadNet")):
        odds = np.log(chance / (1 - chance))
        finder.weights = weights({"any": (0.0, 0.0, 9.0)}, metric=NO_METRIC, baseline={"left=than": np.log(2) + odds})
        assert [found.baseline for found in results(nlp, finder, abstract)] == [baseline]
    finder.weights = weights(SURE, metric=NO_METRIC, baseline={"left=than": 9})
    assert [found.baseline for found in results(nlp, finder, abstract)] == [None], "it is a score"


def test_names_are_given_in_the_words_of_the_text_on_one_line(nlp: Language, finder: ResultFinder) -> None:
    finder.weights = weights(SURE, metric={"end=hop error": 9})
    [found] = results(nlp, finder, "The hop\nerror is 5%.")
    assert found.metric == "hop error"
    finder.weights = weights(SURE, metric={"kind=unit": 9})
    assert [found.metric for found in results(nlp, finder, "It runs at 45 FPS.")] == ["FPS"]


def test_numbers_in_addresses_are_no_results(nlp: Language, finder: ResultFinder) -> None:
    finder.weights = weights(SURE)
    abstract = "See pond.example/a 3.5 and 7%."
    start = len("On frogs\n") + abstract.index("pond")
    link = Link(url="http://pond.example/a3.5", kind="project", start=start, end=start + len("pond.example/a 3.5"))
    assert [found.value for found in results(nlp, finder, abstract, (link,))] == ["7%"]


# --- by the shipped model --------------------------------------------------------------------------------------------

INTRODUCED = "We propose FrogNet, a new convolutional network."
Read = tuple[str, str | None, str | None]


def read(extractor: Extractor, abstract: str) -> list[Result]:
    """What the shipped extractor reads in an abstract."""
    paper = Paper(id="1", title="A study of frogs", abstract=abstract)
    found = extractor(paper).results
    for result in found:
        assert paper.text[result.start : result.end] == result.value
        assert 0 < result.confidence <= 1
    return list(found)


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("ResNet-50 achieves 76.1% top-1 accuracy on ImageNet.", [("76.1%", "top-1 accuracy", "ImageNet")]),
        ("It reaches an accuracy of 0.92 on MNIST.", [("0.92", "accuracy", "MNIST")]),
        ("On MNIST, it reaches 99.2% accuracy.", [("99.2%", "accuracy", "MNIST")]),
        ("The error rate is 3.2% on MNIST.", [("3.2%", "error rate", "MNIST")]),
        ("We report an AUC of 0.91 on CheXpert.", [("0.91", "AUC", "CheXpert")]),
        ("It has 91.2 F1 on CoNLL-2003, the best so far.", [("91.2", "F1", "CoNLL-2003")]),
        ("It achieves a pass@1 of 72.4% on HumanEval.", [("72.4%", "pass@1", "HumanEval")]),
        ("A Dice score of 0.89 is obtained on BraTS.", [("0.89", "Dice", "BraTS")]),
        ("The attack success rate is 98.7% on MNIST.", [("98.7%", "attack success rate", "MNIST")]),
        (
            "It achieves a BLEU score of 28.4 on WMT 2014 English-German.",
            [("28.4", "BLEU", "WMT 2014 English-German")],
        ),
        ("The AUROC rises to 0.87.", [("0.87", "AUROC", None)]),
        ("It achieves a mean average precision of 0.61.", [("0.61", "mean average precision", None)]),
        ("The mean absolute error is 0.12 m.", [("0.12 m", "mean absolute error", None)]),
        ("It runs at 45 FPS on a single GPU.", [("45 FPS", "FPS", None)]),
        ("It has an inference time of 12 ms per image.", [("12 ms", "inference time", None)]),
        ("It achieves 95.1 ± 0.2 % accuracy on CIFAR-10.", [("95.1", "accuracy", "CIFAR-10")]),
    ],
)
def test_a_score_has_its_metric_and_dataset(extractor: Extractor, abstract: str, expected: list[Read]) -> None:
    found = read(extractor, abstract)
    assert [(result.value, result.metric, result.dataset) for result in found] == expected
    assert not any(result.relative for result in found)


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        (
            "It achieves 47.3 mAP on COCO and 52.1 mIoU on ADE20K.",
            [("47.3", "mAP", "COCO"), ("52.1", "mIoU", "ADE20K")],
        ),
        (
            "It attains an mIoU of 61.0 on Cityscapes and 48.3 on ADE20K.",
            [("61.0", "mIoU", "Cityscapes"), ("48.3", "mIoU", "ADE20K")],
        ),
        (
            "On SQuAD, our model obtains an F1 score of 88.5 and an exact match of 81.2.",
            [("88.5", "F1", "SQuAD"), ("81.2", "exact match", "SQuAD")],
        ),
        (
            "It obtains 84.3% and 79.1% accuracy on CIFAR-10 and CIFAR-100, respectively.",
            [("84.3%", "accuracy", "CIFAR-10"), ("79.1%", "accuracy", "CIFAR-100")],
        ),
        (
            "The classifier achieves accuracies of 98.1%, 91.4% and 72.9% on MNIST, CIFAR-10 and CIFAR-100, "
            "respectively.",
            [
                ("98.1%", "accuracies", "MNIST"),
                ("91.4%", "accuracies", "CIFAR-10"),
                ("72.9%", "accuracies", "CIFAR-100"),
            ],
        ),
        (
            "We reach 93.5% and 71.2% accuracy on CIFAR-10/100.",
            [("93.5%", "accuracy", "CIFAR-10"), ("71.2%", "accuracy", "CIFAR-100")],
        ),
        ("The precision and recall are 81.2% and 77.9%.", [("81.2%", "precision", None), ("77.9%", "recall", None)]),
        (
            "It achieves 81.2% precision, 77.9% recall and 79.5% F1 on CoNLL-2003.",
            [("81.2%", "precision", "CoNLL-2003"), ("77.9%", "recall", "CoNLL-2003"), ("79.5%", "F1", "CoNLL-2003")],
        ),
        (
            "Our model improves the accuracy from 71.2% to 75.4% on ImageNet.",
            [("71.2%", "accuracy", "ImageNet"), ("75.4%", "accuracy", "ImageNet")],
        ),
        (
            "The perplexity falls from 24.1 to 18.3 on WikiText-103.",
            [("24.1", "perplexity", "WikiText-103"), ("18.3", "perplexity", "WikiText-103")],
        ),
        (
            "The accuracy drops from 95.2% to 12.3% under attack.",
            [("95.2%", "accuracy", None), ("12.3%", "accuracy", None)],
        ),
    ],
)
def test_several_scores_go_with_their_metrics_and_datasets(
    extractor: Extractor, abstract: str, expected: list[Read]
) -> None:
    found = read(extractor, abstract)
    assert [(result.value, result.metric, result.dataset) for result in found] == expected
    assert not any(result.relative for result in found)


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("Accuracy increases by 5.2% on CIFAR-10.", [("5.2%", "Accuracy", "CIFAR-10")]),
        ("It outperforms BERT by 2.3 points in F1 on SQuAD.", [("2.3 points", "F1", "SQuAD")]),
        ("It improves over the baseline by 3.1 BLEU on WMT14.", [("3.1", "BLEU", "WMT14")]),
        ("It yields a 4.2% absolute improvement in accuracy on ImageNet.", [("4.2%", "accuracy", "ImageNet")]),
        ("We reduce the word error rate by 12% relative on LibriSpeech.", [("12%", "word error rate", "LibriSpeech")]),
        ("It gains +1.5 dB PSNR on Set5.", [("+1.5 dB", "PSNR", "Set5")]),
        (
            "Our model improves top-1 accuracy by 1.8% and 2.4% on ImageNet and Kinetics-400.",
            [("1.8%", "top-1 accuracy", "ImageNet"), ("2.4%", "top-1 accuracy", "Kinetics-400")],
        ),
        (
            "Our approach cuts training time by 60% and memory by 35%.",
            [("60%", "training time", None), ("35%", "memory", None)],
        ),
        ("Our approach uses 4x less memory.", [("4x", "memory", None)]),
        ("It requires 10x fewer FLOPs than ViT-B.", [("10x", "FLOPs", None)]),
        ("It halves the training time.", [("halves", "training time", None)]),
        ("It improves average accuracy by 3.4 percentage points.", [("3.4 percentage points", "accuracy", None)]),
    ],
)
def test_improvements_and_factors_are_relative(extractor: Extractor, abstract: str, expected: list[Read]) -> None:
    found = read(extractor, abstract)
    assert [(result.value, result.metric, result.dataset) for result in found] == expected
    assert all(result.relative for result in found)


@pytest.mark.parametrize(
    ("abstract", "method"),
    [
        ("ResNet-50 achieves 76.1% top-1 accuracy on ImageNet.", "ResNet-50"),
        ("GPT-4 reaches only 34.5% accuracy on PadBench.", "GPT-4"),
        (f"{INTRODUCED} FrogNet achieves an accuracy of 93.5% on CIFAR-10.", "FrogNet"),
        (f"{INTRODUCED} Our method reaches 93.5% accuracy on CIFAR-10.", "FrogNet"),
        (f"{INTRODUCED} It outperforms ResNet-50 by 2.9% on ImageNet.", "FrogNet"),
        ("We propose Frog Nets (FN), a new network. FN reaches 81.2% accuracy on CIFAR-10.", "FN"),
    ],
)
def test_a_result_has_its_method(extractor: Extractor, abstract: str, method: str) -> None:
    assert [result.method for result in read(extractor, abstract)] == [method]


@pytest.mark.parametrize(
    ("sentence", "whose"),
    [
        ("Humans reach 99.1% accuracy on MNIST, and FrogNet 97.3%.", ["Humans", "FrogNet"]),
        ("Humans reach 99.1% on MNIST.", ["Humans"]),
        ("The previous best was 78.1%, and FrogNet reaches 81.2% accuracy on ImageNet.", [None, "FrogNet"]),
        ("The previous best accuracy on ImageNet was 78.1%.", [None]),
        ("Humans reach 99.1% accuracy on MNIST; the previous best was 78.1%.", ["Humans", None]),
        ("The state of the art had 93.1% accuracy on MNIST.", [None]),
        ("The best network before it was 8.4x larger.", [None]),
        ("ResNet-50 obtains 78.1% accuracy on ImageNet; ours 81.2%.", ["ResNet-50", "FrogNet"]),
        ("BERT drops from 90.1% to 41.2% accuracy under our attack on SQuAD.", ["BERT", "BERT"]),
        ("FrogNet achieves 83.4% accuracy on ImageNet, compared to 81.3% for ResNet-50.", ["FrogNet", "ResNet-50"]),
        ("FrogNet improves the accuracy on ImageNet from 71.2% to 75.4%.", [None, "FrogNet"]),
        ("Our attack reduces the accuracy of ResNet-50 on ImageNet to 3.2%.", ["ResNet-50"]),
        ("FrogNet reaches 91.4% F1 on SQuAD, surpassing human performance (91.2%).", ["FrogNet", None]),
        ("We outperform ResNet-50 (76.1% accuracy) on ImageNet with 79.3%.", ["ResNet-50", "FrogNet"]),
        ("GPT-4 scores 86.4% on MMLU.", ["GPT-4"]),
        (
            "Our model FrogNet has a BLEU score of 26.7, against 17.8 for the same network without it.",
            ["FrogNet", None],
        ),
        ("ResNet-50 has a BLEU score of 34.8, against 33.3 for a rule-based system.", ["ResNet-50", None]),
        ("Compared to earlier work, our network reaches 81.2% accuracy on ImageNet.", ["FrogNet"]),
    ],
)
def test_the_numbers_of_others_are_not_the_papers_own(
    extractor: Extractor, sentence: str, whose: list[str | None]
) -> None:
    assert [result.method for result in read(extractor, f"{INTRODUCED} {sentence}")] == whose


def test_the_papers_own_number_is_not_anothers_where_it_names_no_method_of_its_own(extractor: Extractor) -> None:
    found = read(extractor, "ResNet-50 obtains 78.1% top-1 accuracy on ImageNet; ours 81.2%.")
    assert [(result.value, result.method) for result in found] == [("78.1%", "ResNet-50"), ("81.2%", None)]


def test_what_is_not_a_name_is_no_method(extractor: Extractor) -> None:
    found = read(extractor, "The perplexity on LAMBADA falls from 99.8 to 8.6. Code: https://github.com/pond/frogs")
    assert [result.method for result in found] == [None, None]


def test_a_relative_value_stands_behind_absolute_ones(extractor: Extractor) -> None:
    abstract = "FrogNet reduces the word error rate on LibriSpeech from 5.8% to 4.6% (21% relative)."
    found = read(extractor, f"{INTRODUCED} {abstract}")
    assert [(result.value, result.relative) for result in found] == [("5.8%", False), ("4.6%", False), ("21%", True)]
    assert {(result.metric, result.dataset) for result in found} == {("word error rate", "LibriSpeech")}


@pytest.mark.parametrize(
    ("sentence", "metric", "dataset"),
    [
        ("The overall accuracy is 81.2% on CIFAR-10.", "accuracy", "CIFAR-10"),
        ("FrogNet reaches a top-1 ImageNet accuracy of 81.2%.", "top-1 accuracy", "ImageNet"),
        ("GPT-4 scores 86.4% on MMLU.", None, "MMLU"),
        ("FrogNet reaches an MS-SSIM of 0.912 on CIFAR-10.", "MS-SSIM", "CIFAR-10"),
    ],
)
def test_a_metric_ends_where_its_name_ends(
    extractor: Extractor, sentence: str, metric: str | None, dataset: str
) -> None:
    [found] = read(extractor, f"{INTRODUCED} {sentence}")
    assert (found.metric, found.dataset) == (metric, dataset)


@pytest.mark.parametrize(
    "abstract",
    [
        "We study double descent in neural networks.",
        "We train with a batch size of 64 for 100 epochs.",
        "The dataset has 10,000 images in 20 classes.",
        "We introduce PadBench, a benchmark with 1,200 questions collected in 2019.",
        "A survey of 120 papers published between 2015 and 2022.",
        "The network has 25 layers and 11 million parameters.",
        "We pretrain a 1.3B parameter model on 300 billion tokens.",
        "All results use k = 5 and lambda = 0.1.",
        "We evaluate on 7 benchmarks, with 3 tasks and 15 baselines.",
        "The images have a resolution of 256 x 256 and come from 30 participants.",
        "We (1) find frogs and (2) count them.",
        "Code: https://github.com/pond/frog-2.5-recall",
    ],
)
def test_other_numbers_are_no_results(extractor: Extractor, abstract: str) -> None:
    assert read(extractor, abstract) == []


@pytest.mark.slow
def test_results_of_papers_of_many_kinds_have_a_confidence(found_alone: list[Extraction]) -> None:
    results = [result for extraction in found_alone for result in extraction.results]
    assert len(results) > 20
    assert all(0 < result.confidence <= 1 for result in results)


@pytest.mark.slow
def test_a_sentence_of_any_length_is_read(extractor: Extractor) -> None:
    found = read(extractor, "it has 5.2% recall on CIFAR-10 and " * 150)
    assert len(found) == 150
    assert {(result.value, result.metric, result.dataset) for result in found} == {("5.2%", "recall", "CIFAR-10")}


def test_an_improvement_has_the_baseline_that_it_is_one_over(extractor: Extractor) -> None:
    abstract = f"{INTRODUCED} In object detection FrogNet outperforms YOLO by 3.2% mAP on COCO, and has 41.2% mAP."
    better, score = read(extractor, abstract)
    assert (better.value, better.relative, better.method, better.baseline) == ("3.2%", True, "FrogNet", "YOLO")
    assert (score.value, score.relative, score.baseline) == ("41.2%", False, None)


def test_a_result_has_the_task_of_its_paper(extractor: Extractor) -> None:
    paper = Paper(id="1", title="FrogNet for person search", abstract="In person search, FrogNet is 3.2% better.")
    assert [result.task for result in extractor(paper).results] == ["person search"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("The AUC was 0.91 (95% CI 0.88-0.94).", ["0.91"]),
        ("The AUC was 0.91 (95 % CI: 0.88 to 0.94), or 0.93 with age.", ["0.91", "0.93"]),
        ("With a confidence interval of [0.88, 0.94], the AUC is 0.91.", ["0.91"]),
        ("We use learning rates of 0.1, 0.01 and 0.001.", []),
        ("It reaches 91.2% with 1%, 5% and 10% of labels.", ["91.2%"]),
    ],
)
def test_numbers_in_a_list_with_one_that_is_excluded_are_excluded_too(
    nlp: Language, finder: ResultFinder, text: str, left: list[str]
) -> None:
    read = finder.read(make_doc(nlp, Paper(id="1", title="T", abstract=text)))
    values = [place.piece for place, _ in read.values()] if read else []
    assert [value.text for value in values] == left


def test_very_many_numbers_in_addresses_are_passed_soon(
    finder: ResultFinder, nlp: Language, soon: AbstractContextManager[None]
) -> None:
    doc = make_doc(nlp, Paper(id="1", title="T", abstract="5 " * 8_000))
    doc._.links = [Link(url="https://a.b", kind="project", start=start, end=start + 1) for start in range(2, 16_002, 2)]
    with soon:
        assert finder.read(doc) is None
