"""Token patterns propose the whole match or the part that the rule calls the name."""

from random import Random
from typing import Any

import pytest
from spacy.language import Language
from spacy.matcher import Matcher

from kg.errors import InputError
from kg.extraction.document import make_doc
from kg.extraction.patterns import Patterns
from kg.extraction.pipeline import Extractor
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
        ({"text": "zig"}, ["zig"]),
        ({"TEXT": {"REGEX": {"IN": ["^z", "^A"]}}}, ["zig", "zug", "A"]),
        ({"IS_LOWER": True}, ["zig", "zug", "frog69"]),
        ({"IS_LOWER": False, "LENGTH": 3}, ["ZIG", "Zag"]),
    ],
)
def test_words_are_tested_as_the_matcher_of_spacy_tests_them(
    nlp: Language, word: dict[str, Any], found: list[str]
) -> None:
    rule = NameRule(label="Method", pattern=[word, {"TEXT": "/"}], name=(0, 0))
    names = [text for text, _, _ in candidates(nlp, [rule], "ZIG / zig / Zag / zug / A / frog69 /")]
    assert names == found


WORDS = ("a", "b", "A", "c", "7", "c.")
OPERATORS = ("?", "*", "+", "!", "{2}", "{0,2}", "{,2}", "{2,}")


@pytest.mark.parametrize("seed", range(3))
def test_the_places_of_all_patterns_are_those_of_the_matcher_of_spacy(nlp: Language, seed: int) -> None:
    """In the same order, whatever may be repeated or left out of a pattern, at the end of the text too."""
    values = Random(seed)

    def element() -> dict[str, Any]:
        asked = values.choice(
            ({"LOWER": "a"}, {"TEXT": {"IN": ["a", "b"]}}, {"LIKE_NUM": True}, {"IS_SENT_START": True})
        )
        return asked | ({"OP": values.choice(OPERATORS)} if values.random() < 0.5 else {})

    rules: list[Rule] = []
    matcher = Matcher(nlp.vocab)
    for number in range(12):
        pattern = [element() for _ in range(values.randint(1, 4))]
        rules.append(NameRule(label="Method", pattern=pattern, confidence=number / 20))
        matcher.add(f"{number}", [pattern], greedy="LONGEST")
    patterns = Patterns(nlp)
    patterns.add_rules(rules)
    for _ in range(20):
        doc = make_doc(nlp, Paper(id="1", title="A c", abstract=" ".join(values.choices(WORDS, k=12))))
        expected = [(start, end, int(nlp.vocab.strings[key]) / 20) for key, start, end in matcher(doc)]
        assert [(c.start, c.end, c.confidence) for c in patterns(doc)._.candidates] == expected


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


@pytest.mark.parametrize(
    ("kind", "names"), [("Demo", []), ("Poster", []), ("Position", []), ("Survey", []), ("DEMO", ["DEMO"])]
)
def test_the_kind_of_a_paper_before_its_title_is_not_what_it_introduces(
    extractor: Extractor, kind: str, names: list[str]
) -> None:
    found = extractor(Paper(id="1", title=f"{kind}: Counting Frogs in Ponds", abstract="We show how to count frogs."))
    assert [mention.text for mention in found.entities if mention.role == "introduced"] == names
