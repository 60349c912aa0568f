"""When two names are spellings of one entity's name."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from itertools import zip_longest

from kg.text.names import ACRONYM_PLURAL, LETTERS_THEN_DIGIT, NOISE, SEPARATORS, one_line, singular, spaced_key
from kg.text.plain import STRIPPED, without_markup

_CAPITALS_TO_S = re.compile(r"\b[A-Z\d]{2,}S\W*$")
_POSSESSIVE = re.compile(r"['’]s?(?=\s|$)|(?<=[^\W\d_])['’](?=s\s)")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SYMBOLS = {"&": " and ", "\\times": "x", "×": "x", "\\infty": "inf", "∞": "inf"}
_VERSION = re.compile(r"(?<=[^\W\d_]{2})v(?=\d+(?:\.\d+)?$)|(?<=[^\W\d_]{2})version(?=\d)|(?<=[^\d.]\d)\.0$")
_ONLY_WORDS = re.compile(r"(?:[A-Za-z0-9 ./()'+]|-(?! )|\*(?!\*))*")  # of a name in which nothing is to be replaced
_NO_VOWEL = re.compile("[^aeiouy]{3}")
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
_BRITISH = (  # (the end of a word, its American spelling)
    (re.compile(r"is(?=(?:ation|ed|ing|er|e)$)"), "iz"),
    (re.compile(r"(?<=[aeiou])ll(?=(?:ing|ed|er)$)"), "l"),
    (re.compile(r"(?<=l[ay])s(?=(?:e|ed|er|ing)$)"), "z"),
    (re.compile(r"(?<=colo|avio|ghbo|bour|labo)u(?=r)"), ""),
    (re.compile(r"(?<=t)re$"), "er"),
    (re.compile(r"(?<=log)ue$"), ""),
    (re.compile(r"(?<=[ef]en)ce$"), "se"),
)


def plain_name(name: str) -> str:
    r"""A name as it reads, on one line: no LaTeX, no tags, no ligatures, no word broken in two.

    >>> plain_name("$\\beta$-VAE"), plain_name("na\\\"ive loss"), plain_name("classi-\nfication")
    ('β-VAE', 'naïve loss', 'classification')
    """
    only_words = _ONLY_WORDS.fullmatch(name) and not STRIPPED.search(name)
    return one_line(name) if only_words else without_markup(name)


def entity_words(name: str) -> str:
    """The words of an entity's IRI: :func:`spaced_key`, but an "S" that ends a word of capitals stays, "&" is "and".

    >>> entity_words("PACS"), entity_words("GANs"), entity_words("Q&A")
    ('pacs', 'gan', 'q and a')
    """
    words = spaced_key(plain_name(name).replace("&", _SYMBOLS["&"]))
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
    r"""The identity of an entity's name: equal for more spellings than a name key, and for fewer acronyms.

    Markup, accents, British endings, possessives, "&", Greek letters, plurals within the name, small numbers in words
    and the ways to write a version make no difference. An "S" that ends a word of capitals is part of it, not a plural.

    >>> entity_key("Fréchet Inception Distance") == entity_key("Frechet inception distances")
    True
    >>> entity_key(r"$\beta$-VAE") == entity_key("β-VAE"), entity_key("SQuAD v2.0") == entity_key("SQuAD 2")
    (True, True)
    >>> entity_key("one-layer networks") == entity_key("1-layer network")
    True
    >>> entity_key("DARTS") == entity_key("DART"), entity_key("CIFAR-10") == entity_key("CIFAR-100")
    (False, False)
    """
    return _entity_key(name)


@lru_cache(maxsize=2**20)  # resolution passes over all names again and again: a cache of fewer would never be hit
def _entity_key(name: str) -> str:
    text = unicodedata.normalize("NFKC", plain_name(name))
    for symbol, written in _SYMBOLS.items():
        text = text.replace(symbol, written)
    text = _POSSESSIVE.sub("", _NOT_ASCII.sub(_in_letters, unicodedata.normalize("NFC", text)))
    words = NOISE.sub("", SEPARATORS.sub(" ", ACRONYM_PLURAL.sub("", text))).split()
    if len(words) > 1:
        words = [_NUMBERS.get(word.casefold(), word) for word in words if word.casefold() != "the"]
    parts = [part for word in words for part in LETTERS_THEN_DIGIT.split(word)]
    followed = zip_longest(parts, parts[1:], fillvalue="")
    joined = "".join(_entity_word(part, after[:1].isdigit()) for part, after in followed)
    return _VERSION.sub("", joined) or name.strip()


@lru_cache(maxsize=2**16)
def _entity_word(word: str, numbered: bool) -> str:
    """A word of a key, in the singular unless it is of capitals or a number follows ("Kinetics-400")."""
    if word.isupper() and len(word) > 2:
        return word.casefold()
    return american(word.casefold() if numbered else _singular(word.casefold()))


def _singular(word: str) -> str:
    """The singular of a lower-case noun, by its ending or, for irregular ones, by a list."""
    if _NO_VOWEL.fullmatch(word):  # of an acronym: "fps"
        return word
    return _irregular().get(word) or (word[:-1] if word.endswith("os") and len(word) > 4 else singular(word))


@cache
def _irregular() -> dict[str, str]:
    """Nouns with a plural that the ending does not show, and singulars that look like plurals."""
    lines = (files("kg.resolution") / "plurals.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(maxsplit=1) for line in lines)


def _in_letters(character: re.Match[str]) -> str:
    """A Greek letter by its name, any other letter without its accents."""
    description = unicodedata.name(character[0], "")
    if description.startswith("GREEK"):
        return description.split(" WITH ")[0].rpartition(" ")[2].lower()
    return "".join(part for part in unicodedata.normalize("NFD", character[0]) if not unicodedata.combining(part))
