"""ZIP archives (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT): each file within is a source of its own.

Hidden files are left out, as in folders. Archives within archives are not opened. What a member may unpack to is
limited as it is for compressed files (:mod:`kg.text.packed`).
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from typing import BinaryIO, cast

from kg.errors import InputError
from kg.sources.reader import Source
from kg.text.files import reason
from kg.text.packed import Unpacked, unpacked

_STARTS = (b"PK\x03\x04", b"PK\x05\x06")  # of an archive with files, and of one without
_IN_MEMORY = 20_000_000  # bytes of an archive from a pipe; more go to a temporary file
_DOCUMENTS = {
    "[Content_Types].xml": "a document of Microsoft Office",
    "mimetype": "a document, such as one of LibreOffice",
}


def is_archive(head: bytes) -> bool:
    """Whether an input is a ZIP archive, by its first bytes."""
    return head.startswith(_STARTS)


@contextmanager
def opened(source: Source) -> Iterator[zipfile.ZipFile]:
    """A source as an archive; one that is not a file is copied first, since the list of members is at the end.

    Raises:
        InputError: it cannot be read, or is a document that is a ZIP archive inside.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        try:
            if source.path is None:
                shutil.copyfileobj(source.stream, copy)
            archive = zipfile.ZipFile(source.path or cast("BinaryIO", copy))
        except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise InputError(source.place, f"cannot be read as a ZIP archive ({reason(error)})") from None
        with archive:
            for name, what in _DOCUMENTS.items():
                if name in archive.NameToInfo:
                    raise InputError(source.place, f"is {what}; save it as CSV or as plain text")
            yield archive


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of an archive in the order of their names, without hidden ones."""
    found = {member.filename: member for member in archive.infolist() if not member.is_dir()}
    return [member for name, member in sorted(found.items()) if not _is_hidden(name)]


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


@contextmanager
def reading_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: str) -> Iterator[BufferedReader]:
    """A member opened for reading, decompressed, also if it is a compressed file itself.

    Raises:
        InputError: it cannot be read.
    """
    try:
        stream = archive.open(member)
    except (OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile, ValueError) as error:
        raise InputError(place, f"cannot be read ({reason(error)})") from None
    with stream:
        packed = Unpacked(cast("BinaryIO", stream), place, lambda same: same, size=max(member.compress_size, 1))
        yield unpacked(cast("BinaryIO", packed), place)
