"""What a reader is: the code that reads papers from one format of source.

A reader is a module of this folder, with its :class:`Reader` as ``READER``, or with a function ``reader`` that makes it
from the names of columns that a user gives. Another package adds one by the entry point group ``kg.sources``, in its
``pyproject.toml``::

    [project.entry-points."kg.sources"]
    tabbed = "tabbed:READER"

where ``tabbed.py`` is all that it needs::

    from kg import InputError, Paper
    from kg.sources import Reader

    def recognises(head, name):
        return name.endswith(".tabbed")

    def read(source, warn):
        for number, line in enumerate(source.stream, start=1):
            place = f"{source.place}:{number}"
            try:
                id, title, abstract = line.decode("utf-8").rstrip("\\n").split("\\t")
            except ValueError:
                raise InputError(place, "expected id, title and abstract between tabs") from None
            if not title:
                warn(f"{place}: has no title; skipped")
                continue
            yield Paper(id=id, title=title, abstract=abstract, source=source.name, line=number)

    READER = Reader("id, title and abstract between tabs", recognises, read)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from kg.errors import InputError
from kg.records import Paper

EXPECTED = "BibTeX, RIS, CSV, JSON, XML, a listing page, or papers in another format that is read"
"""What an input should be, for errors."""


class NotPapersError(InputError):
    """A file is no source of papers, although its format is known."""


Warn = Callable[[str], None]
"""Called with one line for each entry that is skipped or looks damaged."""


class Source(NamedTuple):
    """An opened file, or standard input.

    Args:
        stream: its bytes, decompressed, at their beginning; text is in UTF-8, whatever the file and its XML declaration
            are in. It may be a pipe, which cannot be read twice.
        place: its path as the user gave it, or "<stdin>"; messages name it. That of a member of a ZIP archive goes on
            after the archive's.
        name: what the graph calls it (``kg:listedOn``): the file's name, or its path below the folder that was given.
        path: the file, for formats that are not read from beginning to end; ``None`` where the stream is not that of an
            uncompressed file on its own.
    """

    stream: BufferedReader
    place: str
    name: str
    path: Path | None = None


def first_text(head: bytes) -> str:
    """The first bytes of an input as text, from its first visible character on."""
    return head.decode("utf-8", "replace").removeprefix("\ufeff").lstrip()


class Reader(NamedTuple):
    """A reader of one format.

    Args:
        name: what messages call the format.
        recognises: whether an input is in this format, by its first bytes (up to 8 KB, decompressed; at least the first
            visible ones) and :attr:`Source.name`.
        read: yields the papers of a source. It skips an incomplete entry with a warning that names its line, and raises
            :class:`~kg.errors.InputError` for what it cannot read at all.
    """

    name: str
    recognises: Callable[[bytes, str], bool]
    read: Callable[[Source, Warn], Iterator[Paper]]
