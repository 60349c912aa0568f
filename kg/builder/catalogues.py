"""Imports of catalogues that people made: read once, kept in the graph folder, loaded by every build of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.graph.curated import Catalogue, Fact, keep_catalogue
from kg.graph.provenance import Part
from kg.graph.store import current
from kg.jsonrecord import Record
from kg.sources import Warn
from kg.sources.pwc import Counts, read_dump

_SOURCE = "https://paperswithcode.com/"
_LICENCE = "https://creativecommons.org/licenses/by-sa/4.0/"


@dataclass(frozen=True, slots=True)
class Imported(Record):
    """What an import read: objects by table, facts kept by kind, and advertisements that were left out."""

    tables: dict[str, int]
    facts: dict[str, int]
    advertisements: int


def import_pwc(dump: Path, folder: Path, warn: Warn = lambda line: None) -> Imported:
    """Keep the last dump of Papers with Code in a graph folder; the next build makes statements of it.

    Args:
        dump: the folder with the files of the dump.
        folder: the graph folder, made if it is absent.
        warn: called with one line for each thing that is skipped.

    Raises:
        InputError: nothing in ``dump`` is of such a dump.
        GraphError: the graph folder cannot be read.
        OSError: it cannot be written.
    """
    current(folder)  # or an error before all is read
    facts: dict[str, int] = {}
    counted: list[Counts] = []

    def counting(read: Iterable[Fact]) -> Iterator[Fact]:
        for fact in read:
            facts[fact["kind"]] = facts.get(fact["kind"], 0) + 1
            yield fact

    part = Part.of_input(dump)
    files = (f"{dump.resolve().name} {part.digest}".strip(),)
    catalogue = Catalogue("pwc", "Papers with Code, last dump", _SOURCE, _LICENCE, files)
    keep_catalogue(folder, catalogue, counting(read_dump(dump, warn, counted.append)))
    (counts,) = counted
    return Imported({str(table): count for table, count in counts.read.items()}, facts, counts.advertisements)
