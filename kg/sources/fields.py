"""A paper from the fields of a record, in the shapes that people's files have them.

Exporters disagree on how to write the same thing: authors as one text, as objects or as lists of names, a year as a
date, a title as a list. What is clear is read; a field that is not clear is left out with a note; a record without a
title or an abstract raises :class:`NotAPaperError`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kg.records import Paper
from kg.text.names import one_line, slug

Note = Callable[[str], None]
"""Called with what is wrong with a field that was left out."""

_EARLIEST, _LATEST = 1000, 2999  # years that a publication can have; xsd:gYear takes others, people do not mean them
_YEAR = re.compile(r"(?<![\d.])[12]\d{3}(?!\d|\.\d{3})")
_DOI = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:)\s*", re.IGNORECASE)
_ARXIV = re.compile(r"(?:(?:https?://)?(?:www\.)?arxiv\.org/(?:abs|pdf)/|arxiv:)\s*", re.IGNORECASE)
_NO_VALUE = frozenset({"", "n/a", "na", "nan", "none", "null", "n.d.", "nd", "unknown", "-"})
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_INNER = ("value", "text", "name", "title", "display_name", "raw", "#text", "$", "_", "content", "en", "url", "href")
_GIVEN = ("given", "first", "firstName", "first_name", "forename", "givenName")
_FAMILY = ("family", "last", "lastName", "last_name", "surname", "familyName")
_DATED = ("date-parts", "year", "date", "date-time", *_INNER)
_WHOLE = ("name", "full_name", "fullname", "display_name", "literal", "author")
_MIDDLE = ("middle", "middleName", "middle_name")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[A-Z]\.?[\s-]?){1,4}")
_OTHERS = re.compile(r",?\s*(?:and\s+)?(?:et\.?\s+al|others)\b\.?\s*$", re.IGNORECASE)


class NotAPaperError(Exception):
    """A record that is not a paper; its text says why."""


def paper_from(fields: Mapping[str, Any], *, source: str, line: int | None, note: Note) -> Paper:
    """A paper from a record with the field names of the JSON lines contract.

    Args:
        fields: "title", "abstract", and what else is there of "id", "doi", "arxiv", "authors", "year", "venue", "url",
            "github", in any case; others are ignored.
        source: what the graph calls the file.
        line: where the record begins there, from 1.
        note: called for each field that is left out because it cannot be understood.

    Raises:
        NotAPaperError: the record has no title or no abstract.
    """
    fields = {name.lower(): value for name, value in fields.items()} | dict(fields)
    title, abstract = (_required(fields.get(name), name) for name in ("title", "abstract"))

    def plain(*names: str) -> str | None:
        return _noted(next((name for name in names if fields.get(name) is not None), ""), fields, note)

    url, doi, arxiv = plain("url"), plain("doi"), plain("arxiv", "arxiv_id")
    doi, arxiv = doi and _DOI.sub("", doi, count=1), arxiv and _ARXIV.sub("", arxiv, count=1)
    return Paper(
        id=_id(fields.get("id"), note) or doi or arxiv or url or slug(title),
        title=title,
        abstract=abstract,
        authors=tuple(author_names(fields.get("authors"), note)),
        year=year_of(fields.get("year"), note),
        venue=plain("venue"),
        url=url or (f"https://doi.org/{doi}" if doi else None) or (f"https://arxiv.org/abs/{arxiv}" if arxiv else None),
        github=plain("github"),
        source=source,
        line=line,
    )


def _required(value: object, name: str) -> str:
    empty = isinstance(value, str) and not value.strip()
    if not empty and says_nothing(value):
        raise NotAPaperError(f"has no {name}")
    text = _from_index(value) or text_of(value)
    if text is None:
        raise NotAPaperError(f'"{name}": expected text, found {_kind(value)}')
    if name == "title" and not text.strip():
        raise NotAPaperError("has an empty title")
    return text


def _from_index(value: object) -> str | None:
    """The text of an inverted index, as OpenAlex has abstracts: each word with its places."""
    if not isinstance(value, Mapping) or not value or not all(isinstance(places, list) for places in value.values()):
        return None
    found = [(place, word) for word, places in value.items() for place in places]
    if not all(isinstance(place, int) for place, _ in found):
        return None
    return text_of(" ".join(word for _, word in sorted(found)))


def says_nothing(value: object) -> bool:
    """Whether a value stands for an absent one: null, NaN, "N/A", or a list or an object of nothing else."""
    if isinstance(value, str):
        return one_line(value).casefold() in _NO_VALUE
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
        return _UNWRITABLE.sub(" ", value)
    if isinstance(value, list | tuple):
        parts = [text_of(part) for part in value]
        return None if not parts or None in parts else " ".join(filter(None, parts))
    if isinstance(value, Mapping):
        return next((text_of(value[name]) for name in _INNER if name in value), None)
    return None


def plain_value(value: object) -> str | None:
    """The text of a value on one line; ``None`` where it says nothing: "N/A", "", null. Of a list the first says it."""
    if isinstance(value, list | tuple):
        return next(filter(None, map(plain_value, value)), None)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return None if math.isnan(value) else str(value)
    text = one_line(text_of(value) or "")
    return None if text.casefold() in _NO_VALUE else text


def _noted(name: str, fields: Mapping[str, Any], note: Note) -> str | None:
    """The text of a field on one line, with a note on what is not kept of it."""
    value = fields.get(name)
    text = plain_value(value)
    if text is None and not says_nothing(value):
        note(f'"{name}": expected text, found {_kind(value)}; left out')
    elif (
        name in ("url", "github")
        and isinstance(value, list)
        and len(given := set(filter(None, map(plain_value, value)))) > 1
    ):
        note(f'"{name}" has {len(given)} values; the first is kept')
    return text


def _id(value: object, note: Note) -> str | None:
    text = _UNWRITABLE.sub(" ", value) if isinstance(value, str) and not says_nothing(value) else plain_value(value)
    if text is None and not says_nothing(value):
        note(f'"id": expected text, found {_kind(value)}; made from the DOI, the arXiv id or the title')
    return text


def year_of(value: object, note: Note) -> int | None:
    """The year of a number, a text or a date; ``None`` with a note where it is not clear.

    >>> year_of("2020-01-05", print), year_of(2020.0, print), year_of(20200105, print)
    "year" 20200105 is not a year; left out
    (2020, 2020, None)
    """
    if says_nothing(value):
        return None
    if isinstance(value, list | tuple):  # CSL: {"date-parts": [[2020, 1, 5]]}
        return year_of(value[0], note)
    if isinstance(value, Mapping) and (inner := [value[name] for name in _DATED if name in value]):
        return year_of(inner[0], note)
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        years: set[float] = set() if text.startswith("-") else {int(year) for year in _YEAR.findall(text)}
    else:
        years = {value} if isinstance(value, int | float) and not isinstance(value, bool) else set()
    if len(years) == 1 and _EARLIEST <= (year := years.pop()) <= _LATEST and not year % 1:
        return int(year)
    note(f'"year" {str(value)[:40]} is not a year; left out')
    return None


def author_names(value: object, note: Note) -> Iterator[str]:
    """The names of authors, given name first: from one text, from texts, objects or lists of name parts.

    >>> list(author_names("One, A.; Two, B.", print)), list(author_names("A. One and B. Two", print))
    (['A. One', 'B. Two'], ['A. One', 'B. Two'])
    >>> list(author_names([["One", "Ada", ""], {"given": "Bo", "family": "Two"}, "C. Three"], print))
    ['Ada One', 'Bo Two', 'C. Three']
    """
    if isinstance(value, Mapping):
        value = [value]
    if isinstance(value, str):
        yield from _listed(value)
    elif isinstance(value, list | tuple):
        for author in value:
            name = _author(author)
            if name:
                yield name
            elif not says_nothing(author) and not (isinstance(author, str) and _OTHERS.fullmatch(author)):
                note(f'"authors": {str(author)[:40]!r} is not a name; left out')
    elif value is not None and not (isinstance(value, float) and math.isnan(value)):
        note(f'"authors": expected names, found {_kind(value)}; left out')


def _listed(text: str) -> Iterator[str]:
    """The names in one text: parted by semicolons, bars, lines, by "and" (as BibTeX does) or "&", or by commas."""
    text = _UNWRITABLE.sub(" ", text).strip()
    if text.casefold() in _NO_VALUE:
        return
    parts = [part for part in re.split(r"[;|\n]", text) if part.strip()]
    if len(parts) == 1:
        parts = [part for piece in re.split(r",?\s+(?:and|&)\s+", text) for part in _by_commas(_OTHERS.sub("", piece))]
    yield from filter(None, (_in_order(_OTHERS.sub("", part)) for part in parts))


def _by_commas(text: str) -> Iterable[str]:
    """The names between commas; "Last, First" alone is one name, since a name has more words than one."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if any(map(_SUFFIX.fullmatch, parts)):  # "Ada King, Jr., Bo Two"
        joined = re.sub(r",\s*(?=(?:Jr|Sr|II|III|IV)\b)", " ", text, flags=re.IGNORECASE)
        parts = [part.strip() for part in joined.split(",")] if len(parts) > 3 or " " in parts[0] else parts
    families, given = parts[::2], parts[1::2]
    if len(families) == len(given) > 1 and all(map(_INITIALS.fullmatch, given)):  # "One, A., Two, B."
        return [f"{first} {last}" for last, first in zip(families, given, strict=True)]
    whole = all(" " in part for part in parts) or len(parts) > 3
    return parts if len(parts) > 1 and whole else [text]


def _in_order(name: str) -> str:
    """A name with its given part first: "One, A." as "A. One"."""
    parts = [part for part in one_line(name).strip(" ,").split(", ") if part]
    if len(parts) == 2 and not _SUFFIX.fullmatch(parts[1]):
        return f"{parts[1]} {parts[0]}"
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[1]):  # BibTeX: "Last, Jr, First"
        return f"{parts[2]} {parts[0]} {parts[1]}"
    return ", ".join(parts)


def _author(value: object) -> str | None:
    if isinstance(value, str):
        name = _in_order(_OTHERS.sub("", _UNWRITABLE.sub(" ", value)))
        return None if name.casefold() in _NO_VALUE else name
    if isinstance(value, list | tuple):  # arXiv: [last, first, suffix]
        parts = [one_line(part) for part in value if isinstance(part, str)]
        ordered = [*parts[1:2], *parts[:1], *parts[2:]]
        return " ".join(filter(None, ordered)) or None
    if isinstance(value, Mapping):
        given, middle, family = (
            next((plain_value(value[n]) for n in names if value.get(n)), None) for names in (_GIVEN, _MIDDLE, _FAMILY)
        )
        if family or given:
            return " ".join(filter(None, (given, middle, family)))
        inner = next((value[name] for name in _WHOLE if value.get(name)), None)
        return _author(inner) if inner is not None else None
    return None


def _kind(value: object) -> str:
    """What JSON calls the type of a value."""
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)
