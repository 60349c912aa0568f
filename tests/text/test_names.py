"""Which spellings are one name, and what a name is in an IRI."""

import re

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.names import name_key, slug, spaced_key, title_key


@pytest.mark.parametrize(
    "spellings",
    [
        ("CIFAR-10", "CIFAR10", "cifar 10", "Cifar-10"),
        ("diffusion models", "Diffusion Model", "diffusion-model"),
        ("DMs", "DM"),
        ("LVLMs", "LVLM"),
        ("pre-training", "pretraining", "Pre-Training"),
        ("text-to-image generation", "text to image generation"),
        ("ImageNet 256 x 256", "ImageNet 256x256", "ImageNet-256x256"),
        ("queries", "query"),
        ("F1", "F-1"),
    ],
)
def test_spellings_of_one_name_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({name_key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    "one, other",
    [
        ("CIFAR-10", "CIFAR-100"),
        ("ImageNet-1K", "ImageNet-21K"),
        ("ResNet-50", "ResNet-101"),
        ("top-1 accuracy", "top-5 accuracy"),
        ("GAN", "WGAN"),
        ("RRT", "RRT*"),
        ("GPT-3.5", "GPT-35"),
        ("C", "C++"),
        ("α", "β"),
    ],
)
def test_different_names_keep_apart(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_spaced_key_reads_as_words() -> None:
    assert spaced_key("CIFAR10") == "cifar 10"
    assert spaced_key("Vision Transformers") == "vision transformer"
    assert spaced_key("F1") == "f1"


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_keys_are_stable_and_never_empty_for_visible_text(text: str) -> None:
    if text.strip():
        assert name_key(text)
        assert slug(text)
        assert not any(character.isspace() for character in slug(text))


def test_title_key_ignores_case_spacing_and_punctuation() -> None:
    assert title_key("Q-VLM: Post-training  Quantization") == title_key("QVLM post training quantization!")
    assert title_key("Part I") != title_key("Part II")


@pytest.mark.slow
@given(st.text(st.characters(codec=None), max_size=120))
def test_slugs_are_parts_of_iris_that_name_no_folder(text: str) -> None:
    part = slug(text)
    pyoxigraph.NamedNode(f"https://example.org/{part}")
    assert part not in ("", ".", "..")
    assert not set(part) & set("/?#% ") - {"%"}


def test_long_slugs_are_cut_at_a_word_and_stay_apart() -> None:
    start = "a very long title that goes on " * 6
    one, other = slug(start + "and ends here"), slug(start + "and ends there")
    assert one != other
    assert len(one) <= 110


def test_what_an_iri_cannot_hold_is_escaped_whole() -> None:
    """Also where a long name is cut, and for the variation selectors that RFC 3987 leaves out."""
    assert slug("C# tricks") == "c%23-tricks"
    assert re.fullmatch("(?:%23)+-[0-9a-f]{8}", slug("#" * 101))
    assert slug("x\U000e0100") == "x%F3%A0%84%80"


@pytest.mark.parametrize(
    "spellings",
    [
        ("Bézier curve", "Bezier curves", "Be\u0301zier curve"),
        ("fine-tuning", "\ufb01ne tuning"),
        ("Straße", "STRASSE"),
        ("β-VAE", "beta-VAE"),
    ],
)
def test_accents_and_forms_make_no_difference(spellings: tuple[str, ...]) -> None:
    assert len({name_key(spelling) for spelling in spellings}) == 1


def test_words_of_iris_keep_their_accents() -> None:
    assert spaced_key("Schrödinger Bridges") == "schrödinger bridge"
