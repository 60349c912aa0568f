"""Normal forms of names and titles: the one place that decides when two spellings are the same.

It imports nothing that takes long to load, because every command that reads the graph needs it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

SEPARATORS = re.compile(r"[\s\-‐-―_/]+")
NOISE = re.compile(r"[^\w\s.+*#]|(?<!\d)\.|\.(?!\d)|(?<=\s)[+*#](?=\s)")
ACRONYM_PLURAL = re.compile(r"(?<=[A-Z])s\b(?=\W*$)")
_NUMBER = r"-?(?P<number>(?P<letter>[A-Z]?)\d+(?:\.\d+)?[A-Za-z]?)"
_NUMBERED = r"(?s:(?P<stem>.{2,}?))(?P<letter>(?<![A-Za-z])[A-Z]|)\d+(?:\.\d+)?[A-Za-z]?"
LIST_START = re.compile(r"(?:(?<=[A-Za-z-])\\?\{|(?<=-)[(\[])\s*(?=\d+\w?$)")  # what "CIFAR-{10" has before its number
_TIMES = re.compile(r"(?<=\d)\s?×\s?(?=\d)")
LETTERS_THEN_DIGIT = re.compile(r"(?<=[^\W\d_]{2})(?=\d)")
_ACCENTS = re.compile("[\u0300-\u036f]")
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
_NOT_COUNTED, _NOT_IN_SLUG = re.compile("[^a-z0-9+#*]+"), re.compile("[^a-z0-9+#*_.]+")  # of lower case in ASCII
_GREEK = re.compile("(?<![α-ω])[α-ω](?![α-ω])")

UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 (section 2.2) has no way to write, and so none of the graph's texts has."""


def one_line(text: str) -> str:
    """A text on one line: each run of white space as one space, none at the ends."""
    return " ".join(text.split())


def quoted(text: object, longest: int = 100) -> str:
    """A text in quotes for a message: on one line, as it was typed, and cut where it is long.

    >>> print(quoted("frog\\\\pond"), quoted("Frog's Pond"), quoted("frogs on " * 9, 12), quoted("a\\x1b[31m"))
    'frog\\pond' "Frog's Pond" 'frogs on fro...' 'a\\x1b[31m'

    Args:
        text: any text; what cannot be printed is escaped.
        longest: characters that are shown.
    """
    line = one_line(str(text))
    shown = "".join(char if char.isprintable() else repr(char)[1:-1] for char in line[:longest])
    mark = '"' if "'" in shown and '"' not in shown else "'"
    return f"{mark}{shown}{'...' if len(line) > longest else ''}{mark}"


def cuts_a_bracket(words: str) -> bool:
    """Whether words have one side of a pair of brackets without the other.

    >>> cuts_a_bracket("SE(3"), cuts_a_bracket("SE(3)")
    (True, False)
    """
    return any(words.count(left) != words.count(right) for left, right in ("()", "{}", "[]"))


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


@lru_cache(maxsize=50_000)
def spaced_key(name: str) -> str:
    """A name in lower case, hyphens and slashes as spaces, digits apart from the word before, last word singular.

    >>> spaced_key("CIFAR10"), spaced_key("Diffusion Models"), spaced_key("ImageNet 64 × 64")
    ('cifar 10', 'diffusion model', 'imagenet 64x64')
    """
    text = ACRONYM_PLURAL.sub("", unicodedata.normalize("NFKC", name)).casefold()
    text = NOISE.sub("", SEPARATORS.sub(" ", _TIMES.sub("x", text)))
    words = LETTERS_THEN_DIGIT.sub(" ", text).split()
    if words:
        words[-1] = singular(words[-1])
    return " ".join(words)


def with_number(name: str, number: str) -> str | None:
    """A name with another number in place of the one it ends with; ``None`` where they are of different kinds.

    >>> with_number("CIFAR-10", "100"), with_number("EfficientNet-B0", "B7"), with_number("EfficientNet-B0", "7")
    ('CIFAR-100', 'EfficientNet-B7', None)
    """
    numbered, other = re.fullmatch(_NUMBERED, name), re.fullmatch(_NUMBER, number)
    return numbered["stem"] + other["number"] if numbered and other and numbered["letter"] == other["letter"] else None


@lru_cache(maxsize=50_000)
def name_key(name: str) -> str:
    """The identity of a name: equal for "CIFAR-10", "CIFAR10" and "cifar 10", for "pre-training" and "pretraining".

    Accents, ligatures and full-width forms make no difference, and a Greek letter is its name. A name that has only
    symbols is its own key, so that no two of them are the same by accident.

    >>> name_key("Schrödinger") == name_key("Schrodinger"), name_key("β-VAE")
    (True, 'betavae')
    """
    return unaccented(spaced_key(name)).replace(" ", "") or name.strip()


def unaccented(text: str) -> str:
    """A text in lower case, each letter in its plain form; a Greek letter that is not in a Greek word is its name.

    >>> unaccented("Jørgensen, Erdős, \N{LATIN SMALL LIGATURE FI}ne, Straße, ε-greedy")
    'jorgensen, erdos, fine, strasse, epsilon-greedy'
    """
    if text.isascii():
        return text.lower()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()))
    return _GREEK.sub(_letter_name, unicodedata.normalize("NFC", plain).translate(_STROKES))


def _letter_name(letter: re.Match[str]) -> str:
    return unicodedata.name(letter[0]).removeprefix("GREEK SMALL LETTER ").removeprefix("FINAL ").lower()


def title_key(title: str) -> str:
    """A title as titles are compared: up to case, spacing and punctuation."""
    text = unicodedata.normalize("NFKC", title).casefold()
    return (_NOT_COUNTED.sub("", text) if text.isascii() else "".join(filter(_counts, text))) or title.strip()


def _counts(character: str) -> bool:
    """Whether a character tells titles apart: a letter, a digit, a mark (a vowel sign), or a sign as in "C++", "A*"."""
    return character.isalnum() or character in "+#*" or unicodedata.category(character) in ("Mn", "Mc")


def slug(text: str, limit: int = 100) -> str:
    """The last part of an IRI for a name or title: words joined by hyphens.

    A text of more than ``limit`` characters is cut at a word, and a digest of the whole is added.
    """
    signs = unicodedata.normalize("NFKC", text).casefold()
    if signs.isascii():
        words = _NOT_IN_SLUG.sub("-", signs)
    else:
        words = re.sub("-{2,}", "-", "".join(sign if sign in "_." or _counts(sign) else "-" for sign in signs))
    words = words.strip("-.")
    if len(words) > limit:
        import hashlib  # loaded only here, because it takes longer than all the rest of a look-up's normalisation

        digest = hashlib.blake2b(words.encode(), digest_size=4).hexdigest()
        words = f"{words[:limit].rpartition('-')[0] or words[:limit]}-{digest}"
    # Escaped after the cut, which would split an escape: the beginning of a fragment, and what RFC 3987 leaves out.
    words = re.sub("[#\U000e0000-\U000e0fff]", lambda found: quote(found[0]), words)
    return words or quote(text.strip(), safe="", errors="replace").strip(".") or "-"
