"""A paper introduces what it proposes; all forms of one thing share the role."""

import pytest
from spacy.language import Language

from kg.extraction.document import Candidate, make_doc
from kg.extraction.pipeline import Extractor
from kg.extraction.roles import Clause, Roles, RoleWeights
from kg.records import Paper
from kg.rulefiles import WordRule, load_rules


def roles(extractor: Extractor, title: str, abstract: str) -> dict[str, str]:
    return {mention.text: mention.role for mention in extractor(Paper(id="1", title=title, abstract=abstract)).entities}


def test_a_proposed_name_is_introduced_and_a_listed_one_used(extractor: Extractor) -> None:
    found = roles(
        extractor,
        "PebbleNet: Small Convolutions for Image Classification",
        "We propose PebbleNet, a novel architecture. PebbleNet is compared with ResNet-50 on CIFAR-10.",
    )
    assert found["PebbleNet"] == "introduced"
    assert found["ResNet-50"] == "used"
    assert found["CIFAR-10"] == "used"


def test_short_and_long_form_share_the_role(extractor: Extractor) -> None:
    found = roles(
        extractor,
        "Faster sampling",
        "We propose Gradual Pebble Sampling (GPS), a new sampling method. GPS needs few steps.",
    )
    assert found["Gradual Pebble Sampling"] == found["GPS"] == "introduced"


def test_what_many_papers_know_can_still_be_introduced(extractor: Extractor) -> None:
    introduced = roles(
        extractor,
        "ImageNet: a large image database",
        "We introduce a new dataset called ImageNet, a database of pictures. It is far larger than what was there.",
    )
    used = roles(extractor, "Wider nets", "We train wide residual networks on ImageNet, and compare with AlexNet.")
    assert (introduced["ImageNet"], used["ImageNet"]) == ("introduced", "used")


# Weights written for the tests, without the shipped ones.


def decide(
    nlp: Language, weights: dict[str, float], abstract: str, papers: dict[str, int] | None = None, **confidences: float
) -> dict[str, str | None]:
    """The roles of some words, each taken for a method with the given confidence."""
    doc = make_doc(nlp, Paper(id="1", title="On stones", abstract=abstract))
    doc._.entities = [
        Candidate(token.i, token.i + 1, "Method", confidences[token.text], "pattern")
        for token in doc
        if token.text in confidences
    ]
    component = Roles(RoleWeights(weights, papers or {}))
    component.add_rules([WordRule(label="INTRODUCES", pattern="propose")])
    return {doc[entity.start].text: entity.role for entity in component(doc)._.entities}


REACHED = {"through=introduces -": 2.0}
BIAS = {"any": -1.0}


def test_weights_are_summed_over_all_places(nlp: Language) -> None:
    abstract = "Alpha is old. We propose Beta here. Then Beta meets Alpha."
    assert decide(nlp, REACHED | BIAS, abstract, Alpha=1.0, Beta=1.0) == {"Alpha": "used", "Beta": "introduced"}


def test_a_doubtful_name_is_doubtfully_introduced(nlp: Language) -> None:
    abstract = "We propose Beta here."
    assert decide(nlp, REACHED | BIAS, abstract, Beta=0.9) == {"Beta": "introduced"}
    assert decide(nlp, REACHED | BIAS, abstract, Beta=0.2) == {"Beta": "used"}


def test_the_likeliest_is_introduced_where_nothing_is_sure(nlp: Language) -> None:
    """A chance of 0.35, of which a confidence of 0.8 leaves less than is needed."""
    weights = {"through=introduces -": 0.4, "any": -0.6}
    abstract = "Alpha is old. We propose Beta for Gamma."
    assert decide(nlp, weights, abstract, Alpha=0.5, Beta=0.8) == {"Alpha": "used", "Beta": "introduced"}
    assert decide(nlp, weights, abstract, Alpha=0.5, Beta=0.6) == {"Alpha": "used", "Beta": "used"}
    sure = weights | {"before=for": 2.0}
    found = decide(nlp, sure, abstract, Beta=0.8, Gamma=1.0)
    assert found == {"Beta": "used", "Gamma": "introduced"}


def test_two_patterns_count_together_in_one_place(nlp: Language) -> None:
    pair = {"before=called & type=Method": 2.0}
    assert decide(nlp, pair | BIAS, "The frog called Alpha meets Beta.", Alpha=1.0, Beta=1.0) == {
        "Alpha": "introduced",
        "Beta": "used",
    }
    apart = {"before=meets & through=introduces -": 2.0}
    abstract = "We propose Beta here. A frog meets Beta."
    assert decide(nlp, apart | BIAS, abstract, Beta=1.0) == {"Beta": "used"}


def test_counts_of_papers_are_features(nlp: Language) -> None:
    weights = {"seen=0": 1.0, "seen=3": -1.0}
    found = decide(nlp, weights, "Alpha meets Beta.", {"alpha": 10}, Alpha=1.0, Beta=1.0)
    assert found == {"Alpha": "used", "Beta": "introduced"}


@pytest.fixture(scope="module")
def shipped() -> Roles:
    component = Roles()
    component.add_rules(load_rules())
    return component


@pytest.mark.parametrize(
    ("sentence", "clause"),
    [
        ("we propose the new x", Clause("introduces")),
        ("a model called x", Clause("introduces")),
        ("proposing x", Clause("introduces")),
        ("others propose x", Clause()),
        ("we propose a method for large x", Clause("introduces", "for")),
        ("we propose y and x", Clause("introduces", names=1)),
        ("we use x", Clause("says")),
        ("for x", Clause(through="for")),
    ],
)
def test_the_clause_before_a_name(shipped: Roles, sentence: str, clause: Clause) -> None:
    words = sentence.split()
    starts = {words.index(name) for name in ("x", "y") if name in words}
    assert shipped.clauses(words, [0], starts)[words.index("x")] == clause


def test_a_clause_ends_with_its_sentence(shipped: Roles) -> None:
    assert shipped.clauses(["we", "propose", "y", "x"], [0, 3], {2, 3})[3] == Clause()
