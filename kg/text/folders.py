"""Writing folders: a folder appears under its name when all of it is there, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.errors import KGError


@contextmanager
def filling(folder: Path, what: str, mark: str, names: Collection[str] | None = None) -> Iterator[Path]:
    """A new folder beside another one, whose place it takes when the block ends without an error.

    Args:
        folder: is made, with those above it, or replaced if it is empty or has the mark.
        what: it will hold, for messages.
        mark: the name of a file that the block writes, by which a later call knows that it may replace the folder.
        names: of all files that a folder with the mark may have to be replaced; ``None`` for any.

    Raises:
        KGError: the folder holds something else, or cannot be written.
    """
    partial = folder.parent / f".{folder.name}.partial-{os.getpid()}"
    before = folder.parent / f".{folder.name}.replaced-{os.getpid()}"
    try:
        _refuse_other(folder, what, mark, names)
        partial.mkdir(parents=True)
        yield partial
        if folder.exists():
            folder.rename(before)
        try:
            partial.rename(folder)
        except OSError:
            if before.exists():
                before.rename(folder)
            raise
    except OSError as error:
        if error.errno is None:  # the store's, when it is damaged
            raise
        raise KGError(f"{folder}: cannot be written ({error.strerror or error})") from None
    finally:
        for path in (partial, before):
            shutil.rmtree(path, ignore_errors=True)


def _refuse_other(folder: Path, what: str, mark: str, names: Collection[str] | None) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise KGError(f"{folder}: expected a folder for the {what}, found something else")
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if found and mark not in found:
        raise KGError(f"{folder}: is not empty and holds no {what} of an earlier export; choose another folder")
    if names is not None and (others := sorted(found - {mark, *names})):
        raise KGError(f"{folder}: holds {others[0]}, which is not of the {what}; choose another folder")
