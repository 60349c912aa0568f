"""Finding entities, papers and repositories by their names as people write them.

>>> found = find(reader, "cifar 10")  # doctest: +SKIP
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

Names that begin with the words or have them in another order are looked for only if there is no whole name, and
typos only if there is neither.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Literal, NamedTuple

import pyoxigraph as ox

from kg.ask.curated import speaks_of
from kg.ask.origins import Origin
from kg.graph.index import ID_TYPE, INITIALS, IndexedReader, Name, Node
from kg.jsonrecord import as_dict
from kg.text.names import one_line, singular, spaced_key
from kg.text.spellings import abbreviates, plain_name, readable, typed_key, typed_words
from kg.vocabulary import (
    DCTERMS,
    DEFAULT_BASE,
    ENTITY_KINDS,
    KINDS,
    SCHEMA,
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
_ALIKE = 50.0
"""Per cent of the letters that the words and the names nearest to them share in order; less is no likeness."""
_COMPARED = 150_000
"""Names; to find the most similar ones no more are compared, those of similar length first. It takes some 25 ms."""
_LONGEST = 300
"""Characters; names and titles are shorter, so that no more of the words is compared with them."""


class Match(NamedTuple):
    """Something with the name that was looked for, or with a similar one.

    ``name`` is its preferred name, ``matched`` the name that matched; ``papers`` counts the papers that mention an
    entity or link to a repository, and is 1 for a paper, 0 for one that only an imported catalogue has.
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
    meant, if there is one. If there are no matches, ``nearest`` holds the names that are most similar, up to three.
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
    reader: IndexedReader,
    words: str,
    *,
    base: str = DEFAULT_BASE,
    type: Kind | tuple[Kind, ...] | None = None,
    limit: int | None = 10,
    origin: Origin = "both",
) -> Found:
    """Look up entities, papers and repositories by name.

    A match wins if it is the only one of its rank. Among whole names it wins over others of its rank if it has three
    times their papers, and loses to one of a lower rank with three times its own papers; the same holds for typos.

    Args:
        reader: the graph.
        words: a name in any spelling, words of a title, a paper's identifier, ``owner/name``, an address, or an IRI,
            also with the prefix of its kind (``task:image-classification``).
        base: the base IRI of the graph's resources.
        type: the only kind to look for, or the only kinds.
        limit: the maximum number of matches; ``None`` for all.
        origin: whom to ask: only for what texts say something of, only for what a catalogue does, or for both.
    """
    text = one_line(words.encode("utf-8", "replace").decode())
    wanted = KINDS if type is None else (type,) if isinstance(type, str) else type
    search = _Search(reader, text, base, wanted, origin)
    search.whole_names()
    further: list[tuple[Rank, list[tuple[int, int]]]] = []
    if text and not search.matches:
        search.other_spellings()
        further = search.parts_of_names()
        if not search.matches and not any(found for _, found in further):
            search.typos()
    matches = sorted(search.matches.values(), key=_order)
    total = len(matches) + sum(len(found) for _, found in further)
    for rank, found in further:
        # Two are enough to see whether one of them is the only one.
        matches += search.first(rank, found, None if limit is None else max(limit - len(matches), 2))
    nearest = tuple(search.nearest()) if text and not matches else ()
    return Found(text, tuple(matches[:limit]), total, nearest, _winner(matches))


def suggest(reader: IndexedReader, words: str, limit: int = 10) -> list[Match]:
    """Names for what somebody is typing: those that begin with it, or that have its words, the last one incomplete.

    What has exactly this name comes first, then what most papers mention.

    Args:
        reader: the graph.
        words: the beginning of a name, or some of its words.
        limit: the maximum number of matches.
    """
    text = one_line(words.encode("utf-8", "replace").decode())[:_LONGEST]
    key, parts = typed_key(text), [singular(word) for word in typed_words(text)]
    if not parts:
        return []
    matches: dict[int, Match] = {}
    # A node can have several such names, most often two.
    for name in reader.index.completing(key, parts, 4 * limit):
        same = typed_key(name.text) == key
        rank: Rank = "spelling" if same else "prefix" if typed_key(name.text).startswith(key) else "words"
        matches.setdefault(name.node.id, _match(name.node, name.text, rank))
    return [*matches.values()][:limit]


def similar(reader: IndexedReader, words: str, *, base: str = DEFAULT_BASE, limit: int = 10) -> list[Match]:
    """What :func:`find` finds but for parts of names: identifiers, addresses, acronyms and typos, best first.

    It is for words that :func:`suggest` has nothing for. The names nearest to words without a match are not looked for,
    since that is most of the work of a look-up.
    """
    text = one_line(words.encode("utf-8", "replace").decode())
    search = _Search(reader, text, base, KINDS)
    for look in (search.whole_names, search.other_spellings, search.typos):
        if text and not search.matches:
            look()
    return sorted(search.matches.values(), key=_order)[:limit]


def titled(reader: IndexedReader, words: str) -> list[str]:
    """The papers whose titles have these words as they are, but for case, accents and markup, sorted by IRI."""
    from rapidfuzz.utils import default_process

    part = plain_name(one_line(words))
    names = reader.index.titles(default_process(part))
    return sorted({name.node.iri for name in names if part in plain_name(name.text)})


def venues_named(reader: IndexedReader, words: str) -> list[tuple[str, str]]:
    """The venues of this name in any spelling, or else those with all its words, as pairs of IRI and name."""
    venues = reader.index.venues()
    same = [(iri, name) for iri, name in venues if typed_key(name) == typed_key(words)]
    parts = set(typed_words(words))
    return same or [(iri, name) for iri, name in venues if parts and parts <= set(typed_words(name))]


def distinct(names: Iterable[str]) -> list[str]:
    """Some names without those that are another spelling of one before them."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(typed_key(name), name)
    return [*found.values()]


def is_guess(match: Match | None) -> bool:
    """Whether something has not the whole name that was looked for, but it as a part, or a similar one."""
    return match is not None and match.rank not in WHOLE_NAMES


def _order(match: Match) -> tuple[int, int, str, str]:
    return _RANKS.index(match.rank), -match.papers, match.name, match.iri


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
    """One look-up: the words in the forms in which names are compared, and the matches so far by their nodes."""

    def __init__(
        self, reader: IndexedReader, text: str, base: str, wanted: tuple[Kind, ...], origin: Origin = "both"
    ) -> None:
        self.reader = reader
        self.index = reader.index
        self.text = text
        self.base = base
        self.wanted = wanted
        self.origin = origin
        self.spoken_of = speaks_of(reader, origin)
        self.key = typed_key(text[:_LONGEST])
        self.words = typed_words(text[:_LONGEST])
        self.matches: dict[int, Match] = {}
        self._read: dict[int, list[tuple[list[str], array[int]]]] = {}

    def whole_names(self) -> None:
        """Match names as they are written, titles, identifiers and addresses."""
        for name in self.index.called({self.text, self.text.upper(), self.text.lower()}):
            self._add_by_name(name)
        known = (self.reader.subjects(DCTERMS + "identifier", ox.Literal(text)) for text in self._identifiers())
        for iri in (*chain.from_iterable(known), *self._iris()):
            if node := self.index.node(iri):
                self._add(node, "exact", self.text)
        if self.words:
            spaced = spaced_key(readable(self.text[:_LONGEST]))
            for iri in (
                *(entity_iri(self.base, kind, spaced) for kind in ENTITY_KINDS),
                paper_iri(self.base, readable(self.text)),
            ):
                for name in self.index.names_of(iri):
                    if typed_key(name.text) == self.key:
                        self._add_by_name(name)

    def other_spellings(self) -> None:
        """Match all names that are the same in another spelling, and those of which the words are the first letters."""
        if not self._has_letters:
            return
        for name in self.index.with_key(self.key):
            self._add_by_name(name)
        if self._may_be_initials:
            for name in self.index.with_initials(self.key):
                self._add_by_name(name)

    def parts_of_names(self) -> list[tuple[Rank, list[tuple[int, int]]]]:
        """The nodes that match by the beginning of a name, and those that match by some words of it.

        Each list has the ids of nodes and of their names in the order of the nodes; none has what matched before.
        """
        if not self._has_letters or not self.words:
            return []
        begun = [found for found in self.index.beginning(self.key, self.wanted) if found[0] not in self.matches]
        known = self.matches.keys() | {node for node, _ in begun}
        words = dict.fromkeys(map(singular, self.words))
        within = [found for found in self.index.with_words(words, self.wanted) if found[0] not in known]
        if self.origin != "both":
            nodes = self.index.nodes([node for node, _ in (*begun, *within)])
            kept = {node.id for node in nodes if self.spoken_of(node)}
            begun, within = ([found for found in some if found[0] in kept] for some in (begun, within))
        return [("prefix", begun), ("words", within)]

    def first(self, rank: Rank, found: Sequence[tuple[int, int]], limit: int | None) -> list[Match]:
        """The first of what :meth:`parts_of_names` returned."""
        names = {name.id: name for name in self.index.names([name for _, name in found[:limit]])}
        return [_match(names[name].node, names[name].text, rank) for _, name in found[:limit]]

    def typos(self) -> None:
        """Match names by edit distance, with adjacent letters swapped as one edit.

        As many edits are allowed as by Lucene's "AUTO" fuzziness: none for up to two letters, one for up to five, two
        for more.
        """
        from rapidfuzz import process, utils
        from rapidfuzz.distance import OSA, Indel

        words = utils.default_process(plain_name(self.text))
        letters = min(len(self.key), len(words))  # of symbols alone nothing is compared
        edits = 0 if letters <= 2 else 1 if letters <= 5 else 2
        if not edits or len(self.text) > _LONGEST:
            return
        near: list[tuple[int, int]] = []
        for length in range(len(words) - edits, len(words) + edits + 1):
            for choices, names in self._forms(length):
                # Each edit is at most one letter less and one more, which is quicker to count for all names.
                perhaps = process.extract(words, choices, scorer=Indel.distance, score_cutoff=2 * edits, limit=None)
                distances = ((OSA.distance(words, form, score_cutoff=edits), place) for form, _, place in perhaps)
                near += [(distance, names[place]) for distance, place in distances if distance <= edits]
        fewest = min(near, default=(0, 0))[0]
        for name in self.index.names([name for distance, name in near if distance == fewest]):
            self._add(name.node, "typo", name.text)

    def nearest(self) -> list[str]:
        """The names most similar to the words among those of similar length, best first, then by the alphabet."""
        from rapidfuzz import fuzz, process, utils

        words = utils.default_process(plain_name(self.text[:_LONGEST]))
        best: dict[str, float] = {}
        least = _ALIKE
        compared = 0
        # From lengths near by to others: no name of these can be as similar as those that are known.
        for length in sorted(self.index.lengths(self.wanted), key=lambda length: abs(length - len(words))):
            if 200 * min(length, len(words)) < least * (length + len(words)):
                continue
            if compared >= _COMPARED:
                break
            for choices, names in self._forms(length):
                compared += len(choices)
                # A few more than wanted, because names that differ in signs alone are as similar.
                near = process.extract(words, choices, scorer=fuzz.ratio, score_cutoff=least, limit=10 * _NEAREST)
                scores = {names[place]: score for _, score, place in near}
                names_near = filter(lambda name: self.spoken_of(name.node), self.index.names([*scores]))
                best |= {name.text: scores[name.id] for name in names_near}
                ordered = distinct(sorted(best, key=lambda name: (-best[name], name)))
                best = {name: best[name] for name in ordered[:_NEAREST]}
                least = min(best.values()) if len(best) == _NEAREST else _ALIKE
        return [*best]

    def _forms(self, length: int) -> list[tuple[list[str], array[int]]]:
        """The names of a length in the form in which they are compared, and their ids."""
        if length not in self._read:
            found = self.index.forms(self.wanted, [length])
            self._read[length] = [(forms.split("\n"), array(ID_TYPE, ids)) for forms, ids in found]
        return self._read[length]

    @property
    def _has_letters(self) -> bool:
        return any(map(str.isalnum, self.key))

    @property
    def _may_be_initials(self) -> bool:
        return len(self.words) == 1 and len(self.key) in INITIALS and self.key.isalpha()

    def _identifiers(self) -> Iterator[str]:
        """The words as an identifier of a paper, and with the scheme that it has in the graph."""
        yield self.text
        if "/" in self.text or "." in self.text:
            from kg.text.identifiers import bare_arxiv, bare_doi  # loaded only here, because most words have none

            if found := bare_arxiv(self.text, alone=True):
                yield f"arxiv:{found}"
            elif found := bare_doi(self.text):
                yield f"doi:{found}"

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

    def _add_by_name(self, name: Name) -> None:
        """Add a node, if it is of a wanted kind and its name matches exactly enough for a rank."""
        if rank := self._rank(name.node.kind, name.node.name, name.text):
            self._add(name.node, rank, name.text)

    def _add(self, node: Node, rank: Rank, name: str) -> None:
        """Add a node with a known rank, if it is of a wanted kind and origin."""
        known = self.matches.get(node.id)
        better = known is None or _RANKS.index(rank) < _RANKS.index(known.rank)
        if node.kind in self.wanted and better and self.spoken_of(node):
            self.matches[node.id] = _match(node, name, rank)

    def _rank(self, kind: Kind, preferred: str, name: str) -> Rank | None:
        """How a name matches the words; a repository also has the name of its path without the owner."""
        if name == preferred == self.text:
            return "exact"
        key = typed_key(name)
        keys = {key, typed_key(name.rpartition("/")[2])} if kind == "code" else {key}
        if self.key in keys or name.casefold() == self.text.casefold():
            return "acronym" if abbreviates(name, preferred) or abbreviates(preferred, name) else "spelling"
        words = typed_words(name)
        if self._may_be_initials and len(words) > 1 and "".join(word[0] for word in words) == self.key:
            return "acronym"
        return None


def _match(node: Node, name: str, rank: Rank) -> Match:
    return Match(node.iri, node.kind, node.name, name, rank, node.papers)
