"""The site of the small graph that all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.api import KnowledgeGraph
from kg.site import Site


@pytest.fixture(scope="session")
def site(graph_folder: Path) -> Site:
    """The pages as a server sends them."""
    return Site(KnowledgeGraph(graph_folder))
