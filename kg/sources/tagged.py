"""Formats with a tag before each value: RIS, EndNote's, PubMed's nbib and Web of Science's.

The tags are in ``formats.toml``, with a link to the description of each format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from kg.records import Paper
from kg.sources.entries import Entry, cleaned_papers, entry_of
from kg.sources.formats import tables_of
from kg.sources.markup import Texts
from kg.sources.reader import Reader, Source, Warn, first_text
from kg.text.lines import Line, numbered_lines

_EXPECTED = "a file with tags"
_BEGINNINGS = {
    "ris": re.compile(r"(?:(?s:.{0,500}?)\n)?TY {1,2}- "),
    "nbib": re.compile(r"PMID *- *\d"),
    "wos": re.compile(r"FN [^\n]*\n\s*VR |(?:FN [^\n]*\n)?PT [JBSPC]\s"),
    "endnote": re.compile(r"%[0A-Z] \S"),
}

_ALL = frozenset({"keywords", "notes", "doi", "date"})  # fields that are taken from all their tags
_MANY = frozenset({"authors"})  # fields with several values
_SYNTAX = frozenset({"tag", "begins", "ends", "lines"})
_VALUE_LIMIT = 1_000_000  # characters of one value
_ORCIDS = re.compile(r"(?:^|;)([^;/]*)/([\d-]{15,18}[\dX])")  # each behind a name
_LONGEST, _MOST = 1_000, 100  # characters of an affiliation, affiliations of an author that are listed by names


class Tagged(NamedTuple):
    """The line on which an entry begins, and its values in order: each a tag and its lines."""

    line: int
    values: list[tuple[str, list[str]]]


def entries_in(lines: Iterable[Line], kind: str) -> Iterator[Tagged]:
    """The entries of a file, as its table says; what is before the first one is left out."""
    table = tables_of("tagged")[kind]
    tag, begins, ends = re.compile(table["tag"]), table["begins"], table.get("ends")
    parted_by_blanks = kind == "endnote"  # if they do not begin with its first tag, as older ones do not
    entry: Tagged | None = None
    size = 0
    blank = True
    for line in lines:
        found = tag.fullmatch(line.text)
        parts = parted_by_blanks and blank and not (entry and entry.values[0][0] == begins)
        if found and (found[1] == begins or parts):
            if entry:
                yield entry
            entry = Tagged(line.number, [])
        if entry and found and found[1] == ends:
            yield entry
            entry = None
        elif entry and found:
            entry.values.append((found[1], [(found[2] or "").strip()]))
            size = 0
        elif entry and line.text.strip() and size < _VALUE_LIMIT:
            entry.values[-1][1].append(line.text.strip())
            size += len(line.text)
        blank = not line.text.strip()
    if entry:
        yield entry


def fields_of(entry: Tagged, kind: str) -> dict[str, Any]:
    """The fields of an entry, by the table of its format; of one without a title or an abstract at most the title."""
    by_tag: dict[str, list[list[str]]] = {}
    for tag, lines in entry.values:
        by_tag.setdefault(tag, []).append(lines)
    table = tables_of("tagged")[kind]
    if by_tag.keys().isdisjoint(table["title"]) or by_tag.keys().isdisjoint(table["abstract"]):
        return {
            "title": " ".join(line for tag in table["title"] for lines in by_tag.get(tag, ())[:1] for line in lines)
        }
    fields: dict[str, Any] = {}
    for name, tags in table.items():
        if name in _SYNTAX:
            continue
        found = [
            [value for lines in by_tag.get(tag, ()) for value in _values(lines, name in table["lines"])] for tag in tags
        ]
        if name in _ALL:
            fields[name] = [value for values in found for value in values]
        else:
            values = next(filter(None, found), [])
            fields[name] = values if name in _MANY else next(iter(values), None)
    identifiers = {scheme: fields.pop(scheme, None) for scheme in ("pmid", "pmcid", "wos")}
    fields["identifiers"] = {scheme: (value or "").removeprefix("WOS:") for scheme, value in identifiers.items()}
    fields["authors"] = [name.strip() for names in fields["authors"] for name in names.split(";")]
    fields["keywords"] = [word.strip(" *") for words in fields["keywords"] for word in words.split(";")]
    if change := _CHANGES.get(kind):
        change(entry, fields)
    return fields


def _values(lines: list[str], apart: bool) -> list[str]:
    """The texts of a value: one, or one a line."""
    return [text for text in (lines if apart else [" ".join(lines)]) if text.strip()]


def _nbib(entry: Tagged, fields: dict[str, Any]) -> None:
    """PubMed's: affiliations and ORCIDs follow their author; short names have no comma ("Moss H")."""
    authors: list[dict[str, Any]] = []
    full = any(tag == "FAU" for tag, _ in entry.values)
    for tag, lines in entry.values:
        value = " ".join(lines)
        if full:
            value = re.sub(r"^([^,]+), (.+) (Jr|Sr|I{2,3}|IV)$", r"\1, \3, \2", value)
        if tag == "FAU" or (tag == "AU" and not full):
            short = None if full else re.fullmatch(r"(.*\S) ([A-Z]{1,3})", value)
            authors.append({"name": f"{short[2]} {short[1]}" if short else value, "affiliations": []})
        elif tag == "CN":
            authors.append({"name": value})
        elif tag == "AD" and authors:
            authors[-1].setdefault("affiliations", []).append(value)
        elif tag == "AUID" and authors:
            authors[-1]["orcid"] = value
    fields["authors"] = authors


def _endnote(entry: Tagged, fields: dict[str, Any]) -> None:
    """EndNote's: the day may lack the year, which has a tag of its own."""
    days = [" ".join(lines) for tag, lines in entry.values if tag == "8"]
    fields["date"] = [day if re.search(r"\d{4}", day) else f"{fields['year']} {day}" for day in days] + fields["date"]


def _wos(entry: Tagged, fields: dict[str, Any]) -> None:
    """Web of Science's: affiliations and ORCIDs are listed by the names of their authors."""
    texts = dict(entry.values)
    fields["authors"] = with_details(
        fields["authors"],
        [found.groups() for line in texts.get("C1", ()) if (found := re.fullmatch(r"\[([^\]]*)\]\s*(.+?)\.?", line))],
        " ".join(texts.get("OI", ())),
    )
    if "PD" in texts and fields["year"]:
        fields["date"] = f"{fields['year']} {' '.join(texts['PD'])}"


def with_details(names: list[str], affiliations: Iterable[tuple[str, ...]], orcids: str) -> list[dict[str, Any]]:
    """Authors with what Web of Science lists by their names.

    Args:
        names: as they are written.
        affiliations: names between semicolons, and the affiliation of these people.
        orcids: names and ORCIDs, as "Moss, Ada/0000-0002-1825-0097; Pond, Bo/...".
    """
    known = {name.strip().casefold(): orcid for name, orcid in _ORCIDS.findall(orcids)}
    places: dict[str, list[str]] = {}
    for people, place in affiliations:
        for name in people.split(";"):
            own = places.setdefault(name.strip().casefold(), [])
            own += [place[:_LONGEST]] if len(own) < _MOST else []
    return [
        {"name": name, "affiliations": places.get(name.casefold(), []), "orcid": known.get(name.casefold())}
        for name in names
    ]


_CHANGES: dict[str, Callable[[Tagged, dict[str, Any]], None]] = {"endnote": _endnote, "nbib": _nbib, "wos": _wos}


def kind_of(head: bytes) -> str | None:
    """The table that a file begins as; ``None`` where it is none of these formats."""
    text = first_text(head)
    return next((kind for kind, begins in _BEGINNINGS.items() if begins.match(text)), None)


def recognises(head: bytes, name: str) -> bool:
    """Whether an input begins with tags of one of these formats."""
    return kind_of(head) is not None


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a file.

    Raises:
        InputError: it has no entries, or none of them is a paper.
    """
    kind = kind_of(source.stream.peek()) or "ris"

    def entries(skip: Warn) -> Iterator[Entry]:
        for each in entries_in(numbered_lines(source.stream, source.place, _EXPECTED, skip), kind):
            yield entry_of(source, each.line, fields_of(each, kind))

    return cleaned_papers(source, warn, entries, Texts(final_stop=kind in ("ris", "nbib")), _EXPECTED)


READER = Reader("RIS, EndNote, PubMed or Web of Science with tags", recognises, read)
