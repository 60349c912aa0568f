r"""BibTeX and BibLaTeX (http://mirrors.ctan.org/biblio/bibtex/base/btxdoc.pdf, https://ctan.org/pkg/biblatex).

Read are ``@string``, values in braces, in quotes and joined by ``#``, ``crossref``, and names as BibTeX takes them
apart. Entries are read one by one from a file of any size; a damaged one costs only itself. What is outside of entries
is a comment. LaTeX in values is read by :mod:`kg.sources.markup`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from kg.records import Paper
from kg.sources.bibsyntax import Block, blocks, names, values
from kg.sources.entries import Entry, cleaned_papers, entry_of
from kg.sources.formats import tables_of
from kg.sources.markup import Texts
from kg.sources.reader import Reader, Source, Warn
from kg.text.lines import numbered_lines

_EXPECTED = "BibTeX"
_LONGEST = 1_000  # characters of a value that entries take over from another one
_HELD = 20_000  # entries that may wait for the one that they refer to, which comes later in many files
_ARXIV = re.compile(r"\W*(?:arxiv\s*:|abs/\d)", re.IGNORECASE)
_SIGNS = {"less": "<", "greater": ">", "bar": "|", "backslash": "\\", "``": "“", "''": "”"}
_SIGN = re.compile(r"\{?\\text(less|greater|bar|backslash)(?:\{\}|\s*\}|\b)|``|''")
_HEAD = re.compile(r"(?:%[^\n]*\n|\s)*+@\w+\s*[{(]|(?s:.{0,1000}?)\n@\w+\s*\{[^\s{},]+,\s*\n")
_NOT_ENTRIES = frozenset({"comment", "preamble", "string"})
_PARENTS = ("proceedings", "book", "collection", "periodical")  # ends of the types that others refer to


def fields_of(found: Mapping[str, str]) -> dict[str, Any]:
    """The fields of an entry, from its values; of one without a title or an abstract at most the title."""
    table = tables_of("bibtex")["entry"]
    if not all(any(found.get(place) for place in table[name]) for name in ("title", "abstract")):
        return {"title": next((found[place] for place in table["title"] if found.get(place)), None)}
    fields: dict[str, Any] = {}
    for name, places in table.items():
        given = [found[place] for place in places if found.get(place)]
        fields[name] = given if name in ("keywords", "notes", "github") else next(iter(given), None)
    for name in ("title", "subtitle", "abstract"):
        fields[name] = fields[name] and _SIGN.sub(lambda sign: _SIGNS[sign[1] or sign[0]], fields[name])
    fields["authors"] = names(found.get("author", ""))
    fields["keywords"] = [word for words in fields["keywords"] for word in re.split("[;,]", words)]
    if not fields["date"] and fields["year"]:
        fields["date"] = _date(fields["year"], found.get("month", ""), found.get("day", ""))
    fields["doi"] = re.sub(r"[\\{}]", "", fields["doi"] or "")
    address = re.search(r"https?://[^\s{}]+(?:\{\}[^\s{}]+)*", (fields["url"] or "").replace("\\", ""))
    fields["url"] = address and address[0].replace("{}", "")
    scheme = found.get("archiveprefix", found.get("eprinttype", "arxiv")).lower()
    elsewhere = [text for name in ("note", "howpublished", "volume") if _ARXIV.match(text := found.get(name, ""))]
    fields["arxiv"] = [*([found["eprint"]] if scheme == "arxiv" and found.get("eprint") else []), *elsewhere]
    return fields


def _date(year: str, month: str, day: str) -> str:
    """A date of parts; months are names or numbers, and may have a day before them: 2 # "~" # feb."""
    month = re.sub(r"[^A-Za-z0-9]+", " ", month).strip()
    return "-".join(filter(None, (year, month, day))) if month.isdecimal() else f"{day} {month} {year}".strip()


def entries(source: Source, skip: Warn) -> Iterator[Entry]:
    """The entries of a file with the fields that they have and that those have to which they refer."""
    strings: dict[str, str] = {}
    parents: dict[str, dict[str, str]] = {}
    held: deque[tuple[Block, dict[str, str]]] = deque()
    for block in blocks(numbered_lines(source.stream, source.place, _EXPECTED, skip)):
        found = values(block.text, strings)
        if block.kind == "string" and len(strings) < _HELD:
            strings |= found
        if block.kind in _NOT_ENTRIES:
            continue
        if block.kind.endswith(_PARENTS) and len(parents) < _HELD:
            parents[block.text.partition(",")[0].strip().lower()] = found
        held.append((block, found))
        while held and (len(held) > _HELD or _is_known(held[0][1], parents)):
            yield entry_of(source, held[0][0].line, fields_of(_inherited(held.popleft()[1], parents)))
    while held:
        yield entry_of(source, held[0][0].line, fields_of(_inherited(held.popleft()[1], parents)))


def _is_known(found: Mapping[str, str], parents: Mapping[str, object]) -> bool:
    return "crossref" not in found or found["crossref"].lower() in parents


def _inherited(found: dict[str, str], parents: Mapping[str, dict[str, str]]) -> dict[str, str]:
    """An entry with what it lacks from the one that it refers to: that one's title is where it was published."""
    parent = parents.get(found.get("crossref", "").lower(), {})
    known = {"booktitle": parent.get("booktitle") or parent.get("title", "")} if parent else {}
    known |= {name: parent[name] for name in ("year", "date", "month") if name in parent}
    return {name: text[:_LONGEST] for name, text in known.items()} | found


def recognises(head: bytes, name: str) -> bool:
    """Whether an input has an entry before its first text."""
    return _HEAD.match(head.decode("utf-8", "replace").removeprefix("\ufeff")) is not None


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a file.

    Raises:
        InputError: it has no entries, or none of them is a paper.
    """
    return cleaned_papers(source, warn, partial(entries, source), Texts(dashes=True), _EXPECTED)


READER = Reader("BibTeX", recognises, read)
