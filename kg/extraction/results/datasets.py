"""The datasets that values were reported on, by their places in a sentence.

Authors name a dataset after its value ("1.70 on A and 2.89 on B") or before it ("on A it has 1.70 and on B 2.89"), and
keep to one way within a sentence. Lists go together one by one if they are equally long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg.extraction.results.measures import Piece
from kg.text.names import name_key

Row = Sequence[int]
"""The indices of pieces that form a list."""

_JOINTS = frozenset([",", "and"])
_CLAUSE_END = ";"
_NEAR = 3  # pieces between several datasets and a value of all of them: "on A and B by over 2%"


@dataclass(frozen=True, slots=True)
class DatasetsOfValues:
    """The datasets in a sentence with values.

    Args:
        pieces: the sentence.
        values: its lists of values.
        datasets: its lists of datasets.
    """

    pieces: Sequence[Piece]
    values: Sequence[Row]
    datasets: Sequence[Row]

    def of(self, number: int) -> list[list[Piece]]:
        """The datasets of each value of a list, given by its number; none where the sentence does not say."""
        group = self.values[number]
        after = self._after(number)
        before = next((row for row in reversed(self.datasets) if row[-1] < group[0]), None)
        for row in (after, before):
            if row and len(row) == len(group) > 1:
                return [[self.pieces[index]] for index in row]
        return [self._shared(number, after, before)] * len(group)

    def _shared(self, number: int, after: Row | None, before: Row | None) -> list[Piece]:
        """The datasets that all values of a list share."""
        group = self.values[number]
        since = before is not None and (number == 0 or before[0] > self.values[number - 1][-1])
        if after and before and since and not self._ahead() and self._parted(group[-1], after[0]):
            after = None
        if after:
            return [self.pieces[index] for index in after]
        if before and since and len(before) > 1:
            return [self.pieces[index] for index in before] if self._leads(before[-1], group[0]) else []
        if before:
            return [self.pieces[before[-1] if since else before[0]]]
        later = next((row for row in self.datasets if group[-1] < row[0]), None)
        return [self.pieces[later[0]]] if later else []

    def _ahead(self) -> bool:
        """Whether the sentence's values come before their datasets."""
        return len(self.datasets) > 1 and self.values[0][-1] < self.datasets[0][0]

    def _after(self, number: int) -> Row | None:
        """The datasets after a list of values: before the next value, or before the clause's end where all do so."""
        last = self.values[number][-1]
        row = next((row for row in self.datasets if last < row[0]), None)
        if row is None:
            return None
        if self._ahead():
            return None if any(piece.text == _CLAUSE_END for piece in self.pieces[last : row[0]]) else row
        return row if number + 1 == len(self.values) or row[0] < self.values[number + 1][0] else None

    def _parted(self, first: int, last: int) -> bool:
        return any(piece.text in _JOINTS for piece in self.pieces[first + 1 : last])

    def _leads(self, first: int, last: int) -> bool:
        """Whether only a few words separate two pieces."""
        between = self.pieces[first + 1 : last]
        return len(between) <= _NEAR and all(piece.kind in ("word", "sign") for piece in between)


def only_dataset(entities: Sequence[Piece]) -> list[Piece]:
    """The dataset of a paper that names one alone, for results whose sentence names none."""
    named = [piece for piece in entities if piece.kind == "dataset"]
    return named[:1] if len({name_key(piece.text) for piece in named}) == 1 else []
