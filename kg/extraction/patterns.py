"""Token patterns: names in the places where papers name things, and whatever patterns a user adds.

Rules whose label is an entity type and whose pattern is a list are spaCy Matcher patterns. The match is the name, or,
with ``"name": [first, last]``, the part that these elements of the pattern matched, widened to whole hyphenated words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

from spacy.attrs import IDS
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from kg.errors import InputError
from kg.extraction.document import Candidate
from kg.extraction.words import Words, joined
from kg.rulefiles import NameRule, Rule

_KEPT = 100_000  # words of which is known what the patterns say
_MATCHERS = 500  # with other patterns
_FLAGS = 64  # the flags of a vocabulary have lower numbers than the other attributes of its words
_LETTERS = ("TEXT", "ORTH", "LOWER")  # the attributes that are letters
_ENDLESS = 10_000  # tokens; an element that may be repeated for ever
_OPERATORS = {"1": (1, 1), "?": (0, 1), "!": (0, 1), "*": (0, _ENDLESS), "+": (1, _ENDLESS)}

_Match = tuple[int, int, int, list[int]]
"""Of the Matcher: the pattern's number, first and last token, and the element that each token matched."""


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
    """Proposes what the token patterns match.

    spaCy's Matcher tries every pattern at every token. Here each word is asked once of which patterns it may begin a
    match, and of which it may go on with one; a Matcher reads only the tokens after two words that say so of the same
    pattern, and tries only such patterns.
    """

    def __init__(self, nlp: Language) -> None:
        self._vocab = nlp.vocab
        self._check = PatternCheck(nlp.vocab)
        self._rules: dict[str, NameRule] = {}
        self._longest: list[int] = []  # for each pattern the most tokens that a match of it can have
        self._alone = 0  # the patterns that one token can match
        self._tests: dict[str, _Test] = {}
        self._words: dict[str, tuple[int, int]] = {}  # what the tests say of the words that were met
        self._matcher = lru_cache(_MATCHERS)(self._matcher_of)

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
                self._rules[key] = rule
                self._add_tests([{name.upper(): value for name, value in element.items()} for element in rule.pattern])
        self._words.clear()
        self._matcher.cache_clear()

    def _add_tests(self, pattern: Sequence[Mapping[str, Any]]) -> None:
        """Take in what the first two words of a match must be."""
        bit = 1 << len(self._longest)
        times = [_times(element.get("OP", "1")) for element in pattern]
        self._longest.append(sum(most for _, most in times))
        needed = [place for place, (least, _) in enumerate(times) for _ in range(least)] + [len(pattern) - 1] * 2
        for place, element in enumerate(pattern[: needed[1] + 1]):
            asked = {} if element.get("OP") == "!" else _of_word(element)
            test = self._tests.setdefault(str(asked), _Test(list(_tests_of(asked, self._vocab))))
            test.opens |= bit if place <= needed[0] else 0
            test.goes_on |= bit if place > 0 or times[place][1] > 1 else 0
        self._alone |= bit if sum(least for least, _ in times) <= 1 else 0

    def __call__(self, doc: Doc) -> Doc:
        for match, start, end, elements in self._matches(doc):
            rule = self._rules[doc.vocab.strings[match]]
            if rule.name:
                first, last = rule.name
                tokens = [start + offset for offset, element in enumerate(elements) if first <= element <= last]
                start, end = widened(doc, tokens[0], tokens[-1] + 1)
            doc._.candidates.append(Candidate(start, end, rule.label, rule.confidence, "pattern", rule.role))
        return doc

    def _matches(self, doc: Doc) -> list[_Match]:
        """What a Matcher with all patterns finds in a Doc, in its order: by pattern, those first of which a match ends
        first, and then by length."""
        of_pattern: dict[int, list[_Match]] = {}
        for first, last, patterns in self._stretches(doc):
            found = cast(list[_Match], self._matcher(patterns)(doc[first:last], with_alignments=True))
            for match, start, end, elements in found:
                of_pattern.setdefault(match, []).append((match, first + start, first + end, elements))
        for matches in of_pattern.values():
            matches.sort(key=lambda match: (match[1] - match[2], match[1]))
        return [match for matches in of_pattern.values() for match in matches]

    def _matcher_of(self, patterns: int) -> Matcher:
        """A Matcher with some of the patterns."""
        matcher = Matcher(self._vocab, validate=False)
        for number, (key, rule) in enumerate(self._rules.items()):
            if patterns >> number & 1:
                matcher.add(key, [cast(list[dict[str, Any]], rule.pattern)], greedy="LONGEST")
        return matcher

    def _stretches(self, doc: Doc) -> list[tuple[int, int, int]]:
        """The tokens that a match may have, as stretches that do not overlap, by offset, each with its patterns."""
        stretches: list[tuple[int, int, int]] = []
        words = self._words
        asked = [words.get(text) or self._asked(text) for text in Words.of(doc).texts]
        for start, ((opens, _), (_, goes_on)) in enumerate(pairwise([*asked, (0, self._alone)])):
            if patterns := opens & goes_on:
                longest = max(tokens for number, tokens in enumerate(self._longest) if patterns >> number & 1)
                end = min(start + longest + 1, len(doc))  # by the token after it the Matcher sees that a match ends
                if stretches and start < stretches[-1][1]:
                    first, last, others = stretches.pop()
                    stretches.append((first, max(last, end), patterns | others))
                else:
                    stretches.append((start, end, patterns))
        return stretches

    def _asked(self, word: str) -> tuple[int, int]:
        """The patterns whose matches a word may begin, and those that may go on with it, as bits."""
        if len(self._words) >= _KEPT:
            self._words.clear()
        opens, goes_on = 0, self._alone
        lower = word.lower()
        for test in self._tests.values():
            for lowered, passes in test.asked:
                if not passes(lower if lowered else word):
                    break
            else:
                opens |= test.opens
                goes_on |= test.goes_on
        self._words[word] = opens, goes_on
        return opens, goes_on


@dataclass(slots=True)
class _Test:
    """What an element of patterns asks about a word, in lower case or as written.

    ``opens`` are the patterns, as bits, whose matches may begin with this element, ``goes_on`` those that may have it
    as second token.
    """

    asked: Sequence[tuple[bool, Callable[[str], object]]]
    opens: int = 0
    goes_on: int = 0


def _of_word(element: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an element asks about a word's letters and of what spaCy knows of it; all else is left to the Matcher."""
    return {
        attribute: wanted
        for attribute, wanted in element.items()
        if attribute in _LETTERS or (isinstance(wanted, bool) and IDS.get(attribute, _FLAGS) < _FLAGS)
    }


def _tests_of(asked: Mapping[str, Any], vocab: Vocab) -> Iterator[tuple[bool, Callable[[str], object]]]:
    for attribute, wanted in asked.items():
        if attribute not in _LETTERS:
            yield False, _has_flag(vocab, IDS[attribute], wanted)
            continue
        for name, value in (wanted if isinstance(wanted, dict) else {"IN": [wanted]}).items():
            if name in _TESTS and isinstance(value, str if name == "REGEX" else list):
                yield attribute == "LOWER", _TESTS[name](value)


def _has_flag(vocab: Vocab, flag: int, wanted: bool) -> Callable[[str], bool]:
    return lambda word: vocab[word].check_flag(flag) == wanted


def _times(operator: str) -> tuple[int, int]:
    """How often an element of a pattern matches, at least and at most."""
    if operator in _OPERATORS:
        return _OPERATORS[operator]
    least, comma, most = operator.strip("{}").partition(",")
    return int(least or 0), int(most or (_ENDLESS if comma else least))


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
