"""The files of a folder: what is left out, and what is followed or warned about."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kg.errors import InputError
from kg.graph.store import next_generation
from kg.sources.folder import files_of
from kg.text.files import SITE_MARK, TABLES_MARK


def found(folder: Path) -> tuple[list[str], list[str]]:
    """The files below a folder, and the warnings, both by relative path."""
    warnings: list[str] = []
    files = [path.relative_to(folder).as_posix() for path in files_of(folder, warnings.append)]
    return files, [line.replace(f"{folder}/", "") for line in warnings]


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")


def test_files_come_in_name_order_and_hidden_ones_are_left_out(tmp_path: Path) -> None:
    touch(*(tmp_path / name for name in ("b.txt", "a/z.txt", "a/b/c.txt", ".hidden", ".git/config", "a/.x/y")))
    assert found(tmp_path) == (["a/b/c.txt", "a/z.txt", "b.txt"], [])


def test_the_files_of_graphs_are_left_out(tmp_path: Path) -> None:
    """With a graph in the folder itself, as ``kg build . -g .`` makes it, in a subfolder, and one of a killed build."""
    for folder in (tmp_path, tmp_path / "output"):
        with next_generation(folder) as generation:
            (generation.folder / "store").mkdir()
            touch(generation.records, generation.folder / "store" / "1.sst", generation.folder / "meta.json")
    with pytest.raises(KeyboardInterrupt), next_generation(tmp_path / "killed") as generation:
        touch(tmp_path / "copy" / generation.folder.name / "papers.jsonl")
        for path in generation.folder.iterdir():
            path.rename(tmp_path / "copy" / generation.folder.name / path.name)
        raise KeyboardInterrupt
    touch(tmp_path / "earlier" / "generation-1" / "papers.jsonl", tmp_path / "earlier" / "CURRENT")
    for name in ("corrections", "curated", "fetched", "published"):
        touch(tmp_path / "earlier" / name / "a.jsonl", tmp_path / "mine" / name / "a.jsonl")
    (tmp_path / "earlier" / "generation-1" / "store").mkdir()
    touch(tmp_path / "papers.jsonl", tmp_path / "generation-7" / "mine.jsonl", tmp_path / "mine" / "CURRENT")
    assert found(tmp_path) == (
        [
            "generation-7/mine.jsonl",
            "mine/CURRENT",
            "mine/corrections/a.jsonl",
            "mine/curated/a.jsonl",
            "mine/fetched/a.jsonl",
            "mine/published/a.jsonl",
            "papers.jsonl",
        ],
        [],
    )


@pytest.mark.parametrize("mark", [SITE_MARK, TABLES_MARK])
def test_exports_are_left_out_unless_they_are_named_themselves(tmp_path: Path, mark: str) -> None:
    export = tmp_path / "shown" / "export"
    touch(tmp_path / "a.txt", export / mark, export / "static" / "site.js", export / "papers.csv")
    assert found(tmp_path) == (["a.txt"], ["shown/export: is an export of a graph; skipped"])
    assert found(export) == (sorted(["papers.csv", mark, "static/site.js"]), [])


def test_links_are_followed_and_no_folder_is_read_twice(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere" / "far.txt", tmp_path / "here" / "sub" / "near.txt")
    here = tmp_path / "here"
    (here / "again").symlink_to("sub")
    (here / "away").symlink_to("../elsewhere")
    (here / "sub" / "up").symlink_to("..")
    (here / "file.txt").symlink_to("../elsewhere/far.txt")
    (here / "itself").symlink_to("itself")
    (here / "nothing").symlink_to("no such file")
    files, warnings = found(here)
    assert files == ["away/far.txt", "file.txt", "sub/near.txt"]
    assert sorted(warnings) == [
        "again: is a link to a folder that is read already; skipped",
        "itself: is not a file, or a link to nothing; skipped",
        "nothing: is not a file, or a link to nothing; skipped",
        "sub/up: is a link to a folder that is read already; skipped",
    ]


def test_a_pipe_in_a_folder_is_skipped_with_a_warning(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert found(tmp_path) == ([], ["pipe: is not a file, or a link to nothing; skipped"])


def test_a_subfolder_that_cannot_be_read_is_a_warning_and_the_folder_itself_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path / "a.txt", tmp_path / "locked" / "b.txt")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert found(tmp_path) == (["a.txt"], ["locked: cannot be read (Permission denied); skipped"])
    with pytest.raises(InputError, match=r"locked: cannot be read \(Permission denied\)$"):
        files_of(tmp_path / "locked", print)
