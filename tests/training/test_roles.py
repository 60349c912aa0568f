"""Weights of roles: features of introduced names get a positive weight."""

from __future__ import annotations

import numpy as np
import pytest
from spacy.language import Language

from kg.extraction.document import make_doc
from kg.extraction.roles import RoleWeights
from kg.records import Paper
from kg.training.annotated import AnnotatedDoc
from kg.training.roles import logistic_regression, mine_roles


def test_the_slope_of_the_loss_is_zero_at_the_weights() -> None:
    chosen = np.random.default_rng(1)
    examples = [sorted(chosen.choice(12, size=int(chosen.integers(0, 6)), replace=False).tolist()) for _ in range(200)]
    chances = chosen.random(200).tolist()
    weights = logistic_regression(examples, chances, 12, penalty=2.0)
    slope = 2.0 * weights
    for example, chance in zip(examples, chances, strict=True):
        slope[example] += 1 / (1 + np.exp(-weights[example].sum())) - chance
    assert slope == pytest.approx(0, abs=1e-4)


def test_a_feature_that_is_always_right_gets_a_bounded_weight() -> None:
    weights = logistic_regression([[0], [1]] * 50, [1.0, 0.0] * 50, 2)
    assert weights[0] == pytest.approx(-weights[1])
    assert 1 < weights[0] < 3


def test_no_examples_have_no_weights() -> None:
    assert logistic_regression([], [], 0).tolist() == []


def test_roles_are_learned_from_annotated_papers(nlp: Language) -> None:
    papers = []
    for number in range(30):
        abstract = f"We propose Pondnet{number} here. It is better than Toadnet in every pond."
        doc = nlp(make_doc(nlp, Paper(id=str(number), title="On ponds", abstract=abstract)))
        at = {token.text: (token.i, token.i + 1) for token in doc}
        own, other = at[f"Pondnet{number}"], at["Toadnet"]
        papers.append(AnnotatedDoc(doc, {own: "Method", other: "Method"}, {own: 1.0}))
    weights = mine_roles(papers, RoleWeights({}, {"toadnet": 300}))
    assert list(weights) == sorted(weights)
    assert weights["through=introduces -"] > 0 > weights["seen=8"]
    assert "head=pondnet7" not in weights, "one paper is not enough"
