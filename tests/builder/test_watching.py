"""A watched folder is built when its files are complete, and an unreadable file holds nothing up."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from kg.builder.builder import BuildReport
from kg.builder.watching import Watcher, watch
from kg.errors import GraphError, InputError, KGError


class Builds:
    """Takes the place of builds: remembers the files, refuses those called "bad", and all while it is held up."""

    def __init__(self, folder: Path) -> None:
        self.calls: list[list[str]] = []
        self.lines: list[str] = []
        self.held_up: KGError | None = None
        self.watcher = Watcher(folder, self.build, self.lines.append)

    def build(self, paths: Sequence[Path]) -> BuildReport:
        self.calls.append([path.name for path in paths])
        if self.held_up:
            raise self.held_up
        if bad := [path for path in paths if path.name.startswith("bad")]:
            raise InputError(str(bad[0]), "is not a text file")
        return BuildReport(entries=1, new=2, changed=0, unchanged=1, extracted=2, seconds=0.0)


def write(path: Path, text: str, at: int) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))


def test_a_file_is_built_once_it_no_longer_changes_and_again_when_it_does(tmp_path: Path) -> None:
    builds = Builds(tmp_path)
    write(tmp_path / "a.txt", "half", 1)
    builds.watcher.look()
    write(tmp_path / "a.txt", "half and half", 2)
    builds.watcher.look()
    assert builds.calls == []
    builds.watcher.look()
    builds.watcher.look()
    assert builds.calls == [["a.txt"]]
    assert builds.lines[0].endswith("2 new, 1 unchanged papers in a.txt")
    write(tmp_path / "a.txt", "more", 3)
    builds.watcher.look()
    builds.watcher.look()
    assert builds.calls == [["a.txt"], ["a.txt"]]


def test_an_unreadable_file_is_named_and_the_others_are_built(tmp_path: Path) -> None:
    builds = Builds(tmp_path)
    for name in ("a.txt", "bad.bin", "empty.txt"):
        write(tmp_path / name, "" if name == "empty.txt" else "x", 1)
    for _ in range(4):
        builds.watcher.look()
    assert builds.calls == [["a.txt", "bad.bin"], ["a.txt"], ["bad.bin"]]
    assert "bad.bin: is not a text file; waits until it changes" in builds.lines[-1]


def test_a_file_is_built_when_it_may_be_read_at_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builds = Builds(tmp_path)
    write(tmp_path / "bad.txt", "x", 1)
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda path, mode: False)  # the user who tests may be one who reads all
        for _ in range(3):
            builds.watcher.look()
    assert builds.calls == [["bad.txt"]]
    for _ in range(3):
        builds.watcher.look()
    assert builds.calls == [["bad.txt"]] * 2


@pytest.mark.parametrize(
    "problem",
    [
        GraphError("graph: another build is writing it"),
        InputError("rules/frogs.jsonl:1", "is not a rule"),
        KGError("the extractor fails on every paper"),
    ],
)
def test_a_build_that_something_else_holds_up_is_tried_again(tmp_path: Path, problem: KGError) -> None:
    builds = Builds(tmp_path)
    builds.held_up = problem
    for name in ("a.txt", "b.txt"):
        write(tmp_path / name, "x", 1)
    for _ in range(3):
        builds.watcher.look()
    assert builds.lines == [f"{problem}; tried again soon"]
    builds.held_up = None
    for _ in range(2):
        builds.watcher.look()
    assert builds.calls == [["a.txt", "b.txt"]] * 3
    assert len(builds.lines) == 2


@pytest.mark.parametrize("place", ["bad.zip", "bad.zip:7", "bad.zip/frogs.csv:2", "bad.zip, {folder}/b.txt"])
def test_what_is_wrong_in_a_file_is_told_from_what_is_wrong_elsewhere(tmp_path: Path, place: str) -> None:
    def build(paths: Sequence[Path]) -> BuildReport:
        raise InputError(f"{tmp_path}/{place.format(folder=tmp_path)}", "is not read")

    lines: list[str] = []
    watcher = Watcher(tmp_path, build, lines.append)
    write(tmp_path / "bad.zip", "x", 1)
    for _ in range(3):
        watcher.look()
    assert len(lines) == 1 and lines[0].endswith("; waits until it changes")


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        watch(Builds(tmp_path / "none").watcher, 0)


def test_watching_goes_on_until_it_is_ended(tmp_path: Path) -> None:
    builds, waits = Builds(tmp_path), list[float]()
    write(tmp_path / "a.txt", "x", 1)

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(builds.watcher, 2, wait)
    assert builds.calls == [["a.txt"]]
