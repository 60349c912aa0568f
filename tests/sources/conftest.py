"""What the tests of readers have in common."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TypeAlias

import pytest

from kg.records import Paper
from kg.sources.reader import Reader, Source

Read: TypeAlias = Callable[[Reader, str], tuple[list[Paper], list[str]]]


@pytest.fixture
def read() -> Read:
    """Reads a text with a reader, which must recognise it; gives the papers and the warnings."""

    def papers_in(reader: Reader, text: str) -> tuple[list[Paper], list[str]]:
        assert reader.recognises(text.encode(), "pond")
        warnings: list[str] = []
        source = Source(io.BufferedReader(io.BytesIO(text.encode())), "pond", "pond")
        return list(reader.read(source, warnings.append)), warnings

    return papers_in
