"""When two names are spellings of one entity's name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kg.text.names import ACRONYM_PLURAL, NOISE, SEPARATORS, singular, spaced_key

_CAPITALS_TO_S = re.compile(r"\b[A-Z\d]{2,}S\W*$")
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


def entity_words(name: str) -> str:
    """The words of an entity's IRI: :func:`spaced_key`, but an "S" that ends a word of capitals is kept.

    >>> entity_words("PACS"), entity_words("GANs")
    ('pacs', 'gan')
    """
    words = spaced_key(name)
    return f"{words}s" if _CAPITALS_TO_S.search(name) and not words.endswith("s") else words


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
    words = NOISE.sub("", SEPARATORS.sub(" ", ACRONYM_PLURAL.sub("", text))).split()
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
