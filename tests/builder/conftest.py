"""What is asked of the graphs that the tests build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg.api import KnowledgeGraph


@pytest.fixture(scope="session")
def rows() -> Callable[[Path, str], list[dict[str, Any]]]:
    """Gives the rows that a query finds in the graph of a folder, by column."""
    return lambda folder, query: [*KnowledgeGraph(folder).query(query).records()]
