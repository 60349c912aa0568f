"""The data of a site of files: the index of its search, and what is around each entity, as scripts.

A page that is opened from a disk may run scripts beside it but not fetch files, so that the data are scripts that call
a function of the page.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from kg.site.links import FileLinks, file_of
from kg.site.neighbours import neighbourhood
from kg.site.source import Source
from kg.text.spellings import readable
from kg.vocabulary import CLASS_NAMES, ENTITY_KINDS, KG, SCHEMA, SKOS, Kind

LETTERS: dict[Kind, str] = {"method": "m", "dataset": "d", "metric": "e", "task": "t", "paper": "p", "code": "c"}
_ONE_PART = 1_500_000  # characters of an index that one script holds
_AROUND = 16
_PER_PART = 400  # entities whose surroundings one script holds
_COMBINING = re.compile("[\u0300-\u036f]")
_WORDS = re.compile(r"[^\W_]+")


class Name(NamedTuple):
    """An entry of the index: a name, its kind, in how many papers it is, its page, and its other names."""

    name: str
    kind: Kind
    papers: int
    url: str
    others: tuple[str, ...] = ()


def index_scripts(names: Iterable[Name]) -> Iterator[tuple[str, str]]:
    """The scripts of the search by name: one for all, or for many names one for each beginning of a word."""
    entries = [(json.dumps(_entry(name), ensure_ascii=False, separators=(",", ":")), name) for name in names]
    length = 2 if sum(len(text) for text, _ in entries) > _ONE_PART else 0
    parts: dict[str, list[str]] = {}
    for text, name in entries:
        for part in sorted({part_of(word, length) for one in (name.name, *name.others) for word in words_of(one)}):
            parts.setdefault(part, []).append(text)
    yield "about", f'kgIndex("about",[{length}])\n'
    for part, texts in sorted(parts.items()):
        lines = ",\n".join(texts)
        yield part, f'kgIndex("{part}",[\n{lines}\n])\n'


def _entry(name: Name) -> list[object]:
    return [name.name[:300], LETTERS[name.kind], name.papers, name.url, *(other[:100] for other in name.others[:10])]


def words_of(text: str) -> list[str]:
    """The words of a name as ``static/site.js`` reads them: lower case, without accents."""
    return _WORDS.findall(_COMBINING.sub("", unicodedata.normalize("NFKD", text.lower())))


def part_of(word: str, length: int) -> str:
    """The script that has the names with a word."""
    start = word[:length]
    if not start:
        return "all"
    return start if re.fullmatch("[a-z0-9]+", start) else "other"


def all_names(source: Source, papers_of: Mapping[str, int], links: FileLinks) -> Iterator[Name]:
    """The names of all papers and entities, with the addresses of their pages from the folder of the site."""
    others: dict[str, list[str]] = {}
    for iri, name in source.reader.rows(
        f"SELECT ?thing ?name {{ ?thing <{SKOS}altLabel> ?name }} ORDER BY ?thing ?name"
    ):
        others.setdefault(iri, []).append(name)
    for kind, predicate in (*((kind, SKOS + "prefLabel") for kind in ENTITY_KINDS), ("paper", SCHEMA + "name")):
        query = f"SELECT ?thing ?name {{ ?thing a <{KG}{CLASS_NAMES[kind]}> ; <{predicate}> ?name }} ORDER BY ?thing"
        for iri, name in source.reader.rows(query):
            path = source.path(iri)
            if path and (url := links.page(path)):
                further = tuple(map(readable, others.get(iri, ())))
                yield Name(readable(name), kind, 1 if kind == "paper" else papers_of.get(iri, 0), url, further)


def number_of_parts(entities: int) -> int:
    """In how many scripts the surroundings of entities are."""
    return entities // _PER_PART + 1


def neighbours_part(path: str, number: int) -> int:
    """The script that has the surroundings of an entity, by the local part of its IRI, as ``static/graph.js`` reads it.

    >>> neighbours_part("dataset/cifar-10", 1)
    0
    """
    total = 7
    for byte in path.encode():
        total = (total * 31 + byte) % 65521
    return total % number


def neighbours_script(source: Source, part: int, iris: Iterable[str], links: FileLinks) -> str:
    """The script with what is around some entities: for each its neighbours with the number of papers that have both.

    0 papers is said of what is broader, -1 of what is narrower. What has no page of its own is left out.
    """
    nodes: dict[str, tuple[str, int, str]] = {}
    around: dict[str, list[tuple[str, int]]] = {}
    for iri in iris:
        found = neighbourhood(source, iri, _AROUND)
        drawn = {node["iri"]: node for node in found["nodes"] if node["path"] in links.pages}
        for node in drawn.values():
            local, url = node["iri"].removeprefix(source.base), file_of(node["path"])
            nodes[local] = (node["name"][:120], node["papers"], "" if url == f"{local}.html" else url)
        around[iri.removeprefix(source.base)] = [
            (
                (edge["to"] if edge["from"] == iri else edge["from"]).removeprefix(source.base),
                edge["papers"] if "papers" in edge else 0 if edge["from"] == iri else -1,
            )
            for edge in found["edges"]
            if edge["from"] in drawn and edge["to"] in drawn
        ]
    texts = (json.dumps(data, ensure_ascii=False, separators=(",", ":")) for data in (nodes, around))
    return f"kgNeighbours({part},{','.join(texts)})\n"


def write(path: Path, text: str) -> int:
    """Write a file of the site, and return its size in bytes."""
    data = text.encode(errors="replace")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return len(data)
