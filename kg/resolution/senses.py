"""What short forms stand for: the definitions in all papers counted, and when one of them is clear.

A short form that its paper does not define gets the sense that is *clear* (:meth:`Senses.clear`). The numbers below
were chosen on 60,000 abstracts: where three papers define a short form of two or three capitals alike, a fourth one
agrees with a chance of 0.8; of longer short forms and of those with small letters two papers suffice for 0.85.

The file ``senses*.jsonl`` in the rule folders holds counts from elsewhere, for corpora too small to tell:
``{"short": "SAM", "papers": 120, "senses": {"segment anything model": 75, ...}}``, where ``papers`` counts all that
define the short form.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, TypeAdapter

from kg.rulefiles import rule_folders
from kg.text.lines import JsonModel, json_lines_of, validated
from kg.text.names import entity_key, spaced_key

FILES = "senses*.jsonl"

LEAST_PAPERS = 3  # that define the short form in this sense
LEAST_PAPERS_DISTINCTIVE = 2  # the same, for a short form of four letters or more, or with small letters
LEAST_SHARE = 0.8  # of the papers that define the short form at all
LEAST_PAPERS_ELSEWHERE = 10  # the same two where counts from elsewhere have to help
LEAST_SHARE_ELSEWHERE = 0.9

_STEM_SHARE = 0.6  # of the longer word that two words of one stem have in common
_STEM = 5
_TYPO = 7  # letters from which on one wrong letter makes no other word


class Sense(NamedTuple):
    """A long form, the papers that define the short form so, and the papers that define it at all."""

    long: str
    papers: int
    of: int


class _Line(JsonModel):
    short: Annotated[str, Field(min_length=1)]
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
    """Counts of definitions, to be asked by short form.

    Args:
        elsewhere: by short form, the papers that define it and how many give which long form.
    """

    def __init__(self, elsewhere: Mapping[str, tuple[int, Mapping[str, int]]] | None = None) -> None:
        self._here: defaultdict[str, _Counts] = defaultdict(_Counts)
        self._elsewhere: defaultdict[str, _Counts] = defaultdict(_Counts)
        for short, (papers, senses) in (elsewhere or {}).items():
            counts = self._elsewhere[entity_key(short)]
            counts.others += papers - sum(senses.values())
            for long, number in senses.items():
                counts.spellings[entity_key(long)][long] += number

    def add(self, short: str, long: str) -> None:
        """Count a paper that defines a short form."""
        self._here[entity_key(short)].spellings[entity_key(long)][long] += 1

    def clear(self, short: str) -> Sense | None:
        """The sense of a short form that is clear from the definitions counted here, if one is.

        That is, at least :data:`LEAST_PAPERS` papers give it, and they are at least :data:`LEAST_SHARE` of all papers
        that define the short form.
        """
        distinctive = len(entity_key(short)) >= 4 or not short.rstrip("s").isupper()
        least = LEAST_PAPERS_DISTINCTIVE if distinctive else LEAST_PAPERS
        return _dominant([self._here.get(entity_key(short))], least, LEAST_SHARE)

    def clear_elsewhere(self, short: str) -> Sense | None:
        """The same from all counts together, with :data:`LEAST_PAPERS_ELSEWHERE` and :data:`LEAST_SHARE_ELSEWHERE`."""
        key = entity_key(short)
        return _dominant([self._here.get(key), self._elsewhere.get(key)], LEAST_PAPERS_ELSEWHERE, LEAST_SHARE_ELSEWHERE)

    def all(self) -> Iterator[tuple[str, list[Sense]]]:
        """Every short form that was counted here, by its key, with its senses, commonest first."""
        for key in sorted(self._here):
            yield key, _grouped([self._here[key]])

    def known(self, short: str) -> list[str]:
        """All long forms that are known of a short form, variants of one left out, sorted."""
        key = entity_key(short)
        return sorted(sense.long for sense in _grouped([self._here.get(key), self._elsewhere.get(key)]))


def read_senses(folders: Iterable[Path] = ()) -> dict[str, tuple[int, dict[str, int]]]:
    """The counts of the shipped folder and of further ones; a later line for a short form replaces an earlier one.

    Raises:
        kg.errors.InputError: a line is wrong; names file and line.
    """
    paths = (path for folder in rule_folders(folders) for path in sorted(folder.rglob(FILES)))
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
    """Senses, those of most papers first; the variants of one long form count as that long form."""
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
    """Whether two long forms of the same short form differ in endings or a typing error alone.

    >>> are_variants("convolutional neural network", "convolution neural networks")
    True
    >>> are_variants("binary neural network", "Bayesian neural network")
    False
    """
    words, others = spaced_key(one).split(), spaced_key(other).split()
    if "".join(words) == "".join(others):
        return True
    return len(words) == len(others) and all(map(_same_stem, words, others))


def _same_stem(word: str, other: str) -> bool:
    from rapidfuzz.distance import OSA

    longer = max(len(word), len(other))
    common = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    if word == other or (common >= _STEM and common >= _STEM_SHARE * longer):
        return True
    return longer >= _TYPO and OSA.distance(word, other, score_cutoff=1) <= 1
