"""Roles: whether a paper introduces an entity or uses it.

The features of a name are collected from all its mentions, those of its short form and its long form together: it comes
after "we propose", follows "our", opens a title that goes on with a colon, is in the lexicon, occurs in many
other papers. Each feature has a weight; the logistic function of their sum is the probability that the paper
introduces the name. The words that make a cue are rules (``INTRODUCES``, ``NAMES``, ``INTERRUPTS``); the weights and
the counts of papers belong to the model (:mod:`kg.training.distil` and :mod:`kg.training.mine` make them).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import Candidate
from kg.extraction.settle import names_of, span_key, words_key
from kg.extraction.tagger.features import sentences
from kg.extraction.words import Words, word_key, word_shape
from kg.rulefiles import Rule

# Of the probability that the paper introduces a name, times the confidence that it is one: what is doubtful as
# a name is doubtful as a contribution. F1 is highest at about half of itself (Lipton et al. 2014, arXiv:1402.1892).
THRESHOLD = 0.42
ALONE = 0.3  # from which the likeliest method or dataset is introduced if no name is above the threshold
WINDOW = 6  # tokens on each side of a name whose words are noted
_THINGS = frozenset({"Method", "Dataset"})
_REACH = 4  # tokens between "we" and "propose"
_SUBJECTS = frozenset({"we", "paper", "work", "article", "study", "authors", "i", "our"})


class Clause(NamedTuple):
    """What a sentence says before a name.

    ``kind`` is ``introduces`` after "we propose" or "called", ``says`` after another "we" or "our", else ``-``;
    ``through`` the first INTERRUPTS word since then, or ``-``; ``names`` the number of names since then.
    """

    kind: str = "-"
    through: str = "-"
    names: int = 0


@dataclass(frozen=True, slots=True)
class RoleWeights:
    """What decides about roles.

    ``weights`` has a weight for each feature (``docs/model.md`` lists them), ``papers`` the number of other papers in
    which a name was found, by its key in the lexicon.
    """

    weights: Mapping[str, float]
    papers: Mapping[str, int]


class Roles:
    """Sets the role of every entity.

    Args:
        learned: what the model has learned.
    """

    def __init__(self, learned: RoleWeights = RoleWeights({}, {})) -> None:
        self.learned = learned
        self._words: dict[str, set[str]] = defaultdict(set)
        self._cues: set[str] = set(_SUBJECTS)

    def add_rules(self, rules: Iterable[Rule]) -> None:
        """Take the INTRODUCES, NAMES and INTERRUPTS rules (single words in lower case)."""
        for rule in rules:
            if rule.label == "INTRODUCES" or rule.label == "NAMES" or rule.label == "INTERRUPTS":
                self._words[rule.label].add(rule.pattern)
                self._cues.add(rule.pattern)

    def __call__(self, doc: Doc) -> Doc:
        entities: list[Candidate] = doc._.entities
        names = names_of(doc, entities)
        confidences: dict[str, float] = {}
        for name, entity in zip(names, entities, strict=True):
            confidences[name] = max(confidences.get(name, 0.0), entity.confidence)
        seen_of = self.features(doc, entities)
        chances = {name: self.chance(seen) * confidences[name] for name, seen in seen_of.items()}
        introduced = {name for name, chance in chances.items() if chance > THRESHOLD}
        if not introduced:
            things = [name for name, entity in zip(names, entities, strict=True) if entity.type in _THINGS]
            likeliest = max(things, key=chances.__getitem__, default="")
            introduced = {name for name in things if name == likeliest and chances[name] > ALONE}
        doc._.entities = [
            replace(entity, role="introduced" if name in introduced else "used")
            for name, entity in zip(names, entities, strict=True)
        ]
        return doc

    def chance(self, seen: Collection[str]) -> float:
        """The probability that a paper introduces a name with these features."""
        # fsum does not depend on the order, which differs from run to run in a set.
        weights = self.learned.weights
        return (1 + math.tanh(math.fsum(map(weights.__getitem__, weights.keys() & seen)) / 2)) / 2

    def features(self, doc: Doc, entities: Sequence[Candidate]) -> Mapping[str, set[str]]:
        """The features of each of :func:`names_of`, as the keys of the weights.

        Args:
            entities: by offset, none overlapping.
        """
        read, title_end = Words.of(doc), doc._.title_end
        words = read.lower
        openings = [start for start, _ in sentences(doc)]
        title = {word_key(word) for word in words[:title_end]}
        listed = {(c.start, c.end) for c in doc._.candidates if c.extractor == "lexicon"}
        names = names_of(doc, entities)
        counts = Counter(names)
        clauses = self.clauses(words, openings, [entity.start for entity in entities])
        seen: dict[str, set[str]] = {}
        in_abstract: set[str] = set()
        for name, entity in zip(names, entities, strict=True):
            start, end = entity.start, entity.end
            if (found := seen.get(name)) is None:
                part = 0 if start < title_end else 1 + 4 * (start - title_end) // len(words)
                found = seen[name] = {"any", f"count={min(counts[name], 4)}", f"first-part={part}"}
            clause = clauses[start]
            found.update(_of_place(words, openings, start, end))
            found.update(_of_form(read, entity))
            found.update(_in_pairs(words, clause, entity, _title_holds(read, entity, title)))
            found.update(self._of_clause(clause, span_key(doc, entity)))
            found.add("listed" if (start, end) in listed else "unlisted")
            if start == 0 < title_end:
                found |= {"opens-title", "title-colon"} if words[end : end + 1] == [":"] else {"opens-title"}
            elif start >= title_end and name not in in_abstract:
                in_abstract.add(name)
                found.add(f"first-before={words[start - 1]}")
        for name in names_of(doc, [candidate for candidate in doc._.candidates if candidate.role == "introduced"]):
            seen.get(name, set()).add("cue")
        for pair in doc._.abbreviations:
            seen.get(words_key(pair.long), set()).add("abbreviated")
        return seen

    def _of_clause(self, clause: Clause, form: str) -> Iterator[str]:
        """The features of the clause before a name, and of the papers with the name's form."""
        papers = self._papers_with(form)
        interrupted = "" if clause.through == "-" else " interrupted"
        yield f"seen={papers}"
        yield f"names-between={clause.kind} {min(clause.names, 3)}{interrupted}"
        if clause.kind == "introduces" and not interrupted:
            yield f"reached-seen={papers}"

    def _papers_with(self, form: str) -> int:
        """In how many other papers a form was found, as a step: 0 for none, 1 for 1 to 2, … 8 for 255 or more."""
        return min((self.learned.papers.get(form, 0) + 1).bit_length() - 1, 8)

    def clauses(self, words: Sequence[str], openings: Iterable[int], starts: Iterable[int]) -> dict[int, Clause]:
        """What the sentence says before the name that begins at each of ``starts``.

        Args:
            words: the tokens in lower case.
            openings: the tokens that open a sentence.
        """
        named, opened = set(starts), set(openings)
        introducing, interrupting = self._words["INTRODUCES"], self._words["INTERRUPTS"]
        cues = [place for place, word in enumerate(words) if word in self._cues]
        found = {}
        clause, subject = Clause(), -_REACH - 1
        for index in sorted({*named, *opened, *cues}):
            word = words[index]
            if index in opened:
                clause, subject = Clause(), -_REACH - 1
            if index in named:
                found[index] = clause
                clause = clause._replace(names=clause.names + 1)
            if word in _SUBJECTS:
                clause, subject = Clause("says"), index
            elif word in self._words["NAMES"] or (
                word in introducing and (index - subject <= _REACH or word.endswith("ing"))
            ):
                clause = Clause("introduces")
            elif word in interrupting and clause.through == "-":
                clause = clause._replace(through=word)
        return found


def _in_pairs(words: Sequence[str], clause: Clause, entity: Candidate, in_title: str) -> Iterator[str]:
    """Four features of a place that also have weights in pairs: "of" alone means little before a dataset's name."""
    before = words[entity.start - 1] if entity.start else "^"
    alone = (
        f"before={before}",
        f"through={clause.kind} {clause.through}",
        f"title-holds={in_title}",
        f"type={entity.type}",
    )
    yield from alone
    yield from map(" & ".join, combinations(alone, 2))


def _title_holds(words: Words, entity: Candidate, title: Collection[str]) -> str:
    """How much of a name the title has; ``title`` holds the keys of its words."""
    held = [key in title for key in _keys(words, entity)]
    return "all" if all(held) else "part" if any(held) else "none"


def _of_form(words: Words, entity: Candidate) -> Iterator[str]:
    """The features of a name's own words."""
    keys = _keys(words, entity)
    yield f"shape={word_shape(words.text(entity.start, entity.end))}"
    yield f"head={keys[-1]}"
    if len(keys) > 1:
        yield f"first={keys[0]}"
        yield from [f"inside={key}" for key in keys[1:-1]]


def _keys(words: Words, entity: Candidate) -> list[str]:
    return [key for key in words.keys[entity.start : entity.end] if key] or [""]


def _of_place(words: Sequence[str], openings: Sequence[int], start: int, end: int) -> Iterator[str]:
    """The features of the words around a name."""
    first = max(start - WINDOW, openings[bisect_right(openings, start) - 1])
    last = min([end + WINDOW, *openings[(following := bisect_left(openings, end)) : following + 1]])
    yield f"two-before={' '.join(words[max(0, start - 2) : start])}"
    yield f"after={words[end] if end < len(words) else '$'}"
    yield f"two-after={' '.join(words[end : end + 2])}"
    yield from [f"left={word}" for word in words[first:start]]
    yield from [f"right={word}" for word in words[end:last]]


@Language.factory("kg_roles")
def make_roles(nlp: Language, name: str) -> Roles:
    """The component's factory."""
    return Roles()
