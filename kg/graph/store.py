"""The graph folder: an Oxigraph store beside the records that it was made from, replaced as a whole.

    output/CURRENT              the name of the generation in force
    output/generation-3/        store/ (Oxigraph), papers.jsonl (records), merges.jsonl, meta.json

A build writes a new generation and then renames CURRENT over the old one, which is atomic (POSIX rename); a build that
is killed leaves a ``.partial`` folder that the next build removes.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import RdfFormat, Store

from kg.errors import GraphError
from kg.vocabulary import DEFAULT_BASE

_CURRENT = "CURRENT"
_STATEMENTS = "statements.nq"


class Generation(NamedTuple):
    """One state of the graph on disk."""

    folder: Path

    @property
    def records(self) -> Path:
        """The papers with their extractions, one JSON object a line, sorted by title key."""
        return self.folder / "papers.jsonl"

    @property
    def merges(self) -> Path:
        """The names that were taken for one entity and why, one JSON object a line (:class:`kg.resolution.Merge`)."""
        return self.folder / "merges.jsonl"

    @property
    def statements(self) -> Path:
        """Where a build collects the N-Quads for the bulk loader; absent from a finished generation."""
        return self.folder / _STATEMENTS

    @property
    def base(self) -> str:
        """The base IRI of the graph's resources."""
        meta = json.loads((self.folder / "meta.json").read_text(encoding="utf-8"))
        return str(meta.get("base", DEFAULT_BASE))

    def open(self) -> Store:
        """The store, for reading.

        Raises:
            GraphError: the store is damaged.
        """
        try:
            return Store.read_only(str(self.folder / "store"))
        except OSError as error:
            raise GraphError(f"{self.folder}: the graph cannot be opened ({error})") from None

    def load(self, base: str) -> None:
        """Fill the store from :attr:`statements` and drop that file."""
        store = Store(self.folder / "store")
        store.bulk_load(path=self.statements, format=RdfFormat.N_QUADS, lenient=True)
        store.flush()
        del store
        # Opening it once more takes RocksDB's log into the tables. Every later opening would replay it, which takes
        # longer than a look-up.
        Store(self.folder / "store")
        self.statements.unlink()
        (self.folder / "meta.json").write_text(json.dumps({"base": base}) + "\n", encoding="utf-8")


def current(folder: Path) -> Generation | None:
    """The generation in force in a graph folder, if there is one."""
    try:
        name = (folder / _CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise GraphError(f"{folder}: cannot be read ({getattr(error, 'strerror', error)})") from None
    generation = Generation(folder / name)
    if not name or not generation.folder.is_dir():
        raise GraphError(f"{folder / _CURRENT}: names {name!r}, which is not there; build the graph again")
    return generation


def existing(folder: Path) -> Generation:
    """The generation in force.

    Raises:
        GraphError: there is no graph in the folder.
    """
    generation = current(folder)
    if generation is None:
        raise GraphError(f"{folder}: holds no graph; make one with `kg build PAGES... -g {folder}`")
    return generation


@contextmanager
def next_generation(folder: Path) -> Iterator[Generation]:
    """A new generation to fill; it takes force when the block ends without an error, and otherwise leaves no trace.

    Raises:
        GraphError: the folder cannot be written, or another build is at work in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder):
            old = current(folder)
            number = int(old.folder.name.rpartition("-")[2]) + 1 if old else 1
            for leftover in folder.glob("generation-*"):
                if old is None or leftover.name != old.folder.name:
                    shutil.rmtree(leftover)
            partial = folder / f"generation-{number}.partial"
            partial.mkdir()
            try:
                yield Generation(partial)
                final = partial.rename(folder / f"generation-{number}")
                pointer = folder / f"{_CURRENT}.partial"
                with pointer.open("w", encoding="utf-8") as stream:
                    stream.write(final.name + "\n")
                    stream.flush()
                    os.fsync(stream.fileno())
                pointer.replace(folder / _CURRENT)
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                raise
            if old is not None:
                shutil.rmtree(old.folder, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or error
        raise GraphError(f"{folder}: the graph cannot be written ({reason}); it stays as it was") from None


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the folder against other builds; the lock ends with the process, however it ends."""
    import fcntl

    with (folder / ".lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise GraphError(f"{folder}: another build is writing this graph") from None
        yield
