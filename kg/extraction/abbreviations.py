"""Abbreviations: the pairs of short and long form that a paper's own text defines.

After A. Schwartz and M. Hearst, "A Simple Algorithm for Identifying Abbreviation Definitions in Biomedical Text",
Pacific Symposium on Biocomputing 8 (2003), 451-462. As there, candidates are a term next to a parenthesis, the short
form's letters must occur in order in the long form, and the first one must begin its first word. Two things differ.
Of all alignments the one that meets most word beginnings wins, where the original takes the nearest letters, and one
that skips too much is refused. And definitions without a parenthesis are read too: "NAME: Expansion" in titles,
"NAME, an Expansion", "Expansion, dubbed NAME".
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.extraction.document import Abbreviation
from kg.extraction.words import Words

# fmt: off
_STOP_WORDS = frozenset([
    "a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "into", "is", "it", "of", "on", "or", "over", "the",
    "their", "through", "to", "under", "using", "via", "with", "'s", "’s",
])
_NO_BEGINNING = frozenset(["a", "an", "the", "and", "or", "are", "by", "is", "it", "of", "their", "'s", "’s"])
# What may come between a long form and its short form without being part of either: "gradient descent algorithm (GD)".
_HEADS = frozenset([
    "algorithm", "approach", "concept", "dataset", "framework", "module", "problem", "scenario", "scheme", "setting",
    "system", "task",
])
_LOOSE_TAILS = frozenset(["aware", "based", "driven", "enhanced", "guided", "like", "style", "'s", "’s"])
_SPELLED_OUT = {"1": ("one",), "2": ("to", "two", "too"), "3": ("three",), "4": ("for", "four"), "x": ("cross",)}
_PHRASE_ENDS = frozenset(["by", "for", "from", "in", "of", "on", "to", "under", "using", "via", "with"])
# Words between a long form and the short form after it: a method "dubbed", "a.k.a.", "hereafter" NAME.
_NAMERS = frozenset([
    "call", "called", "coin", "coined", "denote", "denoted", "dub", "dubbed", "known", "name", "named", "namely",
    "referred", "short", "term", "termed",
])
ABBREVIATORS = frozenset([
    "a.k.a", "a.k.a.", "abbr", "abbr.", "abbreviate", "abbreviated", "aka", "hereafter", "hereinafter", "henceforth",
    "shortened",
])
_NAMING = _NAMERS | ABBREVIATORS | {"or"}
# What may come before such a word, and between it and the short form.
_BEFORE = frozenset([
    "also", "and", "are", "be", "hence", "in", "is", "it", "often", "or", "that", "we", "which", ",", "(",
])
_BETWEEN = frozenset([
    "as", "to", "by", "for", "it", "and", "or", "short", "simply", "also", "referred", "called", "denoted", "known",
    "termed", "dubbed", *"(,:-–—\"“”'‘’", "--", "---", "`", "``", "''",
])
# Between a short form and the long form after it: NAME "stands for", "is short for", "is an abbreviation of".
_EXPANDERS = frozenset(["abbreviation", "acronym", "short", "shorthand", "stand", "standing", "stands"])
# "We call this new method NAME", where it is the sentence before that has the long form.
_THIS = frozenset([
    "it", "this", "our", "the", "resulting", "new", "novel", "proposed", "architecture", "benchmark", "loss", "method",
    "metric", "model", "network", "strategy", "technique",
])
_FILLERS = frozenset([
    *ABBREVIATORS, *_EXPANDERS, "or", "i.e.", "ie", "also", "called", "named", "for", "of", "which", "an", "in",
    "termed", "dubbed", "denoted", "referred", "known", "to", "as", "by", "simply",
])
_EXAMPLES = frozenset(["e.g.", "e.g", "eg", "eg.", "such", "like", "including"])  # what follows is no expansion
_BRACKETS = frozenset("()[]")  # all: one may be within another, "(BERT (2019))"
_BARRIERS = _BRACKETS | frozenset([";", ":", ".", "?", "!", "—", "---", "|"])
# fmt: on

_LONGEST_SHORT = 16  # characters of a short form
_LONGEST_LONG = 60  # words of a long form with all that it skips
_LONGEST_CLAUSE = 100  # tokens
_MOST_BETWEEN = 8  # tokens from a definer to the short form

# What an alignment costs, in units of a word left out of a definition.
_SKIPPED_WORD = 1.0
_SKIPPED_PART = 0.5  # a later part of a hyphenated word
_SKIPPED_COMMA = 0.1
_SKIPPED_STOP_WORD = 0.03
_HIDDEN_LETTER = 0.8  # the first that a word gives, but not its first
_SCATTERED_LETTER = 0.3  # within its word, but not next to the letter before it
_INNER_LETTER = 0.05  # next to the letter before it
_STOP_LETTER = 0.02  # a stop word's first
_LONE_WORD = 0.8  # a single word with scattered letters: "hyperparameter (HP)"
_TRIMMED_HEAD = 0.1
_LIMIT = 0.9
_LIMIT_PER_LETTER = 0.3
_STRICT = 0.35  # only stop words
_PHRASE = 1.1  # and one more word
_LAST_WORD = 0.6  # a word at the end that no letter abbreviates, unless it is a head to trim


class Word(NamedTuple):
    """A word of a candidate long form, its token's index, and what leaving it out costs.

    ``tail`` is set where a hyphen joins it to the word before.
    """

    text: str
    token: int
    skip: float
    tail: bool


def find_abbreviations(doc: Doc) -> list[Abbreviation]:
    """All pairs that a Doc defines, by offset, each pair once.

    A definition in parentheses is final for its short form: other kinds of definitions of it are not read. Of those,
    the first counts.
    """
    found: dict[tuple[str, str], Abbreviation] = {}
    for short, long in _in_parentheses(doc):
        found.setdefault((short.text, long.text.casefold()), Abbreviation(short, long))
    settled = {short for short, _ in found}
    further = (_before_colon, _in_apposition, _after_namer, _for_short, _before_expansion)
    for short, long in chain.from_iterable(read(doc) for read in further):
        if short.text not in settled:
            settled.add(short.text)
            found[short.text, long.text.casefold()] = Abbreviation(short, long)
    return sorted(found.values(), key=lambda pair: (pair.long.start, pair.short.start))


def is_short_form(text: str) -> bool:
    """Whether a text can be a short form: one or two words, 2 to 16 characters, a capital, no formula.

    >>> [text for text in ("SOTA", "LVLMs", "2D", "ours", "d_T", "2020") if is_short_form(text)]
    ['SOTA', 'LVLMs', '2D']
    """
    return (
        2 <= len(text) <= _LONGEST_SHORT
        and text.count(" ") <= 1
        and bool(re.fullmatch(r"[A-Za-z0-9](?:[\w\-&/+.@ *]|\^\d)*", text))
        and bool(re.search(r"[A-Z]", text))
        and not re.search(r"_|^CITATION$|\b[A-Z][a-z]+ (?:19|20)\d\d|[a-z]{4}.*\d{4}", text)
    )


def _in_parentheses(doc: Doc) -> Iterator[tuple[Span, Span]]:
    """Long (SHORT) and SHORT (long)."""
    texts = Words.of(doc).texts
    for place, text in enumerate(texts):
        if text not in ("(", "["):
            continue
        end = next((i for i in range(place + 1, min(place + 20, len(doc))) if texts[i] in _BRACKETS), None)
        if end is None:
            continue
        inner = _inner_short(doc, place + 1, end)
        if inner and is_short_form(inner.text):
            words = _words_before(doc, place, inner.text)
            long = _long_form(doc, inner.text, words, at_end=True)
            if long:
                yield inner, long
                continue
        outer = _name_ending_at(doc, place)
        if outer and is_short_form(outer.text) and texts[place + 1].lower() not in _EXAMPLES:
            start = place + 1
            while start < end and (texts[start] in _FILLERS or not _has_letter(texts[start])):
                start += 1
            words = _words(doc, start, end)
            long = _long_form(doc, outer.text, words, at_end=True)
            is_name = long and len(long) == 1 and re.search("[A-Z].*[A-Z]", long.text)  # "FROG (XFrog)"
            if long and not is_name and sum(word.token < long.start and not word.tail for word in words) <= 2:
                first = next(word.token for word in words if word.text.lower() not in _STOP_WORDS)
                yield outer, doc[first : long.end]


def _before_colon(doc: Doc) -> Iterator[tuple[Span, Span]]:
    """NAME: Expansion, as titles have it."""
    for place, text in enumerate(Words.of(doc).texts[:-1]):
        if text not in (":", "–", "—"):
            continue
        opens_title = place < min(doc._.title_end, _LONGEST_SHORT)
        short = doc[:place] if opens_title else _name_ending_at(doc, place)
        if short and is_short_form(short.text):
            words = _words(doc, place + 1, _end_of_clause(doc, place + 1))
            long = _long_form(doc, short.text, words, limit=_STRICT)
            if not long and place < doc._.title_end:
                long = _first_phrase(doc, short.text, words)
            if long:
                yield short, long


def _first_phrase(doc: Doc, short: str, words: list[Word]) -> Span | None:
    """The shortest phrase at the beginning of ``words`` that a short form spells as a whole: up to a preposition."""
    words = words[1:] if words and words[0].text.lower() in _NO_BEGINNING else words
    words = words[: 2 * len(short)]
    ends = [place for place, word in enumerate(words) if word.text.lower() in _PHRASE_ENDS]
    for end in (*ends, len(words)):
        long = _long_form(doc, short, words[:end], at_end=True, limit=_PHRASE)
        if long and long.start == words[0].token:
            return long
    return None


def _in_apposition(doc: Doc) -> Iterator[tuple[Span, Span]]:
    """NAME, a new Expansion model."""
    words = Words.of(doc)
    for place, text in enumerate(words.texts[:-2]):
        if text == "," and words.lower[place + 1] in ("a", "an", "the"):
            short = _name_ending_at(doc, place)
            if short and is_short_form(short.text):
                reach = min(place + 20, len(doc))
                end = next((i for i in range(place + 1, reach) if _closes(doc, i)), reach)
                long = _long_form(doc, short.text, _words(doc, place + 1, end), limit=_STRICT)
                if long:
                    yield short, long


def _after_namer(doc: Doc) -> Iterator[tuple[Span, Span]]:
    """Expansion, dubbed NAME; Expansion (hereafter NAME); Expansion, or NAME for short; we call this method NAME."""
    read = Words.of(doc)
    lower, opens = read.lower, read.opens
    for place, word in enumerate(lower):
        if word not in _NAMING or (word == "or" and (not place or lower[place - 1] != ",")):
            continue
        abbreviates = word in ABBREVIATORS
        short = _name_starting_at(doc, _after_all(doc, place + 1, _BETWEEN))
        if short and is_short_form(short.text):
            words = _words_before(doc, _before_all(doc, place, _BEFORE), short.text)
            long = _long_form(doc, short.text, words, at_end=True, limit=None if abbreviates else _STRICT)
            if long:
                yield short, long
                continue
        short = _name_starting_at(doc, _after_all(doc, place + 1, _BETWEEN | _THIS | _HEADS))
        opening = _before_all(doc, place, _BEFORE)
        if short and is_short_form(short.text) and opening and opens[opening]:
            sentence = next((i for i in range(opening - 1, -1, -1) if opens[i]), 0)
            long = _long_form(doc, short.text, _words(doc, sentence, opening), limit=_STRICT)
            if long:
                yield short, long


def _for_short(doc: Doc) -> Iterator[tuple[Span, Span]]:
    """Expansion, NAME for short; Expansion, NAME in short."""
    lower = Words.of(doc).lower
    for place, word in enumerate(lower[:-1]):
        if place and word in ("for", "in") and lower[place + 1] == "short":
            short = _name_ending_at(doc, place)
            if short and is_short_form(short.text):
                words = _words_before(doc, _before_all(doc, short.start, _BEFORE), short.text)
                if long := _long_form(doc, short.text, words, at_end=True):
                    yield short, long


def _before_expansion(doc: Doc) -> Iterator[tuple[Span, Span]]:
    """NAME, short for Expansion; NAME stands for Expansion; NAME is an acronym of Expansion."""
    lower = Words.of(doc).lower
    for place, word in enumerate(lower[:-1]):
        if place and word in ("for", "of") and lower[place - 1] in _EXPANDERS:
            short = _name_ending_at(doc, _before_all(doc, place - 1, _BEFORE | {"a", "an", "the"}))
            if short and is_short_form(short.text):
                words = _words(doc, place + 1, place + 1 + 4 * _LONGEST_SHORT)
                words = words[1:] if words and words[0].text.lower() in _NO_BEGINNING else words
                long = _long_form(doc, short.text, words)
                if long and long.start == words[0].token:
                    yield short, long


def _after_all(doc: Doc, start: int, words: Collection[str]) -> int:
    """The first token from ``start`` on that is not one of these words; only so many are passed."""
    lower = Words.of(doc).lower
    end = min(len(lower), start + _MOST_BETWEEN)
    return next((i for i in range(start, end) if lower[i] not in words), end)


def _before_all(doc: Doc, end: int, words: Collection[str]) -> int:
    """Where the tokens before ``end`` begin that are all among these words; it is not before their sentence."""
    start, read = end, Words.of(doc)
    while start > max(0, end - _MOST_BETWEEN) and not read.opens[start] and read.lower[start - 1] in words:
        start -= 1
    return start


def _inner_short(doc: Doc, start: int, end: int) -> Span | None:
    """The term at the head of a parenthesis: up to a comma or "for short", without "or", quotes and asterisks."""
    read = Words.of(doc)
    texts = read.texts
    while start < end and (texts[start] in _FILLERS or not _has_letter(texts[start])):
        start += 1
    stop = next((i for i in range(start, end) if texts[i] in (",", ";", ":")), end)
    stop -= 2 if read.lower[max(start, stop - 2) : stop] == ["for", "short"] else 0
    while stop > start and not _has_letter(texts[stop - 1]) and texts[stop - 1] not in ("*", "+"):
        stop -= 1
    return doc[start:stop] if start < stop else None


def _name_ending_at(doc: Doc, end: int) -> Span | None:
    """The hyphenated name whose last token is before ``end``."""
    start, read = end, Words.of(doc)
    first = max(0, end - 2 * _LONGEST_SHORT)  # with more tokens it is no short form
    while start > first and (start == end or not read.blanks[start - 1]) and _has_letter(read.texts[start - 1]):
        start -= 1
        if start > 1 and read.texts[start - 1] == "-" and not read.blanks[start - 1]:
            start -= 1
    return doc[start:end] if start < end else None


def _name_starting_at(doc: Doc, start: int) -> Span | None:
    end, read = start, Words.of(doc)
    last = min(len(doc), start + 2 * _LONGEST_SHORT)  # with more tokens it is no short form
    while end < last and (_has_letter(read.texts[end]) or (end > start and read.texts[end] == "-")):
        end += 1
        if read.blanks[end - 1]:
            break
    return doc[start:end] if end > start else None


def _has_letter(text: str) -> bool:
    return any(map(str.isalnum, text))


def _is_barrier(words: Words, place: int) -> bool:
    """Whether no long form reaches across a token: brackets, sentence signs, a dash between spaces."""
    text = words.texts[place]
    if text in ("-", "–", "--") and place:
        return words.starts[place] > words.end_of(place - 1) or text in _BARRIERS
    return text in _BARRIERS


def _end_of_clause(doc: Doc, start: int) -> int:
    """Where the next barrier or sentence is; only so many tokens are looked at."""
    end, words = min(len(doc), start + _LONGEST_CLAUSE), Words.of(doc)
    return next((i for i in range(start, end) if words.opens[i] or _is_barrier(words, i)), end)


def _closes(doc: Doc, place: int) -> bool:
    words = Words.of(doc)
    return words.texts[place] == "," or words.opens[place] or _is_barrier(words, place)


def _words_before(doc: Doc, end: int, short: str) -> list[Word]:
    """The words that a long form before ``end`` may consist of: up to min(n + 5, 2n) full words for n letters."""
    letters = sum(character.isalnum() for character in short)
    limit = min(letters + 5, 2 * letters) + 2
    start, count, read = end, 0, Words.of(doc)
    while start > max(0, end - 4 * limit) and count < limit and not _is_barrier(read, start - 1):
        start -= 1
        count += _has_letter(read.texts[start])
        if read.opens[start]:
            break
    return _words(doc, start, end)


def _words(doc: Doc, start: int, end: int) -> list[Word]:
    read = Words.of(doc)
    words: list[Word] = []
    comma = 0.0
    for place in range(start, min(end, len(doc))):
        text = read.texts[place]
        if _is_barrier(read, place):
            break
        if text == ",":
            comma = _SKIPPED_COMMA
        if not _has_letter(text):
            continue
        tail = bool(words) and read.texts[place - 1] == "-" and words[-1].token == place - 2
        light = read.lower[place] in _STOP_WORDS or read.lower[place] in _LOOSE_TAILS
        skip = _SKIPPED_STOP_WORD if light else _SKIPPED_PART if tail else _SKIPPED_WORD
        words.append(Word(text, place, skip + comma, tail))
        comma = 0.0
    return words


def _long_form(
    doc: Doc, short: str, words: list[Word], at_end: bool = False, limit: float | None = None
) -> Span | None:
    """The cheapest stretch of ``words`` that a short form's letters spell, the first way of writing them that fits.

    Args:
        at_end: it must reach the last word, but for a head noun such as "algorithm".
        limit: what the alignment may cost; then the short form has at least three letters, the long form two words.
    """
    if at_end and (shown := _in_capitals(doc, short, words)):
        return shown
    forms = [short]
    if limit is None:  # CoDA21 is CoDA, and FW-async an asynchronous FW
        swapped = re.sub(r"^([A-Za-z]{2,})-([A-Za-z]{2,})$", r"\2-\1", short)
        forms += [re.sub(r"(?<=\w{3})-?\d+$", "", short), swapped]
    spelled = (_spelled_by(doc, form, letters, words, at_end, limit) for form in forms for letters in _letters(form))
    return next((long for long in spelled if long is not None), None)


def _in_capitals(doc: Doc, short: str, words: list[Word]) -> Span | None:
    """The end of ``words``, but for a head noun, whose capitals are the letters of a short form: "fRog nEt".

    Some of them are within words; of words with their first letters alone in capitals an alignment says more.
    """
    words, forms = words[: len(words) - _heads_at_end(words)], set(_letters(short))
    capitals = ""
    for place in range(len(words) - 1, -1, -1):
        shown = "".join(filter(str.isupper, words[place].text))
        capitals = shown.lower() + capitals
        if shown and shown.lower() != capitals and capitals in forms:
            inner = any(re.search("[a-z][A-Z]|[A-Z]{2}[a-z]", word.text) for word in words[place:])
            return doc[words[place].token : words[-1].token + 1] if inner else None
    return None


def _heads_at_end(words: Sequence[Word]) -> int:
    """How many of the last words are no part of a long form: "algorithm", "based framework"."""
    count = 0
    for word in reversed(words):
        if word.text.lower().removesuffix("s") not in _HEADS and word.text not in _LOOSE_TAILS:
            break
        count += 1
    return count


def _letters(short: str) -> Iterator[str]:
    """The letters of a short form, and what they are if a digit says how often those next to it occur.

    >>> list(_letters("MQF2")), list(_letters("L3A")), list(_letters("GANs"))
    (['mqf2', 'mqff', 'mqfmqf'], ['l3a', 'llla', 'laaa'], ['gan'])
    """
    plural = re.fullmatch(r"(.*[A-Z0-9])s", short)
    letters = "".join(sign for sign in (plural[1] if plural else short).lower() if sign.isalnum() or sign == "^")
    before = re.sub(r"([a-z])\^?([2-4])", lambda match: match[1] * int(match[2]), letters)
    all_before = re.sub(r"^([a-z]+)(?:\^|(?=\d$))([2-4])", lambda match: match[1] * int(match[2]), letters)
    after = re.sub(r"([2-4])([a-z])", lambda match: match[2] * int(match[1]), letters)
    yield from dict.fromkeys(form.replace("^", "") for form in (letters, before, all_before, after))


def _spelled_by(
    doc: Doc, short: str, letters: str, words: list[Word], at_end: bool, limit: float | None
) -> Span | None:
    """:func:`_long_form` for one way of writing the letters."""
    best: tuple[float, int, int, int] | None = None
    if not words or (limit is not None and len(letters) < 3):
        return None
    most = _LIMIT + _LIMIT_PER_LETTER * len(letters) if limit is None else limit
    for first in range(len(words)):
        if words[first].tail or words[first].text.lower() in _NO_BEGINNING:
            continue
        for last, cost in _alignments(letters, words[first : first + _LONGEST_LONG], most):
            last += first
            if last == first:
                if limit is not None:
                    continue
                cost += _LONE_WORD if cost >= _SCATTERED_LETTER else 0.0
            while last + 1 < len(words) and words[last + 1].tail and words[last + 1].text not in _LOOSE_TAILS:
                last += 1
            if at_end:
                rest = words[last + 1 :]
                heads = _heads_at_end(rest)
                more = len(rest) - heads
                if more > 2:
                    continue
                cost, last = cost + _TRIMMED_HEAD * heads + _LAST_WORD * more, last + more
            if cost <= most and (best is None or (cost, last - first) < best[:2]):
                best = (cost, last - first, first, last)
    if best is None:
        return None
    start, end = words[best[2]].token, words[best[3]].token + 1
    long = doc[start:end]
    texts = [text.casefold() for text in Words.of(doc).texts[start:end]]
    repeats = short.casefold() in texts
    if limit is not None:  # "FrogNet, the frog-like net" says what FrogNet is
        repeats = repeats or letters == "".join(text for text in texts if text.isalnum() and text not in _LOOSE_TAILS)
    return long if len(long.text) > len(short) and not repeats else None


def _alignments(letters: str, words: Sequence[Word], most: float) -> list[tuple[int, float]]:
    """Where, and how cheaply, the letters can end when the first one begins the first word: (last word, cost).

    What costs more than ``most`` is left out.
    """
    costs = {0: 0.0}
    ends = []
    for position, word in enumerate(words):
        reached: dict[int, float] = {}
        for used, cost in costs.items():
            if position and cost + word.skip < reached.get(used, math.inf):
                reached[used] = cost + word.skip
            for count, price in _spelled(letters[used:], word.text):
                if not position and price >= _HIDDEN_LETTER:
                    continue
                if cost + price < reached.get(used + count, math.inf):
                    reached[used + count] = cost + price
        complete = reached.pop(len(letters), None)
        if complete is not None and complete <= most and word.text.lower() not in _STOP_WORDS:
            ends.append((position, complete))
        costs = {used: cost for used, cost in reached.items() if cost <= most}
        if not costs:
            break
    return ends


@lru_cache(maxsize=10_000)
def _spelled(letters: str, word: str) -> tuple[tuple[int, float], ...]:
    """How many of the letters a word can spell from its beginning on, each with its cost."""
    lower = word.lower()
    spelled = [(1, 0.0)] if lower in _SPELLED_OUT.get(letters[0], ()) else []
    for start, cost in _beginnings(letters[0], word):
        spelled.append((1, cost))
        position = start
        for count in range(1, len(letters)):
            following = lower.find(letters[count], position + 1)
            if following < 0:
                break
            cost += _INNER_LETTER if following == position + 1 or _is_shown(word, following) else _SCATTERED_LETTER
            position = following
            spelled.append((count + 1, cost))
    return tuple(spelled)


def _beginnings(letter: str, word: str) -> Iterator[tuple[int, float]]:
    """Where a word's part in the short form can begin, with what that costs."""
    lower = word.lower()
    if lower[0] == letter:
        yield 0, _STOP_LETTER if lower in _STOP_WORDS else 0.0
        return
    inner = lower.find(letter)
    if inner > 0:
        shown = _is_shown(word, inner) or (letter == "x" and lower.startswith("ex"))
        yield inner, _SCATTERED_LETTER if shown else _HIDDEN_LETTER


def _is_shown(word: str, position: int) -> bool:
    """Whether a capital or digit within a word shows that it counts: "EstimatoR", "eXpression", "Float16"."""
    return word[position].isdigit() or (word[position].isupper() and not word.isupper())


@Language.component("kg_abbreviations")
def kg_abbreviations(doc: Doc) -> Doc:
    """Write ``doc._.abbreviations``."""
    doc._.abbreviations = find_abbreviations(doc)
    return doc
