"""HTML pages (https://html.spec.whatwg.org): tables, and lists with a heading, a link or bold words before abstracts.

Tags are found in one pass, so that no page takes more than linear time; scripts, styles and comments are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.records import Paper
from kg.sources import pieces
from kg.sources.formats import tables_of
from kg.sources.markup import Texts, unescaped
from kg.sources.pieces import Piece
from kg.sources.reader import Reader, Source, Warn, first_text
from kg.text.lines import Line
from kg.text.names import one_line

_EXPECTED = "HTML"
_HEAD = re.compile(
    r"(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*+-->\s*+)*+"
    r"<(?:!doctype html|(?:html|head|body|div|p|table|ul|ol|dl|main|article|section|h\d|meta|title)\b)",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"(/?)([A-Za-z][A-Za-z0-9:-]*+)([^>]*+)>")
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_CLASS = re.compile(
    r"\b(?:class|id)\s*=\s*(?:\"[^\"]*?|'[^']*?|)(?<![A-Za-z])(abstract|author)s?"
    r"(?:[-_](?:full|text|content|body|list|names?))?(?=[\"'\s>]|$)",
    re.IGNORECASE,
)
_OF_CLASS = frozenset({"p", "div", "section", "li", "dd", "blockquote"})  # elements of which a class is looked at
_TITLE = re.compile(r"Title:\s*")
_LONGEST = 200_000  # characters of one block
_SILENT = frozenset(tables_of("html")["tags"]["silent"])
_BLOCKS = frozenset(tables_of("html")["tags"]["blocks"])
_LEADS = frozenset(tables_of("html")["tags"]["leads"])


class _Page:
    """Makes pieces of tags and texts."""

    def __init__(self) -> None:
        self.line = 0
        self._silent = ""  # the element whose text is left out
        self._texts: list[str] = []
        self._size = 0
        self._visible = False  # whether the block has more than a number or a bullet so far
        self._links: list[str] = []
        self._lead: list[str] | None = None  # the text of the element with which a block begins, while it is open
        self._lead_tag = self._heading = ""
        self._words = ""
        self._begun = 0
        self._in_details = self._in_cell = False
        self._said = self._said_by = ""  # what a class says that an element holds: "abstract" or "author"; the element
        self._depth = 0  # of that element, in elements of its name
        self._cells: list[tuple[str, tuple[str, ...]]] | None = None

    def text(self, text: str) -> None:
        if self._silent or self._size > _LONGEST:
            return
        text = unescaped(text)
        if not self._visible:
            self._begun = self.line
            self._visible = bool(text.strip(" \n\t[(*•·-0123456789.)]"))
        self._size += len(text)
        self._texts.append(text)
        if self._lead is not None:
            self._lead.append(text)

    def tag(self, closing: bool, name: str, attributes: str) -> Iterator[Piece]:
        name = name.lower()
        if self._silent:
            self._silent = "" if closing and name == self._silent else self._silent
            return
        if not closing and name in _SILENT and not attributes.endswith("/"):
            self._silent = name
        if name in _BLOCKS:
            yield from self.ended(name, closing)
            self._note(closing, name, attributes)
        elif name == "br":
            self.text("\n")
        if name in _LEADS:
            if closing and name == self._lead_tag:
                self._words, self._lead, self._lead_tag = "".join(self._lead or []), None, ""
            elif not closing and not self._lead_tag and not self._visible:
                self._lead, self._lead_tag = [], name
        if name == "a" and not closing and (found := _HREF.search(attributes)):
            self._links.append(unescaped(next(filter(None, found.groups()), "")))

    def _note(self, closing: bool, name: str, attributes: str) -> None:
        """Keep track of the element whose class says what it holds."""
        if not self._said and not closing and name in _OF_CLASS and (found := _CLASS.search(attributes)):
            self._said, self._said_by, self._depth = found[1].lower(), name, 0
        if name == self._said_by:
            self._depth += -1 if closing else 1
            if self._depth <= 0:
                self._said = self._said_by = ""

    def ended(self, name: str = "", closing: bool = True) -> Iterator[Piece]:
        """End the block before a tag, and note what the tag begins."""
        if self._cells is not None and name not in ("td", "th", "tr"):
            self.text(" ")  # blocks within a cell
            return
        words = self._words or "".join(self._lead or [])
        text, lead, links = one_line("".join(self._texts)), one_line(words), tuple(self._links)
        in_cell = self._in_cell
        if name in ("td", "th", "tr"):
            self._in_cell = name != "tr" and not closing
        if in_cell and self._cells is not None:
            self._cells.append((text, links))
        if name in ("td", "th") and self._cells is not None:
            pass  # a cell ends, or begins
        elif name == "tr":
            if self._cells:
                yield Piece(self.line, "row", cells=tuple(self._cells))
            self._cells = None if closing else []
        elif self._said and self._heading and text.casefold().strip(" .:") != "abstract":
            self._said = self._said_by = ""  # it holds more than that
            yield Piece(self._begun, "heading", text, lead, (), links, level=int(self._heading[1]))
        elif text and (self._said == "abstract" or (self._in_details and name != "summary")):
            yield Piece(self._begun, "details", text, links=links)
        elif text and not (self._in_details and closing and name == "summary"):
            level = int(self._heading[1]) if self._heading else 0
            if found := _TITLE.match(text):
                text = lead = words = text[found.end() :]
            if self._said == "author" and not level:
                text, lead, words = f"Authors: {text}", "", ""
            rest = tuple(
                filter(
                    None, (part.strip(" \t:,;.–—-") for part in "".join(self._texts).removeprefix(words).split("\n"))
                )
            )
            yield Piece(
                self._begun, "heading" if level else "text", text, lead, () if level else rest, links, level=level
            )
        self._texts, self._links, self._lead, self._lead_tag, self._words, self._size = [], [], None, "", "", 0
        self._visible = False
        self._heading = name if re.fullmatch(r"h[1-6]", name) and not closing else ""
        if name == "details":
            self._in_details = not closing


def split(lines: Iterable[Line]) -> Iterator[Piece]:
    """The pieces of a page."""
    page = _Page()
    pending: list[str] = []  # the lines of a tag that goes on in the next one
    size = 0  # of them
    comment = False
    for line in lines:
        page.line = line.number
        text = f"{line.text}\n"
        if pending:
            pending.append(text)
            size += len(text)
            if size <= _LONGEST and "<" not in text and ">" not in text:
                continue
            text = "".join(pending)
            pending.clear()
        first, *parts = text.split("<")
        if not comment:
            page.text(first)
        elif "-->" in first:
            comment = False
        for number, part in enumerate(parts, start=1):
            if comment or part.startswith("!--"):
                comment = "-->" not in part
            elif found := _TAG.match(part):
                yield from page.tag(bool(found[1]), found[2], found[3])
                page.text(part[found.end() :])
            elif number == len(parts) and ">" not in part and re.match(r"/?[A-Za-z]", part) and len(part) < _LONGEST:
                pending, size = [f"<{part}"], len(part) + 1
            elif not part.startswith(("!", "?")):
                page.text(f"<{part}")
    yield from page.ended()


def recognises(head: bytes, name: str) -> bool:
    """Whether an input begins with a tag of HTML."""
    return _HEAD.match(first_text(head)) is not None


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a page.

    Raises:
        InputError: it has none with title and abstract.
    """
    return pieces.papers_of(source, warn, split, Texts(), _EXPECTED)


READER = Reader("HTML", recognises, read)
