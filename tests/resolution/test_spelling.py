"""Which spellings are of one entity's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.resolution.spelling import entity_key, entity_words


@pytest.mark.parametrize(
    "spellings",
    [
        ("Fréchet distance", "Frechet distance", "FRECHET DISTANCE"),
        ("β-VAE", "$\\beta$-VAE", "beta VAE"),
        ("Kendall's tau", "Kendall τ", "Kendall’s tau"),
        ("ImageNet 256x256", "ImageNet 256 × 256", "ImageNet 256$\\times$256"),
        ("SQuAD v2.0", "SQuAD 2.0", "SQuAD2", "SQuAD version 2"),
        ("optimisation", "optimization"),
        ("mixtures of experts", "mixture-of-experts"),
        ("Q&A", "Q and A"),
        ("compression ratio", "compression ratios", "compression ratio(s)"),
        ("confusion matrix", "confusion matrices"),
        ("clustering hypothesis", "clustering hypotheses"),
        ("inductive bias", "inductive biases"),
        ("one-layer transformer", "1-layer transformers"),
        ("Two-Stage Detector", "2-stage detector"),
        ("frog classification", "frog classi\ufb01cation", "frog classi-\nfication", "<i>frog</i> classification"),
        ("naïve Bayes", 'na\\"ive Bayes'),
        ("area under the curve", "area under curve"),
        ("Ponds400", "Ponds-400", "Ponds 400"),
        ("PONDS-14", "Ponds14"),
        ("fps", "FPS"),
        ("**F**rog **N**et", "Frog Net"),
        ("Pond 64x64", "Pond 64 × 64", "Pond 64times 64", "Pond $64\\times64$"),
        ("L_2 distance", "ell_2 distance", "$\\ell_2$ distances"),
    ],
)
def test_spellings_of_one_entity_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({entity_key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    "one, other",
    [
        ("DARTS", "DART"),
        ("PACS", "PAC"),
        ("GPS", "GPs"),
        ("GPT-3.5", "GPT-35"),
        ("ResNet-50 v2", "ResNet-502"),
        ("CIFAR-10", "CIFAR-10.1"),
        ("A*", "A"),
        ("ImageNet", "Hard ImageNet"),
        ("ImageNet", "ImageNet 64x64"),
        ("1-layer transformer", "2-layer transformer"),
        ("DATA Set A", "Set A"),
        ("$L_2$", "$L_\\infty$"),
    ],
)
def test_different_entities_keep_apart(one: str, other: str) -> None:
    assert entity_key(one) != entity_key(other)


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_keys_are_never_empty_for_visible_text(text: str) -> None:
    if text.strip():
        assert entity_key(text)


def test_names_that_an_ampersand_tells_apart_have_iris_of_their_own() -> None:
    assert entity_words("P&CNet") != entity_words("PCNet")
    assert entity_words("frog & toad") == entity_words("frog and toad")
