"""The manifest of a generation: what is damaged or incomplete is named when the graph is opened."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.errors import GraphError
from kg.graph import manifest
from kg.graph.manifest import UnreadableError
from kg.text.files import GENERATION_MANIFEST

FILES = {"store/1.sst": b"statements", "store/2.sst": b"more of them", "store/LOG": b"notes", "papers.jsonl": b"{}"}


@pytest.fixture
def generation(tmp_path: Path) -> Path:
    """A complete generation of a few files."""
    folder = tmp_path / "generation-3"
    (folder / "store").mkdir(parents=True)
    manifest.mark(folder, folder.name)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    manifest.seal(folder, folder.name)
    return folder


def test_a_generation_as_it_was_built_passes(generation: Path) -> None:
    for thorough in (False, True):
        manifest.check(generation, thorough=thorough)
    assert manifest.made_by_a_build(generation)


def test_a_generation_of_an_earlier_version_has_no_manifest_and_passes(tmp_path: Path) -> None:
    manifest.check(tmp_path, thorough=True)
    assert not manifest.made_by_a_build(tmp_path)


def test_only_the_name_that_a_build_gave_is_its_own(generation: Path) -> None:
    for name, own in (("generation-3.partial", True), ("generation-3", True), ("generation-4", False)):
        generation = generation.rename(generation.with_name(name))
        assert manifest.made_by_a_build(generation) is own


@pytest.mark.parametrize("damage", [b"", b"mor", b"more of them, and more", b"more of then"])
@pytest.mark.parametrize("thorough", [False, True])
def test_a_changed_file_of_the_store_is_named(generation: Path, damage: bytes, thorough: bool) -> None:
    (generation / "store" / "2.sst").write_bytes(damage)
    with pytest.raises(GraphError, match=r"store/2\.sst: is damaged or incomplete; build the graph again$"):
        manifest.check(generation, thorough=thorough)


def test_an_absent_file_is_named(generation: Path) -> None:
    (generation / "store" / "1.sst").unlink()
    with pytest.raises(GraphError, match=r"store/1\.sst: is damaged or incomplete"):
        manifest.check(generation)


def test_a_change_that_left_size_and_time_is_found_by_a_thorough_check(generation: Path) -> None:
    path = generation / "store" / "1.sst"
    times = path.stat()
    path.write_bytes(b"statementz")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    manifest.check(generation)
    with pytest.raises(GraphError, match=r"store/1\.sst: is damaged"):
        manifest.check(generation, thorough=True)


def test_other_files_than_those_of_the_store_are_checked_thoroughly_only(generation: Path) -> None:
    (generation / "papers.jsonl").write_bytes(b"[]")
    (generation / "store" / "LOG").write_bytes(b"what a reader wrote there")
    manifest.check(generation)
    for options in ({"thorough": True}, {"parts": ("papers.jsonl",)}):
        with pytest.raises(GraphError, match=r"papers\.jsonl: is damaged or incomplete; .* in a new folder$"):
            manifest.check(generation, **options)


def test_a_copy_passes(generation: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(generation, tmp_path / "copy", copy_function=shutil.copyfile)
    for thorough in (False, True):
        manifest.check(copied, thorough=thorough)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"files": 5}',
        '{"files": {"store/1.sst": 5}}',
        '{"files": {"store/1.sst": []}}',
        "[" * 99_999,
    ],
)
def test_a_damaged_manifest_is_named(generation: Path, content: str) -> None:
    (generation / GENERATION_MANIFEST).write_text(content)
    with pytest.raises(GraphError, match=r"kg-generation\.json: is damaged; build the graph again$"):
        manifest.check(generation)
    assert not manifest.made_by_a_build(generation)


@pytest.mark.parametrize(("name", "methods"), [("1.sst", ["stat"]), ("1.sst", []), (GENERATION_MANIFEST, [])])
def test_a_file_that_the_system_does_not_let_read_is_no_damage(
    generation: Path, refuse: Callable[..., None], name: str, methods: list[str]
) -> None:
    os.utime(generation / "store" / "1.sst")  # so that it is read
    refuse(name, *methods)
    with pytest.raises(UnreadableError, match=rf"{name}: cannot be read \(Permission denied\)$"):
        manifest.check(generation)


def test_digests_of_files_that_are_links_to_those_of_the_generation_before_are_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, folder = tmp_path / "generation-1", tmp_path / "generation-2"
    for path in (before, folder):
        path.mkdir()
        manifest.mark(path, path.name)
    for name in ("linked", "copied", "new", "touched"):
        (before / name).write_text(name)
    manifest.seal(before, before.name)
    (folder / "linked").hardlink_to(before / "linked")
    (folder / "touched").hardlink_to(before / "touched")
    (folder / "touched").write_text("TOUCHED")
    shutil.copy2(before / "copied", folder / "copied")
    (folder / "new").write_text("other")
    read: list[str] = []
    digest = manifest._digest

    def observed(path: Path) -> str:
        read.append(path.name)
        return digest(path)

    with monkeypatch.context() as patch:
        patch.setattr(manifest, "_digest", observed)
        manifest.seal(folder, folder.name, before)
    assert sorted(read) == ["copied", "new", "touched"]
    manifest.check(folder, parts=("",), thorough=True)
