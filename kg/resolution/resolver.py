"""Names of all papers in, the entity of each mention out.

A mention's identity is its type and the key of its name (:func:`kg.text.names.entity_key`), unless one of these says
otherwise, in this order:

1. its own paper: a short form that the paper defines means the long form, and so does one whose letters are the
   initials of another name in the paper;
2. the curated files, for a canonical name;
3. the corpus: a short form has the sense that is clear there (:mod:`kg.resolution.senses`);
4. the curated files, for any other name;
5. the counts of definitions from elsewhere;
6. the catalogues that were imported, for a name that is clear there (:mod:`kg.resolution.known`);
7. the curated files, for a name with a word after it that adds nothing.

Only one of these steps is taken for a name, so that no chain of short forms can join two long forms. A short form that
has senses, none of them clear, is a separate entity and marked as ambiguous. Everything is decided over all papers
together and does not depend on their order.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, NamedTuple, TypeVar

from kg.records import Entity, Extraction, Mention, Merge, Why
from kg.resolution.curated import Curated, CuratedEntity, Identity
from kg.resolution.directions import Directions
from kg.resolution.hierarchy import broader_among, parts_of
from kg.resolution.known import KnownNames
from kg.resolution.senses import Sense, Senses, is_name_of
from kg.resolution.spelling import entity_key, entity_words, plain_name
from kg.text.names import LIST_START, with_number
from kg.text.plain import unwrapped
from kg.vocabulary import DEFAULT_BASE, Better, EntityType, entity_iri

_CLOSE = 6  # characters between names of which the second is only a number
_Counted = TypeVar("_Counted")
_COINED = re.compile(r"^(?=.*[A-Z].*[A-Z])(?=.*[a-z](?!$)).{3,}")  # "SalUn" and "ReSTE", but not "GAN" or "GANs"


class _Placed(NamedTuple):
    """The entity of a name, and why it is that one (see :class:`kg.records.Merge`)."""

    identity: Identity
    why: Why
    detail: str = ""

    @property
    def is_short_form(self) -> bool:
        return self.why in ("abbreviation in paper", "dominant sense")


class _Use(NamedTuple):
    """A name as papers use it, with the long form that they give for it, if they do."""

    type: EntityType
    text: str
    long: str | None


@dataclass(slots=True)
class _Names:
    """The names of one entity in the papers, with the number of papers for each.

    ``full`` are names in the text, ``short`` are short forms, and ``expanded`` are their long forms. ``coined`` are
    those short forms that papers introduce as names.
    """

    full: Counter[str] = field(default_factory=Counter)
    expanded: Counter[str] = field(default_factory=Counter)
    short: Counter[str] = field(default_factory=Counter)
    coined: Counter[str] = field(default_factory=Counter)

    @property
    def preferred(self) -> Counter[str]:
        """The names to choose an IRI from."""
        return self.full or self.expanded or self.short

    @property
    def label(self) -> str:
        """The commonest full name as it reads; or a coined short form, if no full name is much more frequent."""
        counts: Counter[str] = Counter()
        often = 2 * max(self.coined.values(), default=0) >= max(self.full.values(), default=0)
        for text, papers in (self.coined if self.coined and often else self.preferred).items():
            counts[plain_name(text)] += papers
        return _commonest(counts)


class _Entity(NamedTuple):
    """What is known of an entity from its names alone.

    ``iri`` is its IRI unless another entity has it, ``parts`` what each name may be a kind of
    (:meth:`Resolver._parts`), ``meant`` the keys of the senses of a name that is unclear, and ``merged`` has the names
    that are not the label: why each is one, and in how many papers.
    """

    iri: str
    label: str
    others: Sequence[str]
    parts: Sequence[Sequence[Sequence[str]]]
    meant: Sequence[str] | None
    better: Better | None
    merged: Sequence[tuple[str, Why, str, int]]


class Resolver:
    """Collects the names in all extractions, then gives each mention its entity.

    >>> resolver = Resolver()
    >>> for extraction in extractions:  # doctest: +SKIP
    ...     resolver.add(extraction)
    >>> resolved = resolver.resolve(extractions[0])  # doctest: +SKIP

    Args:
        base: the base IRI of entities.
        curated: the curated files.
        elsewhere: counts of definitions from elsewhere (:func:`kg.resolution.senses.read_senses`).
        directions: which values of a metric are better.
        known: the names that catalogues have for entities.
    """

    def __init__(
        self,
        base: str = DEFAULT_BASE,
        curated: Curated | None = None,
        elsewhere: Mapping[str, tuple[int, Mapping[str, int]]] | None = None,
        directions: Directions | None = None,
        known: KnownNames | None = None,
    ) -> None:
        self.base = base
        self.curated = curated or Curated()
        self.known = known or KnownNames((), self.curated)
        self.directions = directions or Directions([])
        self._senses = Senses(elsewhere)
        self._uses: Counter[_Use] = Counter()
        self._coined: Counter[_Use] = Counter()
        self._defined: Counter[_Use] = Counter()
        self._attested: Counter[Identity] = Counter()  # by how many names and definitions
        self._teaches: dict[_Use, CuratedEntity | None] = {}  # of definitions: whose further name the long form is
        self._long_keys: dict[_Use, str] = {}
        self._placed: dict[_Use, _Placed] = {}  # all that is counted, once it is settled
        self._keys: dict[_Use, Sequence[str]] = {}  # what each was placed by (_keys_of)
        self._known: dict[Identity, _Entity] = {}
        self._asked: dict[_Use, _Placed] = {}
        self._iris: dict[Identity, str] = {}
        self._further: dict[Identity, CuratedEntity] | None = None
        self._settled = False
        self._other_counts: set[_Use] = set()  # what is counted otherwise than when all was settled last
        self._other_keys: set[str] = set()  # the keys of names that may mean something else than then
        self._before: dict[Identity, str] = {}  # the IRIs that were kept
        self._left: set[Identity] = set()  # the entities that some name had then, and has no longer

    def add(self, extraction: Extraction) -> None:
        """Count the names and the definitions of one paper."""
        self._count(extraction, 1)

    def remove(self, extraction: Extraction) -> None:
        """Forget the names and the definitions of a paper that was added."""
        self._count(extraction, -1)

    def _count(self, extraction: Extraction, by: int) -> None:
        self._unsettle()
        meanings = _Meanings(extraction)
        for short, long in meanings.defined.values():
            self._senses.add(short, long, by)
            self._other_keys.add(entity_key(short))
        uses = {_Use(mention.type, name, meanings.of(mention.type, name)) for mention, name in full_names(extraction)}
        keys = {(use.type, entity_key(use.text)) for use in uses}
        defined = {
            _Use(entity_type, short, long)
            for short, long in meanings.defined.values()
            for entity_type in {use.type for use in uses}
            if not keys.isdisjoint(((entity_type, entity_key(short)), (entity_type, entity_key(long))))
        }
        coined = _coined(extraction, meanings)
        for use in uses:
            if _counted(self._uses, use, by):
                self._attest((use.type, entity_key(use.text)), by)
        for use in defined:
            if _counted(self._defined, use, by) and use.long:
                self._attest((use.type, entity_key(use.long)), by)
                self._other_keys.add(entity_key(use.long))  # which may be a further name of an entity, or no longer
        for use in coined:
            _counted(self._coined, use, by)
        self._other_counts |= uses | defined | coined

    def attest(self, entity_type: EntityType, name: str) -> None:
        """Count this as the name of an entity of this type, as if it were in a paper."""
        self._unsettle()
        self._attest((entity_type, entity_key(name)), 1)

    def _attest(self, one: Identity, by: int) -> None:
        if _counted(self._attested, one, by):
            self._other_keys.add(one[1])

    def _unsettle(self) -> None:
        self._settled = False
        self._asked.clear()
        self._iris.clear()
        self._further = None

    def kept(self) -> dict[str, Any]:
        """What is counted and what names mean, as JSON, for the resolver of the next build (:meth:`take`)."""
        iris = self.iris()

        def placed(use: _Use) -> list[Any]:
            found = self._placed[use]
            return [self._keys[use], found.identity[1], found.why, found.detail]

        def taught(use: _Use) -> str | None:
            entity = self._taught(use)
            return entity.name if entity else None

        return {
            "uses": [[*use, papers, *placed(use)] for use, papers in self._uses.items()],
            "coined": [[*use, papers] for use, papers in self._coined.items()],
            "defined": [
                [*use, papers, *placed(use), self._long_keys.get(use) or entity_key(use.long or ""), taught(use)]
                for use, papers in self._defined.items()
            ],
            "senses": [*self._senses.kept()],
            "entities": [[*one, iris[one], *known] for one, known in self._known.items()],
        }

    def take(self, kept: Mapping[str, Any]) -> None:
        """Take over what another resolver kept, which had the same files; this one has counted nothing yet."""
        for entity_type, text, long, papers, keys, key, why, detail in kept["uses"]:
            use = _Use(entity_type, text, long)
            self._uses[use], self._keys[use] = papers, keys
            self._placed[use] = _Placed((entity_type, key), why, detail)
            self._attested[entity_type, keys[0]] += 1
        for entity_type, text, long, papers in kept["coined"]:
            self._coined[_Use(entity_type, text, long)] = papers
        for entity_type, text, long, papers, keys, key, why, detail, long_key, taught in kept["defined"]:
            use = _Use(entity_type, text, long)
            self._defined[use], self._keys[use] = papers, keys
            self._placed[use] = _Placed((entity_type, key), why, detail)
            self._attested[entity_type, long_key] += 1
            self._long_keys[use] = long_key
            self._teaches[use] = self.curated.named(entity_type, taught) if taught else None
        self._senses.take(kept["senses"])
        for entity_type, key, iri, *known in kept["entities"]:
            self._known[entity_type, key] = _Entity(*known)
            self._before[entity_type, key] = iri

    def moved(self) -> set[str]:
        """The IRIs of before that some name had which is counted still, and which it has no longer."""
        iris = self.iris()
        left = {one for one, iri in self._before.items() if iris.get(one, iri) != iri}
        return {self._before[one] for one in left | self._left if one in self._before}

    def _settle(self) -> None:
        """Find what all names mean, or, if that was known, what those mean now that may mean something else."""
        if self._settled:
            return
        self._settled = True
        touched: set[Identity] | None = None
        uses = self._uses.keys() | self._defined.keys()
        if not self._known:
            self._placed = {use: self._place(use) for use in uses}
            self._keys = {use: self._keys_of(use) for use in uses}
        else:
            touched = self._settle_changes(uses)
        names, found, unclear = self._names(touched), self._rows(touched), self._unclear(touched)
        for one in self._known.keys() if touched is None else touched:
            if one not in names:
                self._known.pop(one, None)
        for one, some in names.items():
            self._known[one] = self._entity(one, some, found[one], unclear.get(one))
        self._other_counts.clear()
        self._other_keys.clear()

    def _settle_changes(self, uses: Set[_Use]) -> set[Identity]:
        """Place the names that may mean something else than before; all entities that are others now, or may be."""
        other = self._senses.reached(self._other_keys, self._further_keys)
        gone = self._placed.keys() - uses
        touched = {self._placed[use].identity for use in gone}
        for use in gone:
            del self._placed[use], self._keys[use]
        for use in uses:
            placed = self._placed.get(use)
            keys = self._keys.get(use, ())
            if not placed or not other.isdisjoint(keys) or self.curated.is_apart(use.type, use.text, keys[0]):
                now = self._placed_now(use)
                self._placed[use] = now
                if placed:
                    touched.add(placed.identity)
                    if placed.identity != now.identity:
                        self._left.add(placed.identity)
                else:
                    self._keys[use] = self._keys_of(use)
                touched.add(now.identity)
        touched |= {self._placed[use].identity for use in self._other_counts if use in self._placed}
        for one, known in self._known.items():
            if any(not other.isdisjoint(part) for named in known.parts for part in named):
                touched.add(one)
        return touched

    def _keys_of(self, use: _Use) -> list[str]:
        """The keys of all names on which it depends what a name means, that of the name first."""
        names = (use.text, use.long) if use.long else (use.text,)
        return [*dict.fromkeys(key for name in names for key in self._keys_of_name(use.type, name))]

    def _keys_of_name(self, entity_type: EntityType, name: str) -> Iterator[str]:
        yield entity_key(name)
        yield from self._further_keys(entity_type, name)

    def _further_keys(self, entity_type: EntityType, name: str) -> Iterator[str]:
        """The keys of a name without its last words, as far as those add nothing."""
        while rest := self.curated.without_padding(entity_type, name):
            yield entity_key(rest)
            name = rest

    def resolve(self, extraction: Extraction) -> Extraction:
        """The extraction with every mention's ``entity`` set to an IRI."""
        meanings = _Meanings(extraction)
        iris = self.iris()
        mentions = []
        for mention, text in full_names(extraction):
            placed = self._place(_Use(mention.type, text, meanings.of(mention.type, text)))
            mentions.append(replace(mention, entity=iris[placed.identity]))
        return replace(extraction, entities=tuple(mentions))

    def identity(self, entity_type: EntityType, name: str, paper: Extraction | None = None) -> Identity:
        """What a name means: in a paper that was added, or in the corpus as a whole."""
        text = unwrapped(name)
        long = _Meanings(paper).of(entity_type, text) if paper else None
        return self._place(_Use(entity_type, text, long)).identity

    def iri_of(self, entity_type: EntityType, name: str) -> str | None:
        """The IRI of what a name means in the corpus as a whole; ``None`` if no paper names it."""
        return self.iris().get(self.identity(entity_type, name))

    def entities(self) -> Iterator[Entity]:
        """All entities, sorted by type and key."""
        iris = self.iris()
        known = self._known
        unclear = {one for one, entity in known.items() if entity.meant is not None}
        found = {
            one: [wide for named in entity.parts if (wide := self._wider(one[0], named))]
            for one, entity in known.items()
            if entity.parts
        }
        broader = broader_among(known, found, self.curated, unclear)
        for one in sorted(known):
            entity = known[one]
            written = self.curated.entities.get(one)
            meant = ((one[0], key) for key in entity.meant or ())
            yield Entity(
                iri=iris[one],
                type=one[0],
                label=entity.label,
                other_labels=tuple(entity.others),
                broader=tuple(sorted(iris[wide] for wide in broader.get(one, ()))),
                ambiguous=entity.meant is not None,
                may_mean=tuple(sorted(iris[sense] for sense in meant if sense in known)),
                homepage=str(written.homepage) if written and written.homepage else None,
                pages=_pages(written) if written else (),
                better=entity.better,
            )

    def _wider(self, entity_type: EntityType, named: Sequence[Sequence[str]]) -> Identity | None:
        """The first entity among what a name may be a kind of."""
        (own, *_), *parts = named
        for key, *_ in parts:
            if key != own and (entity_type, key) in self._known:
                return entity_type, key
        return None

    def merges(self) -> Iterator[Merge]:
        """Every name of an entity that is not its label, sorted by entity and name."""
        iris = self.iris()
        for one, entity in sorted(self._known.items(), key=lambda item: item[0]):
            for text, why, detail, papers in entity.merged:
                yield Merge(iris[one], one[0], entity.label, text, papers, why, detail)

    def _entity(
        self, one: Identity, names: _Names, rows: Mapping[tuple[str, Why], Counter[str]], meant: Iterable[str] | None
    ) -> _Entity:
        """What is known of an entity from its names, which are in the papers, and what it may mean."""
        written = self.curated.entities.get(one)
        label = written.name if written else names.label
        others = sorted({*names.full, *names.expanded, *names.short, *self.curated.aliases(one)} - {label})
        called = dict.fromkeys((label, *self.curated.aliases(one), *sorted({*names.full, *names.expanded})))
        by_hand = written and written.broader is not None
        return _Entity(
            entity_iri(self.base, one[0], self._spelling(one, names)),
            label,
            others,
            [] if by_hand else [named for name in called if len(named := self._parts(one[0], name)) > 1],
            None if meant is None else [*meant],
            self.directions.better((label, *others)) if one[0] == "Metric" else None,
            [
                (text, why, _commonest(details), details.total())
                for (text, why), details in sorted(rows.items())
                if text != label
            ],
        )

    def _parts(self, entity_type: EntityType, name: str) -> list[list[str]]:
        """A name, then what it may be a kind of: for each the key of its entity, and those by which that was found."""
        return [
            [*dict.fromkeys((self.identity(entity_type, part)[1], *self._keys_of_name(entity_type, part)))]
            for part in (name, *parts_of(entity_type, name, self.curated))
        ]

    def _place(self, use: _Use) -> _Placed:
        placed = self._placed.get(use) if self._settled else None
        if not placed and not (placed := self._asked.get(use)):
            placed = self._asked[use] = self._placed_now(use)
        return placed

    def _placed_now(self, use: _Use) -> _Placed:
        return self._kept_apart(use, self._joined(use))

    def _kept_apart(self, use: _Use, placed: _Placed) -> _Placed:
        """The entity of a name, or a separate one if a name that is curated as different has that entity.

        Of the two names the one keeps the entity whose key is that of the entity, or else the one that comes first in
        the curated line.
        """

        def rank(found: _Placed, text: str, later: bool) -> tuple[bool, bool]:
            return found.identity != (use.type, entity_key(text)), later

        for text, listed_before in self.curated.apart_from(use.type, use.text):
            other = self._joined(_Use(use.type, text, None))
            if other.identity == placed.identity and rank(other, text, not listed_before) < rank(
                placed, use.text, listed_before
            ):
                return _Placed((use.type, f"={use.text}"), "spelling")
        return placed

    def _joined(self, use: _Use) -> _Placed:
        if use.long:
            return _Placed(self._defined_as(use.type, use.text, use.long), "abbreviation in paper", use.long)
        own = (use.type, entity_key(use.text))
        entity = self.curated.named(use.type, use.text)
        if entity and entity.identity == own:
            return _Placed(own, "spelling")
        if clear := self._in_sense(use, self._senses.clear(use.text), entity):
            return clear
        if entity:
            return _Placed(entity.identity, "curated alias", entity.name)
        return self._in_sense(use, self._senses.clear_elsewhere(use.text), None) or self._by_spelling(
            use.type, use.text
        )

    def _in_sense(self, use: _Use, sense: Sense | None, entity: CuratedEntity | None) -> _Placed | None:
        """The entity of a short form by its clear sense, if papers name that entity and it is not the curated one."""
        if sense is None:
            return None
        own = (use.type, entity_key(sense.long))
        if own not in self._attested and own not in self.known:
            return None
        if entity and is_name_of(entity.names, sense.long):
            return None
        detail = f"{sense.long} ({sense.papers} of {sense.of} papers)"
        return _Placed(self._spelled_out(use.type, sense.long), "dominant sense", detail)

    def _by_spelling(self, entity_type: EntityType, name: str) -> _Placed:
        """The entity of a name that is not a known short form."""
        entity = self.curated.named(entity_type, name) or self._learned().get((entity_type, entity_key(name)))
        if entity and entity.identity == (entity_type, entity_key(name)):
            return _Placed(entity.identity, "spelling")
        if entity:
            return _Placed(entity.identity, "curated alias", entity.name)
        if meant := self.known.meant(entity_type, name, self._senses.known):
            return _Placed(meant, "name in a catalogue" if self.known.joins(meant) else "spelling")
        padded = self.curated.without_padding(entity_type, name)
        if padded and (self._is_name(entity_type, padded) or _is_proper(padded)):
            return _Placed(self._joined(_Use(entity_type, padded, None)).identity, "word that adds nothing", padded)
        elsewhere = None if _is_acronym(name) else self.curated.of_any_type(name)
        if elsewhere:
            return _Placed((entity_type, elsewhere.identity[1]), "curated alias", elsewhere.name)
        return _Placed((entity_type, entity_key(name)), "spelling")

    def _is_name(self, entity_type: EntityType, name: str) -> bool:
        """Whether the curated files or the catalogues have an entity of this name."""
        return bool(self.curated.named(entity_type, name)) or (entity_type, entity_key(name)) in self.known

    def _spelled_out(self, entity_type: EntityType, long: str) -> Identity:
        return self._by_spelling(entity_type, long).identity

    def _defined_as(self, entity_type: EntityType, short: str, long: str) -> Identity:
        """The entity of a short form with the long form that its paper gives.

        A long form that lacks a word of a name of the curated entity ("language models (LLMs)") means that entity.
        """
        entity = self.curated.named(entity_type, short)
        if entity and len(_initials(long)) < len(entity_key(short)) and is_name_of(entity.names, long):
            return entity.identity
        return self._spelled_out(entity_type, long)

    def _learned(self) -> dict[Identity, CuratedEntity]:
        """Further names of curated entities: long forms that papers give for one of their short forms.

        Only a long form that agrees with a name of the entity counts, and only if it agrees with no other entity.
        """
        if self._further is None:
            found: defaultdict[Identity, dict[Identity, CuratedEntity]] = defaultdict(dict)
            for use in self._defined:
                if (entity := self._taught(use)) and use.long:
                    found[use.type, entity_key(use.long)][entity.identity] = entity
            self._further = {one: next(iter(of.values())) for one, of in found.items() if len(of) == 1}
        return self._further

    def _taught(self, use: _Use) -> CuratedEntity | None:
        """The curated entity of which the long form of a definition may be a further name."""
        if use not in self._teaches:
            entity_type, short, long = use
            entity = self.curated.named(entity_type, short)
            teaches = entity and long and not self.curated.named(entity_type, long) and is_name_of(entity.names, long)
            self._teaches[use] = entity if teaches else None
        return self._teaches[use]

    def _names(self, touched: Container[Identity] | None) -> dict[Identity, _Names]:
        """The names of all entities, or of some."""
        names: defaultdict[Identity, _Names] = defaultdict(_Names)
        for use, papers in self._uses.items():
            placed = self._placed[use]
            if touched is not None and placed.identity not in touched:
                continue
            found = names[placed.identity]
            short = placed.is_short_form or (placed.why == "name in a catalogue" and _is_acronym(use.text))
            (found.short if short else found.full)[use.text] += papers
            if use.long is None and placed.why == "dominant sense":
                found.expanded[placed.detail.rpartition(" (")[0]] += papers
        for use, papers in self._coined.items():
            if (one := self._placed[use].identity) in names:
                names[one].coined[use.text] += papers
        for use, papers in self._defined.items():
            found_here = names.get(self._placed[use].identity)
            if found_here and use.long:
                found_here.short[use.text] = max(found_here.short[use.text], papers)
                found_here.expanded[use.long] += papers
        return names

    def _rows(self, touched: Container[Identity] | None) -> Mapping[Identity, Mapping[tuple[str, Why], Counter[str]]]:
        """By entity, name and why it is one of its names: in how many papers, for which detail."""
        rows: defaultdict[Identity, defaultdict[tuple[str, Why], Counter[str]]]
        rows = defaultdict(lambda: defaultdict(Counter))
        for use, papers in self._uses.items():
            placed = self._placed[use]
            if touched is None or placed.identity in touched:
                rows[placed.identity][use.text, placed.why][placed.detail] += papers
        return rows

    def iris(self) -> Mapping[Identity, str]:
        """The IRI of each entity that papers name, from its canonical name or the commonest spelling of its name.

        If two entities would get the same IRI, the curated one comes first, then the one whose key sorts first; the
        next one gets a number.
        """
        self._settle()
        if not self._iris:
            taken: set[str] = set()
            for one in sorted(self._known, key=lambda one: (one not in self.curated.entities, one)):
                wanted = iri = self._known[one].iri
                if iri in taken:
                    iri = next(free for number in count(2) if (free := f"{wanted}-{number}") not in taken)
                self._iris[one] = iri
                taken.add(iri)
        return self._iris

    def _spelling(self, one: Identity, names: _Names) -> str:
        if written := self.curated.entities.get(one):
            return entity_words(written.name) or one[1]
        spellings: Counter[str] = Counter()
        for text, papers in names.preferred.items():
            spellings[entity_words(text)] += papers
        return max(spellings, key=lambda text: (spellings[text], text.count(" "), text)) or one[1]

    def _unclear(self, touched: Container[Identity] | None) -> dict[Identity, list[str]]:
        """The entities that are short forms without a clear sense, with the keys of what those senses would be."""
        unclear: dict[Identity, list[str]] = {}
        for use in self._uses:
            placed = self._placed[use]
            if touched is not None and placed.identity not in touched:
                continue
            if use.long or placed.why != "spelling" or placed.identity in self.curated.entities:
                continue
            senses = self._senses.known(use.text)
            meant = {self._spelled_out(use.type, long): (use.type, entity_key(long)) for long in senses}
            meant.pop(placed.identity, None)
            if len(meant) > 1 or any(key in self._attested for key in meant.values()):
                unclear[placed.identity] = sorted(key for _, key in meant)
        return unclear


class _Meanings:
    """The senses that short forms have in one paper.

    ``defined`` are the definitions in its text, by the key of the short form; of two the first counts.
    """

    def __init__(self, extraction: Extraction) -> None:
        self.defined: dict[str, tuple[str, str]] = {}
        for short, long in extraction.abbreviations:
            if entity_key(short) != entity_key(long):
                self.defined.setdefault(entity_key(short), (unwrapped(short), unwrapped(long)))
        self._by_initials: defaultdict[tuple[EntityType, str], dict[str, str]] = defaultdict(dict)
        for mention, text in full_names(extraction):
            initials = _initials(text)
            if len(initials) >= 3:
                key = entity_key(text)
                spellings = self._by_initials[mention.type, initials]
                spellings[key] = min(text, spellings.get(key, text))

    def of(self, entity_type: EntityType, text: str) -> str | None:
        """The long form of a short form, if the paper has one."""
        key = entity_key(text)
        if key in self.defined:
            return self.defined[key][1]
        if not _is_acronym(text):
            return None
        found = self._by_initials.get((entity_type, key), {})
        return next(iter(found.values())) if len(found) == 1 else None


def full_names(extraction: Extraction) -> Iterator[tuple[Mention, str]]:
    """The mentions with the full name of each on one line: "CIFAR-100" for the "100" of "CIFAR-{10,100}"."""
    before: tuple[EntityType, int, str] | None = None
    for mention in extraction.entities:
        text = LIST_START.sub("", unwrapped(mention.text))
        if before and before[0] == mention.type and mention.start - before[1] <= _CLOSE:
            text = with_number(before[2], text) or text
        yield mention, text
        before = (mention.type, mention.end, text)


def _coined(extraction: Extraction, meanings: _Meanings) -> set[_Use]:
    """The short forms that a paper introduces as names: "SalUn", or any that its title explains, "PFN: …"."""
    found = set()
    for mention, text in full_names(extraction):
        long = meanings.of(mention.type, text)
        around = (extraction.title[: mention.start], extraction.title[mention.end :])
        opens_title = (
            mention.end <= len(extraction.title) and plain_name(around[0]) == "" and plain_name(around[1])[:1] == ":"
        )
        if long and mention.role == "introduced" and (opens_title or _COINED.search(text)):
            found.add(_Use(mention.type, text, long))
    return found


def resolve_alone(extraction: Extraction, base: str = DEFAULT_BASE, curated: Curated | None = None) -> Extraction:
    """Resolve one paper by its own text and the curated files, as ``kg extract`` does while it streams."""
    resolver = Resolver(base, curated)
    resolver.add(extraction)
    return resolver.resolve(extraction)


def _counted(counts: Counter[_Counted], one: _Counted, by: int) -> bool:
    """Count something once more or less; whether it was not counted before, or is no longer."""
    before = counts[one]
    counts[one] = before + by
    if not counts[one]:
        del counts[one]
    return not (before and before + by)


def _initials(name: str) -> str:
    return "".join(word[0] for word in re.findall(r"[^\W_]+", name)).casefold()


def _is_acronym(name: str) -> bool:
    return re.fullmatch(r"[A-Z][A-Z\d]+s?", name) is not None


def _is_proper(name: str) -> bool:
    """Whether the last word of a name is not a common noun: it has a digit, or a capital after its first letter."""
    return re.search(r"\d|[^\W\d_][A-Z]", name.rpartition(" ")[2]) is not None


def _pages(entity: CuratedEntity) -> tuple[str, ...]:
    wikidata = f"http://www.wikidata.org/entity/{entity.wikidata}" if entity.wikidata else None
    return tuple(filter(None, (wikidata, entity.wikipedia)))


def _commonest(counts: Counter[str]) -> str:
    """The commonest form; of equally common ones, one that is not in title case, then the one of most words."""
    return max(counts, key=lambda text: (counts[text], not text.istitle(), len(re.findall(r"\w+", text)), text))
