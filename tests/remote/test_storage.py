"""Files at addresses: read and written as streams, whole or not at all, and refused in one line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from kg.errors import InputError, KGError
from kg.remote import storage
from kg.remote.storage import address_of, files_at, local_path, packing
from kg.sources import read_papers
from kg.text.files import is_address


@pytest.fixture
def memory() -> Iterator[Any]:
    """The storage of "memory:" addresses, empty."""
    system = fsspec.filesystem("memory")
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


def lines(*titles: str) -> bytes:
    records = ({"id": title, "title": title, "abstract": f"On {title}, at length."} for title in titles)
    return "".join(f"{json.dumps(record)}\n" for record in records).encode()


def titles(*inputs: str) -> list[str]:
    return [paper.title for paper in read_papers(inputs, print)]


def test_what_has_a_protocol_is_an_address() -> None:
    assert all(map(is_address, ("s3://b/x", "a+b://x", "zip://x::s3://b", "simplecache::s3://b/x")))
    assert not any(map(is_address, ("c:/x", "c://x", "x//y", "://x", "arxiv:x", "-", "")))
    assert not is_address(Path("s3://b/x"))
    assert address_of(Path("s3://b/x")) == address_of("s3://b/x") == "s3://b/x"
    assert address_of(Path("file:///tmp/x")) == "file:///tmp/x"
    assert address_of(Path("tmp/x")) is None


def test_files_folders_and_patterns_are_read(memory: Any) -> None:
    memory.pipe({"/b/two.jsonl.gz": gzip.compress(lines("Two")), "/b/c/one.jsonl": lines("One"), "/b/.hidden": b"x"})
    assert titles("memory://b/two.jsonl.gz") == ["Two"]
    assert titles("memory://b") == ["One", "Two"]
    assert titles("memory://b/*.gz", "memory://b/c/one.jsonl") == ["Two", "One"]
    (paper,) = read_papers("memory://b/c/one.jsonl", print)
    assert (paper.source, paper.line, paper.origin) == ("memory:///b/c/one.jsonl", 1, None)


def test_a_file_address_is_the_path(tmp_path: Path) -> None:
    (tmp_path / "a b.jsonl").write_bytes(lines("One"))
    address = (tmp_path / "a b.jsonl").as_uri()
    assert local_path(address) == tmp_path / "a b.jsonl"
    (paper,) = read_papers(address, print)
    assert (paper.source, paper.origin) == ("a b.jsonl", str(tmp_path / "a b.jsonl"))
    with pytest.raises(InputError, match="is a file of another machine"):
        local_path("file://pond/x")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "https://example.org/papers.jsonl",
            "is on the web, where nothing is fetched by itself; kg fetch asks services",
        ),
        ("simplecache::http://example.org/x", "is on the web"),
        ("frogs://b/x", "expected a path, or an address of a protocol that fsspec knows, not frogs"),
        ("memory://b/none.jsonl", "cannot be read"),
        ("memory://none/*.jsonl", "has no files"),
        ("ftp://ann:secret@pond/x", "the address has a name or password in it; configure fsspec"),
        ("simplecache::ftp://ann:secret@pond/x", "^pond: the address has a name or password in it"),
        ("zip://frogs.csv::ftp://ann:secret@pond:21?x", "^pond:21: the address has a name or password in it"),
        ("https://ann:secret@pond/x", "the address has a name or password in it"),
        ("file://ann:secret@pond/x", "the address has a name or password in it"),
        ("frogs://[pond/x", "expected a path, or an address of a protocol that fsspec knows, not frogs"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(memory: Any, address: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as raised:
        titles(address)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_package_that_is_missing_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(KGError, match=r"^fsspec is not installed; get it with: pip install 'papers-kg\[remote\]'$"):
        files_at("s3://b/x")


def test_what_is_written_appears_when_it_is_complete(memory: Any, tmp_path: Path) -> None:
    with packing(Path("memory://b/x.gz")) as stream:
        stream.write(b"frogs")
        assert not memory.exists("/b/x.gz")
    assert gzip.decompress(memory.cat("/b/x.gz")) == b"frogs"
    with pytest.raises(KeyError), packing("memory://b/y") as stream:
        stream.write(b"half")
        raise KeyError
    assert not memory.exists("/b/y")
    with packing("memory://b/z") as stream:  # a failure before leaves nothing behind
        stream.write(b"toads")
    assert memory.cat("/b/z") == b"toads"
    for place in ((tmp_path / "x").as_uri(), tmp_path / "y.gz"):
        with packing(place) as stream:
            stream.write(b"frogs")
    assert (tmp_path / "x").read_bytes() == gzip.decompress((tmp_path / "y.gz").read_bytes()) == b"frogs"


def test_failures_of_storage_name_the_address(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.pipe("/b/x", lines("One"))
    file = fsspec.implementations.memory.MemoryFile

    def fail(*_: object) -> None:
        raise RuntimeError("the pond\nis frozen")

    monkeypatch.setattr(file, "read", fail)
    with pytest.raises(InputError, match=r"^memory:///b/x:1: cannot be read \(the pond is frozen\)$"):
        titles("memory://b/x")
    monkeypatch.setattr(file, "write", fail)
    with pytest.raises(OSError, match="the pond is frozen") as raised, packing("memory://b/y") as stream:
        stream.write(b"x")
    assert raised.value.filename == "memory://b/y"
    assert not memory.exists("/b/y")


def test_a_large_file_is_read_in_pieces(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.pipe("/b/x", b"x" * 10**6)
    sizes: list[int] = []
    read = storage._Stream.readinto

    def counted(stream: Any, buffer: Any) -> int:
        sizes.append(len(buffer))
        return read(stream, buffer)

    monkeypatch.setattr(storage._Stream, "readinto", counted)
    size = 0
    with storage.reading("memory://b/x") as stream:
        while piece := stream.read(1000):
            size += len(piece)
    assert size == 10**6
    assert max(sizes) <= 2**17
