"""Entries of one paper: which entries belong together, and the paper that they make.

Entries with one title (:func:`kg.text.names.title_key`) are one paper, unless they are clearly of two: their abstracts
have little in common, or they differ and one source lists them under two ids.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from kg.records import Paper
from kg.text.names import title_key
from kg.text.plain import without_markup

# Shares of the words of the shorter abstract that the longer one has too. Of two versions of one abstract it is over a
# half, of two abstracts of one field hardly ever over a third.
_ALIKE = 0.4
_SAME = 0.95
_WORD = re.compile(r"\w{4,}")


def paper_key(title: str) -> str:
    """What the titles of one paper have in common, with or without LaTeX and tags."""
    return title_key(without_markup(title))


def by_title(entries: Iterable[Paper]) -> dict[str, set[Paper]]:
    """Entries by :func:`paper_key`; equal entries are kept once."""
    papers: dict[str, set[Paper]] = {}
    for entry in entries:
        papers.setdefault(paper_key(entry.title), set()).add(entry)
    return papers


def entry_order(entry: Paper) -> tuple[str, int, str, str, str]:
    """A sort key: entries in the order in which they are listed."""
    return (entry.source or "", entry.line or 0, entry.title, entry.abstract, entry.id)


def told_apart(entries: Iterable[Paper]) -> list[tuple[Paper, ...]]:
    """Entries of one title by paper: those of one paper sorted, the papers by their first entry."""
    papers: list[list[Paper]] = []
    for entry in sorted(entries, key=entry_order):
        same = [paper for paper in papers if any(_one_paper(entry, other) for other in paper)]
        joined = sorted([entry, *(other for paper in same for other in paper)], key=entry_order)
        papers = [joined, *(paper for paper in papers if paper not in same)]
    return [tuple(paper) for paper in sorted(papers, key=lambda paper: entry_order(paper[0]))]


def _one_paper(entry: Paper, other: Paper) -> bool:
    """Whether two entries of one title are of one paper."""
    words, others = (set(_WORD.findall(each.abstract.casefold())) for each in (entry, other))
    if not words or not others:
        return True
    shared = len(words & others) / min(len(words), len(others))
    if shared >= _SAME:
        return True
    return shared >= _ALIKE and not (entry.source == other.source and entry.id != other.id)


def which_paper(papers: Sequence[tuple[Paper, ...]], number: int) -> str:
    """What tells a paper of :func:`told_apart` from those before it; empty for the first."""
    text = papers[number][0].abstract
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest() if number else ""


def merged(entries: Collection[Paper]) -> Paper:
    """The entry with the longest abstract, its empty fields filled from the others, in whatever order they come.

    Identifiers and keywords are those of all entries. What depends on a field (a date on the year, what is known about
    people on the authors) is taken only from entries that have the same there.
    """
    ranked = sorted(entries, key=lambda entry: (-len(entry.abstract), entry_order(entry)))

    def filled(name: str, among: Iterable[Paper] = ranked) -> Any:
        return next((value for entry in among if (value := getattr(entry, name))), getattr(ranked[0], name))

    def gathered(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for entry in ranked for value in getattr(entry, name)))

    fields = {name: filled(name) for name in ("authors", "year", "venue", "url", "github", "doi", "arxiv", "licence")}
    fields |= {name: gathered(name) for name in ("identifiers", "keywords", "links")}
    fields["people"] = filled("people", [entry for entry in ranked if entry.authors == fields["authors"]])
    fields["date"] = filled("date", [entry for entry in ranked if entry.year == fields["year"]])
    return replace(ranked[0], **fields)
