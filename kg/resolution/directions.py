"""Which values of a metric are better: decided by the last words of its name.

>>> directions = Directions([("error", "lower"), ("accuracy", "higher"), ("error correction accuracy", "higher")])
>>> directions.better(["Top-1 errors"]), directions.better(["error correction accuracy"]), directions.better(["top-1"])
('lower', 'higher', None)
"""

from __future__ import annotations

from collections.abc import Iterable

from kg.rulefiles import Rule
from kg.text.names import spaced_key
from kg.vocabulary import Better


class Directions:
    """Which values are better, by the ends of names.

    Args:
        ends: the last words of names, and which values are better for such names; a later one replaces an earlier one.
    """

    def __init__(self, ends: Iterable[tuple[str, Better]]) -> None:
        self._ends: dict[str, Better] = {spaced_key(words): better for words, better in ends}

    @classmethod
    def of_rules(cls, rules: Iterable[Rule]) -> Directions:
        """The directions among some rules, those of label BETTER."""
        return cls((rule.pattern, rule.id) for rule in rules if rule.label == "BETTER")

    def better(self, names: Iterable[str]) -> Better | None:
        """The direction of a metric by the first of its names that has a known end; the longest known end counts."""
        for name in names:
            words = spaced_key(name).split()
            for start in range(len(words)):
                if found := self._ends.get(" ".join(words[start:])):
                    return found
        return None
