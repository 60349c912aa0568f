"""Authors in the shapes that people's files have them: names in one text or in a list, or objects with more."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping

from kg.records import Author
from kg.sources.formats import tables_of
from kg.sources.markup import Texts, clean_text
from kg.sources.values import NO_VALUE, Note, kind_of, plain_value, says_nothing, values_of
from kg.text.identifiers import bare_orcid
from kg.text.names import UNWRITABLE, one_line

_PERSON = tables_of("json")["person"]
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[A-Z]\.?[\s-]?){1,4}")
_ASIDE = re.compile(r"(?<!\s)\s*\((?:[^()]|\([^()]*\)){0,500}\)")  # an affiliation, or its number
_OTHERS = re.compile(r"(?:,|(?<![\s,]))\s*(?:and\s+)?(?<!\w)(?:et\.?\s*al|others)\b\.?\s*$", re.IGNORECASE)
_NUMBERED = re.compile(r"\s+\d{4}$")  # DBLP tells people of one name apart: "Bo Lily 0002"


def authors_of(value: object, texts: Texts | None, note: Note) -> tuple[tuple[str, ...], tuple[Author, ...]]:
    """The names of authors, and what else is given of some of them."""
    names: list[str] = []
    people: list[Author] = []
    for each in value if isinstance(value, list | tuple) else [value]:
        found = list(author_names([each] if isinstance(value, list | tuple) else each, note))
        names += [_NUMBERED.sub("", clean_text(name, texts)) for name in found] if texts else found
        if found and (more := _more(each)) and any(more):
            orcid, places = more
            people.append(Author(name=names[-1], position=len(names), orcid=orcid, affiliations=places))
    return tuple(filter(None, names)), tuple(people)


def _more(author: object) -> tuple[str | None, tuple[str, ...]]:
    """The ORCID iD and the affiliations of an author, where they are given."""
    if isinstance(author, list | tuple):
        return None, tuple(map(clean_text, values_of(author[3:])))
    if not isinstance(author, Mapping):
        return None, ()
    inner = [author, *(author[name] for name in ("author", "externalIds") if isinstance(author.get(name), Mapping))]
    orcids = (plain_value(each.get(name)) or "" for each in inner for name in ("orcid", "ORCID"))
    places = next(filter(None, (tuple(values_of(author.get(name))) for name in _PERSON["affiliations"])), ())
    return next(filter(None, map(bare_orcid, orcids)), None), tuple(dict.fromkeys(map(clean_text, places)))


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
        note(f'"authors": expected names, found {kind_of(value)}; left out')


def _listed(text: str) -> Iterator[str]:
    """The names in one text: parted by semicolons, bars, lines, by "and" (as BibTeX does) or "&", or by commas."""
    text = _ASIDE.sub("", UNWRITABLE.sub(" ", text)).strip()
    if text.casefold() in NO_VALUE:
        return
    parts = [part for part in re.split(r"[;|\n]", text) if part.strip()]
    if len(parts) == 1:
        pieces = re.split(r",?(?<!\s)\s+(?:and|&)\s+", parts[0])
        parts = [part for piece in pieces for part in _by_commas(_OTHERS.sub("", piece))]
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
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[2]):  # RIS: "Last, First, Jr."
        return f"{parts[1]} {parts[0]} {parts[2]}"
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[1]):  # BibTeX: "Last, Jr, First"
        return f"{parts[2]} {parts[0]} {parts[1]}"
    return ", ".join(parts)


def _author(value: object) -> str | None:
    if isinstance(value, str):
        name = _in_order(_OTHERS.sub("", UNWRITABLE.sub(" ", value)))
        return None if name.casefold() in NO_VALUE else name
    if isinstance(value, list | tuple):  # arXiv: [last, first, suffix, affiliation, ...]
        parts = [one_line(part) for part in value if isinstance(part, str)]
        ordered = [*parts[1:2], *parts[:1], *parts[2:3]]
        return " ".join(filter(None, ordered)) or None
    if isinstance(value, Mapping):
        given, middle, family = (
            next((" ".join(values_of(value[name])) for name in _PERSON[part] if value.get(name)), None)
            for part in ("given", "middle", "family")
        )
        if family or given:
            particles = (plain_value(value.get(name)) for name in _PERSON["particles"])
            return " ".join(filter(None, (given, middle, *particles, family, plain_value(value.get("suffix")))))
        return next(filter(None, (_author(value[name]) for name in _PERSON["whole"] if value.get(name))), None)
    return None
