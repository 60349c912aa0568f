"""Settings: what a sentence states about how its results came about, such as a split, shots, steps or a resolution.

A result has of each kind of setting the one in brackets behind it ("1.4% (4-bit) and 1.1% (3-bit)"). Else it has one
that is in no such brackets: the only one of its sentence; in turn, if there are as many as results or scores or
differences ("63% and 78% 1-shot and 5-shot accuracy, 2% and 3% better"); else the one before it, or, if the first
result comes before the first setting, the one after it. Settings of different things ("1-bit weights and 4-bit
activations") count as one, and so do those that are joined before a single result ("our 3-bit and 4-bit models are 4.5%
better").

A number of steps or shots is a condition, and no result itself. A bound ("over 90%") is a setting of the score right
behind it, with that score in its words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeAlias

from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from kg.extraction.patterns import PatternCheck
from kg.records import Result
from kg.rulefiles import Rule, SettingRule
from kg.text.names import one_line

_CONDITIONS = frozenset({"steps", "shots"})  # kinds of settings whose numbers are no results
_BOUND = "bound"  # the kind of settings that say that a score is at least or at most so much
_NEAR = 3  # tokens from a value to the bracket that is about it
_FAR = 12  # tokens from a value to a setting in that bracket
_JOINED = frozenset({"and", "or", ",", "&", "/"})

Setting: TypeAlias = tuple[Span, ...]
"""One or several spans that state together what a result came about by."""


class Settings:
    """Pipeline component: adds the settings to ``doc._.results``, by the ResultSetting rules."""

    def __init__(self, nlp: Language) -> None:
        self._matcher = Matcher(nlp.vocab, validate=False)
        self._check = PatternCheck(nlp.vocab)

    def add_rules(self, rules: Iterable[Rule]) -> None:
        """Take the ResultSetting rules.

        Raises:
            InputError: spaCy's Matcher refuses a pattern.
        """
        for rule in rules:
            if isinstance(rule, SettingRule):
                self._check(rule.pattern, rule.place)
                self._matcher.add(rule.id, [rule.pattern], greedy="LONGEST")

    def __call__(self, doc: Doc) -> Doc:
        if doc._.results:
            sentences = {span.start: span for span in (_span(doc, result).sent for result in doc._.results)}
            found = (match for span in sentences.values() for match in self._matcher(span, as_spans=True))
            datasets = [entity for entity in doc._.entities if entity.type == "Dataset"]
            settings = [
                span  # by offset, none overlapping; the "test-dev" of "COCO test-dev" is part of a name
                for span in filter_spans(found)
                if not any(dataset.start <= span.start and span.end <= dataset.end for dataset in datasets)
                and not _ends_a_name(span)
            ]
            doc._.results = _with_settings(doc, settings) if settings else doc._.results
        return doc


def _ends_a_name(span: Span) -> bool:
    """Whether a span is the end of a longer word: "7B" in "LLaMA-2-7B models"."""
    before = span.doc[max(0, span.start - 2) : span.start]
    return len(before) == 2 and before.text[-1] in "-‐‑" and not any(token.whitespace_ for token in before)


def _with_settings(doc: Doc, settings: Sequence[Span]) -> list[Result]:
    changed = []
    starts = [span.start for span in settings]
    for sentence, group in groupby(doc._.results, key=lambda result: _span(doc, result).sent):
        inside = settings[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        bounds = {span.end: span for span in inside if span.label_ == _BOUND}
        inside = [span for span in inside if span.label_ != _BOUND]
        stated = {token: span.label_ for span in inside for token in range(span.start, span.end)}
        placed = [(_span(doc, result).start, result) for result in group]
        results = [(place, result) for place, result in placed if stated.get(place) not in _CONDITIONS]
        others = {place: result.relative for place, result in results if place not in stated}  # the rest are settings
        chosen: dict[int, list[Span]] = {place: [] for place, _ in results}
        for kind in dict.fromkeys(span.label_ for span in inside) if others else ():
            for place, setting in _of_kind(others, [span for span in inside if span.label_ == kind]).items():
                chosen[place].extend(setting)
        for place, result in results:
            if place in bounds and not result.relative:
                chosen[place].append(doc[bounds[place].start : _span(doc, result).end])
        changed += [replace(result, settings=_words(chosen[place], result.dataset or "")) for place, result in results]
    return changed


def _of_kind(places: Mapping[int, bool], settings: Sequence[Span]) -> Mapping[int, Setting]:
    """The settings of one kind of each place of a result, which is given with whether it is a difference."""
    ordered = sorted(places)
    own = {}
    for span in settings:
        place = ordered[max(0, bisect_left(ordered, span.start) - 1)]
        if place < span.start and _is_bracketed(span, place):
            own[place] = span
    taken = {span.start for span in own.values()}
    left = [span for span in settings if span.start not in taken]
    open_places = {place: relative for place, relative in places.items() if place not in own}
    chosen = dict(_assigned(open_places, _together(left, len(open_places)))) if left and open_places else {}
    return chosen | {place: (span,) for place, span in own.items()}


def _is_bracketed(span: Span, place: int) -> bool:
    """Whether a span is in a bracket that opens right behind the value at a place."""
    if span.start - place > _FAR:
        return False
    between = span.doc[place : span.start]
    opened = [token.i for token in between if token.text in ("(", "[")]
    closed = any(token.text in (")", "]") for token in between)
    return len(opened) == 1 and not closed and opened[0] - place <= _NEAR + 1


def _together(settings: Sequence[Span], results: int) -> list[Setting]:
    """Joins settings of different things, as the words behind them say, and those that are joined before one result."""
    grouped: list[Setting] = []
    for span in settings:
        doc = span.doc
        between = [token.lower_ for token in doc[grouped[-1][-1].end : span.start]] if grouped else []
        behind = doc[span.end].lower_ if span.end < len(doc) else ""
        differs = (
            len(between) == 2 and between[1] in _JOINED and behind.isalpha() and between[0] not in (behind, *_JOINED)
        )
        if differs or (results == 1 and len(between) == 1 and between[0] in _JOINED):
            grouped[-1] += (span,)
        else:
            grouped.append((span,))
    return grouped


def _words(settings: Iterable[Span], dataset: str) -> tuple[str, ...]:
    """The words of settings in their order, without what the name of the dataset says."""
    words = (one_line(span.text) for span in sorted(settings, key=lambda span: span.start))
    return tuple(word for word in words if word.lower() not in dataset.lower())


def _assigned(places: Mapping[int, bool], settings: Sequence[Setting]) -> Mapping[int, Setting]:
    """The setting, of several of a kind, of each place of a result, which is given with whether it is a difference."""
    starts = [setting[0].start for setting in settings]
    leads = starts[0] < min(places)
    after = {place: bisect_left(starts, place) for place in places}
    chosen = {
        place: settings[max(0, number - 1) if leads else min(number, len(settings) - 1)]
        for place, number in after.items()
    }
    scores, differences = ([place for place in places if places[place] == relative] for relative in (False, True))
    for group in (scores, differences, [*places]):
        if len(group) == len(settings):
            chosen |= zip(group, settings, strict=True)
    return chosen


def _span(doc: Doc, result: Result) -> Span:
    start, end = doc._.plain.plain_span(result.start, result.end)
    span = doc.char_span(start, end, alignment_mode="expand")
    assert span is not None
    return span


@Language.factory("kg_settings")
def make_settings(nlp: Language, name: str) -> Settings:
    """The component's factory."""
    return Settings(nlp)
