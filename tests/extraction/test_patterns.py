"""Token patterns propose the whole match or the part that the rule calls the name."""

from typing import Any

import pytest
from spacy.language import Language

from kg.errors import InputError
from kg.extraction.document import make_doc
from kg.extraction.patterns import Patterns
from kg.extraction.pipeline import Extractor, build_pipeline
from kg.records import Paper
from kg.rulefiles import NameRule, Rule


def candidates(nlp: Language, rules: list[Rule], text: str) -> list[tuple[str, str, str | None]]:
    patterns = Patterns(nlp)
    patterns.add_rules(rules)
    doc = patterns(make_doc(nlp, Paper(id="1", title="A title", abstract=text)))
    return [(doc[c.start : c.end].text, c.type, c.role) for c in doc._.candidates]


def test_the_match_is_the_name(nlp: Language) -> None:
    pattern: list[dict[str, Any]] = [{"LOWER": "top"}, {"TEXT": "-"}, {"LIKE_NUM": True}, {"LOWER": "hits"}]
    rule = NameRule(label="Metric", pattern=pattern)
    assert candidates(nlp, [rule], "It raises top-3 hits.") == [("top-3 hits", "Metric", None)]


def test_the_name_is_the_part_named_by_the_rule(nlp: Language) -> None:
    pattern: list[dict[str, Any]] = [{"LOWER": "called"}, {"IS_TITLE": True}]
    rule = NameRule(label="Method", pattern=pattern, name=(1, 1), role="introduced")
    assert candidates(nlp, [rule], "A layer called Zig is added.") == [("Zig", "Method", "introduced")]


def test_the_name_takes_in_its_hyphenated_rest(nlp: Language) -> None:
    rule = NameRule(label="Method", pattern=[{"LOWER": "called"}, {"IS_ALPHA": True}], name=(1, 1))
    assert candidates(nlp, [rule], "A layer called Zig-Zag-2 is added.") == [("Zig-Zag-2", "Method", None)]


def test_the_name_takes_in_what_hyphens_join_before_it(nlp: Language) -> None:
    rule = NameRule(label="Dataset", pattern=[{"IS_ALPHA": True}, {"TEXT": ","}], name=(0, 0))
    assert candidates(nlp, [rule], "On Zig-Zag-QX, a dataset, it is - QX, too.") == [
        ("Zig-Zag-QX", "Dataset", None),
        ("dataset", "Dataset", None),
        ("QX", "Dataset", None),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "found"),
    [
        ({"LOWER": {"IN": ["zig", "zag"]}}, ["ZIG", "zig", "Zag"]),
        ({"TEXT": {"IN": ["zig", "zag"]}}, ["zig"]),
        ({"LOWER": {"NOT_IN": ["zig"], "REGEX": "^z"}}, ["Zag", "zug"]),
        ({"TEXT": {"REGEX": "^[A-Z]+$", "NOT_IN": ["A"]}}, ["ZIG"]),
        ({"TEXT": {"FUZZY1": "zag"}}, ["zig", "Zag", "zug"]),
    ],
)
def test_words_are_tested_as_the_matcher_of_spacy_tests_them(word: dict[str, Any], found: list[str]) -> None:
    nlp = build_pipeline(components=())  # a vocabulary of its own, which has room for 64 flags
    others: list[Rule] = [NameRule(label="Task", pattern=[{"TEXT": {"REGEX": f"^frog{i}$"}}]) for i in range(70)]
    rule = NameRule(label="Method", pattern=[word, {"TEXT": "/"}], name=(0, 0))
    for rules in ([rule, *others], [*others, rule]):
        names = [
            text for text, kind, _ in candidates(nlp, rules, "ZIG / zig / Zag / zug / A / frog69") if kind == "Method"
        ]
        assert names == found


def test_a_pattern_that_spacy_refuses_is_an_input_error(nlp: Language) -> None:
    rule = NameRule(label="Method", pattern=[{"NO_SUCH_ATTRIBUTE": 1}], place="own.jsonl:7")
    with pytest.raises(InputError, match=r"^own\.jsonl:7: .*NO_SUCH_ATTRIBUTE"):
        Patterns(nlp).add_rules([rule])


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("We propose QuarkNet, a novel network for tabular data.", "QuarkNet", "Method"),
        ("This yields a model called ZebraFormer.", "ZebraFormer", "Method"),
        ("Experiments on the FruitBowl-5 dataset confirm this.", "FruitBowl-5", "Dataset"),
    ],
)
def test_unlisted_names_are_found_where_papers_name_things(text: str, name: str, kind: str) -> None:
    found = Extractor()(Paper(id="1", title="On a new thing", abstract=text))
    assert (name, kind) in {(mention.text, mention.type) for mention in found.entities}
