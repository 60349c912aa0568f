"""Builds that go on from what the one before kept: the graph is that of a build at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyoxigraph as ox
import pytest

from kg.builder import build_graph, builder
from kg.builder.going_on import GoingOn
from kg.graph.changes import Changes, read_paper_lines
from kg.graph.store import Generation, existing
from kg.profiles import kept_profile
from kg.records import Extraction, Link, Mention, Paper, Result

NQuads = Callable[[Path], bytes]
Rows = Callable[[Path, str], list[dict[str, Any]]]


def record(title: str, abstract: str, **more: object) -> str:
    return json.dumps({"title": title, "abstract": abstract, **more}) + "\n"


def invented_extraction(papers: Iterable[Paper], *_: object) -> Iterator[Extraction]:
    """The words of an abstract as methods; of "frog net (FN)" an abbreviation."""
    for paper in papers:
        found = list(re.finditer(r"[\w-]+", paper.text))
        mentions = (
            Mention(type="Method", text=word[0], start=word.start(), end=word.end(), confidence=1, extractor="invented")
            for word in found
        )
        pairs = re.findall(r"(\w+ \w+) \((\w+)\)", paper.text)
        links = (Link(url=f"https://github.com/{word[0]}/x", kind="code", start=0, end=1) for word in found[:2])
        yield Extraction(
            id=paper.id,
            title=paper.title,
            entities=tuple(mentions),
            abbreviations=tuple((short, long) for long, short in pairs),
            links=tuple(links),
            results=tuple(invented_results(paper)),
        )


def invented_results(paper: Paper) -> Iterator[Result]:
    """A result of a method that the paper may not name, as if a person had corrected it."""
    if "Toad-2" in paper.text:
        yield Result(metric=None, value="1", number=1, method="newt1", settings=("b", "a"), start=0, end=1)


def invented_paper(number: int, random: Random, fn: str = "FN") -> str:
    """A paper with names of its own and of others, spelled in several ways, and with ``fn``."""
    words = ["frog", "Frogs", "Toad-2", "toad2", "toads", f"newt{number % 7}"]
    text = " ".join([f"Only-{number}", fn, *random.choices(words, k=3)])
    return record(f"Paper {number}", text, venue=random.choice(["Pond", "pond", "Lake"]), year=2000 + number % 9)


def observed_ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How the generations of the next builds are filled: from what was "kept", "compared" with the old one, "anew"."""
    ways: list[str] = []

    def changes(generation: Generation, before: Generation | None, *others: Any) -> Changes:
        ways.append("compared" if before else "anew")
        return Changes(generation, before, *others)

    def finish(*arguments: Any) -> bool:
        done = finished(*arguments)
        ways.extend(["kept"] * done)
        return done

    finished = GoingOn.finish
    monkeypatch.setattr("kg.builder.builder.Changes", changes)
    monkeypatch.setattr(GoingOn, "finish", finish)
    return ways


def written_files(folder: Path, kept_names: Callable[[Path], dict[str, list[object]]]) -> list[Any]:
    """What is in the files of a graph beside its store and its index."""
    generation = existing(folder)
    lines = [*read_paper_lines(generation.graphs)]
    counts = json.loads((generation.kept / "counts.json").read_bytes())
    counted = {name: sorted(map(repr, value)) for name, value in counts.items()}
    files = ("papers.jsonl", "merges.jsonl", "merged-papers.jsonl")
    table = np.load(generation.kept / "works.npz")
    return [
        lines,
        kept_names(generation.kept / "names.sqlite"),
        counted,
        *((generation.folder / file).read_bytes() for file in files),
        *(table[name].tolist() for name in table.files),
        {*ox.Store.read_only(str(kept_profile(generation.folder, "lpwc")))},
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "way"), [(1, "kept"), (2, "kept"), (1, "compared"), (2, "elsewhere")])
def test_what_did_not_change_is_not_written_again_and_the_graph_is_that_of_a_build_at_once(
    tmp_path: Path,
    seed: int,
    way: str,
    monkeypatch: pytest.MonkeyPatch,
    kept_names: Callable[[Path], dict[str, list[object]]],
    index_rows: Callable[[Path], dict[str, list[tuple[object, ...]]]],
    nquads: NQuads,
    rows: Rows,
) -> None:
    ways = observed_ways(monkeypatch)
    monkeypatch.setattr("kg.builder.going_on._FEW", 1)
    monkeypatch.setattr(builder, "_MANY", 1)
    monkeypatch.setattr(builder, "extract_each", invented_extraction)
    random = Random(seed)
    papers = [invented_paper(number, random, "FN" if number < 8 else "frog net (FN)") for number in range(14)]
    parts = [papers[:6], papers[6:8], [*papers[8:], papers[3].replace("Paper", "paper")]]
    sources = [tmp_path / "pages" / f"{number}.jsonl" for number in range(3)]
    if way == "elsewhere":
        sources[2] = tmp_path / "elsewhere" / "0.jsonl"  # the first one is called otherwise when it comes
        monkeypatch.setattr("kg.builder.going_on._FEW", 0)
    if way == "compared":
        monkeypatch.setattr(builder, "_going_on", lambda *_: None)
    for source, part in zip(sources, parts, strict=True):
        source.parent.mkdir(exist_ok=True)
        source.write_text("".join(part))
        build_graph([source], tmp_path / "steps")
    query = "SELECT DISTINCT ?name { ?p kg:mentions ?fn . ?fn skos:altLabel 'FN' ; skos:prefLabel ?name }"
    assert rows(tmp_path / "steps", query) == [{"name": "frog net"}], "of papers, too, that say FN alone"
    sources[0].write_text("".join(invented_paper(number, random, "newt") for number in (3, 4)))
    sources[2].write_text("".join(invented_paper(number, random, "fire newt (FN)") for number in range(9, 14)))
    build_graph(sources, tmp_path / "steps")
    assert {row["name"] for row in rows(tmp_path / "steps", query)} == {"fire newt", "frog net"}
    build_graph([], tmp_path / "steps")
    expected = {"kept": ["kept"] * 4, "compared": ["compared"] * 4, "elsewhere": ["kept", "compared", "kept", "kept"]}
    assert ways == ["anew", *expected[way]]
    (tmp_path / "steps").rename(tmp_path / "moved")  # and so it has to be made anew, where it is and where it was
    monkeypatch.setattr(builder, "_to_go_on_from", lambda *_: None)
    kept = (
        nquads(tmp_path / "moved"),
        index_rows(existing(tmp_path / "moved").index_path),
        written_files(tmp_path / "moved", kept_names),
    )
    build_graph([], tmp_path / "moved")
    assert ways[5:] == ["anew"]
    assert (nquads(tmp_path / "moved"), index_rows(existing(tmp_path / "moved").index_path)) == kept[:2]
    assert written_files(tmp_path / "moved", kept_names) == kept[2]


def test_papers_come_to_a_graph_that_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nquads: NQuads) -> None:
    monkeypatch.setattr(builder, "extract_each", invented_extraction)
    source = tmp_path / "papers.jsonl"
    source.write_text(invented_paper(1, Random(1)))
    for inputs in ([], [], [source]):
        build_graph(inputs, tmp_path / "steps")
    build_graph([source], tmp_path / "once")
    assert nquads(tmp_path / "steps") == nquads(tmp_path / "once")


@pytest.mark.slow
def test_if_most_papers_differ_all_statements_are_made_anew(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    index_rows: Callable[[Path], dict[str, list[tuple[object, ...]]]],
    nquads: NQuads,
) -> None:
    ways = observed_ways(monkeypatch)
    monkeypatch.setattr(builder, "extract_each", invented_extraction)
    source, other = tmp_path / "pages" / "a.jsonl", tmp_path / "elsewhere" / "a.jsonl"
    for number, path in enumerate((source, other)):
        path.parent.mkdir()
        lines = (invented_paper(10 * number + paper, Random(paper)) for paper in range(10 - 9 * number))
        path.write_text("".join(lines))
        build_graph([path], tmp_path / "g")  # with the second one, the file of all papers is called otherwise
    assert ways == ["anew", "compared", "anew"]
    build_graph([source, other], tmp_path / "once")
    assert nquads(tmp_path / "g") == nquads(tmp_path / "once")
    assert index_rows(existing(tmp_path / "g").index_path) == index_rows(existing(tmp_path / "once").index_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damaged", "way"),
    [
        ("store/LOG", "kept"),
        ("index.sqlite", "compared"),
        ("profiles/*/*.sst", "compared"),
        ("store/*.sst", "anew"),
        ("kept/*", "anew"),
    ],
)
def test_what_is_damaged_is_not_gone_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nquads: NQuads, damaged: str, way: str
) -> None:
    ways = observed_ways(monkeypatch)
    monkeypatch.setattr(builder, "_MANY", 1)
    monkeypatch.setattr("kg.builder.going_on._FEW", 1)
    monkeypatch.setattr(builder, "extract_each", invented_extraction)
    (tmp_path / "frogs.jsonl").write_text("".join(invented_paper(number, Random(number)) for number in range(8)))
    build_graph([tmp_path / "frogs.jsonl"], tmp_path / "g")
    before = nquads(tmp_path / "g")
    path = next(existing(tmp_path / "g").folder.glob(damaged))
    path.write_bytes(path.read_bytes()[:-1])
    build_graph([], tmp_path / "g")
    assert ways == ["anew", way]
    assert nquads(tmp_path / "g") == before
    existing(tmp_path / "g").check(thorough=True)
