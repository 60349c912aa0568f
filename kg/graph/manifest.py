"""The manifest of a generation: the mark that a build made the folder, and what its files are when it is complete.

``kg-generation.json`` is ``{"generation": "generation-3", "files": {"store/000010.sst": [size, mtime, digest], ...}}``:
sizes in bytes, times of the last change in nanoseconds, BLAKE2b digests of 16 bytes. "files" comes when the generation
is complete.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from kg.errors import GraphError
from kg.text.files import GENERATION_MANIFEST, sync_folder, writing

EXTRACTED = "extracted.jsonl"
"""What a build has extracted so far (:mod:`kg.builder.extracted`), which outlives it if it is interrupted."""
READ = ("store/", "index.", "profiles/")
"""How the names of the files begin that questions to a graph read."""
ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
"""What the system says of a file that is not there, or is something else. All else is no damage."""

# What the store checks itself when it is opened, and what other programs change that open it, though they add nothing.
_OPENED = ("CURRENT", "IDENTITY", "LOCK", "LOG", "LOG.old.*", "*.log", "MANIFEST-*", "OPTIONS-*")
_LEFT_OUT = (*_OPENED, GENERATION_MANIFEST, EXTRACTED)
_NEEDED = ("papers.jsonl", "meta.json")  # which builds go on from
_QUICKLY_READ = 64_000_000  # bytes; digests of more are not checked when a graph is opened
_BLOCK = 2**20
_TOGETHER = 4  # files whose digests are made at a time


def mark(folder: Path, generation: str) -> None:
    """Mark a new folder as one that a build is filling, under the name that it will have."""
    _write(folder, {"generation": generation})


def seal(folder: Path, generation: str, before: Path | None = None) -> None:
    """Write the manifest of a folder that is complete, when all its files have reached the disk.

    Args:
        folder: is complete.
        generation: the name that it will have.
        before: the folder of a complete generation: of files that are links to its files, the digests are known.

    Raises:
        OSError: a file cannot be read or written.
    """
    known: Mapping[str, tuple[int, int, str]] = {}
    if before:
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            known = {name: (*entry,) for name, entry in _read(before)["files"].items()}

    from concurrent.futures import ThreadPoolExecutor  # needed by builds alone

    def described(path: Path) -> tuple[int, int, str]:
        name = path.relative_to(folder).as_posix()
        entry = known.get(name)
        with suppress(OSError):
            found = path.stat()
            if before and entry and entry[:2] == (found.st_size, found.st_mtime_ns) and path.samefile(before / name):
                return entry
        return _described(path)

    paths = list(_files(folder))
    with ThreadPoolExecutor(_TOGETHER) as pool:  # a digest is made, and the disk waited for, without Python
        entries = list(pool.map(described, paths))
    files = {path.relative_to(folder).as_posix(): entry for path, entry in zip(paths, entries, strict=True)}
    for inner in {path.parent for path in paths}:
        sync_folder(inner)
    _write(folder, {"generation": generation, "files": files})


def made_by_a_build(folder: Path) -> bool:
    """Whether a build made this folder, under the name that it has: then a build may also remove it."""
    try:
        return bool(_read(folder).get("generation") == folder.name.removesuffix(".partial"))
    except (OSError, ValueError, RecursionError):
        return False


def is_marked(folder: Path) -> bool:
    """Whether the folder has a manifest, damaged or not."""
    return (folder / GENERATION_MANIFEST).is_file()


def check(folder: Path, *, parts: tuple[str, ...] = READ, thorough: bool = False) -> None:
    """Compare the files of a complete generation with its manifest; one of an earlier version has none.

    Sizes are always compared. Digests are compared for files that were touched since the build, as long as that is
    quick.

    Args:
        folder: that of the generation.
        parts: how the names of the files that matter begin.
        thorough: compare the digests of all files.

    Raises:
        UnreadableError: a file cannot be read; names it.
        GraphError: a file is absent or different; names it.
    """
    try:
        if not is_marked(folder):
            return
        files: Mapping[str, tuple[int, int, str]] = {name: (*entry,) for name, entry in _read(folder)["files"].items()}
        expected = {name: entry for name, entry in files.items() if thorough or name.startswith(parts)}
        touched = [name for name, entry in expected.items() if _is_touched(folder / name, *entry)]
        quick = sum(files[name][0] for name in touched) <= _QUICKLY_READ
        for name in expected if thorough else touched if quick else ():
            if _digest(folder / name) != files[name][2]:
                raise _Damaged(folder / name)
    except _Damaged as error:
        where = " in a new folder" if error.path.name in _NEEDED else ""
        raise GraphError(f"{error.path}: is damaged or incomplete; build the graph again{where}") from None
    except (*ABSENT, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise GraphError(f"{folder / GENERATION_MANIFEST}: is damaged; build the graph again") from None
    except OSError as error:
        raise unreadable(folder, error) from None


class UnreadableError(GraphError):
    """A file that the system does not let this program read, though there may be nothing wrong with the graph."""


def unreadable(path: Path, error: OSError) -> UnreadableError:
    """The error for a file, and why it cannot be read."""
    return UnreadableError(f"{error.filename or path}: cannot be read ({error.strerror or error})")


class _Damaged(Exception):  # noqa: N818 (never leaves this module)
    def __init__(self, path: Path) -> None:
        self.path = path


def _is_touched(path: Path, size: int, changed: int, digest: str) -> bool:
    try:
        found = path.stat()
    except ABSENT:
        raise _Damaged(path) from None
    if found.st_size != size:
        raise _Damaged(path)
    return found.st_mtime_ns != changed


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if not any(fnmatchcase(path.name, pattern) for pattern in _LEFT_OUT) and path.is_file():
            yield path


def _described(path: Path) -> tuple[int, int, str]:
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())
    found = path.stat()
    return found.st_size, found.st_mtime_ns, _digest(path)


def _digest(path: Path) -> str:
    from hashlib import blake2b  # not needed by most openings

    digest = blake2b(digest_size=16)
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _read(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / GENERATION_MANIFEST).read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else {}


def _write(folder: Path, content: dict[str, object]) -> None:
    with writing(folder / GENERATION_MANIFEST) as stream:
        stream.write(json.dumps(content).encode() + b"\n")
