"""Readers of other packages: what they raise and yield is looked at, so that an error says whose fault it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from kg.errors import InputError, KGError
from kg.jsonrecord import members
from kg.plugins import load_plugins, reason
from kg.records import Paper
from kg.sources.reader import Reader, Source, Warn

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def installed_readers() -> list[Reader]:
    """The readers of the installed packages, by the name of their entry point.

    Raises:
        KGError: an entry point cannot be imported, or is not a :class:`Reader`.
    """
    return [_named(name, reader) for name, reader in load_plugins("kg.sources", Reader).items()]


def checked_paper(paper: Paper) -> Paper:
    """A paper whose fields have the types that they should have.

    Raises:
        InputError: a field has another; names the paper and the field.
    """
    from kg.text.lines import validated

    shown = repr(paper.id)
    place = f"paper {shown if len(shown) <= 80 else f'{shown[:77]}...'}"
    checked = validated(_adapter(), members(paper), place)
    try:
        _adapter().dump_json(checked)
    except ValueError:
        raise InputError(place, "expected Unicode text, found half of a surrogate pair") from None
    return checked


@cache
def _adapter() -> TypeAdapter[Paper]:
    from pydantic import TypeAdapter

    return TypeAdapter(Paper)


def _named(name: str, reader: Reader) -> Reader:
    """A reader whose errors name it."""

    def recognises(head: bytes, source: str) -> bool:
        try:
            return bool(reader.recognises(head, source))
        except Exception as error:
            raise KGError(f"{source}: plugin {name} (kg.sources) cannot look at it: {reason(error)}") from error

    def read(source: Source, warn: Warn) -> Iterator[Paper]:
        try:
            for paper in reader.read(source, warn):
                if not isinstance(paper, Paper):
                    raise TypeError(f"expected kg.Paper, found {type(paper).__name__}")
                yield checked_paper(paper)
        except Exception as error:
            if isinstance(error, InputError) and error.place.startswith(source.place):
                raise
            raise InputError(source.place, f"plugin {name} (kg.sources) cannot read it: {reason(error)}") from error

    return reader._replace(recognises=recognises, read=read)
