"""Names as people type them meet names as the graph has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.spellings import plain_name, readable, typed_key, typed_words


@pytest.mark.parametrize(
    "spellings",
    [
        ("Bézier curve", "Bezier curve", "Be\u0301zier curve", r"B\'ezier curves", r"B\'{e}zier curve", "BÉZIER CURVE"),
        ("Schrödinger bridge", "Schrodinger bridge", r"Schr\"odinger bridge", r"Schr{\"o}dinger bridge"),
        ("fine-tuning", "\ufb01ne-tuning", "ﬁne tuning", "finetuning"),
        ("Straßennetz", "Strassennetz", "STRASSENNETZ"),
        ("Istanbul-10", "İstanbul-10", "ıstanbul 10"),
        ("GPT-4", "\uff27\uff30\uff34\uff0d\uff14", "GPT\u20114"),
        ("Jørgensen index", "Jorgensen index", r"J\o rgensen index"),
        ("Łukasiewicz logic", "Lukasiewicz logic", r"\L ukasiewicz logic"),
        ("β-VAE", r"$\beta$-VAE", "beta-VAE", r"\beta-VAE"),
        ("Erdős–Rényi graph", "Erdos-Renyi graph", r"Erd\H{o}s-R\'enyi graph"),
        ("naïve Bayes", "naive Bayes", r"na\"{\i}ve Bayes"),
        ("cross\u00adentropy", "crossentropy", "cross\u200bentropy"),
        ("R²", "R2"),
    ],
)
def test_accents_ligatures_forms_and_markup_make_no_difference(spellings: tuple[str, ...]) -> None:
    assert len({typed_key(spelling) for spelling in spellings}) == 1


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_keys_of_any_text_are_stable_and_never_empty(text: str) -> None:
    assert typed_key(text) == typed_key(text)
    assert typed_key(text) or not text.strip()


def test_names_without_markup_stay_as_they_are() -> None:
    assert readable("CIFAR-10 (A*)") == "CIFAR-10 (A*)"
    assert plain_name("Möbius-Strips") == "mobius-strips"
    assert typed_words("text-to-image Générations") == ["text", "to", "image", "generation"]
