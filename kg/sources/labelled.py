"""Plain text in which labels say what is what: "Title: ...", "Authors: ...", "Abstract: ...", paper after paper.

The labels that are known are the names of columns in ``formats.toml``. Texts that only begin with "Title:" are none:
there must be an "Abstract:" as well. Fields with names in lower case are YAML, which is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from typing import Any

from kg.records import Paper
from kg.sources.columns import Columns, key
from kg.sources.entries import Entry, cleaned_papers, entry_of
from kg.sources.formats import tables_of
from kg.sources.listing import RULE, looks_like_abstract
from kg.sources.markup import Texts
from kg.sources.reader import Reader, Source, Warn, first_text
from kg.text.lines import numbered_lines

_EXPECTED = "text with labels"
_LETTER = r"[^\W\d_]"
_PART = rf"(?:[ _-]?\(?{_LETTER}++\)?)"
_LABEL = re.compile(
    rf"(?:\[?\d{{1,4}}[\].):]+)?\s*"
    rf"(?P<name>[^\W\d_a-z](?:{_LETTER}*+{_PART}{{0,2}}|{_LETTER}++\){_PART}?))\s*[:：](?P<value>.*)"
)
_VAGUE = {"summary", "summaries", "description", "paper", "titles"}  # a file of anything has these
_BEFORE = 5  # lines that may stand before the first label
_LABELS = 100  # of a paper that are read
_LINES = 5_000  # of a field that are read
_MOST_LINES = 500_000  # without a label, before the rest of a file is not read


def _names(given: Mapping[str, str]) -> dict[str, str]:
    """The fields of papers by the keys of their labels."""
    known = tables_of("columns")["known"]
    return {name: field for field, names in known.items() for name in names} | {
        key(name): field for field, name in given.items()
    }


def _labelled(text: str, names: Mapping[str, str]) -> tuple[str, str, str] | None:
    """The field, the label and the rest of a line that begins with a label."""
    found = _LABEL.match(text) if ":" in text[:60] or "：" in text[:60] else None
    field = names.get(key(found["name"])) if found else None
    return (field, found["name"], found["value"].strip()) if field and found else None


class _Entry:
    """The labels and texts of a paper.

    Args:
        line: on which it begins.
    """

    def __init__(self, line: int) -> None:
        self.line = line
        self.fields: list[str] = []
        self._labels: list[str] = []
        self._texts: list[list[str]] = []  # paragraphs
        self._paragraph: list[str] = []
        self._closed = False  # whether what follows is of no field

    def add(self, field: str, label: str, value: str) -> None:
        """Begin a field."""
        self.end_paragraph()
        self._closed = len(self.fields) >= _LABELS
        if self._closed:
            return
        self.fields.append(field)
        self._labels.append(label)
        self._texts.append([])
        self._paragraph = [value] if value else []

    def go_on(self, text: str) -> None:
        """Take another line of the field that was named last."""
        if not self._closed and len(self._paragraph) < _LINES:
            self._paragraph.append(text)

    def end_paragraph(self) -> None:
        """A blank line ends a field; an abstract goes on, unless with what looks like a heading."""
        text = "\n".join(self._paragraph)
        if text:
            another = bool(self._texts[-1])
            self._closed = self.fields[-1] != "abstract" or (another and not looks_like_abstract(text))
            self._texts[-1] += [] if another and self._closed else [text]
        self._paragraph = []

    def read(self, given: Mapping[str, str]) -> Mapping[str, Any]:
        """The fields of the paper."""
        self.end_paragraph()
        if not {"title", "abstract"} <= {*self.fields}:
            return {"title": " ".join(self._texts[self.fields.index("title")]) if "title" in self.fields else None}
        columns = _columns(tuple(self._labels), tuple(given.items()))
        return columns.fields_of(["\n\n".join(texts) for texts in self._texts])


@lru_cache(50)  # the labels of one file are nearly always the same
def _columns(labels: tuple[str, ...], given: tuple[tuple[str, str], ...]) -> Columns:
    return Columns(labels, dict(given))


def entries(given: Mapping[str, str], source: Source, skip: Warn, warn: Warn) -> Iterator[Entry]:
    """The papers of a text; what comes before the first label, or is about none, is left out."""
    names = _names(given)
    entry: _Entry | None = None
    parted = False  # whether a blank line or a rule came since the last label
    last = 0
    for number, text in numbered_lines(source.stream, source.place, _EXPECTED, skip):
        if number - last > _MOST_LINES:
            warn(f"{source.place}:{number}: {_MOST_LINES:,} lines without a label; the rest is not read")
            break
        stripped = text.strip()
        found = _labelled(stripped, names)
        if found and entry and found[0] == "abstract" and entry.fields[-1] == "abstract" and not parted:
            found = None  # a part of it
        if found:
            last = number
            if entry and found[0] in entry.fields and (parted or found[0] == "title"):
                yield entry_of(source, entry.line, entry.read(given))
                entry = None
            entry = entry or _Entry(number)
            entry.add(*found)
            parted = False
        elif entry and (not stripped or RULE.fullmatch(stripped)):
            entry.end_paragraph()
            parted = True
        elif entry:
            entry.go_on(stripped)
    if entry:
        yield entry_of(source, entry.line, entry.read(given))


def recognises(given: Mapping[str, str], head: bytes, name: str) -> bool:
    """Whether an input begins with a label for a title, or has one soon, and then one for an abstract."""
    names = {name: field for name, field in _names(given).items() if name not in _VAGUE}
    lines = first_text(head).splitlines()
    written = [stripped for line in lines if (stripped := line.strip())]
    begins = next((place for place, line in enumerate(written[:_BEFORE]) if _labelled(line, names)), None)
    if begins is None:
        return False
    fields = [found[0] for line in written[begins:] if (found := _labelled(line, names))]
    return "title" in fields[:_BEFORE] and "abstract" in fields


def read(given: Mapping[str, str], source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a text.

    Raises:
        InputError: it has none with title and abstract.
    """
    yield from cleaned_papers(source, warn, lambda skip: entries(given, source, skip, warn), Texts(), _EXPECTED)


def reader(columns: Mapping[str, str]) -> Reader:
    """Reads such texts; ``columns`` are labels that are not known, by field."""
    return Reader(_EXPECTED, partial(recognises, columns), partial(read, columns))
