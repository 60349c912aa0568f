"""A correction that was written down, for a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kg.terminal.output import printable

if TYPE_CHECKING:
    from kg.corrections import Corrected


def render_corrected(corrected: Corrected, graph: Path) -> str:
    """What the words are now, what they will be, and the command that makes it so."""
    given = "" if corrected.kept else f" --rules {Path(corrected.file).parent}"
    lines = [
        *([f"taken for: {corrected.title}"] if corrected.guessed else []),
        *(f"now: {before}" for before in corrected.before or ("nothing",)),
        f"correction: {corrected.says}",
        *(f"replaced: {replaced}" for replaced in corrected.replaced),
        f"written to {corrected.file}; applied by: kg build -g {graph}{given}",
    ]
    return "".join(f"{printable(line)}\n" for line in lines)
