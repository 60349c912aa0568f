"""The authors of a paper in their order, which the graph does not keep: a set of names has none.

The records of a generation have it. They are sorted by the paper key, so that a paper is found by halving.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator, Sequence

from kg.graph.store import Generation
from kg.text.plain import paper_key

_KEY = b'{"key":'


def in_order(generation: Generation, title: str, authors: Sequence[str]) -> tuple[str, ...]:
    """Some authors of a paper as an entry of it lists them; as they are where no entry has the same ones.

    Args:
        generation: the graph.
        title: of the paper.
        authors: its authors, in any order.
    """
    if len(authors) < 2:
        return tuple(authors)
    try:
        with generation.records.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
            entries = (entry for line in _lines_of(lines, paper_key(title)) for entry in json.loads(line)["entries"])
            listed = (tuple(entry.get("authors", ())) for entry in entries)
            return next((names for names in listed if sorted(set(names)) == sorted(authors)), tuple(authors))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # no records, or damaged ones
        return tuple(authors)


def _lines_of(lines: mmap.mmap, key: str) -> Iterator[bytes]:
    """The lines with a key, one for each paper of that title."""
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        start = lines.rfind(b"\n", low, middle) + 1 or low
        end = lines.find(b"\n", start) % (len(lines) + 1)  # the end of the file where no line ends
        if _key_at(lines, start) < key:
            low = end + 1
        else:
            high = start
    while low < len(lines) and _key_at(lines, low) == key:
        end = lines.find(b"\n", low) % (len(lines) + 1)
        yield lines[low:end]
        low = end + 1


def _key_at(lines: mmap.mmap, start: int) -> str:
    end = lines.find(b',"entries"', start)
    if lines[start : start + len(_KEY)] != _KEY or end < 0:
        raise ValueError
    return str(json.JSONDecoder().raw_decode(lines[start + len(_KEY) : end].decode())[0])  # "which" may come next
