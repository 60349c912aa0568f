"""What a comparative next to a value compares: "2x faster" is about a time that the paper names somewhere before."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg.extraction.results.measures import Piece
from kg.text.names import singular

Comparatives = Mapping[str, frozenset[str]]
"""The comparatives used for a measure, by the last word of its name, singular and in lower case."""


def comparatives_of(measure: Piece, known: Comparatives) -> frozenset[str]:
    """The comparatives used for a measure: "faster" for an "inference time"."""
    return known.get(singular(measure.text.lower().split()[-1]), frozenset())


@dataclass(frozen=True, slots=True)
class Compared:
    """The measures that a paper names, by the comparatives used for them; each row by offset."""

    rows: Mapping[str, Sequence[Piece]]

    @classmethod
    def of(cls, measures: Iterable[Piece], known: Comparatives) -> Compared:
        """The measures by their comparatives."""
        rows: dict[str, list[Piece]] = defaultdict(list)
        for measure in sorted(measures, key=lambda measure: measure.start):
            for comparative in comparatives_of(measure, known):
                rows[comparative].append(measure)
        return cls(dict(rows))

    def before(self, comparative: str, offset: int) -> Piece | None:
        """The last measure before an offset that the comparative can be about."""
        row = self.rows.get(comparative, ())
        index = bisect_left(row, offset, key=lambda measure: measure.start)
        return row[index - 1] if index else None
