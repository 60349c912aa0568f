"""Normal forms of names and titles: the one place that decides when two spellings are the same.

It imports nothing that takes long to load, because every command that reads the graph needs it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

_SEPARATORS = re.compile(r"[\s\-‐-―_/]+")
_NOISE = re.compile(r"[^\w\s.+*#]|(?<!\d)\.|\.(?!\d)|(?<=\s)[+*#](?=\s)")
_ACRONYM_PLURAL = re.compile(r"(?<=[A-Z])s\b(?=\W*$)")
_CAPITALS_TO_S = re.compile(r"\b[A-Z\d]{2,}S\W*$")
_LETTERS_THEN_DIGIT = re.compile(r"(?<=[^\W\d_]{2})(?=\d)")


def one_line(text: str) -> str:
    """A text on one line: each run of white space as one space, none at the ends."""
    return " ".join(text.split())


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


def entity_words(name: str) -> str:
    """The words of an entity's IRI: :func:`spaced_key`, but an "S" that ends a word of capitals is kept.

    >>> entity_words("PACS"), entity_words("GANs")
    ('pacs', 'gan')
    """
    words = spaced_key(name)
    return f"{words}s" if _CAPITALS_TO_S.search(name) and not words.endswith("s") else words


def name_key(name: str) -> str:
    """The identity of a name: equal for "CIFAR-10", "CIFAR10" and "cifar 10", for "pre-training" and "pretraining".

    A name that has only symbols is its own key, so that no two of them are the same by accident.
    """
    return spaced_key(name).replace(" ", "") or name.strip()


_POSSESSIVE = re.compile(r"['’]s?(?=\s|$)|(?<=[^\W\d_])['’](?=s\s)")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SYMBOLS = {"&": " and ", "\\times": "x", "×": "x", "\\infty": "inf", "∞": "inf"}
_VERSION = re.compile(r"(?<=[^\W\d_]{2})v(?=\d+(?:\.\d+)?$)|(?<=[^\W\d_]{2})version(?=\d)|(?<=[^\d.]\d)\.0$")
_BRITISH = (  # (the end of a word, its American spelling)
    (re.compile(r"is(?=(?:ation|ed|ing|er|e)$)"), "iz"),
    (re.compile(r"(?<=[aeiou])ll(?=(?:ing|ed|er)$)"), "l"),
    (re.compile(r"(?<=l[ay])s(?=(?:e|ed|er|ing)$)"), "z"),
    (re.compile(r"(?<=colo|avio|ghbo|bour|labo)u(?=r)"), ""),
    (re.compile(r"(?<=t)re$"), "er"),
    (re.compile(r"(?<=log)ue$"), ""),
    (re.compile(r"(?<=[ef]en)ce$"), "se"),
)


def american(word: str) -> str:
    """A lower-case word in American spelling, if its ending shows that it is British.

    The result is for comparison only: "noise" becomes "noize" as "normalise" becomes "normalize".

    >>> american("optimisation"), american("modelling"), american("dialogue"), american("behaviour")
    ('optimization', 'modeling', 'dialog', 'behavior')
    """
    for ending, written in _BRITISH:
        word = ending.sub(written, word)
    return word


def entity_key(name: str) -> str:
    r"""The identity of an entity's name: equal for more spellings than by :func:`name_key`, and for fewer acronyms.

    Accents, British endings, possessives, "&", Greek letters, plurals within the name and the ways to write a version
    make no difference. An "S" that ends a word of capitals is part of it, not a plural.

    >>> entity_key("Fréchet Inception Distance") == entity_key("Frechet inception distances")
    True
    >>> entity_key(r"$\beta$-VAE") == entity_key("β-VAE"), entity_key("SQuAD v2.0") == entity_key("SQuAD 2")
    (True, True)
    >>> entity_key("DARTS") == entity_key("DART"), entity_key("CIFAR-10") == entity_key("CIFAR-100")
    (False, False)
    """
    return _entity_key(name)


@lru_cache(maxsize=2**17)  # resolution compares the same names over and over
def _entity_key(name: str) -> str:
    text = unicodedata.normalize("NFKC", name)
    for symbol, written in _SYMBOLS.items():
        text = text.replace(symbol, written)
    text = _POSSESSIVE.sub("", _NOT_ASCII.sub(_in_letters, unicodedata.normalize("NFC", text)))
    words = _NOISE.sub("", _SEPARATORS.sub(" ", _ACRONYM_PLURAL.sub("", text))).split()
    joined = "".join(_entity_word(word) for word in words if word.casefold() != "the" or len(words) == 1)
    return _VERSION.sub("", joined) or name.strip()


@lru_cache(maxsize=2**16)
def _entity_word(word: str) -> str:
    return word.casefold() if word.isupper() and len(word) > 2 else american(singular(word.casefold()))


def _in_letters(character: re.Match[str]) -> str:
    """A Greek letter by its name, any other letter without its accents."""
    description = unicodedata.name(character[0], "")
    if description.startswith("GREEK"):
        return description.split(" WITH ")[0].rpartition(" ")[2].lower()
    return "".join(part for part in unicodedata.normalize("NFD", character[0]) if not unicodedata.combining(part))


def title_key(title: str) -> str:
    """The identity of a paper: its title up to case, spacing and punctuation."""
    text = unicodedata.normalize("NFKC", title).casefold()
    return re.sub(r"[\W_]+", "", text) or title.strip()


def slug(text: str, limit: int = 100) -> str:
    """The last part of an IRI for a name or title: words joined by hyphens.

    A text of more than ``limit`` characters is cut at a word, and a digest of the whole is added.
    """
    words = re.sub(r"[^\w.+*]+", "-", unicodedata.normalize("NFKC", text).casefold()).strip("-.")
    if len(words) > limit:
        import hashlib  # loaded only here, because it takes longer than all the rest of a look-up's normalisation

        digest = hashlib.blake2b(words.encode(), digest_size=4).hexdigest()
        return f"{words[:limit].rpartition('-')[0] or words[:limit]}-{digest}"
    return words or quote(text.strip(), safe="", errors="replace").strip(".") or "-"
