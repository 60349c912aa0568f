"""Statements are loaded in parts, and all of them."""

from pathlib import Path

import pytest
from pyoxigraph import Store

from kg.graph.loading import Loading
from kg.graph.store import Settings, existing, next_generation

LINES = [f"<http://e.org/{n}> <http://e.org/p> <http://e.org/o> <http://e.org/g> .\n" for n in range(5)]


@pytest.mark.parametrize("length", [1, 2 * len(LINES[0]), 2**26])
def test_all_parts_are_loaded_and_the_store_is_closed(
    length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.graph.loading._LOADED", length)
    with Loading(Store(tmp_path)) as loading:
        loading.write(LINES[0])
        loading.writelines(["".join(LINES[1:3]), *LINES[3:]])
    assert len(Store(tmp_path)) == 5


def test_what_cannot_be_loaded_is_an_error_at_the_end_at_the_latest(tmp_path: Path) -> None:
    with pytest.raises(SyntaxError), Loading(Store(tmp_path)) as loading:
        loading.write("no statement\n")


def test_nothing_more_is_loaded_after_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="elsewhere"), Loading(Store(tmp_path)) as loading:
        loading.writelines(LINES)
        raise ValueError("elsewhere")
    assert not len(Store(tmp_path))


def test_the_store_can_be_asked_when_all_is_loaded(tmp_path: Path) -> None:
    with Loading(Store(tmp_path)) as loading:
        loading.writelines(LINES)
        assert len(loading.loaded()) == 5


def test_a_generation_goes_on_with_a_store_that_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with next_generation(tmp_path) as generation:
        with generation.loading() as loading:
            loading.writelines(LINES[:2])
            loaded = loading.loaded()
        generation.statements.write_text("".join(LINES[2:]), encoding="utf-8")
        monkeypatch.delattr("kg.graph.store.Store")  # none is opened
        generation.load(Settings(), loaded=loaded)
        monkeypatch.undo()
        del loaded
    assert len(existing(tmp_path).open()) == 5


def test_a_generation_gets_what_was_loaded_and_what_was_collected(tmp_path: Path) -> None:
    with next_generation(tmp_path) as generation:
        with generation.loading() as loading:
            loading.writelines(LINES[:2])
        generation.statements.write_text("".join(LINES[2:]), encoding="utf-8")
        generation.load(Settings())
        assert not generation.statements.exists()
    assert len(existing(tmp_path).open()) == 5
