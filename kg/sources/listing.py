"""Listing pages: some header lines, a date line, then title and abstract in turn, separated by blank lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.errors import InputError
from kg.records import Paper
from kg.sources.reader import Reader, Source, Warn
from kg.text.lines import Line, numbered_lines
from kg.text.names import slug
from kg.text.sentences import sentence_spans

_EXPECTED = "a listing page or JSON lines"
_HEADER_BLOCKS = 40  # a date line further down than this does not end the page's header
_ABSTRACT_LENGTH = 300  # characters; titles are always shorter

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DATE_LINE = re.compile(
    rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?|\d{{1,2}}\s+{_MONTH}(?:,?\s+\d{{4}})?|\d{{4}}-\d\d-\d\d)",
    re.IGNORECASE,
)


def recognises(head: bytes, name: str) -> bool:
    """Any text may be a listing page; that is why this reader is tried last."""
    return True


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """Title and abstract in turn, after the page's header.

    Whether a block (lines between blank lines) is a title or an abstract is decided by its length and punctuation, and
    where that leaves doubt, by the block after it; so a title or abstract that is missing costs only its own entry.

    Raises:
        InputError: the page is empty, not text, or has no title and abstract in turn.
    """
    place = source.place
    count = 0
    title: Line | None = None
    lines = numbered_lines(source.stream, place, _EXPECTED)
    blocks = list(_body(_blocks(lines)))
    if not blocks:
        raise InputError(place, f"is empty; expected {_EXPECTED}")
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
            yield Paper(
                id=slug(title.text), title=title.text, abstract=block.text, source=source.name, line=title.number
            )
            title = None
        else:
            warn(f"{place}:{title.number}: a title without an abstract; skipped")
            title = block
    if title is not None:
        warn(f"{place}:{title.number}: a title without an abstract at the end of the page; skipped")
    if not count:
        raise InputError(place, f"has no title and abstract in turn; expected {_EXPECTED}")


def _blocks(lines: Iterator[Line]) -> Iterator[Line]:
    """Blocks of lines between blank lines, each with the number of its first line.

    A title without a blank line between it and its abstract is a block of its own.
    """
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
    """The blocks after the page's header, which ends with its first date line; further date lines are left out.

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


READER = Reader("a listing page", recognises, read)
