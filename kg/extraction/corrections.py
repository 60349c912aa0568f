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
from kg.records import Paper, Result
from kg.rulefiles import CorrectionRule, Rule
from kg.text.names import title_key

CORRECTED = "correction"  # the extractor of what a person said


class Corrections:
    """Pipeline component: the last word on ``doc._.entities`` and ``doc._.results``, by the CORRECTION rules.

    A rule is about the words of its ``pattern`` wherever they are in one paper, which it names by title or id.
    """

    def __init__(self) -> None:
        self._by_paper: dict[str, list[CorrectionRule]] = defaultdict(list)

    def add_rules(self, rules: Iterable[Rule]) -> None:
        """Take the CORRECTION rules."""
        for rule in rules:
            if isinstance(rule, CorrectionRule):
                self._by_paper[title_key(rule.paper)].append(rule)

    def of(self, paper: Paper) -> Sequence[CorrectionRule]:
        """The rules about a paper."""
        keys = dict.fromkeys((title_key(paper.id), title_key(paper.title)))
        return [rule for key in keys for rule in self._by_paper.get(key, ())]

    def __call__(self, doc: Doc) -> Doc:
        for rule in self.of(doc._.paper) if doc._.paper else ():
            if rule.id == "entity" or rule.id == "no entity":
                doc._.entities = sorted(_entities(doc, rule), key=lambda entity: entity.start)
            else:
                doc._.results = list(_results(doc._.results, rule))
        return doc


def unmatched(rules: Iterable[Rule], papers: Iterable[Paper]) -> list[CorrectionRule]:
    """The CORRECTION rules whose paper is not among some, or does not have their words."""
    given = [rule for rule in rules if isinstance(rule, CorrectionRule)]
    corrections = Corrections()
    corrections.add_rules(given)
    matched = {
        rule.place
        for paper in (papers if given else ())
        for rule in corrections.of(paper)
        if rule.pattern in paper.text
    }
    return [rule for rule in given if rule.place not in matched]


def _entities(doc: Doc, rule: CorrectionRule) -> Iterator[Candidate]:
    """The entities after a correction: without its words, with them changed, or with new ones wherever they are."""
    found: list[Candidate] = [e for e in doc._.entities if original_text(doc, e.start, e.end) == rule.pattern]
    others = [entity for entity in doc._.entities if entity not in found]
    if rule.id == "no entity":
        yield from others
        return
    if not found and rule.type:
        found = [Candidate(start, end, rule.type, 1.0, CORRECTED, "used") for start, end in _places(doc, rule.pattern)]
        taken = {token for entity in found for token in range(entity.start, entity.end)}
        others = [entity for entity in others if taken.isdisjoint(range(entity.start, entity.end))]
    changes: dict[str, Any] = {"type": rule.type, "role": rule.role, "confidence": 1.0, "extractor": CORRECTED}
    yield from others
    for entity in found:
        yield replace(entity, **{name: value for name, value in changes.items() if value is not None})


def _places(doc: Doc, words: str) -> Iterator[tuple[int, int]]:
    """The tokens of words wherever the text as given has them as whole words."""
    for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", doc._.plain.original):
        start, end = doc._.plain.plain_span(*match.span())
        if span := doc.char_span(start, end, alignment_mode="expand"):
            yield span.start, span.end


def _results(results: Iterable[Result], rule: CorrectionRule) -> Iterator[Result]:
    """The results after a correction: without those of its value, or changed; an empty text means none."""
    said = {name: getattr(rule, name) for name in ("metric", "dataset", "method", "relative")}
    changes: dict[str, Any] = {
        name: value if value != "" else None for name, value in said.items() if value is not None
    }
    for result in results:
        if result.value != rule.pattern:
            yield result
        elif rule.id == "result":
            yield replace(result, **changes, confidence=1.0)


@Language.factory("kg_corrections")
def make_corrections(nlp: Language, name: str) -> Corrections:
    """The component's factory."""
    return Corrections()
