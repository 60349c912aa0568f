"""The graph folder: generations replace one another as a whole, and only what builds made is ever removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import GraphError
from kg.graph.store import Generation, Settings, current, existing, next_generation
from kg.vocabulary import DEFAULT_BASE

STATEMENT = "<http://e.org/s> <http://e.org/p> <http://e.org/o> <http://e.org/g> .\n"


def build(folder: Path, base: str = DEFAULT_BASE) -> None:
    """A graph of one statement, built as the builder does."""
    with next_generation(folder) as generation:
        generation.statements.write_text(STATEMENT)
        generation.load(Settings(base))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_a_generation_becomes_current_when_the_block_succeeds(tmp_path: Path) -> None:
    with next_generation(tmp_path) as generation:
        generation.statements.write_text(STATEMENT)
        generation.load(Settings("https://example.org/"))
        assert current(tmp_path) is None
    assert existing(tmp_path) == Generation(tmp_path / "generation-1")
    assert existing(tmp_path).base == "https://example.org/"
    assert len(existing(tmp_path).open()) == 1
    assert not existing(tmp_path).statements.exists()


def test_the_next_generation_replaces_the_one_before(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        build(tmp_path)
        assert names(tmp_path) == {"CURRENT", f"generation-{number}"}


def test_a_block_that_fails_leaves_the_old_generation_and_no_other(tmp_path: Path) -> None:
    build(tmp_path)
    with pytest.raises(ZeroDivisionError), next_generation(tmp_path) as generation:
        generation.statements.write_text(STATEMENT)
        raise ZeroDivisionError
    assert names(tmp_path) == {"CURRENT", "generation-1"}
    assert existing(tmp_path) == Generation(tmp_path / "generation-1")


def test_leftovers_of_builds_are_removed_and_nothing_else(tmp_path: Path) -> None:
    build(tmp_path)
    for name in ("generation-7", "generation-8.partial", "generation-x", "generation-1.backup", "generation-007"):
        (tmp_path / name).mkdir()
    (tmp_path / "generation-notes.txt").write_text("mine")
    build(tmp_path)
    assert names(tmp_path) == {
        "CURRENT",
        "generation-9",
        "generation-x",
        "generation-1.backup",
        "generation-007",
        "generation-notes.txt",
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"generation-2",
        b"generation-1/../generation-1",
        b"../elsewhere",
        b".",
        b"generation-1\ngeneration-1",
        b"\xff\xfe",
    ],
)
def test_a_damaged_pointer_is_an_error_and_building_again_works(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "graph"
    build(folder)
    (tmp_path / "elsewhere").mkdir()
    (folder / "CURRENT").write_bytes(content)
    with pytest.raises(GraphError, match=r"CURRENT: names .*; build the graph again$"):
        existing(folder)
    build(folder)
    assert names(folder) == {"CURRENT", "generation-2"}
    assert len(existing(folder).open()) == 1
    assert (tmp_path / "elsewhere").is_dir()


@pytest.mark.parametrize("content", ["", "[]", "{", "\x00"])
def test_a_damaged_base_is_an_error_that_names_the_file(tmp_path: Path, content: str) -> None:
    build(tmp_path)
    (tmp_path / "generation-1" / "meta.json").write_text(content)
    with pytest.raises(GraphError, match=r"meta\.json: is damaged"):
        _ = existing(tmp_path).base


def test_a_damaged_store_is_an_error_that_names_the_folder(tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / "generation-1" / "store" / "CURRENT").unlink()
    with pytest.raises(GraphError, match=r"generation-1: the graph cannot be opened"):
        existing(tmp_path).open()


def test_a_folder_without_a_graph_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"holds no graph; make one with `kg build"):
        existing(tmp_path)


def test_two_builds_at_a_time_are_refused_and_one_after_the_other_is_not(tmp_path: Path) -> None:
    with next_generation(tmp_path) as generation:
        with pytest.raises(GraphError, match="another build is writing this graph"):
            build(tmp_path)
        generation.statements.write_text(STATEMENT)
        generation.load(Settings())
    build(tmp_path)
    assert names(tmp_path) == {"CURRENT", "generation-2"}
