"""Weights of roles: features of introduced names get a positive weight."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from spacy.language import Language

from kg.extraction.document import make_doc
from kg.extraction.model import SHIPPED, Model
from kg.extraction.roles import RoleWeights
from kg.records import Paper
from kg.training.annotated import AnnotatedDoc
from kg.training.roles import logistic_regression, main, mine_roles


def test_the_slope_of_the_loss_is_zero_at_the_weights() -> None:
    chosen = np.random.default_rng(1)
    examples = [sorted(chosen.choice(12, size=int(chosen.integers(0, 6)), replace=False).tolist()) for _ in range(200)]
    chances = chosen.random(200).tolist()
    start = chosen.normal(size=12)
    weights = logistic_regression(examples, chances, start, penalty=2.0)
    slope = 2.0 * (weights - start)
    for example, chance in zip(examples, chances, strict=True):
        slope[example] += 1 / (1 + np.exp(-weights[example].sum())) - chance
    assert slope == pytest.approx(0, abs=1e-4)


def test_a_feature_that_is_always_right_gets_a_bounded_weight() -> None:
    weights = logistic_regression([[0], [1]] * 50, [1.0, 0.0] * 50, np.zeros(2))
    assert weights[0] == pytest.approx(-weights[1])
    assert 1 < weights[0] < 3


def test_no_examples_have_no_weights() -> None:
    assert logistic_regression([], [], np.zeros(0)).tolist() == []


@pytest.fixture(scope="module")
def papers(nlp: Language) -> list[AnnotatedDoc]:
    """Papers that introduce one net and use another."""
    made = []
    for number in range(30):
        abstract = f"We propose Pondnet{number} here. It is better than Toadnet in every pond."
        doc = nlp(make_doc(nlp, Paper(id=str(number), title="On ponds", abstract=abstract)))
        at = {token.text: (token.i, token.i + 1) for token in doc}
        own, other = at[f"Pondnet{number}"], at["Toadnet"]
        made.append(AnnotatedDoc(doc, {own: "Method", other: "Method"}, {own: 1.0}))
    return made


@pytest.mark.slow
def test_roles_are_learned_from_annotated_papers(papers: list[AnnotatedDoc]) -> None:
    weights = mine_roles(papers, RoleWeights({"before=frog": 3.0}, {"toadnet": 300}))
    assert list(weights) == sorted(weights)
    assert weights["through=introduces -"] > 0 > weights["seen=8"]
    assert "head=pondnet7" not in weights, "one paper is not enough"
    assert "before=frog" not in weights


@pytest.mark.slow
def test_weights_that_are_fitted_further_stay_where_no_paper_shows_otherwise(papers: list[AnnotatedDoc]) -> None:
    before = {"before=frog": 3.0, "through=introduces -": -2.0, "head=pondnet7": 0.5}
    weights = mine_roles(papers, RoleWeights(before, {}), penalty=1.0, further=True)
    assert weights["before=frog"] == 3.0
    assert weights["through=introduces -"] > -2.0
    assert weights["head=pondnet7"] >= 0.5
    stiff = mine_roles(papers, RoleWeights(before, {}), penalty=1e6, further=True)
    assert stiff == before


@pytest.mark.slow
def test_the_command_changes_the_weights_of_roles_alone(tmp_path: Path) -> None:
    text = {"title": "On ponds", "abstract": "Toads hop. Then a pondlike transformer learns."}
    names = [{"type": "Method", "text": "pondlike transformer", "role": "introduced"}]
    files = {name: tmp_path / f"{name}.jsonl" for name in ("gold", "papers")}
    ids = [f"a{number}" for number in range(30)]
    files["gold"].write_text("".join(json.dumps({"id": name, "entities": names}) + "\n" for name in ids))
    files["papers"].write_text("".join(json.dumps({"id": name, **text}) + "\n" for name in ids))
    given = ["--gold", str(files["gold"]), "--papers", str(files["papers"]), "--out", str(tmp_path / "model")]
    main(given)
    before, after = Model.load(SHIPPED), Model.load(tmp_path / "model")
    weights, old = after.roles.weights, before.roles.weights
    changes = {name: weights.get(name, 0.0) - old.get(name, 0.0) for name in weights.keys() | old.keys()}
    changed = {name for name, change in changes.items() if abs(change) > 0.05}
    assert "type=Method" in changed and "type=Task" not in changed
    assert all(changes[name] > 0 for name in changed), "they all speak for introduced names"
    assert after.roles.papers == before.roles.papers
    assert after.about["texts with roles"] == 30
    for one, other in zip(before.tagger.parameters(), after.tagger.parameters(), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-4)
