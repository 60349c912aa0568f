"""Where entries come from: a source is its file, however a build names it, and is shown by a name that tells it apart.

In a graph folder a source is the way from there to the file, so that one file is one source and two files of the same
name are two, and so that a project can be moved. What people see (``kg:listedOn``) is the way from the folder that all
sources of the graph have in common; it depends on them alone, not on how and in how many builds they were read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath

from kg.graph.store import from_folder, to_folder
from kg.records import Paper
from kg.sources import STDIN
from kg.text.files import is_address, path_text


def placed(entries: Iterable[Paper], folder: Path) -> Iterator[Paper]:
    """The entries, each with the way from a graph folder to its file as its source."""
    for entry in entries:
        source = entry.source if entry.origin is None else path_text(to_folder(folder, Path(entry.origin)))
        yield replace(entry, source=source, origin=None)


def shown_names(sources: Iterable[str], folder: Path) -> dict[str, str]:
    """What to call each of some sources, the ways from a graph folder to their files.

    >>> shown_names(["../a/list.jsonl", "../b/list.jsonl", "../b/page.txt", "-"], Path("output"))
    {'-': '-', '../a/list.jsonl': 'a/list.jsonl', '../b/list.jsonl': 'b/list.jsonl', '../b/page.txt': 'page.txt'}
    """
    known = set(sources)
    elsewhere = {source: source for source in known if source == STDIN or is_address(source)}
    files = {source: from_folder(folder.resolve(), source) for source in known - elsewhere.keys()}
    names: dict[str, str] = {}
    parts = 1
    while alike := {source: PurePath(*file.parts[-parts:]) for source, file in files.items() if source not in names}:
        counts = Counter(alike.values())
        names |= {
            source: name.as_posix() for source, name in alike.items() if counts[name] == 1 or name == files[source]
        }
        parts += 1
    return {source: path_text(name) for source, name in sorted({**names, **elsewhere, STDIN: STDIN}.items())}
