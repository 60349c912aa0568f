"""A paper from the fields of a record, in the shapes that people's files have them.

Exporters disagree on how to write the same thing: authors as one text, as objects or as lists of names, a year as a
date, a title as a list. What is clear is read; a field that is not clear is left out with a note; a record without a
title or an abstract raises :class:`NotAPaperError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from kg.records import Paper
from kg.sources.dates import published
from kg.sources.markup import Texts, clean_abstract, clean_text, clean_title
from kg.sources.people import authors_of
from kg.sources.values import Note, kind_of, plain_value, says_nothing, split_words, text_of, values_of
from kg.text.addresses import address_key, given_repository, on_github, repository
from kg.text.identifiers import bare_arxiv, bare_doi
from kg.text.names import UNWRITABLE, slug

_LONGEST = 1_000_000  # characters; the longest abstracts are a thousandth of it

NO_ABSTRACTS = object()
"""The abstract of an entry of a source that has none at all; a text may only be missing where others have one."""


_LITTLE = 20  # characters of a title; real ones are seldom shorter


class NotAPaperError(Exception):
    """A record that is not a paper; its text says why, ``says_little`` whether it has no title or a very short one."""

    def __init__(self, problem: str, title: str = "") -> None:
        super().__init__(problem)
        self.says_little = len(title) < _LITTLE


def paper_from(
    fields: Mapping[str, Any], *, source: str, line: int | None, note: Note, texts: Texts | None = None
) -> Paper:
    """A paper from a record.

    Args:
        fields: "title" and "abstract", and what else is there of the following, in any case; others are ignored:

            - "abstract" is a text, an inverted index, or :data:`NO_ABSTRACTS`;
            - "id"; without it the DOI, the arXiv id, the address or the title makes one;
            - "subtitle", which is joined to the title;
            - "authors": names in any shape, or objects, which may also have an ORCID and affiliations;
            - "year" and "date": of the dates of a list, the first that is one;
            - "venue", "url", "licence";
            - "doi", "arxiv": in any spelling; of a list, the first that is one;
            - "identifiers": others, as an object by scheme ({"openalex": "W1"}) or as texts ("openalex:W1");
            - "github", and "links": further addresses of code and project pages;
            - "keywords": in a list, or between semicolons or commas;
            - "notes": texts in which a repository on GitHub may be named, after the abstract.
        source: what the graph calls the file.
        line: where the record begins there, from 1; or its number, in files that are not read by lines.
        note: called for each field that is left out because it cannot be understood.
        texts: how the format writes its texts, which are then cleaned, and searched for a repository if no field gives
            one; ``None`` for our own formats, whose texts are kept as given.

    Raises:
        NotAPaperError: the record has no title or no abstract.
    """
    fields = {name.lower(): value for name, value in fields.items()} | dict(fields)
    bare = fields.get("abstract") is NO_ABSTRACTS
    title = _required(fields.get("title"), "title")
    abstract = "" if bare else _required(fields.get("abstract"), "abstract", title)
    if len(title) + len(abstract) > _LONGEST:
        raise NotAPaperError(f"has a title and an abstract of more than {_LONGEST:,} characters")
    if texts:
        title, abstract = _cleaned(title, abstract, plain_value(fields.get("subtitle")), texts, bare=bare)

    def plain(*names: str) -> str | None:
        text = _noted(next((name for name in names if fields.get(name) is not None), ""), fields, note)
        return clean_text(text, texts) if text and texts else text

    url, doi = plain("url"), plain("doi")
    given_doi = next(filter(None, map(bare_doi, values_of(fields.get("doi")))), None)
    arxiv = next(filter(None, map(bare_arxiv, values_of(fields.get("arxiv") or fields.get("arxiv_id")))), None)
    arxiv = arxiv or (given_doi and bare_arxiv(given_doi, named=True)) or None
    authors, people = authors_of(fields.get("authors"), texts, note)
    year, date = published(fields, note)
    github, links = (
        _code(fields, abstract, texts) if texts else (plain("github"), tuple(values_of(fields.get("links"))))
    )
    doi = given_doi or (doi if doi and not texts else None)
    minted = ((texts and f"{scheme}:{value}") or value for scheme, value in (("doi", doi), ("arxiv", arxiv)) if value)
    return Paper(
        id=_id(fields.get("id"), note) or next(minted, None) or url or slug(title),
        title=title,
        abstract=abstract,
        authors=authors,
        people=people,
        year=year,
        date=date,
        venue=plain("venue"),
        url=url or (f"https://doi.org/{doi}" if doi else None) or (f"https://arxiv.org/abs/{arxiv}" if arxiv else None),
        github=github,
        links=links,
        doi=given_doi,
        arxiv=arxiv,
        identifiers=_identifiers(fields.get("identifiers")),
        licence=plain("licence", "license"),
        keywords=tuple(dict.fromkeys(_keywords(fields.get("keywords"), texts))),
        source=source,
        line=line,
        bare=bare,
    )


def _cleaned(title: str, abstract: str, subtitle: str | None, texts: Texts, *, bare: bool) -> tuple[str, str]:
    title, subtitle = clean_title(title, texts), clean_title(subtitle or "", texts)
    if subtitle and not title.casefold().endswith(subtitle.casefold()):
        title = f"{title.removesuffix(':')}: {subtitle}"
    abstract = clean_abstract(abstract, texts)
    for name, text in (("title", title), ("abstract", abstract)):
        if (not text or says_nothing(text)) and not (bare and name == "abstract"):
            raise NotAPaperError(f"has no {name}", title)
    return title, abstract


def _identifiers(value: object) -> tuple[str, ...]:
    """Identifiers with their scheme; the last part of an address is what identifies."""
    pairs = value.items() if isinstance(value, Mapping) else [(None, value)]
    found = (
        f"{scheme.lower()}:{text.rstrip('/').rpartition('/')[2] if '://' in text else text}" if scheme else text
        for scheme, each in pairs
        for text in values_of(each)
    )
    return tuple(dict.fromkeys(found))


def _keywords(value: object, texts: Texts | None) -> Iterator[str]:
    if isinstance(value, str):
        value = split_words(value)
    yield from filter(None, (clean_text(word, texts) if texts else word for word in values_of(value)))


def _code(fields: Mapping[str, Any], abstract: str, texts: Texts) -> tuple[str | None, tuple[str, ...]]:
    """The first repository on GitHub that a record names, and the other addresses that it gives for code."""
    given = [each for name in ("github", "links") for each in values_of(fields.get(name))]
    addresses = list(filter(None, map(given_repository, given)))
    noted = (clean_text(text, texts) for text in (abstract, *values_of(fields.get("notes"))))
    found = map(repository, on_github(chain(addresses, noted)))
    first = next((each.url for each in found if each), None)
    own = address_key(first) if first else ""
    return first, tuple(dict.fromkeys(each for each in addresses if address_key(each) != own))


def _required(value: object, name: str, title: str = "") -> str:
    empty = isinstance(value, str) and not value.strip()
    if not empty and says_nothing(value):
        raise NotAPaperError(f"has no {name}", title)
    text = _from_index(value) or text_of(value)
    if text is None:
        raise NotAPaperError(f'"{name}": expected text, found {kind_of(value)}')
    if name == "title" and not text.strip():
        raise NotAPaperError("has an empty title")
    return text


def _from_index(value: object) -> str | None:
    """The text of an inverted index, as OpenAlex has abstracts: each word with its places."""
    if not isinstance(value, Mapping) or not value or not all(isinstance(places, list) for places in value.values()):
        return None
    found = [(place, word) for word, places in value.items() for place in places]
    if not all(isinstance(place, int) for place, _ in found):
        return None
    return text_of(" ".join(word for _, word in sorted(found)))


def _noted(name: str, fields: Mapping[str, Any], note: Note) -> str | None:
    """The text of a field on one line, with a note on what is not kept of it."""
    value = fields.get(name)
    text = plain_value(value)
    if text is None and not says_nothing(value):
        note(f'"{name}": expected text, found {kind_of(value)}; left out')
    elif (
        name in ("url", "github")
        and isinstance(value, list)
        and len(given := set(filter(None, map(plain_value, value)))) > 1
    ):
        note(f'"{name}" has {len(given)} values; the first is kept')
    return text


def _id(value: object, note: Note) -> str | None:
    text = UNWRITABLE.sub(" ", value) if isinstance(value, str) and not says_nothing(value) else plain_value(value)
    if text is None and not says_nothing(value):
        note(f'"id": expected text, found {kind_of(value)}; made from the DOI, the arXiv id or the title')
    return text
