"""Writing files: a file appears under its name when it is complete, or not at all."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, cast

GENERATION_MANIFEST = "kg-generation.json"
"""The file that marks the folders which builds make (:mod:`kg.graph.manifest`); sources leave them out."""

CORRECTIONS = "corrections"
"""The folder for corrections in a graph folder that is built without further rules (:mod:`kg.corrections`)."""

CATALOGUES = "curated"
"""The folder for imported catalogues in a graph folder (:mod:`kg.graph.curated`)."""

FETCHED = "fetched"
"""The folder in a graph folder for what services on the web answered to a build (:mod:`kg.fetching`)."""

PUBLISHED = "published"
"""The folder in a graph folder for what was sent to which store (:mod:`kg.publishing.stores`)."""

SITE_MARK = "papers-kg-site.txt"
"""A file in each exported site, by which a later export knows that it may replace the folder; sources leave it out."""

TABLES_MARK = "papers-kg-tables.txt"
"""The same beside exported tables."""

PARTIAL = ".partial"
"""How the names end of files and folders that are not complete."""

LARGEST_ANSWER = 2**32
"""Bytes that the answer to a query, or that of a server, may have."""

_LONGEST = 50  # characters of a name that are also in that of the partial file
_IN_MEMORY = 2**24  # bytes of an answer; a longer one is on the disk
_ADDRESS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]+::)*[A-Za-z][A-Za-z0-9+.-]+://")
_DESCRIPTOR = r"/dev/(?:(stdout|stderr)|fd/([0-9]{1,9}))"
_STANDARD = {"stdout": 1, "stderr": 2}
_UNWRITTEN = (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT)


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file when the block ends without an error.

    They are written to a new file of a name of its own in the same folder, which is then renamed to the target (atomic
    by POSIX ``rename``); a link is followed, and an existing file keeps its mode and, where this is allowed, its owner.
    What is not a regular file, such as a pipe, is written to directly, and so is an open file by its number
    (``/dev/stdout``), without emptying it. New files that processes left which were killed are removed before.

    Raises:
        OSError: the file cannot be written; an existing one stays as it was.
    """
    if number := re.fullmatch(_DESCRIPTOR, str(path)):
        with open(os.dup(_STANDARD.get(number[1]) or int(number[2])), "wb") as stream:  # noqa: PTH123 (not a path)
            yield stream
        return
    if path.exists() and not path.is_file():
        with _named(path), path.open("wb") as stream:
            yield stream
        return
    target = path.resolve()
    with _partial(target, path) as (partial, opened):
        with _named(path), opened as stream:
            if target.exists():
                _take_after(target, stream)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
        sync_folder(target.parent)


@contextmanager
def _partial(target: Path, path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file beside a target, and a stream to it; it goes with the block if it was not renamed."""
    remove_abandoned(target)
    while True:
        partial = target.with_name(f"{partial_prefix(target)}{os.urandom(4).hex()}{PARTIAL}")
        stream = _created(partial, path)
        with being_written(partial) as is_there:
            if not is_there:
                stream.close()
                continue
            try:
                yield partial, stream
            finally:
                partial.unlink(missing_ok=True)
            return


@contextmanager
def being_written(partial: Path) -> Iterator[bool]:
    """Lock a new file or folder in the block, which shows that it is not abandoned; the lock ends with the process.

    Gives whether it is still there: before it is locked, :func:`remove_abandoned` of another process may take it.
    """
    with ExitStack() as stack:
        with suppress(ImportError, OSError):  # Windows, and disks that know no locks
            import fcntl

            descriptor = os.open(partial, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield partial.exists()


def partial_prefix(target: Path) -> str:
    """How the names begin of what will become a file or a folder; eight letters or digits follow, and ``PARTIAL``."""
    return f".{target.name[:_LONGEST]}.{os.urandom(4).hex()}"


def partials_of(target: Path) -> list[Path]:
    """What is beside a file or a folder under the names that it has until it is complete."""
    name = re.compile(rf"\.{re.escape(target.name[:_LONGEST])}\.[0-9a-f]{{8}}\w{{8}}\.partial")
    return [path for path in target.parent.iterdir() if name.fullmatch(path.name)]


def remove_abandoned(target: Path) -> None:
    """Remove what is left beside a file or a folder of processes that were killed while they wrote it.

    What nobody has locked is abandoned (:func:`being_written`); where there are no such locks, all of it stays.
    """
    with suppress(ImportError, OSError):
        import fcntl

        for partial in partials_of(target):
            with suppress(OSError), ExitStack() as stack:
                descriptor = os.open(partial, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
                stack.callback(os.close, descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if partial.is_dir():
                    shutil.rmtree(partial)
                else:
                    partial.unlink()


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Give errors that keep a file from being written, such as a full disk, the name of the file."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in _UNWRITTEN:
            error.filename = str(path)
        raise


def _created(partial: Path, path: Path) -> BinaryIO:
    """A new file, which no link of its name can lead elsewhere; an error names the file that it will become."""
    try:
        return partial.open("xb")
    except OSError as error:
        error.filename = str(path)
        raise


def _take_after(target: Path, stream: BinaryIO) -> None:
    """Give an open file the owner and the mode of another file, before anything is in it."""
    found = target.stat()
    if hasattr(os, "fchown"):
        with suppress(OSError):
            os.fchown(stream.fileno(), found.st_uid, found.st_gid)
        os.fchmod(stream.fileno(), found.st_mode & 0o7777)


def path_text(path: str | Path) -> str:
    """A path as text that can be printed and stored: bytes that are not UTF-8 are escaped.

    >>> path_text("caf\\udce9.txt")
    'caf\\\\xe9.txt'
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def text_path(text: str | Path) -> Path:
    """The path that :func:`path_text` gives as this text, where that has escaped something of it.

    >>> text_path("caf\\\\xe9.txt") == Path("caf\\udce9.txt")
    True
    """
    name = re.sub(rb"\\x([89a-f][0-9a-f])", lambda found: bytes.fromhex(found[1].decode()), os.fsencode(text))
    return Path(os.fsdecode(name))


def reason(error: Exception) -> str:
    """What the system says about an error, without the file's name."""
    return getattr(error, "strerror", None) or str(error)


def is_address(place: str | Path) -> bool:
    """Whether something is the address of a file elsewhere (:mod:`kg.remote.storage`), and not a path.

    >>> is_address("s3://bucket/papers.jsonl.gz"), is_address("C:/papers.jsonl")
    (True, False)
    """
    return isinstance(place, str) and _ADDRESS.match(place) is not None


@contextmanager
def packing(path: Path) -> Iterator[IO[bytes]]:
    """A stream as that of :func:`writing`, gzipped if the file's name ends in ".gz".

    The compressed bytes (RFC 1952) have neither time nor name, so that the same content gives the same file.

    Raises:
        OSError: the file cannot be written; an existing one stays as it was.
    """
    with writing(path) as stream, packed(stream, path.name) as content:
        yield content


@contextmanager
def packed(stream: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """A stream of what goes into another one, gzipped if the name of the file ends in ".gz"."""
    if not name.lower().endswith(".gz"):
        yield stream
        return
    import gzip  # loaded only here, because most files are not compressed

    with gzip.GzipFile("", "wb", fileobj=stream, mtime=0) as content:
        yield cast("IO[bytes]", content)


def answer_file() -> IO[bytes]:
    """A new temporary file for an answer of any length, in memory while it is short; it goes when it is closed."""
    import tempfile  # loaded only here, because most commands that name files ask nothing

    return cast("IO[bytes]", tempfile.SpooledTemporaryFile(_IN_MEMORY))


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder last through a power cut, on systems that can open folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
