"""Readers: files, folders and standard input in, a stream of :class:`~kg.records.Paper` out.

The content of an input decides which reader takes it: the first that recognises it, those of other packages before the
shipped ones. Inputs may be gzipped. Each input is opened once, so that pipes are read whole.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from kg.errors import InputError, KGError
from kg.records import Paper
from kg.sources import foreign, jsonl, listing
from kg.sources.reader import Reader, Source, Warn
from kg.text.lines import HEAD, reading, unzipped
from kg.text.names import one_line

__all__ = ["STDIN", "Reader", "Source", "Warn", "read_papers", "readers"]

STDIN = "-"


def readers() -> list[Reader]:
    """All readers, in the order in which they are tried: those of other packages by name, then the shipped ones.

    Raises:
        KGError: an entry point of the group ``kg.sources`` cannot be imported, or is not a :class:`Reader`.
    """
    plugins = sorted(entry_points(group="kg.sources"), key=lambda point: point.name)
    return [*map(_plugin, plugins), foreign.READER, jsonl.READER, listing.READER]


def _plugin(point: EntryPoint) -> Reader:
    place = f"entry point {point.name} = {point.value} (kg.sources)"
    try:
        reader = point.load()
    except Exception as error:  # whatever the other package does when it is imported
        raise KGError(f"{place}: cannot be imported ({type(error).__name__}: {one_line(str(error))})") from error
    if not isinstance(reader, Reader):
        raise KGError(f"{place}: expected a kg.sources.Reader, found {type(reader).__name__}")
    return reader


def read_papers(inputs: str | Path | Iterable[str | Path], warn: Warn) -> Iterator[Paper]:
    """Read the entries of some inputs, in order.

    Args:
        inputs: one or several files, folders (their files in name order, hidden ones left out) and "-" for standard
            input. In a folder, files that are not text are skipped with a warning.
        warn: called with one line for each entry that is skipped or looks damaged.

    Raises:
        InputError: a path is absent, or a file is empty, not text, or broken; names file and line.
        KGError: something that is given is not a path, or a reader of another package cannot be used.
    """
    known = readers()
    for given in [inputs] if isinstance(inputs, str | Path) else inputs:
        if not isinstance(given, str | os.PathLike):
            raise KGError(f"inputs: expected paths (str or pathlib.Path), found {given!r}")
        path = Path(given)
        if str(given) == STDIN:
            yield from _read(Source(unzipped(sys.stdin.buffer, "<stdin>"), "<stdin>", STDIN), known, warn)
        elif path.is_dir():
            yield from _read_folder(path, known, warn)
        else:
            with reading(path) as stream:
                yield from _from(path, _read(Source(stream, str(path), path.name), known, warn))


def _read_folder(folder: Path, known: Sequence[Reader], warn: Warn) -> Iterator[Paper]:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and not _hidden(file.relative_to(folder))]
    if not files:
        raise InputError(str(folder), "is a folder without files")
    for file in files:
        with ExitStack() as stack:
            try:
                stream = stack.enter_context(reading(file))
            except InputError as error:
                warn(f"{file}: {error.problem}; skipped")
                continue
            if b"\0" in stream.peek()[:HEAD]:
                warn(f"{file}: is not a text file; skipped")
            else:
                source = Source(stream, str(file), file.relative_to(folder).as_posix())
                yield from _from(file, _read(source, known, warn))


def _from(path: Path, papers: Iterator[Paper]) -> Iterator[Paper]:
    origin = str(path.resolve()) if path.is_file() else None  # a pipe has no place to come back to
    return (replace(paper, origin=origin) for paper in papers)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _read(source: Source, known: Sequence[Reader], warn: Warn) -> Iterator[Paper]:
    head = source.stream.peek()[:HEAD]
    reader = next(reader for reader in known if reader.recognises(head, source.name))  # a listing may be any text
    return reader.read(source, warn)
