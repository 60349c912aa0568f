"""Every record can be written as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from kg.jsonrecord import Record


@dataclass(frozen=True, slots=True)
class Pond(Record):
    name: str
    depth: float | None = None
    frogs: tuple[str, ...] = ()
    next: Pond | None = None
    by_color: Mapping[str, tuple[Pond, ...]] | None = None


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Pond("a"), {"name": "a", "depth": None, "frogs": [], "next": None, "by_color": None}),
        (
            Pond("a", 1.5, ("Kermit",), Pond("b"), {"green": (Pond("c"),)}),
            {
                "name": "a",
                "depth": 1.5,
                "frogs": ["Kermit"],
                "next": {"name": "b", "depth": None, "frogs": [], "next": None, "by_color": None},
                "by_color": {"green": [{"name": "c", "depth": None, "frogs": [], "next": None, "by_color": None}]},
            },
        ),
    ],
)
def test_a_record_with_all_that_is_in_it_is_json(record: Pond, expected: dict[str, object]) -> None:
    assert record.as_dict() == expected
    assert json.loads(json.dumps(record.as_dict())) == expected
