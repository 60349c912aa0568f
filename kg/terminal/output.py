"""What reaches a terminal: text without characters that steer it, in an encoding that it has, with or without styles.

Every text for people goes through :func:`printable`; data in a format for programs stays as it is, since a reader of
JSON or CSV needs all of it.
"""

from __future__ import annotations

import errno
import io
import json
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from shutil import get_terminal_size
from typing import Any, Literal, TextIO, TypeAlias

from kg.text.names import one_line

Emphasis = Literal["bold", "dim"]
Style: TypeAlias = Callable[[str, Emphasis], str]
"""Gives a piece of text an emphasis, for a terminal or another medium."""

_CODES = {"bold": "1", "dim": "2"}

# Letters and marks that Unicode calls ignorable: nothing is drawn for them (DerivedCoreProperties.txt).
_IGNORABLE = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
_HALF_PAIR = "[\ud800-\udfff]"
_NARROWEST = 20


def printable(text: str, keep: str = "") -> str:
    """A text on one line, without characters that steer a terminal or are not to be seen.

    Left out are control characters (C0, DEL, C1), those that change the direction of writing, and those without width.
    A byte of a file name that is not UTF-8 becomes U+FFFD.

    >>> printable("a\\x1b[31m b\\u202e\\u200b\\n c")
    'a[31m b c'

    Args:
        text: any text.
        keep: characters that stay nevertheless.
    """
    line = one_line(text)
    if line.isascii() and line.isprintable():
        return line
    line = re.sub(_IGNORABLE, "", re.sub(_HALF_PAIR, "\N{REPLACEMENT CHARACTER}", line))
    return "".join(char for char in line if char.isprintable() or char in keep)


def ansi(text: str, emphasis: Emphasis) -> str:
    """Emphasis by ANSI escape sequences (ECMA-48), for a terminal."""
    return f"\x1b[{_CODES[emphasis]}m{text}\x1b[0m"


def json_text(value: object, encoding: str | None = None) -> str:
    """A value as indented JSON, with escapes for what :func:`printable` leaves out and what an encoding lacks."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    if text.isascii():
        return text.replace("\x7f", "\\u007f")
    try:
        text.encode(encoding or "utf-8", "surrogatepass" if (encoding or "utf-8").lower() == "utf-8" else "strict")
    except (UnicodeEncodeError, LookupError):
        return json.dumps(value, indent=2)
    shown = "".join(char if char.isprintable() or char == "\n" else _escaped(char) for char in text)
    return re.sub(_IGNORABLE, lambda found: _escaped(found[0]), shown)


def _escaped(char: str) -> str:
    return json.dumps(char)[1:-1] if char > "\x7f" else f"\\u{ord(char):04x}"


def width() -> int:
    """The columns of the terminal, by COLUMNS if that is a number from 1, otherwise 80 where there is no terminal."""
    return min(max(get_terminal_size().columns, _NARROWEST), 10_000)


def has_styles(stream: Any) -> bool:
    """Whether text on a stream may be bold or dim: it is a terminal that can, and the user wants it.

    NO_COLOR is the user's wish (https://no-color.org); a terminal of the type "dumb" knows no escape sequences.
    """
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def style() -> Style | None:
    """How to emphasise on standard output; ``None`` where nothing is to be emphasised."""
    return ansi if has_styles(sys.stdout) else None


def open_streams() -> None:
    """Make the standard streams safe to use: those that the caller closed, and characters that their encoding lacks.

    Closed streams (``kg stats >&-``) get a file descriptor, so that no file of the graph is opened in their place.
    Reading from a closed one gives nothing; what is written to standard output is an error, since it would be lost.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BytesIO(), "utf-8")
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Closed()), "utf-8")
    if sys.stderr is None:
        sys.stderr = _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace" if stream is sys.stdout else "backslashreplace")


class _Closed(io.RawIOBase):
    """Standard output that the caller closed."""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF), "standard output")


def drop_output() -> None:
    """Let what is not yet written go nowhere, because the reader of our output has ended or its disk is full."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.stdout = _nowhere()


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
