"""The runs that made a graph, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kg.terminal.tables import plain_table

if TYPE_CHECKING:
    from kg.graph.provenance import Part, Run

_INPUTS = 3
_HEADER = ("run", "started", "ended", "version", "code", "rules", "corrections", "model", "inputs")


def render_runs(runs: Iterable[Run]) -> str:
    """A row for each run; of its inputs the first few, of digests the first characters."""
    cells = [
        (
            str(run.number),
            run.started,
            run.ended,
            run.version,
            _shown(run.code),
            ", ".join(map(_shown, run.rules)),
            str(len(run.corrections) or ""),
            _shown(run.model),
            ", ".join(run.inputs[:_INPUTS])
            + (f" and {len(run.inputs) - _INPUTS:,} more" if len(run.inputs) > _INPUTS else ""),
        )
        for run in runs
    ]
    return plain_table(_HEADER, cells, [True, *[False] * 5, True, False, False])


def _shown(part: Part) -> str:
    return f"{part.name} {part.digest[:8]}"
