"""Readers: files, folders and standard input in, a stream of :class:`~kg.records.Paper` out.

The content of an input decides which reader takes it: the first that recognises it, those of other packages before the
shipped ones. Inputs may be compressed, in another encoding than UTF-8, or ZIP archives of several sources. Each is
opened once, so that pipes are read whole.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from io import BufferedReader
from pathlib import Path
from types import MappingProxyType
from zipfile import ZipInfo

from kg.errors import InputError, KGError
from kg.records import Paper
from kg.remote import storage
from kg.sources import (
    archive,
    arxiv,
    bibtex,
    foreign,
    html,
    jsondoc,
    jsonl,
    labelled,
    listing,
    markdown,
    parquet,
    table,
    tagged,
    xml,
)
from kg.sources.archive import is_archive
from kg.sources.columns import checked
from kg.sources.folder import files_of
from kg.sources.halves import joined
from kg.sources.plugins import installed_readers
from kg.sources.reader import Reader, Source, Warn
from kg.sources.warnings import limited
from kg.text.encodings import in_utf8
from kg.text.files import is_address, path_text
from kg.text.lines import reading
from kg.text.packed import HEAD, unpacked

__all__ = ["STDIN", "Reader", "Source", "Warn", "read_entries", "read_papers", "readers"]

STDIN = "-"


def readers(columns: Mapping[str, str] = MappingProxyType({})) -> list[Reader]:
    """All readers, in the order in which they are tried: those of other packages by name, then the shipped ones.

    Args:
        columns: the names of columns of tables that a user gives, by field; see :func:`read_papers`.

    Raises:
        KGError: an entry point of the group ``kg.sources`` cannot be imported, or is not a :class:`Reader`.
    """
    return [
        *installed_readers(),
        parquet.reader(columns),
        xml.READER,
        tagged.READER,
        bibtex.READER,
        arxiv.READER,
        html.READER,
        labelled.reader(columns),
        foreign.READER,  # what is not read
        jsonl.READER,
        jsondoc.READER,
        table.reader(columns),
        markdown.READER,
        listing.READER,  # any other text
    ]


def read_papers(
    inputs: str | Path | Iterable[str | Path], warn: Warn, *, columns: Mapping[str, str] | None = None
) -> Iterator[Paper]:
    """Read the entries of some inputs, in order; of sources without abstracts only how many there are.

    Args:
        inputs: one or several files, folders (all files below them in name order, but not hidden ones and those of
            graphs) and "-" for standard input. In a folder, a file of which nothing can be read is skipped with a
            warning.
        warn: called with one line for each entry that is skipped or looks damaged; of very many lines of one kind about
            one input, the later ones are only counted.
        columns: names of columns of tables that are not known, by the field that they hold: {"title": "Titel"}.

    Raises:
        InputError: a path is absent, or a file is empty, not text, or broken, or nothing in a folder can be read; names
            file and line.
        KGError: something that is given is not a path, or a reader of another package cannot be used, or
            a field of ``columns`` is not one.
    """
    bare, first, any_whole = 0, None, False
    for entry in read_entries(inputs, warn, columns=columns):
        if entry.bare:
            bare, first = bare + 1, first or entry
        else:
            any_whole = True
            yield entry
    if first and not any_whole:
        raise InputError(first.source or "", "has no abstracts; a build adds what it says to papers of other files")
    if bare:
        warn(f"entries of sources without abstracts, which only add to papers of a build: {bare:,}; skipped")


def read_entries(
    inputs: str | Path | Iterable[str | Path], warn: Warn, *, columns: Mapping[str, str] | None = None
) -> Iterator[Paper]:
    """Read all entries of some inputs, those of sources without abstracts too; see :func:`read_papers`."""
    known = readers(checked(columns or {}))
    yield from joined(_read(inputs, known, warn), warn)


def _read(inputs: str | Path | Iterable[str | Path], known: Sequence[Reader], warn: Warn) -> Iterator[Paper]:
    inputs_read = _Inputs(known, warn)
    for given in [inputs] if isinstance(inputs, str | Path) else inputs:
        if not isinstance(given, str | os.PathLike):
            raise KGError(f"inputs: expected paths (str or pathlib.Path), found {given!r}")
        local = storage.local_path(str(given)) if is_address(given) else Path(given)
        if local is None:
            yield from inputs_read.address(str(given))
            continue
        path = local
        if str(given) == STDIN:
            yield from inputs_read.source(Source(unpacked(sys.stdin.buffer, "<stdin>"), "<stdin>", STDIN))
        elif path.is_dir():
            yield from inputs_read.folder(path)
        else:
            with reading(path) as stream:
                source = Source(stream, path_text(path), path_text(path.name), _as_it_is(path, stream))
                yield from inputs_read.source(source, path)


def _as_it_is(path: Path, stream: BufferedReader) -> Path | None:
    """A path, if it leads to a file that has the bytes of the stream, and not a compressed form of them."""
    start = stream.peek()[:8]
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return path if file.read(len(start)) == start else None


@contextmanager
def _named(opening: AbstractContextManager[BufferedReader], place: str) -> Iterator[BufferedReader]:
    """A file of a folder or an archive, opened; an error in opening it names the file alone, and no line."""
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(opening)
        except InputError as error:
            raise InputError(place, error.problem) from None
        yield stream


class _Inputs:
    """Reads inputs of all kinds.

    Args:
        known: the readers, in the order in which they are tried.
        warn: called with one line for each problem.
    """

    def __init__(self, known: Sequence[Reader], warn: Warn) -> None:
        self.known = known
        self.warn = warn

    def source(self, source: Source, path: Path | None = None, *, within: bool = False) -> Iterator[Paper]:
        """The papers of a source, or of those in it, if it is an archive.

        Args:
            path: the file that it is, or the way to it through an archive.
            within: whether it is in a folder or an archive, where other files than sources are skipped.
        """
        head = source.stream.peek()[:HEAD]
        if is_archive(head):
            yield from self._archive(source, path)
            return
        with limited(self.warn, source.place) as warn:
            source = source._replace(stream=in_utf8(source.stream, source.place, warn))
            head = source.stream.peek()[:HEAD]
            # The last reader takes any text for a listing page.
            reader = next(reader for reader in self.known if reader.recognises(head, source.name))
            if within and reader in (foreign.READER, listing.READER) and b"\0" in head:
                raise InputError(source.place, "is not a text file")
            origin = str(path.resolve()) if path and (within or path.is_file()) else None  # a pipe cannot be read again
            for paper in reader.read(source, warn):
                yield replace(paper, origin=origin)

    def folder(self, folder: Path) -> Iterator[Paper]:
        """The papers of all files in a folder."""

        def parts(warn: Warn) -> Iterator[Iterator[Paper]]:
            for file in files_of(folder, warn):
                yield self._file(file, path_text(file.relative_to(folder).as_posix()))

        yield from self._several(path_text(folder), "a folder", parts)

    def address(self, address: str) -> Iterator[Paper]:
        """The papers of a file, of the files of a folder, or of those that fit a pattern, in storage elsewhere."""
        found, several = storage.files_at(address)
        if several:
            parts = (self._at(file, within=True) for file in found)
            yield from self._several(address, "a folder", lambda warn: parts)
        else:
            yield from self._at(found[0])

    def _at(self, address: str, *, within: bool = False) -> Iterator[Paper]:
        with storage.reading(address) as stream:
            yield from self.source(Source(unpacked(stream, address), address, address), within=within)

    def _file(self, file: Path, name: str) -> Iterator[Paper]:
        place = path_text(file)
        with _named(reading(file), place) as stream:
            yield from self.source(Source(stream, place, name, _as_it_is(file, stream)), file, within=True)

    def _archive(self, source: Source, path: Path | None) -> Iterator[Paper]:
        """The papers of all files in an archive."""
        with archive.opened(source) as opened:

            def parts(warn: Warn) -> Iterator[Iterator[Paper]]:
                for member in archive.members(opened):
                    yield self._member(source, opened, member, path)

            yield from self._several(source.place, "an archive", parts)

    def _member(self, source: Source, opened: archive.Archive, member: ZipInfo, path: Path | None) -> Iterator[Paper]:
        place = f"{source.place}/{member.filename}"
        with _named(archive.reading_member(opened, member, place), place) as stream:
            if is_archive(stream.peek()):
                raise InputError(place, "is an archive within an archive")
            inner = Source(stream, place, f"{source.name}/{member.filename}")
            yield from self.source(inner, path and path / member.filename, within=True)

    def _several(self, place: str, what: str, parts: Callable[[Warn], Iterator[Iterator[Paper]]]) -> Iterator[Paper]:
        """The papers of several sources; those of which nothing can be read are skipped with a warning.

        Raises:
            InputError: nothing can be read of any of them, or one breaks off after some of its papers.
        """
        first: str | None = None
        any_read = False
        with limited(self.warn, place) as warn:
            for papers in parts(warn):
                one_read = False
                try:
                    for paper in papers:
                        any_read = one_read = True
                        yield paper
                except InputError as error:
                    if one_read:
                        raise
                    first = first or str(error)
                    warn(f"{error}; skipped")
            if not any_read:
                problem = f"the first problem is: {first}" if first else "it has no files"
                raise InputError(place, f"is {what} without files that can be read; {problem}")
