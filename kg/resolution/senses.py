"""The senses of short forms: the definitions in all papers counted, and when one sense is clear.

A short form that its paper does not define gets the sense that is *clear* (:meth:`Senses.clear`). The numbers below
were chosen on 60,000 abstracts: if three papers give the same long form for a short form of two or three capitals, a
fourth paper agrees with a probability of 0.8; for longer short forms and those with small letters two papers are
enough for 0.85.

The files ``senses*.jsonl`` in the rule folders hold counts from elsewhere, for corpora that are too small:
``{"short": "SAM", "papers": 120, "senses": {"segment anything model": 75, ...}}``, where ``papers`` counts all papers
that define the short form.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, TypeAdapter

from kg.resolution.kept import KeptNames, KeptSenses
from kg.resolution.spelling import entity_key
from kg.rulefiles import rule_folders
from kg.text.lines import JsonModel, NonEmpty, json_lines_of, validated
from kg.text.names import spaced_key

SENSE_FILES = "senses*.jsonl"

LEAST_PAPERS = 3  # that define the short form in this sense
LEAST_PAPERS_DISTINCTIVE = 2  # the same, for a short form of four letters or more, or with small letters
LEAST_SHARE = 0.8  # of the papers that define the short form at all
LEAST_PAPERS_ELSEWHERE = 10  # the same two for counts from elsewhere
LEAST_SHARE_ELSEWHERE = 0.9

_WITHIN = " "  # after the key of a name, with the short form within which a long form was counted
_STEM_SHARE = 0.6  # of the longer of two words with one stem, the part that they have in common
_STEM = 5  # letters of that part
_CAPITALS = re.compile(r"[A-Z].*[A-Z]")
_PARTS = re.compile(r"[\s-]+")
_TYPO = 7  # letters of a word that is still the same word if one of them is wrong


class Sense(NamedTuple):
    """A long form, how many papers give it for the short form, and how many define the short form at all."""

    long: str
    papers: int
    of: int


class _Line(JsonModel):
    short: NonEmpty
    papers: Annotated[int, Field(ge=1)]
    senses: dict[str, Annotated[int, Field(ge=1)]]


_LINE = TypeAdapter(_Line)


@dataclass(slots=True)
class _Counts:
    """The papers that define one short form, by the key of the long form and its spelling."""

    spellings: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    others: int = 0

    @property
    def papers(self) -> int:
        return self.others + sum(counts.total() for counts in self.spellings.values())


class Senses:
    """Counts of definitions, by short form.

    Args:
        elsewhere: by short form, the papers that define it and how many give which long form.
    """

    def __init__(self, elsewhere: Mapping[str, tuple[int, Mapping[str, int]]] | None = None) -> None:
        self._here: defaultdict[str, _Counts] = defaultdict(_Counts)
        self._counted: defaultdict[str, list[tuple[int, Mapping[str, int]]]] = defaultdict(list)
        for short, counted in (elsewhere or {}).items():
            self._counted[entity_key(short)].append(counted)
        self._elsewhere: dict[str, _Counts | None] = {}
        self._kept: KeptNames | None = None
        self._before: dict[str, Mapping[str, Mapping[str, int]]] = {}  # what was read of what is kept

    def add(self, short: str, long: str, by: int = 1, *, within: bool = False) -> None:
        """Count a paper that defines a short form, or one ``within`` a name; with ``by`` -1, no longer count it."""
        key, long_key = entity_key(short) + _WITHIN * within, entity_key(long)
        self._of_here(key)
        counts = self._here[key].spellings[long_key]
        counts[long] += by
        if not counts[long]:
            del counts[long]
        if not counts:
            del self._here[key].spellings[long_key]
        if not self._here[key].spellings:
            del self._here[key]

    def take(self, kept: KeptNames) -> None:
        """Go on from what another one kept; this one has counted nothing yet."""
        self._kept = kept

    def keep(self, kept: KeptNames, further: Callable[[str], Iterable[str]]) -> None:
        """Keep what was counted; if this goes on from what is kept there, what differs. ``further`` as below."""

        def changes() -> Iterator[KeptSenses]:
            for short in self._before if self._kept else self._here:
                counts, before = self._here.get(short), self._before.get(short, {})
                now = counts.spellings if counts else {}
                if now != before:
                    old, new = (self._keys(short, further, here) if here else set() for here in (before, now))
                    yield KeptSenses(short, now, old, new)

        kept.replace_senses(changes())

    def _keys(
        self, short: str, further: Callable[[str], Iterable[str]], here: Mapping[str, Mapping[str, int]]
    ) -> set[str]:
        """On which keys it depends what a short form means, when these are its long forms here."""
        elsewhere = (senses for _, senses in self._counted.get(short, ()))
        keys = set(here)
        for long in chain(*here.values(), *elsewhere):
            keys.add(entity_key(long))
            keys.update(further(long))
        return keys

    def reached(self, keys: Iterable[str], further: Callable[[str], Iterable[str]]) -> set[str]:
        """Some keys, and those of all short forms of which a long form has such a key, or that of one of these in turn.

        Args:
            keys: of names.
            further: gives the keys, beside its own, on which it depends what a name means, whatever its type.
        """
        shorts: defaultdict[str, set[str]] = defaultdict(set)
        for short in self._here.keys() | self._counted.keys():
            counts = self._here.get(short)
            for key in self._keys(short, further, counts.spellings if counts else {}):
                shorts[key].add(short)

        def depending(key: str) -> Set[str]:
            found = shorts.get(key, set()) | (self._kept.shorts(key) if self._kept else set())
            return {short.removesuffix(_WITHIN) for short in found}

        found = set(keys)
        waiting = [*found]
        while waiting:
            new = depending(waiting.pop()) - found
            found |= new
            waiting += new
        return found

    def clear(self, short: str) -> Sense | None:
        """The sense of a short form that is clear from the definitions counted here, if one is.

        That is, at least :data:`LEAST_PAPERS` papers give it, and they are at least :data:`LEAST_SHARE` of all papers
        that define the short form.
        """
        distinctive = len(entity_key(short)) >= 4 or not short.rstrip("s").isupper()
        least = LEAST_PAPERS_DISTINCTIVE if distinctive else LEAST_PAPERS
        return _dominant([self._of_here(entity_key(short))], least, LEAST_SHARE)

    def clear_within(self, name: str) -> Sense | None:
        """What a name with a short form in it is with the long form in its place, if the papers agree on that.

        One paper is enough, because the rest of the name says which sense of the short form is meant.
        """
        sense = _dominant([self._of_here(entity_key(name) + _WITHIN)], 1, LEAST_SHARE)
        return sense if sense and _share_words(name, sense.long) else None  # "CommunityLM" has no short form in it

    def clear_elsewhere(self, short: str) -> Sense | None:
        """The sense that is clear from the counts here and elsewhere together.

        It needs :data:`LEAST_PAPERS_ELSEWHERE` and :data:`LEAST_SHARE_ELSEWHERE`.
        """
        key = entity_key(short)
        return _dominant([self._of_here(key), self._of_elsewhere(key)], LEAST_PAPERS_ELSEWHERE, LEAST_SHARE_ELSEWHERE)

    def clear_elsewhere_alone(self, shorts: Iterable[str]) -> dict[str, str]:
        """The long forms of some short forms that are clear from the counts elsewhere, whatever papers say here."""
        counted = ((short, self._of_elsewhere(entity_key(short))) for short in shorts)
        senses = (
            (short, _dominant([counts], LEAST_PAPERS_ELSEWHERE, LEAST_SHARE_ELSEWHERE)) for short, counts in counted
        )
        return {short: sense.long for short, sense in senses if sense}

    def all(self) -> Iterator[tuple[str, list[Sense]]]:
        """The key of every short form that was counted here, with its senses, commonest first."""
        for key in sorted(self._here):
            yield key, _grouped([self._here[key]])

    def known(self, short: str) -> list[str]:
        """All known long forms of a short form, sorted; variants of one are left out."""
        key = entity_key(short)
        return sorted(sense.long for sense in _grouped([self._of_here(key), self._of_elsewhere(key)]))

    def _of_here(self, key: str) -> _Counts | None:
        """The counts of a short form, read from what is kept when it is first met."""
        if self._kept and key not in self._before:
            self._before[key] = self._kept.senses(key)
            for long_key, spellings in self._before[key].items():
                self._here[key].spellings[long_key].update(spellings)
        return self._here.get(key)

    def _of_elsewhere(self, key: str) -> _Counts | None:
        """The counts from elsewhere of a short form, put together when it is first met: most never are."""
        if key not in self._elsewhere:
            self._elsewhere[key] = _together(self._counted[key]) if key in self._counted else None
        return self._elsewhere[key]


def _together(counted: Iterable[tuple[int, Mapping[str, int]]]) -> _Counts:
    counts = _Counts()
    for papers, senses in counted:
        counts.others += papers - sum(senses.values())
        for long, number in senses.items():
            counts.spellings[entity_key(long)][long] += number
    return counts


def read_senses(folders: Iterable[Path] = ()) -> dict[str, tuple[int, dict[str, int]]]:
    """The counts of the shipped folder and of further ones; a later line for a short form replaces an earlier one.

    Raises:
        kg.errors.InputError: a line is wrong; names file and line.
    """
    paths = (path for folder in rule_folders(folders) for path in sorted(folder.rglob(SENSE_FILES)))
    return {line.short: (line.papers, line.senses) for path in paths for line in _lines(path)}


def _lines(path: Path) -> Iterator[_Line]:
    expected = '{"short", "papers", "senses": {long: papers}}'
    for line in json_lines_of(path, expected):
        yield validated(_LINE, line.fields, line.place)


def _dominant(sources: Iterable[_Counts | None], least: int, share: float) -> Sense | None:
    senses = _grouped(sources)
    if not senses or senses[0].papers < least or senses[0].papers < share * senses[0].of:
        return None
    return senses[0]


def _grouped(sources: Iterable[_Counts | None]) -> list[Sense]:
    """Senses, those of most papers first; variants of a long form are counted with it."""
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    of = 0
    for counts in sources:
        if counts is not None:
            of += counts.papers
            for key, texts in counts.spellings.items():
                spellings[key].update(texts)
    commonest = [(texts.total(), max(texts, key=lambda text: (texts[text], text))) for texts in spellings.values()]
    senses: list[Sense] = []
    for papers, text in sorted(commonest, key=lambda item: (-item[0], item[1])):
        for number, sense in enumerate(senses):
            if are_variants(sense.long, text):
                senses[number] = sense._replace(papers=sense.papers + papers)
                break
        else:
            senses.append(Sense(text, papers, of))
    return sorted(senses, key=lambda sense: (-sense.papers, sense.long))


def are_variants(one: str, other: str) -> bool:
    """Whether two long forms of the same short form differ only in endings or a typing error.

    >>> are_variants("convolutional neural network", "convolution neural networks")
    True
    >>> are_variants("binary neural network", "Bayesian neural network")
    False
    """
    words, others = spaced_key(one).split(), spaced_key(other).split()
    if "".join(words) == "".join(others):
        return True
    return len(words) == len(others) and all(map(_same_stem, words, others))


def short_parts(name: str) -> list[str]:
    """The words of a name, and the parts of those with hyphens, that may be short forms: they have two capitals.

    >>> short_parts("HOI detection"), short_parts("FN-based SF-DA"), short_parts("GAN")
    (['HOI'], ['FN-based', 'SF-DA', 'FN', 'SF', 'DA'], [])
    """
    parts = dict.fromkeys((*name.split(), *_PARTS.split(name)))
    return [part for part in parts if part != name and _CAPITALS.search(part)]


def spelled_out(name: str, longs: Mapping[str, str]) -> str:
    """A name with long forms in the place of some parts of it; of parts that overlap the one that comes first there.

    >>> spelled_out("FN-based HOI detection", {"HOI": "human-object interaction"})
    'FN-based human-object interaction detection'
    """
    if not longs:
        return name
    either = "|".join(map(re.escape, longs))
    return re.sub(rf"(?<![^\s-])(?:{either})(?![^\s-])", lambda found: longs[found[0]], name)


def _share_words(one: str, other: str) -> bool:
    return not set(spaced_key(one).split()).isdisjoint(spaced_key(other).split())


def is_name_of(names: Iterable[str], long: str) -> bool:
    """Whether a long form is one of the names of something, up to endings and to words before, after or within it."""
    words = set(spaced_key(long).split())
    for name in names:
        others = set(spaced_key(name).split())
        if are_variants(name, long) or (min(len(words), len(others)) > 1 and (words <= others or others <= words)):
            return True
    return False


def _same_stem(word: str, other: str) -> bool:
    from rapidfuzz.distance import OSA

    longer = max(len(word), len(other))
    common = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    if word == other or (common >= _STEM and common >= _STEM_SHARE * longer):
        return True
    return longer >= _TYPO and OSA.distance(word, other, score_cutoff=1) <= 1
