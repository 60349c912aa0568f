"""Markdown (https://spec.commonmark.org): lists and tables of papers, as "awesome" lists and notes have them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.records import Paper
from kg.sources import pieces
from kg.sources.markup import Texts
from kg.sources.pieces import Piece, is_link_word
from kg.sources.reader import Reader, Source, Warn, first_text
from kg.text.lines import Line

_EXPECTED = "Markdown"
_LONGEST_CELL = 20_000
_DETAILS_END = "</details>"
_LONGEST = 200_000  # characters of a block
_HEAD = re.compile(
    r"(?:---\n.*?\n---\s*)?(?:#{1,6} \S|(?:[-*+]|\d{1,3}[.)]) (?:\[|\*\*)|!?\[!?\[|!\[|\| ?[\w*-]|\*\*\S)"
    r"|.{0,300}?\n#{1,6} \S",
    re.DOTALL,
)
_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,4}[.)])\s+(.*)")
_SUMMARY = re.compile(r"<summary\b.{0,300}?</summary>|</?(?:details|p)\b[^<>]*>", re.IGNORECASE | re.DOTALL)
_BEFORE_LINKS = re.compile(
    r"(?:\W{0,20}(?:\([^()]{1,40}\)|\[[^\[\]()]{1,40}\]|`[^`]{1,40}`)\W{0,20})?(?=[^\[\]()|]{15,320}+\[)"
    r"(?P<words>[^\[\]()|]{15,300}?)[\s.,:;*_–—-]{0,20}\[+(?P<link>[^\[\]]+)\]"
)
_FRONT = re.compile(r"(title|authors?|url)\s*:\s*(.+)", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>|\n", re.IGNORECASE)
_LINK = re.compile(
    r"!?\[(?P<words>(?:[^\[\]\\]|\\.|\[[^\[\]]{0,200}\]){0,1000}+)\]\(\s*+<?(?P<address>[^\s()<>]{1,2000}+)[^()]{0,500}+\)"
)
_BARE = re.compile(r"(?<![(\"'])https?://[^\s()<>\[\]\"'|]+")
_LEAD = re.compile(
    r"(?:\W{0,20}\[\d+\]\W{0,20})?\*{0,9}_{0,9}\s{0,20}"
    r"(?:\*\*(?P<bold>.+?)\*\*|__(?P<strong>.+?)__|(?P<link>\[(?![\[!]).*?\]\([^()]*\)))",
    re.DOTALL,
)


def split(lines: Iterable[Line]) -> Iterator[Piece]:
    """The pieces of a page; code and comments are left out."""
    block: list[str] = []
    begun = size = 0
    inside = ""  # what ends the details, the code, the comment or the front matter that is being read
    in_table = item = quoted = False

    def ended() -> Iterator[Piece]:
        nonlocal item
        if text := "\n".join(block).strip():
            yield from _piece(begun, text, "item" if item else "text")
        block.clear()
        item = False

    for line in lines:
        text, stripped = line.text, line.text.strip()
        lower = stripped.lower()
        if inside:
            if inside == "---" and (said := _FRONT.fullmatch(stripped)):
                yield _front(line.number, said[1].lower(), said[2].strip(" \"'[]"))
            if inside == _DETAILS_END and size < _LONGEST:
                block.append(text)
                size += len(text)
            if inside in lower:
                yield from ended()
                if inside == "```":
                    yield Piece(begun, "code")
                inside = ""
            continue
        opening = "<details" in lower and _DETAILS_END not in lower and not lower.startswith("|")
        fence = "```" if lower.startswith("```") else "-->" if lower.startswith("<!--") else ""
        if line.number == 1 and stripped == "---":
            fence = "---"
        if opening or (fence and fence not in lower[3:]):
            yield from ended()
            begun, inside, size = line.number, _DETAILS_END if opening else fence, 0
            block += [text] if opening else []
        elif not stripped or (not stripped[0].isalnum() and _is_rule(stripped)):
            if "|" in stripped and len(block) == 1 and "|" in block[0]:
                yield _table_row(begun, block.pop())
                in_table = True
                continue
            if stripped[:1] in ("=", "-") and len(block) == 1:
                yield _heading(begun, block.pop(), 1 if stripped[0] == "=" else 2)  # underlined
            in_table = in_table and bool(stripped)
            yield from ended()
        elif "|" in stripped and (in_table or (stripped.startswith("|") and stripped.count("|") > 1)):
            yield from ended()
            yield _table_row(line.number, stripped)
        elif stripped.startswith("#") and (found := _HEADING.fullmatch(text)):
            yield from ended()
            yield _heading(line.number, found[2].strip().rstrip("#"), len(found[1]))
        else:
            if found := _ITEM.fullmatch(text):
                yield from ended()
                text, item = found[1], True
            elif stripped.startswith(">") and block and not quoted:
                yield from ended()
            quoted = stripped.startswith(">")
            if not block:
                begun, size = line.number, 0
            if size < _LONGEST:
                block.append(text.strip().removeprefix("> "))
                size += len(text)
    yield from ended()


def _front(line: int, name: str, value: str) -> Piece:
    """What is said of a page before it begins."""
    if name == "title":
        return Piece(line, "heading", value, value, level=1)
    if name == "url":
        return Piece(line, "text", links=(value,))
    return Piece(line, "text", f"Authors: {value.replace(chr(34), '').replace(chr(39), '')}")


def _is_rule(text: str) -> bool:
    """Whether a line is only a rule: below a heading, between parts, or below the header of a table."""
    signs = set(text) - {" ", "\t"}
    return ("--" in text and signs <= set("|:-")) or (len(text) > 2 and len(signs) == 1 and signs <= set("=~_*-"))


def _heading(line: int, text: str, level: int) -> Piece:
    return Piece(line, "heading", _plain(text), _plain(text), links=_links(text), level=level)


def _table_row(line: int, text: str) -> Piece:
    """A row; a bar within a formula, code or details does not part cells."""
    cells: list[list[str]] = []
    dollars = ticks = details = size = 0  # of the last one
    for part in re.split(r"(?<!\\)\|", text.strip().removeprefix("|").removesuffix("|")):
        if size > _LONGEST_CELL or not (dollars % 2 or ticks % 2 or details > 0):
            cells.append([])
            dollars = ticks = details = size = 0
        cells[-1].append(part)
        dollars, ticks, size = dollars + part.count("$"), ticks + part.count("`"), size + len(part) + 1
        details += part.lower().count("<details") - part.lower().count("</details")
    whole = map("|".join, cells)
    return Piece(line, "row", cells=tuple((_plain(_SUMMARY.sub(" ", cell)), _links(cell)) for cell in whole))


def _piece(line: int, text: str, kind: str) -> Iterator[Piece]:
    """The pieces of a block: hidden details in it are one, and so is what stands before them."""
    before, opening, hidden = text.partition("<details")
    if before.strip():
        before = before.strip()
        lead = _LEAD.match(before)
        words = next(filter(None, (lead["bold"], lead["strong"], lead["link"])), "") if lead else ""
        end = lead.end() if lead else 0
        plain = _BEFORE_LINKS.match(before) if kind == "item" and not words else None
        if plain and is_link_word(plain["link"]) and len(plain["words"].split()) > 2:
            words, end = plain["words"], plain.end("words")
        rest = _BREAK.split(before[end:])
        cut = (re.split(r"\[|https?://", part)[0].strip(" *_,:;.–—-") for part in rest)
        yield Piece(line, kind, _plain(before), _plain(words), tuple(filter(None, cut)), _links(before))
    if opening:
        yield Piece(line, "details", _plain(_SUMMARY.sub(" ", opening + hidden)), links=_links(hidden))


def _plain(text: str) -> str:
    """A text without images and without the signs of strong emphasis, with the words of its links."""
    text = _LINK.sub(lambda link: "" if link[0].startswith("!") else link["words"], text)
    return _BREAK.sub("\n", text.replace("\\|", "|").replace("**", "")).strip(" *_\n")


def _links(text: str) -> tuple[str, ...]:
    found = [(link.start("address"), link["address"]) for link in _LINK.finditer(text)]
    found += [(bare.start(), bare[0].rstrip(".,;*")) for bare in _BARE.finditer(text)]
    return tuple(dict.fromkeys(address for _, address in sorted(found)))


def recognises(head: bytes, name: str) -> bool:
    """Whether an input begins with a heading, a list of links or a table."""
    return _HEAD.match(first_text(head)) is not None


def read(source: Source, warn: Warn) -> Iterator[Paper]:
    """The papers of a page.

    Raises:
        InputError: it has none with title and abstract.
    """
    return pieces.papers_of(source, warn, split, Texts(markdown=True, final_stop=True), _EXPECTED)


READER = Reader("Markdown", recognises, read)
