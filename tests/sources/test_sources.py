"""Listing pages and JSON lines in, papers out; what is damaged is named by file and line."""

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from kg.errors import InputError
from kg.records import Paper
from kg.sources import read_papers

HEADER = "trending\n\nSubscribe to the weekly letter.\n\nby the editors\n\nMar 11\n\n"
LONG = "This abstract says what the paper does in a sentence of its own. It then says a little more about it. " * 4


def page(*blocks: str) -> str:
    return HEADER + "\n\n".join(blocks) + "\n"


def read(*inputs: object) -> tuple[list[Paper], list[str]]:
    warnings: list[str] = []
    papers = list(read_papers([str(path) for path in inputs], warnings.append))
    return papers, warnings


def titles(papers: list[Paper]) -> list[str]:
    return [paper.title for paper in papers]


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    return tmp_path / "page.txt"


def test_listing_page(listing: Path) -> None:
    listing.write_text(page("First Title", LONG, "Second Title: With a Question?", LONG))
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title", "Second Title: With a Question?"]
    assert papers[0].abstract == LONG.strip()
    assert (papers[0].source, papers[0].line, papers[1].line) == ("page.txt", 9, 13)
    assert papers[0].id == "first-title"
    assert warnings == []


@pytest.mark.parametrize("date", ["Mar 11", "March 11, 2025", "11 Mar 2025", "2025-03-11", "Tue, Mar 11"])
def test_header_ends_with_a_date_line_and_later_dates_are_no_titles(listing: Path, date: str) -> None:
    text = f"new\n\nSubscribe\n\n{date}\n\nFirst Title\n\n{LONG}\n\n{date}\n\nSecond Title\n\n{LONG}\n"
    listing.write_text(text)
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title", "Second Title"]
    assert warnings == []


def test_page_without_header(listing: Path) -> None:
    listing.write_text(f"First Title\n\n{LONG}\n\nSecond Title\n{LONG}")
    assert titles(read(listing)[0]) == ["First Title", "Second Title"]


def test_title_without_abstract_is_skipped_with_its_line(listing: Path) -> None:
    listing.write_text(page("Lonely Title", "First Title", LONG, "Second Title", LONG))
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title", "Second Title"]
    assert warnings == [f"{listing}:9: a title without an abstract; skipped"]


def test_abstract_without_title_is_skipped_with_its_line(listing: Path) -> None:
    listing.write_text(page(LONG, "First Title", LONG, "Second Title", LONG))
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title", "Second Title"]
    assert warnings == [f"{listing}:9: an abstract without a title; skipped"]


def test_a_blank_line_within_an_abstract_loses_nothing(listing: Path) -> None:
    listing.write_text(page("First Title", LONG, f"Further. {LONG}", "Second Title", LONG))
    papers, warnings = read(listing)
    assert [paper.abstract for paper in papers] == [f"{LONG.strip()}\n\nFurther. {LONG.strip()}", LONG.strip()]
    assert warnings == [f"{listing}:13: taken for a further paragraph of the abstract before it"]


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
        f"{path}:3: is longer than 1,000,000 characters; expected a paper a line; skipped",
    ]


def test_page_that_ends_within_an_entry(listing: Path) -> None:
    listing.write_text(page("First Title", LONG, "Second Title"))
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title"]
    assert warnings == [f"{listing}:13: a title without an abstract at the end of the page; skipped"]


def test_page_that_ends_within_an_abstract(listing: Path) -> None:
    listing.write_text(page("First Title", LONG, "Second Title", LONG + "And then it bre"))
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title", "Second Title"]
    assert warnings == [f"{listing}:15: the page seems to end within this abstract; kept"]


def test_short_abstracts_are_told_from_titles(listing: Path) -> None:
    listing.write_text(
        page(
            "On a Small Thing. A Note in Two Sentences",
            "We prove a small thing and say so in few words.",
            "Another Title",
            LONG + "Code: https://github.com/owner/name",
        )
    )
    papers, warnings = read(listing)
    assert titles(papers) == ["On a Small Thing. A Note in Two Sentences", "Another Title"]
    assert warnings == []


def test_windows_line_ends_and_byte_order_mark(listing: Path) -> None:
    listing.write_bytes(b"\xef\xbb\xbf" + page("First Title", LONG).replace("\n", "\r\n").encode())
    assert titles(read(listing)[0]) == ["First Title"]


def test_json_lines_are_told_by_content(tmp_path: Path) -> None:
    path = tmp_path / "papers.txt"
    record = {"id": 7, "title": "T", "abstract": "A.", "authors": None, "year": 2020, "venue": "v", "extra": [1]}
    path.write_text("\n" + json.dumps(record) + "\n\n")
    (paper,), _ = read(path)
    assert (paper.id, paper.title, paper.year, paper.authors, paper.line) == ("7", "T", 2020, (), 2)


def test_gzip_and_folders(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.jsonl.gz").write_bytes(gzip.compress(b'{"id":"1","title":"B","abstract":"x"}\n'))
    (tmp_path / "a.txt").write_text(page("A", LONG))
    (tmp_path / ".hidden").write_text("nothing")
    (tmp_path / "picture.bin").write_bytes(b"\x89PNG\0\0")
    papers, warnings = read(tmp_path)
    assert [(paper.title, paper.source) for paper in papers] == [("A", "a.txt"), ("B", "sub/b.jsonl.gz")]
    assert warnings == [f"{tmp_path / 'picture.bin'}: is not a text file; skipped"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(b'{"id":"1","title":"T","abstract":"A"}\n')

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert titles(read("-")[0]) == ["T"]


def test_half_surrogate_pairs_are_replaced_where_they_stand(tmp_path: Path) -> None:
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


@pytest.mark.parametrize(
    "content, place, problem",
    [
        (b"", "", "is empty"),
        (b"\n  \n", "", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", ":1", "not UTF-8 text"),
        (b"caf\xe9\n", ":1", "not UTF-8 text"),
        (b'{"id":"1","title":"T","abstract":"A"}\n{"id":"2","ti', ":2", "not a complete JSON object"),
        (b'{"id":"1","title":"T","abstract":"A"}\n[1]\n', ":2", "not a JSON object"),
        (b'{"id":"1","title":5,"abstract":"A"}\n', ":1", '"title"'),
        (b'{"id":"1","title":"T"}\n{"id":"2","abstract":"A"}\n', ":1", "has no abstract; no record of this file"),
        (b"{" * 100_000, ":1", "not a complete JSON object"),
        (b"x" * 10_000_000, ":1", "longer than 1,000,000 characters"),
        (b"a few words\n\nand some more\n", "", "no title and abstract in turn"),
        (b"\x1f\x8b\x08\0garbage", ":1", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes, place: str, problem: str) -> None:
    path = tmp_path / "input"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}{place}: ")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere: cannot be read \(No such file or directory\)"):
        read(tmp_path / "nowhere")


def test_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder without files"):
        read(tmp_path)
