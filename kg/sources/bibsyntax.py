r"""The syntax of BibTeX (http://mirrors.ctan.org/biblio/bibtex/base/btxdoc.pdf): entries, their values, and names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kg.text.lines import Line
from kg.text.names import one_line

_ENTRY_LIMIT = 1_000_000  # characters of one entry
_MOST_PUT_IN = 10_000  # characters of strings in the values of one entry
_BEGINS = re.compile(r"(?<![\w.])@\s*(\w+)\s*([{(])")
_AFTER_DAMAGE = re.compile(r"@\s*\w+\s*[{(]\s*[^\s,{}\"=]+\s*,")
_SURELY_AFTER_DAMAGE = re.compile(  # also within braces of a value
    r"@(?:article|book|conference|inbook|incollection|inproceedings|mastersthesis|misc|online|phdthesis|proceedings"
    r"|techreport|thesis|unpublished)\s*\{\s*[^\s,{}\"=]+\s*,",
    re.IGNORECASE,
)
_BRACE = re.compile(r"\\.|[{}]|\)\s*$")
_QUOTE = re.compile(r'\\.|[{}"]', re.DOTALL)
_AFTER_QUOTE = re.compile(r"\s*(?:[,#]|\Z|[A-Za-z][\w-]*\s*=)")  # others are in the value: "The "Frog" test"
_NAME = re.compile(r"(?<![\w:.+-])([A-Za-z][\w:.+-]{0,60}+)\s*+=\s*+")
_PIECE = re.compile(r"\s*+(#)?\s*+(?:([{\"])|([\w:.+/-]+))")
_AND = re.compile(r"\\.|[{}]| and ", re.IGNORECASE)
_COMMA = re.compile(r"\\.|[{},]")
_SUFFIX = re.compile(r"(?:Jr|Sr|I{2,3}|IV)\.?", re.IGNORECASE)


class Block(NamedTuple):
    """An entry as it stands: the line on which it begins, its type in lower case, and what its braces hold."""

    line: int
    kind: str
    text: str


def blocks(lines: Iterable[Line]) -> Iterator[Block]:
    """The entries of a file. One whose last brace is missing ends where a line begins the next one."""
    begun: Block | None = None
    pieces: list[str] = []
    depth = size = 0
    for number, text in ((line.number, line.text) for line in lines):
        if begun and (_AFTER_DAMAGE if depth <= 2 else _SURELY_AFTER_DAMAGE).match(text):
            yield begun._replace(text="\n".join(pieces))
            begun = None
        place = 0
        is_comment = text.lstrip().startswith("%")
        while place < len(text):
            if begun is None:
                found = _BEGINS.search(text, place) if not is_comment else None
                if not found:
                    break
                begun, pieces, depth, size = Block(number, found[1].lower(), ""), [], 1, 0
                closing = ")" if found[2] == "(" else "}"
                place = found.end()
            end, depth = _end(text, place, depth, closing)
            if (size := size + end - place) < _ENTRY_LIMIT:
                pieces.append(text[place:end])
            place = end + 1
            if not depth:
                yield begun._replace(text="\n".join(pieces))
                begun = None
    if begun:
        yield begun._replace(text="\n".join(pieces))


def _end(text: str, place: int, depth: int, closing: str) -> tuple[int, int]:
    """Where an entry ends in a line, or the line's end, and how deep in braces that is: 0 where the entry ends."""
    for token in _BRACE.finditer(text, place):
        if token[0] == "{":
            depth += 1
        elif token[0] == "}" and (depth > 1 or closing == "}"):
            depth -= 1
        if not depth or (depth == 1 and token[0][0] == closing == ")"):
            return token.start(), 0
    return len(text), depth


def values(text: str, strings: dict[str, str]) -> dict[str, str]:
    """The values of an entry by their names in lower case; of several of one name the first. Strings are put in.

    What they add to an entry has a limit: otherwise a few that consist of one another could fill all memory.
    """
    found: dict[str, str] = {}
    place = put_in = 0
    while name := _NAME.search(text, place):
        place = name.end()
        pieces: list[str] = []
        while (piece := _PIECE.match(text, place)) and bool(piece[1]) == bool(pieces):
            if piece[2]:
                end = _value_end(text, piece.end(), '"' if piece[2] == '"' else "}")
                pieces.append(text[piece.end() : end])
                place = end + 1
            else:
                string = strings.get(piece[3].lower())
                put_in += len(string or "")
                pieces.append(piece[3] if string is None else string if put_in <= _MOST_PUT_IN else "")
                place = piece.end()
        found.setdefault(name[1].lower(), "".join(pieces).strip())
    return found


def _value_end(text: str, start: int, closing: str) -> int:
    depth = 0
    for token in _QUOTE.finditer(text, start):
        if depth == 0 and token[0] == closing and (closing == "}" or _AFTER_QUOTE.match(text, token.end())):
            return token.start()
        depth += (token[0] == "{") - (token[0] == "}")
    return len(text)


def names(text: str) -> list[dict[str, str]]:
    """The people in a value, parted by "and" outside of braces, as BibTeX takes names apart.

    >>> names("van der Dune, Milo and {Pond Lab and Friends} and King, Jr., Ada")[:2]
    [{'family': 'van der Dune', 'given': 'Milo'}, {'family': 'Pond Lab and Friends'}]
    """
    return list(filter(None, map(_person, _parted(one_line(text), _AND))))


def _person(name: str) -> dict[str, str]:
    parts = [part.strip() for part in _parted(name, _COMMA)]
    parts = [part for part in parts if part] or parts[:1]
    if all(re.match(r"(?:given|family|prefix|suffix)(?:-i)?\s*=", part) for part in parts):  # BibLaTeX's long form
        given = dict(re.split(r"\s*=\s*", part, maxsplit=1) for part in parts)
        person = {part: given.get(part, "") for part in ("given", "family", "suffix")}
        person["non-dropping-particle"] = given.get("prefix", "")
    elif len(parts) == 1:
        whole = re.fullmatch(r"\{([^{}]*)\}", name.strip())
        person = {"family": whole[1]} if whole else {"name": parts[0]}
    else:
        if len(parts) == 3 and _SUFFIX.fullmatch(parts[2]):
            parts = [parts[0], parts[2], parts[1]]  # "Last, First, Jr."
        person = {"family": parts[0], "given": parts[-1], "suffix": parts[1] if len(parts) > 2 else ""}
    return {part: text for part, text in person.items() if text.lower() not in ("", "others")}


def _parted(text: str, tokens: re.Pattern[str]) -> Iterator[str]:
    """The parts of a text between those tokens that are neither braces nor escapes, outside of braces."""
    begin, depth = 0, 0
    for token in tokens.finditer(text):
        if token[0][0] not in "\\{}" and depth == 0:
            yield text[begin : token.start()]
            begin = token.end()
        depth = max(0, depth + (token[0] == "{") - (token[0] == "}"))
    yield text[begin:]
