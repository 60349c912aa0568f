"""ZIP archives (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT): each file within is a source of its own.

Hidden files are left out, as in folders. Archives within archives are not opened. What all members may unpack to is
limited as it is for a compressed file (:mod:`kg.text.packed`).
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple, cast

from kg.errors import InputError
from kg.sources.reader import Source
from kg.text.files import reason
from kg.text.packed import Budget, Unpacked, unpacked_within

_STARTS = (b"PK\x03\x04", b"PK\x05\x06")  # of an archive with files, and of one without
_IN_MEMORY = 20_000_000  # bytes of an archive from a pipe; more go to a temporary file
_DOCUMENTS = {
    "[Content_Types].xml": "a document of Microsoft Office",
    "mimetype": "a document, such as one of LibreOffice",
}


class Archive(NamedTuple):
    """An opened archive, and how much may come out of it."""

    file: zipfile.ZipFile
    budget: Budget


def is_archive(head: bytes) -> bool:
    """Whether an input is a ZIP archive, by its first bytes."""
    return head.startswith(_STARTS)


@contextmanager
def opened(source: Source) -> Iterator[Archive]:
    """A source as an archive; one that is not a file is copied first, since the list of members is at the end.

    Raises:
        InputError: it cannot be read, or is a document that is a ZIP archive inside.
    """
    budget = source.stream.budget if isinstance(source.stream, Unpacked) else Budget(source.place)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        try:
            if source.path is None:
                shutil.copyfileobj(source.stream, copy)
            else:
                budget.size = source.path.stat().st_size
            archive = zipfile.ZipFile(source.path or cast("BinaryIO", copy))
        except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise InputError(source.place, f"cannot be read as a ZIP archive ({reason(error)})") from None
        with archive:
            for name, what in _DOCUMENTS.items():
                if name in archive.NameToInfo:
                    raise InputError(source.place, f"is {what}; save it as CSV or as plain text")
            yield Archive(archive, budget)


def members(archive: Archive) -> list[zipfile.ZipInfo]:
    """The files of an archive in the order of their names, without hidden ones."""
    found = {member.filename: member for member in archive.file.infolist() if not member.is_dir()}
    return [member for name, member in sorted(found.items()) if not _is_hidden(name)]


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


@contextmanager
def reading_member(archive: Archive, member: zipfile.ZipInfo, place: str) -> Iterator[Unpacked]:
    """A member opened for reading, decompressed, also if it is a compressed file itself.

    Raises:
        InputError: it cannot be read.
    """
    try:
        stream = archive.file.open(member)
    except (OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile, ValueError) as error:
        raise InputError(place, f"cannot be read ({reason(error)})") from None
    with stream:
        yield unpacked_within(cast("BinaryIO", stream), place, archive.budget)
