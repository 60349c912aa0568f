"""Quantities: the numbers of a text that may be reported values, each with its unit."""

from __future__ import annotations

import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from kg.rulefiles import Rule

_POWER = r"(?:\s?[x×·*]\s?10\s?(?:\^?[-−–+]?\d{1,3}|\^?\([-−–+]?\d{1,3}\))|[eE][-−+]?\d{1,3})"
_GROUPED = r"\d{1,3}(?:,\d{3})+(?!\d)(?:[.٫]\d+)?"
_SPACED = r"\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3}){1,15}(?=\s?(?:[^\W\d_]|%))"  # "12 345 ms"
# "81,2 %" and "is 81,2" have a decimal comma, "(64,64)" and "11,12,13" have none
_COMMA = r",\d{1,2}(?:(?=\s?%)|(?<=\s\d\d,\d)(?![\d,\])])|(?<=\s\d\d,\d\d)(?![\d,\])]))"
_PLAIN = rf"\d+(?:[.٫]\d+|{_COMMA})?|[.٫]\d+"
_MAGNITUDES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "K": 1e3, "M": 1e6, "B": 1e9}
_MAGNITUDE = r"\s(?:thousand|million|billion|trillion)\b|[KMB](?![\w/])"
_NUMBER = rf"(?:(?:{_GROUPED}|{_SPACED}|{_PLAIN})(?:{_POWER}|{_MAGNITUDE})?)"
_PERCENT = r"\s?[%٪](?:[\s-]points?\b)?|[\s-]?percent(?:age)?(?:[\s-]points?)?\b"
_FACTOR = r"\s?[-‐]?(?:[xX](?!\w|-\D|\s\d)|×(?!\s?\d)|times\b(?!\s?\d)|fold\b)"
_PREFIX = r"(?:[kKMGTPnpµμumcd]|da)?"
_EXPONENT = r"(?:\^?[-−]?[1-4])?"
_RANGE = r"\s?(?:--?|[–—−~])\s?"
_SIGN = r"(?:(?<!\s)[-–]\s?|[-–]|[+−±]\s?)(?=[\d.])"  # "faster - 50 fps" has a dash, no minus
_MINUS = "-−–"
_DEVIATION = r"\s?(?:±|\+\s?/?\s?[-−–])\s?"
_DECIMALS = rf"(?:(?<=\.\d)|(?<=\.\d\d)|(?<=\.\d{{3}})){_RANGE}\d*\.\d+"  # "10-1" may be a name, "0.6-0.7" is none
_GLUED = r"(?:(?<=\.\d)|(?<=\.\d\d))(?=m?[A-Z]{2})"  # "41.5mAP"
_FOR_EACH = re.compile(  # of "9 ms per image" the unit is that of the time
    r"(?:[mnµμu]?s|m?sec|(?:milli|micro)?seconds?|min(?:ute)?s?|h|hrs?|hours?|days?)(\sper[\s-].*)"
)
_REACH = 40  # characters to look back over for a "from"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit at the offsets ``start`` to ``end`` of a text, without the deviation after it.

    ``unit`` is "%", "x" for factors, a unit of measure as written, or ``None``. ``number`` is ``None`` for ranges
    ("4 to 37%").
    """

    start: int
    end: int
    number: float | None
    unit: str | None
    signed: bool


class QuantityFinder:
    """Finds quantities.

    Args:
        units: units of measure by what they are: "whole" as they are written after a number ("dB", "GPU hours"),
            "prefixed" those that may have a prefix of the SI ("Pa" for "kPa"), "rate" what a rate is given for ("s",
            "pixel": after another unit or a word, and "/" or "per").
        factors: words that state a factor, with the number they mean ("doubling": 2.0), or a fraction ("one third").
        numbers: words that state a number ("three": 3.0), which count before a unit for rates ("three minutes") and in
            factors ("three times", "threefold", "factor of three").
    """

    def __init__(
        self, units: Mapping[str, Iterable[str]], factors: Mapping[str, float], numbers: Mapping[str, float]
    ) -> None:
        per = any_of(units.get("rate", ()))
        one = rf"(?:{any_of(units.get('whole', ()))}|{_PREFIX}{any_of(units.get('prefixed', ()))}){_EXPONENT}"
        several = rf"{one}(?:[·⋅.*-]{one})?"
        each = r"(?:\s?/\s?|\sper[\s-])"
        rate = rf"[a-z]+(?:[\s-][a-z]+)?{each}{per}"  # "frames per second"
        whole = rf"(?:{several}(?:{each}(?:{per}|{several})){{0,2}}|{rate}){_EXPONENT}"
        measure = rf"{_PERCENT}|{_FACTOR}|[\s-]?(?:{whole}|\[{whole}\])(?![\w%])"
        # The first group only makes the search fast: a look at one character before the looks behind it.
        self._values = re.compile(
            rf"""(?=[\d.+\-−–٫±])(?<![\w.^@\#])(?<!\d,)(?<![A-Za-z\d][-‐–])(?<!\^[-−])(?<!_\s)(?<![A-Za-z]/)
            (?P<sign>{_SIGN})?
            (?P<first>{_NUMBER})
            (?:(?P<inner>{measure})?{_RANGE}{_NUMBER}(?P<after>{measure})
              |(?P<decimals>{_DECIMALS})
              |\sto\s{_NUMBER}(?P<later>{measure})
              |(?P<unit>{measure}))?
            (?P<deviation>{_DEVIATION}{_NUMBER}(?P<common>{measure})?)?
            (?(unit)|(?![-–—]\d))  # "VOC 10-1" is a name
            (?!\d|\.\d|,\d|[\^])(?:(?<=[%٪])|{_GLUED}|(?![\w]|-[A-Za-z]))""",
            re.VERBOSE,
        )
        self._by = re.compile(r"\bby\s+(?:\w+\s+){0,2}$")
        self._from = re.compile(r"\b(?:from|between)\s+(?:\w+\s+){0,2}$")
        self._alone = re.compile(rf"(?P<sign>[+\-−–]\s?)?(?P<first>{_NUMBER})(?P<unit>{measure})?")
        end = rf"[+\-−–]?{_NUMBER}(?:{measure})?"
        self._interval = re.compile(rf"\s?[\[(](?P<low>{end})\s?(?:,|;|to|--?|[–—−])\s?(?P<high>{end})[\])]")
        counts = {word: number for word, number in numbers.items() if number > 1}
        made = ("{} times", "{}-fold", "{}fold", "factor of {}")
        self._factors = {form.format(word): number for word, number in counts.items() for form in made} | dict(factors)
        self._numbers = dict(numbers)
        beginnings = "".join(sorted({re.escape(word[0]) for word in (*self._factors, *numbers)}))
        self._spelled = re.compile(  # of texts in lower case, which are searched faster than in any case
            rf"(?=[{beginnings or 'a'}])(?<![\w-])(?<!and a )(?<!half )"
            rf"(?:(?P<factor>{any_of(self._factors)})(?!\s+an?\b)|(?P<number>{any_of(numbers)})[\s-](?P<unit>{per.lower()}|percent))\b"
        )

    @classmethod
    def of_rules(cls, rules: Iterable[Rule]) -> QuantityFinder:
        """A finder with the ResultUnit, ResultFactorWord and ResultNumberWord rules."""
        units: dict[str, list[str]] = defaultdict(list)
        factors: dict[str, float] = {}
        numbers: dict[str, float] = {}
        for rule in rules:
            if rule.label == "ResultUnit":
                units[rule.id].append(rule.pattern)
            elif rule.label == "ResultFactorWord":
                factors[rule.pattern] = float(Fraction(rule.id))
            elif rule.label == "ResultNumberWord":
                numbers[rule.pattern] = float(Fraction(rule.id))
        return cls(units, factors, numbers)

    def __call__(self, text: str) -> list[Quantity]:
        """The quantities of a text, by offset."""
        found = []
        position = 0
        while match := self._values.search(text, position):
            start, end = match.span()
            unit = match["unit"] or match["after"] or match["later"] or match["common"]
            parted = match["later"] and self._from.search(text[max(0, start - _REACH) : start])
            alone = self._alone.match(text, start) if match["deviation"] or parted else None
            if alone:  # of a mean and its deviation the mean; "from 28 to 43%" are two values
                end = end if match["deviation"] else alone.end()
                found.append(Quantity(start, alone.end(), _number(alone), _unit(unit), _is_signed(match)))
            else:
                number = None if match["after"] or match["later"] or match["decimals"] else _number(match)
                if each := _FOR_EACH.fullmatch(unit.strip() if unit else ""):
                    unit, end = each[0].removesuffix(each[1]), end - len(each[1])
                found.append(Quantity(start, end, number, _unit(unit), _is_signed(match)))
            position = end
        found = list(self._without_intervals(text, found))
        for match in self._spelled.finditer(text.replace("İ", "I").lower()):  # so that each letter stays one
            if match["factor"]:
                number = self._factors[match["factor"]]
                if number < 1:  # "to one third" of it, or less "by one third"
                    by = self._by.search(text[max(0, match.start() - _REACH) : match.start()])
                    number = float(f"{1 / (1 - number if by else number):.4g}")
                found.append(Quantity(*match.span(), number, "x", False))
            else:
                unit = text[slice(*match.span("unit"))]
                found.append(Quantity(*match.span(), self._numbers[match["number"]], _unit(unit), False))
        return sorted(found, key=lambda quantity: quantity.start)

    def _without_intervals(self, text: str, quantities: Iterable[Quantity]) -> Iterator[Quantity]:
        """Those that are neither part of a name nor the ends of an interval around the value before them, in order."""
        past = 0
        for quantity in quantities:
            if quantity.start >= past and not _is_part_of_name(text, quantity):
                yield quantity
                past = self._end_of_interval(text, quantity)

    def _end_of_interval(self, text: str, quantity: Quantity) -> int:
        """Where the interval after a quantity ends, "(85.9% to 90.0%)" after "88.1%"; else where the quantity does."""
        interval = self._interval.match(text, quantity.end)
        ends = [self._alone.fullmatch(interval[name]) for name in ("low", "high")] if interval else []
        low, high = [_number(end) if end else None for end in ends] or (None, None)
        if interval and low is not None and high is not None and quantity.number is not None:
            return interval.end() if low <= quantity.number <= high else quantity.end
        return quantity.end


def _is_part_of_name(text: str, quantity: Quantity) -> bool:
    """Whether a bare whole number is a year or one side of a fraction: "2012", "8/255", "the 1950s"."""
    words = text[quantity.start : quantity.end]
    if re.fullmatch(r"(?:19\d|20[0-3])\ds?", words):
        return True
    fraction = re.search(r"\d[/{]$", text[max(0, quantity.start - 2) : quantity.start]) or re.match(
        r"[/{]\d+(?![\d.%])", text[quantity.end : quantity.end + 20]
    )
    return bool(fraction) and words.isdigit()


def _is_signed(match: re.Match[str]) -> bool:
    """Whether a number has a plus or minus sign; "±5" has neither."""
    return bool(match["sign"]) and match["sign"][0] != "±"


def any_of(phrases: Iterable[str]) -> str:
    """Phrases as one regular expression, longest first."""
    return f"(?:{'|'.join(re.escape(phrase) for phrase in sorted(phrases, key=lambda p: (-len(p), p))) or '(?!)'})"


def _number(match: re.Match[str]) -> float | None:
    """The number that was matched; ``None`` if it is too large for a float."""
    written = re.sub(r"\s(?=\d{3})", "", match["first"])
    power = re.search(r"(?:\s?[x×·*]\s?10\s?\^?\(?|[eE])([-−–+]?\d{1,3})\)?$", written)
    mantissa = written[: power.start()] if power else written
    digits = re.match(r"[\d.,٫]+", mantissa)
    if digits is None:
        return None
    decimal = re.fullmatch(r"\d+,\d{1,2}", digits[0])
    plain = digits[0].replace(",", "." if decimal else "").replace("٫", ".")
    number = float(plain) * _MAGNITUDES.get(mantissa[digits.end() :].strip(), 1)
    if power:
        exponent = int(re.sub("[−–]", "-", power[1]))
        number *= 10.0**exponent if exponent < sys.float_info.max_10_exp else math.inf
    if not math.isfinite(number):
        return None
    number = float(f"{number:.15g}")
    return -number if match["sign"] and match["sign"][0] in _MINUS else number


def _unit(written: str | None) -> str | None:
    if written is None:
        return None
    unit = written.strip(" -‐\t[]")
    if re.match(r"[%٪]|percent", unit):
        return "%"
    return "x" if re.fullmatch(r"[xX×]|times|fold", unit) else unit
