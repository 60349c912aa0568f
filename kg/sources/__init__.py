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
from pathlib import Path

from kg.errors import InputError, KGError
from kg.plugins import load_plugins
from kg.records import Paper
from kg.sources import foreign, jsonl, listing
from kg.sources.folder import files_of
from kg.sources.reader import Reader, Source, Warn
from kg.sources.warnings import limited
from kg.text.files import path_text
from kg.text.lines import HEAD, reading, unzipped

__all__ = ["STDIN", "Reader", "Source", "Warn", "read_papers", "readers"]

STDIN = "-"


def readers() -> list[Reader]:
    """All readers, in the order in which they are tried: those of other packages by name, then the shipped ones.

    Raises:
        KGError: an entry point of the group ``kg.sources`` cannot be imported, or is not a :class:`Reader`.
    """
    return [*load_plugins("kg.sources", Reader).values(), foreign.READER, jsonl.READER, listing.READER]


def read_papers(inputs: str | Path | Iterable[str | Path], warn: Warn) -> Iterator[Paper]:
    """Read the entries of some inputs, in order.

    Args:
        inputs: one or several files, folders (all files below them in name order, but not hidden ones and those of
            graphs) and "-" for standard input. In a folder, a file of which nothing can be read is skipped with a
            warning.
        warn: called with one line for each entry that is skipped or looks damaged; of very many lines of one kind about
            one input, the later ones are only counted.

    Raises:
        InputError: a path is absent, or a file is empty, not text, or broken, or nothing in a folder can be read; names
            file and line.
        KGError: something that is given is not a path, or a reader of another package cannot be used.
    """
    known = readers()
    for given in [inputs] if isinstance(inputs, str | Path) else inputs:
        if not isinstance(given, str | os.PathLike):
            raise KGError(f"inputs: expected paths (str or pathlib.Path), found {given!r}")
        path = Path(given)
        if str(given) == STDIN:
            source = Source(unzipped(sys.stdin.buffer, "<stdin>"), "<stdin>", STDIN)
            yield from _read(source, _reader_of(source, known), warn)
        elif path.is_dir():
            yield from _read_folder(path, known, warn)
        else:
            with reading(path) as stream:
                source = Source(stream, path_text(path), path_text(path.name))
                yield from _read(source, _reader_of(source, known), warn, path)


def _read_folder(folder: Path, known: Sequence[Reader], warn: Warn) -> Iterator[Paper]:
    """The papers of all files in a folder; files that are something else than sources are skipped."""
    first: str | None = None
    any_read = False
    with limited(warn, path_text(folder)) as warn_of:
        for file in files_of(folder, warn_of):
            one_read = False
            try:
                for paper in _read_file(file, folder, known, warn):
                    any_read = one_read = True
                    yield paper
            except _NotASourceError as error:
                if one_read:
                    raise
                first = first or str(error)
                warn_of(f"{error}; skipped")
        if not any_read:
            problem = f"the first problem is: {first}" if first else "it has no files"
            raise InputError(path_text(folder), f"is a folder without files that can be read; {problem}")


class _NotASourceError(InputError):
    """A file in a folder cannot be read, and did not seem to be a source for certain."""


def _read_file(file: Path, folder: Path, known: Sequence[Reader], warn: Warn) -> Iterator[Paper]:
    """The papers of a file in a folder."""
    place = path_text(file)
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(reading(file))
            if b"\0" in stream.peek()[:HEAD]:
                raise InputError(place, "is not a text file")
        except InputError as error:
            raise _NotASourceError(place, error.problem) from None
        source = Source(stream, place, path_text(file.relative_to(folder).as_posix()))
        reader = _reader_of(source, known)
        try:
            yield from _read(source, reader, warn, file)
        except InputError as error:
            if reader in (foreign.READER, listing.READER):  # which take any file
                raise _NotASourceError(error.place, error.problem) from None
            raise


def _read(source: Source, reader: Reader, warn: Warn, path: Path | None = None) -> Iterator[Paper]:
    origin = str(path.resolve()) if path and path.is_file() else None  # a pipe has no place to come back to
    with limited(warn, source.place) as warn_of:
        for paper in reader.read(source, warn_of):
            yield replace(paper, origin=origin)


def _reader_of(source: Source, known: Sequence[Reader]) -> Reader:
    head = source.stream.peek()[:HEAD]
    return next(reader for reader in known if reader.recognises(head, source.name))  # a listing may be any text
