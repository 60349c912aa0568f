"""JSON documents of any size and shape are read paper by paper; what is damaged costs only itself."""

from __future__ import annotations

import io
import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import InputError
from kg.records import Paper
from kg.sources import jsondoc, read_papers
from kg.sources.reader import Source
from kg.text.packed import unpacked

PAPERS = [{"id": f"{n}", "title": f"Frogs {n}", "abstract": "They hop."} for n in range(3)]
TITLES = ["Frogs 0", "Frogs 1", "Frogs 2"]


def read(content: str | bytes) -> tuple[list[str], list[str]]:
    warnings: list[str] = []
    stream = unpacked(io.BytesIO(content if isinstance(content, bytes) else content.encode()), "p.json")
    papers = list(jsondoc.read(Source(stream, "p.json", "p.json"), warnings.append))
    return [paper.title for paper in papers], warnings


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "document",
    [
        PAPERS,
        {"meta": {"count": 3}, "results": PAPERS, "group_by": []},
        {"status": "ok", "message": {"facets": {"x": {"items": 1}}, "items": PAPERS, "query": None}},
        {"notes": PAPERS, "count": 3},
        {"total": 3, "data": PAPERS},
        {"hits": {"total": 3, "hits": [{"_source": paper} for paper in PAPERS]}},
        {"rows": [{"row_idx": 0, "row": paper} for paper in PAPERS]},
        [{"results": PAPERS}][0] | {"results": PAPERS},
    ],
)
def test_lists_wherever_they_are(document: Any, indent: int | None) -> None:
    assert read(json.dumps(document, indent=indent)) == (TITLES, [])


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (json.dumps(PAPERS[0], indent=2), TITLES[:1]),
        ("\n".join(json.dumps(paper, indent=2) for paper in PAPERS), TITLES),
        (",\n".join(map(json.dumps, PAPERS)), TITLES),
        ("\ufeff" + json.dumps([PAPERS[0]]), TITLES[:1]),
        (json.dumps({"status": "ok", "message": PAPERS[0]}), TITLES[:1]),
        (json.dumps({"results": PAPERS[:1]}) + "\n" + json.dumps({"results": PAPERS[1:]}), TITLES),
        (json.dumps(PAPERS[:1]) + json.dumps(PAPERS[1:]), TITLES),
        (json.dumps(PAPERS[0] | {"notes": ["a", "b"], "items": []}), TITLES[:1]),
    ],
)
def test_papers_alone_and_several_documents(text: str, titles: list[str]) -> None:
    assert read(text) == (titles, [])


def test_lines_of_pages(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    path.write_text(json.dumps(PAPERS[0]) + "\n" + json.dumps({"results": PAPERS[1:]}) + "\n")
    assert [paper.title for paper in read_papers(path, print)] == TITLES


@pytest.mark.parametrize("indent", [None, 2])
def test_a_damaged_entry_costs_only_itself(indent: int | None) -> None:
    text = json.dumps({"results": PAPERS}, indent=indent)
    titles, warnings = read(text.replace('"Frogs 1"', '"Frogs \t1", 5'))
    assert titles == ["Frogs 0", "Frogs 2"]
    line = 1 if indent is None else 8
    assert warnings == [
        f"p.json:{line}: entry 2: is not a complete JSON object (Invalid control character at); skipped".replace(
            " at)", ")"
        )
    ]


def test_a_file_that_was_cut_off_keeps_what_is_whole() -> None:
    text = json.dumps({"results": PAPERS})
    assert read(text[:-40])[0] == TITLES[:2]
    assert read(text[:-2]) == (TITLES, ["p.json:1: entry 4: is not there; the file ends within the list; skipped"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[", "p.json:1: entry 1: is not there"),
        ("{}", "p.json:1: entry 1: has no title"),
        ("[]", "p.json: is JSON without papers"),
        ('{"a": 1', "p.json:1: entry 1: is not a complete JSON object"),
        ("[[1]]", "p.json:1: entry 1: is not an object"),
        ('{"results": [{"title": "T"}]}', "entry 1: has no abstract; no record of this file is a paper"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ('{"data":' * 1_000, "not a complete JSON object"),
        ('[{"title": ' + "1" * 5_000 + "}]", "a number has too many digits"),
        ('{"title": "x\n\0', "not a complete JSON object"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_place(text: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert str(caught.value).startswith("p.json")
    assert problem in str(caught.value)


def test_an_entry_that_is_too_long_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsondoc, "ENTRY_LIMIT", 1_000)
    monkeypatch.setattr(jsondoc, "_PIECE", 100)
    long = PAPERS[1] | {"text": "x" * 5_000}
    titles, warnings = read(json.dumps([PAPERS[0], long, PAPERS[2]]))
    assert titles == ["Frogs 0", "Frogs 2"]
    assert warnings == ["p.json:1: entry 2: has more than 1,000 characters; skipped"]


@pytest.mark.slow
@settings(max_examples=40)
@given(
    st.integers(1, 40),
    st.sampled_from([None, 1]),
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=1, max_size=4),
)
def test_wherever_pieces_end_the_papers_are_the_same(size: int, indent: int | None, texts: list[str]) -> None:
    # "-" alone would say nothing.
    papers = [{"id": "1", "title": f"T{text}", "abstract": f"A{text}", "n": [1.5e3, True, None]} for text in texts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsondoc, "_PIECE", size)
        titles, warnings = read(
            json.dumps({"n": 12, "data": papers}, indent=indent, ensure_ascii=False).encode("utf-8", "replace")
        )
    assert len(titles) == len(papers)
    assert warnings == []


def test_a_json_file_without_papers_in_a_folder_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"level": "info"}\n' * 2)
    (tmp_path / "package.json").write_text('{\n  "name": "frogs"\n}\n')
    (tmp_path / "papers.json").write_text(json.dumps(PAPERS, indent=1))
    warnings: list[str] = []
    papers: list[Paper] = list(read_papers(tmp_path, warnings.append))
    assert [(paper.title, paper.line) for paper in papers] == [(title, n + 1) for n, title in enumerate(TITLES)]
    refused = [line for line in warnings if line.endswith("has no title; no record of this file is a paper; skipped")]
    assert [line.split(":")[0].rpartition("/")[2] for line in refused] == ["log.jsonl", "package.json"]


@pytest.mark.parametrize("damaged", ["x", '{"title": x', '[{"title": x'])
def test_the_lines_after_a_damaged_entry_are_passed_soon(damaged: str, soon: AbstractContextManager[None]) -> None:
    with soon:
        titles, _ = read(damaged + "\n" * 30_000 + "y\n" + json.dumps(PAPERS[0]))
    assert titles == TITLES[:1]
