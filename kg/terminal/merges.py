"""Which names were put under one entity, and why, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kg.terminal.tables import plain_table

_COLUMNS = ("label", "type", "name", "papers", "why", "detail")


def render_merges(rows: Iterable[dict[str, Any]]) -> str:
    """The rows as a table."""
    cells = [[str(row[column]) for column in _COLUMNS] for row in rows]
    return plain_table(_COLUMNS, cells, [column == "papers" for column in _COLUMNS])
