"""JSON lines: a paper a line, ``{"id", "title", "abstract", "authors"?, "year"?, "venue"?, "url"?, "github"?}``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from kg.records import Paper
from kg.sources.reader import Reader, Source, Warn
from kg.text.lines import json_lines, validated

_PAPER = TypeAdapter(Paper)


def recognises(head: bytes, name: str) -> bool:
    """Whether an input begins with an object."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a source; one without title or abstract is skipped with a warning.

    Raises:
        InputError: a line is not a complete JSON object, or a field of a paper is wrong.
    """
    for line in json_lines(source.stream, source.place, '{"id", "title", "abstract", …}'):
        if paper := _paper(line.fields, line.place, line.number, source, warn):
            yield paper


def _paper(fields: dict[str, Any], place: str, number: int, source: Source, warn: Warn) -> Paper | None:
    for name in ("title", "abstract"):
        if fields.get(name) is None:
            warn(f"{place}: has no {name}; skipped")
            return None
    if isinstance(fields.get("id"), int):
        fields["id"] = str(fields["id"])
    given = {key: value for key, value in fields.items() if value is not None}
    paper = validated(_PAPER, {**given, "source": source.name, "line": number}, place)
    if not paper.title.strip():
        warn(f"{place}: has an empty title; skipped")
        return None
    return paper


READER = Reader("JSON lines", recognises, read)
