"""Roles: whether a paper introduces an entity or uses it.

What is seen of a name in all its places counts, and what is seen of its short and long form counts for both: it is
reached by "we propose", follows "our", stands first in a title that goes on with a colon, is in the lexicon.
``ROLE`` rules give each of these a weight; a name whose weights sum to more than 0 is introduced. The words that make a
cue are rules too (``INTRODUCES``, ``NAMES``, ``INTERRUPTS``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import Candidate
from kg.extraction.phrases import JOINTS, word_key, word_shape
from kg.extraction.rules import Rule
from kg.extraction.settle import span_key

REACH = 12  # tokens between "propose" and the name that it introduces
_COORDINATION = frozenset({",", "(", ")", "and", ":", "–", "—", '"', "“", "”", "'", "`", "``", "''", *JOINTS})
_SUBJECTS = frozenset({"we", "paper", "work", "article", "study", "authors", "i"})


class Roles:
    """Sets the role of every entity."""

    def __init__(self) -> None:
        self._words: dict[str, set[str]] = defaultdict(set)
        self._weights: dict[str, float] = {}

    def add_rules(self, rules: Sequence[Rule]) -> None:
        """Take the INTRODUCES, NAMES and INTERRUPTS rules (single words in lower case) and the ROLE rules."""
        for rule in rules:
            if rule["label"] in ("INTRODUCES", "NAMES", "INTERRUPTS"):
                self._words[rule["label"]].add(rule["pattern"])
            elif rule["label"] == "ROLE":
                self._weights[rule["pattern"]] = rule["weight"]

    def __call__(self, doc: Doc) -> Doc:
        seen = self.evidence(doc, doc._.entities)
        introduced = {
            key for key, names in seen.items() if sum(self._weights.get(name, 0.0) for name in sorted(names)) > 0
        }
        doc._.entities = [
            replace(entity, role="introduced" if span_key(doc, entity) in introduced else "used")
            for entity in doc._.entities
        ]
        return doc

    def evidence(self, doc: Doc, entities: Sequence[Candidate]) -> Mapping[str, set[str]]:
        """What is seen of each name, by its key, as the patterns of ROLE rules."""
        words = [token.lower_ for token in doc]
        seen: dict[str, set[str]] = defaultdict(set)
        counts = Counter(span_key(doc, entity) for entity in entities)
        listed = {(c.start, c.end) for c in doc._.candidates if c.extractor == "lexicon"}
        for candidate in doc._.candidates:
            if candidate.role == "introduced":
                seen[span_key(doc, candidate)].add("cue")
        reached = set(self.reached(doc, words, {entity.start for entity in entities}))
        firsts: set[str] = set()
        for entity in entities:
            key = span_key(doc, entity)
            start, end = entity.start, entity.end
            names = seen[key]
            names |= {"any", f"type={entity.type}", f"count={min(counts[key], 4)}"}
            names.add(f"shape={word_shape(doc[start:end].text)}")
            names.add(f"words={min(sum(bool(word_key(token.text)) for token in doc[start:end]), 4)}")
            names.add("listed" if (start, end) in listed else "unlisted")
            if key not in firsts:
                firsts.add(key)
                part = 0 if start < doc._.title_end else 1 + 4 * (start - doc._.title_end) // len(doc)
                names.add(f"first-part={part}")
            if start in reached:
                names.add("reached")
            if start < doc._.title_end:
                names.add("in-title")
                names |= {"opens-title"} if start == 0 else set()
                names |= {"title-colon"} if start == 0 and words[end : end + 1] == [":"] else set()
            names |= {f"before={word}" for word in words[max(0, start - 1) : start]}
            names |= {f"two-before={' '.join(words[start - 2 : start])}"} if start > 1 else set()
            names |= {f"after={word}" for word in words[end : end + 1]}
            names |= {f"two-after={' '.join(words[end : end + 2])}"}
        for pair in doc._.abbreviations:
            short, long = ("".join(word_key(token.text) for token in form) for form in (pair.short, pair.long))
            together = seen.get(short, set()) | seen.get(long, set()) | {"abbreviated"}
            seen[short] = seen[long] = together
        return seen

    def reached(self, doc: Doc, words: Sequence[str], starts: set[int]) -> Iterator[int]:
        """Where the names begin that a verb such as "propose" or "called" introduces."""
        for index, word in enumerate(words):
            said = not _SUBJECTS.isdisjoint(words[max(0, index - 4) : index]) or word.endswith("ing")
            if word in self._words["NAMES"] or (said and word in self._words["INTRODUCES"]):
                yield from self._after(doc, words, starts, index + 1)

    def _after(self, doc: Doc, words: Sequence[str], starts: set[int], index: int) -> Iterator[int]:
        """The first name from ``index`` on, and those coordinated with it."""
        end = min(index + REACH, len(words))
        found = False
        while index < end and not doc[index].is_sent_start:
            if index in starts:
                yield index
                found = True
            elif words[index] in self._words["INTERRUPTS"] or (
                found and words[index] not in _COORDINATION and words[index - 1] in _COORDINATION
            ):
                return
            index += 1


@Language.factory("kg_roles")
def make_roles(nlp: Language, name: str) -> Roles:
    """The component's factory."""
    return Roles()
