"""Readers: listing pages and JSON lines in, a stream of :class:`~kg.records.Paper` out.

A file's content decides which it is: JSON lines start with ``{``, anything else is a listing page. Either may be
gzipped. What cannot be read at all raises :class:`~kg.errors.InputError`; a single entry that is incomplete is skipped
with a warning that names its line, and never shifts the entries after it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from kg.errors import InputError
from kg.lines import Line, json_object, numbered_lines, open_bytes, reason, validated
from kg.names import sentence_spans, slug
from kg.records import Paper

Warn = Callable[[str], None]

STDIN = "-"
_EXPECTED = "a listing page or JSON lines"
_HEADER_BLOCKS = 40  # a date line further down than this ends no page header
_ABSTRACT_LENGTH = 300  # characters; a title is never so long

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
        with open_bytes(path) as stream:
            head = stream.read(4096)
    except InputError as error:
        return error.problem
    except (OSError, EOFError) as error:
        return f"cannot be read ({reason(error)})"
    return "is not a text file" if b"\0" in head else None


def _read_file(path: Path, source: str, warn: Warn) -> Iterator[Paper]:
    with open_bytes(path) as stream:
        yield from _read_stream(stream, str(path), source, warn)


def _read_stream(stream: BinaryIO, place: str, source: str, warn: Warn) -> Iterator[Paper]:
    lines = numbered_lines(stream, place, _EXPECTED)
    for first in lines:
        if first.text.strip():
            break
    else:
        raise InputError(place, f"is empty; expected {_EXPECTED}")
    rest = _chain(first, lines)
    if first.text.lstrip().startswith("{"):
        yield from _read_json_lines(rest, place, source, warn)
    else:
        yield from _read_listing(rest, place, source, warn)


def _chain(first: Line, rest: Iterator[Line]) -> Iterator[Line]:
    yield first
    yield from rest


# --- JSON lines ------------------------------------------------------------------------------------------------------


def _read_json_lines(lines: Iterator[Line], place: str, source: str, warn: Warn) -> Iterator[Paper]:
    for line in lines:
        if line.text.strip() and (paper := _json_paper(line, f"{place}:{line.number}", source, warn)):
            yield paper


def _json_paper(line: Line, place: str, source: str, warn: Warn) -> Paper | None:
    fields = json_object(line.text, place, '{"id", "title", "abstract", …}')
    for name in ("title", "abstract"):
        if fields.get(name) is None:
            warn(f"{place}: has no {name}; skipped")
            return None
    paper = validated(Paper, {**fields, "source": source, "line": line.number}, place)
    if not paper.title.strip():
        warn(f"{place}: has an empty title; skipped")
        return None
    return paper


# --- listing pages ---------------------------------------------------------------------------------------------------


def _read_listing(lines: Iterator[Line], place: str, source: str, warn: Warn) -> Iterator[Paper]:
    """Title and abstract in turn, after the page's header.

    A block (lines between blank lines) is told by its look to be a title or an abstract, and where that leaves doubt,
    by the block after it; so a missing half costs its own entry alone.
    """
    count = 0
    title: Line | None = None
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
        raise InputError(place, f"has no title and abstract in turn; expected {_EXPECTED}")


def _blocks(lines: Iterator[Line]) -> Iterator[Line]:
    """Blocks of lines between blank lines, each under the number of its first line; a title that stands right on top of
    its abstract is a block of its own."""
    block: list[Line] = []
    for line in [*lines, Line(0, "")]:
        text = line.text.strip()
        if text:
            block.append(Line(line.number, text))
            continue
        if len(block) > 1 and not _looks_like_abstract(block[0].text):
            rest = " ".join(part.text for part in block[1:])
            if _looks_like_abstract(rest):
                yield block[0]
                block = block[1:]
        if block:
            yield Line(block[0].number, " ".join(part.text for part in block))
        block = []


def _body(blocks: Iterator[Line]) -> Iterator[Line]:
    """The blocks after the header, which ends with the page's first date line, without further date lines.

    A page that has no date line before its first long abstract has no header.
    """
    header: list[Line] = []
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
