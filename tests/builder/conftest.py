"""What is asked of the graphs that the tests build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg.api import KnowledgeGraph
from kg.ask.sparql import run


@pytest.fixture(scope="session")
def rows() -> Callable[[Path, str], list[dict[str, Any]]]:
    """Gives the rows that a query finds in the graph of a folder, by column.

    It is asked in this process: to start another one for each graph takes as long as to build the graph.
    """

    def found(folder: Path, query: str) -> list[dict[str, Any]]:
        graph = KnowledgeGraph(folder)
        return [*run(graph.store, query, graph.base).records()]

    return found
