"""JSON lines (https://jsonlines.org): a paper a line, ``{"id"?, "title", "abstract", "authors"?, "year"?, "venue"?}``.

Besides the names of our own contract the lines may be of any layout in ``layouts.toml``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from kg.records import Paper
from kg.sources.entries import Entry, papers_of
from kg.sources.jsondoc import is_page, papers_in
from kg.sources.layouts import paper_of
from kg.sources.reader import Reader, Source, Warn
from kg.text.lines import json_lines
from kg.text.packed import HEAD

_EXPECTED = 'a paper a line, {"id", "title", "abstract", ...}'


def recognises(head: bytes, name: str) -> bool:
    """Whether an input begins with an object on a line, also a damaged one, and not with a page of several papers."""
    line, end, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    if not line.startswith(b"{"):
        return False
    try:
        return not is_page(json.loads(line.rstrip(b"\r, ")))
    except (ValueError, RecursionError):  # cut off by the end of what can be seen, or by its own
        return len(head) < HEAD if not end else not line.rstrip().endswith((b"{", b"[", b","))


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a source; a line that is not a complete record of a paper is skipped with a warning.

    Raises:
        InputError: every line was skipped, or the source cannot be read.
    """

    def entries(skip: Warn) -> Iterator[Entry]:
        for line in json_lines(source.stream, source.place, _EXPECTED, skip):
            for fields in papers_in(line.fields):
                yield Entry(line.number, line.place, fields)

    return papers_of(source, warn, entries, paper_of)


READER = Reader("JSON lines", recognises, read)
