"""Corrections: what a person found wrong in a paper, kept as rules, so that it is never wrong again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import Candidate, original_text
from kg.extraction.results.quantities import QuantityFinder
from kg.records import Paper, Result
from kg.rulefiles import CorrectionRule, Rule
from kg.text.names import title_key

CORRECTED = "correction"  # the extractor of what a person said


class Corrections:
    """Pipeline component: the last word on ``doc._.entities`` and ``doc._.results``, by the CORRECTION rules.

    A rule is about the words of its ``pattern`` wherever they are in one paper, which it names by title or id, its own
    or those of one of its entries.
    """

    def __init__(self) -> None:
        self._by_paper: dict[str, list[CorrectionRule]] = defaultdict(list)
        self._find_quantities = QuantityFinder({}, {}, {})

    def add_rules(self, rules: Iterable[Rule]) -> None:
        """Take the CORRECTION rules, and those that say what a unit is."""
        read = list(rules)
        self._find_quantities = QuantityFinder.of_rules(read)
        for rule in read:
            if isinstance(rule, CorrectionRule):
                self._by_paper[title_key(rule.paper)].append(rule)

    def of(self, paper: Paper) -> Sequence[CorrectionRule]:
        """The rules about a paper."""
        keys = dict.fromkeys(map(title_key, (paper.id, paper.title, *paper.names)))
        return [rule for key in keys for rule in self._by_paper.get(key, ())]

    def __call__(self, doc: Doc) -> Doc:
        for rule in self.of(doc._.paper) if doc._.paper else ():
            if rule.id == "entity" or rule.id == "no entity":
                doc._.entities = sorted(_entities(doc, rule), key=lambda entity: entity.start)
            else:
                missed = self._missed(doc, rule)
                doc._.results = sorted([*_results(doc._.results, rule), *missed], key=lambda result: result.start)
        return doc

    def _missed(self, doc: Doc, rule: CorrectionRule) -> list[Result]:
        """The result that a correction with a metric adds where none was found, at the first place of its value."""
        places = [] if any(result.value == rule.pattern for result in doc._.results) else _places(doc, rule.pattern)
        if rule.id != "result" or not rule.metric or not (place := next(iter(places), None)):
            return []
        found = next(iter(self._find_quantities(rule.pattern)), None)
        return [
            Result(
                metric=rule.metric,
                value=rule.pattern,
                number=found.number if found else None,
                unit=found.unit if found else None,
                dataset=rule.dataset or None,
                method=rule.method or None,
                relative=bool(rule.relative),
                start=place[0],
                end=place[1],
            )
        ]


def unmatched(rules: Sequence[CorrectionRule], papers: Iterable[Paper]) -> list[CorrectionRule]:
    """The CORRECTION rules whose paper is not among some, or does not have their words."""
    if not rules:
        return []
    corrections = Corrections()
    corrections.add_rules(rules)
    matched = {rule.place for paper in papers for rule in corrections.of(paper) if rule.pattern in paper.text}
    return [rule for rule in rules if rule.place not in matched]


def _entities(doc: Doc, rule: CorrectionRule) -> Iterator[Candidate]:
    """The entities after a correction: without its words, with them changed, or with new ones wherever they are."""
    found: list[Candidate] = [e for e in doc._.entities if original_text(doc, e.start, e.end) == rule.pattern]
    others = [entity for entity in doc._.entities if entity not in found]
    if rule.id == "no entity":
        yield from others
        return
    if not found and rule.type:
        found = [Candidate(start, end, rule.type, 1.0, CORRECTED, "used") for start, end in _tokens(doc, rule.pattern)]
        taken = {token for entity in found for token in range(entity.start, entity.end)}
        others = [entity for entity in others if taken.isdisjoint(range(entity.start, entity.end))]
    changes: dict[str, Any] = {"type": rule.type, "role": rule.role, "confidence": 1.0, "extractor": CORRECTED}
    yield from others
    for entity in found:
        yield replace(entity, **{name: value for name, value in changes.items() if value is not None})


def _places(doc: Doc, words: str) -> list[tuple[int, int]]:
    """The spans of words wherever the text as given has them as whole words."""
    return [match.span() for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", doc._.plain.original)]


def _tokens(doc: Doc, words: str) -> Iterator[tuple[int, int]]:
    """The same in tokens."""
    for place in _places(doc, words):
        start, end = doc._.plain.plain_span(*place)
        if span := doc.char_span(start, end, alignment_mode="expand"):
            yield span.start, span.end


def _results(results: Iterable[Result], rule: CorrectionRule) -> Iterator[Result]:
    """The results after a correction: without those of its value, or changed; an empty text means none."""
    changes: dict[str, Any] = {name: None if value == "" else value for name, value in rule.changes.items()}
    for result in results:
        if result.value != rule.pattern:
            yield result
        elif rule.id == "result":
            yield replace(result, **changes, confidence=1.0)


@Language.factory("kg_corrections")
def make_corrections(nlp: Language, name: str) -> Corrections:
    """The component's factory."""
    return Corrections()
