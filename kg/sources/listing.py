"""Listing pages: some header lines, a date line, then title and abstract in turn, separated by blank lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from itertools import chain, islice

from kg.errors import InputError
from kg.records import Paper
from kg.sources.dates import MONTHS
from kg.sources.reader import EXPECTED, Reader, Source, Warn
from kg.text.lines import LINE_LIMIT, Line, numbered_lines
from kg.text.names import slug
from kg.text.sentences import sentence_spans

_HEADER_BLOCKS = 40  # a date line further down than this does not end the page's header
_MOST_BLOCKS = 500_000  # of a page, all of which are in memory
_ABSTRACT_LENGTH = 300  # characters; titles are always shorter

_FEW = 3  # lines with markup or of code; more are of a damaged file in another format
_MARKUP = re.compile(
    r"</[A-Za-z][\w:-]*>|<\?xml|[{}][;,)]*\s*$|\);\s*$|^\s*"
    r"(?:[A-Z][A-Z0-9]{1,3} {0,2}- |%[0-9A-Z@] \S|@\w+\s*\{|[\w-]+\s*=\s*[{\"]|\"[\w-]+\"\s*:|\\\\$)"
)
RULE = re.compile(r"[=~_*-]{3,}")
"""A line that only parts what is above it from what is below."""
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
    lines = _unmarked(numbered_lines(source.stream, place, EXPECTED), place)
    all_blocks = list(islice(_blocks(lines, place), _MOST_BLOCKS + 1))
    if len(all_blocks) > _MOST_BLOCKS:
        raise InputError(place, f"has more than {_MOST_BLOCKS:,} paragraphs; expected {EXPECTED}")
    blocks = list(_body(iter(all_blocks)))
    dates = [(block.number, found) for block in all_blocks if (found := listed_date(block.text))]
    if not blocks:
        raise InputError(place, f"is empty; expected {EXPECTED}")
    papers: list[Paper] = []
    warnings: list[str] = []
    further: list[str] = []
    lone = 0
    title: Line | None = None
    paragraphs: list[str] = []

    def ended(where: str = "") -> None:
        nonlocal lone
        if title is not None and paragraphs:
            papers.append(_paper(title, paragraphs, source, dates))
        elif title is not None:
            lone += bool(papers)  # those before the first paper are the page's header
            warnings.append(f"{place}:{title.number}: a title without an abstract{where}; skipped")

    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        abstract = _is_abstract(block, following, expected=title is not None and not paragraphs)
        if abstract or (paragraphs and _is_last_paragraph(block, following)):
            if title is None:
                warnings.append(f"{place}:{block.number}: an abstract without a title; skipped")
            elif paragraphs:
                further.append(f"{place}:{block.number}: taken for a further paragraph of the abstract before it")
            if title is not None:
                paragraphs.append(block.text)
            if title is not None and following is None and _looks_cut(block.text):
                warnings.append(f"{place}:{block.number}: the page seems to end within this abstract; kept")
            continue
        ended()
        title, paragraphs = block, []
    ended(" at the end of the page")
    if not papers and len(blocks) == 2 and not dates and _is_one_text(*blocks):
        yield _paper(blocks[0], [blocks[1].text], source, dates)
        return
    if not papers or (lone > len(papers) and not dates):
        raise InputError(place, f"has no title and abstract in turn; expected {EXPECTED}")
    several = len(papers) > 1  # a text of its own may have any number of paragraphs
    for warning in [*warnings, *(further if several else [])]:
        warn(warning)
    yield from papers


def _unmarked(lines: Iterator[Line], place: str) -> Iterator[Line]:
    """The lines of a page.

    Raises:
        InputError: when they end, if too many of them have markup.
    """
    number = marked = first = 0
    for line in lines:
        number = line.number
        if _MARKUP.search(line.text):
            marked, first = marked + 1, first or line.number
        yield line
    if marked > max(_FEW, number / 10):
        raise InputError(f"{place}:{first}", f"has markup or tags of another format; expected {EXPECTED}")


def _is_one_text(title: Line, abstract: Line) -> bool:
    """Whether two blocks that may be anything are the title and the abstract of a paper in a file of its own."""
    return len(title.text) <= _ABSTRACT_LENGTH and len(abstract.text.split()) >= max(8, len(title.text.split()))


def _is_abstract(block: Line, following: Line | None, *, expected: bool) -> bool:
    """Whether a block is an abstract, or a paragraph of one; else it is a title.

    Args:
        following: the block after it, which decides where its own look leaves doubt.
        expected: whether a title without an abstract comes before it.
    """
    if len(block.text) > _ABSTRACT_LENGTH:
        return True
    if not looks_like_abstract(block.text):
        return False
    return expected or not (following and looks_like_abstract(following.text))


def _is_last_paragraph(block: Line, following: Line | None) -> bool:
    """Whether a short block after an abstract ends it: a sentence or an address, before what is no abstract."""
    ends = block.text.endswith((".", ".)")) or "://" in block.text
    return ends and not (following and looks_like_abstract(following.text))


def _paper(title: Line, paragraphs: list[str], source: Source, dates: list[tuple[int, str]]) -> Paper:
    abstract = "\n\n".join(paragraphs)
    place = bisect_left(dates, (title.number, ""))
    return Paper(
        id=slug(title.text),
        title=title.text,
        abstract=abstract,
        source=source.name,
        line=title.number,
        listed=dates[place - 1][1] if place else None,
    )


def listed_date(line: str) -> str | None:
    """The date of a date line as xsd:date, or as xsd:gMonthDay where it has no year; ``None`` for any other line.

    >>> listed_date("Tue, March 11th, 2025"), listed_date("11 Mar"), listed_date("Feb 30, 2025")
    ('2025-03-11', '--03-11', None)
    """
    if not _DATE_LINE.fullmatch(line):
        return None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", line):
        year, month, day = line.split("-")
    else:
        [day] = re.findall(r"(?<!\d)\d{1,2}(?!\d)", line)
        year = "".join(re.findall(r"\d{4}", line))
        name = re.search(_MONTH, line, re.IGNORECASE)
        month = str(MONTHS.index(name[0][:3].lower()) + 1) if name else ""
    try:
        known = date(int(year or 2000), int(month), int(day))  # 2000 has a 29 February
    except ValueError:
        return None
    return known.isoformat() if year else f"--{known:%m-%d}"


def _blocks(lines: Iterator[Line], place: str) -> Iterator[Line]:
    """Blocks of lines between blank lines, each with the number of its first line; without lines that are only rules.

    A title without a blank line between it and its abstract is a block of its own.
    """
    block: list[Line] = []
    size = 0
    for line in chain(lines, [Line(0, "")]):
        text = line.text.strip()
        if RULE.fullmatch(text):
            continue
        if text:
            block.append(Line(line.number, text))
            size += len(text) + 1
            if size > LINE_LIMIT:
                problem = f"has more than {LINE_LIMIT:,} characters without a blank line; expected {EXPECTED}"
                raise InputError(f"{place}:{block[0].number}", problem)
            continue
        size = 0
        if len(block) > 1 and not looks_like_abstract(block[0].text) and not _is_wrapped(block):
            rest = " ".join(part.text for part in block[1:])
            if looks_like_abstract(rest):
                yield block[0]
                block = block[1:]
        if block:
            yield Line(block[0].number, " ".join(part.text for part in block))
        block = []


def _is_wrapped(block: list[Line]) -> bool:
    """Whether the first line of a block goes on in the second: that one's first word had no room in it."""
    first_word = block[1].text.split()[0]
    return len(block[0].text) + 1 + len(first_word) > max(len(line.text) for line in block)


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


def looks_like_abstract(text: str) -> bool:
    """Whether a text is long, or has a full stop at the end or within it, as titles and headings have not."""
    if len(text) > _ABSTRACT_LENGTH:
        return True
    words = len(text.split())
    return (text.endswith(".") and words >= 8) or (words >= 12 and len(sentence_spans(text)) > 1)


def _looks_cut(text: str) -> bool:
    last = text.split()[-1]
    return not re.search(r"[.!?)\]}\"'”:]$", text) and not re.search(r"://|www\.|\.\w+/", last)


READER = Reader("a listing page", recognises, read)
