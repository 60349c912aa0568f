"""What was put together, and why, as a table: names under one entity, entries under one paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kg.terminal.tables import plain_table
from kg.text.names import quoted

ENTITIES = ("label", "type", "name", "papers", "why", "detail")
PAPERS = ("label", "source", "line", "why")
_NUMERIC = ("papers", "line")


def no_merges(columns: Sequence[str], words: str | None) -> str:
    """What to say where there are none, of anything or of one name."""
    of, lacking = ("paper", "several entries") if columns == PAPERS else ("entity", "other names")
    return f"no {of}{'' if words is None else f' {quoted(words)}'} has {lacking}"


def render_merges(rows: Iterable[dict[str, Any]], columns: Sequence[str] = ENTITIES) -> str:
    """Some columns of the rows as a table."""
    cells = [["" if row[column] is None else str(row[column]) for column in columns] for row in rows]
    return plain_table(columns, cells, [column in _NUMERIC for column in columns])
