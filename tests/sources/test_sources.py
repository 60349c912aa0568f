"""Files, folders, pipes and standard input in, papers out; what is damaged is named by file and line."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from kg.errors import InputError, KGError
from kg.records import Paper
from kg.sources import read_entries, read_papers

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


@pytest.mark.parametrize(
    "content, place, problem",
    [
        (b"", "", "is empty"),
        (b"\n  \n", "", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", ":1", "not UTF-8 text"),
        (b"caf\xe9\n", "", "no title and abstract in turn"),
        (b'{"id":"2","ti', ":1", "not a complete JSON object"),
        (b'{"id":"2","ti\n[1]\n', ":1", "not a complete JSON object"),
        (b'{"id":"1","title":5,"abstract":"A"}\n', ":1", '"title"'),
        (b'{"id":"1","title":"T"}\n{"id":"2","abstract":"A"}\n', ":1", "has no abstract; no record of this file"),
        (b"{" * 100_000, ":1", "not a complete JSON object"),
        (b"x" * 10_000_000, ":1", "longer than 1,000,000 characters"),
        (b"a few words\n\nand some more\n", "", "no title and abstract in turn"),
        (b"\x1f\x8b\x08\0garbage", ":1", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_place(tmp_path: Path, content: bytes, place: str, problem: str) -> None:
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


RECORD = b'{"id": "1", "title": "Frogs", "abstract": "They hop."}\n'
MANY = {  # more than a pipe holds
    "page": page(*[f"Title {n}\n\n{LONG}" for n in range(200)]).encode(),
    "JSON lines": RECORD.replace(b"They hop.", b"They hop. " * 50) * 200,
}


@pytest.mark.slow
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
@pytest.mark.parametrize("content", MANY.values(), ids=MANY)
def test_a_pipe_is_read_whole(tmp_path: Path, content: bytes, pack: type[bytes]) -> None:
    (tmp_path / "file").write_bytes(content)
    expected = [(paper.title, paper.line) for paper in read(tmp_path / "file")[0]]
    assert len(expected) == 200
    os.mkfifo(tmp_path / "fifo")
    writer = threading.Thread(target=(tmp_path / "fifo").write_bytes, args=(pack(content),))
    writer.start()
    found, warnings = read(tmp_path / "fifo")  # as in `kg build <(cat file)`
    writer.join()
    assert [(paper.title, paper.line) for paper in found] == expected
    assert warnings == []


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs /dev/fd")
def test_a_pipe_may_be_given_as_a_descriptor() -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, gzip.compress(RECORD))
    os.close(write_end)
    try:
        assert titles(read(f"/dev/fd/{read_end}")[0]) == ["Frogs"]
    finally:
        os.close(read_end)


@pytest.mark.slow
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_standard_input_that_is_a_pipe_is_read_whole(monkeypatch: pytest.MonkeyPatch, pack: type[bytes]) -> None:
    read_end, write_end = os.pipe()

    def fill() -> None:
        with os.fdopen(write_end, "wb") as stream:
            stream.write(pack(MANY["JSON lines"]))

    writer = threading.Thread(target=fill)
    writer.start()
    with os.fdopen(read_end, "r") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert len(read("-")[0]) == 200
    writer.join()


def test_one_path_may_be_given_alone(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(RECORD)
    for given in (path, str(path)):
        assert titles(list(read_papers(given, print))) == ["Frogs"]


@pytest.mark.parametrize("given", [b"papers.jsonl", 7, None, Paper(id="1", title="T", abstract="A")])
def test_what_is_not_a_path_is_refused(given: object) -> None:
    with pytest.raises(KGError, match=r"inputs: expected paths \(str or pathlib\.Path\), found"):
        list(read_papers([given], print))  # type: ignore[list-item]


def test_a_file_in_a_folder_that_cannot_be_opened_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(RECORD)
    (tmp_path / "b.gz").write_bytes(b"\x1f\x8b\x08\0garbage")
    papers, warnings = read(tmp_path)
    assert titles(papers) == ["Frogs"]
    (warning,) = warnings
    assert warning.startswith(f"{tmp_path / 'b.gz'}: cannot be read (")
    assert warning.endswith("; skipped")


OTHER_FILES: dict[str, str | bytes] = {
    "graph.ttl": "@prefix kg: <https://w3id.org/papers-kg/ontology#> .\n",
    "graph.nt": "<http://e.org/s> <http://e.org/p> <http://e.org/o> .\n",
    "graph.jsonld": '{\n"@context": {"kg": "https://w3id.org/papers-kg/ontology#"}}\n',
    "graph.rdf": '<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF xmlns:rdf="http://e.org/">\n</rdf:RDF>\n',
    "found.jsonl": '{"id":"1","title":"A \\"b\\"","entities":[],"abbreviations":[],"links":[],"results":[]}\n',
    "answer.json": '{"head":{"vars":["n"]},"results":{"bindings":[]}}\n',
    "answer.csv": "paper,papers\r\nx,1\r\n",
    "notes.md": "# Notes\n",
    "empty": "",
    "latin.txt": b"caf\xe9 caf\xc3\xa9\n",
    "broken.gz": gzip.compress(b"text")[:-6],
}
FORMATS = {
    "graph.ttl": "is Turtle",
    "graph.nt": "is N-Triples or N-Quads",
    "graph.jsonld": "is JSON-LD",
    "graph.rdf": "is RDF/XML",
    "found.jsonl": "is the output of kg extract",
    "answer.json": "is the answer to a query",
    "answer.csv": "has no column for the abstract",
    "notes.md": "is Markdown",
    "empty": "is empty",
    "latin.txt": "is not UTF-8 text",
    "broken.gz": "cannot be read",
}


def write_all(folder: Path) -> None:
    for name, content in OTHER_FILES.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def test_files_of_other_kinds_in_a_folder_are_skipped_by_the_name_of_their_format(tmp_path: Path) -> None:
    write_all(tmp_path)
    (tmp_path / "papers.jsonl").write_bytes(RECORD)
    papers, warnings = read(tmp_path)
    assert titles(papers) == ["Frogs"]
    for name, problem in FORMATS.items():
        assert [line for line in warnings if line.startswith(f"{tmp_path / name}:") and problem in line], name
    assert all(line.endswith("; skipped") for line in warnings)


def test_each_of_them_alone_is_an_error(tmp_path: Path) -> None:
    write_all(tmp_path)
    for name, problem in FORMATS.items():
        with pytest.raises(InputError, match=problem):
            read(tmp_path / name)


def test_a_folder_of_which_nothing_can_be_read_is_an_error(tmp_path: Path) -> None:
    write_all(tmp_path)
    with pytest.raises(InputError, match=r"folder without files that can be read; the first problem is: .*answer\.csv"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("b.jsonl", b'{"id": "2", "ti', ":1: is not a complete JSON object"),
        ("b.parquet", b"PAR1", ": is Parquet or Arrow, which needs pyarrow"),
        ("b.zip", b"PK\x03\x04", ": cannot be read as a ZIP archive"),
        ("b.xml", b"<dblp><article>", ":1: is not well-formed XML"),
    ],
)
def test_a_file_that_is_broken_or_needs_a_package_is_skipped_within_a_folder_or_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, problem: str
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (pond := tmp_path / "pond").mkdir()
    (pond / "a.jsonl").write_bytes(RECORD)
    (pond / name).write_bytes(content)
    (pond / "c.jsonl").write_bytes(RECORD.replace(b"Frogs", b"Toads"))
    with zipfile.ZipFile(tmp_path / "pond.zip", "w") as archive:
        for file in pond.iterdir():
            archive.write(file, file.name)
    for given in (pond, tmp_path / "pond.zip"):
        papers, (warning,) = read(given)
        assert titles(papers) == ["Frogs", "Toads"]
        assert warning.startswith(f"{given / name}{problem if name != 'b.zip' or given == pond else ''}")
        assert warning.endswith("; skipped")
    with pytest.raises(InputError, match=f"{name}{problem}"):
        read(pond / name)


def test_a_file_that_breaks_off_after_some_papers_is_an_error_within_a_folder_too(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(RECORD)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(RECORD * 9000)[:-300])
    with pytest.raises(InputError, match=r"b\.jsonl\.gz:\d+: cannot be read"):
        read(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="needs file names that are not UTF-8")
def test_file_names_that_are_not_utf8_are_shown_and_kept_escaped(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    (folder / os.fsdecode(b"\xff.jsonl")).write_bytes(RECORD + b'{"id": "2"}\n')
    for given in (folder, folder / os.fsdecode(b"\xff.jsonl")):
        papers, warnings = read(given)
        assert [paper.source for paper in papers] == ["\\xff.jsonl"]
        assert [line.partition(": ")[0] for line in warnings] == [f"{tmp_path}/caf\\xe9/\\xff.jsonl:2"]
    with pytest.raises(InputError) as caught:
        read(folder / os.fsdecode(b"\xfe"))
    assert str(caught.value) == f"{tmp_path}/caf\\xe9/\\xfe: cannot be read (No such file or directory)"


@pytest.mark.slow
def test_a_million_skipped_records_are_a_hundred_warnings(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_bytes(RECORD + b'{"id": "2", "title": "T"}\n' * 1_200)
    papers, warnings = read(tmp_path)
    assert len(papers) == 1
    assert len(warnings) == 101
    assert "… and 1,100 more like it" in warnings[-1]


def test_entries_of_sources_without_abstracts_are_counted(tmp_path: Path) -> None:
    dblp, papers = tmp_path / "dblp.xml", tmp_path / "papers.jsonl"
    dblp.write_text("<dblp>\n<article><author>Ann Pond</author><title>Frogs.</title></article></dblp>")
    papers.write_text('{"title": "Frogs", "abstract": "They hop."}')
    warnings: list[str] = []
    assert [paper.source for paper in read_papers([dblp, papers], warnings.append)] == ["papers.jsonl"]
    assert warnings == ["entries of sources without abstracts, which only add to papers of a build: 1; skipped"]
    assert [paper.bare for paper in read_entries([dblp, papers], pytest.fail)] == [True, False]
    with pytest.raises(InputError, match=r"dblp.xml: has no abstracts; a build adds"):
        list(read_papers(dblp, pytest.fail))
