"""Parts of an XML document one after the other, in bounded memory and without anything that a hostile file can abuse.

The parser is Expat, of the standard library. No entity and no DTD is fetched; entities that a document declares are
refused unless they stand for a few characters; nesting, the length of a tag and the size of a part have limits.
Entities without a declaration are read as those of HTML, since the DTDs of DBLP and others that declare them are not
there. Documents that follow one another in one file are read one after the other.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from html.entities import html5
from typing import NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from kg.sources.reader import NotPapersError, Source, Warn

_PIECE = 16_384  # bytes given to the parser at a time
_LONGEST_TOKEN = 2_000_000  # bytes of one tag, comment or declaration, which Expat reads again with each piece
_LONGEST_PART = 20_000_000  # characters of one part
_MOST_ELEMENTS = 300_000  # in one part; a paper of a large collaboration has some 50,000
_DEEPEST = 200
_LONGEST_ENTITY = 16  # characters that a declared entity may stand for
_CONTROL = bytes(code if code > 31 or code in (9, 10, 13) else 32 for code in range(256))
_NEXT_DOCUMENT = (expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT], 17)  # 17: a second "<?xml"


class Part(NamedTuple):
    """An element with all that is in it, without prefixes of names, and the line on which it begins."""

    line: int
    element: Element


def parts(source: Source, wanted: Callable[[str, str], bool], warn: Warn) -> Iterator[Part]:
    """The wanted elements of a document, in order; one inside another is a part of that one.

    A document that ends early or is broken gives the parts before that place, and a warning.

    Args:
        source: XML in UTF-8, whatever it declares; characters that cannot be in XML become blanks or U+FFFD.
        wanted: whether an element is a part, by its name and that of the document's outermost element, both without
            prefixes.
        warn: called with one line if the document is not read to its end.

    Raises:
        NotPapersError: the document is broken before its first part, or its declarations could take all memory.
    """
    build = _Builder(wanted)
    found, before = 0, 0  # parts given; lines of the documents before this one
    text = codecs.getincrementaldecoder("utf-8")("replace")
    rest = held = b""  # what is still to be read, and what was read of a tag that goes on
    fed = 0  # bytes of this document

    def end(line: int, problem: str) -> None:
        """Read no further than a line: a warning, or an error if nothing was found before it."""
        place = f"{source.place}:{before + line}"
        if not found + build.number:
            raise NotPapersError(place, problem)
        warn(f"{place}: {problem}; only what comes before it is read")

    while True:
        given = b"" if rest else source.stream.read1(_PIECE)
        piece = rest or text.decode(given, final=not given).encode().translate(_CONTROL)
        if given and not piece:
            continue
        rest = b""
        try:
            build.parser.Parse(piece, not piece)
        except expat.ExpatError as error:
            yield from build.ready(before)
            place = build.parser.ErrorByteIndex - fed + len(held)
            following = (held + piece)[max(place, 0) :].lstrip()
            if error.code in _NEXT_DOCUMENT and build.number and following.startswith(b"<"):
                before += error.lineno - 1
                found += build.number
                build, rest, held, fed = _Builder(wanted), following, b"", 0
                continue
            end(error.lineno, f"is not well-formed XML ({expat.errors.messages[error.code]})")
            return
        except _TooMuchError as error:
            yield from build.ready(before)
            end(build.parser.CurrentLineNumber, str(error))
            return
        yield from build.ready(before)
        fed += len(piece)
        held = (held + piece)[-unread:] if (unread := fed - max(build.parser.CurrentByteIndex, 0)) else b""
        if not piece:
            return
        if unread > _LONGEST_TOKEN:
            end(build.parser.CurrentLineNumber, f"has a tag of more than {_LONGEST_TOKEN:,} bytes")
            return


class _TooMuchError(Exception):
    """What a document says could take all time or memory; the text says what."""


class _Builder:
    """Makes elements of what the parser reports; only the wanted ones, and one after the other, are in memory."""

    def __init__(self, wanted: Callable[[str, str], bool]) -> None:
        self._wanted = wanted
        self._root = ""
        self._depth = self._size = self._elements = self._line = 0
        self._begun = 0  # the depth of the part that is being read
        self._tree: TreeBuilder | None = None
        self._parts: list[Part] = []
        self.number = 0  # of parts so far
        self.parser = parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._data
        parser.SkippedEntityHandler = self._entity
        parser.EntityDeclHandler = self._declared
        # Expat takes an entity without a declaration for one that is declared elsewhere only if there is an outer DTD.
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
        parser.UseForeignDTD(True)
        parser.ExternalEntityRefHandler = self._empty

    def ready(self, before: int) -> Iterator[Part]:
        """The parts that are complete since the last call."""
        done, self._parts = self._parts, []
        return (Part(before + part.line, part.element) for part in done)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self._depth += 1
        self._root = self._root or name
        if self._depth > _DEEPEST:
            raise _TooMuchError(f"has more than {_DEEPEST} elements in one another")
        if self._tree is None and self._wanted(name, self._root):
            self._tree, self._begun = TreeBuilder(), self._depth
            self._line, self._size, self._elements = self.parser.CurrentLineNumber, 0, 0
        if self._tree is not None:
            self._elements += 1
            self._grow(sum(map(len, attributes.values())))
            self._tree.start(name, {key.rpartition(":")[2]: value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        if self._tree is not None:
            self._tree.end(name.rpartition(":")[2])
            if self._depth == self._begun:
                self._parts.append(Part(self._line, self._tree.close()))
                self.number += 1
                self._tree = None
        self._depth -= 1

    def _data(self, text: str) -> None:
        if self._tree is not None:
            self._grow(len(text))
            self._tree.data(text)

    def _grow(self, characters: int) -> None:
        self._size += characters
        if self._size > _LONGEST_PART or self._elements > _MOST_ELEMENTS:
            raise _TooMuchError(f"has an entry of more than {_LONGEST_PART:,} characters")

    def _entity(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:
            self._data(html5.get(f"{name};", f"&{name};"))

    def _declared(self, name: str, is_parameter: bool, value: str | None, *rest: object) -> None:
        if value is not None and (len(value) > _LONGEST_ENTITY or "&" in value or "%" in value):
            raise _TooMuchError(f'declares the entity "{name[:40]}"; documents with such entities are not read')

    def _empty(self, context: str, *rest: object) -> int:
        """The outer DTD, as an empty one; 1 tells Expat that it was read."""
        self.parser.ExternalEntityParserCreate(context).Parse(b"", True)
        return 1
