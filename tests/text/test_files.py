"""Writing files: complete or not at all, and straight into what is not a regular file."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kg.text.files import answer_file, writing
from kg.text.folders import filling

posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes as POSIX has them")


def write(path: Path, content: bytes = b"new") -> None:
    with writing(path) as stream:
        stream.write(content)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with writing(target) as stream:
        stream.write(b"all of it")
        assert not target.exists()
    assert target.read_bytes() == b"all of it"
    assert names(tmp_path) == ["out"]


def test_an_old_file_is_there_until_the_new_one_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"a longer old one")
    with writing(target) as stream:
        stream.write(b"new")
        stream.flush()
        assert target.read_bytes() == b"a longer old one"
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), ValueError("x"), OSError(errno.ENOSPC, "No space left")])
def test_a_failed_block_leaves_the_old_file_and_nothing_else(tmp_path: Path, failure: BaseException) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    with pytest.raises(type(failure)), writing(target) as stream:
        stream.write(b"half")
        raise failure
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["out"]


def test_a_failed_block_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), writing(tmp_path / "out") as stream:
        stream.write(b"half")
        raise ValueError("x")
    assert names(tmp_path) == []


def test_a_disk_that_is_full_only_at_the_end_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write(target)
    assert caught.value.filename == str(target)
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["out"]


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o444])
def test_an_existing_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    target.chmod(mode)
    write(target)
    assert stat.S_IMODE(target.stat().st_mode) == mode
    assert target.read_bytes() == b"new"


@posix
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o000, 0o666)])
def test_a_new_file_has_the_mode_that_open_would_give_it(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write(tmp_path / "out")
    finally:
        assert os.umask(before) == mask, "the mask of the process is as before"
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == mode


@posix
def test_nobody_else_can_read_what_becomes_a_private_file(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    target.chmod(0o600)
    with writing(target) as stream:
        assert stat.S_IMODE(os.fstat(stream.fileno()).st_mode) == 0o600
        stream.write(b"new")


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_an_existing_file_keeps_its_owner(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"old")
    os.chown(tmp_path / "out", 1234, 2345)
    write(tmp_path / "out")
    found = (tmp_path / "out").stat()
    assert (found.st_uid, found.st_gid) == (1234, 2345)


@posix
def test_links_and_files_of_likely_temporary_names_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"mine")
    for name in ("out.partial", ".out.partial", "out.tmp", "out~"):
        (tmp_path / name).symlink_to("secret")
    before = names(tmp_path)
    write(tmp_path / "out")
    assert names(tmp_path) == sorted([*before, "out"])
    assert (tmp_path / "secret").read_bytes() == b"mine"


@posix
def test_output_that_is_appended_to_a_file_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "log"
    target.write_bytes(b"old ")
    handle = os.open(target, os.O_WRONLY | os.O_APPEND)
    try:
        write(Path(f"/dev/fd/{handle}"))  # as in `kg export -o /dev/stdout >> log`
    finally:
        os.close(handle)
    assert target.read_bytes() == b"old new"


@posix
def test_an_error_names_the_file_and_not_the_temporary_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        write(tmp_path / "nowhere" / "out")
    assert caught.value.filename == str(tmp_path / "nowhere" / "out")


@posix
def test_a_link_is_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name, content in (("old", b"old"), ("absent", None)):
        if content:
            (elsewhere / name).write_bytes(content)
        (tmp_path / name).symlink_to(Path("elsewhere") / name)
        write(tmp_path / name)
        assert (tmp_path / name).is_symlink()
        assert (elsewhere / name).read_bytes() == b"new"
    assert names(elsewhere) == ["absent", "old"]
    assert names(tmp_path) == ["absent", "elsewhere", "old"]


def test_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(OSError, match="out"):
        write(tmp_path / "out")
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == []


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "nowhere" / "out")
    assert names(tmp_path) == []


def test_a_name_of_any_length_that_the_system_takes(tmp_path: Path) -> None:
    for name in ("x" * 255, "図" * 85, ".hidden", "two words\n"):
        write(tmp_path / name)
        assert (tmp_path / name).read_bytes() == b"new"
    assert len(names(tmp_path)) == 4


@posix
def test_a_named_pipe_is_written_directly(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write(pipe)
    reader.join(timeout=10)
    assert read == [b"new"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert names(tmp_path) == ["pipe"]


@posix
def test_standard_output_through_its_name_is_written_directly() -> None:
    end, start = os.pipe()
    try:
        write(Path(f"/dev/fd/{start}"))
        os.close(start)
        assert os.read(end, 100) == b"new"
    finally:
        os.close(end)


@posix
def test_a_device_that_is_full_is_an_error() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(OSError, match="No space left"):
        write(full)
    assert stat.S_ISCHR(full.stat().st_mode)


def test_two_writers_at_once_do_not_mix(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with writing(target) as one, writing(target) as other:
        for _ in range(1000):
            one.write(b"one ")
            other.write(b"other ")
    assert target.read_bytes() == b"one " * 1000, "the last to end is the outer block"
    assert names(tmp_path) == ["out"]


def test_an_answer_is_in_memory_while_it_is_short() -> None:
    with answer_file() as file:
        file.write(b"frogs")
        assert not vars(file)["_rolled"]
        file.write(b"x" * 2**24)
        file.seek(0)
        assert vars(file)["_rolled"] and file.read(5) == b"frogs"


KILLED = """
import os, signal, sys
from pathlib import Path
from kg.text.files import writing
from kg.text.folders import filling
target = Path(sys.argv[1])
with writing(target / "out") as stream, filling(target / "tables", "tables") as folder:
    stream.write(b"half")
    (folder / "half.csv").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@posix
def test_what_a_process_left_that_was_killed_is_removed_and_nothing_else(tmp_path: Path) -> None:
    mine = (".out.chapter1.partial", ".out.0123456789abcdef.partial.txt", ".other.0123456789abcdef.partial")
    for name in mine:
        (tmp_path / name).write_text("mine")
    (tmp_path / ".out.fedcba9876543210.partial").symlink_to(mine[0])
    kept = names(tmp_path)
    with writing(tmp_path / "out") as stream, filling(tmp_path / "tables", "tables"):
        stream.write(b"whole")
        under_way = names(tmp_path)
        subprocess.run([sys.executable, "-c", KILLED, tmp_path], check=False)
        assert len(names(tmp_path)) == len(under_way) + 2, "what is under way here is not abandoned"
    assert len(names(tmp_path)) == len(kept) + 4
    write(tmp_path / "out")
    with filling(tmp_path / "tables", "tables"):
        assert len([name for name in names(tmp_path) if name.startswith(".tables.")]) == 1
    assert names(tmp_path) == sorted([*kept, "out", "tables"])
    assert {(tmp_path / name).read_text() for name in mine} == {"mine"}
