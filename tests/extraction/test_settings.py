"""Settings: which words state how a result came about, and which of several results they are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import InputError
from kg.extraction.document import make_doc
from kg.extraction.pipeline import Extractor
from kg.extraction.settings import Settings
from kg.records import Paper, Result
from kg.rulefiles import SettingRule, load_rules

TITLE = "Frogs"


@pytest.fixture(scope="module")
def component(extractor: Extractor) -> Settings:
    settings: Settings = extractor.nlp.get_pipe("settings")  # type: ignore[assignment]
    return settings


def settings_of(
    extractor: Extractor, component: Settings, text: str, *values: str, dataset: str | None = None
) -> list[tuple[str, ...]]:
    """The settings of the results with these values in a text."""
    paper = Paper(id="1", title=TITLE, abstract=text)
    doc = make_doc(extractor.nlp, paper)
    starts = [paper.text.index(value) for value in values]
    doc._.results = [
        Result(metric=None, value=value, number=1.0, dataset=dataset, start=start, end=start + len(value))
        for value, start in zip(values, starts, strict=True)
    ]
    return [result.settings for result in component(doc)._.results]


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("It has 71.2% on Ponds test-dev.", "test-dev"),
        ("It has 71.2% on the validation set of Ponds.", "validation set"),
        ("The 5-shot accuracy is 71.2%.", "5-shot"),
        ("In the 5-way 1-shot case it is 71.2%.", "5-way 1-shot"),
        ("It has 71.2 with only 20 sampling steps.", "20 sampling steps"),
        ("It has 71.2 (NFE=35).", "NFE=35"),
        ("It has 71.2 after 300 epochs.", "300 epochs"),
        ("With 1.5 billion parameters it has 71.2%.", "1.5 billion parameters"),
        ("Our 7B model has 71.2%.", "7B model"),
        (r"At $256 \times 256$ it has 71.2%.", "256 × 256"),
        ("It has 71.2% with PondNet-21K pre-training.", "with PondNet-21K pre-training"),
        ("Without extra training data it has 71.2%.", "Without extra training data"),
        ("It has 71.2% without being pre-trained on Big Pond.", "without being pre-trained on Big Pond"),
        ("Pretrained on Big Pond, it has 71.2%.", "Pretrained on Big Pond"),
        ("It has 71.2% with 10% of the labels.", "10% of the labels"),
        ("The 4-bit network has 71.2%.", "4-bit"),
        ("A single model has 71.2%.", "single model"),
        ("An ensemble of ten has 71.2%.", "ensemble of ten"),
        ("Our ensemble has 71.2%.", "Our ensemble"),
        ("It has 71.2% with single-crop testing.", "single-crop testing"),
        (r"For $\epsilon=8/255$ it has 71.2%.", "ϵ=8/255"),
    ],
)
def test_the_words_of_a_setting(extractor: Extractor, component: Settings, text: str, setting: str) -> None:
    assert settings_of(extractor, component, text, "71.2") == [(setting,)]


@pytest.mark.parametrize(
    "text",
    [
        "It has 71.2% in 2 test runs. Another text has 5-shot learning.",
        "The filters are 3x3 and it has 71.2% at two steps from here.",
        "It has 71.2% on Ponds; the pre-training was long.",
        "Using pre-trained networks it has 71.2%.",
    ],
)
def test_other_words_are_none(extractor: Extractor, component: Settings, text: str) -> None:
    assert settings_of(extractor, component, text, "71.2") == [()]


def test_a_setting_of_a_sentence_is_that_of_all_its_results(extractor: Extractor, component: Settings) -> None:
    text = "The 5-shot accuracy is 71.2% on Ponds and 64.5% on Lakes. It has 80.1% besides."
    assert settings_of(extractor, component, text, "71.2%", "64.5%", "80.1%") == [("5-shot",), ("5-shot",), ()]


def test_as_many_settings_as_results_go_in_turn(extractor: Extractor, component: Settings) -> None:
    text = "The 1-shot and 5-shot accuracies are 63.2% and 78.1%, with 7B parameters."
    found = settings_of(extractor, component, text, "63.2%", "78.1%")
    assert found == [("1-shot", "7B parameters"), ("5-shot", "7B parameters")]


def test_as_many_settings_as_scores_and_as_differences_go_in_turn(extractor: Extractor) -> None:
    text = "FrogNet has 63.1% and 78.2% accuracy on Ponds for 1-shot and 5-shot, which is better by 1.5% and 2.5%."
    results = extractor(Paper(id="1", title=TITLE, abstract=text)).results
    assert [(result.relative, result.settings) for result in results] == [
        (False, ("1-shot",)),
        (False, ("5-shot",)),
        (True, ("1-shot",)),
        (True, ("5-shot",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "In the 1-shot case it has 63.2% on Ponds and 64.2% on Lakes, in the 5-shot case 78.1%.",
        "It has 63.2% on Ponds and 64.2% on Lakes in the 1-shot case, and 78.1% in the 5-shot case.",
    ],
)
def test_else_settings_are_before_the_results_or_after_them(
    extractor: Extractor, component: Settings, text: str
) -> None:
    found = settings_of(extractor, component, text, "63.2%", "64.2%", "78.1%")
    assert found == [("1-shot",), ("1-shot",), ("5-shot",)]


def test_what_the_name_of_the_dataset_says_is_not_said_again(extractor: Extractor, component: Settings) -> None:
    text = "It has 71.2% on Ponds test-dev."
    assert settings_of(extractor, component, text, "71.2%", dataset="Ponds test-dev") == [()]


def test_a_part_of_the_name_of_a_dataset_is_no_setting_of_results_on_others(extractor: Extractor) -> None:
    abstract = "PondNet has an accuracy of 87.3% on ImageNet, and an mAP of 58.7% on COCO test-dev."
    found = extractor(Paper(id="1", title=TITLE, abstract=abstract))
    assert "COCO test-dev" in [mention.text for mention in found.entities]
    assert [(result.value, result.settings) for result in found.results] == [("87.3%", ()), ("58.7%", ())]


def test_a_result_may_be_a_setting_of_others_and_not_of_itself(extractor: Extractor, component: Settings) -> None:
    text = "With 1.2M parameters it has 71.2%."
    assert settings_of(extractor, component, text, "1.2M", "71.2%") == [(), ("1.2M parameters",)]


@pytest.mark.parametrize("text", ["It needs 39 NFEs for 71.2%.", "With only 39 sampling steps it has 71.2%."])
def test_a_number_of_steps_is_no_result_itself(extractor: Extractor, component: Settings, text: str) -> None:
    assert len(settings_of(extractor, component, text, "39", "71.2%")) == 1


def test_a_setting_in_brackets_is_that_of_the_value_before_it(extractor: Extractor, component: Settings) -> None:
    text = "On Ponds the 4-bit model is good, with gains of 1.39% (4-bit) and 1.06% (3-bit)."
    assert settings_of(extractor, component, text, "1.39%", "1.06%") == [("4-bit",), ("3-bit",)]
    text = "It has 85.2% clean accuracy and 38.7% attacked (epsilon = 8/255) accuracy."
    assert settings_of(extractor, component, text, "85.2%", "38.7%") == [(), ("epsilon = 8/255",)]


def test_a_single_model_is_told_from_an_ensemble(extractor: Extractor, component: Settings) -> None:
    text = "The single model has 83.1% and with ensemble it has 86.0%."
    assert settings_of(extractor, component, text, "83.1%", "86.0%") == [("single model",), ("with ensemble",)]


def test_a_bound_is_a_setting_of_the_score_behind_it(extractor: Extractor, component: Settings) -> None:
    text = r"It has over 71.2\% on Ponds, 64.5% on Lakes, at least 0.8 on Seas and $<$3.1% elsewhere."
    found = settings_of(extractor, component, text, r"71.2\%", "64.5%", "0.8", "3.1%")
    assert found == [("over 71.2%",), (), ("at least 0.8",), ("<3.1%",)]
    results = extractor(Paper(id="1", title=TITLE, abstract="FrogNet improves recall on Ponds by over 3%.")).results
    assert [(result.relative, result.settings) for result in results] == [(True, ())]


def test_settings_of_different_things_go_together(extractor: Extractor, component: Settings) -> None:
    text = "It saves 16.0 times FLOPs and 27.1 times storage with 1-bit weights and 4-bit activations."
    assert settings_of(extractor, component, text, "16.0", "27.1") == [("1-bit", "4-bit"), ("1-bit", "4-bit")]


def test_settings_that_are_joined_before_one_result_go_together(extractor: Extractor, component: Settings) -> None:
    text = "On Ponds, our 3-bit and 4-bit models are better by 4.5%."
    assert settings_of(extractor, component, text, "4.5%") == [("3-bit", "4-bit")]


def test_the_end_of_a_longer_name_is_no_setting(extractor: Extractor, component: Settings) -> None:
    assert settings_of(extractor, component, "On the FrogLM-2-7B models it has 71.2%.", "71.2%") == [()]


def test_two_results_in_one_token_are_both_kept(extractor: Extractor, component: Settings) -> None:
    text = "Its 5-shot accuracy on Ponds and Lakes is high (86.2%/82.2%)."
    assert settings_of(extractor, component, text, "86.2%", "82.2%") == [("5-shot",), ("5-shot",)]


@pytest.mark.slow
def test_a_sentence_of_many_numbers_is_read_in_time(extractor: Extractor, component: Settings) -> None:
    values = [f"{number}.5%" for number in range(100, 400)]
    found = settings_of(extractor, component, " and 5-shot ".join(values), *values)
    assert found[1:] == [("5-shot",)] * 299


def test_a_pattern_that_the_matcher_refuses_is_named(extractor: Extractor) -> None:
    rule = SettingRule(label="ResultSetting", pattern=[{"TEXT": {"FROG": "x"}}], id="shots", place="own.jsonl:1")
    with pytest.raises(InputError, match=r"own.jsonl:1: is not a token pattern"):
        Settings(extractor.nlp).add_rules([rule])


def test_a_setting_that_needs_a_parser_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_text('{"label": "ResultSetting", "pattern": [{"POS": "NOUN"}], "id": "shots"}\n')
    with pytest.raises(InputError, match=r"own.jsonl:1: is not a rule; .*POS needs a tagger"):
        load_rules([tmp_path])
