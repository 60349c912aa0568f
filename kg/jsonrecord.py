"""The base of all records. A module of its own, because a look-up needs none of the records in :mod:`kg.records`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any


class Record:
    """Base of the dataclasses that stages hand on and the library returns."""

    __slots__ = ()

    def as_dict(self) -> dict[str, Any]:
        """The record as what :func:`json.dumps` takes: dicts, lists, text, numbers, booleans and ``None``."""
        return {field.name: _as_json(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]


def _as_json(value: object) -> Any:
    if isinstance(value, Record):
        return value.as_dict()
    if isinstance(value, tuple | list):
        return [_as_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _as_json(item) for key, item in value.items()}
    return value
