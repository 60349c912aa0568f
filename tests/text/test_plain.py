"""Plain text without LaTeX remains, and the way back to the text as given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.plain import plain_text


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        (r"ans\"atze", "ansätze"),
        (r"Erd\H{o}s in na\"{i}ve", "Erdos in naïve"),
        (r"20\% of R\&D", "20% of R&D"),
        (r"\emph{Frog Net} (\textbf{FN})", "Frog Net (FN)"),
        (r"\textbf{F}rog", "Frog"),
        (r"3$\times$ and $2\sim3\times$", "3× and 2~3×"),
        ("3$ imes$", "3 ×"),
        (r"$81.2 \pm 0.3$", "81.2 ± 0.3"),
        (r"from $4\%$ $\to$ $9\%$", "from 4% → 9%"),
        (r"the art~(SOTA)", "the art (SOTA)"),
        (r"\eg frogs, \ie amphibians", "e.g. frogs, i.e. amphibians"),
        ("compressionx2013which", "compressionx2013which"),
        ("a x2013 b", "a – b"),
        ("**Frog** net", "Frog net"),
        ("epsilon=8{255})", "epsilon=8 255)"),
        ("R^{n d}.", "R^n d."),
        ("no remains", "no remains"),
    ],
)
def test_remains_are_read_as_what_they_meant(given_text: str, expected: str) -> None:
    assert " ".join(plain_text(given_text).text.split()) == " ".join(expected.split())


@pytest.mark.parametrize(
    ("given_text", "word", "original"),
    [
        (r"we gain 20\% here", "20%", r"20\%"),
        (r"an ans\"atze test", "ansätze", r"ans\"atze"),
        (r"the $k$-NN rule", "k-NN", "$k$-NN"),
        (r"is 3$\times$ faster", "3×", r"3$\times"),
    ],
)
def test_a_span_goes_back_to_the_text_as_given(given_text: str, word: str, original: str) -> None:
    text = plain_text(given_text)
    position = text.text.index(word)
    start, end = text.span(position, position + len(word))
    assert given_text[start:end].rstrip("$") == original.rstrip("$")


@given(st.text(alphabet=r"ab1 \{}$%~*^_\"'xtimes.", max_size=40))
def test_offsets_rise_and_spans_lie_within_the_text(given_text: str) -> None:
    text = plain_text(given_text)
    assert len(text.offsets) == len(text.text)
    assert list(text.offsets) == sorted(text.offsets)
    for position in range(len(text.text)):
        start, end = text.span(position, position + 1)
        assert 0 <= start < end <= len(given_text)


@given(st.text(alphabet="abc .,-()19", max_size=40))
def test_text_without_remains_is_unchanged(given_text: str) -> None:
    text = plain_text(given_text)
    assert text.text == given_text
    assert text.offsets == tuple(range(len(given_text)))


@given(st.text(alphabet=r"ab1 \{}$%~*^_\"'xtimes.", max_size=40), st.data())
def test_a_span_of_the_text_as_given_has_its_plain_characters_and_no_others(
    given_text: str, data: st.DataObject
) -> None:
    text = plain_text(given_text)
    start = data.draw(st.integers(0, len(given_text)))
    end = data.draw(st.integers(start, len(given_text)))
    low, high = text.plain_span(start, end)
    inside = [position for position, offset in enumerate(text.offsets) if start <= offset < end]
    assert list(range(low, high)) == inside
