"""The graph folder: an Oxigraph store and the records that it was made from, replaced as a whole.

    output/CURRENT              the name of the current generation
    output/generation-3/        store/ (Oxigraph), index.sqlite, papers.jsonl (records), merges.jsonl,
                                merged-papers.jsonl, meta.json
    output/generation-3/graphs.txt.gz         what the statements of each paper were made from (:mod:`kg.graph.changes`)
    output/generation-3/kept/                 what the next build need not find out again (:mod:`kg.builder.kept`)
    output/generation-3/failures.jsonl        the papers that made the extractor fail, if some did
    output/generation-3/kg-generation.json    the manifest (:mod:`kg.graph.manifest`)
    output/corrections/         what people corrected (:mod:`kg.corrections`), which builds read and never change
    output/curated/             imported catalogues (:mod:`kg.graph.curated`), which builds read and never change
    output/fetched/             what services on the web answered to builds (:mod:`kg.fetching`)
    output/published/           what was sent to which store (:mod:`kg.publishing.stores`)

A build writes a new generation and then replaces CURRENT, which is atomic (:mod:`kg.text.files`). A build that is
killed leaves a ``.partial`` folder. The next build takes over what was extracted and removes the rest; a build that
ends with an error does the latter itself. Folders that no build made are never removed, whatever
they are called: the manifest says which ones are ours.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pyoxigraph import Store

from kg.errors import GraphError, InputError, KGError
from kg.graph import manifest
from kg.graph.index import VERSION, GraphIndex, IndexedReader
from kg.text.files import CORRECTIONS, GENERATION_MANIFEST, is_address, partials_of, path_text, text_path, writing
from kg.text.names import one_line
from kg.vocabulary import DEFAULT_BASE

if TYPE_CHECKING:
    from kg.graph.indexing import IndexMaker
    from kg.graph.loading import Loading

CURRENT = "CURRENT"
"""The file of a graph folder that names the current generation."""
_META, _STATEMENTS = "meta.json", "statements.nq"
_PREFIX, _PARTIAL = "generation-", ".partial"
_NEW, _LOCK = ".kg-new", ".kg-lock"  # a name that nobody uses: opening a lock empties the file
_COMPLETE = re.compile(rf"{_PREFIX}[1-9][0-9]{{0,17}}")
_TABLES = 500  # of a store, from which on it is left to merge them
_LOG = 16_000_000  # bytes of a store's log that may stay: about 35,000 statements that were removed
_LONGEST_NAME = 100  # characters of CURRENT that are read


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
    def merged_papers(self) -> Path:
        """The entries of papers with several entries, one JSON object a line (:class:`kg.records.MergedEntry`)."""
        return self.folder / "merged-papers.jsonl"

    @property
    def failures(self) -> Path:
        """The papers that could not be extracted and why, one JSON object a line; absent if there are none."""
        return self.folder / "failures.jsonl"

    @property
    def graphs(self) -> Path:
        """What the statements of each paper were made from (:mod:`kg.graph.changes`); absent if this is not known."""
        return self.folder / "graphs.txt.gz"

    @property
    def kept(self) -> Path:
        """The folder of what the next build need not find out again; absent where :attr:`graphs` is."""
        return self.folder / "kept"

    @property
    def extracted(self) -> Path:
        """What a build, and those before it that were interrupted, extracted; absent from a finished generation."""
        return self.folder / manifest.EXTRACTED

    @property
    def statements(self) -> Path:
        """Where N-Quads are collected that cannot be loaded yet; absent from a finished generation."""
        return self.folder / _STATEMENTS

    def loading(self) -> Loading:
        """What loads N-Quads into the store, which is made."""
        from kg.graph.loading import Loading  # needed by builds alone

        return Loading(Store(self.store))

    @property
    def store(self) -> Path:
        """The folder of the Oxigraph store."""
        return self.folder / "store"

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
                base=_checked_base(meta.get("base", DEFAULT_BASE)),
                rules=tuple(from_folder(self.folder.parent, now_at(way)) for way in meta.get("rules", ())),
                model=from_folder(self.folder.parent, now_at(meta["model"])) if meta.get("model") else None,
            )
        except (TypeError, ValueError):
            raise self._damaged() from None

    @property
    def is_moved(self) -> bool:
        """Whether the graph folder was elsewhere when the generation was made."""
        graph = self.folder.parent.resolve()
        return Path(str(self._meta().get("folder", graph))) != graph

    def relocated(self) -> Callable[[str], str]:
        """A function from the ways of :func:`to_folder` that the generation holds to what they are now.

        If the graph folder was moved since, a file is looked for where the same way leads to from here (it was moved
        too), else it is where it was.
        """
        graph = self.folder.parent
        before = Path(str(self._meta().get("folder", graph.resolve())))

        @cache
        def now_at(way: str) -> str:
            # Standard input has no place, what is elsewhere did not move along, and what was in the folder did.
            beside = way.startswith("../") or Path(way).is_absolute()
            if way == "-" or is_address(way) or not beside or _is_there(from_folder(graph, way)):
                return way
            return to_folder(graph, from_folder(before, way))

        return (lambda way: way) if before == graph.resolve() else now_at

    def _meta(self) -> dict[str, Any]:
        try:
            meta = json.loads((self.folder / _META).read_text(encoding="utf-8"))
        except (*manifest.ABSENT, ValueError, RecursionError):
            raise self._damaged() from None
        except OSError as error:
            raise manifest.unreadable(self.folder / _META, error) from None
        if not isinstance(meta, dict):
            raise self._damaged()
        return meta

    def _damaged(self) -> GraphError:
        return GraphError(f"{self.folder / _META}: is damaged; build the graph again in a new folder")

    def open(self) -> Store:
        """The store, for reading.

        Raises:
            GraphError: the store is damaged, or cannot be read.
        """
        self.check()
        return self.open_unchecked()

    def open_unchecked(self) -> Store:
        """The store, for reading what is in it even if another file is damaged.

        Raises:
            GraphError: the store itself is damaged, or cannot be read.
        """
        try:
            return Store.read_only(str(self.store))
        except (OSError, RuntimeError, ValueError) as error:
            problem = f"{self.folder}: the graph cannot be opened ({one_line(str(error))})"
            unreadable = "Permission denied" in problem  # of one of the files, which have their size even so
            raise (manifest.UnreadableError if unreadable else GraphError)(problem) from None

    def reader(self, store: Store) -> IndexedReader:
        """A reader of :meth:`open`'s store with the index.

        A graph of a version that made no index, or another one, gets one in memory, which takes about as long as that
        of a build.
        """

        has_index = self.index_path.exists()  # asked now, because a build may remove it before it is needed

        def open_index() -> GraphIndex:
            if has_index and (index := GraphIndex.open(self.index_path)).version == VERSION:
                return index
            from kg.graph.indexing import make_index

            return make_index(store)

        return IndexedReader(store, open_index)

    def check(self, *, thorough: bool = False) -> None:
        """Compare the files with the manifest; ``thorough`` reads all of them.

        Raises:
            GraphError: a file is absent or damaged; names it.
        """
        manifest.check(self.folder, thorough=thorough)

    def check_records(self) -> None:
        """Compare the records with the manifest, so that a build does not lose papers that are cut off.

        Raises:
            GraphError: they are damaged.
        """
        if manifest.made_by_a_build(self.folder):  # and the manifest itself is not damaged
            manifest.check(self.folder, parts=(self.records.name,))

    @property
    def index_path(self) -> Path:
        """The file of the index; absent from a generation of a version that made none."""
        return self.folder / "index.sqlite"

    def load(
        self,
        settings: Settings,
        maker: IndexMaker | None = None,
        before: Generation | None = None,
        remove_gone: Callable[[Store], None] = lambda store: None,
        loaded: Store | None = None,
    ) -> None:
        """Complete the store; make the index; keep the settings.

        The store has what was loaded into it (:meth:`loading`), and gets what is in :attr:`statements` if that file is
        there, which is removed.

        Args:
            settings: what the graph is built with.
            maker: makes :attr:`index_path` and has read the statements; if there is none, the store is read for it.
            before: the generation whose store this one's begins as, if it does not begin empty.
            remove_gone: removes what is no longer so from that store.
            loaded: the store of this generation, if it is open for writing.
        """
        from kg.graph.indexing import write_index  # needed by builds alone, like the next one
        from kg.graph.loading import Loading

        if before:
            copy_store(before.store, self.store)
        store = loaded or Store(self.store)
        remove_gone(store)
        if self.statements.exists():
            with self.statements.open(encoding="utf-8", newline="\n") as lines, Loading(store) as loading:
                loading.writelines(lines)
            self.statements.unlink()
        store.flush()
        if before:
            del store
            shorten_log(self.store)
            few = sum(path.suffix == ".sst" for path in self.store.iterdir()) < _TABLES
            # As long as it is open for writing it merges its tables in the background, which takes a processor.
            store = Store.read_only(str(self.store)) if few else Store(self.store)
        if maker:
            maker.finish(store)
        else:
            write_index(store, self.index_path)
        graph = self.folder.parent
        meta = {
            "base": settings.base,
            "folder": graph.resolve().as_posix(),
            "rules": [to_folder(graph, path) for path in settings.rules],
            "model": None if settings.model is None else to_folder(graph, settings.model),
        }
        _write(self.folder / _META, json.dumps(meta))


def copy_store(store: Path, copy: Path) -> None:
    """Copy a store. Its tables are never written again, so that links to them do, where the disk can have any."""
    copy.mkdir()
    for path in store.iterdir():
        if path.suffix == ".sst":
            try:
                (copy / path.name).hardlink_to(path)
            except OSError:
                shutil.copy2(path, copy / path.name)
        elif not path.name.startswith("LO"):  # LOCK, LOG and old logs, which only tell what happened
            shutil.copy2(path, copy / path.name)


def shorten_log(store: Path) -> None:
    """Remove RocksDB's log of a store that is flushed and closed, if it takes room.

    What is in it is in the tables, too, and no opening reads it; the first one for writing removes it.
    """
    if sum(path.stat().st_size for path in store.glob("*.log")) > _LOG:
        Store(store)


def _checked_base(base: Any) -> str:
    if not re.match("https?://", base):
        raise ValueError
    return str(base)


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


def _is_there(path: Path) -> bool:
    """Whether a file is there, or an archive that it is in; its name may be one that :func:`path_text` escaped."""
    for name in (path, text_path(path)):
        place = next(place for place in (name, *name.parents) if place.exists())
        if place == name or place.is_file():
            return True
    return False


def with_corrections(folder: Path, rules: Iterable[Path]) -> tuple[Path, ...]:
    """Folders of rules, and after them that of the corrections of a graph folder, if there is one.

    It may be among the folders that an earlier build had; where it is gone since, so are the corrections.
    """
    own = folder / CORRECTIONS
    given = tuple(rules)
    if not own.is_dir():
        return tuple(path for path in given if path.resolve() != own.resolve())
    return given if own.resolve() in {path.resolve() for path in given} else (*given, own)


class Opened(NamedTuple):
    """A generation that is open for reading."""

    generation: Generation
    settings: Settings
    reader: IndexedReader

    @property
    def store(self) -> Store:
        return self.reader.store


def opened(folder: Path) -> Opened:
    """The current generation, opened; if a build replaces it meanwhile, the one that replaced it.

    Raises:
        GraphError: there is no graph in the folder, or it is damaged.
    """
    while True:
        generation = existing(folder)
        try:
            return Opened(generation, generation.settings, generation.reader(generation.open()))
        except GraphError:
            if current(folder) == generation:
                raise


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Turn what the store raises when its files are damaged into a :class:`~kg.errors.GraphError` for this folder."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        # The store gives no error number, which those of other files have, and no subclass of RuntimeError.
        if getattr(error, "errno", None) is not None or type(error) not in (OSError, RuntimeError):
            raise
        raise GraphError(f"{folder}: the graph is damaged ({one_line(str(error))}); build it again") from None


def check_name(folder: Path) -> None:
    """Look at the name of a graph folder, before anything is made there: a store must have one in UTF-8.

    Raises:
        GraphError: it is not.
    """
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        raise GraphError(f"{path_text(folder)}: has a name that is not UTF-8; give the graph folder another") from None


def current(folder: Path) -> Generation | None:
    """The current generation of a graph folder, if there is one.

    Raises:
        GraphError: the folder cannot be read, has a name that no graph can have, or does not say which of its
            generations is the current one.
    """
    check_name(folder)
    name = _pointer(folder)
    while name is not None and not _is_generation(folder, name):
        before, name = name, _pointer(folder)
        if name == before:  # else a build has just replaced it
            problem = f"names {name!r}, which is not a generation in this folder; build the graph again"
            raise GraphError(f"{folder / CURRENT}: {problem}")
    return None if name is None else Generation(folder / name)


def can_be_built_again(folder: Path) -> bool:
    """Whether a folder has a graph: the current one, or if CURRENT is damaged or missing one that a build takes for it.

    Raises:
        UnreadableError: the folder cannot be read.
    """
    try:
        return current(folder) is not None or bool(_complete(folder))
    except manifest.UnreadableError:
        raise
    except GraphError:
        return bool(_complete(folder))


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

    What it extracted outlives it, for the next one (:attr:`Generation.extracted`).

    Raises:
        GraphError: the folder cannot be written, or another build is writing it.
        InputError: another file cannot be read or written; names it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder):
            _repair(folder)
            before = current(folder)
            leftovers = [path for path in _own(folder) if path.suffix == _PARTIAL]
            replaced = [path for path in _own(folder) if path.suffix != _PARTIAL]
            if before and before.folder not in replaced:
                replaced.append(before.folder)  # of an earlier version, which wrote no manifests
            for path in leftovers:
                _remove(path, but=manifest.EXTRACTED)
            leftovers = [path for path in leftovers if path.exists()]
            unfinished = (*leftovers, *(path for path in replaced if not before or path != before.folder))
            name = _free_name(folder, before)
            partial = _new_folder(folder, name)
            try:
                for path in unfinished:
                    if (path / manifest.EXTRACTED).is_file():
                        (path / manifest.EXTRACTED).rename(partial / manifest.EXTRACTED)
                for path in leftovers:
                    _remove(path)
                yield Generation(partial)
                manifest.seal(partial, name, before.folder if before else None)
                partial.rename(folder / name)
                _write(folder / CURRENT, name)
            except BaseException:
                with suppress(OSError, GraphError):
                    if _pointer(folder) != name:
                        if (folder / name).exists():
                            (folder / name).rename(partial)
                        _remove(partial, but=manifest.EXTRACTED)
                raise
            with suppress(OSError):
                (folder / name / manifest.EXTRACTED).unlink()
            for old in replaced:
                with suppress(OSError):
                    _remove(old)
    except OSError as error:
        if error.errno == errno.EPIPE:  # of what the caller prints while it builds
            raise
        raise _blamed(folder, error) from None


def _blamed(folder: Path, error: OSError) -> KGError:
    """The error that names the file that failed; the graph folder where the system names no file."""
    reason = error.strerror or one_line(str(error))
    place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes | os.PathLike) else ""
    if place and not Path(place).absolute().is_relative_to(folder.absolute()):
        return InputError(place, f"cannot be used ({reason}); the graph stays as it was")
    return GraphError(f"{place or folder}: the graph cannot be written ({reason}); it stays as it was")


def _pointer(folder: Path) -> str | None:
    """The name of the current generation, as its file gives it."""
    path = folder / CURRENT
    if path.is_symlink():
        raise GraphError(f"{path}: is a link; expected a file; build the graph again")
    if path.is_dir():
        raise GraphError(f"{path}: is a folder; expected a file; build the graph again")
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_LONGEST_NAME).strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise manifest.unreadable(path, error) from None


def _repair(folder: Path) -> None:
    """If CURRENT is damaged or missing, name the newest complete generation in its place, if there is one.

    Raises:
        OSError: it is something that has to be moved away by hand, such as a folder with files.
        UnreadableError: it cannot be read.
    """
    path = folder / CURRENT
    try:
        if current(folder):
            return
    except manifest.UnreadableError:
        raise
    except GraphError:
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()
    if complete := _complete(folder):
        _write(path, max(complete, key=_number).name)


def _complete(folder: Path) -> list[Path]:
    """The complete generations that builds made."""
    return [found for found in _own(folder) if _is_generation(folder, found.name)]


def _is_generation(folder: Path, name: str) -> bool:
    """Whether a name is that of a complete generation in the folder, with a manifest or of an earlier version."""
    path = folder / name
    if not _COMPLETE.fullmatch(name) or not path.is_dir() or path.is_symlink():
        return False
    return manifest.is_marked(path) or ((path / _META).is_file() and (path / "store").is_dir())


def _numbered(folder: Path) -> list[Path]:
    """Whatever has the name of a generation, complete or not."""
    try:
        return [path for path in folder.iterdir() if _COMPLETE.fullmatch(path.name.removesuffix(_PARTIAL))]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _own(folder: Path) -> list[Path]:
    """The folders that builds made, complete or not."""
    return [path for path in _numbered(folder) if not path.is_symlink() and manifest.made_by_a_build(path)]


def _number(path: Path) -> int:
    return int(path.stem.removeprefix(_PREFIX))


def _free_name(folder: Path, before: Generation | None) -> str:
    number = 1 + max(map(_number, [*_own(folder), *([before.folder] if before else [])]), default=0)
    while any(os.path.lexists(folder / f"{_PREFIX}{number}{ending}") for ending in ("", _PARTIAL)):
        number += 1
    return f"{_PREFIX}{number}"


def _new_folder(folder: Path, name: str) -> Path:
    """A new folder for a generation, which has its mark from the moment at which it has its name."""
    new = folder / _NEW
    if new.is_symlink():
        new.unlink()
    elif new.is_dir():  # left by a build that was killed right here
        for path in (new / GENERATION_MANIFEST, *partials_of(new / GENERATION_MANIFEST)):
            path.unlink(missing_ok=True)
        new.rmdir()
    new.mkdir()
    manifest.mark(new, name)
    return new.rename(folder / f"{name}{_PARTIAL}")


def _remove(generation: Path, but: str = "") -> None:
    """Remove a generation, its manifest last: if this is interrupted, the next build still knows what it is.

    If it has a file called ``but``, that and the manifest are left.
    """
    left = (but, GENERATION_MANIFEST) if but and (generation / but).is_file() else ()
    for path in sorted(generation.iterdir(), key=lambda path: path.name == GENERATION_MANIFEST):
        if path.name in left:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    if not left:
        generation.rmdir()


def _write(path: Path, line: str) -> None:
    with writing(path) as stream:
        stream.write(f"{line}\n".encode())


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Lock the folder against other builds; the lock ends with the process, however it ends."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / _LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise GraphError(f"{folder}: another build is writing this graph") from None
    try:
        yield
    finally:
        lock.release()
