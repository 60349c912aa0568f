"""Writing folders: a folder appears under its name when all of it is there, or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kg.errors import KGError
from kg.text.files import PARTIAL, being_written, partial_prefix, reason, remove_abandoned


@contextmanager
def filling(folder: Path, what: str, mark: str | None = None, names: Collection[str] | None = None) -> Iterator[Path]:
    """A new folder near another one, whose place it takes when the block ends without an error.

    Args:
        folder: is made, with those above it, or replaced if it is empty or has the mark.
        what: it will hold, for messages.
        mark: the name of a file that the block writes, by which a later call knows that it may replace the folder;
            ``None`` where none may.
        names: of all files that a folder with the mark may have to be replaced; ``None`` for any.

    Raises:
        KGError: the folder holds something else, or cannot be written.
    """
    try:
        _refuse_other(folder, what, mark, names)
        with suppress(FileExistsError):
            folder.parent.mkdir(parents=True)
        with _beside(folder) as beside:
            partial, before = beside / "partial", beside / "before"
            partial.mkdir()  # with the mode of any folder, which the one around it does not have
            yield partial
            _refuse_other(folder, what, mark, names)  # which may have come meanwhile
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
        raise KGError(f"{folder}: cannot be written ({reason(error)})") from None


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A new folder near another one, which goes with the block; those that killed processes left are removed before."""
    remove_abandoned(folder)
    while True:
        with (
            tempfile.TemporaryDirectory(PARTIAL, partial_prefix(folder), folder.parent, True) as beside,
            being_written(Path(beside)) as is_there,
        ):
            if is_there:
                yield Path(beside)
                return


def _refuse_other(folder: Path, what: str, mark: str | None, names: Collection[str] | None) -> None:
    is_other = folder.is_symlink() or (folder.exists() and not folder.is_dir())
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if mark is None and (is_other or found):
        raise KGError(f"{folder}: expected a new folder, or an empty one")
    if is_other:
        raise KGError(f"{folder}: expected a folder for the {what}, found something else")
    if found and mark not in found:
        raise KGError(f"{folder}: is not empty and holds no {what} of an earlier export; choose another folder")
    if names is not None and (others := sorted(found - {mark, *names})):
        raise KGError(f"{folder}: holds {others[0]}, which is not of the {what}; choose another folder")
