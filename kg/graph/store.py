"""The graph folder: an Oxigraph store and the records that it was made from, replaced as a whole.

    output/CURRENT              the name of the current generation
    output/generation-3/        store/ (Oxigraph), papers.jsonl (records), merges.jsonl, meta.json

A build writes a new generation and then replaces CURRENT, which is atomic (:mod:`kg.text.files`). A build that is
killed leaves a ``.partial`` folder that the next build removes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pyoxigraph import RdfFormat, Store

from kg.errors import GraphError
from kg.text.files import writing
from kg.vocabulary import DEFAULT_BASE

_CURRENT, _META, _STATEMENTS = "CURRENT", "meta.json", "statements.nq"
_PREFIX, _PARTIAL = "generation-", ".partial"
_COMPLETE = re.compile(rf"{_PREFIX}[1-9][0-9]*")


class Settings(NamedTuple):
    """What a graph is built with, and goes on to be built with unless a build says otherwise.

    Args:
        base: the base IRI of the graph's resources.
        rules: the folders of rule files beyond the shipped ones.
        model: the folder of the model; ``None`` for the shipped one.
    """

    base: str = DEFAULT_BASE
    rules: tuple[Path, ...] = ()
    model: Path | None = None

    def as_dict(self) -> dict[str, object]:
        """The settings as JSON."""
        return {
            "base": self.base,
            "rules": [str(folder) for folder in self.rules],
            "model": None if self.model is None else str(self.model),
        }


class Generation(NamedTuple):
    """One state of the graph on disk."""

    folder: Path

    @property
    def records(self) -> Path:
        """The papers with their extractions, one JSON object a line, sorted by title key."""
        return self.folder / "papers.jsonl"

    @property
    def merges(self) -> Path:
        """The names that were put under one entity and why, one JSON object a line (:class:`kg.records.Merge`)."""
        return self.folder / "merges.jsonl"

    @property
    def statements(self) -> Path:
        """Where a build collects the N-Quads for the bulk loader; absent from a finished generation."""
        return self.folder / _STATEMENTS

    @property
    def base(self) -> str:
        """The base IRI of the graph's resources.

        Raises:
            GraphError: the file that holds it is damaged.
        """
        return self.settings.base

    @property
    def settings(self) -> Settings:
        """What the graph was built with.

        Raises:
            GraphError: the file that holds it is damaged.
        """
        meta = self._meta()
        now_at = self.relocated()
        try:
            return Settings(
                base=str(meta.get("base", DEFAULT_BASE)),
                rules=tuple(from_folder(self.folder.parent, now_at(way)) for way in meta.get("rules", ())),
                model=from_folder(self.folder.parent, now_at(meta["model"])) if meta.get("model") else None,
            )
        except TypeError:
            raise self._damaged() from None

    def relocated(self) -> Callable[[str], str]:
        """A function from the ways of :func:`to_folder` that the generation holds to what they are now.

        If the graph folder was moved since, a file is looked for where the same way leads to from here (it was moved
        too), else it is where it was.
        """
        graph = self.folder.parent
        before = Path(str(self._meta().get("folder", graph.resolve())))

        @cache
        def now_at(way: str) -> str:
            if way == "-" or from_folder(graph, way).exists():  # standard input has no place
                return way
            return to_folder(graph, from_folder(before, way))

        return (lambda way: way) if before == graph.resolve() else now_at

    def _meta(self) -> dict[str, Any]:
        try:
            meta = json.loads((self.folder / _META).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise self._damaged() from None
        if not isinstance(meta, dict):
            raise self._damaged()
        return meta

    def _damaged(self) -> GraphError:
        return GraphError(f"{self.folder / _META}: is damaged; build the graph again in a new folder")

    def open(self) -> Store:
        """The store, for reading.

        Raises:
            GraphError: the store is damaged.
        """
        try:
            return Store.read_only(str(self.folder / "store"))
        except OSError as error:
            raise GraphError(f"{self.folder}: the graph cannot be opened ({error})") from None

    def load(self, settings: Settings) -> None:
        """Fill the store from :attr:`statements` and remove that file; keep the settings."""
        store = Store(self.folder / "store")
        store.bulk_load(path=self.statements, format=RdfFormat.N_QUADS, lenient=True)
        store.flush()
        del store
        # Opening it once more takes RocksDB's log into the tables. Every later opening would replay it, which takes
        # longer than a look-up.
        Store(self.folder / "store")
        self.statements.unlink()
        graph = self.folder.parent
        meta = {
            "base": settings.base,
            "folder": graph.resolve().as_posix(),
            "rules": [to_folder(graph, path) for path in settings.rules],
            "model": None if settings.model is None else to_folder(graph, settings.model),
        }
        _write(self.folder / _META, json.dumps(meta))


def to_folder(folder: Path, path: Path) -> str:
    """The way from a folder to a path, with forward slashes: it stays right when both are moved together.

    >>> to_folder(Path("project/output"), Path("project/pages/one.txt"))
    '../pages/one.txt'
    """
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return path.resolve().as_posix()


def from_folder(folder: Path, way: str) -> Path:
    """The path that is reached by a way of :func:`to_folder`."""
    return Path(os.path.normpath(folder / way))


def current(folder: Path) -> Generation | None:
    """The current generation of a graph folder, if there is one.

    Raises:
        GraphError: the folder cannot be read, or does not say which of its generations is the current one.
    """
    name = _pointer(folder)
    if name is not None and not _is_generation(folder, name):
        raise GraphError(f"{folder / _CURRENT}: names {name!r}, which is not there; build the graph again")
    return None if name is None else Generation(folder / name)


def existing(folder: Path) -> Generation:
    """The current generation.

    Raises:
        GraphError: there is no graph in the folder.
    """
    generation = current(folder)
    if generation is None:
        raise GraphError(f"{folder}: holds no graph; make one with `kg build PAGES... -g {folder}`")
    return generation


@contextmanager
def next_generation(folder: Path) -> Iterator[Generation]:
    """A new generation to fill. It becomes current when the block succeeds, otherwise it is removed.

    Raises:
        GraphError: the folder cannot be written, or another build is writing it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder):
            name = _pointer(folder)
            if name is not None and not _is_generation(folder, name):
                (folder / _CURRENT).unlink()  # damaged; the error of `current` says to build again
            others = _generations(folder)
            for partial in (path for path in others if path.suffix == _PARTIAL):
                shutil.rmtree(partial)
            number = 1 + max((int(path.stem.removeprefix(_PREFIX)) for path in others), default=0)
            partial = folder / f"{_PREFIX}{number}{_PARTIAL}"
            partial.mkdir()
            try:
                yield Generation(partial)
                final = partial.rename(partial.with_suffix(""))
                _write(folder / _CURRENT, final.name)
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                raise
            for old in others:
                shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or error
        raise GraphError(f"{folder}: the graph cannot be written ({reason}); it stays as it was") from None


def _pointer(folder: Path) -> str | None:
    """What the file says that names the current generation."""
    try:
        return (folder / _CURRENT).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise GraphError(f"{folder}: cannot be read ({error.strerror or error})") from None


def _is_generation(folder: Path, name: str) -> bool:
    return _COMPLETE.fullmatch(name) is not None and (folder / name).is_dir()


def _generations(folder: Path) -> list[Path]:
    """The folders that builds made, complete or not."""
    return [path for path in folder.iterdir() if _COMPLETE.fullmatch(path.name.removesuffix(_PARTIAL))]


def _write(path: Path, line: str) -> None:
    with writing(path) as stream:
        stream.write(f"{line}\n".encode())


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Lock the folder against other builds; the lock ends with the process, however it ends."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise GraphError(f"{folder}: another build is writing this graph") from None
    try:
        yield
    finally:
        lock.release()
