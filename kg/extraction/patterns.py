"""Token patterns: names in the places where papers name things, and whatever patterns a user adds.

Rules whose label is an entity type and whose pattern is a list are spaCy Matcher patterns. The match is the name, or,
with ``"name": [first, last]``, the part that these elements of the pattern matched, widened to whole hyphenated words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from kg.errors import InputError
from kg.extraction.document import Candidate
from kg.extraction.words import joined
from kg.rulefiles import NameRule, Rule


class PatternCheck:
    """Refuses what spaCy's Matcher does not take as a token pattern."""

    def __init__(self, vocab: Vocab) -> None:
        self._matcher = Matcher(vocab, validate=True)

    def __call__(self, pattern: list[dict[str, Any]], place: str) -> None:
        """Check a pattern.

        Raises:
            InputError: it is not one; names its place.
        """
        try:
            self._matcher.add(place, [pattern])
        except (ValueError, re.error) as error:
            problem = " ".join(str(error).partition("Pattern 0:")[2].split()) or str(error).partition("\n")[0]
            raise InputError(place, f"is not a token pattern: {problem}") from None


class Patterns:
    """Proposes what the token patterns match."""

    def __init__(self, nlp: Language) -> None:
        self._vocab = nlp.vocab
        self.matcher = Matcher(nlp.vocab, validate=False)
        self._check = PatternCheck(nlp.vocab)
        self._rules: dict[str, NameRule] = {}
        self._flags: dict[str, int] = {}

    def add_rules(self, rules: Iterable[Rule]) -> None:
        """Take the rules of the entity types with a list as pattern.

        Raises:
            InputError: spaCy's Matcher refuses a pattern, or "name" points outside of it.
        """
        for rule in rules:
            if isinstance(rule, NameRule) and isinstance(rule.pattern, list):
                key = f"{rule.label} pattern {len(self._rules) + 1}"
                first, last = rule.name or (0, 0)
                if not 0 <= first <= last < max(len(rule.pattern), 1):
                    raise InputError(rule.place, f'"name" {[first, last]} points outside of the pattern')
                self._check(rule.pattern, rule.place)
                self.matcher.add(key, [[self._flagged(element) for element in rule.pattern]], greedy="LONGEST")
                self._rules[key] = rule

    def _flagged(self, element: Mapping[str, Any]) -> dict[Any, Any]:
        """An element of a pattern that reads flags of the vocabulary, for which each word is tested only once."""
        flagged: dict[Any, Any] = {}
        for attribute, wanted in element.items():
            of_letters = attribute in ("TEXT", "LOWER") and isinstance(wanted, dict) and wanted.keys() <= _TESTS.keys()
            flag = self._flag(attribute == "LOWER", wanted) if of_letters else None
            flagged |= {attribute: wanted} if flag is None else {flag: True}
        return flagged

    def _flag(self, lower: bool, wanted: Mapping[str, Any]) -> int | None:
        """The flag of the words that pass all tests, in lower case or as written; ``None`` if no flag is left."""
        name = f"{lower} {wanted}"
        if name not in self._flags:
            tests = [_TESTS[test](value) for test, value in wanted.items()]

            def passes(word: str) -> bool:
                form = word.lower() if lower else word
                for test in tests:  # noqa: SIM110 (`all` takes twice as long, and each word is asked for each flag)
                    if not test(form):
                        return False
                return True

            try:
                self._flags[name] = self._vocab.add_flag(passes)
            except ValueError:  # a vocabulary has 64 flags
                return None
        return self._flags[name]

    def __call__(self, doc: Doc) -> Doc:
        matches = cast(list[tuple[int, int, int, list[int]]], self.matcher(doc, with_alignments=True))
        for match, start, end, elements in matches:
            rule = self._rules[doc.vocab.strings[match]]
            if rule.name:
                first, last = rule.name
                tokens = [start + offset for offset, element in enumerate(elements) if first <= element <= last]
                start, end = widened(doc, tokens[0], tokens[-1] + 1)
            doc._.candidates.append(Candidate(start, end, rule.label, rule.confidence, "pattern", rule.role))
        return doc


_TESTS: dict[str, Callable[[Any], Callable[[str], object]]] = {
    "IN": lambda words: frozenset(words).__contains__,
    "NOT_IN": lambda words: lambda word: word not in words,
    "REGEX": lambda pattern: re.compile(pattern).search,
}


def widened(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """The span with the words that hyphens join to its first and its last word."""
    while joined(doc, end):
        end += 2
    while start > 1 and joined(doc, start - 1):
        start -= 2
    return start, end


@Language.factory("kg_patterns")
def make_patterns(nlp: Language, name: str) -> Patterns:
    """The component's factory."""
    return Patterns(nlp)
