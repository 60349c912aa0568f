"""JSON lines: a paper a line, ``{"id", "title", "abstract", "authors"?, "year"?, "venue"?, "url"?, "github"?}``."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import TypeAdapter

from kg.records import Paper
from kg.sources.reader import Reader, Source, Warn
from kg.text.lines import JsonLine, json_lines, validated

_EXPECTED = 'a paper a line, {"id", "title", "abstract", ...}'
_PAPER = TypeAdapter(Paper)


def recognises(head: bytes, name: str) -> bool:
    """Whether an input begins with an object."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a source; one without title or abstract is skipped with a warning.

    Raises:
        InputError: a line is not a complete JSON object, or a field of a paper is wrong.
    """
    for line in json_lines(source.stream, source.place, _EXPECTED):
        if paper := _paper(line, source.name, warn):
            yield paper


def _paper(line: JsonLine, source: str, warn: Warn) -> Paper | None:
    fields = {name: value for name, value in line.fields.items() if value is not None}
    for name in ("title", "abstract"):
        if name not in fields:
            warn(f"{line.place}: has no {name}; skipped")
            return None
    if type(fields.get("id")) is int:
        fields["id"] = str(fields["id"])
    paper = validated(_PAPER, {**fields, "source": source, "line": line.number}, line.place)
    if not paper.title.strip():
        warn(f"{line.place}: has an empty title; skipped")
        return None
    return paper


READER = Reader("JSON lines", recognises, read)
