"""Where the sentences of a text start and end."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

_SENTENCE_END = re.compile(
    r"[.!?](?:[\"')\]}]*(?P<gap>\s+)(?=[\"'(\[]?[A-Z0-9])"
    r"|(?<=[a-z]{3}.)(?=[A-Z][a-z]+ [a-z]))"  # "a pond.Frogs hop"
)
_NO_END = re.compile(
    r"\b(?:e\.g|i\.e|eg|ie|cf|et al|etc|vs|resp|w\.r\.t|Fig|Figs|Sec|Eq|Eqs|No|Dr|Prof|approx|a\.k\.a)\.$"
)
# Of a person: "A. Frog", "J.-P. Toad", "J-P. Toad"; but not in "IJB-A.", nor before a word that opens a sentence.
_INITIAL = re.compile(r"(?:(?<![\w-])|(?<=\.-)|(?<=\b[A-Z]-))[A-Z]\.$")
_OPENING = re.compile(
    r"(?:The|We|Our|This|These|It|However|Experiments?|Results|Code|To|For|By|As|Here|Then|Finally)\b"
)
_LOOK_BACK = 12  # characters; longer than what may stand before a full stop that does not end a sentence


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end offsets of the sentences of a text; a line break always ends one."""
    spans = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for end in _SENTENCE_END.finditer(text, line.start(), line.end()):
            stop = end.start() + 1
            low = max(start, stop - _LOOK_BACK)
            is_initial = _INITIAL.search(text, low, stop) and not _OPENING.match(text, end.end())
            if not is_initial and not _NO_END.search(text, low, stop):
                spans.append((start, end.start("gap") if end["gap"] else stop))
                start = end.end()
        spans.append((start, line.end()))
    return spans


def sentence_around(spans: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Start and end offset of the sentence around a part of a text, or of all sentences that the part runs over.

    Args:
        spans: the sentences by offset, as :func:`sentence_spans` returns them.
        start: of the part, a character offset.
        end: of the part, exclusive.
    """
    first, last = bisect_right(spans, start, key=_start) - 1, bisect_left(spans, end, key=_start) - 1
    opening = spans[first][0] if first >= 0 and start < spans[first][1] else start
    closing = spans[last][1] if last >= 0 and end <= spans[last][1] else end
    return opening, closing


def _start(span: tuple[int, int]) -> int:
    return span[0]
