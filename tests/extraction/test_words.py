"""Words as the components compare them."""

from __future__ import annotations

import pytest
from spacy.language import Language

from kg.extraction.words import joined, word_key, word_shape


@pytest.mark.parametrize(("one", "other"), [("GANs", "gan"), ("Networks", "network"), ("CIFAR10", "cifar10")])
def test_case_and_number_do_not_change_the_key(one: str, other: str) -> None:
    assert word_key(one) == word_key(other) != ""


@pytest.mark.parametrize("sign", ["-", "(", "…", " "])
def test_signs_have_no_key(sign: str) -> None:
    assert word_key(sign) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Zig-Zag", True), ("Zig - Zag", False), ("Zig- Zag", False), ("Zig-", False), ("Zig, Zag", False)],
)
def test_a_hyphen_joins_words_only_without_blanks(nlp: Language, text: str, expected: bool) -> None:
    assert joined(nlp(text), 1) is expected


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("GAN", "<acronym>"),
        ("ResNet", "<acronym>"),
        ("iCaRL", "<camel>"),
        ("Adam", "<capital>"),
        ("3d", "<number>"),
        ("pond", "<lower>"),
    ],
)
def test_the_shape_of_a_word(text: str, shape: str) -> None:
    assert word_shape(text) == shape
