"""Warnings in readable numbers: of very many of one kind, the later ones are only counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from kg.sources.reader import Warn

SHOWN = 100  # warnings of one kind about one input
_KINDS = 50  # kinds that are told apart in one input; all others are one kind
_VARIABLE = re.compile(r"\"[^\"]*\"|'[^']*'|\d[\d,.]*")


@contextmanager
def limited(warn: Warn, place: str) -> Iterator[Warn]:
    """A function that warns as ``warn`` does, up to :data:`SHOWN` times for each kind of line.

    Lines are of one kind if they differ only in places, numbers and quoted text. When the block ends, one line for each
    kind says how many more there were.

    Args:
        warn: called with each line that is shown.
        place: the input that the lines are about.
    """
    counts: Counter[str] = Counter()

    def count(line: str) -> None:
        kind = _VARIABLE.sub("#", line.rpartition(place)[2])[:200]
        if kind not in counts and len(counts) >= _KINDS:
            kind = "other"
        counts[kind] += 1
        if counts[kind] <= SHOWN:
            warn(line)

    try:
        yield count
    finally:
        for kind, number in counts.items():
            if number > SHOWN:
                warn(f"{place}: … and {number - SHOWN:,} more like it ({kind.partition(': ')[2] or kind})")
