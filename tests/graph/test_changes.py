"""What a build changes in the statements of the generation before: new papers and lines, and those that are gone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.graph.changes import Changes
from kg.graph.store import Generation
from kg.vocabulary import DEFAULT_BASE, KG, provenance_graph

RUNS = ox.NamedNode(provenance_graph(DEFAULT_BASE))
SEEN = ox.NamedNode(f"{KG}firstSeen")


def line(subject: str) -> str:
    return f'<http://e.org/{subject}> <http://e.org/p> "1" <http://e.org/all> .\n'


def written(
    folder: Path,
    before: Path | None,
    papers: Iterable[tuple[str, bytes]],
    shared: Iterable[str],
    shared_before: Iterable[str] = (),
) -> Changes:
    """A generation with papers, by IRI and what they are made from, and lines about what they share."""
    folder.mkdir()
    with Changes(Generation(folder), Generation(before) if before else None, lambda: shared_before) as changes:
        changes.papers = [iri for iri, made_from in papers if changes.is_new(iri, [made_from])]  # type: ignore[attr-defined]
        changes.lines = [*changes.new(shared)]  # type: ignore[attr-defined]
    return changes


def test_all_is_new_in_a_first_generation(tmp_path: Path) -> None:
    changes = written(tmp_path / "1", None, [("http://e.org/a", b"")], [line("x")])
    assert (changes.papers, changes.lines) == (["http://e.org/a"], [line("x")])  # type: ignore[attr-defined]
    changes.remove_gone(ox.Store(), DEFAULT_BASE)


def test_only_what_differs_is_new_and_only_what_is_no_longer_so_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.graph.changes._BATCH", 2)
    papers = [(f"http://e.org/{name}", b"1") for name in "abcd"]
    lines = [line(name) for name in ("x", "\u2028", "é", "y", "z")]
    written(tmp_path / "1", None, papers, lines)
    store = ox.Store()
    for name in "abcd":
        graph = ox.NamedNode(f"http://e.org/{name}")
        store.add(ox.Quad(graph, ox.NamedNode("http://e.org/p"), ox.Literal("1"), graph))
        store.add(ox.Quad(graph, SEEN, ox.Literal("2026"), RUNS))
    store.load("".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
    now = [papers[0], ("http://e.org/c", b"2"), ("http://e.org/e", b"1"), papers[3]]
    changes = written(tmp_path / "2", tmp_path / "1", now, [lines[0], line("new"), *lines[2:4]], lines)
    assert changes.papers == ["http://e.org/c", "http://e.org/e"]  # type: ignore[attr-defined]
    assert changes.lines == [line("new")]  # type: ignore[attr-defined]
    changes.remove_gone(store, DEFAULT_BASE)
    graphs = {quad.graph_name for quad in store} - {RUNS}
    assert graphs == {ox.NamedNode(f"http://e.org/{name}") for name in ("a", "d", "all")}
    assert {quad.subject for quad in store if quad.predicate == SEEN} == graphs - {ox.NamedNode("http://e.org/all")}
    left = store.quads_for_pattern(None, None, None, ox.NamedNode("http://e.org/all"))
    assert sorted(f"{quad} .\n" for quad in left) == sorted([lines[0], *lines[2:4]])


def test_what_a_paper_is_made_from_is_told_apart_at_its_joints(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    with Changes(Generation(tmp_path / "1"), None) as changes:
        changes.is_new("http://e.org/a", [b"ab", b"c"])
    with Changes(Generation(tmp_path / "2"), Generation(tmp_path / "1")) as changes:
        assert changes.is_new("http://e.org/a", [b"a", b"bc"])
        assert not changes.is_new("http://e.org/a", [b"ab", b"c"])


def test_two_papers_of_one_iri_are_noticed_and_the_lists_forgotten(tmp_path: Path) -> None:
    one = ("http://e.org/a", b"1")
    assert not written(tmp_path / "1", None, [one, ("http://e.org/b", b"1")], []).unclear
    changes = written(tmp_path / "2", tmp_path / "1", [one, ("http://e.org/a", b"2")], [])
    assert changes.unclear
    changes.forget()
    assert [*(tmp_path / "2").iterdir()] == []
