"""How long look-ups and suggestions take on a graph of half a million invented names.

    python tests/benchmarks/names.py [NUMBER OF NAMES]

A third are titles of papers, a third short names of one to three words, and a third other names of these. What is
printed is the processor time of this thread and the time on the clock, both in milliseconds: the median of the
look-ups of each kind, and the slowest.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from statistics import median

from pyoxigraph import RdfFormat, Store

from kg.ask.lookup import find, suggest
from kg.graph.index import GraphIndex, IndexedReader
from kg.graph.indexing import write_index
from kg.vocabulary import DEFAULT_BASE, KG, RDF, SCHEMA, SKOS

TRIES = 30
_SYLLABLES = [first + then for first in "bcdfghjklmnprstvz" for then in ("a", "e", "i", "o", "u", "an", "er", "ion")]


class Names:
    """Invented names, always the same ones; words are as unevenly common as those of a language (Zipf's law)."""

    def __init__(self) -> None:
        self.random = random.Random(0)
        self.words = ["".join(self.random.choices(_SYLLABLES, k=1 + number % 4)) for number in range(50_000)]
        self.weights = list(accumulate(1 / (number + 10) for number in range(len(self.words))))

    def name(self, words: int) -> str:
        return " ".join(self.random.choices(self.words, cum_weights=self.weights, k=words))

    def statements(self, number: int) -> Iterator[str]:
        for place in range(number // 3):
            node = f"<{DEFAULT_BASE}method/{place}>"
            yield f'{node} <{RDF}type> <{KG}Method> .\n{node} <{SKOS}prefLabel> "{self.name(1 + place % 3)}" .\n'
            yield f'{node} <{SKOS}altLabel> "{self.name(1 + place % 4)}-{place % 100}" .\n'
            paper = f"<{DEFAULT_BASE}paper/{place}>"
            yield f'{paper} <{RDF}type> <{KG}Paper> .\n{paper} <{SCHEMA}name> "{self.name(6 + place % 7)}" .\n'
            for entity in {int(number // 3 * self.random.random() ** 4) for _ in range(6)}:
                yield f"{paper} <{KG}mentions> <{DEFAULT_BASE}method/{entity}> .\n"


def timed(what: str, asked: Sequence[str], ask: Callable[[str], str]) -> None:
    work, clock, said = [], [], set()
    for words in asked:
        started = time.thread_time(), time.perf_counter()
        said.add(ask(words))
        work.append(1000 * (time.thread_time() - started[0]))
        clock.append(1000 * (time.perf_counter() - started[1]))
    print(
        f"{what:22} {median(work):6.1f} ms of work, slowest {max(work):6.1f}; on the clock {median(clock):6.1f}, "
        f"slowest {max(clock):6.1f}   {', '.join(sorted(said))}"
    )


def main(number: int = 500_000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        names = Names()
        statements = Path(folder) / "statements.nt"
        with statements.open("w") as stream:
            stream.writelines(names.statements(number))
        store = Store(Path(folder) / "store")
        store.bulk_load(path=statements, format=RdfFormat.N_TRIPLES)
        started = time.perf_counter()
        write_index(store, path := Path(folder) / "index.sqlite")
        size = path.stat().st_size / 1e6
        print(f"the index of {number:,} names: {time.perf_counter() - started:.0f} s, {size:.0f} MB")
        measure(IndexedReader(store, lambda: GraphIndex.open(path)), names)


def measure(reader: IndexedReader, names: Names) -> None:
    def ranked(words: str) -> str:
        found = find(reader, words)
        return found.matches[0].rank if found.matches else "nothing"

    def suggested(words: str) -> str:
        return "some" if suggest(reader, words) else "nothing"

    chance = names.random
    some = [text for (text,) in reader.index.rows("SELECT text FROM name ORDER BY id")]
    some = [text for text in chance.sample(some, TRIES) if len(text) > 8]
    common = names.words[: TRIES // 3]
    timed("exact", some, ranked)
    timed("spelling", [text.upper().replace(" ", "-") + "s" for text in some], ranked)
    timed("acronym", ["".join(word[0] for word in text.split()) for text in some], ranked)
    timed("prefix", [text[: len(text) // 2] for text in some], ranked)
    timed("prefix of 1 letter", list("bcdfg"), ranked)
    timed("words", [" ".join(reversed(text.split()[1:])) for text in some], ranked)
    timed("common words", common, ranked)
    timed("typo", [f"{text[:4]}x{text[5:]}" for text in some], ranked)
    timed("two typos", [f"{text[:3]}{text[4]}{text[3]}{text[5:-2]}{text[-1]}" for text in some], ranked)
    timed("nothing", [names.name(1 + number % 5) + "xqw yy" for number in range(TRIES)], ranked)
    timed("suggest 1 letter", list("bcdfg"), suggested)
    timed("suggest 2 letters", [text[:2] for text in some], suggested)
    timed("suggest half a name", [text[: len(text) // 2] for text in some], suggested)
    timed("suggest words", [" ".join(text.split()[-2:])[:-1] for text in some], suggested)
    timed("suggest common words", common, suggested)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
