"""Files of lines: read whole from files and pipes, refused by file and line."""

from __future__ import annotations

import gzip
import io
import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from kg.errors import InputError
from kg.text.lines import (
    LINE_LIMIT,
    JsonModel,
    Line,
    json_lines,
    json_lines_of,
    json_object,
    numbered_lines,
    reading,
    validated,
)
from kg.text.packed import unpacked

RECORDS = b'{"id": "1", "title": "Frogs"}\n' * 3_000  # more than a pipe and a buffer hold


@contextmanager
def piped(pieces: Sequence[bytes], pause: float = 0) -> Iterator[BinaryIO]:
    """The reading end of a pipe that the pieces are written to one by one."""
    read, write = os.pipe()

    def fill() -> None:
        with open(write, "wb", buffering=0) as stream:  # noqa: PTH123 (a descriptor is not a path)
            for piece in pieces:
                stream.write(piece)
                time.sleep(pause)

    writer = threading.Thread(target=fill)
    writer.start()
    with open(read, "rb", buffering=0) as stream:  # noqa: PTH123
        yield cast(BinaryIO, stream)
    writer.join()


def lines(content: bytes) -> list[Line]:
    return list(numbered_lines(io.BytesIO(content), "pond.txt", "frogs"))


# --- opening ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [300, 450, 900, 5_000, 200_000])
@pytest.mark.parametrize("brackets", ["[]", ('{"a":', "}")])
def test_json_that_is_nested_deep_is_read_or_refused(depth: int, brackets: Sequence[str]) -> None:
    text = '{"id": ' + brackets[0] * depth + "1" * (brackets[0] != "[") + brackets[1] * depth + "}"
    try:
        assert "id" in json_object(text, "p.jsonl:1", "a paper")
    except InputError as error:
        assert str(error) == "p.jsonl:1: is not a complete JSON object (nested too deeply)"


@pytest.mark.parametrize("content", [RECORDS, gzip.compress(RECORDS)], ids=["plain", "gzipped"])
def test_a_pipe_that_is_peeked_at_loses_nothing(content: bytes) -> None:
    with piped([content]) as pipe:
        stream = unpacked(pipe, "<stdin>")
        head = stream.peek()
        assert RECORDS.startswith(head[:20]) and head
        assert stream.read() == RECORDS


@pytest.mark.parametrize("content", [RECORDS, gzip.compress(RECORDS)], ids=["plain", "gzipped"])
def test_a_named_pipe_is_read_whole(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(content,))
    writer.start()
    with reading(path) as stream:
        assert stream.read() == RECORDS
    writer.join()


@pytest.mark.parametrize(
    "pieces",
    [
        [b"\n", b"  \n", b'{"a": 1}\n'],
        [b"\xef\xbb\xbf", b'{"a": 1}\n'],
        [b"\xef", b"\xbb\xbf\n", b'{"a": 1}\n'],
        [b"{", b'"a": 1}\n'],
        [bytes([byte]) for byte in gzip.compress(b'{"a": 1}\n')],
    ],
    ids=["blank lines", "byte order mark", "half a byte order mark", "a brace", "gzipped, byte by byte"],
)
def test_the_first_visible_characters_can_be_peeked_at_however_small_the_pieces_are(pieces: list[bytes]) -> None:
    with piped(pieces, pause=0.01) as pipe:
        stream = unpacked(pipe, "<stdin>")
        assert b'{"a"'.startswith(stream.peek().removeprefix(b"\xef\xbb\xbf").strip()[:4])
        assert b"{" in stream.peek()
        assert [line.fields for line in json_lines(stream, "<stdin>", "JSON")] == [{"a": 1}]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"\x1f\x8b\x08\0garbage", ":1"),
        (gzip.compress(RECORDS)[:-100], r":\d+"),
    ],
    ids=["damaged", "cut off"],
)
def test_a_damaged_gzip_file_is_refused(tmp_path: Path, content: bytes, place: str) -> None:
    path = tmp_path / "frogs.gz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"frogs\.gz{place}: cannot be read"):
        list(json_lines_of(path, "JSON"))


def test_what_is_not_a_file_is_refused_by_its_path(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"nowhere: cannot be read \(No such file or directory\)"),
        reading(tmp_path / "nowhere"),
    ):
        pass
    with pytest.raises(InputError, match=r"cannot be read \(Is a directory\)"), reading(tmp_path):
        pass


# --- lines -----------------------------------------------------------------------------------------------------------


def test_lines_are_numbered_from_one_and_have_no_ends() -> None:
    assert lines(b"one\r\ntwo\n\nfour") == [Line(1, "one"), Line(2, "two"), Line(3, ""), Line(4, "four")]


def test_a_byte_order_mark_is_left_out_at_the_beginning_of_each_line() -> None:
    """Files with a mark may have been joined to one."""
    assert lines("\ufefffrog\n\ufefftoad\ufeff".encode()) == [Line(1, "frog"), Line(2, "toad\ufeff")]


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_a_line_feed_ends_a_line(tmp_path: Path, character: str) -> None:
    assert lines(f"a{character}b\n".encode()) == [Line(1, f"a{character}b")]
    path = tmp_path / "frogs.jsonl"
    if ord(character) >= 0x20:  # others have to be escaped in JSON
        path.write_text(f'{{"a": "x{character}y"}}\n', encoding="utf-8")
        assert [line.fields for line in json_lines_of(path, "JSON")] == [{"a": f"x{character}y"}]


@pytest.mark.parametrize(
    ("content", "place", "problem"),
    [
        (b"frog\ncaf\xe9\n", "pond.txt:2", "is not UTF-8 text; expected frogs"),
        (b"frog\nto\0ad\n", "pond.txt:2", "is not UTF-8 text; expected frogs"),
        (b"frog\n" + b"x" * (LINE_LIMIT + 1), "pond.txt:2", "is longer than 1,000,000 characters; expected frogs"),
        ("\u20ac" * 2 * LINE_LIMIT, "pond.txt:1", "is longer than 1,000,000 characters; expected frogs"),
    ],
)
def test_a_line_that_is_not_text_is_refused_by_its_number(content: bytes | str, place: str, problem: str) -> None:
    with pytest.raises(InputError) as refused:
        lines(content if isinstance(content, bytes) else content.encode())
    assert (refused.value.place, refused.value.problem) == (place, problem)


# --- objects ---------------------------------------------------------------------------------------------------------


def test_blank_lines_are_skipped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "frogs.jsonl"
    path.write_bytes(b'\n{"a": 1}\r\n  \n{"a": 2}')
    found = [(line.number, line.place, line.fields) for line in json_lines_of(path, "JSON")]
    assert found == [(2, f"{path}:2", {"a": 1}), (4, f"{path}:4", {"a": 2})]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a": 1', "is not a complete JSON object (Expecting ',' delimiter at column 8)"),
        ("[" * 100_000, "is not a complete JSON object (nested too deeply)"),
        ('{"a": ' + "1" * 5_000 + "}", "is not a complete JSON object (a number has too many digits)"),
        ("[1]", 'is not a JSON object; expected {"a"}'),
        ('"a"', 'is not a JSON object; expected {"a"}'),
    ],
)
def test_what_is_not_an_object_is_refused_by_its_place(text: str, problem: str) -> None:
    with pytest.raises(InputError) as refused:
        json_object(text, "frogs.jsonl:3", '{"a"}')
    assert (refused.value.place, refused.value.problem) == ("frogs.jsonl:3", problem)


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.slow
@given(st.dictionaries(ANY_TEXT, ANY_TEXT | st.integers() | st.none() | st.lists(ANY_TEXT)))
def test_an_object_is_read_as_it_was_written(fields: dict[str, object]) -> None:
    assert json_object(json.dumps(fields), "", "") == fields
    assert json_object(json.dumps(fields, ensure_ascii=False), "", "") == fields


def test_half_surrogate_pairs_become_the_replacement_character() -> None:
    fields = json_object(r'{"a": "x\ud800y", "b": "\ud83d\ude00", "c": [["\udfff"]]}', "", "")
    assert fields == {"a": "x\ufffdy", "b": "\N{GRINNING FACE}", "c": [["\ufffd"]]}


class Frog(JsonModel):
    name: str
    legs: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, '"name": field required'),
        ({"name": "Kermit", "legs": [4, "many"]}, '"legs.1": input should be a valid integer'),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(fields: object, problem: str) -> None:
    with pytest.raises(InputError) as refused:
        validated(TypeAdapter(Frog), fields, "frogs.jsonl:3")
    assert refused.value.place == "frogs.jsonl:3"
    assert refused.value.problem.startswith(problem)


def test_fields_that_a_model_does_not_have_are_ignored() -> None:
    assert validated(TypeAdapter(Frog), {"name": "Kermit", "color": "green"}, "") == Frog(name="Kermit")
