"""Entries of one paper: which entries belong together, and the paper that they make."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from kg.records import Paper
from kg.text.names import title_key


def by_title(entries: Iterable[Paper]) -> dict[str, set[Paper]]:
    """Entries by paper key (:func:`kg.text.names.title_key`); equal entries are kept once."""
    papers: dict[str, set[Paper]] = {}
    for entry in entries:
        papers.setdefault(title_key(entry.title), set()).add(entry)
    return papers


def entry_order(entry: Paper) -> tuple[str, int, str, str, str]:
    """A sort key: entries in the order in which they are listed."""
    return (entry.source or "", entry.line or 0, entry.title, entry.abstract, entry.id)


def merged(entries: Collection[Paper]) -> Paper:
    """The entry with the longest abstract, its empty fields filled from the others, in whatever order they come."""
    ranked = sorted(entries, key=lambda entry: (-len(entry.abstract), entry_order(entry)))
    gaps = {}
    for name in ("authors", "year", "venue", "url", "github"):
        if not getattr(ranked[0], name):
            gaps[name] = next((value for entry in ranked if (value := getattr(entry, name))), None)
    return replace(ranked[0], **{name: value for name, value in gaps.items() if value})
