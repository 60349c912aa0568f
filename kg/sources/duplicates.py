"""Entries of one paper: which entries belong together, why, and the paper that they make.

Identifiers decide first. Entries without a common one are of one paper if they have one title up to spelling, or one
the title of the other without its subtitle, and neither their authors nor their identifiers nor their abstracts say
otherwise; or if they have one abstract and like titles. What belongs together is a matter of pairs of entries, so that
the order in which they are read makes no difference.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations
from typing import Any, Literal, NamedTuple

from kg.records import Paper
from kg.text.names import title_key, unaccented
from kg.text.plain import paper_key, without_markup

Reason = Literal["DOI", "arXiv id", "identifier", "title", "title without subtitle", "abstract"]
"""What two entries of one paper have in common."""

# Shares of the words of the shorter abstract that the longer one has too. Of two versions of one abstract it is over a
# half, of two abstracts of one field hardly ever over a third.
_RELATED = 0.25
_UNKNOWN = 0.3  # what is assumed where a source has no abstracts: enough with the same title and authors
_ALIKE = 0.4
_MOSTLY = 0.6
_ONE_TEXT = 0.8
_SAME = 0.95
_SLIP = 0.85  # the likeness of two words, of which one is a misspelling
_BY_CHANCE = 2  # words that any two texts may have in common
_LARGE = 100  # entries with a common handle, of which not every two are compared any more, but each with
_NEXT = 10  # that follow it when they are sorted by title, first author and abstract
_YEARS_APART = 3  # between a preprint and the publication of it
_WORD = re.compile(r"\w{4,}")
_SUFFIXES = ("jr", "sr", "ii", "iii", "iv")
_APOSTROPHES = re.compile("['’`ʼ]")
_UMLAUT = re.compile("(?<=[aou])e")
_ENDS = 200  # characters of an abstract that are searched for its first and its last words
_END_WORDS = 5
_SUBTITLE = re.compile(r"(?<=\S)(?::\s|\s[-–—]\s|\s?—\s?|[?!]\s)")
_GENERIC = re.compile(
    r"(?:(?:a |the )?(?:authors? )?(?:reply|response|rejoinder|comments?|commentary|discussion|correspondence)"
    r"(?: (?:to|on|by)\b.*)?|(?:guest )?editorial(?:\W.*)?|editors? (?:note|introduction)|introduction(?: to the .*)?"
    r"|preface|foreword|afterword|prologue|epilogue|overview|summary|conclusions?|abstract|untitled|news|obituary"
    r"|in memoriam|errat(?:um|a)(?:\W.*)?|corrigend(?:um|a)(?:\W.*)?|corrections?(?: to\b.*)?|retraction(?: of\b.*)?"
    r"|book reviews?(?:\W.*)?|letters? to the editor|table of contents|acknowledge?ments?|welcome(?: .*)?)\W*"
)
"""Titles that many papers have, in lower case."""

_PREPRINT_DOI = re.compile(r"10\.(?:48550|1101|21203|2139|31234|31219|26434|20944|5281|36227|22541)/")
"""DOIs of arXiv, bioRxiv, Research Square, SSRN, OSF, ChemRxiv, Preprints.org, Zenodo, TechRxiv and Authorea."""
_VERSION = re.compile(r"[/.]?v\d{1,3}\Z")


class Joined(NamedTuple):
    """A paper: its key, what tells it from others of that key (empty for the first), and its entries in order."""

    key: str
    which: str
    entries: tuple[Paper, ...]


_EDITION = re.compile(
    r"\s*[(\[](?:(?:extended|full|long|short|journal|preprint|arxiv|technical|student|invited|camera.ready)"
    r"(?: (?:version|paper|abstract|report|article|talk))?|extended version .{0,300}|supplemented version)[)\]]\s*\Z"
)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}
_SPELLINGS = (  # American for British, one letter for two, "and" for its sign, digits for the Roman number of a part
    (re.compile(r"\s*&\s*"), " and "),
    (re.compile(r"\A(?:the|an?) "), ""),
    (re.compile(r"(?<=[a-z])ou(?=r)"), "o"),
    (re.compile(r"(?<=[a-z]{2}[iy])s(?=e|ing|ation|able)"), "z"),
    (re.compile(r"ll"), "l"),
    (re.compile(r"(?<=[a-z]{2})ogue\b"), "og"),
    (re.compile(r"(?<=[a-z]{2})tre\b"), "ter"),
    (re.compile(r"\b((?:part|vol|volume|no)\W+)(iv|vi{0,3}|i{1,3})\b"), lambda part: part[1] + _ROMAN[part[2]]),
)
_UNWRITTEN = re.compile("[™®©\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670]")  # and the vowels of Hebrew and Arabic
_TITLE_WORD = re.compile(r"[\w+#*]+")
_NOTICE = re.compile(
    r"errat(?:um|a)|corrigend(?:um|a)|addendum|corrections?|retract(?:ed|ion)|reply|respon(?:se|ds?|ding)|comments?"
    r"|commentary|rejoinder|editorial|supplement(?:ary)?|parts?|volume"
)
_TELLING = re.compile(
    rf".*\d.*|.*[+#*].*|[ivx]+|[^\Wa]|not?|without|beyond|introduction|revisit(?:ed|ing)|{_NOTICE.pattern}"
)
"""Words that make a title that of another paper; notices do so in a subtitle, too."""
_RECURRING = re.compile(r"\b(?:survey|review|overview|findings|results of|report|annual|proceedings)\b", re.IGNORECASE)
"""Words in titles that the same people give to papers of several years."""


class _Title(NamedTuple):
    """A title as titles are compared.

    ``key`` is the same for every spelling of it, and ``main`` is the key of what comes before the subtitle; ``words``
    are its words in one spelling; ``generic`` is whether many papers have it.
    """

    key: str
    main: str
    words: frozenset[str]
    generic: bool


@lru_cache(maxsize=4096)
def _title(title: str) -> _Title:
    plain = without_markup(title)
    whole, main = _spelt(plain), _spelt(_SUBTITLE.split(plain, 1)[0])
    words = frozenset(_TITLE_WORD.findall(whole))
    return _Title(title_key(whole), title_key(main), words, bool(_GENERIC.fullmatch(plain.lower())))


def _spelt(title: str) -> str:
    """A title in one spelling, without the mark of an edition ("(Extended Version)")."""
    text = _EDITION.sub("", unaccented(_UNWRITTEN.sub("", title)))
    for pattern, replacement in _SPELLINGS:
        text = pattern.sub(replacement, text)
    return text


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def entry_order(entry: Paper) -> tuple[str, int, str, str, str]:
    """A sort key: entries in the order in which they are listed."""
    return (entry.source or "", entry.line or 0, entry.title, entry.abstract, entry.id)


def handles(entry: Paper) -> Iterator[tuple[str, ...]]:
    """What entries of one paper have in common: two of them share at least one handle, though not any two that do."""
    yield from (("doi", _doi(entry)),) if entry.doi else ()
    yield from (("arxiv", entry.arxiv),) if entry.arxiv else ()
    yield from (("identifier", identifier) for identifier in entry.identifiers)
    title = _title(entry.title)
    if not title.generic:
        yield from (("title", key) for key in dict.fromkeys((title.key, title.main)))
    elif entry.authors:
        yield "title", title.key, _family(entry.authors[0])
    else:
        yield "title", title.key, entry.abstract
    if entry.authors:
        first, last = (_WORD.findall(part.casefold()) for part in (entry.abstract[:_ENDS], entry.abstract[-_ENDS:]))
        family = _family(entry.authors[0])
        for words in (first[:_END_WORDS], last[-_END_WORDS:]):
            yield from (("abstract", family, *words),) if len(words) == _END_WORDS else ()


def papers_of(entries: Iterable[Paper]) -> list[Joined]:
    """The papers that some entries are of, sorted by key; equal entries are kept once.

    Entries of sources without abstracts are only kept where others are of the same paper.
    """
    listed = sorted(set(entries), key=entry_order)
    buckets: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, entry in enumerate(listed):
        for handle in handles(entry):
            buckets[handle].append(number)
    group = list(range(len(listed)))  # a forest: each entry's way to the first one of its group

    def first(number: int) -> int:
        while group[number] != number:
            group[number] = number = group[group[number]]
        return number

    for bucket in buckets.values():
        for number, other in _pairs(bucket, listed):
            one, two = sorted((first(number), first(other)))
            if one != two and reason(listed[number], listed[other]):
                group[two] = one
    papers: dict[int, list[Paper]] = defaultdict(list)
    for number, entry in enumerate(listed):
        papers[first(number)].append(entry)
    return list(_keyed(tuple(of_one) for of_one in papers.values() if not all(entry.bare for entry in of_one)))


def _pairs(bucket: Sequence[int], listed: Sequence[Paper]) -> Iterator[tuple[int, int]]:
    """The entries of a bucket to compare: every two; in a large one each with the next few of like title and text."""
    if len(bucket) <= _LARGE:
        yield from combinations(bucket, 2)
        return

    def like(number: int) -> tuple[str, str, str]:
        entry = listed[number]
        return _title(entry.title).key, _family(entry.authors[0]) if entry.authors else "", entry.abstract

    ordered = sorted(bucket, key=like)
    for place, number in enumerate(ordered):
        yield from ((number, other) for other in ordered[place + 1 : place + 1 + _NEXT])


def _keyed(papers: Iterable[tuple[Paper, ...]]) -> Iterator[Joined]:
    """Papers in the order of their first entries, by key."""
    by_key: dict[str, list[tuple[Paper, ...]]] = defaultdict(list)
    for entries in papers:
        by_key[paper_key(merged(entries).title)].append(entries)
    for key, of_key in sorted(by_key.items()):
        for number, entries in enumerate(of_key):
            text = entries[0].abstract.encode("utf-8", "replace")
            yield Joined(key, hashlib.blake2b(text, digest_size=4).hexdigest() if number else "", entries)


def reason(one: Paper, other: Paper) -> Reason | None:
    """What shows that two entries are of one paper; ``None`` if nothing does."""
    if one.arxiv and one.arxiv == other.arxiv:
        return "arXiv id"
    title, other_title = _title(one.title), _title(other.title)
    shared = _UNKNOWN if one.bare or other.bare else _shared(_words(one.abstract), _words(other.abstract))
    same_title = title.key == other_title.key
    known = not (one.authors and other.authors) or _known_to_each_other(one, other, loosely=shared >= _SAME)
    # The DOI of a volume or of an issue is sometimes given to all that is in it.
    related = shared if known or shared >= _SAME else 0.0
    if known:
        related = max(related, _shared(title.words, other_title.words))
    if same_title or related >= _ALIKE or (known and title.main == other_title.main):
        if one.doi and _doi(one) == _doi(other):
            return "DOI"
        if set(one.identifiers) & set(other.identifiers):
            return "identifier"
    if not known or _published_apart(one, other):
        return None
    generic = title.generic or other_title.generic
    if not same_title and any(map(_NOTICE.fullmatch, title.words ^ other_title.words)):
        return None
    if not same_title and other_title.main != title.key and title.main != other_title.key:
        retitled = one.authors and other.authors and not generic and shared >= _ONE_TEXT and _near(title, other_title)
        return "abstract" if retitled and _years_apart(one, other) <= _YEARS_APART else None
    alike = _alike(one, other, shared, same_title=same_title, generic=generic)
    return ("title" if same_title else "title without subtitle") if alike else None


def _alike(one: Paper, other: Paper, shared: float, *, same_title: bool, generic: bool) -> bool:
    """Whether two entries with like titles, and authors that do not differ, are of one paper, by years and abstracts.

    Args:
        shared: the share of words that their abstracts have in common.
        same_title: whether the titles are the same.
        generic: whether many papers have such a title.
    """
    if shared >= _SAME:
        return not generic or _years_apart(one, other) <= 1
    if generic:
        return False
    if one.authors and other.authors:
        years = _years_apart(one, other)
        enough = (
            _MOSTLY if years and _RECURRING.search(one.title) else _RELATED if same_title and years <= 1 else _ALIKE
        )
        return shared >= (_RELATED if one.bare or other.bare else enough) and years <= _YEARS_APART
    return same_title and shared >= _ALIKE and not (one.source == other.source and one.id != other.id)


def _near(title: _Title, other: _Title) -> bool:
    """Whether a title has all words of another, up to a slip in one of them, and no more that tell papers apart.

    >>> _near(_title("SlipNet: Grasping wet glass"), _title("Grasping wet glas"))
    True
    >>> _near(_title("Grasping wet glass, part II"), _title("Grasping wet glass"))
    False
    """
    fewer, more = sorted((title.words - other.words, other.words - title.words), key=len)
    if any(map(_TELLING.fullmatch, fewer | more)) or len(title.words & other.words) < _BY_CHANCE:
        return False
    return not fewer or (len(fewer) == 1 and any(_slip(word, next(iter(fewer))) for word in more))


def _slip(word: str, other: str) -> bool:
    return word[0] == other[0] and SequenceMatcher(None, word, other).ratio() >= _SLIP


def _shared(words: frozenset[str], others: frozenset[str]) -> float:
    """The share of the words of the shorter text that the longer one has too; 1 if one has no words."""
    both, fewer = len(words & others), min(len(words), len(others))
    return 1.0 if both == fewer else max(0.0, (both - _BY_CHANCE) / (fewer - _BY_CHANCE)) if fewer > _BY_CHANCE else 0.0


def _years_apart(one: Paper, other: Paper) -> int:
    return abs(one.year - other.year) if one.year and other.year else 0


def _published_apart(one: Paper, other: Paper) -> bool:
    """Whether two entries were published under identifiers that differ; preprints do not count as publications."""
    dois = {entry.doi for entry in (one, other) if _publishers_doi(entry)}
    return len(dois) > 1 or bool(one.arxiv and other.arxiv)


def _doi(entry: Paper) -> str:
    """The DOI, of preprints without the version."""
    doi = entry.doi or ""
    return _VERSION.sub("", doi) if _PREPRINT_DOI.match(doi) else doi


def _known_to_each_other(one: Paper, other: Paper, *, loosely: bool) -> bool:
    """Whether the first author of one of the entries is among the authors of the other.

    Args:
        loosely: whether a name in common is enough ("Bob One", "Robert One"), as where the abstracts are the same.
    """
    return any(
        _one_person(_names(first.authors[0]), _names(name), loosely=loosely)
        for first, second in ((one, other), (other, one))
        for name in second.authors
    )


def _one_person(names: Sequence[str], others: Sequence[str], *, loosely: bool) -> bool:
    """Whether two names may be one: a part in common, and an initial of what is left, if both have more."""
    if "".join(names) == "".join(others):
        return True
    more, others_more = (
        [name for name in some if name not in rest] for some, rest in ((names, others), (others, names))
    )
    if not any(len(name) > 1 for name in set(names) & set(others)):
        return False
    return loosely or not (more and others_more) or bool({name[0] for name in more} & {name[0] for name in others_more})


@lru_cache(maxsize=4096)
def _names(author: str) -> tuple[str, ...]:
    """The parts of a name as they are compared: in lower case, without accents and "Jr.", "ü" as "ue" or as "u"."""
    parts = (_UMLAUT.sub("", part) for part in re.findall(r"[^\W\d_]+", _APOSTROPHES.sub("", unaccented(author))))
    return tuple(part for part in parts if part not in _SUFFIXES)


def _family(author: str) -> str:
    return next((name for name in reversed(_names(author)) if len(name) > 1), author)


def reasons(entries: Sequence[Paper]) -> list[Reason]:
    """What shows that each entry of a paper after the first is of it, as :func:`papers_of` orders them."""
    linked, left, found = [entries[0]], list(entries[1:]), dict[Paper, Reason]()
    for entry in linked:  # which grows
        near = {other: why for other in left if (why := reason(entry, other))}
        found |= near
        linked += near
        left = [other for other in left if other not in near]
    return [found[entry] for entry in entries[1:]]


def merged(entries: Collection[Paper]) -> Paper:
    """The paper that some entries make together, the same in whatever order they come.

    Title and abstract are those of the entry with the longest abstract. Every other field is that of the first entry
    that has it: those with a publisher's DOI come first, then those with a venue, then those with an arXiv id, and
    within these the ones with the longest abstract. Identifiers, keywords and links are those of all entries. What
    depends on a field (a date on the year, what is known about people on the authors) is taken only from entries that
    have the same there.
    """
    by_text = sorted(entries, key=lambda entry: (entry.bare, -len(entry.abstract), entry_order(entry)))
    ranked = sorted(by_text, key=lambda entry: (not _publishers_doi(entry), not entry.venue, not entry.arxiv))

    def filled(name: str, among: Sequence[Paper] = ranked) -> Any:
        return next((value for entry in among if (value := getattr(entry, name))), getattr(among[0], name))

    def gathered(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for entry in ranked for value in getattr(entry, name)))

    fields = {name: filled(name) for name in ("authors", "year", "venue", "url", "github", "doi", "arxiv", "licence")}
    fields |= {name: gathered(name) for name in ("identifiers", "keywords", "links")}
    fields["people"] = filled("people", [entry for entry in ranked if entry.authors == fields["authors"]])
    fields["date"] = filled("date", [entry for entry in ranked if entry.year == fields["year"]])
    fields["names"] = tuple(dict.fromkeys(name for entry in by_text[1:] for name in (entry.title, entry.id)))
    return replace(by_text[0], **fields)


def _publishers_doi(entry: Paper) -> bool:
    return bool(entry.doi and not _PREPRINT_DOI.match(entry.doi))
