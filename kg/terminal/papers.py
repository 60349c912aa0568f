"""Lists of papers as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.text.names import quoted
from kg.text.spellings import readable

if TYPE_CHECKING:
    from kg.ask.papers import FoundPapers

HEADER = ("title", "year", "code")
NUMERIC = (False, True, False)


def paper_rows(found: FoundPapers) -> list[list[str]]:
    """A row for each paper: its title, its year, the address of its first repository."""
    return [
        [readable(paper.title), "" if paper.year is None else str(paper.year), next(iter(paper.code), "")]
        for paper in found.papers
    ]


def remarks(found: FoundPapers) -> list[str]:
    """What a person should know: what names were taken for, which are unknown, and how many papers are not shown."""
    said = []
    for name in found.meant:
        if name.match is None:
            said.append(name.unknown)
        elif name.guessed:
            said.append(f"{quoted(name.words)} is taken for {name.match.name}")
    said += [f"the graph has no venue {quoted(words)}" for words in found.unknown_venues]
    said += [f"the graph has no author {quoted(words)}" for words in found.unknown_authors]
    if not found.total:
        said.append("no paper fits")
    elif found.total > len(found.papers):
        said.append(f"the first {len(found.papers):,} of {found.total:,} papers; --all shows them all")
    if found.undated:
        said.append(f"papers left out for lack of a year: {found.undated:,}")
    return said
