"""Readers: files, folders and standard input in, a stream of :class:`~kg.records.Paper` out.

The content of an input decides which reader takes it: the first that recognises it, those of other packages before the
shipped ones. Inputs may be gzipped. Each input is opened once, so that pipes are read whole.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

from kg.errors import InputError
from kg.records import Paper
from kg.sources import jsonl, listing
from kg.sources.reader import Reader, Source, Warn
from kg.text.lines import open_bytes, peeked, unzipped

__all__ = ["STDIN", "Reader", "Source", "Warn", "read_papers", "readers"]

STDIN = "-"


def readers() -> list[Reader]:
    """All readers, in the order in which they are tried: those of other packages by name, then the shipped ones."""
    plugins = sorted(entry_points(group="kg.sources"), key=lambda point: point.name)
    return [*(cast(Reader, point.load()) for point in plugins), jsonl.READER, listing.READER]


def read_papers(inputs: Iterable[str | Path], warn: Warn) -> Iterator[Paper]:
    """Read the entries of some inputs, in order.

    Args:
        inputs: files, folders (their files in name order, hidden ones left out) and "-" for standard input. In a
            folder, files that are not text are skipped with a warning.
        warn: called with one line for each entry that is skipped or looks damaged.

    Raises:
        InputError: a path is absent, or a file is empty, no text, or broken; names file and line.
    """
    known = readers()
    for given in inputs:
        path = Path(given)
        if str(given) == STDIN:
            yield from _read(Source(unzipped(sys.stdin.buffer, "<stdin>"), "<stdin>", STDIN), known, warn)
        elif path.is_dir():
            yield from _read_folder(path, known, warn)
        else:
            with open_bytes(path) as stream:
                yield from _read(Source(stream, str(path), path.name), known, warn)


def _read_folder(folder: Path, known: list[Reader], warn: Warn) -> Iterator[Paper]:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and not _hidden(file.relative_to(folder))]
    if not files:
        raise InputError(str(folder), "is a folder without files")
    for file in files:
        try:
            stream = open_bytes(file)
            head = peeked(stream, str(file))
        except InputError as error:
            warn(f"{file}: {error.problem}; skipped")
            continue
        with stream:
            if b"\0" in head:
                warn(f"{file}: is not a text file; skipped")
            else:
                yield from _read(Source(stream, str(file), file.relative_to(folder).as_posix()), known, warn)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _read(source: Source, known: list[Reader], warn: Warn) -> Iterator[Paper]:
    head = peeked(source.stream, source.place)
    for reader in known:
        if reader.recognises(head, source.name):
            return reader.read(source, warn)
    raise InputError(source.place, f"is in no known format; expected {' or '.join(reader.name for reader in known)}")
