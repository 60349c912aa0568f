"""Papers whose title is in one file and whose abstract is in another, as in the bulk files of Semantic Scholar.

Halves wait in a temporary database on disk until the other half comes, so that files of any size can be joined in any
order.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator

from kg.errors import InputError
from kg.jsonrecord import members
from kg.records import Author, Paper
from kg.sources.reader import Warn


class HalfPaper(Paper):
    """A paper without a title or without an abstract; its ``id`` is that of the other half too."""

    __slots__ = ()


def joined(papers: Iterable[Paper], warn: Warn) -> Iterator[Paper]:
    """The papers; two halves of one id are one paper, in the place of the second half.

    Args:
        warn: called with one line if halves are left over at the end.

    Raises:
        InputError: there are halves only, and no two belong together.
    """
    waiting: _Waiting | None = None
    first, any_whole = None, False
    try:
        for paper in papers:
            whole: Paper | None = paper
            if isinstance(paper, HalfPaper):
                waiting, first = waiting or _Waiting(), first or paper
                whole = waiting.paired(paper)
            if whole:
                any_whole = True
                yield whole
        if waiting and first and (left := waiting.left()):
            what = "titles" if first.abstract else "abstracts"
            if not any_whole:
                raise InputError(first.source or "", f"has papers without {what}; name the files that have them too")
            warn(f"{left:,} papers have a title or an abstract in none of the files; skipped")
    finally:
        if waiting:
            waiting.close()


class _Waiting:
    """Halves on disk, by id."""

    def __init__(self) -> None:
        self._halves = sqlite3.connect("")  # a database that is deleted when it is closed
        self._halves.execute("CREATE TABLE half (id TEXT PRIMARY KEY, paper TEXT) WITHOUT ROWID")

    def paired(self, half: HalfPaper) -> Paper | None:
        """The paper that a half makes with the other one, if that waits already; else this one waits."""
        row = self._halves.execute("SELECT paper FROM half WHERE id = ?", [half.id]).fetchone()
        other = _paper(row[0]) if row else None
        if other is None or bool(other.title) == bool(half.title):
            self._halves.execute("INSERT OR REPLACE INTO half VALUES (?, ?)", [half.id, json.dumps(half.as_dict())])
            return None
        self._halves.execute("DELETE FROM half WHERE id = ?", [half.id])
        titled, text = (half, other) if half.title else (other, half)
        gaps = members(text)
        return Paper(**{name: value or gaps[name] for name, value in members(titled).items()})

    def left(self) -> int:
        """How many halves wait."""
        return int(self._halves.execute("SELECT COUNT(*) FROM half").fetchone()[0])

    def close(self) -> None:
        self._halves.close()


def _paper(text: str) -> Paper:
    record = json.loads(text)
    record = {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}
    record["people"] = tuple(
        Author(**(each | {"affiliations": tuple(each["affiliations"])})) for each in record["people"]
    )
    return HalfPaper(**record)
