"""Finding entities, papers and repositories by their names as people write them.

>>> found = find(store, "cifar 10")  # doctest: +SKIP
>>> found.winner.name, found.winner.rank  # doctest: +SKIP
('CIFAR-10', 'spelling')

Matches are ranked; within a rank those of more papers come first, then the alphabet decides:

==========  ============================================================================================
exact       the preferred name, title, address or IRI as typed
spelling    the same name in another spelling (:func:`kg.text.spellings.typed_key`), or another name
acronym     the short form of the name, its long form, or the first letters of its words
prefix      the beginning of the name
words       some words of the name, in any order
typo        one or two edits away from the name, and no name is nearer
==========  ============================================================================================

The first three are whole names, and the store's index finds most of them. Only if there are none, all names are
scanned, once for prefixes and words, and once more for typos.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import pyoxigraph as ox

from kg.graph.reader import GraphReader
from kg.jsonrecord import as_dict
from kg.text.names import one_line, singular, spaced_key
from kg.text.spellings import plain_name, readable, typed_key, typed_words
from kg.vocabulary import (
    CLASS_NAMES,
    DCTERMS,
    DEFAULT_BASE,
    ENTITY_KINDS,
    KG,
    KINDS,
    SCHEMA,
    SKOS,
    Kind,
    entity_iri,
    paper_iri,
    repository_iri,
)

Rank = Literal["exact", "spelling", "acronym", "prefix", "words", "typo"]

_RANKS: tuple[Rank, ...] = ("exact", "spelling", "acronym", "prefix", "words", "typo")
WHOLE_NAMES: tuple[Rank, ...] = ("exact", "spelling", "acronym")
"""The ranks of matches by a whole name, not by a part of it or by something similar."""

_DOMINANCE = 3
_NEAREST = 3
_LONGEST = 300
"""Characters; names and titles are shorter, so that no more of the words is compared with them."""

_NAME_PROPERTIES = (SKOS + "prefLabel", SKOS + "altLabel", SCHEMA + "name")
_NAMES = f"?thing <{SKOS}prefLabel>|<{SKOS}altLabel>|<{SCHEMA}name> ?name"
_ALL_NAMES = f"SELECT DISTINCT ?name WHERE {{ {_NAMES} }}"
_NAMES_OF_CLASS = f"SELECT DISTINCT ?name ?class WHERE {{ ?thing a ?class . {_NAMES} }}"
_PAPERS = f"SELECT ?paper ?title WHERE {{ ?paper a <{KG}Paper> ; <{SCHEMA}name> ?title }}"
_VENUES = f"SELECT ?venue ?name WHERE {{ ?venue a <{SCHEMA}Periodical> ; <{SCHEMA}name> ?name }}"
_NOT_LETTERS = re.compile(r"[\W_]+")
_FIRST_LETTERS = re.compile(r"([^\W_])[^\W_]*[\W_]*")


class Match(NamedTuple):
    """Something with the name that was looked for, or with a similar one.

    ``name`` is its preferred name, ``matched`` the name that matched; ``papers`` counts the papers that mention an
    entity or link to a repository, and is 1 for a paper.
    """

    iri: str
    type: Kind
    name: str
    matched: str
    rank: Rank
    papers: int


class Found(NamedTuple):
    """The answer to a look-up.

    ``matches`` are best first, ``total`` also counts those beyond the limit. ``winner`` is the match that is clearly
    meant, if there is one. If there are no matches, ``nearest`` holds up to three names that are most similar.
    """

    words: str
    matches: tuple[Match, ...]
    total: int
    nearest: tuple[str, ...]
    winner: Match | None

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON, see :func:`kg.jsonrecord.as_dict`."""
        return as_dict(self)


def find(
    store: ox.Store,
    words: str,
    *,
    base: str = DEFAULT_BASE,
    type: Kind | tuple[Kind, ...] | None = None,
    limit: int | None = 10,
) -> Found:
    """Look up entities, papers and repositories by name.

    A match wins if it is the only one of its rank. Among whole names it wins over others of its rank if it has three
    times their papers, and loses to one of a lower rank with three times its own papers; the same holds for typos.

    Args:
        store: the graph.
        words: a name in any spelling, words of a title, a paper's identifier, ``owner/name``, an address, or an IRI,
            also with the prefix of its kind (``task:image-classification``).
        base: the base IRI of the graph's resources; with a wrong one only the slower scan finds other spellings.
        type: the only kind to look for, or the only kinds.
        limit: the maximum number of matches; ``None`` for all.
    """
    text = one_line(words.encode("utf-8", "replace").decode())
    wanted = KINDS if type is None else (type,) if isinstance(type, str) else type
    search = _Search(GraphReader(store), text, base, wanted)
    search.whole_names()
    names = search.all_names() if not search.matches and text else {}
    if names:
        search.scan(names)
    if names and not search.matches:
        search.typos(names)
    matches = sorted(
        search.matches.values(), key=lambda match: (_RANKS.index(match.rank), -match.papers, match.name, match.iri)
    )
    nearest = () if matches else tuple(search.nearest(names))
    return Found(text, tuple(matches[:limit]), len(matches), nearest, _winner(matches))


def titled(store: ox.Store, words: str) -> list[str]:
    """The papers whose titles have these words as they are, but for case, accents and markup, sorted by IRI."""
    part = plain_name(one_line(words))
    rows = GraphReader(store).rows(_PAPERS)
    return sorted({paper for paper, title in rows if part in plain_name(title)})


def venues_named(store: ox.Store, words: str) -> list[tuple[str, str]]:
    """The venues of this name in any spelling, or else those with all its words, as pairs of IRI and name."""
    venues = sorted(set(GraphReader(store).rows(_VENUES)))
    same = [(iri, name) for iri, name in venues if typed_key(name) == typed_key(words)]
    parts = set(typed_words(words))
    return same or [(iri, name) for iri, name in venues if parts and parts <= set(typed_words(name))]


def _winner(matches: list[Match]) -> Match | None:
    if not matches:
        return None
    first, *others = matches
    peers = [match for match in others if match.rank == first.rank]
    if first.rank in ("prefix", "words"):
        return None if peers else first
    if any(first.papers < _DOMINANCE * max(peer.papers, 1) for peer in peers):
        return None
    lower = [match for match in others if match.rank in WHOLE_NAMES and match.rank != first.rank]
    if any(match.papers >= _DOMINANCE * max(first.papers, 1) for match in lower):
        return None
    return first


class _Search:
    """One look-up: the words in the forms in which names are compared, and the matches so far by IRI."""

    def __init__(self, reader: GraphReader, text: str, base: str, wanted: tuple[Kind, ...]) -> None:
        self.reader = reader
        self.text = text
        self.base = base
        self.wanted = wanted
        self.key = typed_key(text[:_LONGEST])
        self.words = typed_words(text[:_LONGEST])
        self.matches: dict[str, Match] = {}

    def whole_names(self) -> None:
        """Match names, titles, identifiers and addresses through the store's index."""
        for form in dict.fromkeys((self.text, self.text.upper(), self.text.lower())):
            literal = ox.Literal(form)
            for name_property in _NAME_PROPERTIES:
                for iri in self.reader.subjects(name_property, literal):
                    self._add_by_name(iri, form)
        for iri in self.reader.subjects(DCTERMS + "identifier", ox.Literal(self.text)):
            self._add(iri, "exact", self.text)
        for iri in self._iris():
            self._add(iri, "exact", self.text)
        if self.words:
            spaced = spaced_key(readable(self.text[:_LONGEST]))
            for iri in (
                *(entity_iri(self.base, kind, spaced) for kind in ENTITY_KINDS),
                paper_iri(self.base, readable(self.text)),
            ):
                for name in self._names(iri):
                    if typed_key(name) == self.key:
                        self._add_by_name(iri, name)

    def scan(self, names: Mapping[str, str]) -> None:
        """Match acronyms, other spellings, prefixes and words among all names."""
        start = _stem("".join(filter(str.isalnum, self.key)))
        if not start:
            return
        initials = self.key if self._may_be_initials else ""
        words = list(dict.fromkeys(_stem(singular(word)) for word in self.words))
        for name, plain in names.items():
            # Coarse, because the keys of names take longer to make; :meth:`_rank` decides.
            if (
                all(word in plain for word in words)
                or _NOT_LETTERS.sub("", plain).startswith(start)
                or (initials and plain.startswith(initials[0]) and _FIRST_LETTERS.sub(r"\1", plain) == initials)
            ):
                for iri in self._bearers(name):
                    self._add_by_name(iri, name)

    def all_names(self) -> dict[str, str]:
        """Every name in the graph, or of the wanted kinds, with its plain form; the names of venues are among them."""
        if self.wanted == KINDS:
            return {row[0]: plain_name(row[0]) for row in self.reader.rows(_ALL_NAMES)}
        classes = [ox.NamedNode(KG + CLASS_NAMES[kind]) for kind in self.wanted]
        rows = (row for of_class in classes for row in self.reader.rows(_NAMES_OF_CLASS, **{"class": of_class}))
        return {row[0]: plain_name(row[0]) for row in rows}

    def typos(self, names: Mapping[str, str]) -> None:
        """Match names by edit distance, with adjacent letters swapped as one edit.

        As many edits are allowed as by Lucene's "AUTO" fuzziness: none for up to two letters, one for up to five, two
        for more.
        """
        from rapidfuzz import process, utils
        from rapidfuzz.distance import OSA

        words = plain_name(self.text)
        letters = min(len(self.key), len(utils.default_process(words)))  # of symbols alone nothing is compared
        edits = 0 if letters <= 2 else 1 if letters <= 5 else 2
        if not edits or len(self.text) > _LONGEST:
            return
        near = process.extract(
            words,
            names,
            scorer=OSA.distance,
            processor=utils.default_process,
            score_cutoff=edits,
            limit=None,
        )
        fewest = min((distance for _, distance, _ in near), default=0)
        for _, distance, name in near:
            if distance == fewest:
                for iri in self._bearers(name):
                    self._add(iri, "typo", name)

    def nearest(self, names: Mapping[str, str]) -> Iterator[str]:
        """The names most similar to the words, best first, then by the alphabet."""
        from rapidfuzz import fuzz, process, utils

        # A few more than wanted, because some may turn out to be the names of venues.
        near = process.extract(
            plain_name(self.text[:_LONGEST]),
            names,
            scorer=fuzz.ratio,
            processor=utils.default_process,
            limit=10 * _NEAREST,
        )
        in_order = [name for _, _, name in sorted(near, key=lambda item: (-item[1], item[2]))]
        things = [name for name in in_order if any(map(self._kind, self._bearers(name)))]
        yield from things[:_NEAREST]

    @property
    def _may_be_initials(self) -> bool:
        return len(self.words) == 1 and 2 <= len(self.key) <= 8 and self.key.isalpha()

    def _iris(self) -> Iterator[str]:
        """Nodes whose address the words are: their IRI, the address of a repository, the page of a paper."""
        if "/" in self.text or ":" in self.text:
            from kg.text.addresses import repository  # loaded only here, because most words are no address

            if named := repository(self.text):
                yield repository_iri(self.base, named.host, named.path)
        kind, _, name = self.text.partition(":")
        address = f"{self.base}{kind}/{name}" if kind in KINDS else self.text
        try:
            node = ox.NamedNode(address)
        except ValueError:
            return
        yield address
        yield from self.reader.subjects(SCHEMA + "url", node)

    def _names(self, iri: str) -> list[str]:
        return [name for name_property in _NAME_PROPERTIES for name in self.reader.objects(iri, name_property)]

    def _bearers(self, name: str) -> Iterator[str]:
        for name_property in _NAME_PROPERTIES:
            yield from self.reader.subjects(name_property, ox.Literal(name))

    def _kind(self, iri: str) -> Kind | None:
        """The kind of a node, if it is a wanted one."""
        kind = self.reader.kind(iri)
        return kind if kind in self.wanted else None

    def _add_by_name(self, iri: str, name: str) -> None:
        """Add a node, if it is of a wanted kind and its name matches exactly enough for a rank."""
        kind = self._kind(iri)
        if kind and (rank := self._rank(kind, preferred := self.reader.name(iri), name)):
            self._keep(iri, kind, preferred, name, rank)

    def _add(self, iri: str, rank: Rank, name: str) -> None:
        """Add a node with a known rank, if it is of a wanted kind."""
        if kind := self._kind(iri):
            self._keep(iri, kind, self.reader.name(iri), name, rank)

    def _keep(self, iri: str, kind: Kind, preferred: str, name: str, rank: Rank) -> None:
        known = self.matches.get(iri)
        if known is None or _RANKS.index(rank) < _RANKS.index(known.rank):
            papers = known.papers if known else self.reader.papers(iri, kind)
            self.matches[iri] = Match(iri, kind, preferred, name, rank, papers)

    def _rank(self, kind: Kind, preferred: str, name: str) -> Rank | None:
        """How a name matches the words; a repository also has the name of its path without the owner."""
        if name == preferred == self.text:
            return "exact"
        key = typed_key(name)
        keys = {key, typed_key(name.rpartition("/")[2])} if kind == "code" else {key}
        if self.key in keys:
            return "acronym" if _abbreviates(name, preferred) or _abbreviates(preferred, name) else "spelling"
        words = typed_words(name)
        if self._may_be_initials and len(words) > 1 and "".join(word[0] for word in words) == self.key:
            return "acronym"
        if any(key.startswith(self.key) for key in keys):
            return "prefix"
        return "words" if set(map(singular, self.words)) <= set(map(singular, words)) else None


def _stem(word: str) -> str:
    """A word without the final "y" that a plural turns into "ie", so that it is part of both."""
    return word[:-1] if word.endswith("y") and len(word) > 1 else word


def _abbreviates(short: str, long: str) -> bool:
    """Whether one name consists of letters of a longer one, in order and from its first letter on.

    The condition of Schwartz and Hearst (2003) for a short form.

    >>> _abbreviates("GAN", "generative adversarial network"), _abbreviates("CIFAR10", "CIFAR-10")
    (True, False)
    """
    letters, rest = typed_key(short), typed_key(long)
    if not letters or " " in short or len(letters) >= len(rest) or letters[0] != rest[0]:
        return False
    following = iter(rest)
    return all(letter in following for letter in letters)
