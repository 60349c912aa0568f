"""Tables: which column holds which field, and what a row says.

The names of columns that are known are in ``formats.toml``; a user names others with ``--columns``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NoReturn

from kg.errors import KGError
from kg.sources.formats import tables_of
from kg.sources.reader import NotPapersError
from kg.sources.tagged import with_details
from kg.sources.values import split_words
from kg.text.names import quoted

_ALL = frozenset({"keywords", "notes", "noted_arxiv"})  # fields that are taken from all their columns
_IDENTIFIERS = ("pmid", "openalex", "wos")
_LONGEST_NAME = 60  # characters of the name of a column of titles
_SCOPUS_ID = re.compile(r"(?<!\s)\s*\(\d{6,}\)")
_LAST_INITIALS = re.compile(r"(?P<family>[^\d,]*\w)\s+(?P<initials>(?:[^\W\d_a-z]\.-?){1,5})")  # "van der Dune M.-J."
_QUOTED = re.compile(r"(?<!\\)(?:'((?:[^'\\]|\\.)*+)'|\"((?:[^\"\\]|\\.)*+)\")")
_MOST = 100  # columns of one field


def key(name: str) -> str:
    """What the spellings of a column's name have in common.

    >>> key(" Author(s) Full_Names")
    'authorsfullnames'
    """
    return re.sub(r"[\s_.()/-]+", "", str(name).casefold())


def given_columns(text: str) -> dict[str, str]:
    """The columns that a text names: "title=Titel,abstract=Kurze, klare Worte".

    Raises:
        KGError: it names none, or a field that papers do not have.
    """
    pairs = [part.partition("=") for part in re.split(r",(?=\s*\w+\s*=)", text)]
    if not all(name.strip() and sign and column.strip() for name, sign, column in pairs):
        raise KGError(f"columns: expected FIELD=NAME,FIELD=NAME, such as title=Titel; found {quoted(text)}")
    return checked({name.strip(): column.strip() for name, _, column in pairs})


def checked(given: Mapping[str, str]) -> dict[str, str]:
    """The columns that a user names, as {"title": "Titel"}.

    Raises:
        KGError: a field is not one that papers have.
    """
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for pair in given.items() for name in pair):
        raise KGError(f"columns: expected names of columns by field, as {{'title': 'Titel'}}; found {given!r:.100}")
    fields = [name for name in tables_of("columns")["known"] if name not in ("noted_arxiv", "affiliations", "eid")]
    for name in given:
        if name not in fields:
            raise KGError(f"columns: {quoted(name, 40)} is not a field; expected {', '.join(fields)}")
    return dict(given)


def may_be_header(cells: Iterable[str]) -> bool:
    """Whether one of some cells is called as columns of titles are; told sooner than by :class:`Columns`."""
    titles = _titles()
    return any(len(cell) <= _LONGEST_NAME and key(cell) in titles for cell in cells)


@cache
def _titles() -> frozenset[str]:
    return frozenset(name for table in tables_of("columns").values() for name in table["title"])


class Columns:
    """The columns of a table by the fields that they hold.

    Args:
        header: the names of the columns.
        given: names that a user gave, by field; they come first.
    """

    def __init__(self, header: Sequence[str], given: Mapping[str, str]) -> None:
        keys = [key(name) for name in header]
        table = "wos" if keys[:1] == ["pt"] and {"ti", "au"} <= set(keys) else "known"
        self.header = list(header)
        self.places: dict[str, list[int]] = {}
        by_key: dict[str, list[int]] = {}
        for place, known in enumerate(keys):
            by_key.setdefault(known, []).append(place)
        for field, names in tables_of("columns")[table].items():
            names = [*([key(given[field])] if field in given else []), *names]
            self.places[field] = [place for name in dict.fromkeys(names) for place in by_key.get(name, ())][:_MOST]

    @property
    def missing(self) -> list[str]:
        """Which of title and abstract no column holds."""
        return [field for field in ("title", "abstract") if not self.places[field]]

    def refuse(self, place: str) -> NoReturn:
        """Say which column is missing, and how a user names it.

        Raises:
            NotPapersError: always.
        """
        names = ", ".join(name for name in self.header if name.strip())
        missing = self.missing[0]
        raise NotPapersError(
            place, f"has no column for the {missing}; --columns {missing}=NAME names it, of: {names[:500]}"
        )

    def fields_of(self, row: Sequence[Any]) -> dict[str, Any]:
        """The fields of a row; of one without a title or an abstract only the title."""

        def values(field: str) -> list[Any]:
            places = self.places[field]
            return [value for place in places if place < len(row) and (value := _value(row[place]))]

        if any(self.places[field] and not values(field) for field in ("title", "abstract")):
            return {"title": next(iter(values("title")), None)}
        fields: dict[str, Any] = {}
        for field in self.places:
            found = values(field)
            fields[field] = found if field in _ALL else next(iter(found), None)
        fields["authors"] = self._authors(fields)
        fields["keywords"] = [word for words in fields["keywords"] for word in _words(words)]
        fields["arxiv"] = fields.get("arxiv") or [
            text for text in fields.pop("noted_arxiv", ()) if re.match(r"\s*arxiv\s*:", str(text), re.IGNORECASE)
        ]
        if fields.get("month") and fields["year"]:
            fields["date"] = f"{fields['year']} {fields['month']}"
        fields["identifiers"] = {
            scheme: str(fields[scheme]).removeprefix("WOS:") for scheme in _IDENTIFIERS if fields.get(scheme)
        }
        return fields

    def _authors(self, fields: Mapping[str, Any]) -> Any:
        """The authors of a row; Scopus puts a number behind each, and initials behind the family name."""
        authors = fields["authors"]
        if not isinstance(authors, str):
            return authors
        authors = _SCOPUS_ID.sub("", authors)
        if ";" not in authors and all(map(_LAST_INITIALS.fullmatch, names := re.split(r",\s*", authors))):
            authors = ";".join(names)
        names = [name.strip() for name in authors.split(";") if name.strip()]
        if len(names) < 2 and "," in authors and not _LAST_INITIALS.fullmatch(authors):
            return authors
        if fields.get("people") or fields.get("orcids"):
            places = re.findall(r"\[([^\[\]]*)\]\s*+([^\[]*?)(?:;\s*(?=\[)|\.?$)", fields.get("people") or "")
            return with_details(names, places, fields.get("orcids") or "")
        return [
            {"name": _in_order(name), "affiliations": places}
            for name, places in zip(names, _places(names, fields.get("affiliations") or ""), strict=True)
        ]


def _in_order(name: str) -> str:
    found = _LAST_INITIALS.fullmatch(name)
    return f"{found['initials']} {found['family']}" if found else name


def _places(names: Sequence[str], listed: str) -> Iterable[list[str]]:
    """The affiliations of Scopus: each behind the name of its author ("Pond A., Delta University")."""
    people = [person.strip() for person in listed.split(";")]
    if len(people) != len(names):
        return [[] for _ in names]
    rests = (
        re.sub(rf"^{re.escape(name)},\s*|^[^,]*\.,\s*", "", person) for name, person in zip(names, people, strict=True)
    )
    return [[rest] if rest != person else [] for rest, person in zip(rests, people, strict=True)]


def _value(value: Any) -> Any:
    """A cell; a list that was written as text is a list again."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text[:1] == "[" and text[-1:] == "]" and text[1:2] in ("'", '"'):
        return [first or second for first, second in _QUOTED.findall(text)]
    return None if text.casefold() in ("", "[]", "nan", "none", "null") else value


def _words(value: Any) -> list[Any]:
    if not isinstance(value, str):
        return list(value) if isinstance(value, list | tuple) else [value]
    return split_words(value)
