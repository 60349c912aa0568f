"""Where the formats of papers have their fields: the tables in ``formats.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def tables_of(kind: str) -> dict[str, dict[str, Any]]:
    """The tables of one kind of format ("xml", "tagged", "columns", "json"), by name."""
    with Path(__file__).with_name("formats.toml").open("rb") as file:
        tables: dict[str, dict[str, Any]] = tomllib.load(file)[kind]
    return tables
