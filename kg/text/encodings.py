"""Text files in other encodings than UTF-8, as UTF-8.

UTF-16 and UTF-32 are told by their byte order mark or by their zero bytes, other encodings by an XML declaration
(https://www.w3.org/TR/xml/#charencoding). What is not UTF-8 and declares nothing is most probably Windows-1252, which
has all characters of latin-1, and is read as such with a warning.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable
from typing import BinaryIO

from kg.text.packed import HEAD, Rejoined

_MARKS = (  # the longer ones first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,100}?\sencoding\s*=\s*[\"']([A-Za-z][\w.-]{0,40})[\"']")
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")  # valid in UTF-8
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a]")
_WINDOWS = "".join(  # five bytes that Windows-1252 leaves out are as in latin-1
    bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256)
)


def in_utf8(stream: io.BufferedReader, place: str, warn: Callable[[str], None]) -> io.BufferedReader:
    """A stream of the same text in UTF-8, without a byte order mark where it was in another encoding.

    What is no text, or UTF-8 that is damaged in places, is passed on as it is.

    Args:
        stream: at its beginning.
        place: what warnings call it.
        warn: called with one line where the encoding is a guess.
    """
    encoding = encoding_of(stream.peek()[:HEAD])
    read = _Declared(stream, encoding).read1 if encoding else _Guessed(stream, place, warn).read1
    return io.BufferedReader(Rejoined(b"", read), buffer_size=8 * HEAD)


def encoding_of(head: bytes) -> str | None:
    """The encoding that the first bytes of a file tell; ``None`` for UTF-8 and where they tell none.

    >>> encoding_of(b'<?xml version="1.0" encoding="ISO-8859-1"?>'), encoding_of("Frogs hop".encode("utf-16-le"))
    ('iso8859-1', 'utf-16-le')
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    zeros = [head[start::2].count(0) for start in (0, 1)]
    if len(head) > 7 and max(zeros) * 4 > len(head) and min(zeros) * 20 < max(zeros):
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    if declared := _DECLARED.match(head):
        try:
            found = codecs.lookup(declared[1].decode())
        except LookupError:
            return None
        wide = found.name.startswith(("utf-16", "utf-32"))  # which a declaration that can be read as it is cannot be in
        return found.name if getattr(found, "_is_text_encoding", True) and found.name != "utf-8" and not wide else None
    return None


class _Declared:
    """A stream decoded from a known encoding; what is wrong in it becomes U+FFFD."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""

    def read1(self, size: int) -> bytes:
        while not self._ready:
            piece = self._stream.read(min(size, 8 * HEAD))
            self._ready = self._decoder.decode(piece, final=not piece).encode("utf-8", "replace")
            if not piece and not self._ready:
                return b""
        ready, self._ready = self._ready[:size], self._ready[size:]
        return ready


class _Guessed:
    """A stream in UTF-8, or, if it turns out not to be that, in Windows-1252."""

    def __init__(self, stream: io.BufferedReader, place: str, warn: Callable[[str], None]) -> None:
        self._stream = stream
        self._place = place
        self._warn = warn
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._in_utf8 = False  # whether it has had other characters than those of ASCII
        self._lines = 0
        self._ready = b""
        self._read = self._checked

    def read1(self, size: int) -> bytes:
        while not self._ready:
            piece = self._stream.read1(min(size, 8 * HEAD))
            self._ready = self._read(piece)
            if not piece and not self._ready:
                return b""
        ready, self._ready = self._ready[:size], self._ready[size:]
        return ready

    def _checked(self, piece: bytes) -> bytes:
        """A piece as it is while it is UTF-8, without the beginning of a character that ends in the next piece."""
        pending = self._decoder.getstate()[0]
        whole = pending + piece
        try:
            self._decoder.decode(piece, final=not piece)
        except UnicodeDecodeError:
            valid = len(_SEQUENCE.findall(whole))
            others = len(re.findall(rb"[\x80-\xff]", _SEQUENCE.sub(b"", whole)))
            damaged = self._in_utf8 or valid >= max(others, 1) or _NOT_TEXT.search(whole)
            self._read = self._as_it_is if damaged else self._as_windows
            if not damaged:
                line = self._lines + whole[: _first_high(whole)].count(b"\n") + 1
                self._warn(f"{self._place}:{line}: is not UTF-8; read as Windows-1252 (latin-1) from here on")
            return self._read(whole)
        self._in_utf8 = self._in_utf8 or not piece.isascii()
        kept = len(whole) - len(self._decoder.getstate()[0])
        self._lines += whole.count(b"\n", 0, kept)
        return whole[:kept]

    def _as_it_is(self, piece: bytes) -> bytes:
        return piece

    def _as_windows(self, piece: bytes) -> bytes:
        return codecs.charmap_decode(piece, "strict", _WINDOWS)[0].encode()


def _first_high(piece: bytes) -> int:
    found = re.search(rb"[\x80-\xff]", piece)
    return found.start() if found else len(piece)
