"""Text files line by line: bytes to numbered lines, a line to a JSON object, an object to a record.

All files of JSON lines (papers, curated entities, senses, annotations, pairs of names) are read here, so that all have
the same rules: UTF-8 with or without a byte order mark, compressed or not; only a line feed ends a line (U+2028 and
U+0085 are characters of a text, as https://jsonlines.org says); blank lines are skipped; whatever cannot be read raises
:class:`~kg.errors.InputError` with the file and the line. A stream is opened once, so that pipes lose nothing.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from kg.errors import InputError
from kg.text.files import path_text, reason
from kg.text.packed import unpacked

BLANK_LIMIT = 100_000  # lines in a row
LINE_LIMIT = 1_000_000  # characters; the longest abstracts are a thousandth of it

_Checked = TypeVar("_Checked")
NonEmpty = Annotated[str, Field(min_length=1)]


class JsonModel(BaseModel):
    """Base of the models that objects in files are checked against; fields that they do not have are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


_COMMA = re.compile(r"\}\s*,$")
_HALF_PAIR = re.compile("[\ud800-\udfff]")


class Line(NamedTuple):
    """A line without its end, and its number, counted from 1."""

    number: int
    text: str


class JsonLine(NamedTuple):
    """A line of JSON lines: its number (from 1), its file and number as messages name them, and its object."""

    number: int
    place: str
    fields: dict[str, Any]


@contextmanager
def reading(path: Path) -> Iterator[io.BufferedReader]:
    """A file opened for reading, decompressed if it is compressed, and closed when the block ends.

    Raises:
        InputError: it cannot be opened or read.
    """
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise InputError(path_text(path), f"cannot be read ({reason(error)})") from None
    with file:
        yield unpacked(file, path_text(path))


def json_lines(
    stream: BinaryIO, place: str, expected: str, warn: Callable[[str], None] | None = None
) -> Iterator[JsonLine]:
    """The objects of JSON lines; blank lines are skipped, and so is a comma after an object.

    Args:
        stream: UTF-8, with or without a byte order mark.
        place: what errors call the stream.
        expected: what errors say is expected on a line.
        warn: called with one line for each line that cannot be read, which is then skipped; without it that is an
            error.

    Raises:
        InputError: a line is not a complete JSON object; names it.
    """
    for line in numbered_lines(stream, place, expected, warn):
        if text := line.text.strip():
            at = f"{place}:{line.number}"
            try:
                fields = json_object(_COMMA.sub("}", text) if text.endswith(",") else text, at, expected)
            except InputError as error:
                if warn is None:
                    raise
                warn(str(error))
                continue
            yield JsonLine(line.number, at, fields)


def json_lines_of(path: Path, expected: str) -> Iterator[JsonLine]:
    """The objects of a file of JSON lines, as :func:`json_lines` reads them.

    Raises:
        InputError: the file cannot be opened, or a line is not a complete JSON object.
    """
    with reading(path) as stream:
        yield from json_lines(stream, path_text(path), expected)


def numbered_lines(
    stream: BinaryIO, place: str, expected: str, warn: Callable[[str], None] | None = None
) -> Iterator[Line]:
    """Decoded lines, each of bounded length.

    Args:
        stream: UTF-8; a byte order mark may begin any line, as it does where files were joined.
        place: what errors call the stream.
        expected: what errors say is expected there ("JSON lines").
        warn: called with one line for each line that is not UTF-8 text or too long, which is then skipped; without it
            that is an error.

    Raises:
        InputError: a line is not UTF-8 text, too long, or cannot be read, or there are too many blank ones.
    """
    number = blank = 0
    while raw := _raw_line(stream, place, number := number + 1):
        blank = blank + 1 if raw.isspace() else 0
        if blank > BLANK_LIMIT:
            raise InputError(f"{place}:{number}", f"has more than {BLANK_LIMIT:,} blank lines before it")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            text = "" if len(raw) >= 4 * LINE_LIMIT and error.reason == "unexpected end of data" else "\0"
        problem = ""
        if "\0" in text:
            problem = f"is not UTF-8 text; expected {expected}"
        elif len(text) > LINE_LIMIT or len(raw) >= 4 * LINE_LIMIT:
            problem = f"is longer than {LINE_LIMIT:,} characters; expected {expected}"
        if problem and warn is None:
            raise InputError(f"{place}:{number}", problem)
        if problem and warn:
            while raw and not raw.endswith(b"\n"):
                raw = _raw_line(stream, place, number)
            warn(f"{place}:{number}: {problem}")
            continue
        yield Line(number, text.removeprefix("\ufeff").rstrip("\r\n"))


def _raw_line(stream: BinaryIO, place: str, number: int) -> bytes:
    try:
        return stream.readline(4 * LINE_LIMIT)
    except OSError as error:
        raise InputError(f"{place}:{number}", f"cannot be read ({reason(error)})") from None


def json_object(text: str, place: str, expected: str) -> dict[str, Any]:
    """The object on a line of JSON lines.

    Half surrogate pairs, which JSON can escape and Unicode text cannot hold, become U+FFFD in its texts and lists of
    texts.

    Args:
        text: the line.
        place: the file and line, for errors.
        expected: what errors say is expected there.

    Raises:
        InputError: the line is not a complete JSON object.
    """
    try:
        fields = json.loads(text)
        if isinstance(fields, dict):
            return {name: _valid_text(value) for name, value in fields.items()} if "\\u" in text else fields
    except (ValueError, RecursionError) as error:
        raise InputError(place, f"is not a complete JSON object ({_json_problem(error)})") from None
    raise InputError(place, f"is not a JSON object; expected {expected}")


def validated(adapter: TypeAdapter[_Checked], fields: object, place: str) -> _Checked:
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
    return "nested too deeply" if isinstance(error, RecursionError) else "a number has too many digits"
