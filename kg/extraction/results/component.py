"""Results: the reported numbers, each with its metric, dataset and method.

Every quantity of a text is read as no result, a score, or an improvement. Then its metric, its dataset, its method and
its task are chosen among the phrases and names that could be meant, and for an improvement the method that it is one
over (its baseline), in the order of the text, so that a choice can depend on those before. All six decisions are
log-linear models over :mod:`kg.extraction.results.features`, learned from
annotated papers (:mod:`kg.training.results`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.results.certainty import Chosen, certainty_row, how_certain
from kg.extraction.results.choices import Choice, metric_choices, named_choices
from kg.extraction.results.features import (
    baseline_features,
    dataset_features,
    head_of,
    method_features,
    metric_features,
    reading_features,
    task_features,
)
from kg.extraction.results.places import EarlierParts, Names, Part, Place, Reading
from kg.extraction.results.quantities import Quantity, QuantityFinder, any_of
from kg.extraction.results.sentences import Sentence, sentences_of
from kg.extraction.results.weights import ResultWeights, chances, columns, columns_of_each, of_classes
from kg.records import Result
from kg.rulefiles import Rule
from kg.text.names import name_key
from kg.text.plain import PlainText, unwrapped

READINGS: tuple[Reading, ...] = ("no", "absolute", "relative")
"""The classes of quantities, in the order of the weights."""

_REACH = 40  # characters to look back over for words that exclude a number
_MOST = 500  # numbers of a text that are looked at; abstracts have a tenth of it at most
_LISTED = re.compile(r"\s*,?\s*(?:(?:and|or|to)\b|[-–—&])?\s*")  # between two numbers of a list or range
_LONGEST = 60  # characters of a value; nothing is measured to hundreds of digits
_SURE = 0.75  # probability of a task or a baseline from which it is said
_LIKELY = 0.35  # probability that a quantity is a result of its metric from which it is one; half of the F1 at best


@dataclass(frozen=True)
class ReadText:
    """A text as results are looked for in it."""

    plain: PlainText
    sentences: Sequence[Sentence]
    names: Names

    def values(self) -> Iterator[tuple[Place, EarlierParts]]:
        """The values in order, each with what was chosen for those before it in its sentence."""
        for sentence in self.sentences:
            earlier = EarlierParts()
            for index in sentence.places("value"):
                yield Place(sentence, index), earlier

    def parts(self, place: Place, earlier: EarlierParts) -> Iterator[tuple[Part, list[Choice], list[np.ndarray]]]:
        """The parts of a result one by one, each with its choices and the columns of their features.

        What is chosen for a part is added to ``earlier`` before the next part is asked for.
        """
        sentence = place.sentence
        choices = metric_choices(self.plain.text, self.sentences, sentence, place.index)
        features = (metric_features(place, choice, earlier.metric) for choice in choices)
        yield "metric", choices, columns_of_each(features)
        head = head_of(earlier.metric.last.text if earlier.metric.last else "")
        choices = named_choices("dataset", self.sentences, sentence, place.index)
        features = (dataset_features(place, choice, earlier.dataset, self.names, head) for choice in choices)
        yield "dataset", choices, columns_of_each(features)
        choices = named_choices("method", self.sentences, sentence, place.index)
        choices = [choice for choice in choices if not self._is_anothers(choice, place, earlier.method.last)]
        features = (method_features(place, choice, earlier.method, self.names) for choice in choices)
        yield "method", choices, columns_of_each(features)
        choices = named_choices("task", self.sentences, sentence, place.index)
        features = (task_features(place, choice, earlier.task, self.names) for choice in choices)
        yield "task", choices, columns_of_each(features)
        if place.reading == "relative":
            method = earlier.method.last
            choices = named_choices("method", self.sentences, sentence, place.index)
            features = (baseline_features(place, choice, earlier.baseline, self.names, method) for choice in choices)
            yield "baseline", choices, columns_of_each(features)

    def _is_anothers(self, choice: Choice, place: Place, last: Choice | None) -> bool:
        """Whether the words before a score say that it is another's than a method's.

        In "PondNet has 26.7, against 17.8 for a plain network" and in "humans have 26.7; the previous best was 17.8"
        17.8 is that of no one who is named before it, nor of a method that the paper introduces. In "PondNet has 26.7;
        ours 17.8" it is not that of the method of the value before (``last``), unless the paper introduces that one.
        """
        if place.reading != "absolute" or choice.kind == "none":
            return False
        own = choice.key in self.names.introduced
        if place.own and not own and last is not None and choice.key == last.key:
            return True
        named = choice.kind == "here" and (place.unnamed or choice.pieces[-1].kind == "method")
        return (place.contrasted or place.unnamed) and (own or (named and choice.last < place.index))


class ResultFinder:
    """Pipeline component: writes ``doc._.results``. It runs after the entities and their roles are settled.

    Rules: ``ResultUnit`` (units of measure; ``id`` whole, prefixed or rate), ``ResultFactorWord`` and
    ``ResultNumberWord`` (words for factors and numbers, ``id`` the number), ``ResultExclusion`` (words that make a
    number a setting or a bound, "a learning rate of", "confidence interval"; ``id`` before or after it) and
    ``ResultChangeWord`` (words for a change, ``id`` its kind).
    """

    def __init__(self) -> None:
        self.weights: ResultWeights | None = None
        self._find_quantities = QuantityFinder({}, {}, {})
        self._excluded_before = self._excluded_after = re.compile(r"(?!)")
        self._changes: Mapping[str, str] = {}

    def add_rules(self, rules: Iterable[Rule]) -> None:
        """Take the Result… rules."""
        read = list(rules)
        excluded: dict[str, list[str]] = defaultdict(list)
        for rule in read:
            if rule.label == "ResultExclusion":
                excluded[rule.id].append(rule.pattern)
        self._excluded_before = re.compile(rf"(?:^|\W){any_of(excluded['before'])}\W*$", re.IGNORECASE)
        self._excluded_after = re.compile(rf"\W*{any_of(excluded['after'])}(?!\w)", re.IGNORECASE)
        self._find_quantities = QuantityFinder.of_rules(read)
        self._changes = {rule.pattern.lower(): rule.id for rule in read if rule.label == "ResultChangeWord"}

    def read(self, doc: Doc) -> ReadText | None:
        """A settled Doc as results are looked for in it; ``None`` if it has no quantity outside of addresses."""
        plain = doc._.plain
        links = sorted((link.start, link.end) for link in doc._.links)
        starts = [start for start, _ in links]

        def is_in_address(offset: int) -> bool:
            place = bisect_right(starts, offset) - 1
            return place >= 0 and offset < links[place][1]

        quantities = [
            quantity
            for quantity in self._without_excluded(plain.text, self._find_quantities(plain.text))
            if quantity.end - quantity.start <= _LONGEST and not is_in_address(plain.offsets[quantity.start])
        ]
        if not quantities:
            return None
        sentences = sentences_of(doc, quantities[:_MOST], self._changes)
        short_forms = {name_key(pair.short.text): name_key(pair.long.text) for pair in doc._.abbreviations}
        return ReadText(plain, sentences, Names.of(sentences, short_forms))

    def _without_excluded(self, text: str, quantities: Sequence[Quantity]) -> list[Quantity]:
        """Those that no exclusion is next to, nor to one that they are in a list or range with ("CI 0.88 to 0.94")."""
        lists: list[list[Quantity]] = []
        for quantity in quantities:
            if lists and _LISTED.fullmatch(text, lists[-1][-1].end, quantity.start):
                lists[-1].append(quantity)
            else:
                lists.append([quantity])
        kept = []
        for numbers in lists:
            after = [i for i, quantity in enumerate(numbers) if self._excluded_after.match(text, quantity.end)]
            numbers = numbers[after[-1] + 1 :] if after else numbers
            reach = (text[max(0, quantity.start - _REACH) : quantity.start] for quantity in numbers)
            before = [i for i, words in enumerate(reach) if self._excluded_before.search(words)]
            kept += numbers[: before[0]] if before else numbers
        return kept

    def __call__(self, doc: Doc) -> Doc:
        text = self.read(doc) if self.weights else None
        doc._.results = [result for result, _ in self.found(text, self.weights)] if text and self.weights else []
        return doc

    @staticmethod
    def found(text: ReadText, weights: ResultWeights) -> Iterator[tuple[Result, np.ndarray]]:
        """The results of a text, each with what its confidence is judged by."""
        for place, earlier in text.values():
            likely = chances(weights.reading, readings(place))
            if likely[0] > 1 - _LIKELY:
                continue
            reading = 1 + int(likely[1:].argmax())
            read = replace(place, reading=READINGS[reading])
            parts: dict[Part, Chosen] = {}
            for part, choices, features in text.parts(read, earlier):
                parts[part] = best(choices, chances(getattr(weights, part), features))
                earlier.of(part).add(parts[part].choice, place.index)
            if (1 - likely[0]) * parts["metric"].chance < _LIKELY:
                continue
            row = certainty_row(read, float(likely[reading]), parts, text.names)
            yield _result(text.plain, read, parts, how_certain(row, weights.certainty)), row


def readings(place: Place) -> list[np.ndarray]:
    """The columns of a value's features in each class of quantities."""
    return of_classes(columns(reading_features(place)), len(READINGS))


def best(choices: Sequence[Choice], likely: np.ndarray) -> Chosen:
    """The likeliest choice, and the probability of its name; places of the same name count together."""
    by_key: dict[str, float] = defaultdict(float)
    for choice, chance in zip(choices, likely.tolist(), strict=True):
        by_key[choice.key] += chance
    key = max(by_key, key=lambda key: by_key[key])
    index = max((i for i, choice in enumerate(choices) if choice.key == key), key=lambda i: float(likely[i]))
    return Chosen(choices[index], by_key.pop(key), max(by_key.values(), default=0.0))


def _result(plain: PlainText, place: Place, parts: Mapping[Part, Chosen], confidence: float) -> Result:
    start, end = plain.span(place.piece.start, place.piece.end)
    return Result(
        metric=_given(plain, parts["metric"].choice),
        value=plain.original[start:end],
        number=place.piece.value.number,
        unit=place.piece.value.unit,
        dataset=_given(plain, parts["dataset"].choice),
        method=_given(plain, parts["method"].choice),
        task=_given_surely(plain, parts.get("task")),
        baseline=_given_surely(plain, parts.get("baseline")),
        relative=place.reading == "relative",
        confidence=round(confidence, 2),
        start=start,
        end=end,
    )


def _given_surely(plain: PlainText, chosen: Chosen | None) -> str | None:
    return _given(plain, chosen.choice) if chosen and chosen.chance >= _SURE else None


def _given(plain: PlainText, choice: Choice) -> str | None:
    """A choice's words as given, on one line.

    Of one that is written as a number alone the full name, and of one with a dataset in it the words without that.
    """
    if choice.kind == "none":
        return None
    first, last = (choice.pieces[0].start, choice.pieces[-1].end) if choice.pieces else (0, 0)
    if choice.text != plain.text[first:last]:
        return choice.text
    start, end = plain.span(first, last)
    return unwrapped(plain.original[start:end])


@Language.factory("kg_results")
def make_results(nlp: Language, name: str) -> ResultFinder:
    """The component's factory."""
    return ResultFinder()
