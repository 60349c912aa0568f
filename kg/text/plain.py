"""Plain text: the text as it reads, without the remains of LaTeX, with the way back to the text as given.

Abstracts often have remains of their LaTeX: commands (``\\emph{...}``), accents (``ans\\"atze``), escaped signs
(``20\\%``), and commands that lost their backslash (``url{...}``, ``x2013``). Extraction reads :class:`PlainText`;
every offset it reports goes back through :meth:`PlainText.span`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass

_ACCENTS = {
    '"': "\N{COMBINING DIAERESIS}",
    "'": "\N{COMBINING ACUTE ACCENT}",
    "`": "\N{COMBINING GRAVE ACCENT}",
    "^": "\N{COMBINING CIRCUMFLEX ACCENT}",
    "~": "\N{COMBINING TILDE}",
    "c": "\N{COMBINING CEDILLA}",
}
_WORDS = {
    "eg": "e.g.",
    "ie": "i.e.",
    "etal": "et al.",
    "times": "×",
    "texttimes": "×",
    "sim": "~",
    "approx": "≈",
    "pm": "±",
    "to": "→",
    "rightarrow": "→",
    "textbackslash": "",
}
_REMAINS = re.compile(
    r"""
    (?P<accent>\\(?P<mark>["'`^~]|c(?=\s*\{))\s*(?:\{(?P<braced>[A-Za-z])\}|(?P<bare>[A-Za-z])))
  | (?P<sign>\\(?P<escaped>[%&$\#_{}]))
  | (?P<space>\\[,;:!\ /\\])
  | (?P<word>\\(?P<name>eg|ie|etal|times|texttimes|sim|approx|pm|to|rightarrow|textbackslash)(?![A-Za-z])\.?)
  | (?P<tabbed>(?<=[\d\s$])imes\b)
  | (?P<command>\\[A-Za-z]+(?:\s?\{|\ ?))
  | (?P<bareword>\b(?:url|emph|textbf|textit|texttt|href|mathcal|mathbb|mathrm)\{)
  | (?P<codepoint>\bx(?P<hex>20[0-2][0-9A-Fa-f])\b)
  | (?P<dollar>\$)
  | (?P<tie>(?<=[A-Za-z.,])~(?=[A-Za-z(\\$\[]))
  | (?P<bold>\*\*(?=\S)|(?<=\w)\*\*)
  | (?P<script>(?<=[_^])\{)
  | (?P<joint>\}(?=[A-Za-z\s,.;:!?)-]|$))
  | (?P<brace>[{}])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text without LaTeX remains; ``offsets[i]`` is the offset of its character ``i`` in the original."""

    text: str
    original: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's offsets for a non-empty span of the plain text.

        A span that would have only one of a formula's two dollar signs gets the other one too: "$k$-NN".
        """
        first, last = self.offsets[start], self._end(end)
        if self.original.count("$", first, last) % 2:
            if self.original[first - 1 : first] == "$":
                first -= 1
            elif self.original[last : last + 1] == "$":
                last += 1
        return first, last

    def plain_span(self, start: int, end: int) -> tuple[int, int]:
        """The plain text's offsets for a span of the original."""
        return bisect_left(self.offsets, start), bisect_left(self.offsets, end)

    def _end(self, end: int) -> int:
        last = self.offsets[end - 1]
        following = self.offsets[end] if end < len(self.offsets) else len(self.original)
        if following == last + 1:
            return following
        match = _REMAINS.match(self.original, last)
        return match.end() if match and _replacement(match) else last + 1


def _replacement(match: re.Match[str]) -> str:
    if match["accent"]:
        letter = match["braced"] or match["bare"]
        return unicodedata.normalize("NFC", letter + _ACCENTS[match["mark"]])
    if match["sign"]:
        return match["escaped"]
    if match["space"]:
        return "" if match["space"] in ("\\,", "\\/", "\\!") else " "
    if match["word"]:
        return _WORDS[match["name"]]
    if match["tabbed"]:  # "\\times" whose "\\t" was read as a tab
        return "×"
    if match["codepoint"]:
        return chr(int(match["hex"], 16))
    return " " if match["brace"] or match["tie"] else ""


def plain_text(text: str) -> PlainText:
    """The text without its LaTeX remains.

    >>> plain_text('ans\\\\"atze reach 20\\\\%').text
    'ansätze reach 20%'
    """
    parts: list[str] = []
    offsets: list[int] = []
    position = 0
    for match in _REMAINS.finditer(text):
        parts.append(text[position : match.start()])
        offsets.extend(range(position, match.start()))
        replacement = _replacement(match)
        parts.append(replacement)
        offsets.extend([match.start()] * len(replacement))
        position = match.end()
    parts.append(text[position:])
    offsets.extend(range(position, len(text)))
    return PlainText("".join(parts), text, tuple(offsets))
