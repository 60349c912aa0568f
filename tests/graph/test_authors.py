from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.builder.builder import build_graph
from kg.graph.authors import in_order
from kg.graph.store import Generation, existing
from kg.text.plain import paper_key

AUTHORS = ("Zoe Toad", "Ada Frog")


@pytest.fixture
def generation(tmp_path: Path) -> Generation:
    titles = sorted((f"Paper {number} é" for number in range(40)), key=paper_key)
    lines = [{"key": paper_key(title), "entries": [{"title": title, "authors": [*AUTHORS, title]}]} for title in titles]
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    (tmp_path / "papers.jsonl").write_text(text, encoding="utf-8")
    return Generation(tmp_path)


def test_authors_come_as_their_entry_lists_them(generation: Generation) -> None:
    for number in range(40):
        title = f"Paper {number} é"
        assert in_order(generation, title, sorted([*AUTHORS, title])) == (*AUTHORS, title)


@pytest.mark.slow
def test_a_built_graph_has_the_order_of_titles_with_markup_and_of_two_papers_of_one_title(tmp_path: Path) -> None:
    papers = (
        (r"$\beta$-Frogs: Hopping by Night", ["Zed Toad", "Able Newt", "Mid Pond"]),
        ("Editorial", ["Yan Toad", "Bo Newt"]),
        ("Editorial", ["Xia Frog", "Cy Pond"]),
        ("Zoo of Frogs", ["Wu Toad", "Di Newt"]),
    )
    with (tmp_path / "papers.jsonl").open("w", encoding="utf-8") as file:
        for number, (title, authors) in enumerate(papers):
            about = {"title": title, "abstract": f"{authors[0]} counts {title} in ponds.", "authors": authors}
            print(json.dumps({"id": str(number), **about}), file=file)
    build_graph([tmp_path / "papers.jsonl"], tmp_path / "graph")
    generation = existing(tmp_path / "graph")
    for title, authors in papers:
        assert in_order(generation, title, sorted(authors)) == tuple(authors)


def test_authors_stay_as_they_are_where_no_entry_has_the_same(generation: Generation, tmp_path: Path) -> None:
    assert in_order(generation, "Paper 3 é", ["Ada Frog", "Bo"]) == ("Ada Frog", "Bo")
    assert (
        in_order(generation, "Unknown", ["B", "A"])
        == in_order(Generation(tmp_path / "x"), "Y", ["B", "A"])
        == ("B", "A")
    )


@pytest.mark.parametrize("content", [b"", b"\n", b"\x00\xff", b'{"key":1,"entries":2}\n', b'{"key":"paper","entr'])
def test_damaged_records_are_no_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "papers.jsonl").write_bytes(content)
    assert in_order(Generation(tmp_path), "paper", ["B", "A"]) == ("B", "A")
