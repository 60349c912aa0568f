"""Text files line by line: bytes to numbered lines, a line to a JSON object, an object to a record.

Whatever cannot be turned raises :class:`~kg.errors.InputError` with the file and the line.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from kg.errors import InputError

LINE_LIMIT = 1_000_000  # characters; the longest abstracts are a thousandth of it

Model = TypeVar("Model")


class JsonModel(BaseModel):
    """Base of the models that objects in files are checked against; fields that they do not have are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


_HALF_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end, and its number, counted from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class JsonLine:
    """A line of JSON lines: its object, its number (from 1), and the file and number as messages name it."""

    number: int
    place: str
    fields: dict[str, Any]


def open_bytes(path: Path) -> BinaryIO:
    """A file opened for reading, decompressed if it is gzipped.

    Raises:
        InputError: it cannot be opened.
    """
    try:
        return unzipped(path.open("rb"), str(path))
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({reason(error)})") from None


def unzipped(stream: BinaryIO, place: str) -> BinaryIO:
    """A stream that can be peeked into, decompressed if it is gzipped.

    Args:
        stream: open for reading bytes, at its beginning.
        place: what errors call it.

    Raises:
        InputError: it cannot be read.
    """
    if not hasattr(stream, "peek"):
        stream = io.BufferedReader(cast(io.RawIOBase, stream))
    zipped = peeked(stream, place).startswith(b"\x1f\x8b")
    return cast(BinaryIO, gzip.open(stream, "rb")) if zipped else stream


def peeked(stream: BinaryIO, place: str) -> bytes:
    """The next bytes of a stream, up to 8 KB, which stay to be read; none at its end.

    Raises:
        InputError: it cannot be read.
    """
    try:
        head: bytes = stream.peek(8192)  # type: ignore[attr-defined]  # BufferedReader and GzipFile have it
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{place}:1", f"cannot be read ({reason(error)})") from None
    return head[:8192]


def json_lines(stream: BinaryIO, place: str, expected: str) -> Iterator[JsonLine]:
    """The objects of JSON lines; blank lines are skipped.

    Args:
        stream: UTF-8, with or without a byte order mark.
        place: what errors call the stream.
        expected: what errors say should stand there.

    Raises:
        InputError: a line is no complete JSON object; names it.
    """
    for line in numbered_lines(stream, place, expected):
        if line.text.strip():
            at = f"{place}:{line.number}"
            yield JsonLine(line.number, at, json_object(line.text, at, expected))


def json_lines_of(path: Path, expected: str) -> Iterator[JsonLine]:
    """The objects of a file of JSON lines, as :func:`json_lines` reads them.

    Raises:
        InputError: the file cannot be opened, or a line is no complete JSON object.
    """
    with open_bytes(path) as stream:
        yield from json_lines(stream, str(path), expected)


def reason(error: Exception) -> str:
    """What the system says of an error, without the file's name."""
    return getattr(error, "strerror", None) or str(error)


def numbered_lines(stream: BinaryIO, place: str, expected: str) -> Iterator[Line]:
    """Decoded lines, each of bounded length.

    Args:
        place: what errors call the stream.
        expected: what errors say should stand there ("JSON lines").

    Raises:
        InputError: a line is no UTF-8 text, too long, or cannot be read.
    """
    number = 0
    while True:
        number += 1
        try:
            raw = stream.readline(4 * LINE_LIMIT)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{place}:{number}", f"cannot be read ({reason(error)})") from None
        if not raw:
            return
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            text = "" if len(raw) >= 4 * LINE_LIMIT and error.reason == "unexpected end of data" else "\0"
        if "\0" in text:
            raise InputError(f"{place}:{number}", f"is not UTF-8 text; expected {expected}")
        if len(text) > LINE_LIMIT or len(raw) >= 4 * LINE_LIMIT:
            raise InputError(f"{place}:{number}", f"is longer than {LINE_LIMIT:,} characters; expected a paper a line")
        yield Line(number, text.rstrip("\r\n"))


def json_object(text: str, place: str, expected: str) -> dict[str, Any]:
    """The object on a line of JSON lines.

    Half surrogate pairs, which JSON can escape and Unicode text cannot hold, become U+FFFD in its texts and lists of
    texts.

    Args:
        place: the file and line, for errors.
        expected: what errors say should stand there.

    Raises:
        InputError: the line is no complete JSON object.
    """
    try:
        fields = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(place, f"is not a complete JSON object ({_json_problem(error)})") from None
    if not isinstance(fields, dict):
        raise InputError(place, f"is not a JSON object; expected {expected}")
    return {name: _valid_text(value) for name, value in fields.items()}


def validated(adapter: TypeAdapter[Model], fields: object, place: str) -> Model:
    """The fields of an object as a record.

    Raises:
        InputError: a field is absent or wrong; names the first one.
    """
    try:
        return adapter.validate_python(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        problem = first["msg"][:1].lower() + first["msg"][1:]
        raise InputError(place, f'"{field}": {problem}' if field else problem) from None


def _valid_text(value: object) -> object:
    if isinstance(value, list):
        return [_valid_text(item) for item in value]
    return _HALF_PAIR.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value


def _json_problem(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.removesuffix(' at')} at column {error.colno}"
    return "nested too deeply"
