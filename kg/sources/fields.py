"""A paper from the fields of a record, in the shapes that people's files have them.

Exporters disagree on how to write the same thing: authors as one text, as objects or as lists of names, a year as a
date, a title as a list. What is clear is read; a field that is not clear is left out with a note; a record without a
title or an abstract raises :class:`NotAPaperError`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kg.records import Paper
from kg.text.names import one_line, slug

Note = Callable[[str], None]
"""Called with what is wrong with a field that was left out."""

_EARLIEST, _LATEST = 1000, 2999  # years that a publication can have; xsd:gYear takes others, people do not mean them
_YEAR = re.compile(r"(?<!\d)([12]\d{3})(?:\.0+)?(?:[-/.]\d{1,2}){0,2}(?:[T\s].*)?(?!\d)")
_NO_VALUE = frozenset({"", "n/a", "na", "nan", "none", "null", "n.d.", "nd", "unknown", "-"})
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_INNER = ("value", "text", "name", "title", "display_name", "raw", "#text", "$", "_", "content")
_GIVEN = ("given", "first", "firstName", "first_name", "forename", "givenName")
_FAMILY = ("family", "last", "lastName", "last_name", "surname", "familyName")
_WHOLE = ("name", "full_name", "fullname", "display_name", "literal", "author")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?", re.IGNORECASE)


class NotAPaperError(Exception):
    """A record that is not a paper; its text says why."""


def paper_from(fields: Mapping[str, Any], *, source: str, line: int | None, note: Note) -> Paper:
    """A paper from a record with the field names of the JSON lines contract.

    Args:
        fields: "title", "abstract", and what else is there of "id", "doi", "arxiv", "authors", "year", "venue", "url",
            "github"; others are ignored.
        source: what the graph calls the file.
        line: where the record begins there, from 1.
        note: called for each field that is left out because it cannot be understood.

    Raises:
        NotAPaperError: the record has no title or no abstract.
    """
    title, abstract = (_required(fields.get(name), name) for name in ("title", "abstract"))
    url = plain_value(fields.get("url"))
    doi, arxiv = plain_value(fields.get("doi")), plain_value(fields.get("arxiv") or fields.get("arxiv_id"))
    return Paper(
        id=_id(fields.get("id")) or doi or arxiv or url or slug(title),
        title=title,
        abstract=abstract,
        authors=tuple(author_names(fields.get("authors"), note)),
        year=year_of(fields.get("year"), note),
        venue=plain_value(fields.get("venue")),
        url=url or (f"https://doi.org/{doi}" if doi else None) or (f"https://arxiv.org/abs/{arxiv}" if arxiv else None),
        github=plain_value(fields.get("github")),
        source=source,
        line=line,
    )


def _required(value: object, name: str) -> str:
    if value is None:
        raise NotAPaperError(f"has no {name}")
    text = text_of(value)
    if text is None:
        raise NotAPaperError(f'"{name}": expected text, found {_kind(value)}')
    if name == "title" and not text.strip():
        raise NotAPaperError("has an empty title")
    return text


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


def _id(value: object) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = _UNWRITABLE.sub(" ", value)
        return None if text.strip().casefold() in _NO_VALUE else text
    return plain_value(value)


def year_of(value: object, note: Note) -> int | None:
    """The year of a number, a text or a date; ``None`` with a note where it is not clear.

    >>> year_of("2020-01-05", print), year_of(2020.0, print), year_of(20200105, print)
    "year" 20200105 is not a year; left out
    (2020, 2020, None)
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, list | tuple) and value:  # CSL: {"date-parts": [[2020, 1, 5]]}
        return year_of(value[0], note)
    if isinstance(value, str) and value.strip().casefold() in _NO_VALUE:
        return None
    found = None if isinstance(value, bool) else _YEAR.fullmatch(str(value).strip())
    if found and _EARLIEST <= int(found[1]) <= _LATEST and not (isinstance(value, float) and value % 1):
        return int(found[1])
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
            elif author not in (None, "", [], {}):
                note(f'"authors": {str(author)[:40]!r} is not a name; left out')
    elif value is not None and not (isinstance(value, float) and math.isnan(value)):
        note(f'"authors": expected names, found {_kind(value)}; left out')


def _listed(text: str) -> Iterator[str]:
    """The names in one text: parted by semicolons, by "and" (as BibTeX does), or by commas."""
    text = one_line(_UNWRITABLE.sub(" ", text))
    if text.casefold() in _NO_VALUE:
        return
    if ";" in text:
        parts = text.split(";")
    elif re.search(r"\sand\s", text):
        parts = [part for piece in re.split(r",?\s+and\s+", text) for part in _by_commas(piece)]
    else:
        parts = list(_by_commas(text))
    yield from filter(None, map(_in_order, parts))


def _by_commas(text: str) -> Iterable[str]:
    """The names between commas; "Last, First" alone is one name, since a name has more words than one."""
    parts = [part.strip() for part in text.split(",")]
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
        name = _in_order(_UNWRITABLE.sub(" ", value))
        return None if name.casefold() in _NO_VALUE else name
    if isinstance(value, list | tuple):  # arXiv: [last, first, suffix]
        parts = [one_line(part) for part in value if isinstance(part, str)]
        ordered = [*parts[1:2], *parts[:1], *parts[2:]]
        return " ".join(filter(None, ordered)) or None
    if isinstance(value, Mapping):
        given, family = (
            next((plain_value(value[n]) for n in names if value.get(n)), None) for names in (_GIVEN, _FAMILY)
        )
        if family or given:
            return " ".join(filter(None, (given, family)))
        inner = next((value[name] for name in _WHOLE if value.get(name)), None)
        return _author(inner) if inner is not None else None
    return None


def _kind(value: object) -> str:
    """What JSON calls the type of a value."""
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)
