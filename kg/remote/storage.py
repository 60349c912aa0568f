"""Files in storage elsewhere, such as "s3://bucket/papers.jsonl.gz", through fsspec, which knows the protocols.

Everything is read and written as a stream. Only addresses with "://" of a protocol that fsspec knows are taken, and
none of the web, since nothing is ever fetched unless the user says fetch.
"""

from __future__ import annotations

import errno
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast
from urllib.request import url2pathname

from kg.errors import InputError, KGError
from kg.text import files
from kg.text.files import is_address
from kg.text.names import one_line

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_WEB = ("http", "https")


def address_of(place: str | Path) -> str | None:
    """A place as an address, if it is one. A path that was made of an address has one slash after the protocol.

    >>> address_of("memory://x.ttl"), address_of(Path("memory://x.ttl")), address_of("x.ttl")
    ('memory://x.ttl', 'memory://x.ttl', None)
    """
    if isinstance(place, str):
        return place if is_address(place) else None
    first, *others = place.parts or [""]
    address = f"{first}//{'/' * (first == 'file:')}{'/'.join(others)}"
    return address if first.endswith(":") and is_address(address) and not Path(first).exists() else None


def local_path(address: str) -> Path | None:
    """The path that a "file:" address is for (RFC 8089); ``None`` for another address.

    Raises:
        InputError: it is on another host.
    """
    protocol, _, place = address.partition("://")
    if protocol.lower() != "file":
        return None
    _refuse_names(address)
    host, slash, path = place.partition("/")
    if host not in ("", "localhost"):
        raise InputError(address, "is a file of another machine; expected file:///PATH")
    return Path(url2pathname(slash + path))


def files_at(address: str) -> tuple[list[str], bool]:
    """The addresses of a file, of all files in a folder, or of those that fit a pattern with "*", sorted.

    Returns:
        The addresses, and whether they are those of a folder or a pattern.

    Raises:
        InputError: the protocol is not known, is one of the web, or needs a package; or nothing can be read there.
    """
    system, path = _located(address)
    if "::" in address:  # a file within another one, or kept in a cache
        return [address], False
    try:
        if "*" in path:
            found = [each for each in system.glob(path) if not system.isdir(each)]
        elif system.isdir(path):
            found = system.find(path)
        else:
            return [str(system.unstrip_protocol(path))], False
        named = sorted(str(system.unstrip_protocol(each)) for each in found)
    except Exception as error:  # each protocol has errors of its own
        raise InputError(address, f"cannot be read ({_reason(error)})") from None
    visible = [each for each in named if not each.rpartition("/")[2].startswith(".")]
    if not visible:
        raise InputError(address, "has no files")
    return visible, True


@contextmanager
def reading(address: str) -> Iterator[BinaryIO]:
    """The bytes of a file as a stream; what fails while it is read is an ``OSError``.

    Raises:
        InputError: it cannot be opened.
    """
    system, path = _located(address)
    try:
        file = system.open(path, "rb")
    except Exception as error:  # each protocol has errors of its own
        raise InputError(address, f"cannot be read ({_reason(error)})") from None
    with file:
        yield cast(BinaryIO, io.BufferedReader(_Stream(file, address)))


@contextmanager
def packing(place: str | Path) -> Iterator[IO[bytes]]:
    """A stream as that of :func:`kg.text.files.packing`, for a path or an address.

    What is written to an address appears there when the block ends without an error.

    Raises:
        OSError: it cannot be written.
        InputError: the protocol is not known, is one of the web, or needs a package.
    """
    address = address_of(place)
    path = Path(place) if address is None else local_path(address)
    if path:
        with files.packing(path) as stream:
            yield stream
        return
    assert address is not None
    system, there = _located(address)
    with _failing_as_os_error(address):
        system.start_transaction()
    complete = False
    try:
        with _failing_as_os_error(address):
            file = system.open(there, "wb")
        try:
            with files.packed(cast("IO[bytes]", _Stream(file, address)), address) as content:
                yield content
            complete = True
        finally:
            with _failing_as_os_error(address):
                file.close()
    finally:
        with _failing_as_os_error(address):
            system.end_transaction() if complete else system.transaction.complete(commit=False)


def _located(address: str) -> tuple[Any, str]:
    """What reads and writes an address, and what it calls the place."""
    _refuse_names(address)
    protocols = [part.partition("://")[0].lower() for part in address.split("::")]
    if set(protocols) & {*_WEB}:
        hint = "kg fetch asks services; download other files first, such as with curl"
        raise InputError(address, f"is on the web, where nothing is fetched by itself; {hint}")
    try:
        import fsspec
    except ImportError:
        raise KGError("fsspec is not installed; get it with: pip install 'papers-kg[remote]'") from None
    if unknown := [protocol for protocol in protocols if protocol not in fsspec.available_protocols()]:
        raise InputError(address, f"expected a path, or an address of a protocol that fsspec knows, not {unknown[0]}")
    try:
        system, path = fsspec.core.url_to_fs(address)
    except Exception as error:  # each protocol has errors of its own, and some need a package
        raise InputError(address, f"cannot be used ({_reason(error)})") from None
    return system, str(path)


def _refuse_names(address: str) -> None:
    """Refuse an address with a name or password in a part of it, which no message and no graph should show.

    Raises:
        InputError: it has one.
    """
    for part in address.split("::"):
        _, name, host = re.split("[/?#]", part.partition("://")[2], maxsplit=1)[0].rpartition("@")
        if name:
            raise InputError(host, "the address has a name or password in it; configure fsspec")


class _Stream(io.RawIOBase):
    """A file of fsspec, of which all failures are an ``OSError`` that names it."""

    def __init__(self, file: Any, address: str) -> None:
        self._file = file
        self._address = address

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        room = memoryview(buffer)
        with _failing_as_os_error(self._address):
            piece: bytes = self._file.read(len(room))
        room[: len(piece)] = piece
        return len(piece)

    def write(self, data: ReadableBuffer, /) -> int:
        with _failing_as_os_error(self._address):
            self._file.write(data)
        return memoryview(data).nbytes


@contextmanager
def _failing_as_os_error(address: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # each protocol has errors of its own
        raise OSError(errno.EIO, _reason(error), address) from None


def _reason(error: Exception) -> str:
    return one_line(getattr(error, "strerror", None) or str(error))[:300] or type(error).__name__
