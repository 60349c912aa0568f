"""Text normalisation for names and titles: the one place that decides when two spellings are the same.

Imports nothing heavy, because every command that reads the graph needs it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import quote

_SEPARATORS = re.compile(r"[\s\-‐-―_/]+")
_NOISE = re.compile(r"[^\w\s.+*#]|(?<!\d)\.|\.(?!\d)|(?<=\s)[+*#](?=\s)")
_ACRONYM_PLURAL = re.compile(r"(?<=[A-Z])s\b(?=\W*$)")
_LETTERS_THEN_DIGIT = re.compile(r"(?<=[^\W\d_]{2})(?=\d)")


def singular(word: str) -> str:
    """The singular of a lower-case English noun, by its ending.

    >>> singular("queries"), singular("losses"), singular("models"), singular("bias")
    ('query', 'loss', 'model', 'bias')
    """
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and re.search(r"(ss|x|ch|sh)es$", word):
        return word[:-2]
    if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is", "as", "os")):
        return word[:-1]
    return word


def spaced_key(name: str) -> str:
    """A name in lower case, hyphens and slashes as spaces, digits apart from the word before, last word singular.

    >>> spaced_key("CIFAR10"), spaced_key("Diffusion Models"), spaced_key("text-to-image generation")
    ('cifar 10', 'diffusion model', 'text to image generation')
    """
    text = _ACRONYM_PLURAL.sub("", unicodedata.normalize("NFKC", name)).casefold()
    text = _NOISE.sub("", _SEPARATORS.sub(" ", text))
    words = _LETTERS_THEN_DIGIT.sub(" ", text).split()
    if words:
        words[-1] = singular(words[-1])
    return " ".join(words)


def name_key(name: str) -> str:
    """The identity of a name: equal for "CIFAR-10", "CIFAR10" and "cifar 10", for "pre-training" and "pretraining".

    A name of symbols alone is its own key, so that no two of them meet by accident.
    """
    return spaced_key(name).replace(" ", "") or name.strip()


def title_key(title: str) -> str:
    """The identity of a paper: its title up to case, spacing and punctuation."""
    text = unicodedata.normalize("NFKC", title).casefold()
    return re.sub(r"[\W_]+", "", text) or title.strip()


def slug(text: str, limit: int = 100) -> str:
    """The last part of an IRI for a name or title: words joined by hyphens.

    A text of more than ``limit`` characters is cut at a word and told apart by a digest of the whole.
    """
    words = re.sub(r"[^\w.+*]+", "-", unicodedata.normalize("NFKC", text).casefold()).strip("-.")
    if len(words) > limit:
        import hashlib  # takes longer to load than all the rest of a look-up's normalisation

        digest = hashlib.blake2b(words.encode(), digest_size=4).hexdigest()
        return f"{words[:limit].rpartition('-')[0] or words[:limit]}-{digest}"
    return words or quote(text.strip(), safe="") or "-"


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
    """Where the sentence around a part of a text starts and ends; the sentences, where the part runs over several.

    Args:
        spans: the sentences, as :func:`sentence_spans` returns them.
        start: of the part, a character offset.
        end: of the part, exclusive.
    """
    opening = next((low for low, high in spans if low <= start < high), start)
    closing = next((high for low, high in spans if low < end <= high), end)
    return opening, closing
