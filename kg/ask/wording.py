"""Words that cards use in a terminal, in notebooks and on pages alike."""

from __future__ import annotations


def measured_against(relative: bool, baseline: str | None) -> str | None:
    """What a result is measured against; ``None`` for a score by itself.

    No more is known of a relative result: its value may be a factor, a share, or a difference for better or worse.
    """
    return baseline or ("a baseline" if relative else None)


def cut(shown: int, in_all: int, by_year: bool) -> str:
    """How much of a list a card shows, and that it is the newest if years decide."""
    newest = ", the newest" if by_year else ""
    return f"{in_all:,}" if shown == in_all else f"{shown:,} of {in_all:,}{newest}"
