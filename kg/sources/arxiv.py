"""arXiv's mailings (https://info.arxiv.org/help/subscribe.html), and what its other formats have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from kg.records import Paper
from kg.sources.entries import Entry, cleaned_papers, entry_of
from kg.sources.markup import Texts
from kg.sources.reader import Reader, Source, Warn
from kg.text.addresses import on_github
from kg.text.lines import Line, numbered_lines
from kg.text.names import one_line

_EXPECTED = "a mailing of arXiv"
_DEEPEST = 3  # parentheses within one another around affiliations
_LINES = 5_000  # of an entry that are read
_ANNOUNCED = re.compile(r"\s*arXiv:(\S+)\s+Announce Type:\s*\S+\s+(?:Abstract:\s*)?", re.IGNORECASE)
_IN_TITLE = re.compile(r"(?<!\s)\s*\(arXiv:(\S{1,100}?)(?:\s+\[[^\]]{0,100}\])?(?:\s+(?:UPDATED|CROSS LISTED))?\)\s*$")
_AFFILIATION = re.compile(r"\s*\([^()]*\)")
_FIELD = re.compile(r"(?P<name>arXiv|[A-Z][\w-]+)(?: \([^()]*\))?:\s*(?P<value>.*)")
_NAMES = {
    "arXiv": "arxiv", "Paper": "arxiv", "Title": "title", "Author": "authors", "Authors": "authors", "Date": "date",
    "Categories": "keywords", "Comments": "notes", "Journal-ref": "venue", "DOI": "doi", "License": "licence",
}  # fmt: skip


def names(text: str) -> list[str]:
    r"""The names in arXiv's list of authors, without affiliations in parentheses.

    >>> names(r"Ann Pond (1 and 2), Bo M\"ull, Jr., and Cy Oak ((1) Delta University (North))")
    ['Ann Pond', 'Bo M\\"ull Jr.', 'Cy Oak']
    """
    text = one_line(text)
    for _ in range(_DEEPEST):
        text = _AFFILIATION.sub("", text)
    text = re.sub(r",\s+(?=(?:Jr|Sr|II|III|IV)\b)", " ", text)
    return [name for part in re.split(r",|;|\s+and\s+|\s+&\s+", text) if (name := part.removeprefix("and ").strip())]


def announced(title: str, description: str) -> dict[str, Any]:
    """Title, abstract and arXiv id of an item of its feeds, the current ones and those until 2023."""
    before, after = _ANNOUNCED.match(description), _IN_TITLE.search(title)
    found = before or after
    return {
        "title": title[: after.start()] if after else title,
        "abstract": description[before.end() :] if before else description,
    } | ({"arxiv": found[1]} if found else {})


def entries(source: Source, skip: Warn) -> Iterator[Entry]:
    r"""The entries of a mailing: fields between two lines of "\\", then the abstract, then "\\ (" and an address."""
    inside = False
    header: list[Line] = []
    abstract: list[str] | None = None
    for line in numbered_lines(source.stream, source.place, _EXPECTED, skip):
        text = line.text
        if text.startswith("\\\\"):
            ends = bool(text[2:].strip())
            if inside and (ends or abstract is not None):
                yield from _entry(source, header, abstract, text, skip)
                inside = False
            elif inside:
                abstract = []
            else:
                inside, header, abstract = not ends, [], None
        elif abstract is not None and len(abstract) < _LINES:
            abstract.append(text)
        elif inside and abstract is None and len(header) < _LINES:
            header.append(line)
    if inside and header:
        yield from _entry(source, header, abstract, "", skip)


def _entry(source: Source, header: list[Line], abstract: list[str] | None, end: str, skip: Warn) -> Iterator[Entry]:
    fields: dict[str, Any] = {}
    number = header[0].number if header else 1
    name = ""
    for line in header:
        if found := _FIELD.match(line.text):
            name = _NAMES.get(found["name"], "")
            name = "" if name in fields else name  # of several dates the first is that of the first version
            if name:
                fields[name] = [found["value"]]
        elif name and line.text.startswith(" "):
            fields[name].append(line.text)
    fields = {name: "".join(values) for name, values in fields.items()}
    if abstract is None:
        skip(f"{source.place}:{number}: has no abstract: it tells of a new version")
        return
    fields |= {
        "abstract": "\n".join(abstract),
        "authors": names(fields.get("authors", "")),
        "keywords": fields.get("keywords", "").split(),
        "links": [*on_github([fields.get("notes", "")])],
        "url": found[0] if (found := re.search(r"https?://[^\s,)]+", end)) else None,
    }
    yield entry_of(source, number, fields)


def recognises(head: bytes, name: str) -> bool:
    """Whether an input has an entry of a mailing among its first lines."""
    return re.search(rb"^\\\\\s*\n(?:arXiv|Paper)\b[^\n]*:", head, re.MULTILINE) is not None


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a mailing: new ones and those listed from other archives.

    Raises:
        InputError: it has no entries, or none of them is a paper.
    """
    return cleaned_papers(source, warn, partial(entries, source), Texts(), _EXPECTED)


READER = Reader("a mailing of arXiv", recognises, read)
