"""Where the sentences of a text start and end."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]}]*(\s+)(?=[\"'(\[]?[A-Z0-9])")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|eg|ie|cf|et al|etc|vs|resp|w\.r\.t|Fig|Figs|Sec|Eq|Eqs|No|Dr|Prof|approx|a\.k\.a|[A-Z]))\.$"
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end offsets of the sentences of a text; a line break always ends one."""
    spans = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for gap in _SENTENCE_END.finditer(text, line.start(), line.end()):
            if not _NO_END.search(text[start : gap.start()]):
                spans.append((start, gap.start(1)))
                start = gap.end()
        spans.append((start, line.end()))
    return spans


def sentence_around(spans: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Start and end offset of the sentence around a part of a text, or of all sentences that the part runs over.

    Args:
        spans: the sentences, as :func:`sentence_spans` returns them.
        start: of the part, a character offset.
        end: of the part, exclusive.
    """
    opening = next((low for low, high in spans if low <= start < high), start)
    closing = next((high for low, high in spans if low < end <= high), end)
    return opening, closing
