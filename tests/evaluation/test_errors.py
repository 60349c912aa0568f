"""The kind of each error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.evaluation.errors import ErrorExample, ErrorKind, Errors, TypedName, overlapping
from kg.evaluation.gold import AnnotatedText, Form, GoldEntity, Span, occurrences
from kg.records import Extraction, Mention, Paper
from kg.vocabulary import ENTITY_TYPES, EntityType

Named = tuple[str, EntityType]
TEXT = "We train GreenNet and MossNet attacks, a deep frog classifier (DFC), on ponds; DFC hops."
LEXICON = {"MossNet"}


def kinds(
    gold: list[Named],
    found: list[Named],
    form: Form = "papers",
    types: tuple[EntityType, ...] = ENTITY_TYPES,
    pairs: tuple[tuple[str, str], ...] = (),
) -> tuple[ErrorKind, ...]:
    paper = Paper(id="1", title="", abstract=TEXT)
    entities = tuple(GoldEntity(type=kind, text=name) for name, kind in gold)
    annotated = AnnotatedText(paper, "gold:1", tuple(occurrences(gold, paper.text)), entities)
    mentions = [
        Mention(
            type=span.type,
            text=paper.text[span.start : span.end],
            start=span.start,
            end=span.end,
            confidence=1,
            extractor="pattern",
        )
        for span in occurrences(found, paper.text)
    ]
    errors = Errors(form, types, LEXICON.__contains__)
    errors.add(annotated, Extraction(id="1", title="", entities=tuple(mentions), abbreviations=pairs))
    return errors.kinds(5)


@pytest.mark.parametrize(
    "gold, found, name, missed, spurious",
    [
        (("ponds", "Task"), ("ponds", "Dataset"), "Task found as Dataset", 1, 1),
        (("GreenNet", "Method"), ("GreenNet and MossNet", "Method"), "coordination", 1, 1),
        (("GreenNet", "Method"), ("GreenNet and MossNet", "Task"), "coordination", 1, 1),
        (("frog classifier", "Method"), ("deep frog classifier", "Method"), "too long", 1, 1),
        (("deep frog classifier", "Method"), ("frog classifier", "Method"), "too short", 1, 1),
        (("deep frog", "Method"), ("frog classifier", "Method"), "shifted", 1, 1),
        (("MossNet", "Method"), None, "known name", 1, 0),
        (None, ("MossNet", "Method"), "known name", 0, 1),
        (("hops", "Metric"), None, "unseen word", 1, 0),
        (("frog classifier", "Method"), None, "unseen phrase", 1, 0),
        (None, ("GreenNet", "Method"), "unseen name", 0, 1),
    ],
)
@pytest.mark.parametrize("form", ["papers", "passages"])
def test_each_error_has_one_kind(
    gold: Named | None, found: Named | None, name: str, missed: int, spurious: int, form: Form
) -> None:
    (kind,) = kinds([gold] if gold else [], [found] if found else [], form)
    assert (kind.name, kind.missed, kind.spurious) == (name, missed, spurious)


def test_what_is_right_is_not_an_error() -> None:
    assert kinds([("GreenNet", "Method")], [("GreenNet", "Method")]) == ()


def test_a_short_form_in_place_of_its_long_form_is_another_form() -> None:
    gold: list[Named] = [("deep frog classifier", "Method"), ("DFC", "Method")]
    pairs = (("DFC", "deep frog classifier"),)
    (kind,) = kinds(gold, gold[:1], pairs=pairs)
    assert (kind.name, kind.missed) == ("other form", 1)
    assert kind.examples == (ErrorExample(TypedName("Method", "dfc"), TypedName("Method", "deep frog classifier"), 1),)
    assert kinds(gold, gold[:1])[0].name == "unseen name"


def test_every_span_of_a_passage_counts_and_every_name_of_a_paper() -> None:
    assert kinds([("DFC", "Method")], [], "passages")[0].missed == 2
    assert kinds([("DFC", "Method")], [], "papers")[0].missed == 1


def test_types_that_do_not_count_are_not_errors() -> None:
    assert kinds([("ponds", "Dataset")], [("ponds", "Dataset"), ("hops", "Task")], "passages", ("Dataset",)) == ()


def test_kinds_and_examples_are_sorted_by_how_common_they_are() -> None:
    first, second = kinds([("hops", "Metric"), ("ponds", "Dataset"), ("MossNet", "Method")], [])
    assert [(kind.name, kind.missed) for kind in (first, second)] == [("unseen word", 2), ("known name", 1)]
    assert [example.annotated for example in first.examples] == [
        TypedName("Dataset", "pond"),
        TypedName("Metric", "hop"),
    ]


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    cuts = draw(st.lists(st.integers(0, 20), unique=True).map(sorted))
    return [Span(start, end, "Task") for start, end in zip(cuts[::2], cuts[1::2], strict=False)]


@pytest.mark.slow
@given(spans(), spans())
def test_overlapping_yields_every_pair(ones: list[Span], others: list[Span]) -> None:
    expected = {(one, other) for one in ones for other in others if max(one[0], other[0]) < min(one[1], other[1])}
    found = list(overlapping(ones, others))
    assert set(found) == expected
    assert len(found) == len(expected)
