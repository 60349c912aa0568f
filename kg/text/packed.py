"""Compressed files: gzip, bzip2, xz and Zstandard, told by their first bytes, unpacked as they are read.

A small file can unpack to more than a disk holds, so there is a limit (:data:`UNPACKED_LIMIT`), which a user can raise.
It holds for an input as a whole: of what is packed again within it, or beside it in an archive, all is counted.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

from kg.errors import InputError
from kg.text.files import reason

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD = 8192  # bytes that can be peeked at
UNPACKED_LIMIT = 100_000_000  # bytes of an input that unpacks to more than UNPACKED_RATIO times its size
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


class Budget:
    """How much may come out of an input: of all that is packed in it, and of what is packed in that, together.

    Args:
        place: what errors call the input.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self.size = 0
        """Bytes of the input itself that were read."""
        self._unpacked = 0

    @cached_property
    def _limit(self) -> int:
        given = os.environ.get(LIMIT_VARIABLE, str(UNPACKED_LIMIT))
        if not given.isdecimal() or len(given) > 18:
            raise InputError(LIMIT_VARIABLE, f"is {given[:30]!r}; expected a number of bytes")
        return int(given)

    def counting(self, stream: BinaryIO) -> Callable[[int], bytes]:
        """What reads the input itself, piece by piece."""
        read = _by_piece(stream)

        def counted(size: int) -> bytes:
            piece = read(size)
            self.size += len(piece)
            return piece

        return counted

    def limiting(self, stream: BinaryIO, place: str) -> Callable[[int], bytes]:
        """What reads a stream of unpacked bytes, piece by piece.

        Raises:
            InputError: when it is called; more came out of the input than may.
            OSError: when it is called; they cannot be unpacked.
        """
        read = _by_piece(stream)

        def limited(size: int) -> bytes:
            try:
                piece = read(size)
            except (OSError, InputError):
                raise
            except Exception as error:  # each of the formats has errors of its own
                raise OSError(reason(error)) from None
            self._unpacked += len(piece)
            if self._unpacked > max(self._limit, UNPACKED_RATIO * self.size):
                whole = "its size" if place == self.place else f"the size of {self.place}, with what came before it"
                limit = f"{self._limit:,} bytes and {UNPACKED_RATIO} times {whole}"
                raise InputError(place, f"unpacks to more than {limit}; {LIMIT_VARIABLE}=BYTES allows more")
            return piece

        return limited


class Unpacked(io.BufferedReader):
    """A stream of bytes that are not packed, which can be peeked at; closing it leaves open what it is read from.

    ``budget`` is that of the input.
    """

    def __init__(self, head: bytes, read: Callable[[int], bytes], budget: Budget) -> None:
        super().__init__(Rejoined(head, read), buffer_size=8 * HEAD)
        self.budget = budget


def unpacked(stream: BinaryIO, place: str) -> Unpacked:
    """An input, decompressed if it is compressed.

    Args:
        stream: open for reading bytes, at its beginning. It may be a pipe: it is read only once.
        place: what errors call it.

    Raises:
        InputError: it cannot be read.
    """
    budget = Budget(place)
    return _unpacked(budget.counting(stream), place, budget)


def unpacked_within(stream: BinaryIO, place: str, budget: Budget) -> Unpacked:
    """What came out of an input, such as a member of an archive, decompressed if it is compressed once more.

    Args:
        stream: open for reading bytes, at its beginning.
        place: what errors call it.
        budget: of the input.

    Raises:
        InputError: it cannot be read.
    """
    return _unpacked(budget.limiting(stream, place), place, budget)


def _unpacked(read: Callable[[int], bytes], place: str, budget: Budget) -> Unpacked:
    begun = _begun(read, place, budget)
    head = begun.peek()
    unpack = next((unpack for start, unpack in _FORMATS if head.startswith(start)), None)
    if unpack is None:
        return begun
    try:
        content = unpack(begun)
    except OSError as error:
        raise InputError(place, f"cannot be read ({reason(error)})") from None
    return _begun(budget.limiting(content, place), place, budget)


def _by_piece(stream: BinaryIO) -> Callable[[int], bytes]:
    """What reads one piece of a stream, without waiting for more."""
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    return read


def _begun(read: Callable[[int], bytes], place: str, budget: Budget) -> Unpacked:
    """A stream whose first peek shows what it begins with, however small the pieces are in which it arrives."""
    head = b""
    try:
        while len(head) < HEAD and not _is_telling(head):
            if not (piece := read(HEAD - len(head))):
                break
            head += piece
    except OSError as error:
        raise InputError(f"{place}:1", f"cannot be read ({reason(error)})") from None
    return Unpacked(head, read, budget)


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
