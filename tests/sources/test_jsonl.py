"""JSON lines: a paper a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.records import Paper
from kg.sources import jsonl, read_papers


def read(*inputs: object) -> tuple[list[Paper], list[str]]:
    warnings: list[str] = []
    papers = list(read_papers([str(path) for path in inputs], warnings.append))
    return papers, warnings


def titles(papers: list[Paper]) -> list[str]:
    return [paper.title for paper in papers]


def test_json_lines_are_recognised_by_content(tmp_path: Path) -> None:
    path = tmp_path / "papers.txt"
    record = {"id": 7, "title": "T", "abstract": "A.", "authors": None, "year": 2020, "venue": "v", "extra": [1]}
    path.write_text("\n" + json.dumps(record) + "\n\n")
    (paper,), _ = read(path)
    assert (paper.id, paper.title, paper.year, paper.authors, paper.line) == ("7", "T", 2020, (), 2)


def test_half_surrogate_pairs_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id":"1","title":"a\\ud800b","abstract":"\\ud83d\\ude00 \\udc00","authors":["\\udfff"]}\n')
    (paper,), _ = read(path)
    assert (paper.title, paper.abstract, paper.authors) == ("a\ufffdb", "\N{GRINNING FACE} \ufffd", ("\ufffd",))


def test_json_record_without_abstract_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id":"1","title":"T"}\n{"id":"2","title":"U","abstract":"A"}\n')
    papers, warnings = read(path)
    assert titles(papers) == ["U"]
    assert warnings == [f"{path}:1: has no abstract; skipped"]


def test_a_paper_with_an_empty_title_is_skipped_and_one_with_an_empty_abstract_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id":"1","title":" ","abstract":"A"}\n{"id":"2","title":"U","abstract":""}\n')
    papers, warnings = read(path)
    assert titles(papers) == ["U"]
    assert warnings == [f"{path}:1: has an empty title; skipped"]


def test_records_that_are_not_papers_are_skipped_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    long = json.dumps({"title": "Long", "abstract": "x" * 1_000_001})
    path.write_text(
        '{"title": "T", "abstract": "A", "year": "soon"},\n'
        '\ufeff{"title": 5, "abstract": "A"}\n' + long + '\n{"title": "U", "abstract": "A"}\n',
        encoding="utf-8",
    )
    papers, warnings = read(path)
    assert [(paper.id, paper.line) for paper in papers] == [("t", 1), ("u", 4)]
    assert warnings == [
        f'{path}:1: "year" soon is not a year; left out',
        f'{path}:2: "title": expected text, found a number; skipped',
        f'{path}:3: is longer than 1,000,000 characters; expected a paper a line, {{"id", "title", "abstract", ...}}; '
        "skipped",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"title": "T", "abst', "is not a complete JSON object (Unterminated string starting at column 16)"),
        (b"[1, 2]", 'is not a JSON object; expected a paper a line, {"id", "title", "abstract", ...}'),
        (
            b'{"title": "caf\xe9 caf\xc3\xa9", "abstract": "A"}',
            'is not UTF-8 text; expected a paper a line, {"id", "title", "abstract", ...}',
        ),
        (
            b'{"title": "\0", "abstract": "A"}',
            'is not UTF-8 text; expected a paper a line, {"id", "title", "abstract", ...}',
        ),
    ],
)
@pytest.mark.parametrize("last", [True, False])
def test_a_line_that_cannot_be_read_is_skipped_and_the_others_read(
    tmp_path: Path, line: bytes, problem: str, last: bool
) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(
        b'{"title": "T", "abstract": "A"}\n' + line + (b"" if last else b'\n{"title": "U", "abstract": "B"}')
    )
    papers, warnings = read(path)
    assert titles(papers) == (["T"] if last else ["T", "U"])
    assert warnings == [f"{path}:2: {problem}; skipped"]


def test_what_the_line_says_about_its_source_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id":"1","title":"T","abstract":"A","source":"elsewhere","line":99}\n')
    (paper,), _ = read(path)
    assert (paper.source, paper.line) == ("p.jsonl", 1)


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        (b'{"id"', True),
        (b'\xef\xbb\xbf \r\n{"id"', True),
        (b"[1]", False),
        (b"A title\n\n{", False),
        (b"", False),
    ],
)
def test_json_lines_begin_with_an_object(head: bytes, recognised: bool) -> None:
    assert jsonl.recognises(head, "papers.txt") is recognised
