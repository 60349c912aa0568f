"""Writing folders: complete or not at all, and never in place of what nobody exported."""

from __future__ import annotations

import errno
import re
from collections.abc import Collection
from pathlib import Path

import pytest

from kg.errors import KGError
from kg.text.folders import filling


def fill(folder: Path, content: str = "new", names: Collection[str] | None = None) -> None:
    with filling(folder, "frogs", "mark.txt", names) as partial:
        (partial / "mark.txt").write_text("")
        (partial / "frog.txt").write_text(content)
        assert not folder.exists() or "new" not in {path.read_text() for path in folder.iterdir() if path.is_file()}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_appears_when_the_block_ends_with_those_above_it(tmp_path: Path) -> None:
    fill(tmp_path / "pond" / "frogs")
    assert names(tmp_path / "pond") == ["frogs"] and names(tmp_path / "pond" / "frogs") == ["frog.txt", "mark.txt"]


def test_an_empty_folder_and_one_with_the_mark_are_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "frogs"
    folder.mkdir()
    fill(folder, "old", ["frog.txt"])
    (folder / "tadpole.txt").write_text("of an earlier export")
    fill(folder)
    assert names(tmp_path) == ["frogs"] and names(folder) == ["frog.txt", "mark.txt"]
    assert (folder / "frog.txt").read_text() == "new"


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), ValueError("x"), OSError(errno.ENOSPC, "No space left")])
def test_a_block_that_fails_leaves_what_there_was(tmp_path: Path, failure: BaseException) -> None:
    folder = tmp_path / "frogs"
    fill(folder, "old")
    expected = KGError if isinstance(failure, OSError) else type(failure)
    with pytest.raises(expected) as raised, filling(folder, "frogs", "mark.txt") as partial:
        (partial / "frog.txt").write_text("half")
        raise failure
    if isinstance(failure, OSError):
        assert str(raised.value) == f"{folder}: cannot be written (No space left)"
    assert names(tmp_path) == ["frogs"] and (folder / "frog.txt").read_text() == "old"


def test_the_old_folder_comes_back_where_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "frogs"
    fill(folder, "old")
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if "partial" in path.name:
            raise PermissionError(errno.EACCES, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(KGError, match="cannot be written"):
        fill(folder)
    assert names(tmp_path) == ["frogs"] and (folder / "frog.txt").read_text() == "old"


def test_what_else_there_is_stays(tmp_path: Path) -> None:
    file, link, mine, exported = (tmp_path / name for name in ("file", "link", "mine", "exported"))
    file.write_text("mine")
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    fill(exported, "old")
    (exported / "notes.txt").write_text("mine")
    link.symlink_to(exported, target_is_directory=True)
    for folder, names_, problem in (
        (file, None, "expected a folder for the frogs, found something else"),
        (link, None, "expected a folder for the frogs, found something else"),
        (mine, None, "is not empty and holds no frogs of an earlier export; choose another folder"),
        (exported, ["frog.txt"], "holds notes.txt, which is not of the frogs; choose another folder"),
        (file / "within", None, "cannot be written (Not a directory)"),
    ):
        with pytest.raises(KGError, match=rf"^{re.escape(f'{folder}: {problem}')}$"):
            fill(folder, names=names_)
    assert names(tmp_path) == ["exported", "file", "link", "mine"]
    assert (exported / "notes.txt").read_text() == (mine / "notes.txt").read_text() == file.read_text() == "mine"


def test_what_another_call_has_not_finished_stays(tmp_path: Path) -> None:
    folder = tmp_path / "frogs"
    with filling(folder, "frogs", "mark.txt") as partial:
        (partial / "mark.txt").write_text("")
        fill(folder, "of the other call")
        (partial / "frog.txt").write_text("last")
    assert names(tmp_path) == ["frogs"] and (folder / "frog.txt").read_text() == "last"


@pytest.mark.parametrize("mark", ["mark.txt", None])
def test_what_comes_while_the_block_runs_stays(tmp_path: Path, mark: str | None) -> None:
    folder = tmp_path / "frogs"
    folder.mkdir()
    with pytest.raises(KGError), filling(folder, "frogs", mark):
        (folder / "notes.txt").write_text("mine")
    assert names(tmp_path) == ["frogs"] and names(folder) == ["notes.txt"]


def test_the_folder_is_as_open_to_others_as_any(tmp_path: Path) -> None:
    (tmp_path / "pond").mkdir()
    fill(tmp_path / "frogs")
    assert (tmp_path / "frogs").stat().st_mode == (tmp_path / "pond").stat().st_mode


def test_damage_of_the_store_is_not_blamed_on_the_folder(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Corruption"), filling(tmp_path / "frogs", "frogs", "mark.txt"):
        raise OSError("Corruption: block checksum mismatch")
    assert names(tmp_path) == []
