"""What is decided about results as questions, with the answers of annotated papers or of a teacher as lessons."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kg.evaluation.gold import GoldResult
from kg.evaluation.scores import normal, normal_value
from kg.extraction.results.choices import Choice
from kg.extraction.results.component import READINGS, ReadText, readings
from kg.extraction.results.places import Part, Place
from kg.training.regression import Lesson
from kg.vocabulary import EntityType

NAMES: Mapping[Part, EntityType] = {
    "metric": "Metric",
    "dataset": "Dataset",
    "method": "Method",
    "task": "Task",
    "baseline": "Method",
}
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
SOMETIMES: tuple[Part, ...] = ("task", "baseline")
"""The parts that only some annotators wrote down."""
_LEAST = 0.02  # weight of a lesson from which it is worth learning from

Annotated = Sequence[GoldResult]

Offsets = tuple[int, int]
"""First character, and one past the last, in the plain text."""

Decided = tuple[str, Lesson]
"""A decision (:data:`kg.extraction.results.weights.SIZES`), and a lesson for it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A decision about a value, which is one of several choices.

    ``choices`` holds the columns of the features of each, ``right`` the indices of those that are right, if that is
    known, and ``places`` where they are: ``None`` for "nothing" and for a unit. ``value`` and ``sentence`` are the
    places of the value and of its sentence.
    """

    decision: str
    choices: Sequence[np.ndarray]
    right: frozenset[int]
    value: Offsets
    sentence: Offsets
    places: Sequence[Offsets | None]


Answer = Callable[[Question], np.ndarray]
"""From a question to the probability of each of its choices."""


def annotated_questions(text: ReadText, results: Annotated) -> Iterator[Question]:
    """The questions that an annotated text answers."""
    placed = aligned(text, results)
    for place, earlier in text.values():
        here = placed.get((place.sentence.number, place.index), ())
        reading = 0 if not here else 2 if here[0].relative else 1
        yield _about_reading(place, frozenset([reading]))
        if not here:
            continue
        for part, choices, features in text.parts(replace(place, reading=READINGS[reading]), earlier):
            right = _right(part, choices, here)
            if right and is_annotated(part, here):  # the nearest right one is what was chosen, for the values after it
                yield _about_part(part, place, choices, features, right)
                earlier.of(part).add(_nearest(choices, right, place), place.index)


def is_annotated(part: Part, results: Annotated) -> bool:
    """Whether the annotators of some results wrote down a part of them, if there was one."""
    return part not in SOMETIMES or all(part in result.model_fields_set for result in results)


def taught_lessons(text: ReadText, answer: Answer, share: float = 1.0) -> Iterator[Decided]:
    """What a teacher's answers teach about a text without annotations.

    A question makes a lesson of each answer, which counts as much as the answer is probable, so that the models learn
    the probabilities (Hinton, Vinyals and Dean 2015, arXiv:1503.02531); a part counts as much as there is a result.

    Args:
        text: which one.
        answer: the teacher.
        share: how much a question counts.
    """
    for place, earlier in text.values():
        asked = _about_reading(place, frozenset())
        likely = answer(asked)
        yield from _lessons(asked, {frozenset([index]): chance for index, chance in enumerate(likely.tolist())}, share)
        reading = int(likely.argmax())
        if not reading:
            continue
        for part, choices, features in text.parts(replace(place, reading=READINGS[reading]), earlier):
            asked = _about_part(part, place, choices, features, frozenset())
            names = _by_name(choices, answer(asked))
            yield from _lessons(asked, names, share * (1 - float(likely[0])))
            best = max(names, key=lambda name: names[name])
            earlier.of(part).add(_nearest(choices, best, place), place.index)


def _lessons(asked: Question, answers: Mapping[frozenset[int], float], share: float) -> Iterator[Decided]:
    for right, chance in answers.items():
        if share * chance >= _LEAST:
            yield asked.decision, Lesson(asked.choices, right, share * chance)


def _by_name(choices: Sequence[Choice], chances: np.ndarray) -> dict[frozenset[int], float]:
    """The probability of each name, given by the indices of its places."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, choice in enumerate(choices):
        places[choice.key].append(index)
    return {frozenset(same): float(chances[same].sum()) for same in places.values()}


def _about_reading(place: Place, right: frozenset[int]) -> Question:
    value = place.piece.start, place.piece.end
    return Question("reading", readings(place), right, value, _around(place), [value] * len(READINGS))


def _about_part(
    part: Part, place: Place, choices: Sequence[Choice], features: Sequence[np.ndarray], right: frozenset[int]
) -> Question:
    value = place.piece.start, place.piece.end
    return Question(part, features, right, value, _around(place), list(map(_offsets, choices)))


def _around(place: Place) -> Offsets:
    pieces = place.sentence.pieces
    return pieces[0].start, pieces[-1].end


def _offsets(choice: Choice) -> Offsets | None:
    return (choice.pieces[0].start, choice.pieces[-1].end) if choice.pieces else None


def _right(part: Part, choices: Sequence[Choice], results: Annotated) -> frozenset[int]:
    """The choices that are annotated as the part of a value."""
    kind = NAMES[part]
    keys = {normal(getattr(result, part) or "", kind) for result in results}
    return frozenset(index for index, choice in enumerate(choices) if normal(choice.text, kind) in keys)


def _nearest(choices: Sequence[Choice], indices: frozenset[int], place: Place) -> Choice:
    """The choice nearest to a value, of some."""
    index = min(indices, key=lambda index: (choices[index].kind != "here", abs(choices[index].first - place.index)))
    return choices[index]


def aligned(text: ReadText, results: Annotated) -> Mapping[tuple[int, int], Annotated]:
    """The annotated results by sentence and index of their value.

    Where no value is written like the annotated one ("+2.5", "4%-5%"), one with its first number is taken.
    If several numbers look like it, those are taken whose sentences hold most of what was annotated, each once.
    """
    places: dict[str, list[Place]] = defaultdict(list)
    like: dict[str, list[Place]] = defaultdict(list)
    for place, _ in text.values():
        start, end = text.plain.span(place.piece.start, place.piece.end)
        for written in {normal_value(place.piece.text), normal_value(text.plain.original[start:end])}:
            places[written].append(place)
        for number in set(_NUMBERS.findall(place.piece.text)):
            like[number].append(place)
    found: dict[tuple[int, int], list[GoldResult]] = defaultdict(list)
    used: set[tuple[int, int]] = set()
    for result in results:
        first = _NUMBERS.search(result.value)
        here = places.get(normal_value(result.value)) or like.get(first[0] if first else "", [])
        if not here:
            continue
        free = [place for place in here if (place.sentence.number, place.index) not in used] or here
        best = max(free, key=lambda place: _named_with(place, result))
        key = best.sentence.number, best.index
        if len(here) > 1:
            used.add(key)
        found[key].append(result)
    return found


def _named_with(place: Place, result: GoldResult) -> tuple[int, bool]:
    """How many parts of a result are in a value's sentence, and whether that is no title."""
    words = " ".join(piece.text for piece in place.sentence.pieces).lower()
    parts = (result.metric, result.dataset, result.method)
    return sum(bool(part) and str(part).lower() in words for part in parts), place.sentence.part != "title"
