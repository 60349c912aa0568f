"""Noun phrases nobody has listed: where a name may begin and end, and the evidence that it is one.

A phrase is made of *units* (words joined by hyphens are one: "text-to-image"). The rules say two things about it:

- ``LEFT`` and ``RIGHT`` rules give the share of names that go on over a word, to its left or to its right. They find
  the ends of a phrase, where a tagger would look for the noun phrase.
- ``EVIDENCE`` rules give weights to what can be seen of a phrase: its head word, the words before and after it, its
  shape, how often it stands in the paper. The weights of a type are summed, and the softmax over the four types and
  "no name" (weight 0) is the confidence.

``rules/mine.py`` makes both kinds of rules from annotated papers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import Candidate
from kg.extraction.rules import Rule
from kg.names import spaced_key
from kg.records import EntityType

TYPES: tuple[EntityType, ...] = ("Method", "Task", "Metric", "Dataset")
MAX_UNITS = 7
# A phrase is proposed once for every pair: names go on to the left over words with a share above the first number,
# and end before words with a share up to the second. From short and careful to long and bold.
STRICTNESS = ((0.5, 0.6), (0.2, 0.7), (0.7, 0.5), (0.85, 0.7))
JOINTS = frozenset("-‐‑‒–—/+&×'")
_LEAST = 0.1

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Unit:
    """Tokens ``start`` to ``end`` that are written without a space; ``key`` is their words, joined by hyphens."""

    start: int
    end: int
    key: str
    shape: str
    is_break: bool
    opens_sentence: bool

    @property
    def head(self) -> str:
        return self.key.rpartition("-")[2]


@lru_cache(maxsize=100_000)
def word_key(text: str) -> str:
    """The key of one token; empty for punctuation.

    >>> word_key("GANs"), word_key("CIFAR10"), word_key("-")
    ('gan', 'cifar10', '')
    """
    return spaced_key(text).replace(" ", "") if any(map(str.isalnum, text)) else ""


def units_of(doc: Doc) -> list[Unit]:
    """The units of a Doc; punctuation between units is a unit of its own that no phrase crosses."""
    units = []
    whole = doc.text
    start = 0
    while start < len(doc):
        end = start + 1
        words = [word_key(doc[start].text)]
        while words[0] and joined(doc, end):
            words.append(word_key(doc[end + 1].text))
            end += 2
        text = whole[doc[start].idx : doc[end - 1].idx + len(doc[end - 1])]
        key = "-".join(words) or text
        units.append(Unit(start, end, key, word_shape(text), not words[0], bool(doc[start].is_sent_start)))
        start = end
    return units


def joined(doc: Doc, joint: int) -> bool:
    """Whether token ``joint`` is written between two words and them to one unit."""
    if joint + 1 >= len(doc) or doc[joint].text not in JOINTS or doc[joint].is_sent_start:
        return False
    return not doc[joint - 1].whitespace_ and not doc[joint].whitespace_ and bool(word_key(doc[joint + 1].text))


def word_shape(text: str) -> str:
    """What a word or phrase looks like: ``<acronym>``, ``<camel>``, ``<capital>``, ``<number>`` or ``<lower>``."""
    if any(map(str.isupper, text[1:])):
        return "<camel>" if text[0].islower() else "<acronym>"
    if text[0].isupper():
        return "<capital>"
    return "<number>" if text[0].isdigit() else "<lower>"


def word_classes(unit: Unit) -> list[str]:
    """The patterns that a LEFT or RIGHT rule may use for a unit, from general to particular.

    >>> word_classes(Unit(0, 3, "score-based", "<lower>", False, False))
    ['*', '<lower>', '*-*', '*-based', 'score-based']
    """
    ending = ["*-*", f"*-{unit.head}"] if "-" in unit.key else [f"*{unit.key[-3:]}"]
    return ["*", unit.shape, *ending, unit.key]


class Bounds:
    """Where phrases begin and end: the share of names that go on over a unit, from LEFT and RIGHT rules."""

    def __init__(self, left: Mapping[str, float], right: Mapping[str, float]) -> None:
        self.left = left
        self.right = right

    def spans(self, units: Sequence[Unit]) -> list[Span]:
        """Phrases as index spans over the units, sorted; they overlap."""
        left = [0.0 if unit.is_break else _share(self.left, unit) for unit in units]
        right = [0.0 if unit.is_break or unit.opens_sentence else _share(self.right, unit) for unit in units]
        spans = set()
        for last, unit in enumerate(units):
            if unit.is_break:
                continue
            for least, most in STRICTNESS:
                if last + 1 < len(units) and right[last + 1] > most:
                    continue
                first = last
                while (
                    first > 0
                    and last - first < MAX_UNITS - 1
                    and not units[first].opens_sentence
                    and left[first - 1] > least
                ):
                    first -= 1
                spans.add((first, last + 1))
        return sorted(spans)


def _share(rules: Mapping[str, float], unit: Unit) -> float:
    return next((rules[name] for name in reversed(word_classes(unit)) if name in rules), 0.0)


def phrases_of(doc: Doc, units: Sequence[Unit], bounds: Bounds) -> list[Span]:
    """The phrases of a Doc: those within bounds, the names of the lexicon, both forms of its abbreviations."""
    first = {unit.start: index for index, unit in enumerate(units)}
    last = {unit.end: index + 1 for index, unit in enumerate(units)}
    named = [(candidate.start, candidate.end) for candidate in doc._.candidates]
    named += [(form.start, form.end) for pair in doc._.abbreviations for form in (pair.short, pair.long)]
    spans = {(first[start], last[end]) for start, end in named if start in first and end in last}
    return sorted(spans.union(bounds.spans(units)))


def evidence(doc: Doc, units: Sequence[Unit], spans: Sequence[Span]) -> Iterator[list[str]]:
    """What can be seen of each phrase, as the patterns of EVIDENCE rules."""
    keys = [_key(units, span) for span in spans]
    counts = Counter(keys)
    titles = {key for key, (first, _) in zip(keys, spans, strict=True) if units[first].start < doc._.title_end}
    short_forms, long_forms = _forms(doc)
    known: dict[Span, set[str]] = defaultdict(set)
    tagged: dict[Span, list[Candidate]] = defaultdict(list)
    for c in doc._.candidates:
        if c.extractor == "ner":
            tagged[c.start, c.end].append(c)
        known[c.start, c.end].add(f"known={c.extractor} {c.type} {min(int(c.confidence * 10), 9)}")
    elsewhere: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for key, (first, last) in zip(keys, spans, strict=True):
        for c in tagged.get((units[first].start, units[last - 1].end), ()):
            elsewhere[key][c.type] = max(elsewhere[key][c.type], c.confidence)
    known_ends = {c.end: c for c in doc._.candidates if c.extractor != "ner"}
    for key, (first, last) in zip(keys, spans, strict=True):
        head, opening = units[last - 1], units[first]
        start, end = opening.start, head.end
        size = "single" if last - first == 1 else "compound"
        before = "^" if opening.opens_sentence or first == 0 else units[first - 1].key
        after = "$" if last == len(units) or units[last].opens_sentence else units[last].key
        yield [
            "any",
            f"head={head.head}",
            f"{size}-head={head.head}",
            f"head=*{head.head[-3:]}",
            f"{size}-shape={head.shape}",
            f"{size}-first-shape={opening.shape}",
            f"units={min(last - first, 4)}",
            f"first={opening.key}",
            f"first=*{opening.key[-3:]}",
            f"before={before}",
            f"before=*{before[-3:]}",
            f"after={after}",
            f"after=*{after[-3:]}",
            f"count={min(counts[key], 3)}",
            *([f"pair={units[last - 2].head} {head.head}"] if last - first > 1 else ()),
            *(f"inside={unit.key}" for unit in units[first : last - 1]),
            *([f"two-before={units[first - 2].key} {before}"] if first > 1 and before != "^" else ()),
            *(["also-in-title"] if key in titles else ()),
            *(["in-title"] if start < doc._.title_end else ()),
            *(["abbreviated"] if key in long_forms else ()),
            *([f"stands-for={short_forms[key]}"] if key in short_forms else ()),
            *sorted(known.get((start, end), ())),
            *([] if (start, end) in tagged else ["untagged"]),
            *(f"tagged={kind} {int(chance * 10)}" for kind, chance in sorted(elsewhere[key].items())),
            *(
                [f"part-known={known_ends[end].type}"]
                if end in known_ends and known_ends[end].start > start
                else [f"within-known={known_ends[end].type}"]
                if end in known_ends and known_ends[end].start < start
                else ()
            ),
        ]


def _key(units: Sequence[Unit], span: Span) -> str:
    return "-".join(unit.key for unit in units[span[0] : span[1]])


def _forms(doc: Doc) -> tuple[dict[str, str], set[str]]:
    """The short forms that a Doc defines, as keys with the head of what they stand for, and its long forms."""
    short_forms, long_forms = {}, set()
    for pair in doc._.abbreviations:
        long = [key for token in pair.long if (key := word_key(token.text))]
        short_forms["-".join(key for token in pair.short if (key := word_key(token.text)))] = long[-1] if long else ""
        long_forms.add("-".join(long))
    return short_forms, long_forms


class Phrases:
    """Proposes the noun phrases that the evidence takes for names."""

    def __init__(self) -> None:
        self.bounds = Bounds({}, {})
        self._index: dict[str, int] = {}
        self._weights = np.zeros((0, len(TYPES)))

    def add_rules(self, rules: Sequence[Rule]) -> None:
        """Take the LEFT, RIGHT and EVIDENCE rules; a later rule for the same pattern replaces an earlier one."""
        shares = {
            label: {rule["pattern"]: float(rule["share"]) for rule in rules if rule["label"] == label}
            for label in ("LEFT", "RIGHT")
        }
        self.bounds = Bounds(shares["LEFT"], shares["RIGHT"])
        weights = {rule["pattern"]: rule["weights"] for rule in rules if rule["label"] == "EVIDENCE"}
        self._index = {pattern: row for row, pattern in enumerate(weights)}
        self._weights = np.array(list(weights.values()), dtype=float).reshape(len(weights), len(TYPES))

    def __call__(self, doc: Doc) -> Doc:
        """Weigh the lexicon's names and propose further phrases."""
        units = units_of(doc)
        spans = phrases_of(doc, units, self.bounds)
        if not self._index or not spans:
            return doc
        listed = {(c.start, c.end) for c in doc._.candidates if c.extractor == "lexicon"}
        roles = {(c.start, c.end): c.role for c in doc._.candidates if c.role}
        weighed: dict[Span, list[Candidate]] = {}
        for span, chances in zip(spans, self.chances(evidence(doc, units, spans)), strict=True):
            start, end = units[span[0]].start, units[span[1] - 1].end
            extractor = "lexicon" if (start, end) in listed else "pattern"
            weighed[start, end] = [
                Candidate(start, end, kind, float(chance), extractor, roles.get((start, end)))
                for kind, chance in zip(TYPES, chances, strict=True)
                if chance >= _LEAST
            ]
        kept = [c for c in doc._.candidates if c.confidence == 1 or (c.start, c.end) not in weighed]
        doc._.candidates = kept + [candidate for candidates in weighed.values() for candidate in candidates]
        return doc

    def chances(self, seen: Iterator[list[str]]) -> np.ndarray:
        """For each phrase the chance of being a name of each of :data:`TYPES`."""
        known = [[self._index[name] for name in names if name in self._index] for names in seen]
        sums = np.array([self._weights[rows].sum(axis=0) for rows in known])
        odds = np.exp(np.minimum(sums, 50))
        chances: np.ndarray = odds / (1 + odds.sum(axis=1, keepdims=True))
        return chances


@Language.factory("kg_phrases")
def make_phrases(nlp: Language, name: str) -> Phrases:
    """The component's factory."""
    return Phrases()
