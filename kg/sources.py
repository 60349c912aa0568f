"""Readers: listing pages and JSON lines in, a stream of :class:`~kg.records.Paper` out.

A file's content decides which it is: JSON lines start with ``{``, anything else is a listing page. Either may be
gzipped. What cannot be read at all raises :class:`~kg.errors.InputError`; a single entry that is incomplete is skipped
with a warning that names its line, and never shifts the entries after it.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from pydantic import ValidationError

from kg.errors import InputError
from kg.names import sentence_spans, slug
from kg.records import Paper

Warn = Callable[[str], None]

STDIN = "-"
LINE_LIMIT = 1_000_000  # characters; the longest abstracts are a thousandth of it
_HEADER_BLOCKS = 40  # a date line further down than this ends no page header
_ABSTRACT_LENGTH = 300  # characters; a title is never so long

_HALF_PAIR = re.compile("[\ud800-\udfff]")
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DATE_LINE = re.compile(
    rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?|\d{{1,2}}\s+{_MONTH}(?:,?\s+\d{{4}})?|\d{{4}}-\d\d-\d\d)",
    re.IGNORECASE,
)


def read_papers(inputs: Iterable[str | Path], warn: Warn) -> Iterator[Paper]:
    """The entries of files, folders (their files in name order, hidden ones left out) and "-" for standard input.

    Args:
        inputs: paths or "-". In a folder, files that are not text are skipped with a warning.
        warn: is called with one line for each entry that is skipped or looks damaged.

    Raises:
        InputError: a path is absent, or a file is empty, no text, or broken; the error names file and line.
    """
    for given in inputs:
        if str(given) == STDIN:
            yield from _read_stream(sys.stdin.buffer, "<stdin>", STDIN, warn)
            continue
        path = Path(given)
        if not path.is_dir():
            yield from _read_file(path, path.name, warn)
            continue
        files = [file for file in sorted(path.rglob("*")) if file.is_file() and not _hidden(file.relative_to(path))]
        if not files:
            raise InputError(str(path), "is a folder without files")
        for file in files:
            if problem := _not_text(file):
                warn(f"{file}: {problem}; skipped")
            else:
                yield from _read_file(file, file.relative_to(path).as_posix(), warn)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _not_text(path: Path) -> str | None:
    try:
        with _open(path) as stream:
            head = stream.read(4096)
    except (OSError, EOFError) as error:
        return f"cannot be read ({_reason(error)})"
    return "is not a text file" if b"\0" in head else None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb")) if zipped else path.open("rb")


def _read_file(path: Path, source: str, warn: Warn) -> Iterator[Paper]:
    try:
        stream = _open(path)
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({_reason(error)})") from None
    with stream:
        yield from _read_stream(stream, str(path), source, warn)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str


def _read_stream(stream: BinaryIO, place: str, source: str, warn: Warn) -> Iterator[Paper]:
    lines = _lines(stream, place)
    for first in lines:
        if first.text.strip():
            break
    else:
        raise InputError(place, "is empty; expected a listing page or JSON lines")
    rest = _chain(first, lines)
    if first.text.lstrip().startswith("{"):
        yield from _read_json_lines(rest, place, source, warn)
    else:
        yield from _read_listing(rest, place, source, warn)


def _chain(first: _Line, rest: Iterator[_Line]) -> Iterator[_Line]:
    yield first
    yield from rest


def _lines(stream: BinaryIO, place: str) -> Iterator[_Line]:
    """Decoded lines without their line ends, each of bounded length."""
    reader = io.BufferedReader(cast(io.RawIOBase, stream)) if not hasattr(stream, "readline") else stream
    number = 0
    while True:
        number += 1
        try:
            raw = reader.readline(4 * LINE_LIMIT)
        except (OSError, EOFError) as error:
            raise InputError(f"{place}:{number}", f"cannot be read ({_reason(error)})") from None
        if not raw:
            return
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            text = "" if len(raw) >= 4 * LINE_LIMIT and error.reason == "unexpected end of data" else "\0"
        if "\0" in text:
            raise InputError(f"{place}:{number}", "is not UTF-8 text; expected a listing page or JSON lines")
        if len(text) > LINE_LIMIT or len(raw) >= 4 * LINE_LIMIT:
            raise InputError(f"{place}:{number}", f"is longer than {LINE_LIMIT:,} characters; expected a paper a line")
        yield _Line(number, text.rstrip("\r\n"))


# --- JSON lines ------------------------------------------------------------------------------------------------------


def _read_json_lines(lines: Iterator[_Line], place: str, source: str, warn: Warn) -> Iterator[Paper]:
    for line in lines:
        if line.text.strip() and (paper := _json_paper(line, f"{place}:{line.number}", source, warn)):
            yield paper


def _json_paper(line: _Line, place: str, source: str, warn: Warn) -> Paper | None:
    try:
        fields = json.loads(line.text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(place, f"is not a complete JSON object ({_json_problem(error)})") from None
    if not isinstance(fields, dict):
        raise InputError(place, 'is not a JSON object; expected {"id", "title", "abstract", …}')
    fields = {name: _valid_text(value) for name, value in fields.items()}
    for name in ("title", "abstract"):
        if fields.get(name) is None:
            warn(f"{place}: has no {name}; skipped")
            return None
    try:
        paper = Paper.model_validate({**fields, "source": source, "line": line.number})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise InputError(place, f'"{field}": {first["msg"].lower()}') from None
    if not paper.title.strip():
        warn(f"{place}: has an empty title; skipped")
        return None
    return paper


def _valid_text(value: object) -> object:
    """The value with half surrogate pairs, which JSON can escape and Unicode text cannot hold, as U+FFFD."""
    if isinstance(value, list):
        return [_valid_text(item) for item in value]
    return _HALF_PAIR.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value


def _json_problem(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.removesuffix(' at')} at column {error.colno}"
    return "nested too deeply"


# --- listing pages ---------------------------------------------------------------------------------------------------


def _read_listing(lines: Iterator[_Line], place: str, source: str, warn: Warn) -> Iterator[Paper]:
    """Title and abstract in turn, after the page's header.

    A block (lines between blank lines) is told by its look to be a title or an abstract, and where that leaves doubt,
    by the block after it; so a missing half costs its own entry alone.
    """
    count = 0
    title: _Line | None = None
    blocks = list(_body(_blocks(lines)))
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if title is None:
            if len(block.text) > _ABSTRACT_LENGTH or (
                _looks_like_abstract(block.text) and not (following and _looks_like_abstract(following.text))
            ):
                warn(f"{place}:{block.number}: an abstract without a title; skipped")
            else:
                title = block
        elif _looks_like_abstract(block.text):
            count += 1
            if following is None and _looks_cut(block.text):
                warn(f"{place}:{block.number}: the page seems to end within this abstract; kept")
            yield Paper(id=slug(title.text), title=title.text, abstract=block.text, source=source, line=title.number)
            title = None
        else:
            warn(f"{place}:{title.number}: a title without an abstract; skipped")
            title = block
    if title is not None:
        warn(f"{place}:{title.number}: a title without an abstract at the end of the page; skipped")
    if not count:
        raise InputError(place, "has no title and abstract in turn; expected a listing page or JSON lines")


def _blocks(lines: Iterator[_Line]) -> Iterator[_Line]:
    """Blocks of lines between blank lines, each under the number of its first line; a title that stands right on top of
    its abstract is a block of its own."""
    block: list[_Line] = []
    for line in [*lines, _Line(0, "")]:
        text = line.text.strip()
        if text:
            block.append(_Line(line.number, text))
            continue
        if len(block) > 1 and not _looks_like_abstract(block[0].text):
            rest = " ".join(part.text for part in block[1:])
            if _looks_like_abstract(rest):
                yield block[0]
                block = block[1:]
        if block:
            yield _Line(block[0].number, " ".join(part.text for part in block))
        block = []


def _body(blocks: Iterator[_Line]) -> Iterator[_Line]:
    """The blocks after the header, which ends with the page's first date line, without further date lines.

    A page that has no date line before its first long abstract has no header.
    """
    header: list[_Line] = []
    for block in blocks:
        if _DATE_LINE.fullmatch(block.text):
            header = []
            break
        header.append(block)
        if len(block.text) > _ABSTRACT_LENGTH or len(header) == _HEADER_BLOCKS:
            break
    yield from header
    yield from (block for block in blocks if not _DATE_LINE.fullmatch(block.text))


def _looks_like_abstract(text: str) -> bool:
    if len(text) > _ABSTRACT_LENGTH:
        return True
    words = len(text.split())
    return (text.endswith(".") and words >= 8) or (words >= 12 and len(sentence_spans(text)) > 1)


def _looks_cut(text: str) -> bool:
    last = text.split()[-1]
    return not re.search(r"[.!?)\]}\"'”:]$", text) and not re.search(r"://|www\.|\.\w+/", last)
