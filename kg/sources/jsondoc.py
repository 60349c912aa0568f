"""JSON documents (RFC 8259): arrays of papers, pages of an API's answers, single papers, one after another.

Papers are decoded one at a time, so that a file may be of any size; no paper may have more than :data:`ENTRY_LIMIT`
characters. Python's own decoder reads them from a window of the text: it is several times faster than parsers that
report each value, and refuses what is nested too deeply. After a damaged entry, reading goes on at the next one that
begins like the first.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Generator, Iterator, Mapping
from io import BufferedReader
from typing import Any

from kg.errors import InputError
from kg.records import Paper
from kg.sources.entries import Entry, papers_of
from kg.sources.formats import tables_of
from kg.sources.layouts import paper_of
from kg.sources.reader import NotPapersError, Reader, Source, Warn
from kg.text.files import reason

ENTRY_LIMIT = 10_000_000  # characters
_PIECE = 1 << 20  # bytes that are read at once
_NEAR_END = 32  # characters; an error so near to the end of the window may be one because the rest is missing
_DEPTH = 4  # objects within one another that a list of papers may be in

_LISTS = frozenset(tables_of("json")["pages"]["lists"])
_WRAPPERS = frozenset(tables_of("json")["pages"]["wrappers"])
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[\s\ufeff]*")
_FIRST_KEY = re.compile(r'\{\s*("(?:[^"\\]|\\.)*")')
_LINE = re.compile(r"\n\s*+(?P<value>\{)?")  # and the object that begins it


class _DamagedError(Exception):
    """The next value cannot be decoded; the text says why."""


def recognises(head: bytes, name: str) -> bool:
    """Whether an input begins with an object, or with an array of objects."""
    return re.match(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*(?:[{\]]|$))", head) is not None


def is_page(value: object) -> bool:
    """Whether an object is not a paper but holds a list of them."""
    if not isinstance(value, Mapping):
        return False
    lists = (value[name] for name in _LISTS & value.keys())
    return any(isinstance(each, list) and each and isinstance(each[0], Mapping) for each in lists) or any(
        is_page(value[name]) for name in _WRAPPERS & value.keys()
    )


def papers_in(value: Mapping[str, Any], depth: int = _DEPTH) -> Iterator[Mapping[str, Any]]:
    """The papers in the lists that an object holds; or the object itself, if it holds none."""
    if not depth or not is_page(value):
        yield value
        return
    for name, inner in value.items():
        if name in _LISTS and isinstance(inner, list):
            yield from (each for each in inner if isinstance(each, Mapping))
        elif name in _WRAPPERS and is_page(inner):
            yield from papers_in(inner, depth - 1)


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a source; what is no paper, or is damaged, is skipped with a warning that gives line and number.

    Raises:
        InputError: nothing in it is a paper.
    """

    def entries(skip: Warn) -> Iterator[Entry]:
        number = 0
        document = _Document(source)

        def place() -> str:
            nonlocal number
            number += 1
            return f"{source.place}:{document.line}: entry {number}"

        def damaged(problem: str) -> None:
            skip(f"{place()}: {problem}")

        for value in document.values(damaged):
            if isinstance(value, Mapping):
                yield Entry(number + 1, place(), value)
            else:
                damaged("is not an object")
        if not number:
            raise NotPapersError(source.place, "is JSON without papers")

    return papers_of(source, warn, entries, paper_of)


def objects(source: Source, warn: Warn, limit: int = ENTRY_LIMIT) -> Iterator[Mapping[str, Any]]:
    """The objects of a source one at a time, whatever they are about.

    Args:
        warn: called with one line for each that is damaged, which is skipped.
        limit: characters that an object may have.
    """
    document = _Document(source, limit)

    def damaged(problem: str) -> None:
        warn(f"{source.place}:{document.line}: {problem}; skipped")

    for value in document.values(damaged):
        if isinstance(value, Mapping):
            yield value
        else:
            damaged("is not an object")


class _Document:
    """JSON text of which only a window is in memory; ``line`` is the line of the value that was read last, from 1."""

    def __init__(self, source: Source, limit: int | None = None) -> None:
        self.line = 1
        self._limit = limit or ENTRY_LIMIT
        self._stream: BufferedReader = source.stream
        self._place = source.place
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._at = 0
        self._passed = self._counted = 0  # characters before the window; up to where line breaks are counted in it
        self._ended = False

    def values(self, damaged: Warn) -> Iterator[object]:
        """The papers of the document, and whatever else stands where papers are expected."""
        while start := self._next():
            if start == "[":
                self._at += 1
                yield from self._elements(damaged)
            elif start == "{":
                try:
                    found, own = yield from self._members(damaged, _DEPTH)
                    if not found:
                        yield own
                except _DamagedError as error:
                    damaged(str(error))
                    self._find(_LINE)
            elif start == ",":
                self._at += 1
            else:
                damaged("is not JSON")
                self._find(_LINE)

    def _members(self, damaged: Warn, depth: int) -> Generator[object, None, tuple[bool, dict[str, object]]]:
        """The papers in the lists that an object holds; returns whether it holds any, and its other members."""
        self._count()
        found, own, size = False, dict[str, object](), 0
        self._at += 1
        while (start := self._next()) != "}":
            if not start and found:  # which the list has reported
                return found, own
            if start == ",":
                self._at += 1
                continue
            key = self._value() if start == '"' else None
            if not isinstance(key, str) or self._next() != ":":
                raise _DamagedError("is not a complete JSON object")
            self._at += 1
            start, begun = self._next(), self._passed + self._at
            if start == "[" and key in _LISTS:
                self._at += 1
                if self._next() == "{":
                    found = True
                    yield from self._elements(damaged)
                else:
                    own[key] = list(self._elements(damaged))
            elif start == "{" and key in _WRAPPERS and depth:
                found_within, own[key] = yield from self._members(damaged, depth - 1)
                found = found or found_within
            else:
                own[key] = self._value()
                size += self._passed + self._at - begun
                if size > self._limit:
                    raise _DamagedError(f"has more than {self._limit:,} characters")
        self._at += 1
        return found, own

    def _elements(self, damaged: Warn) -> Iterator[object]:
        """The elements of an array whose bracket is read; those after a damaged one are found by its first member."""
        any_damaged = False
        key = r'"'
        while start := self._next():
            if start == "]" and not any_damaged:
                self._at += 1
                return
            if start == "," or (start in "]}" and any_damaged):
                self._at += 1
                continue
            try:
                begins = _FIRST_KEY.match(self._text, self._at)
                value = self._value()
            except _DamagedError as error:
                damaged(str(error))
                any_damaged = True
                if not self._find(re.compile(rf"[\[,\n]\s*+(?P<value>\{{(?=\s*{key}))?")):
                    return
                continue
            key = re.escape(begins[1]) if begins and not any_damaged else key
            yield value
        if not any_damaged:
            damaged("is not there; the file ends within the list")

    def _value(self) -> object:
        """The next value, whole."""
        self._count()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise _DamagedError("is not a complete JSON object (nested too deeply)") from None
            except json.JSONDecodeError as error:
                size = len(self._text) - self._at
                cut = error.pos > len(self._text) - _NEAR_END or error.msg.startswith("Unterminated string")
                if cut and size < self._limit and self._more():
                    continue
                if size >= self._limit:
                    raise _DamagedError(f"has more than {self._limit:,} characters") from None
                raise _DamagedError(f"is not a complete JSON object ({error.msg.removesuffix(' at')})") from None
            except ValueError:
                raise _DamagedError("is not a complete JSON object (a number has too many digits)") from None
            if end == len(self._text) and self._more():  # more digits may follow
                continue
            self._at = end
            return value

    def _next(self) -> str:
        """The next visible character, which stays unread; empty at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _find(self, pattern: re.Pattern[str]) -> bool:
        """Go on at the next value that a pattern finds; returns whether there is one.

        Args:
            pattern: matches white space without a value after it, too, so that it is not read again from each line.
        """
        self._at = min(self._at + 1, len(self._text))
        while True:
            for match in pattern.finditer(self._text, self._at):
                if match["value"]:
                    self._at = match.start("value")
                    return True
            self._at = max(self._at, len(self._text) - _NEAR_END)
            if not self._more():
                self._at = len(self._text)
                return False

    def _more(self) -> bool:
        """Read another piece into the window, which what was read leaves; returns whether there was one."""
        if self._ended:
            return False
        self._count()
        try:
            piece = self._stream.read(max(_PIECE, len(self._text) - self._at))
        except OSError as error:
            raise InputError(f"{self._place}:{self.line}", f"cannot be read ({reason(error)})") from None
        self._ended = not piece
        self._text = self._text[self._at :] + self._decoder.decode(piece, final=not piece)
        self._passed += self._at
        self._counted -= self._at
        self._at = 0
        return True

    def _count(self) -> None:
        """Count the line breaks up to here."""
        if self._at > self._counted:
            self.line += self._text.count("\n", self._counted, self._at)
            self._counted = self._at


READER = Reader("a JSON document", recognises, read)
