"""The scores, on figures that can be counted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.evaluation.gold import AnnotatedText, GoldEntity, GoldLink, GoldResult, Span
from kg.evaluation.scores import (
    RESULT_ROWS,
    Score,
    Tally,
    normal,
    normal_address,
    normal_value,
    paper_keys,
    passage_keys,
)
from kg.records import Extraction, Link, Mention, Paper, Result
from kg.vocabulary import EntityType, Role

PAPER = Paper(id="1", title="FrogNet", abstract="FrogNet and PadNets reach 93.5% accuracy on the Lily dataset.")


def mention(type: EntityType, text: str, role: Role = "used") -> Mention:
    start = PAPER.text.index(text)
    return Mention(
        type=type, text=text, start=start, end=start + len(text), role=role, confidence=0.5, extractor="pattern"
    )


def extraction(*entities: Mention, result: str = "93.5%", dataset: str | None = None) -> Extraction:
    return Extraction(
        id="1",
        title=PAPER.title,
        entities=entities,
        links=(Link(url="http://github.com/A/b", kind="code", start=0, end=1),),
        results=(Result(metric="accuracies", value=result, number=93.5, dataset=dataset, start=0, end=1),),
    )


@pytest.mark.parametrize(
    "one, other, type, same",
    [
        ("Diffusion-Models", "diffusion model", "Method", True),
        ("CIFAR-10 dataset", "cifar 10", "Dataset", True),
        ("CIFAR-10 dataset", "cifar 10", "Method", False),
        ("F1 scores", "f1", "Metric", True),
        ("dataset", "datasets", "Dataset", True),
        ("losses", "loss", "Method", True),
        ("bias", "bia", "Method", True),  # the published definition singularises it, and so do both sides
        ("CIFAR10", "CIFAR-10", "Dataset", False),
        ('"(GAN)."', "GANs", "Method", True),
    ],
)
def test_names_are_the_same_up_to_their_form(one: str, other: str, type: EntityType, same: bool) -> None:
    assert (normal(one, type) == normal(other, type)) is same


def test_addresses_and_values_are_the_same_up_to_their_form() -> None:
    assert normal_address("http://www.example.org/X.git") == normal_address("https://example.org/x/.")
    assert normal_value(r"1,234 \%") == normal_value("1234 percent") == normal_value("1234") == "1234"
    assert normal_value("2.5 times") == normal_value("2.5x") == normal_value("2.5×")


def test_a_name_counts_once_a_paper_and_a_mention_each_time() -> None:
    spans = (Span(0, 7, "Method"), Span(8, 15, "Method"))
    names = (GoldEntity(type="Method", text="FrogNet", role="introduced"), GoldEntity(type="Method", text="Frognets"))
    rows = paper_keys(AnnotatedText(PAPER, "gold:1", spans, names))
    assert rows["entity"] == {("Method", "frognet")}
    assert rows["mention"] == set(spans)


def test_rows_of_what_was_not_annotated_are_absent() -> None:
    rows = paper_keys(AnnotatedText(PAPER, "gold:1", (), links=()))
    assert rows["link"] == set()
    assert {"abbreviation", *RESULT_ROWS}.isdisjoint(rows)


def test_results_alone_have_no_rows_of_names() -> None:
    rows = paper_keys(AnnotatedText(PAPER, "gold:1", (), None, results=(GoldResult(value="93.5%"),)))
    assert set(rows) == set(RESULT_ROWS)
    assert rows["result"] == {("93.5", "")}


def test_results_are_compared_part_by_part() -> None:
    score = GoldResult(value=r"93.5 \%", metric="Top-1 accuracies", dataset="Lily datasets", method="Frog-Nets")
    gain = GoldResult(value="2.5×", metric="BLEU scores", dataset="Lily", relative=True)
    bare = GoldResult(value="1,200", metric="hops", relative=False)
    rows = paper_keys(AnnotatedText(PAPER, "gold:1", (), None, results=(score, gain, bare)))
    assert rows == {
        "result": {("93.5", "top 1 accuracy"), ("2.5", "bleu"), ("1200", "hop")},
        "result+dataset": {("93.5", "top 1 accuracy", "lily"), ("2.5", "bleu", "lily"), ("1200", "hop", "")},
        "result+method": {("93.5", "top 1 accuracy", "frog net"), ("2.5", "bleu", ""), ("1200", "hop", "")},
        "result whole": {
            ("93.5", "top 1 accuracy", "lily", False),
            ("2.5", "bleu", "lily", True),
            ("1200", "hop", "", False),
        },
        "board": {("93.5", "top 1 accuracy", "lily")},
    }


def test_found_results_have_the_keys_of_annotated_ones() -> None:
    annotated = GoldResult(value="93.5", metric="accuracy", dataset="lily", method="FrogNet", relative=True)
    found = Result(
        metric="Accuracy",
        value="93.5%",
        number=93.5,
        unit="%",
        dataset="Lily dataset",
        method="FrogNets",
        relative=True,
        confidence=0.3,
        start=0,
        end=5,
    )
    gold = paper_keys(AnnotatedText(PAPER, "gold:1", (), results=(annotated,)))
    rows = paper_keys(Extraction(id="1", title="T", results=(found,)))
    assert {row: rows[row] for row in RESULT_ROWS} == {row: gold[row] for row in RESULT_ROWS}
    absolute = paper_keys(Extraction(id="1", title="T", results=(replace(found, relative=False),)))
    assert {row for row in RESULT_ROWS if absolute[row] != gold[row]} == {"result whole", "board"}
    other = paper_keys(Extraction(id="1", title="T", results=(replace(found, method=None),)))
    assert {row for row in RESULT_ROWS if other[row] != gold[row]} == {"result+method"}


@pytest.mark.parametrize(
    ("metric", "dataset", "relative", "listed"),
    [
        ("hops", "Lily", False, True),
        ("hops", "Lily", None, True),
        ("hops", "Lily", True, False),
        ("hops", None, False, False),
        (None, "Lily", False, False),
        ("", "Lily", False, False),
    ],
)
def test_a_board_lists_absolute_values_of_a_metric_on_a_dataset(
    metric: str | None, dataset: str | None, relative: bool | None, listed: bool
) -> None:
    result = GoldResult(value="5%", metric=metric, dataset=dataset, relative=relative)
    rows = paper_keys(AnnotatedText(PAPER, "gold:1", (), results=(result,)))
    assert bool(rows["board"]) is listed
    assert len(rows["result whole"]) == 1


def test_papers_are_compared_row_by_row() -> None:
    gold = paper_keys(
        AnnotatedText(
            PAPER,
            "gold:1",
            (),
            (GoldEntity(type="Method", text="FrogNet", role="introduced"), GoldEntity(type="Task", text="Lily")),
            links=(GoldLink(url="https://github.com/a/B.git"),),
            results=(GoldResult(value="93.5", metric="accuracy", dataset="Lily"),),
        )
    )
    found = paper_keys(extraction(mention("Method", "FrogNet"), mention("Dataset", "Lily dataset")))
    assert gold["entity"] & found["entity"] == {("Method", "frognet")}
    assert gold["untyped"] == found["untyped"] == {"frognet", "lily"}
    assert (gold["Task"], found["Task"]) == ({("Task", "lily")}, set())
    assert (gold["introduced"], found["introduced"]) == ({("Method", "frognet")}, set())
    assert gold["link"] == found["link"]
    assert gold["result"] == found["result"]
    assert gold["result+dataset"].isdisjoint(found["result+dataset"])
    with_dataset = paper_keys(extraction(dataset="Lily datasets"))
    assert gold["result+dataset"] == with_dataset["result+dataset"]


def test_passages_count_spans_of_the_types_asked_for() -> None:
    gold = passage_keys(AnnotatedText(PAPER, "gold:1", (Span(56, 60, "Dataset"),)), ("Dataset", "Task"))
    found = passage_keys(
        extraction(mention("Method", "FrogNet"), mention("Dataset", "Lily dataset")), ("Dataset", "Task")
    )
    assert found["mention"] == {Span(56, 68, "Dataset")}
    assert found["untyped"] == {(56, 68)}
    assert gold["mention"].isdisjoint(found["mention"])
    assert set(found) == set(gold) == {"mention", "untyped", "Dataset", "Task"}


def test_tallies_add_up_over_texts() -> None:
    tally = Tally()
    tally.add({"a", "b", "c"}, {"a", "x"})
    tally.add({"a"}, {"a"})
    score = tally.score()
    assert (score.precision, score.recall, score.f1) == pytest.approx((2 / 3, 1 / 2, 4 / 7))
    assert score.gold == 4
    assert Tally().score() == Score(0.0, 0.0, 0.0, 0)
