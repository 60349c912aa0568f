"""The files of a folder that may be sources: all below it, but not hidden ones and those of graphs and of exports."""

from __future__ import annotations

import os
import re
from pathlib import Path

from kg.errors import InputError
from kg.sources.reader import Warn
from kg.text.files import (
    CATALOGUES,
    CORRECTIONS,
    FETCHED,
    GENERATION_MANIFEST,
    PUBLISHED,
    SITE_MARK,
    TABLES_MARK,
    path_text,
    reason,
)

_GENERATION = re.compile(r"generation-[1-9][0-9]*(?:\.partial)?")

_OF_GRAPH = ("CURRENT", CATALOGUES, CORRECTIONS, FETCHED, PUBLISHED)  # what is in a graph folder besides generations


def files_of(folder: Path, warn: Warn) -> list[Path]:
    """The files of a folder and its subfolders, sorted by path. Links are followed; no folder is read twice.

    Sites and tables that a graph was exported as are left out, unless one is the folder itself.

    Args:
        folder: a folder, or a link to one.
        warn: called with one line for each file or folder that cannot be read, was read already, or is an export.

    Raises:
        InputError: the folder itself cannot be read.
    """
    found: list[Path] = []
    read: set[tuple[int, int]] = set()
    folders, links = [folder], list[Path]()  # links last, so that a file is found under its own path
    while folders or links:
        top = (folders or links).pop(0)
        try:
            status = top.stat()
            if (place := (status.st_dev, status.st_ino)) in read:
                warn(f"{path_text(top)}: is a link to a folder that is read already; skipped")
                continue
            read.add(place)
            entries = sorted(map(Path, os.scandir(top)))
        except OSError as error:
            if top == folder:
                raise InputError(path_text(folder), f"cannot be read ({reason(error)})") from None
            warn(f"{path_text(top)}: cannot be read ({reason(error)}); skipped")
            continue
        if top != folder and any(entry.name in (SITE_MARK, TABLES_MARK) for entry in entries):
            warn(f"{path_text(top)}: is an export of a graph; skipped")
            continue
        with_graph = any(map(_is_generation, entries))
        for entry in entries:
            if entry.name.startswith(".") or _is_generation(entry) or (with_graph and entry.name in _OF_GRAPH):
                continue
            if os.path.isdir(entry):  # noqa: PTH112 (Path.is_dir raises where the entry cannot be read)
                (links if entry.is_symlink() else folders).append(entry)
            elif os.path.isfile(entry):  # noqa: PTH113
                found.append(entry)
            else:
                warn(f"{path_text(entry)}: is not a file, or a link to nothing; skipped")
    return sorted(found)


def _is_generation(path: Path) -> bool:
    """Whether a path is a generation of a graph: a folder that a build made (:mod:`kg.graph.store`)."""
    if not _GENERATION.fullmatch(path.name):
        return False
    earlier = os.path.isfile(path / "papers.jsonl") and os.path.isdir(path / "store")  # noqa: PTH112, PTH113
    return earlier or os.path.isfile(path / GENERATION_MANIFEST)  # noqa: PTH113
