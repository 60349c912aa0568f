"""What a reader of papers is.

A reader is a module of this folder, or a class of another package (entry point group ``kg.sources``), for one format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from kg.records import Paper

Warn = Callable[[str], None]
"""Called with one line for each entry that is skipped or looks damaged."""


class Source(NamedTuple):
    """An opened input.

    Args:
        stream: its bytes, decompressed.
        place: its path as the user gave it, or "<stdin>"; messages name it.
        name: what the graph calls it (``kg:listedOn``): the file's name, or its path below the folder that was given.
    """

    stream: BinaryIO
    place: str
    name: str


class Reader(NamedTuple):
    """A reader of one format.

    Args:
        name: what messages call the format.
        recognises: whether an input is in this format, by its first bytes (up to 8 KB, decompressed) and its name.
        read: yields the papers of a source. It skips an incomplete entry with a warning that names its line, and raises
            :class:`~kg.errors.InputError` for what it cannot read at all.
    """

    name: str
    recognises: Callable[[bytes, str], bool]
    read: Callable[[Source, Warn], Iterator[Paper]]
