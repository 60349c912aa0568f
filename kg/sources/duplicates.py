"""Entries of one paper: which entries belong together, why, and the paper that they make.

Identifiers decide first. Entries without a common one are of one paper if they have one title
(:func:`kg.text.names.title_key`), or one the title of the other without its subtitle, and neither their authors nor
their identifiers nor their abstracts say otherwise. What belongs together is a matter of pairs of entries, so that the
order in which they are read makes no difference.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from kg.records import Paper
from kg.text.names import title_key, unaccented
from kg.text.plain import without_markup

Reason = Literal["DOI", "arXiv id", "identifier", "title", "title without subtitle"]
"""What two entries of one paper have in common."""

# Shares of the words of the shorter abstract that the longer one has too. Of two versions of one abstract it is over a
# half, of two abstracts of one field hardly ever over a third.
_RELATED = 0.25
_ALIKE = 0.4
_SAME = 0.95
_YEARS_APART = 3  # between a preprint and the publication of it
_WORD = re.compile(r"\w{4,}")
_SUFFIXES = ("jr", "sr", "ii", "iii", "iv")
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


class Joined(NamedTuple):
    """A paper: its key, what tells it from others of that key (empty for the first), and its entries in order."""

    key: str
    which: str
    entries: tuple[Paper, ...]


class _Title(NamedTuple):
    """A title as titles are compared: its key, the key of what comes before its subtitle, and whether many have it."""

    key: str
    main: str
    generic: bool


@lru_cache(maxsize=4096)
def _title(title: str) -> _Title:
    plain = without_markup(title)
    return _Title(title_key(plain), title_key(_SUBTITLE.split(plain, 1)[0]), bool(_GENERIC.fullmatch(plain.lower())))


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def paper_key(title: str) -> str:
    """What the titles of one paper have in common, with or without LaTeX and tags."""
    return _title(title).key


def entry_order(entry: Paper) -> tuple[str, int, str, str, str]:
    """A sort key: entries in the order in which they are listed."""
    return (entry.source or "", entry.line or 0, entry.title, entry.abstract, entry.id)


def handles(entry: Paper) -> Iterator[tuple[str, ...]]:
    """What entries of one paper have in common: two of them share at least one handle, though not any two that do."""
    yield from (("doi", entry.doi),) if entry.doi else ()
    yield from (("arxiv", entry.arxiv),) if entry.arxiv else ()
    yield from (("identifier", identifier) for identifier in entry.identifiers)
    title = _title(entry.title)
    if not title.generic:
        yield from (("title", key) for key in dict.fromkeys((title.key, title.main)))
    elif entry.authors:
        yield "title", title.key, _family(entry.authors[0])
    else:
        yield "title", title.key, entry.abstract


def papers_of(entries: Iterable[Paper]) -> list[Joined]:
    """The papers that some entries are of, sorted by key; equal entries are kept once."""
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
        for place, number in enumerate(bucket):
            for other in bucket[:place]:
                one, two = sorted((first(number), first(other)))
                if one != two and reason(listed[number], listed[other]):
                    group[two] = one
    papers: dict[int, list[Paper]] = defaultdict(list)
    for number, entry in enumerate(listed):
        papers[first(number)].append(entry)
    return list(_keyed(map(tuple, papers.values())))


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
    shared = _shared(one.abstract, other.abstract)
    same_title = title.key == other_title.key
    # The DOI of a volume or of an issue is sometimes given to all that is in it.
    if title.main == other_title.main or max(shared, _shared(one.title, other.title)) >= _ALIKE:
        if one.doi and one.doi == other.doi:
            return "DOI"
        if set(one.identifiers) & set(other.identifiers):
            return "identifier"
    if not same_title and other_title.main != title.key and title.main != other_title.key:
        return None
    if _published_apart(one, other):
        return None
    alike = _alike(one, other, shared, certain=same_title and not title.generic)
    return ("title" if same_title else "title without subtitle") if alike else None


def _alike(one: Paper, other: Paper, shared: float, *, certain: bool) -> bool:
    """Whether two entries with like titles are of one paper, by their authors, years and abstracts.

    Args:
        shared: the share of words that their abstracts have in common.
        certain: whether the titles are the same, and not such that many papers have them.
    """
    if one.authors and other.authors:
        if not _known_to_each_other(one, other):
            return False
        years = abs(one.year - other.year) if one.year and other.year else 0
        return shared >= (_RELATED if certain else _ALIKE) and (years <= _YEARS_APART or shared >= _SAME)
    if shared >= _SAME:
        return True
    return certain and shared >= _ALIKE and not (one.source == other.source and one.id != other.id)


def _shared(abstract: str, other: str) -> float:
    """The share of the words of the shorter abstract that the longer one has too; 1 if one has no words."""
    words, others = _words(abstract), _words(other)
    return len(words & others) / min(len(words), len(others)) if words and others else 1.0


def _published_apart(one: Paper, other: Paper) -> bool:
    """Whether two entries were published under identifiers that differ; preprints do not count as publications."""
    dois = {entry.doi for entry in (one, other) if entry.doi and not _PREPRINT_DOI.match(entry.doi)}
    return len(dois) > 1 or bool(one.arxiv and other.arxiv)


def _known_to_each_other(one: Paper, other: Paper) -> bool:
    """Whether the first author of one of the entries is among the authors of the other."""
    return any(
        _family(first.authors[0]) in {part for name in second.authors for part in _names(name)}
        for first, second in ((one, other), (other, one))
    )


def _names(author: str) -> list[str]:
    """The parts of a name as they are compared: in lower case, without accents, initials and "Jr."."""
    parts = [
        part for part in re.findall(r"[^\W\d_]+", unaccented(author)) if part not in ("jr", "sr", "ii", "iii", "iv")
    ]
    return [part for part in parts if len(part) > 1] or parts


def _family(author: str) -> str:
    return next(reversed(_names(author)), "")


def reasons(entries: Sequence[Paper]) -> list[Reason]:
    """What shows that each entry of a paper after the first is of it, as :func:`papers_of` orders them."""
    linked, found = [entries[0]], dict[Paper, Reason]()
    for _ in entries:
        for entry in entries[1:]:
            shown = (reason(entry, other) for other in linked)
            if entry not in found and (why := next((each for each in shown if each), None)):
                found[entry] = why
                linked.append(entry)
    return [found[entry] for entry in entries[1:]]


def merged(entries: Collection[Paper]) -> Paper:
    """The paper that some entries make together, the same in whatever order they come.

    Title and abstract are those of the entry with the longest abstract. Every other field is that of the first entry
    that has it: those with a publisher's DOI come first, then those with a venue, then those with an arXiv id, and
    within these the ones with the longest abstract. Identifiers, keywords and links are those of all entries. What
    depends on a field (a date on the year, what is known about people on the authors) is taken only from entries that
    have the same there.
    """
    by_text = sorted(entries, key=lambda entry: (-len(entry.abstract), entry_order(entry)))
    ranked = sorted(by_text, key=lambda entry: (not _publishers_doi(entry), not entry.venue, not entry.arxiv))

    def filled(name: str, among: Sequence[Paper] = ranked) -> Any:
        return next((value for entry in among if (value := getattr(entry, name))), getattr(among[0], name))

    def gathered(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for entry in ranked for value in getattr(entry, name)))

    fields = {name: filled(name) for name in ("authors", "year", "venue", "url", "github", "doi", "arxiv", "licence")}
    fields |= {name: gathered(name) for name in ("identifiers", "keywords", "links")}
    fields["people"] = filled("people", [entry for entry in ranked if entry.authors == fields["authors"]])
    fields["date"] = filled("date", [entry for entry in ranked if entry.year == fields["year"]])
    return replace(by_text[0], **fields)


def _publishers_doi(entry: Paper) -> bool:
    return bool(entry.doi and not _PREPRINT_DOI.match(entry.doi))
