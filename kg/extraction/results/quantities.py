"""Quantities: the numbers of a text that may be reported values, each with its unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+"
_PERCENT = r"\s?%|\s?percent(?:age\spoints?)?\b"
_FACTOR = r"\s?[-‐]?(?:[xX](?!\w|-\D|\s\d)|×(?!\s?\d)|times\b(?!\s?\d)|fold\b)"
_DEVIATION = r"(?:±|\+/?[-−])"  # without a blank it belongs to the value: "1.98+/-0.07"

_REACH = 40  # characters to look back over for a "from"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit at the offsets ``start`` to ``end`` of a text.

    ``unit`` is "%", "x" for factors, a unit of measure, or ``None``. ``number`` is ``None`` for ranges ("4 to 37%").
    """

    start: int
    end: int
    number: float | None
    unit: str | None
    signed: bool


class QuantityFinder:
    """Finds quantities.

    Args:
        units: units of measure, as they are written after a number ("ms", "dB").
        words: words that state a factor, with the number they mean ("doubling": 2.0).
    """

    def __init__(self, units: Iterable[str], words: Mapping[str, float]) -> None:
        unit = "|".join(sorted(map(re.escape, units), key=len, reverse=True)) or r"(?!)"
        measure = rf"{_PERCENT}|{_FACTOR}|[\s-]?(?:{unit})(?![\w%])"
        number = rf"(?:{_NUMBER})"
        # The first group only makes the search fast: a look at one character before the looks behind it.
        self._values = re.compile(
            rf"""(?=[\d.+\-−])(?<![\w.,^_@\#])(?<![A-Za-z\d][-‐])(?<!_\s)(?<![A-Za-z]/)(?<![A-Za-z]\s[<>=≤≥]\s)
            (?P<sign>[+\-−](?=[\d.]))?
            (?P<first>{number})
            (?:(?P<inner>{measure})?\s?[-–—~]\s?{number}(?P<after>{measure})
              |\sto\s{number}(?P<later>{measure})
              |(?P<unit>{measure}))?
            (?:{_DEVIATION}{number}(?P<common>{measure})?)?
            (?(unit)|(?![-–—]\d))  # "VOC 10-1" is a name
            (?!\w|\.\d|,\d|-[A-Za-z]|[\^])""",
            re.VERBOSE,
        )
        self._from = re.compile(r"\bfrom\s+(?:\w+\s+){0,2}$")
        self._alone = re.compile(rf"(?P<first>{number})(?P<unit>{measure})?")
        self._words = dict(words)
        alternatives = "|".join(sorted(map(re.escape, words), key=len, reverse=True)) or r"(?!)"
        self._spelled = re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE)

    def __call__(self, text: str) -> list[Quantity]:
        """The quantities of a text, by offset."""
        found = []
        position = 0
        while match := self._values.search(text, position):
            end = match.end()
            unit = match["unit"] or match["after"] or match["later"] or match["common"]
            ranged = bool(match["after"] or match["later"])
            if match["later"] and self._from.search(text[max(0, match.start() - _REACH) : match.start()]):
                # "from 28 to 43%" are two values.
                alone = self._alone.match(text, match.start("first"))
                end, unit, ranged = (alone.end(), alone["unit"], False) if alone else (end, unit, ranged)
            number = None if ranged else float(match["first"].replace(",", ""))
            if number is not None and match["sign"] in ("-", "−"):
                number = -number
            found.append(Quantity(match.start(), end, number, _unit(unit), bool(match["sign"])))
            position = end
        for match in self._spelled.finditer(text):
            found.append(Quantity(match.start(), match.end(), self._words[match[0].lower()], "x", False))
        return sorted(found, key=lambda quantity: quantity.start)


def _unit(written: str | None) -> str | None:
    if written is None:
        return None
    unit = written.strip(" -‐\t")
    if re.match(r"%|percent", unit):
        return "%"
    return "x" if re.fullmatch(r"[xX×]|times|fold", unit) else unit
