"""Each file of a ZIP archive is a source of its own."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from pathlib import Path

import pytest

from kg.errors import InputError
from kg.records import Paper
from kg.sources import read_papers
from kg.sources.archive import opened
from kg.sources.reader import Source
from kg.text.lines import reading

RECORD = '{"id": "%s", "title": "%s", "abstract": "A."}\n'


def archive_of(**members: str | bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


def read(path: Path) -> tuple[list[Paper], list[str]]:
    warnings: list[str] = []
    return list(read_papers(path, warnings.append)), warnings


def test_members_are_read_in_order_and_other_files_skipped(tmp_path: Path) -> None:
    path = tmp_path / "dump.zip"
    members = {"b__two": RECORD % (2, "Toads"), "a": RECORD % (1, "Frogs"), "notes": "a few words", ".hidden": "x"}
    path.write_bytes(archive_of(**members))
    papers, warnings = read(path)
    assert [(paper.title, paper.source) for paper in papers] == [("Frogs", "dump.zip/a"), ("Toads", "dump.zip/b/two")]
    assert papers[0].origin == str(path / "a")
    assert [line.partition(";")[0] for line in warnings] == [f"{path}/notes: has no title and abstract in turn"]


def test_a_compressed_archive(tmp_path: Path) -> None:
    path = tmp_path / "dump.zip.gz"
    path.write_bytes(gzip.compress(archive_of(a=RECORD % (1, "Frogs"))))
    assert [paper.title for paper in read(path)[0]] == ["Frogs"]


def test_an_archive_from_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(archive_of(a=RECORD % (1, "Frogs")))

    monkeypatch.setattr(sys, "stdin", Stdin)
    (paper,) = read_papers("-", print)
    assert (paper.title, paper.source, paper.origin) == ("Frogs", "-/a", None)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (archive_of(), "is an archive without files that can be read; it has no files"),
        (archive_of(a=RECORD % (1, "Frogs"))[:-10], r"cannot be read as a ZIP archive \(.+\)"),
        (archive_of(**{"[Content_Types].xml": "<x/>"}), "is a document of Microsoft Office; save it as CSV"),
        (archive_of(a=archive_of(b="x")), "the first problem is: .*/a: is an archive within an archive"),
        (archive_of(a=" " * 3_000_000), "the first problem is: .*/a: unpacks to more than 2,000,000 bytes"),
        (archive_of(a=gzip.compress(b" " * 1_500) * 2_000), "/a: unpacks to more than 2,000,000 bytes and 100 times"),
    ],
)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, problem: str
) -> None:
    monkeypatch.setenv("KG_MAX_BYTES", "2000000")
    path = tmp_path / "dump.zip"
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem):
        read(path)


def test_the_files_of_an_archive_have_one_limit_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_MAX_BYTES", "100000")
    path = tmp_path / "dump.zip"
    frogs = RECORD % (1, "Frogs" * 12_000)
    path.write_bytes(archive_of(a=frogs, b=frogs))
    limit = f"100,000 bytes and 100 times the size of {path}, with what came before it"
    papers, warnings = read(path)
    assert [paper.source for paper in papers] == ["dump.zip/a"]
    assert warnings == [f"{path}/b: unpacks to more than {limit}; KG_MAX_BYTES=BYTES allows more; skipped"]


@pytest.mark.parametrize("once_more", [False, True])
def test_the_limit_goes_by_the_size_of_what_was_given(tmp_path: Path, once_more: bool) -> None:
    path = tmp_path / "dump"
    content = archive_of(a="x" * 9_000)
    path.write_bytes(gzip.compress(content) if once_more else content)
    for seen in (None,) if once_more else (None, path):
        with reading(path) as stream, opened(Source(stream, str(path), "dump", seen)) as archive:
            assert archive.budget.size == path.stat().st_size
