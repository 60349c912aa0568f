"""The papers that make the extractor fail: they are in the graph without mentions, and in a file with the reason."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kg.builder.works import Work
from kg.graph.store import from_folder
from kg.jsonrecord import Record
from kg.text.files import path_text


@dataclass(frozen=True, slots=True)
class FailedPaper(Record):
    """A paper that could not be extracted: its key, its title, where its first entry is, and why, in one line."""

    key: str
    title: str
    source: str | None
    line: int | None
    reason: str


class Failures:
    """The failures of a build; ``count`` is how many there are.

    Args:
        path: the file, which is made for the first one: a JSON object a line.
        graph: the graph folder, from which the sources of entries are named.
    """

    def __init__(self, path: Path, graph: Path) -> None:
        self.count = 0
        self._path = path
        self._graph = graph

    def add(self, work: Work, reason: str) -> None:
        """Write down a paper and why it could not be extracted.

        Raises:
            OSError: it cannot be written.
        """
        entry = work.entries[0]
        source = entry.source if entry.source in (None, "-") else path_text(from_folder(self._graph, entry.source))
        failed = FailedPaper(work.key, work.paper.title, source, entry.line, reason)
        with self._path.open("a", encoding="utf-8", errors="replace") as stream:
            stream.write(json.dumps(failed.as_dict(), ensure_ascii=False) + "\n")
        self.count += 1
