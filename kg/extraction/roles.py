"""Roles: whether a paper introduces an entity or uses it.

The features of a name are collected from all its mentions, those of its short form and its long form together: it comes
after "we propose", follows "our", opens a title that goes on with a colon, is in the lexicon, occurs in many
other papers. Each feature has a weight; the logistic function of their sum is the probability that the paper
introduces the name. The words that make a cue are rules (``INTRODUCES``, ``NAMES``, ``INTERRUPTS``); the weights and
the counts of papers belong to the model (:mod:`kg.training.distil` and :mod:`kg.training.mine` make them).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, combinations

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import Candidate
from kg.extraction.settle import names_of, span_key, words_key
from kg.extraction.words import Words, word_key, word_shape
from kg.rulefiles import Rule

# Of the probability that the paper introduces a name, times the confidence that it is one: what is doubtful as
# a name is doubtful as a contribution. F1 is highest at about half of itself (Lipton et al. 2014, arXiv:1402.1892).
THRESHOLD = 0.42
WINDOW = 6  # tokens on each side of a name whose words are noted
PAIRED = ("before=", "through=", "title-holds=", "type=")  # features that also have weights in pairs
_REACH = 4  # tokens between "we" and "propose"
_SUBJECTS = frozenset({"we", "paper", "work", "article", "study", "authors", "i", "our"})


@dataclass(frozen=True, slots=True)
class Clause:
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

    def add_rules(self, rules: Iterable[Rule]) -> None:
        """Take the INTRODUCES, NAMES and INTERRUPTS rules (single words in lower case)."""
        for rule in rules:
            if rule.label == "INTRODUCES" or rule.label == "NAMES" or rule.label == "INTERRUPTS":
                self._words[rule.label].add(rule.pattern)

    def __call__(self, doc: Doc) -> Doc:
        entities: list[Candidate] = doc._.entities
        names = names_of(doc, entities)
        confidences: dict[str, float] = {}
        for name, entity in zip(names, entities, strict=True):
            confidences[name] = max(confidences.get(name, 0.0), entity.confidence)
        introduced = {
            name
            for name, seen in self.features(doc, entities).items()
            if self.chance(seen) * confidences[name] > THRESHOLD
        }
        doc._.entities = [
            replace(entity, role="introduced" if name in introduced else "used")
            for name, entity in zip(names, entities, strict=True)
        ]
        return doc

    def chance(self, seen: Collection[str]) -> float:
        """The probability that a paper introduces a name with these features."""
        # fsum does not depend on the order, which differs from run to run in a set.
        weights = self.learned.weights
        return (1 + math.tanh(math.fsum(weights[feature] for feature in weights.keys() & seen) / 2)) / 2

    def features(self, doc: Doc, entities: Sequence[Candidate]) -> Mapping[str, set[str]]:
        """The features of each of :func:`names_of`, as the keys of the weights.

        Args:
            entities: by offset, none overlapping.
        """
        words = Words.of(doc).lower
        sentences = list(accumulate((i if opens else 0 for i, opens in enumerate(Words.of(doc).opens)), max))
        title = {word_key(word) for word in words[: doc._.title_end]}
        listed = {(c.start, c.end) for c in doc._.candidates if c.extractor == "lexicon"}
        names = names_of(doc, entities)
        counts = Counter(names)
        clauses = self.clauses(words, sentences, {entity.start for entity in entities})
        seen: dict[str, set[str]] = {}
        in_abstract: set[str] = set()
        for name, entity in zip(names, entities, strict=True):
            start, end = entity.start, entity.end
            part = 0 if start < doc._.title_end else 1 + 4 * (start - doc._.title_end) // len(doc)
            found = seen.setdefault(name, {"any", f"count={min(counts[name], 4)}", f"first-part={part}"})
            clause = clauses[start]
            here = _of_place(words, sentences, start, end) | _of_form(doc, entity, title)
            here.add(f"through={clause.kind} {clause.through}")
            found |= here | _pairs(here) | self._of_clause(clause, span_key(doc, entity))
            found.add("listed" if (start, end) in listed else "unlisted")
            if start == 0 < doc._.title_end:
                found |= {"opens-title", "title-colon"} if words[end : end + 1] == [":"] else {"opens-title"}
            elif start >= doc._.title_end and name not in in_abstract:
                in_abstract.add(name)
                found.add(f"first-before={words[start - 1]}")
        for name in names_of(doc, [candidate for candidate in doc._.candidates if candidate.role == "introduced"]):
            seen.get(name, set()).add("cue")
        for pair in doc._.abbreviations:
            seen.get(words_key(pair.long), set()).add("abbreviated")
        return seen

    def _of_clause(self, clause: Clause, form: str) -> set[str]:
        """The features of the clause before a name, and of the papers with the name's form."""
        papers = self._papers_with(form)
        interrupted = "" if clause.through == "-" else " interrupted"
        found = {f"seen={papers}", f"names-between={clause.kind} {min(clause.names, 3)}{interrupted}"}
        return found | ({f"reached-seen={papers}"} if clause.kind == "introduces" and not interrupted else set())

    def _papers_with(self, form: str) -> int:
        """In how many other papers a form was found, as a step: 0 for none, 1 for 1 to 2, … 8 for 255 or more."""
        return min((self.learned.papers.get(form, 0) + 1).bit_length() - 1, 8)

    def clauses(self, words: Sequence[str], sentences: Sequence[int], starts: Collection[int]) -> dict[int, Clause]:
        """What the sentence says before the name that begins at each of ``starts``.

        Args:
            words: the tokens in lower case.
            sentences: for each token the one that opens its sentence.
        """
        found = {}
        clause, subject = Clause(), -_REACH - 1
        for index, word in enumerate(words):
            if sentences[index] == index:
                clause, subject = Clause(), -_REACH - 1
            if index in starts:
                found[index] = clause
                clause = replace(clause, names=clause.names + 1)
            if word in _SUBJECTS:
                clause, subject = Clause("says"), index
            elif word in self._words["NAMES"] or (
                word in self._words["INTRODUCES"] and (index - subject <= _REACH or word.endswith("ing"))
            ):
                clause = Clause("introduces")
            elif word in self._words["INTERRUPTS"] and clause.through == "-":
                clause = replace(clause, through=word)
        return found


def _pairs(here: Collection[str]) -> set[str]:
    """Pairs of the :data:`PAIRED` features of one place: "of" by itself means little before a dataset's name."""
    return {f"{one} & {other}" for one, other in combinations(sorted(p for p in here if p.startswith(PAIRED)), 2)}


def _of_form(doc: Doc, entity: Candidate, title: Collection[str]) -> set[str]:
    """The features of a name's own words; ``title`` holds the keys of the title's words."""
    keys = [key for key in Words.of(doc).keys[entity.start : entity.end] if key] or [""]
    in_title = sum(key in title for key in keys)
    return {
        f"type={entity.type}",
        f"shape={word_shape(doc[entity.start : entity.end].text)}",
        f"head={keys[-1]}",
        *([f"first={keys[0]}"] if len(keys) > 1 else ()),
        *(f"inside={key}" for key in keys[1:-1]),
        f"title-holds={'all' if in_title == len(keys) else 'part' if in_title else 'none'}",
    }


def _of_place(words: Sequence[str], sentences: Sequence[int], start: int, end: int) -> set[str]:
    """The features of the words around a name."""
    first = max(start - WINDOW, sentences[start])
    last = next((i for i in range(end, min(end + WINDOW, len(words))) if sentences[i] == i), end + WINDOW)
    return {
        f"before={words[start - 1] if start else '^'}",
        f"two-before={' '.join(words[max(0, start - 2) : start])}",
        f"after={words[end] if end < len(words) else '$'}",
        f"two-after={' '.join(words[end : end + 2])}",
        *(f"left={word}" for word in words[first:start]),
        *(f"right={word}" for word in words[end:last]),
    }


@Language.factory("kg_roles")
def make_roles(nlp: Language, name: str) -> Roles:
    """The component's factory."""
    return Roles()
