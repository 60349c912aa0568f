"""Writing files: a file appears under its name when it is complete, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

_MODE = 0o666  # of a new file, less the process's umask, as open() gives it


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A stream whose bytes become the file when the block ends without an error.

    They are written to a temporary file beside the target, which is then renamed over it (atomic by POSIX rename); a
    link is followed, and an existing file keeps its mode. What is no regular file, such as ``/dev/stdout`` or a pipe,
    is written to directly.

    Raises:
        OSError: the file cannot be written; an existing one stays as it was.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        with target.open("wb") as stream:
            yield stream
        return
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".partial", dir=target.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield cast(IO[bytes], stream)
            stream.flush()
            os.fsync(stream.fileno())
        partial.chmod(target.stat().st_mode & 0o7777 if target.exists() else _MODE & ~_umask())
        partial.replace(target)
        _sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Make a rename in a folder last through a power cut, on systems that can open folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
