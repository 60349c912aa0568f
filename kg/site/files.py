"""The data of a site of files: the index of its search, and what is around each entity, as scripts.

A page that is opened from a disk may run scripts beside it but not fetch files, so that the data are scripts that call
a function of the page.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from pathlib import Path
from typing import NamedTuple

from kg.site.links import FileLinks, file_of
from kg.site.neighbours import neighbourhood
from kg.site.source import Source
from kg.text.spellings import readable
from kg.vocabulary import CLASS_NAMES, ENTITY_KINDS, KG, SCHEMA, SKOS, Kind

LETTERS: dict[Kind, str] = {"method": "m", "dataset": "d", "metric": "e", "task": "t", "paper": "p", "code": "c"}
_ONE_PART = 1_500_000  # characters of an index that one script holds
_LARGE = 500_000  # characters of a script above which it is divided by further letters
_DEEP = 30  # further letters at most
_FIRST = 60  # names that the script of a divided part has: as many as ``static/site.js`` ever shows
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


class _Listed(NamedTuple):
    """An entry as it stands in a script, and what decides the order of entries that match as well, as in site.js."""

    text: str
    name: Name
    order: tuple[int, int]


class _Key(NamedTuple):
    """What an entry is found by in a part: the letters from a word on to the end of a name, without those of the part.

    ``word`` is the length of that word, 0 for the first of a name: a search matches beginnings of words and of names.
    """

    letters: str
    word: int
    entry: int


def index_scripts(names: Iterable[Name]) -> Iterator[tuple[str, str]]:
    """The scripts of the search by name: one for all, or for many names one for each beginning of a word.

    A part that is too large is divided by further letters. Its own script then has the names that come first when
    someone types no more than its letters, and the list of its divisions.
    """
    listed = [_listed(name) for name in names]
    length = 2 if sum(len(entry.text) for entry in listed) > _ONE_PART else 0
    parts: dict[str, list[int]] = {}
    for number, entry in enumerate(listed):
        for part in sorted(
            {part_of(word, length) for one in (entry.name.name, *entry.name.others) for word in words_of(one)}
        ):
            parts.setdefault(part, []).append(number)
    yield "about", f'kgIndex("about",[{length}])\n'
    for part, numbers in sorted(parts.items()):
        if part in ("all", "other") or _size(listed, numbers) <= _LARGE:
            yield part, _script(part, listed, numbers)
            continue
        keys = [key for number in numbers for key in _keys(listed[number].name, number, part)]
        divisions = sorted(_divisions(listed, keys, part, ""))
        yield part, _script(part, listed, _first(listed, keys, part), [letters for letters, _ in divisions])
        for letters, inside in divisions:
            yield f"{part}-{letters}", _script(f"{part}-{letters}", listed, inside)


def _script(part: str, listed: Sequence[_Listed], numbers: Iterable[int], divisions: Sequence[str] = ()) -> str:
    lines = ",\n".join(listed[number].text for number in numbers)
    return f'kgIndex("{part}",[\n{lines}\n]{f",{_compact(divisions)}" if divisions else ""})\n'


def _size(listed: Sequence[_Listed], numbers: Iterable[int]) -> int:
    return sum(len(listed[number].text) for number in numbers)


def _keys(name: Name, number: int, part: str) -> Iterator[_Key]:
    for one in _shown(name):
        words = words_of(one)
        for place, word in enumerate(words):
            if (word[:2] == part) if place else "".join(words).startswith(part):
                letters = "".join(words[place:])[len(part) :]
                yield _Key(letters[:_DEEP], len(word) if place else 0, number)


def _divisions(
    listed: Sequence[_Listed], keys: Sequence[_Key], part: str, start: str
) -> Iterator[tuple[str, list[int]]]:
    """The scripts into which a part is divided after some letters, as their further letters and their entries.

    ``_`` stands for the end of a name and for all letters that have no script of their own.
    """
    groups: dict[str, list[_Key]] = {"_": []}
    for key in keys:
        letter = key.letters[len(start) : len(start) + 1]
        groups.setdefault(letter if letter.isascii() and letter.isalnum() else "_", []).append(key)
    entries = {letter: {key.entry for key in group} for letter, group in groups.items()}
    rest = entries.pop("_")
    together = _size(listed, rest)
    sizes = {letter: _size(listed, numbers) for letter, numbers in entries.items()}
    for letter in sorted(sizes, key=lambda letter: (sizes[letter], letter)):
        together += _size(listed, entries[letter] - rest)
        if together <= _LARGE:
            rest |= entries[letter]
        elif sizes[letter] <= _LARGE:
            yield start + letter, sorted(entries[letter])
        else:
            yield start + letter, _first(listed, groups[letter], part, start + letter)
            yield from _divisions(listed, groups[letter], part, start + letter)
    if rest:
        yield f"{start}_", sorted(rest)


def _first(listed: Sequence[_Listed], keys: Iterable[_Key], part: str, letters: str = "") -> list[int]:
    """The entries that ``static/site.js`` would show first for a single word, in its order."""
    rates: dict[int, int] = {}
    for key in keys:
        if not key.word or key.word >= len(part) + len(letters):
            rate = 2 if key.word else int(key.letters != letters)
            rates[key.entry] = min(rate, rates.get(key.entry, 2))

    return nsmallest(_FIRST, rates, key=lambda number: (rates[number], listed[number].order, number))


def _listed(name: Name) -> _Listed:
    shown, *others = _shown(name)
    text = _compact([shown, LETTERS[name.kind], name.papers, name.url, *others])
    return _Listed(text, name, (-name.papers, len(shown.encode("utf-16-le", "surrogatepass"))))


def _shown(name: Name) -> list[str]:
    return [name.name[:300], *(other[:100] for other in name.others[:10])]


def _compact(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def words_of(text: str) -> list[str]:
    """The words of a name as ``static/site.js`` reads them: lower case, without accents."""
    lower = text.lower()
    return _WORDS.findall(lower if lower.isascii() else _COMBINING.sub("", unicodedata.normalize("NFKD", lower)))


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
    return f"kgNeighbours({part},{_compact(nodes)},{_compact(around)})\n"


def write(path: Path, text: str) -> int:
    """Write a file of the site, and return its size in bytes."""
    data = text.encode(errors="replace")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return len(data)
