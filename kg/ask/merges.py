"""What the last build put together, and why: names under one entity, and entries under one paper."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from kg.errors import GraphError
from kg.graph.manifest import unreadable
from kg.graph.store import Generation
from kg.text.spellings import typed_key


def recorded_merges(path: Path, words: str | None = None) -> Iterator[dict[str, Any]]:
    """The merges that a file of a generation records, in its order.

    Args:
        path: :attr:`~kg.graph.store.Generation.merges`, the names that are not the label of their entity
            (:class:`kg.records.Merge`), or :attr:`~kg.graph.store.Generation.merged_papers`, the entries of papers that
            have several (:class:`kg.records.MergedEntry`).
        words: only the entities or papers with this name, in any spelling, as label or otherwise.

    Raises:
        GraphError: the graph was built before merges were recorded, or the record is damaged.
    """
    rows = list(_rows(path))
    if words is not None:
        key = typed_key(words)
        wanted = {row["entity"] for row in rows if key in (typed_key(row["label"]), typed_key(row["name"]))}
        rows = [row for row in rows if row["entity"] in wanted]
    yield from rows


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if not all(isinstance(row[field], str) for field in ("entity", "label", "name")):
                    raise ValueError
                yield row
    except FileNotFoundError:
        raise GraphError(f"{path}: is not there; build the graph again to see its merges") from None
    except OSError as error:
        raise unreadable(path, error) from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise GraphError(f"{path}: is damaged; build the graph again") from None


def titles_of_entries(generation: Generation) -> dict[str, list[str]]:
    """The titles of the entries of papers that have several, by the paper's IRI; none where there is no record of them.

    Raises:
        GraphError: the record is damaged.
    """
    titles: dict[str, list[str]] = {}
    for row in _rows(generation.merged_papers) if generation.merged_papers.exists() else ():
        titles.setdefault(row["entity"], []).append(row["name"])
    return titles


def merges_of(generation: Generation, entity: str) -> list[dict[str, Any]]:
    """The merges of one entity, found without reading the others; none where the graph has no record of merges.

    Args:
        generation: the graph.
        entity: its IRI.
    """
    import mmap

    wanted = f'{{"entity": {json.dumps(entity, ensure_ascii=False)}, '.encode()
    rows = []
    with (
        suppress(OSError, ValueError),  # a file that is empty cannot be mapped
        generation.merges.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines,
    ):
        place = lines.find(wanted)
        while place >= 0:
            end = lines.find(b"\n", place)
            rows.append(json.loads(lines[place : end if end >= 0 else len(lines)]))
            place = lines.find(wanted, place + 1)
    return rows
