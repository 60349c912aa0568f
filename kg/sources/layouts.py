"""Layouts of records: which layout a record is in, and its fields by the names of a paper's.

The layouts are data, in ``layouts.toml``, which says how they are written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from importlib.resources import files
from typing import Any

from kg.jsonrecord import members
from kg.records import Paper
from kg.sources.fields import NotAPaperError, paper_from
from kg.sources.halves import HalfPaper
from kg.sources.markup import Texts
from kg.sources.reader import NotPapersError, Source
from kg.sources.values import Note, plain_value, says_nothing, values_of
from kg.text.identifiers import bare_arxiv, bare_doi

# What search engines and APIs wrap around a record.
_HOLDERS = ("_source", "row", "node", "data", "message", "citingPaper", "citedPaper")
# Fields of which all members are given, not only the first that says something.
_GATHERED = ("keywords", "links", "notes", "arxiv", "doi", "date")
_SETTINGS = ("has", "any", "texts", "refused", "skipped", "spam", "fold", "half")
_SIGNS = re.compile(r"[\W_]+")
_FILLED = re.compile(r"\{(\w+)\}")
# A telephone number in a text that sells: what filled the last dumps of Papers with Code.
_TELEPHONE = re.compile(r"(?:\d[^\w\n]{0,3}){10}|[\u260e\U0001f4de]")
_SELLING = re.compile(
    r"\b(?:customer (?:service|support|care)|support (?:number|phone)|(?:phone|contact|helpline) number|toll[- ]free|"
    r"helpline|hotline|refund|call (?:now|us)|whatsapp|airlines?|flights?|bookings?|reservations?|quickbooks|expedia|"
    r"live person|(?:speak|talk) (?:to|with) (?:a|someone))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Layout:
    """A layout: how to tell it, how its texts are written, and the members that hold each field."""

    has: frozenset[str]
    any_of: frozenset[str]
    texts: Texts | None
    fields: Mapping[str, Any]
    refused: str | None
    skipped: tuple[str, ...]
    spam: bool
    fold: bool
    half: bool

    def folded(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """The record with the names of its members in lower case and without signs, if the layout has them so."""
        return {_SIGNS.sub("", name.lower()): value for name, value in record.items()} if self.fold else record

    def fits(self, names: frozenset[str]) -> bool:
        """Whether a record with members of these names is in this layout; one with an abstract is never refused."""
        if self.refused and "abstract" in names:
            return False
        return self.has <= names and (not self.any_of or not self.any_of.isdisjoint(names))


@cache
def _layouts() -> tuple[_Layout, ...]:
    import tomllib  # not needed by commands that read no papers

    tables = tomllib.loads((files("kg.sources") / "layouts.toml").read_text(encoding="utf-8"))
    return tuple(
        _Layout(
            has=frozenset(table.get("has", ())),
            any_of=frozenset(table.get("any", ())),
            texts=None if table.get("texts") is False else Texts(**table.get("texts", {})),
            fields={name: where for name, where in table.items() if name not in _SETTINGS},
            refused=table.get("refused"),
            skipped=tuple(table.get("skipped", ())),
            spam=table.get("spam", False),
            fold=table.get("fold", False),
            half=table.get("half", False),
        )
        for table in tables.values()
    )


@lru_cache(1000)
def _layout_of(names: frozenset[str]) -> _Layout:
    return next(layout for layout in _layouts() if layout.fits(names))


def paper_of(record: Mapping[str, Any], source: Source, number: int, note: Note) -> Paper:
    """The paper that a record of any layout is about.

    Args:
        number: the line or the number of the record in its source.
        note: called for each field that is left out.

    Raises:
        NotAPaperError: it is none.
        NotPapersError: the file is for another command.
    """
    record = _held(record)
    layout = _layout_of(frozenset(record))
    if layout.refused:
        raise NotPapersError(source.place, layout.refused)
    if any(record.get(name) for name in layout.skipped):
        raise NotAPaperError("is not a paper (such as a cover or a table of contents)")
    fields = record
    if layout.texts is not None:
        folded = layout.folded(record)
        title: object = ""
        for name in ("title", "abstract"):  # first, because most records of other kinds end here
            if layout.half:
                break
            found = _found(folded, layout.fields[name], gathered=False)
            if says_nothing(found):
                raise NotAPaperError(f"has no {name}", str(title))
            title = title or found
        fields = fields_of(folded, layout.fields)
    missing = [name for name in ("title", "abstract") if layout.half and says_nothing(fields.get(name))]
    fields = {**fields, **dict.fromkeys(missing, "…")} if len(missing) == 1 else fields
    paper = paper_from(fields, source=source.name, line=number, note=note, texts=layout.texts)
    if len(missing) == 1:
        return HalfPaper(**members(paper) | {missing[0]: ""})
    if layout.spam and is_advertisement(paper.text):
        raise NotAPaperError("is an advertisement")
    return paper


def fields_of(record: Mapping[str, Any], where: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a record by the members that hold each, as ``layouts.toml`` writes them."""
    return {name: _found(record, paths, gathered=name in _GATHERED) for name, paths in where.items()}


def _found(record: Mapping[str, Any], paths: Any, *, gathered: bool) -> Any:
    if isinstance(paths, Mapping):
        return {name: _found(record, inner, gathered=False) for name, inner in paths.items()}
    values = (_member(record, path) for path in ([paths] if isinstance(paths, str) else paths))
    said = (value for value in values if not says_nothing(value))
    if not gathered:
        return next(said, None)
    found = [each for value in said for each in (value if isinstance(value, list) else [value])]
    return found[0] if len(found) == 1 else found


def _member(record: Mapping[str, Any], path: str) -> Any:
    """What a path of ``layouts.toml`` leads to."""
    if "{" in path:
        filled = {name: plain_value(record.get(name)) for name in _FILLED.findall(path)}
        return path.format_map(filled) if all(filled.values()) else None
    names, function = _parsed(path)
    value: Any = record
    for name in names:
        if isinstance(value, list):
            value = [each.get(name) for each in value if isinstance(each, Mapping)]
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(value, Mapping) and "value" in value:  # OpenReview has all members of a note like this
        value = value["value"]
    return function(value) if function else value


@cache
def _parsed(path: str) -> tuple[tuple[str, ...], Callable[[Any], Any] | None]:
    """The names of a path, and the function after them."""
    members, _, function = path.partition(" | ")
    return tuple(filter(None, members.split("."))), _FUNCTIONS[function] if function else None


def _held(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record itself, without what a search engine or an API wraps around it."""
    inner = (record[name] for name in _HOLDERS if name in record) if "title" not in record else ()
    return next((each for each in inner if isinstance(each, Mapping) and each), record)


def is_advertisement(text: str) -> bool:
    """Whether a text gives a telephone number and sells something."""
    return _TELEPHONE.search(text) is not None and _SELLING.search(text) is not None


# --- what the layouts do with values ----------------------------------------------------------------------------------


def _day(value: object) -> str | None:
    """The day, in UTC, of a time in milliseconds since 1970."""
    try:
        return datetime.fromtimestamp(float(value) / 1000, UTC).date().isoformat()  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _year(value: object) -> str | None:
    """The year in an entry of BibTeX."""
    found = re.search(r"\byear\s*=\s*[{\"]?\s*(\d{4})", plain_value(value) or "", re.IGNORECASE)
    return found[1] if found else None


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _authors(value: object) -> list[object]:
    """The creators of an item of Zotero that are authors."""
    creators = value if isinstance(value, list) else []
    return [each for each in creators if isinstance(each, Mapping) and each.get("creatorType", "author") == "author"]


def _people(record: object) -> object:
    """The authors of a paperlists record, whose ORCIDs and affiliations are lists of their own in the same order."""
    if not isinstance(record, Mapping):
        return None
    columns = [str(record.get(name) or "").split(";") for name in ("author", "orcid", "aff")]
    names = [name for name in columns[0] if name.strip()]
    same = [column if len(column) == len(names) else [""] * len(names) for column in columns[1:]]
    return [
        {"name": name, "orcid": orcid, "affiliation": place} for name, orcid, place in zip(names, *same, strict=True)
    ]


def _spans(kind: str, record: object) -> list[str]:
    """The spans of a kind in a full text of S2ORC; its annotations are JSON within strings."""
    body = (_member(record, "content") or _member(record, "body")) if isinstance(record, Mapping) else None
    text, spans = (
        _member(body, path) if isinstance(body, Mapping) else None for path in ("text", f"annotations.{kind}")
    )
    try:
        spans = json.loads(spans) if isinstance(spans, str) else spans
        return [text[int(span["start"]) : int(span["end"])] for span in spans or ()] if isinstance(text, str) else []
    except (KeyError, TypeError, ValueError, RecursionError):
        return []


_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "words": lambda value: [word for text in values_of(value) for word in text.split()],
    "arxiv": lambda value: [found for text in values_of(value) if (found := bare_arxiv(text, named=True))],
    "doi": lambda value: [found for text in values_of(value) if (found := bare_doi(text))],
    "day": _day,
    "year": _year,
    "first": _first,
    "authors": _authors,
    "people": _people,
    "spans_title": lambda record: _first(_spans("title", record)),
    "spans_abstract": partial(_spans, "abstract"),
    "spans_author": partial(_spans, "author"),
}
