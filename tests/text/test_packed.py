"""Compressed files are read as if they were not, up to a limit."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kg.errors import InputError
from kg.text.lines import reading
from kg.text.packed import unpacked

RECORDS = b'{"id": "1", "title": "Frogs"}\n' * 3_000  # more than a pipe and a buffer hold
PACKERS = (gzip.compress, bz2.compress, partial(lzma.compress, preset=0))


@pytest.mark.parametrize("pack", PACKERS)
def test_a_bomb_ends_in_an_error_that_says_how_to_allow_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(pack(b"\n" * 3_000_000))
    monkeypatch.setenv("KG_MAX_BYTES", "2000000")
    limit = r"unpacks to more than 2,000,000 bytes and 100 times its size; KG_MAX_BYTES=BYTES allows more$"
    with pytest.raises(InputError, match=rf"^{path}: {limit}"), reading(path) as stream:
        stream.read()
    monkeypatch.setenv("KG_MAX_BYTES", "3000000")
    with reading(path) as stream:
        assert len(stream.read()) == 3_000_000


def test_what_unpacks_as_text_does_has_no_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "texts.gz").write_bytes(gzip.compress(RECORDS[:2_000] + os.urandom(2_000)))
    monkeypatch.setenv("KG_MAX_BYTES", "0")
    with reading(tmp_path / "texts.gz") as stream:
        assert len(stream.read()) == 4_000


@pytest.mark.parametrize("value", ["", "1GB", "-1", "1e9", "9" * 5_000])
def test_a_limit_that_is_not_a_number_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    (tmp_path / "texts.gz").write_bytes(gzip.compress(RECORDS))
    monkeypatch.setenv("KG_MAX_BYTES", value)
    problem = r"^KG_MAX_BYTES: is .*; expected a number of bytes$"
    with pytest.raises(InputError, match=problem), reading(tmp_path / "texts.gz"):
        pass


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_in_any_pieces_are_read_back(content: bytes, size: int) -> None:
    class Pieces(io.BytesIO):
        def read1(self, limit: int | None = -1, /) -> bytes:
            return super().read1(size)

    assume(not content.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")))
    for packed in (content, *(pack(content) for pack in PACKERS)):
        assert unpacked(Pieces(packed), "<stdin>").read() == content


def test_closing_what_was_unzipped_leaves_standard_input_open() -> None:
    stdin = io.BytesIO(gzip.compress(b"frogs"))
    unpacked(stdin, "<stdin>").close()
    assert not stdin.closed


@pytest.mark.parametrize("pack", PACKERS)
def test_what_is_cut_off_is_refused(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "cut"
    path.write_bytes(pack(os.urandom(20_000))[:-100])
    with pytest.raises((OSError, InputError)), reading(path) as stream:
        stream.read()


def test_zstandard_is_read_or_the_extra_that_reads_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "frogs.zst"
    path.write_bytes(bytes.fromhex("28b52ffd0458290000") + b"frogs" + bytes.fromhex("9c8f02e6"))  # a wrong checksum
    with pytest.raises((InputError, OSError)), reading(path) as stream:
        stream.read()
    if sys.version_info < (3, 14):
        monkeypatch.setitem(sys.modules, "zstandard", None)
        with pytest.raises(InputError, match=r"pip install 'papers-kg\[zstd\]'"), reading(path):
            pass


def test_zstandard_frames_one_after_another() -> None:
    zstandard = pytest.importorskip("zstandard")
    packed = zstandard.compress(RECORDS) + zstandard.compress(b"frogs")
    assert unpacked(io.BytesIO(packed), "<stdin>").read() == RECORDS + b"frogs"
