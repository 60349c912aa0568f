"""The graph that is served, while builds replace it."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.errors import GraphError
from kg.server.current import Current

ONE = '<http://e/1> <http://e/p> "1" <http://e/g> .\n'


@pytest.fixture
def folder(tmp_path: Path, replace_graph: Callable[..., None]) -> Path:
    replace_graph(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_a_new_generation_is_served_from_the_next_request(folder: Path, replace_graph: Callable[..., None]) -> None:
    current = Current(folder)
    before = current.served()
    assert current.served() is before
    assert asyncio.run(current.fresh()) is before
    replace_graph(folder, ONE)
    after = asyncio.run(current.fresh())
    assert after.version != before.version
    assert len(list(after.graph.store)) == len(list(before.graph.store)) + 1  # the one before is still open
    assert current() is after.graph


@pytest.mark.slow
def test_a_graph_that_was_replaced_is_closed_after_its_last_request(
    folder: Path, replace_graph: Callable[..., None]
) -> None:
    current = Current(folder)
    used = current()
    open_still = weakref.ref(used)
    replace_graph(folder)
    current()
    assert open_still() is used
    del used
    assert open_still() is None


def test_a_graph_that_cannot_be_opened_leaves_the_one_before(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    current = Current(folder)
    before = current()
    (folder / "CURRENT").write_text("generation-9\n")
    with caplog.at_level(logging.ERROR, "kg.server"):
        assert current() is before
        assert current() is before
    [record] = caplog.records
    assert record.getMessage().startswith("the new graph is not served: ")
    (folder / "CURRENT").unlink()
    assert current() is before


def test_a_folder_without_a_graph_is_named(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"holds no graph"):
        Current(tmp_path)
