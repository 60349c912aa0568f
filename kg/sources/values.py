"""Values of records as text: what says nothing, and the text that a list or an object holds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping

from kg.text.names import UNWRITABLE, one_line

Note = Callable[[str], None]
"""Called with what is wrong with a field that was left out."""

NO_VALUE = frozenset({"", "n/a", "na", "nan", "none", "null", "n.d.", "nd", "unknown", "-"})
INNER = ("value", "text", "name", "title", "display_name", "raw", "#text", "$", "_", "content", "en", "url", "href")


def says_nothing(value: object) -> bool:
    """Whether a value stands for an absent one: null, NaN, "N/A", or a list or an object of nothing else."""
    if isinstance(value, str):
        return one_line(value).casefold() in NO_VALUE
    if isinstance(value, list | tuple):
        return all(map(says_nothing, value))
    if isinstance(value, Mapping):
        return all(map(says_nothing, value.values()))
    return value is None or (isinstance(value, float) and math.isnan(value))


def text_of(value: object) -> str | None:
    """The text of a value: itself, the parts of a list joined, or the one that an object holds; else ``None``.

    Characters that neither RDF nor XML can hold (NUL, half surrogate pairs) become blanks, so that offsets stay.
    """
    if isinstance(value, str):
        return UNWRITABLE.sub(" ", value)
    if isinstance(value, list | tuple):
        parts = [text_of(part) for part in value]
        return None if not parts or None in parts else " ".join(filter(None, parts))
    if isinstance(value, Mapping):
        return next((text_of(value[name]) for name in INNER if name in value), None)
    return None


def plain_value(value: object) -> str | None:
    """The text of a value on one line, of a list the first; ``None`` where it says nothing: "N/A", "", null."""
    if isinstance(value, list | tuple):
        return next(filter(None, map(plain_value, value)), None)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return None if value != value else str(value)  # a number that is none; an int may be too large for isnan
    text = one_line(text_of(value) or "")
    return None if text.casefold() in NO_VALUE else text


def values_of(value: object) -> Iterator[str]:
    """The texts of a value or of the values of a list, each on one line, without those that say nothing."""
    if isinstance(value, list | tuple):
        for part in value:
            yield from values_of(part)
    elif text := plain_value(value):
        yield text


def split_words(text: str) -> list[str]:
    """The parts of a text between semicolons, bars or lines; where it has none of these, between commas."""
    return re.split("[;|\n]" if re.search("[;|\n]", text) else ",", text)


def kind_of(value: object) -> str:
    """What JSON calls the type of a value."""
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)
