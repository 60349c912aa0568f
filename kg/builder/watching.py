"""Builds when the files of a folder come or change, by looking at it again and again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from kg.builder.builder import BuildReport
from kg.errors import InputError, KGError
from kg.sources.folder import files_of
from kg.text.files import path_text

_SHOWN = 3  # names of files in a line

Build = Callable[[Sequence[Path]], BuildReport]


class _State(NamedTuple):
    """What shows that a file was written, or may be read now: size in bytes, time of its last change in nanoseconds."""

    size: int
    changed: int
    is_readable: bool


class Watcher:
    """Knows what was built of a folder.

    Args:
        folder: the folder to look at, with all below it.
        build: builds some files, and may raise :class:`~kg.errors.KGError`.
        say: called with one line for each build, for each file that cannot be read, and for what else holds a build up.
    """

    def __init__(self, folder: Path, build: Build, say: Callable[[str], None]) -> None:
        self.folder = folder
        self._build = build
        self._say = say
        self._seen: dict[Path, _State] = {}
        self._built: dict[Path, _State] = {}
        self._held_up = ""  # by what, as it was said

    def look(self) -> None:
        """Build the files that are new or changed, and did not change since the last look: those are written whole.

        Raises:
            InputError: the folder itself cannot be read.
        """
        now = dict(self._states())
        ready = [
            path for path, state in now.items() if self._seen.get(path) == state and self._built.get(path) != state
        ]
        self._seen = now
        if ready and self._built_now(ready):
            self._built |= {path: now[path] for path in ready}

    def _states(self) -> Iterator[tuple[Path, _State]]:
        for path in files_of(self.folder, lambda line: None):
            with suppress(OSError):  # it went away
                status = path.stat()
                if status.st_size:
                    yield path, _State(status.st_size, status.st_mtime_ns, os.access(path, os.R_OK))

    def _built_now(self, paths: Sequence[Path]) -> bool:
        """Build some files, one by one if one of them cannot be read; whether they need not be built again."""
        try:
            report = self._build(paths)
        except KGError as error:
            if isinstance(error, InputError) and any(_is_within(error.place, path) for path in paths):
                if len(paths) > 1:
                    done = [self._built_now([path]) for path in paths]
                    return all(done)
                self._say(f"{error}; waits until it changes")
                return True
            # Such as another build at the same time, or a rule file that somebody is about to mend.
            if (line := f"{error}; tried again soon") != self._held_up:
                self._say(line)
            self._held_up = line
            return False
        self._held_up = ""
        self._say(self._line(paths, report))
        return True

    def _line(self, paths: Sequence[Path], report: BuildReport) -> str:
        """What a build found, in a line."""
        counts = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
        found = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
        names = [path_text(path.relative_to(self.folder)) for path in paths]
        more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
        return f"{time.strftime('%H:%M:%S')} {found or 'no'} papers in {', '.join(names[:_SHOWN])}{more}"


def _is_within(place: str, path: Path) -> bool:
    """Whether what an error names is a file, a line of it, a member of it if it is an archive, or it and others."""
    return f"{place}:".startswith(tuple(path_text(path) + sign for sign in ":/,"))


def watch(watcher: Watcher, seconds: float, wait: Callable[[float], None] = time.sleep) -> None:
    """Look again and again, until ``wait`` or the user ends it.

    Args:
        seconds: between two looks.
    """
    while True:
        watcher.look()
        wait(seconds)
