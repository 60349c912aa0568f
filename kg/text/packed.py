"""Compressed files: gzip, bzip2, xz and Zstandard, told by their first bytes, unpacked as they are read.

A small file can unpack to more than a disk holds, so there is a limit (:data:`UNPACKED_LIMIT`), which a user can raise.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from kg.errors import InputError
from kg.text.files import reason

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD = 8192  # bytes that can be peeked at
UNPACKED_LIMIT = 100_000_000  # bytes of a file that unpacks to more than UNPACKED_RATIO times its size
LIMIT_VARIABLE = "KG_MAX_BYTES"  # the environment variable that sets another limit
UNPACKED_RATIO = 100  # the texts of papers unpack to three or four times their size
_WINDOW = 27  # base 2 logarithm of the bytes that a Zstandard file may make its reader remember
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _zstandard(packed: BinaryIO) -> Any:
    """Unpacks Zstandard (RFC 8878), with Python's own module (from 3.14 on) or that of an extra."""
    if sys.version_info >= (3, 14):
        from compression import zstd

        return zstd.ZstdFile(packed, options={zstd.DecompressionParameter.window_log_max: _WINDOW})
    try:
        import zstandard
    except ImportError:
        raise OSError("it is compressed with Zstandard; pip install 'papers-kg[zstd]' lets it be read") from None
    return zstandard.ZstdDecompressor(max_window_size=1 << _WINDOW).stream_reader(packed, read_across_frames=True)


_FORMATS: tuple[tuple[bytes, Callable[[BinaryIO], Any]], ...] = (  # (how it begins, what unpacks it)
    (b"\x1f\x8b", lambda packed: gzip.GzipFile(fileobj=packed, mode="rb")),  # RFC 1952, section 2.3.1
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\0", lzma.LZMAFile),  # https://tukaani.org/xz/xz-file-format.txt
    (b"\x28\xb5\x2f\xfd", _zstandard),
)


def unpacked(stream: BinaryIO, place: str) -> io.BufferedReader:
    """A stream that can be peeked at, decompressed if it is compressed; closing it leaves the given one open.

    Args:
        stream: open for reading bytes, at its beginning. It may be a pipe: it is read only once.
        place: what errors call it.

    Raises:
        InputError: it cannot be read.
    """
    begun = _begun(stream, place)
    head = begun.peek()
    unpack = next((unpack for start, unpack in _FORMATS if head.startswith(start)), None)
    return _begun(cast(BinaryIO, Unpacked(begun, place, unpack)), place) if unpack else begun


class Unpacked:
    """A compressed stream unpacked, up to a limit, so that a small file cannot take all time and memory.

    Args:
        packed: at its beginning.
        place: what errors call it.
        unpack: makes a stream of unpacked bytes of one of packed bytes.
        size: the number of packed bytes, where they are not read through this object.
    """

    def __init__(self, packed: BinaryIO, place: str, unpack: Callable[[BinaryIO], Any], size: int = 0) -> None:
        self._packed = packed
        self._place = place
        self._limit = _unpacked_limit()
        self._read, self._unpacked = size, 0
        try:
            self._stream = unpack(packed if size else cast(BinaryIO, self))
        except OSError as error:
            raise InputError(place, f"cannot be read ({reason(error)})") from None

    def read(self, size: int = -1) -> bytes:
        """The next packed bytes; called by the decompressor."""
        piece = self._packed.read(size)
        self._read += len(piece)
        return piece

    def read1(self, size: int) -> bytes:
        """The next unpacked bytes.

        Raises:
            InputError: there are too many of them.
            OSError: they cannot be unpacked.
        """
        try:
            piece: bytes = getattr(self._stream, "read1", self._stream.read)(size)
        except (OSError, InputError):
            raise
        except Exception as error:  # each of the formats has errors of its own
            raise OSError(reason(error)) from None
        self._unpacked += len(piece)
        if self._unpacked > max(self._limit, UNPACKED_RATIO * self._read):
            limit = f"{self._limit:,} bytes and {UNPACKED_RATIO} times its size"
            raise InputError(self._place, f"unpacks to more than {limit}; {LIMIT_VARIABLE}=BYTES allows more")
        return piece


def _unpacked_limit() -> int:
    given = os.environ.get(LIMIT_VARIABLE, str(UNPACKED_LIMIT))
    if not given.isdecimal() or len(given) > 18:
        raise InputError(LIMIT_VARIABLE, f"is {given[:30]!r}; expected a number of bytes")
    return int(given)


def _begun(stream: BinaryIO, place: str) -> io.BufferedReader:
    """A stream whose first peek shows what it begins with, however small the pieces are in which it arrives."""
    read = getattr(stream, "read1", stream.read)  # one piece, without waiting for more
    head = b""
    try:
        while len(head) < HEAD and not _is_telling(head):
            if not (piece := read(HEAD - len(head))):
                break
            head += piece
    except OSError as error:
        raise InputError(f"{place}:1", f"cannot be read ({reason(error)})") from None
    return io.BufferedReader(Rejoined(head, read), buffer_size=8 * HEAD)


def _is_telling(head: bytes) -> bool:
    """Whether the first bytes say enough: those of JSON lines do soon, so that they are read as they come."""
    visible = head.removeprefix(_BYTE_ORDER_MARK).strip()
    return len(visible) >= 4 and (visible.startswith(b"{") or any(head.startswith(start) for start, _ in _FORMATS))


class Rejoined(io.RawIOBase):
    """The bytes that were read from a stream already, and then the others.

    Args:
        head: what was read.
        read: returns up to so many of the next bytes, none at the end.
    """

    def __init__(self, head: bytes, read: Callable[[int], bytes]) -> None:
        self._head = head
        self._read = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Put the next bytes into a buffer, and return their number; 0 at the end."""
        room = memoryview(buffer)
        piece, self._head = self._head or self._read(len(room)), b""
        room[: len(piece)] = piece
        return len(piece)
