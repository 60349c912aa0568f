"""A value of a text as its parts are looked for: where it is, what the text names, what was chosen before it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from kg.extraction.results.choices import Choice
from kg.extraction.results.sentences import Piece, Row, Sentence

Reading = Literal["no", "absolute", "relative"]
"""What a quantity is: no result, a score, or an improvement or factor."""

Part = Literal["metric", "dataset", "method", "task", "baseline"]
"""The parts of a result that are chosen."""

WINDOW = 8  # pieces before and after a value whose words say something about it
_CHANGED_BEFORE, _CHANGED_AFTER = 12, 6  # pieces in which a word for a change is looked for
_SIZES = (0, 0.5, 1, 2, 5, 10, 20, 35, 50, 65, 80, 90, 95, 100.000001, 1_000, 10_000)  # where numbers are parted
_CONTRASTS = frozenset(["against", "versus", "vs", "compared", "whereas", "humans", "human", "runner-up"])
_OURS = frozenset(["our", "ours", "we"])
_OWN = _OURS | {"it"}
_UNNAMED = frozenset(["previous", "prior", "earlier", "existing", "state-of-the-art", "sota", "art", "published"])
_UNNAMED |= {"record", "runner-up", "competitor", "competitors", "majority", "guessing"}
_NAMING = _OWN | {"<method>", "<value>", "outperform", "outperforms", "outperforming"}
_NAMING |= {"surpass", "surpasses", "surpassing"}
_STATES = frozenset(["is", "was", "are", "were", "has", "had", "have", "reach", "reaches", "reached", "get", "gets"])
_STATES |= {"got", "achieve", "achieves", "achieved", "obtain", "obtains", "obtained", "attain", "attains", "attained"}
_STATES |= {"yields", "yielded", "stands", "stood", "scores", "scored", "reports", "reported", "gives", "gave"}
_STATES |= {"manages", "managed"}
_NEAR_STATE = 5  # words from a verb to its value
_CLAUSE_STARTS = frozenset([";", ",", "(", "and", "while", "whereas", "where", "but", "although", "though"])
HEDGES = frozenset(["about", "up", "around", "approximately", "only", "~", "nearly", "almost", "roughly"])
HEDGES |= {"more", "less", "at", "least", "most", "a", "an", "the", "average", "just", "as", "much", "high", "low"}


@dataclass(frozen=True)
class Names:
    """What a text says as a whole about its names.

    ``places`` counts the places of each name by its key, and ``tasks`` those of each task, in order; ``introduced`` are
    the keys of the methods that the paper introduces, in order; ``main`` is the first, in its short form; ``short`` and
    ``long`` are the keys of its short and long forms, ``title`` those of the names in its title.
    """

    places: Counter[str]
    tasks: Counter[str]
    datasets: int
    introduced: Sequence[str]
    main: str | None
    short: frozenset[str]
    long: frozenset[str]
    title: frozenset[str]

    @classmethod
    def of(cls, sentences: Sequence[Sentence], short_forms: dict[str, str]) -> Names:
        """The names of sentences; ``short_forms`` maps the keys of short forms to those of their long forms."""
        named = [(s, piece) for s in sentences for piece in s.pieces if piece.kind in ("dataset", "method", "task")]
        own = list(dict.fromkeys(piece.key for _, piece in named if piece.kind == "method" and piece.introduced))
        long_forms = {long: short for short, long in short_forms.items()}
        return cls(
            places=Counter(piece.key for _, piece in named if piece.kind != "task"),
            tasks=Counter(piece.key for _, piece in named if piece.kind == "task"),
            datasets=len({piece.key for _, piece in named if piece.kind == "dataset"}),
            introduced=own,
            main=long_forms.get(own[0], own[0]) if own else None,
            short=frozenset(short_forms),
            long=frozenset(long_forms),
            title=frozenset(piece.key for sentence, piece in named if sentence.part == "title"),
        )


@dataclass
class Earlier:
    """What was chosen for the values before, in the same sentence."""

    last: Choice | None = None
    direction: str = ""
    taken: set[int] = field(default_factory=set)

    def add(self, choice: Choice, index: int) -> None:
        """Take in the choice for the value at an index."""
        self.last, self.direction = choice, side_of(choice, index)
        if choice.kind == "here":
            self.taken.add(choice.first)


@dataclass
class EarlierParts:
    """The same for each part of a result."""

    metric: Earlier = field(default_factory=Earlier)
    dataset: Earlier = field(default_factory=Earlier)
    method: Earlier = field(default_factory=Earlier)
    task: Earlier = field(default_factory=Earlier)
    baseline: Earlier = field(default_factory=Earlier)

    def of(self, part: Part) -> Earlier:
        """What was chosen for a part."""
        found: Earlier = getattr(self, part)
        return found


@dataclass(frozen=True)
class Place:
    """A value in its sentence, at an index; ``reading`` is what it was found to be."""

    sentence: Sentence
    index: int
    reading: Reading = "no"

    @property
    def piece(self) -> Piece:
        """The value."""
        return self.sentence.pieces[self.index]

    @cached_property
    def row(self) -> Row:
        """The list that the value is in."""
        return self.sentence.lists[self.index]

    @cached_property
    def unit(self) -> str:
        """The kind of unit, of the value or of another one in its list."""
        units = (unit_kind(self.sentence.pieces[index].value.unit) for index in self.row)
        return next((unit for unit in units if unit != "-"), "-")

    @cached_property
    def contrasted(self) -> bool:
        """Whether words before the value say that it is another's: "against 17.8", with no method in between, and no
        word for the paper's own."""
        for word in reversed(self.sentence.words[max(0, self.row[0] - WINDOW) : self.row[0]]):
            if word in _CONTRASTS or word in _OWN or word in ("<method>", ";"):
                return word in _CONTRASTS
        return False

    @cached_property
    def unnamed(self) -> bool:
        """Whether the value is that of others who are not named: "the previous best was 78.1"."""
        words = self.sentence.words[: self.row[0]]
        start = next((index + 1 for index in reversed(range(len(words))) if words[index] in _CLAUSE_STARTS), 0)
        clause = words[start:]
        state = next((index for index, word in enumerate(clause) if word in _STATES), None)
        if state is None or len(clause) - state > _NEAR_STATE or not _NAMING.isdisjoint(clause):
            return False
        return not _UNNAMED.isdisjoint(clause[:state])

    @cached_property
    def own(self) -> bool:
        """Whether words between the value before and this one say that it is the paper's own: "; ours 81.2", with no
        method in between. Of a list that is asked for its first value."""
        words = self.sentence.words[: self.index]
        since = next((word for word in reversed(words) if word in _OURS or word in ("<method>", "<value>")), "")
        return since in _OURS and "<value>" in words and self.index == self.row[0]

    @cached_property
    def lead(self) -> str:
        """The word before the value and its list, without hedges: "by" in "by up to about 5%"."""
        index = self.row[0] - 1
        while index >= 0 and self.sentence.words[index] in HEDGES:
            index -= 1
        return self.sentence.word(index)

    def word(self, offset: int) -> str:
        """What is shown of the piece so many places after the value."""
        return self.sentence.word(self.index + offset)

    @cached_property
    def size(self) -> str:
        """How large the number is, in steps; "range" for two of them."""
        number = self.piece.value.number
        return "range" if number is None else str(bisect_right(_SIZES, abs(number)))

    @cached_property
    def bracketed(self) -> bool:
        """Whether the value is in brackets."""
        return self.sentence.bracketed[self.index]

    @cached_property
    def change_before(self) -> int | None:
        """The index of the last word for a change before the value and its list, such as "gain" in "a gain of 5%"."""
        first = self.row[0]
        near = range(first - 1, max(-1, first - 1 - _CHANGED_BEFORE), -1)
        return next((index for index in near if self.sentence.pieces[index].change), None)

    @cached_property
    def change_after(self) -> int | None:
        """The same of the first such word after them: "gain" in "a 5% gain"."""
        last = self.row[-1]
        near = range(last + 1, min(len(self.sentence.pieces), last + 1 + _CHANGED_AFTER))
        return next((index for index in near if self.sentence.pieces[index].change), None)


def unit_kind(unit: str | None) -> str:
    """What kind of unit one is: "%", "x" for factors, "points", "unit" for any other, "-" for none."""
    if unit is None:
        return "-"
    if unit in "%x":
        return unit
    return "points" if unit.endswith("points") or unit in ("pp", "pts", "pt") else "unit"


def side_of(choice: Choice, index: int) -> str:
    """Where a choice is, seen from the value at an index: "b"efore, "a"fter, elsewhere ("?") or nowhere ("0")."""
    if choice.kind == "none":
        return "0"
    return "?" if choice.kind != "here" else "b" if choice.last < index else "a"
