"""Records as JSON. A module of its own, because a look-up needs none of the records in :mod:`kg.records`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_dict(record: Any) -> dict[str, Any]:
    """A record as what :func:`json.dumps` takes: dicts, lists, text, numbers, booleans and ``None``.

    Args:
        record: a dataclass or a named tuple.
    """
    names = getattr(record, "_fields", None) or record.__dataclass_fields__
    return {name: _as_json(getattr(record, name)) for name in names}


def members(record: Any) -> dict[str, Any]:
    """The fields of a dataclass by name, their values as they are."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def _as_json(value: object) -> Any:
    if hasattr(value, "_fields") or hasattr(value, "__dataclass_fields__"):
        return as_dict(value)
    if isinstance(value, tuple | list):
        return [_as_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _as_json(item) for key, item in value.items()}
    return value


class Record:
    """Base of the dataclasses that stages hand on and the library returns.

    What a look-up returns are named tuples, because a dataclass takes a millisecond to define.
    """

    __slots__ = ()

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON, see :func:`as_dict`."""
        return as_dict(self)
