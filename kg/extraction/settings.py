"""Settings: what a sentence states about how its results came about, such as a split, shots, steps or a resolution.

A result has of each kind of setting one at most: the only one of its sentence; in turn, if there are as many as results
or scores or differences ("63% and 78% 1-shot and 5-shot accuracy, 2% and 3% better"); else the one before it, or, if
the first result comes before the first setting, the one after it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from kg.extraction.patterns import PatternCheck
from kg.records import Result
from kg.rulefiles import Rule, SettingRule
from kg.text.names import one_line


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
            ]
            doc._.results = _with_settings(doc, settings) if settings else doc._.results
        return doc


def _with_settings(doc: Doc, settings: Sequence[Span]) -> list[Result]:
    changed = []
    starts = [span.start for span in settings]
    for sentence, group in groupby(doc._.results, key=lambda result: _span(doc, result).sent):
        results = list(group)
        inside = settings[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        stated = {token for span in inside for token in range(span.start, span.end)}
        places = [_span(doc, result).start for result in results]
        others = {  # a result may be a setting of others
            place: result.relative for place, result in zip(places, results, strict=True) if place not in stated
        }
        chosen: dict[int, list[Span]] = {place: [] for place in places}
        for kind in dict.fromkeys(span.label_ for span in inside) if others else ():
            for place, span in _assigned(others, [s for s in inside if s.label_ == kind]).items():
                chosen[place].append(span)
        changed += [
            replace(result, settings=_words(chosen[place], result.dataset or ""))
            for result, place in zip(results, places, strict=True)
        ]
    return changed


def _words(settings: Iterable[Span], dataset: str) -> tuple[str, ...]:
    """The words of settings in their order, without what the name of the dataset says."""
    words = (one_line(span.text) for span in sorted(settings, key=lambda span: span.start))
    return tuple(word for word in words if word.lower() not in dataset.lower())


def _assigned(places: Mapping[int, bool], settings: Sequence[Span]) -> Mapping[int, Span]:
    """The setting, of several of a kind, of each place of a result, which is given with whether it is a difference."""
    starts = [span.start for span in settings]
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
