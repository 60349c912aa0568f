"""Formats that are recognised and not read, so that no file of theirs is taken for a listing page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kg.errors import InputError
from kg.records import Paper
from kg.sources.reader import EXPECTED, Reader, Source, Warn, first_text
from kg.text.lines import reading

_XML = r"(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*+-->\s*+)*+"
_FIELD = r"(?:[\w-]{2,20}:[^\n]*\n(?:[ \t][^\n]*\n)*)"

EXTRACTED = "the output of kg extract"

_FORMATS: tuple[tuple[str, str], ...] = (  # (what messages call it, how it begins)
    ("the text format of PubMed", r"1[.:] [^\n]{3,200}\. \d{4}\b[^\n]*;"),
    ("LaTeX", r"(?:%[^\n]*\n|\s)*\\(?:documentclass|usepackage|begin|section|title)\b"),
    ("RDF/XML", rf"{_XML}<rdf:RDF\b"),
    ("N-Triples or N-Quads", r"<[a-z][^>\s]*>\s+<[a-z][^>\s]*>\s"),
    ("XML", r"<(?:[?!]|[A-Za-z][\w:-]*[\s>/])"),
    ("JSON-LD", r'\{\s*"@(?:context|graph|id|type)"'),
    ("the answer to a query", r'\{\s*"head"\s*:'),
    (EXTRACTED, r'\{"id":"(?:[^"\\]|\\.)*","title":"(?:[^"\\]|\\.)*","entities":\['),
    ("Turtle", r"(?:#[^\n]*\n|\s)*(?i:@?prefix\s+[\w.-]*:\s*<|@base\s+<)"),
    (
        "YAML, or fields with names",
        rf"(?!---\s*\n(?s:.*?)\n---\s*\n)(?:---\s*\n)?{_FIELD}{{0,4}}(?i:title):[^\n]*\n{_FIELD}",
    ),
    ("a mail of arXiv without papers", r"(?:-{20,}\r?\n){1,4}Send any comments"),
    ("the nodes of an exported network", r"id,label,kind,year\r?\n"),
    ("RTF", r"\{\\rtf"),
    ("PDF", r"%PDF-"),
)
_KNOWN = tuple((name, re.compile(pattern, re.DOTALL)) for name, pattern in _FORMATS)


def recognises(head: bytes, name: str) -> bool:
    """Whether an input is in one of these formats."""
    return format_of(head) is not None


def format_of(head: bytes) -> str | None:
    """The format that an input begins as; ``None`` where it is none of these."""
    text = first_text(head)
    return next((name for name, begins in _KNOWN if begins.match(text)), None)


def is_extracted(path: Path) -> bool:
    """Whether a file is the output of ``kg extract``."""
    try:
        with reading(path) as stream:
            return format_of(stream.peek()) == EXTRACTED
    except InputError:
        return False


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """Refuses the source.

    Raises:
        InputError: always; names the format.
    """
    found = format_of(source.stream.peek())
    raise InputError(source.place, f"is {found}, which is not read; expected {EXPECTED}")


READER = Reader("another format", recognises, read)
