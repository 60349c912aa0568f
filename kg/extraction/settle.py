"""Settling: choosing non-overlapping candidates as the entities of a paper.

The candidates of certain rules compete with those of the tagger; candidates of uncertain rules are left out, because
the tagger has read them already. This is the one place that applies the conventions for names: generic words are not
names, costs are names only in sentences with a number, of two overlapping candidates the likelier and then the longer
wins, and a name that was accepted once is found wherever the paper writes it, with one type. A short form has the type
of its long form, and is not a name if its long form is not.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.extraction.abbreviations import ABBREVIATORS
from kg.extraction.document import Abbreviation, Candidate, original_text
from kg.extraction.lexicon import keys_in, lexicon_key, reach_of, written_form
from kg.extraction.tagger.features import sentences
from kg.extraction.words import Words, joined, word_key
from kg.rulefiles import NameRule, Rule
from kg.text.names import LIST_START, cuts_a_bracket, with_number
from kg.vocabulary import EntityType

THRESHOLD = 0.45  # of the probability that a span is a name of any type; precision and recall are about equal here
TYPED = 0.35  # of the probability that it has the type it gets
EVIDENT = 0.9  # confidence from which a short form is a name though its long form is not
_AROUND = 40  # tokens on each side of a name that show what it is
_LONGEST_LINK = 10  # tokens between two names that are the same
LONGER_WINS = 0.5  # probability from which a name hides all names within it


# A sign before a number or a letter; a letter with a full stop, which is a sentence's and the tokenizer leaves to it.
_DAMAGED = re.compile(r"[+±−-]|.*(?<![\w.])[A-Za-z]\.$", re.DOTALL)
_NO_BEGINNING = frozenset(["among", "and", "because", "but", "instead", "of", "or", "than", "that", "which", "whose"])
_NO_END = frozenset(["a", "among", "an", "and", "but", "for", "from", "of", "or", "than", "that", "the", "with"])
_CUTTING = re.compile(r"[(){}\[\]^]")
_SIZE = re.compile(r"(\d{2,4} ?[x×] ?\d{2,4})(?!\w)")
_TASKS = frozenset(
    ["task", "tasks", "environment", "environments", "domain", "domains", "suite", "benchmark", "benchmarks"]
)
_COLLECTIONS = frozenset(["dataset", "datasets", "benchmark", "benchmarks", "corpus", "corpora"])


class Settle:
    """Writes ``doc._.entities`` from ``doc._.candidates``."""

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp
        self._generic: set[str] = set()
        self._measured: set[str] = set()
        self._numbered: set[str] = set()
        self._things: set[str] = set()
        self._simulators: set[str] = set()
        self._kinds_of_things: set[str] = set()

    def add_rules(self, rules: Iterable[Rule]) -> None:
        """Take the rules for what is not a name: GENERIC, MEASURED, NOT_DATASET, SIMULATOR."""
        for rule in rules:
            if rule.label == "GENERIC":
                self._generic.add(lexicon_key(self.nlp, rule.pattern))
            elif rule.label == "MEASURED":
                self._measured.add(lexicon_key(self.nlp, rule.pattern))
            elif rule.label == "NOT_DATASET":
                words = self._kinds_of_things if rule.pattern.islower() else self._things
                words.update(map(word_key, rule.pattern.split()))
            elif rule.label == "SIMULATOR":
                self._simulators.update(map(word_key, rule.pattern.split()))
            elif isinstance(rule, NameRule) and isinstance(rule.pattern, str) and rule.pattern[-1].isdigit():
                self._numbered.add(_letters_of(rule.pattern))

    def __call__(self, doc: Doc) -> Doc:
        short_forms = self._short_forms_of_generic(doc)
        generic = self._generic | short_forms if short_forms else self._generic
        linked = linked_tokens(doc)
        found = [c for c in doc._.candidates if c.confidence == 1 or _may_be_name(doc, c, generic)]
        doc._.candidates = found
        by_rules = {(c.start, c.end): c.extractor for c in found if c.extractor != "ner"}
        proposed = (
            trimmed(doc, _of_extractor(c, by_rules.get((c.start, c.end), c.extractor)))
            for c in found
            if c.confidence == 1 or c.extractor == "ner"
        )
        candidates = [
            candidate
            for candidate in proposed
            if candidate.start < candidate.end
            and linked.isdisjoint(range(candidate.start, candidate.end))
            and (candidate.confidence == 1 or _may_be_name(doc, candidate, generic))
        ]
        candidates = self._without_unmeasured(doc, candidates)
        chosen = [candidate for candidate in without_overlaps(candidates) if not self._is_thing(doc, candidate)]
        chosen = with_capitalized_words(doc, with_resolutions(doc, chosen, tokens_of(chosen)))
        entities = without_bare_short_forms(doc, one_type_each(doc, chosen))
        entities = sorted(with_short_forms(doc, entities), key=lambda c: c.start)
        doc._.abbreviations = [*doc._.abbreviations, *_named_again(doc, entities)]
        again = repetitions(doc, entities, linked, generic)
        entities = [*entities, *with_resolutions(doc, again, tokens_of([*entities, *again]))]
        doc._.entities = sorted([*entities, *self._further_numbers(doc, entities)], key=lambda c: c.start)
        return doc

    def _further_numbers(self, doc: Doc, entities: Sequence[Candidate]) -> Iterator[Candidate]:
        """The further names of which only the numbers are written: CIFAR-100 in "CIFAR-10/100", "CIFAR-10 and 100"."""
        taken = tokens_of(entities)
        for entity in entities:
            further = self._next_number(doc, entity)
            while further and taken.isdisjoint(range(further.start, further.end)):
                taken.update(range(further.start, further.end))
                yield further
                further = self._next_number(doc, further)

    def _next_number(self, doc: Doc, entity: Candidate) -> Candidate | None:
        """What a number means after a name with a number and a slash, a comma or an "and".

        After a comma or an "and" the name must be a listed one, and nothing may follow that the number counts.
        """
        words = Words.of(doc)
        place, end = entity.end, min(entity.end + 2, len(doc) - 1)
        while place < end and words.lower[place] in ("/", ",", "and", "or", "&"):
            place += 1
        if place == entity.end:
            return None
        name = entity.name or words.text(entity.start, entity.end)
        # The tokenizer takes the letter of "21K" for a unit.
        unit = place + 1 < len(doc) and not words.blanks[place] and re.fullmatch("[A-Za-z]", words.texts[place + 1])
        stop = place + (2 if unit else 1)
        if (further := with_number(name, words.text(place, stop))) is None:
            return None
        if words.texts[entity.end] == "/":
            found = joined(doc, entity.end) and place == entity.end + 1
        else:
            found = _letters_of(further) in self._numbered and not _counts(doc, stop - 1)
        return replace(entity, start=place, end=stop, name=further) if found else None

    def _is_thing(self, doc: Doc, candidate: Candidate) -> bool:
        """Whether an uncertain dataset is a robot, platform, chip, company or the like, where experiments take place.

        That is so if a kind of such things is its last word or comes next ("Go1 robot"), and if all its words are
        listed. Names that the lexicon has as datasets too ("Reddit") need such a kind in their sentence ("posts").
        A simulator is a dataset only where its tasks follow ("MuJoCo environments").
        """
        if candidate.type != "Dataset" or candidate.confidence == 1:
            return False
        words = Words.of(doc)
        following = words.lower[candidate.end : candidate.end + 3]
        if not _COLLECTIONS.isdisjoint(following[:1]):
            return False
        name = words.text(candidate.start, candidate.end)
        if self._has_only(self._simulators, name):
            return _TASKS.isdisjoint(following)
        ends_there = len(following) < 2 or not following[1].isalpha() or doc[candidate.end + 1].is_stop
        if self._is_kind([words.lower[candidate.end - 1], *(following[:1] if ends_there else ())]):
            return True
        if not self._has_only(self._things | self._simulators, name):
            return False
        span = (candidate.start, candidate.end)
        listed = any(
            (c.start, c.end) == span and c.type == "Dataset" and c.extractor == "lexicon" for c in doc._.candidates
        )
        return not listed or self._is_kind(_words_around(doc, candidate))

    def _has_only(self, things: set[str], name: str) -> bool:
        """Whether a name has only such words and numbers, and is more than one word with a number ("Twitter-15")."""
        if re.fullmatch(r"\S+-\d\S*", name):
            return False

        def known(word: str) -> bool:
            key = word_key(word)
            return key in things or (bare := key.rstrip("0123456789.")) in things or not bare

        return all(known(word) or all(map(known, re.split("[-/]", word))) for word in name.split())

    def _is_kind(self, words: Iterable[str]) -> bool:
        return not self._kinds_of_things.isdisjoint(map(word_key, words))

    def _without_unmeasured(self, doc: Doc, candidates: list[Candidate]) -> list[Candidate]:
        """The candidates without the costs in sentences without a number."""
        costs = {(c.start, c.end) for c in candidates if c.confidence < 1 and span_key(doc, c) in self._measured}
        numbered = numbered_sentences(doc) if costs else set()
        return [c for c in candidates if (c.start, c.end) not in costs or c.start in numbered or c.confidence == 1]

    def _short_forms_of_generic(self, doc: Doc) -> set[str]:
        """The keys of the short forms that the paper defines for generic words, "DL" for "deep learning"."""
        return {words_key(pair.short) for pair in doc._.abbreviations if words_key(pair.long) in self._generic}


def _of_extractor(candidate: Candidate, extractor: str) -> Candidate:
    return candidate if candidate.extractor == extractor else replace(candidate, extractor=extractor)


def _words_around(doc: Doc, candidate: Candidate) -> list[str]:
    """The words of a candidate's sentence in lower case, so many on each side."""
    start, end, words = candidate.start, candidate.end, Words.of(doc)
    while start > max(0, candidate.start - _AROUND) and not words.opens[start]:
        start -= 1
    while end < min(len(doc), candidate.end + _AROUND) and not words.opens[end]:
        end += 1
    return words.lower[start:end]


def _counts(doc: Doc, place: int) -> bool:
    """Whether a number counts what comes after it: "100 epochs"."""
    after = doc[place + 1] if place + 1 < len(doc) else None
    return after is not None and after.is_alpha and not after.is_stop and after.lower_ not in _COLLECTIONS


def _letters_of(name: str) -> str:
    return re.sub(r"[^\w.]|_", "", name).casefold()


def _may_be_name(doc: Doc, candidate: Candidate, generic: set[str]) -> bool:
    key = span_key(doc, candidate)
    if re.fullmatch(r"[\d.]*(?:[x×][\d.]+)*", key) or key in generic or _is_cut(doc, candidate):
        return False
    name = Words.of(doc).text(candidate.start, candidate.end)
    return not _is_damaged(name) and not _ends_generic(doc, candidate.start, candidate.end, generic)


def _is_damaged(name: str) -> bool:
    """Whether words cannot be a name: they have no letter, half a quotation or a sentence's end, begin with a minus or
    plus, or begin or end with a function word.

    >>> [name for name in ("-R.", "+20.5", "U.S.", "Instead of hopping", "The Stack") if _is_damaged(name)]
    ['-R.', '+20.5', 'Instead of hopping']
    """
    first, last = name.split(maxsplit=1)[0], name.rsplit(maxsplit=1)[-1]
    return (
        not any(map(str.isalpha, name))
        or (first[1:].islower() and first.lower() in _NO_BEGINNING)
        or last in _NO_END
        or _DAMAGED.match(name) is not None
        or name.count('"') % 2 == 1
        or name.count("“") != name.count("”")
    )


def _ends_generic(doc: Doc, start: int, end: int, generic: Collection[str]) -> bool:
    """Whether words are the last ones of something generic, as "precision" is in "full-precision"."""
    words = Words.of(doc)
    return any(words.key(before, end) in generic for before in range(max(0, start - 2), start))


def trimmed(doc: Doc, candidate: Candidate) -> Candidate:
    """The candidate without blanks, without "hereafter", and without the second of two numbers: "CIFAR-10/100"."""
    if candidate.confidence == 1:
        return candidate
    start, end = candidate.start, candidate.end
    words = Words.of(doc)
    while start < end and (_is_blank(words.texts[start]) or words.lower[start] in ABBREVIATORS):
        start += 1
    while end > start and _is_blank(words.texts[end - 1]):
        end -= 1
    while (
        end - 2 > start
        and words.texts[end - 2] == "/"
        and with_number(words.text(start, end - 2), words.texts[end - 1])
    ):
        end -= 2
    return candidate if (start, end) == (candidate.start, candidate.end) else replace(candidate, start=start, end=end)


def numbered_sentences(doc: Doc) -> set[int]:
    """The tokens of the sentences that give a number, other than one in a name: "ResNet-50"."""
    numbered: set[int] = set()
    texts = Words.of(doc).texts
    for start, end in sentences(doc):
        if any(texts[i][0].isdigit() and (i == start or not joined(doc, i - 1)) for i in range(start, end)):
            numbered.update(range(start, end))
    return numbered


def linked_tokens(doc: Doc) -> set[int]:
    """The tokens inside addresses."""
    words = Words.of(doc)
    spans = [(link.start, link.end) for link in doc._.links]
    offsets, places = words.plain.offsets, enumerate(words.starts) if spans else ()
    return {place for place, at in places if any(start <= offsets[at] < end for start, end in spans)}


def span_key(doc: Doc, candidate: Candidate) -> str:
    """The key under which the lexicon knows the candidate's words."""
    return Words.of(doc).key(candidate.start, candidate.end)


def words_key(words: Span) -> str:
    """The key under which the lexicon knows these words."""
    return Words.of(words.doc).key(words.start, words.end)


def _is_blank(word: str) -> bool:
    """Whether a token is white space or control characters."""
    return word.isspace() or not word.isprintable()


def _is_cut(doc: Doc, candidate: Candidate) -> bool:
    """Whether the candidate cuts through a formula or a bracket: "D_{KL", "SE(3"."""
    text = original_text(doc, candidate.start, candidate.end)
    if not _CUTTING.search(text):
        return False
    text = LIST_START.sub("", text)
    return "^" in text or ("_{" in text and text.endswith("}")) or cuts_a_bracket(text)


def without_overlaps(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The likeliest candidates that do not overlap; among equals the longer, then the earlier one.

    The probabilities of a span's types add up to the probability that it is a name.
    """
    kinds: dict[tuple[int, int], dict[EntityType, Candidate]] = defaultdict(dict)
    for candidate in candidates:
        same_span = kinds[candidate.start, candidate.end]
        known = same_span.get(candidate.type)
        if known is None or known.confidence < candidate.confidence:
            same_span[candidate.type] = candidate
    chances = {span: _chance(types) for span, types in kinds.items()}
    hidden = set(_within([span for span, chance in chances.items() if chance >= LONGER_WINS], chances))
    ranked = sorted(
        (item for item in kinds.items() if item[0] not in hidden),
        key=lambda item: (-chances[item[0]], item[0][0] - item[0][1], item[0]),
    )
    taken: set[int] = set()
    kept = []
    for span, types in ranked:
        likeliest = max(types.values(), key=lambda candidate: candidate.confidence)
        if chances[span] >= THRESHOLD and likeliest.confidence >= TYPED and taken.isdisjoint(range(*span)):
            taken.update(range(*span))
            kept.append(likeliest)
    return kept


def tokens_of(entities: Iterable[Candidate]) -> set[int]:
    """The tokens that some entities take."""
    return {token for entity in entities for token in range(entity.start, entity.end)}


def with_resolutions(doc: Doc, entities: Iterable[Candidate], taken: set[int]) -> list[Candidate]:
    """The entities, datasets with the size of their images: "ImageNet 64×64", unless that is part of another one.

    Args:
        taken: the tokens of all entities; gets those of the sizes.
    """
    widened = []
    for entity in entities:
        size = range(entity.end, _end_of_resolution(doc, entity))
        if size and taken.isdisjoint(size):
            taken.update(size)
            entity = replace(entity, end=size.stop)
        widened.append(entity)
    return widened


def _end_of_resolution(doc: Doc, entity: Candidate) -> int:
    """Where a dataset ends with the size of its images, if one follows."""
    if entity.type != "Dataset":
        return entity.end
    words = Words.of(doc)
    start = entity.end - 1 if words.texts[entity.end - 1].isdigit() and entity.end - 1 > entity.start else entity.end
    stop = min(start + 3, len(doc))
    size = _SIZE.match(words.plain.text, words.starts[start], words.end_of(stop - 1)) if start < stop else None
    if not size:
        return entity.end
    return 1 + next(place for place in range(start, stop) if words.end_of(place) >= size.end(1))


def with_capitalized_words(doc: Doc, entities: Sequence[Candidate]) -> list[Candidate]:
    """The entities, datasets with a capitalised word right before them: "Hard ImageNet" is not ImageNet.

    In a title and at the start of a sentence capitals mean nothing.
    """
    taken, words = tokens_of(entities), Words.of(doc)
    earliest = max(1, doc._.title_end)
    widened = []
    for entity in entities:
        before = entity.start - 1
        if (
            entity.type == "Dataset"
            and before >= earliest
            and re.fullmatch(r"[A-Z][a-z]+", words.texts[before])
            and words.blanks[before]
            and not (doc[before].is_stop or words.opens[before] or before in taken)
            and words.texts[before - 1][0].islower()
            and words.texts[entity.start][0].isupper()
        ):
            entity = replace(entity, start=before)
        widened.append(entity)
    return widened


def _within(outers: Iterable[tuple[int, int]], spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans that lie within a longer one of ``outers``."""
    ends: dict[int, list[int]] = defaultdict(list)
    for start, end in spans:
        ends[start].append(end)
    for outer in outers:
        for start in range(*outer):
            yield from ((start, end) for end in ends[start] if end <= outer[1] and (start, end) != outer)


def _chance(types: dict[EntityType, Candidate]) -> float:
    return min(1.0, sum(candidate.confidence for candidate in types.values()))


def one_type_each(doc: Doc, entities: Sequence[Candidate]) -> list[Candidate]:
    """The entities with the same type for all forms of a name: that of a certain rule, or the one with the highest
    summed confidence."""
    votes: dict[str, dict[EntityType, float]] = defaultdict(lambda: defaultdict(float))
    names = names_of(doc, entities)
    for name, entity in zip(names, entities, strict=True):
        votes[name][entity.type] += entity.confidence if entity.confidence < 1 else math.inf
    types = {name: max(of_name, key=of_name.__getitem__) for name, of_name in votes.items()}
    return [
        entity if entity.type == types[name] else replace(entity, type=types[name])
        for name, entity in zip(names, entities, strict=True)
    ]


def names_of(doc: Doc, entities: Sequence[Candidate]) -> list[str]:
    """The key of each entity's full name; for a short form that the text defines, the key of its long form."""
    long_forms = {words_key(pair.short): words_key(pair.long) for pair in doc._.abbreviations}
    forms = (_letters_of(entity.name) if entity.name else span_key(doc, entity) for entity in entities)
    return [long_forms.get(form, form) for form in forms]


def without_bare_short_forms(doc: Doc, entities: Sequence[Candidate]) -> list[Candidate]:
    """The entities without abbreviations whose long form is not, and is not in, an accepted name, unless they are
    :data:`EVIDENT`."""
    named = tokens_of(entities)
    bare: dict[str, bool] = {}
    for pair in doc._.abbreviations:
        key = words_key(pair.short)
        bare[key] = bare.get(key, True) and named.isdisjoint(range(pair.long.start, pair.long.end))
    keyed = [(span_key(doc, entity), entity) for entity in entities]
    evident = {key for key, entity in keyed if entity.confidence >= EVIDENT}
    return [entity for key, entity in keyed if key in evident or not bare.get(key)]


def with_short_forms(doc: Doc, entities: Sequence[Candidate]) -> list[Candidate]:
    """The entities with the defined short forms of names where nothing else was found, typed like the long forms."""
    found = list(entities)
    spans = {(entity.start, entity.end): entity for entity in entities}
    taken = tokens_of(entities)
    for pair in doc._.abbreviations:
        long = spans.get((pair.long.start, pair.long.end))
        if long and taken.isdisjoint(range(pair.short.start, pair.short.end)):
            taken.update(range(pair.short.start, pair.short.end))
            found.append(Candidate(pair.short.start, pair.short.end, long.type, long.confidence, "abbreviation"))
    return found


# What is between two names of one thing: "NAME (hereafter OTHER)"; "OTHER, which stands for NAME".
_HEREAFTER = re.compile(
    r"""[\s,(]*(?:(?:which|that|and|we|is|are|also|often|hence|or)\s+)*
    (?:a\.k\.a\.?|aka|hereafter|henceforth|hereinafter|abbr\.|abbreviated?|also\s+known\s+as)
    [\s,]*(?:(?:referred|called|denoted|known|as|to|by|simply|the)\s+)*["“”'‘`\s]*""",
    re.VERBOSE | re.IGNORECASE,
)
_STANDS_FOR = re.compile(
    r"""["“”'’\s,(]*(?:(?:which|that|is|an?|the|here|where)\s+)*
    (?:stand(?:s|ing)?\s+for|short(?:hand)?\s+for|(?:abbreviation|acronym)\s+(?:of|for))\s+(?:(?:the|an?)\s+)?""",
    re.VERBOSE | re.IGNORECASE,
)


def _named_again(doc: Doc, entities: Sequence[Candidate]) -> Iterator[Abbreviation]:
    """The pairs of names next to each other of which the text says that they mean the same, letters apart.

    Args:
        entities: by offset, none overlapping.
    """
    known = {pair.short.text for pair in doc._.abbreviations}
    words = Words.of(doc)
    for first, second in pairwise(entities):
        if first.type == second.type and second.start - first.end <= _LONGEST_LINK:
            between = words.plain.text[words.end_of(first.end - 1) : words.starts[second.start]]
            one, other = doc[first.start : first.end], doc[second.start : second.end]
            if _HEREAFTER.fullmatch(between) and other.text not in known:
                yield Abbreviation(other, one)
            elif _STANDS_FOR.fullmatch(between) and one.text not in known:
                yield Abbreviation(one, other)


def repetitions(doc: Doc, entities: Sequence[Candidate], linked: set[int], generic: Collection[str]) -> list[Candidate]:
    """Further occurrences of the entities' names, in other case or number, where nothing else was found."""
    names = {span_key(doc, entity): entity for entity in entities}
    taken, words = linked | tokens_of(entities), Words.of(doc)
    found = []
    windows = (window for window in keys_in(doc, reach_of(names)) if window[2] in names)
    for start, end, key in sorted(windows, key=lambda window: (window[0], -window[1])):
        if taken.isdisjoint(range(start, end)) and not _ends_generic(doc, start, end, generic):
            name = names[key]
            written = written_form(words.text(name.start, name.end))
            if written is None or written_form(words.text(start, end)) == written:
                found.append(replace(name, start=start, end=end))
                taken.update(range(start, end))
    return found


@Language.factory("kg_settle")
def make_settle(nlp: Language, name: str) -> Settle:
    """The component's factory."""
    return Settle(nlp)
