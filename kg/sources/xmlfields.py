"""The fields of an entry in XML, by the table of its format in ``formats.toml``."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from kg.sources.formats import tables_of
from kg.text.names import one_line

Fields = dict[str, Any]

_BLOCKS = frozenset({"p", "div", "head", "s", "sec", "title", "list", "item", "label", "br", "li"})
_ALL = frozenset({"keywords", "notes"})  # fields that are taken from every place
_PERSON = tables_of("xml-people")["person"]


def text_of(element: Element) -> str:
    """The text in an element, with a blank between blocks."""
    pieces = [element.text or ""]
    for child in element:
        blank = " " if child.tag in _BLOCKS else ""
        pieces += (blank, text_of(child), blank, child.tail or "")
    return "".join(pieces)


def values(entry: Element, path: str) -> list[str]:
    """The texts at a path below an entry; " @" and the name of an attribute may end it."""
    path, _, attribute = path.partition(" @")
    found = [entry] if path == "." else entry.findall(path)
    if not found:
        return []
    texts = (element.get(attribute, "") if attribute else text_of(element) for element in found)
    return [text for text in texts if text.strip()]


def first(entry: Element, paths: list[str] | tuple[str, ...]) -> str | None:
    """The first text at any of some paths."""
    return next((text for path in paths for text in values(entry, path)), None)


def _author(element: Element) -> Fields | str:
    """The parts of an author's name, or all of it."""
    if not len(element) and not element.attrib:
        return text_of(element)
    author: Fields = {name: first(element, paths) for name, paths in _PERSON.items() if name != "affiliations"}
    author["given"] = " ".join(values(element, "persName/forename")) or author["given"]
    if not author["family"] and not author["name"]:
        author["name"] = author.pop("given") or text_of(element)
    author["affiliations"] = [one_line(text) for path in _PERSON["affiliations"] for text in values(element, path)]
    return {name: value for name, value in author.items() if value}


def fields_of(entry: Element, kind: str) -> Fields:
    """The fields of an entry, by the table of its format; of one without a title or an abstract only the title."""
    table = tables_of("xml")[kind]
    title = first(entry, table["title"])
    if not title or not ("abstract" not in table or any(entry.find(path) is not None for path in table["abstract"])):
        return {"title": title}
    fields: Fields = {}
    for name, paths in table.items():
        if name in ("entry", "root"):
            continue
        if name == "author":
            found = next(filter(None, map(entry.findall, paths)), [])
            value: Any = [_author(element) for element in found]
        elif name in _ALL:
            value = [text for path in paths for text in values(entry, path)]
        else:
            value = first(entry, paths)
        if value:
            fields.setdefault("authors" if name == "author" else name, value)
    return fields
