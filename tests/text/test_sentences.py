"""Where the sentences of a text start and end."""

from __future__ import annotations

import itertools
from contextlib import AbstractContextManager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.sentences import sentence_around, sentence_spans


@pytest.mark.parametrize(
    "text, sentences",
    [
        ("One. Two is 1.5 long. Three!", ["One.", "Two is 1.5 long.", "Three!"]),
        ("Title without stop\nFirst sentence. Second.", ["Title without stop", "First sentence.", "Second."]),
        ("We beat others, e.g. BERT, by 2 vs. 3. Done.", ["We beat others, e.g. BERT, by 2 vs. 3.", "Done."]),
        ("See Smith et al. Then (as said.) Go.", ["See Smith et al. Then (as said.)", "Go."]),
        ("By A. Frog, J.-P. Toad and J-P. Newt. Done.", ["By A. Frog, J.-P. Toad and J-P. Newt.", "Done."]),
        ("Frogs on POND-A. Toads, too.", ["Frogs on POND-A.", "Toads, too."]),
        (
            "The frogs of class A. We hop. In plan B. Frog hops.",
            ["The frogs of class A.", "We hop.", "In plan B. Frog hops."],
        ),
        (
            "They hop in ponds.This leads to 1.5 m. See pond.Net",
            ["They hop in ponds.", "This leads to 1.5 m.", "See pond.Net"],
        ),
        ("", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


@pytest.mark.slow
@given(st.text(alphabet="aB. \n!?(\"'", max_size=60))
def test_sentences_cover_all_text_in_order(text: str) -> None:
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    covered = set().union(*(range(start, end) for start, end in spans))
    assert all(text[i].isspace() or text[i] in "\"')" for i in range(len(text)) if i not in covered)


def test_a_line_break_always_ends_a_sentence() -> None:
    assert [end for _, end in sentence_spans("no stop here\nand none there")] == [12, 27]


def test_the_sentence_around_a_part_is_the_one_that_it_is_in() -> None:
    text = "Frogs hop. They hop far. Toads walk."
    spans = sentence_spans(text)
    start = text.index("far")
    low, high = sentence_around(spans, start, start + 3)
    assert text[low:high] == "They hop far."


def test_the_sentences_around_a_part_that_runs_over_several_are_all_of_them() -> None:
    text = "Frogs hop. They hop far. Toads walk."
    low, high = sentence_around(sentence_spans(text), text.index("hop"), text.index("Toads"))
    assert text[low:high] == "Frogs hop. They hop far. "
    low, high = sentence_around(sentence_spans(text), text.index("hop"), text.index("walk"))
    assert text[low:high] == text


@pytest.mark.slow
@given(st.text(alphabet="aB. \n!?", max_size=60), st.data())
def test_the_sentence_around_a_part_contains_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    low, high = sentence_around(sentence_spans(text), start, end)
    assert low <= start <= end <= high


def test_the_sentence_around_each_of_many_parts_is_found_soon(soon: AbstractContextManager[None]) -> None:
    spans = sentence_spans("A frog.\n" * 10_000)
    with soon:
        assert [sentence_around(spans, start + 2, end - 1) for start, end in spans] == spans
