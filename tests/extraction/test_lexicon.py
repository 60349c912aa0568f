"""The lexicon finds known names however they are spelled, and short names only as they are written."""

from collections.abc import Sequence

import pytest
from spacy.language import Language

from kg.extraction.document import make_doc
from kg.extraction.lexicon import Lexicon, lexicon_key, written_form
from kg.records import Paper
from kg.rulefiles import NameRule, Rule, load_rules


def found(nlp: Language, rules: Sequence[Rule], text: str) -> list[tuple[str, str]]:
    lexicon = Lexicon(nlp)
    lexicon.add_rules(rules)
    doc = lexicon(make_doc(nlp, Paper(id="1", title="A title", abstract=text)))
    return [(doc[c.start : c.end].text, c.type) for c in doc._.candidates]


@pytest.mark.parametrize("spelling", ["CIFAR-10", "CIFAR10", "cifar 10", "Cifar-10"])
def test_spelling_does_not_matter(nlp: Language, spelling: str) -> None:
    rules = [NameRule(label="Dataset", pattern="CIFAR-10")]
    assert found(nlp, rules, f"Trained on {spelling}, it works.") == [(spelling, "Dataset")]


@pytest.mark.parametrize("spelling", ["diffusion model", "Diffusion Models", "diffusion models"])
def test_number_does_not_matter(nlp: Language, spelling: str) -> None:
    assert found(nlp, [NameRule(label="Method", pattern="diffusion models")], f"{spelling} are used.") != []


def test_short_names_are_found_only_as_written(nlp: Language) -> None:
    rules = [NameRule(label="Method", pattern="CLIP")]
    assert found(nlp, rules, "We clip the gradients of CLIP.") == [("CLIP", "Method")]


def test_names_do_not_cross_punctuation(nlp: Language) -> None:
    assert found(nlp, [NameRule(label="Task", pattern="image generation")], "Of each image, generation starts.") == []


def test_a_rule_without_confidence_is_certain(nlp: Language) -> None:
    lexicon = Lexicon(nlp)
    lexicon.add_rules([NameRule(label="Method", pattern="foo net")])
    doc = lexicon(make_doc(nlp, Paper(id="1", title="Foo-Net", abstract="")))
    assert [c.confidence for c in doc._.candidates] == [1.0]


def test_written_form_ignores_the_plural_of_acronyms() -> None:
    assert written_form("GANs") == written_form("GAN") == "GAN"
    assert written_form("dropout") is None


def test_token_patterns_are_left_to_the_other_component(nlp: Language) -> None:
    lexicon = Lexicon(nlp)
    lexicon.add_rules([NameRule(label="Method", pattern=[{"LOWER": "x"}])])
    assert not lexicon.entries


@pytest.mark.slow
def test_each_stored_key_is_the_key_of_its_pattern(nlp: Language) -> None:
    stored = [rule for rule in load_rules() if isinstance(rule, NameRule) and rule.key]
    assert len(stored) > 1000, "the mined lexicons have keys"
    assert [rule for rule in stored if rule.key != lexicon_key(nlp, str(rule.pattern))] == []
