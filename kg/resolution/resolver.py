"""Names of all papers in, the entity of each mention out.

A mention's identity is its type and the key of its name (:func:`kg.resolution.spelling.entity_key`), unless one of
these says otherwise, in this order:

1. its own paper: a short form that the paper defines means the long form, and so does one whose letters are the
   initials of another name in the paper;
2. the curated files, for a canonical name;
3. the corpus: a short form has the sense that is clear there (:mod:`kg.resolution.senses`);
4. the curated files, for any other name;
5. the counts of definitions from elsewhere;
6. the corpus again: a name with a short form in it is the name with the long form that its papers define, or that is
   clear elsewhere, if papers agree on that and one of them has it;
7. the catalogues that were imported, for a name that is clear there (:mod:`kg.resolution.known`);
8. the curated files, for a name with a word after it that adds nothing.

Only one of these steps is taken for a name, and for a long form the sixth at most, so that no chain of short forms can
join two long forms. A short form that has senses, none of them clear, is a separate entity and marked as ambiguous.
Everything is decided over all papers together and does not depend on their order.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
from itertools import chain, count
from typing import NamedTuple, TypeVar

from kg.records import Entity, Extraction, Mention, Merge, Why
from kg.resolution.curated import Curated, CuratedEntity, Identity
from kg.resolution.directions import Directions
from kg.resolution.hierarchy import Hierarchy, broader_among, parts_of
from kg.resolution.kept import KeptEntity, KeptNames, KeptUse
from kg.resolution.known import KnownNames
from kg.resolution.senses import Sense, Senses, is_name_of, short_parts, spelled_out
from kg.resolution.spelling import entity_key, entity_words, plain_name
from kg.text.names import LIST_START, singular, spaced_key, with_number
from kg.text.plain import known_words, unwrapped
from kg.vocabulary import DEFAULT_BASE, Better, EntityType, entity_iri

_SINGULAR, _NO_TITLE = 0.1, 0.25  # of the uses of a form, as many as another one needs to be the label in its place
_SMALL = frozenset(["a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"])
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
        return self.why in ("abbreviation in paper", "dominant sense", "short form in name")


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

    def label(self, entity_type: EntityType) -> str:
        """The commonest full name as it reads within a sentence; or a coined short form, if no full name is much more
        frequent, or the short form that the capitals within the name's words spell."""
        counts: Counter[str] = Counter()
        often = 2 * max(self.coined.values(), default=0) >= max(self.full.values(), default=0)
        for text, papers in (self.coined if self.coined and often else self.preferred).items():
            counts[plain_name(text)] += papers
        label = _within_sentence(counts, entity_type)
        spelled = Counter({short: papers for short, papers in self.short.items() if _spells(label, short)})
        return plain_name(_commonest(spelled)) if spelled else label


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
        self._spelled: defaultdict[Identity, set[_Use]] = defaultdict(set)  # definitions by the key of the long form
        self._placed: dict[_Use, _Placed] = {}  # all that is counted, once it is settled
        self._keys: dict[_Use, Sequence[str]] = {}  # what each was placed by (_keys_of)
        self._known: dict[Identity, _Entity] = {}
        self._asked: dict[_Use, _Placed] = {}
        self._iris: dict[Identity, str] = {}
        self._further: dict[Identity, CuratedEntity | None] = {}
        self._settled = False
        self._other_counts: set[_Use] = set()  # what is counted otherwise than when all was settled last
        self._other_keys: set[str] = set()  # the keys of names that may mean something else than then
        self._left: set[Identity] = set()  # the entities that some name had then, and has no longer
        self._kept: KeptNames | None = None  # what this goes on from, and of it what was read so far:
        self._texts: set[str] = set()
        self._uses_before: dict[_Use, KeptUse] = {}
        self._attested_before: dict[Identity, int] = {}
        self._entities_before: dict[Identity, KeptEntity | None] = {}
        self._touched: set[Identity] = set()  # the entities that are others than those kept, or may be

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
        for name, full in self._spelled_out_in(meanings):
            self._senses.add(name, full, by, within=True)
            self._other_keys.add(entity_key(name))
        uses = {_Use(mention.type, name, meanings.of(mention.type, name)) for mention, name in meanings.names}
        keys = {(use.type, entity_key(use.text)) for use in uses}
        defined = {
            _Use(entity_type, short, long)
            for short, long in meanings.defined.values()
            for entity_type in {use.type for use in uses}
            if not keys.isdisjoint(((entity_type, entity_key(short)), (entity_type, entity_key(long))))
        }
        coined = _coined(extraction, meanings)
        for use in uses | defined | coined:
            self._read(use.text)
        for use in uses:
            if _counted(self._uses, use, by):
                self._attest((use.type, entity_key(use.text)), by)
        for use in defined:
            if _counted(self._defined, use, by) and use.long:
                one = (use.type, entity_key(use.long))
                self._attest(one, by)
                self._spelled[one].add(use)
                self._other_keys.add(one[1])  # which may be a further name of an entity, or no longer
        for use in coined:
            _counted(self._coined, use, by)
        self._other_counts |= uses | defined | coined

    def _spelled_out_in(self, meanings: _Meanings) -> Collection[tuple[str, str]]:
        """The names and long forms of a paper that have short forms in them, with the long forms in place of these.

        They are those that the paper defines, or else those that are clear from elsewhere.
        """
        found: dict[str, tuple[str, str]] = {}
        for text in chain((text for _, text in meanings.names), (long for _, long in meanings.defined.values())):
            parts, key = short_parts(text), entity_key(text)
            if not parts or key in found or key in meanings.defined:
                continue
            longs = {part: pair[1] for part in parts if (pair := meanings.defined.get(entity_key(part)))}
            full = spelled_out(text, longs or self._senses.clear_elsewhere_alone(parts))
            if len(entity_key(full)) > len(key):
                found[key] = text, full
        return found.values()

    def attest(self, entity_type: EntityType, name: str) -> None:
        """Count this as the name of an entity of this type, as if it were in a paper."""
        self._unsettle()
        self._attest((entity_type, entity_key(name)), 1)

    def _attest(self, one: Identity, by: int) -> None:
        self._is_attested(one)
        if _counted(self._attested, one, by):
            self._other_keys.add(one[1])

    def _is_attested(self, one: Identity) -> bool:
        """Whether a name or a definition has this type and key."""
        if self._kept and one not in self._attested_before:
            before = self._attested_before[one] = self._kept.attested(one)
            if before:
                self._attested[one] = before
        return one in self._attested

    def _unsettle(self) -> None:
        self._settled = False
        self._asked.clear()
        self._iris.clear()
        self._further.clear()

    def take(self, kept: KeptNames) -> None:
        """Go on from what another resolver kept, which had the same files; this one has counted nothing yet.

        What is counted later is looked up there, and settled for the names that it may concern alone.
        """
        self._kept = kept
        self._senses.take(kept)

    def _read(self, text: str) -> None:
        """Read what is kept of a name."""
        if self._kept and text not in self._texts:
            self._texts.add(text)
            self._take(self._kept.called(text))

    def _take(self, uses: Iterable[KeptUse]) -> None:
        """Take over some names of those that are kept."""
        for kept in uses:
            use = _Use(kept.type, kept.text, kept.long)
            if use in self._uses_before:
                continue
            self._uses_before[use] = kept
            for counts, papers in (
                (self._uses, kept.papers),
                (self._coined, kept.coined),
                (self._defined, kept.defined),
            ):
                if papers:
                    counts[use] = papers
            self._keys[use] = kept.keys
            self._placed[use] = _Placed((kept.type, kept.key), kept.why, kept.detail)
            if kept.long_key:
                self._spelled[kept.type, kept.long_key].add(use)
                self._teaches[use] = self.curated.named(kept.type, kept.taught) if kept.taught else None

    def _find(self, one: Identity) -> _Entity | None:
        """What is known of an entity, if some name has it."""
        before = self._entity_before(one)
        if before and one not in self._touched and one not in self._known:
            entity = before.entity
            self._known[one] = _Entity(
                before.wanted, entity.label, entity.other_labels, before.parts, before.meant, entity.better, ()
            )
        return self._known.get(one)

    def _entity_before(self, one: Identity) -> KeptEntity | None:
        if self._kept and one not in self._entities_before:
            self._entities_before[one] = self._kept.entity(one)
        return self._entities_before.get(one)

    def keep(self, kept: KeptNames, lines: Callable[[Iterable[Merge]], Iterable[str]]) -> Iterator[Entity]:
        """All entities, as :meth:`entities`; what is counted and what names mean is kept as they pass.

        Args:
            kept: a new file.
            lines: gives the lines that are kept of merges.
        """
        self._settle()
        kept.replace_uses((), map(self._kept_use, self._placed))
        kept.attest(self._attested.items())
        self._senses.keep(kept, self._further_keys_of_any_type)
        iris = self.iris()
        for one, broader in self._with_broader():
            entity = self._kept_entity(one, broader, iris.__getitem__)
            kept.replace_entity(one, None, entity)
            kept.replace_merged(one, "".join(lines(self._merged(one))))
            yield entity.entity

    def keep_changes(
        self, kept: KeptNames, lines: Callable[[Iterable[Merge]], Iterable[str]]
    ) -> tuple[list[Entity], list[Entity]]:
        """Keep what differs, at last, in the file that this goes on from.

        Returns:
            The entities that are no longer so, and those that are so now.
        """
        self._settle()
        other = {one for one in self._touched if bool(self._known.get(one)) != bool(self._entity_before(one))}
        unclear = {one for one in self._touched - other if self._is_vague(one) != self._was_vague(one)}
        broader = self._other_broader(other | unclear)
        depending = {
            (kind, key) for one in other | self._iris.keys() for kind, key in kept.with_part(one[1]) if kind == one[0]
        }
        by_hand = {one for one in self._by_hand() if not self._iris.keys().isdisjoint(self._broader_before(one))}
        gone: list[Entity] = []
        now: list[Entity] = []
        for one in sorted({*self._touched, *self._iris, *broader, *depending, *by_hand}):
            before = self._entity_before(one)
            found = self._find(one)
            entity = self._kept_entity(one, broader.get(one, self._broader_before(one)), self._iri) if found else None
            if entity != before:
                kept.replace_entity(one, before, entity)
            old, new = (each.entity if each else None for each in (before, entity))
            if old != new:
                gone += filter(None, (old,))
                now += filter(None, (new,))
            if one in self._touched:
                kept.replace_merged(one, "".join(lines(self._merged(one))) if found else "")
        changed = {use: self._kept_use(use) for use in self._placed}
        kept.replace_uses(
            (row for use, row in self._uses_before.items() if changed.get(use) != row),
            (row for use, row in changed.items() if self._uses_before.get(use) != row),
        )
        counts = {one: self._attested[one] for one in self._attested_before}
        kept.attest((one, count) for one, count in counts.items() if count != self._attested_before[one])
        self._senses.keep(kept, self._further_keys_of_any_type)
        return gone, now

    def _kept_use(self, use: _Use) -> KeptUse:
        papers, coined, defined = (counts[use] for counts in (self._uses, self._coined, self._defined))
        (_, key), why, detail = self._placed[use]
        taught = self._taught(use) if defined else None
        long_key = entity_key(use.long) if defined and use.long else None
        keys, name = [*self._keys[use]], taught.name if taught else None
        return KeptUse(*use, papers, coined, defined, keys, key, why, detail, long_key, name)

    def _kept_entity(self, one: Identity, broader: Iterable[Identity], iri_of: Callable[[Identity], str]) -> KeptEntity:
        known = self._find(one)
        assert known
        parts = [[[*part] for part in named] for named in known.parts]
        meant = None if known.meant is None else [*known.meant]
        wide = [*broader]
        return KeptEntity(self._described(one, wide, iri_of), known.iri, parts, meant, [key for _, key in wide])

    def moved(self) -> set[str]:
        """The IRIs of before that some name had which is counted still, and which it has no longer."""
        self._settle()
        left = {one for one in self._iris if self._find(one)} | self._left
        return {before.entity.iri for one in left if (before := self._entity_before(one))}

    def _settle(self) -> None:
        """Find what all names mean, or, if that was known, what those mean now that may mean something else."""
        if self._settled:
            return
        self._settled = True
        touched: set[Identity] | None = None
        if not self._known and not self._kept:
            uses = self._uses.keys() | self._defined.keys()
            self._placed = {use: self._place(use) for use in uses}
            self._keys = {use: self._keys_of(use) for use in uses}
        else:
            touched = self._settle_changes()
            for one in touched:
                self._find(one)
            self._touched |= touched
        names, found, unclear = self._names(touched), self._rows(touched), self._unclear(touched)
        for one in self._known.keys() if touched is None else touched:
            if one not in names:
                self._known.pop(one, None)
        for one, some in names.items():
            self._known[one] = self._entity(one, some, found[one], unclear.get(one))
        self._other_counts.clear()
        self._other_keys.clear()
        if self._kept:
            self._iris = self._other_iris()

    def _settle_changes(self) -> set[Identity]:
        """Place the names that may mean something else than before; all entities that are others now, or may be."""
        other = self._senses.reached(self._other_keys, self._further_keys_of_any_type)
        if kept := self._kept:
            self._take(kept.placed_by(other))
            self._take(kept.placed_by({entity_key(form) for _, form in self.curated.set_apart()}))
        uses = self._uses.keys() | self._defined.keys()
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
        if kept:
            touched |= {one for key in other for one in kept.with_part(key)}
            self._take(kept.names_of(touched))
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

    def _further_keys_of_any_type(self, name: str) -> Iterator[str]:
        for entity_type in self.curated.padded_types(name):
            yield from self._further_keys(entity_type, name)

    def resolve(self, extraction: Extraction) -> Extraction:
        """The extraction with every mention's ``entity`` set to an IRI."""
        meanings = _Meanings(extraction)
        self._settle()
        mentions = []
        for mention, text in meanings.names:
            placed = self._place(_Use(mention.type, text, meanings.of(mention.type, text)))
            mentions.append(replace(mention, entity=self._iri(placed.identity)))
        return replace(extraction, entities=tuple(mentions))

    def identity(self, entity_type: EntityType, name: str, paper: Extraction | None = None) -> Identity:
        """What a name means: in a paper that was added, or in the corpus as a whole."""
        text = unwrapped(name)
        long = _Meanings(paper).of(entity_type, text) if paper else None
        return self._place(_Use(entity_type, text, long)).identity

    def iri_of(self, entity_type: EntityType, name: str) -> str | None:
        """The IRI of what a name means in the corpus as a whole; ``None`` if no paper names it."""
        self._settle()
        one = self.identity(entity_type, name)
        return self._iri(one) if self._find(one) else None

    def entities(self) -> Iterator[Entity]:
        """All entities, sorted by type and key."""
        iris = self.iris()
        return (self._described(one, broader, iris.__getitem__) for one, broader in self._with_broader())

    def _with_broader(self) -> Iterator[tuple[Identity, Sequence[Identity]]]:
        """All entities, sorted by type and key, each with those that are broader."""
        known = self._known
        unclear = {one for one in known if self._is_vague(one)}
        found = {one: self._broader_by_names(one) for one, entity in known.items() if entity.parts}
        broader = broader_among(known, found, self.curated, unclear)
        return ((one, broader.get(one, ())) for one in sorted(known))

    def _described(self, one: Identity, broader: Iterable[Identity], iri_of: Callable[[Identity], str]) -> Entity:
        """An entity, with those that are broader."""
        entity = self._known[one]
        written = self.curated.entities.get(one)
        meant = ((one[0], key) for key in entity.meant or ())
        return Entity(
            iri=iri_of(one),
            type=one[0],
            label=entity.label,
            other_labels=tuple(entity.others),
            broader=tuple(sorted(map(iri_of, broader))),
            ambiguous=entity.meant is not None,
            may_mean=tuple(sorted(iri_of(sense) for sense in meant if self._find(sense))),
            homepage=str(written.homepage) if written and written.homepage else None,
            pages=_pages(written) if written else (),
            better=entity.better,
        )

    def _is_vague(self, one: Identity) -> bool:
        found = self._find(one)
        return found is not None and found.meant is not None

    def _was_vague(self, one: Identity) -> bool:
        before = self._entity_before(one)
        return before is not None and before.meant is not None

    def _broader_by_names(self, one: Identity) -> list[Identity]:
        found = self._find(one)
        return [wide for named in (found.parts if found else ()) if (wide := self._wider(one[0], named))]

    def _broader_before(self, one: Identity) -> list[Identity]:
        before = self._entity_before(one)
        return [(one[0], key) for key in before.broader] if before else []

    def _by_hand(self) -> list[Identity]:
        """The entities of which the curated files say what is broader."""
        written = self.curated.entities.items()
        return [one for one, entity in written if entity.broader is not None and self._find(one)]

    def _other_broader(self, other: Set[Identity]) -> dict[Identity, list[Identity]]:
        """What is broader than each entity of which something else may be broader than what is kept.

        Args:
            other: the entities that appeared or went, or whose names are no longer clear, or are now.
        """
        kept = self._kept
        assert kept
        hierarchy = Hierarchy(self.curated, lambda one: self._find(one) is not None, self._is_vague)
        by_hand = self._by_hand()
        narrower: defaultdict[Identity, set[Identity]] = defaultdict(set)
        for one in by_hand:
            for wide in hierarchy.written(one):
                narrower[wide].add(one)
        for one in self._touched:
            for wide in self._broader_by_names(one):
                narrower[wide].add(one)

        def below(one: Identity) -> set[Identity]:
            return narrower[one].union(each for each in kept.with_part(one[1]) if each[0] == one[0])

        start = self._touched.union(*map(below, other))
        if not other.isdisjoint(self.curated.entities) or not start.isdisjoint(by_hand):
            start = start.union(by_hand)
        waiting = [hierarchy.place(one) for one in start]
        heapify(waiting)
        found: dict[Identity, list[Identity]] = {}

        def decided(one: Identity) -> list[Identity]:
            return found[one] if one in found else self._broader_before(one)

        while waiting:
            place = heappop(waiting)
            one = place[-1]
            if one in found or not self._find(one):
                continue
            found[one] = hierarchy.broader(
                one, self._broader_by_names, lambda one: found.get(one, self._broader_before(one))
            )
            if found[one] != self._broader_before(one):
                for each in _reached(one, below):
                    if each not in found and hierarchy.place(each) > place:
                        heappush(waiting, hierarchy.place(each))
        return found

    def _wider(self, entity_type: EntityType, named: Sequence[Sequence[str]]) -> Identity | None:
        """The first entity among what a name may be a kind of."""
        (own, *_), *parts = named
        for key, *_ in parts:
            if key != own and self._find((entity_type, key)):
                return entity_type, key
        return None

    def merges(self) -> Iterator[Merge]:
        """Every name of an entity that is not its label, sorted by entity and name."""
        self._settle()
        return chain.from_iterable(map(self._merged, sorted(self._known)))

    def _merged(self, one: Identity) -> Iterator[Merge]:
        iri, entity = self._iri(one), self._known[one]
        for text, why, detail, papers in entity.merged:
            yield Merge(iri, one[0], entity.label, text, papers, why, detail)

    def _entity(
        self, one: Identity, names: _Names, rows: Mapping[tuple[str, Why], Counter[str]], meant: Iterable[str] | None
    ) -> _Entity:
        """What is known of an entity from its names, which are in the papers, and what it may mean."""
        written = self.curated.entities.get(one)
        label = written.name if written else names.label(one[0])
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
        self._read(use.text)
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
        elsewhere = self._in_sense(use, self._senses.clear_elsewhere(use.text), None)
        return elsewhere or self._short_within(use) or self._by_spelling(use.type, use.text)

    def _short_within(self, use: _Use) -> _Placed | None:
        """The entity of a name with a short form in it, if papers have the name with the long form."""
        if self.curated.named(use.type, use.text):
            return None
        return self._in_sense(use, self._senses.clear_within(use.text), None, "short form in name")

    def _in_sense(
        self, use: _Use, sense: Sense | None, entity: CuratedEntity | None, why: Why = "dominant sense"
    ) -> _Placed | None:
        """The entity of a short form by its clear sense, if papers name that entity and it is not the curated one."""
        if sense is None:
            return None
        own = (use.type, entity_key(sense.long))
        if not self._is_attested(own) and own not in self.known:
            return None
        if entity and is_name_of(entity.names, sense.long):
            return None
        detail = f"{sense.long} ({sense.papers} of {sense.of} papers)"
        return _Placed(self._spelled_out(use.type, sense.long), why, detail)

    def _by_spelling(self, entity_type: EntityType, name: str, *, is_sense: bool = False) -> _Placed:
        """The entity of a name that is not a known short form. In a sense nothing is: "FNs" may mean "FN models"."""
        entity = self.curated.named(entity_type, name) or self._learned((entity_type, entity_key(name)))
        if entity and entity.identity == (entity_type, entity_key(name)):
            return _Placed(entity.identity, "spelling")
        if entity:
            return _Placed(entity.identity, "curated alias", entity.name)
        if meant := self.known.meant(entity_type, name, self._senses.known):
            return _Placed(meant, "name in a catalogue" if self.known.joins(meant) else "spelling")
        padded = self.curated.without_padding(entity_type, name)
        if padded and (self._is_name(entity_type, padded) or _is_proper(padded)):
            if is_sense:
                return self._by_spelling(entity_type, padded, is_sense=True)
            return _Placed(self._joined(_Use(entity_type, padded, None)).identity, "word that adds nothing", padded)
        elsewhere = None if _is_acronym(name) else self.curated.of_any_type(name)
        if elsewhere:
            return _Placed((entity_type, elsewhere.identity[1]), "curated alias", elsewhere.name)
        return _Placed((entity_type, entity_key(name)), "spelling")

    def _is_name(self, entity_type: EntityType, name: str) -> bool:
        """Whether the curated files or the catalogues have an entity of this name."""
        return bool(self.curated.named(entity_type, name)) or (entity_type, entity_key(name)) in self.known

    def _spelled_out(self, entity_type: EntityType, long: str) -> Identity:
        """The entity of a long form, which may have a short form in it: "FN training (FNT)"."""
        placed = self._short_within(_Use(entity_type, long, None))
        return (placed or self._by_spelling(entity_type, long, is_sense=True)).identity

    def _defined_as(self, entity_type: EntityType, short: str, long: str) -> Identity:
        """The entity of a short form with the long form that its paper gives.

        A long form that lacks a word of a name of the curated entity ("language models (LLMs)") means that entity.
        """
        entity = self.curated.named(entity_type, short)
        if entity and len(_initials(long)) < len(entity_key(short)) and is_name_of(entity.names, long):
            return entity.identity
        return self._spelled_out(entity_type, long)

    def _learned(self, one: Identity) -> CuratedEntity | None:
        """The curated entity of which this is a further name: a long form that papers give for a short form of it.

        Only a long form that agrees with a name of the entity counts, and only if it agrees with no other entity.
        """
        if one not in self._further:
            if self._kept:
                self._take(self._kept.defined_as(one[1]))
            taught = (self._taught(use) for use in self._spelled.get(one, ()) if use in self._defined)
            found = {entity.identity: entity for entity in taught if entity}
            self._further[one] = next(iter(found.values())) if len(found) == 1 else None
        return self._further[one]

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
        if not self._iris and not self._kept:
            taken: set[str] = set()
            for one in sorted(self._known, key=self._order):
                self._iris[one] = _free(self._known[one].iri, taken.__contains__)
                taken.add(self._iris[one])
        return self._iris

    def _order(self, one: Identity) -> tuple[bool, Identity]:
        return one not in self.curated.entities, one

    def _iri(self, one: Identity) -> str:
        if not self._kept:
            return self.iris()[one]
        if one in self._iris:
            return self._iris[one]
        before = self._entity_before(one)
        assert before
        return before.entity.iri

    def _other_iris(self) -> dict[Identity, str]:
        """The IRIs of the entities that have none that is kept, or another one; those of entities that went."""
        kept = self._kept
        assert kept
        wanted = {one: found.iri for one in self._touched if (found := self._known.get(one))}
        was = {one: before.wanted for one in self._touched if (before := self._entity_before(one))}
        others = (one for one in self._touched if wanted.get(one) != was.get(one))
        names = {iri for one in others for iri in (wanted.get(one), was.get(one)) if iri}
        while True:
            members = {one for iri in names for one in kept.wanting(iri) if one not in self._touched}
            members |= {one for one, iri in wanted.items() if iri in names}
            now = self._numbered(members)
            old = {
                one: before.entity.iri for one in members | was.keys() - wanted if (before := self._entity_before(one))
            }
            differing = {iri for _, iri in old.items() ^ now.items()}
            further = {name for iri in differing for name in (iri, re.sub(r"-\d+$", "", iri))} - names
            if not further:
                return {one: iri for one, iri in now.items() if old.get(one) != iri}
            names |= further

    def _numbered(self, members: Set[Identity]) -> dict[Identity, str]:
        """The IRIs of some entities, when all others have those that are kept."""
        kept = self._kept
        assert kept
        taken: dict[Identity, str] = {}
        for one in sorted(members, key=self._order):
            known = self._find(one)
            assert known

            def is_taken(iri: str, one: Identity = one) -> bool:
                if iri in taken.values():
                    return True
                holder = kept.holder(iri)
                stays = holder and holder not in members and self._find(holder)
                return bool(holder and stays and self._order(holder) < self._order(one))

            taken[one] = _free(known.iri, is_taken)
        return taken

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
        for use in [*self._uses]:  # more may be read meanwhile
            placed = self._placed[use]
            if touched is not None and placed.identity not in touched:
                continue
            if use.long or placed.why != "spelling" or placed.identity in self.curated.entities:
                continue
            senses = self._senses.known(use.text)
            meant = {self._spelled_out(use.type, long): (use.type, entity_key(long)) for long in senses}
            meant.pop(placed.identity, None)
            if len(meant) > 1 or any(map(self._is_attested, meant.values())):
                unclear[placed.identity] = sorted(key for _, key in meant)
        return unclear


class _Meanings:
    """The senses that short forms have in one paper.

    ``defined`` are the definitions in its text, by the key of the short form; of two the first counts. ``names`` are
    its mentions with their full names (:func:`full_names`).
    """

    def __init__(self, extraction: Extraction) -> None:
        self.defined: dict[str, tuple[str, str]] = {}
        for short, long in extraction.abbreviations:
            if entity_key(short) != entity_key(long):
                self.defined.setdefault(entity_key(short), (unwrapped(short), unwrapped(long)))
        self._by_initials: defaultdict[tuple[EntityType, str], dict[str, str]] = defaultdict(dict)
        self.names = [*full_names(extraction)]
        for mention, text in self.names:
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
    for mention, text in meanings.names:
        long = meanings.of(mention.type, text) if mention.role == "introduced" else None
        if long and (_COINED.search(text) or _opens(extraction.title, mention)):
            found.add(_Use(mention.type, text, long))
    return found


def _opens(title: str, mention: Mention) -> bool:
    """Whether a title begins with a mention and explains it."""
    before, after = title[: mention.start], title[mention.end :]
    return mention.end <= len(title) and plain_name(before) == "" and plain_name(after)[:1] == ":"


def resolve_alone(extraction: Extraction, base: str = DEFAULT_BASE, curated: Curated | None = None) -> Extraction:
    """Resolve one paper by its own text and the curated files, as ``kg extract`` does while it streams."""
    resolver = Resolver(base, curated)
    resolver.add(extraction)
    return resolver.resolve(extraction)


def _free(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """An IRI that is not taken: the one that is wanted, or that with the first number after it."""
    if not is_taken(wanted):
        return wanted
    return next(free for number in count(2) if not is_taken(free := f"{wanted}-{number}"))


def _reached(start: Identity, further: Callable[[Identity], Iterable[Identity]]) -> set[Identity]:
    """All that is reached from something in one step or more."""
    found: set[Identity] = set()
    waiting = [start]
    while waiting:
        new = set(further(waiting.pop())) - found
        found |= new
        waiting += new
    return found


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


def _spells(name: str, short: str) -> bool:
    """Whether the capitals of a name spell its short form, some of them within English words.

    >>> _spells("LEaping of Amphibians in Ponds", "LEAP"), _spells("FrogNet Search", "FNS")
    (True, False)
    """
    words = re.findall(r"[^\W\d_]+", name)
    if "".join(filter(str.isupper, name)).casefold() != short.casefold():
        return False
    return any(word[1:] != word[1:].lower() and not word.isupper() and word.lower() in known_words() for word in words)


def _is_proper(name: str) -> bool:
    """Whether the last word of a name is not a common noun: it has a digit, or a capital after its first letter."""
    return re.search(r"\d|[^\W\d_][A-Z]", name.rpartition(" ")[2]) is not None


def _pages(entity: CuratedEntity) -> tuple[str, ...]:
    wikidata = f"http://www.wikidata.org/entity/{entity.wikidata}" if entity.wikidata else None
    return tuple(filter(None, (wikidata, entity.wikipedia)))


def _within_sentence(counts: Counter[str], entity_type: EntityType) -> str:
    """The commonest form, but in the singular, and that of a task or metric not in the capitals of a title, if papers
    write it so, too.

    >>> _within_sentence(Counter({"Frog Counts": 5, "frog counts": 2, "frog count": 1}), "Metric")
    'frog count'
    """
    found = _commonest(counts)
    if entity_type in ("Task", "Metric"):
        found = _instead(found, counts, _is_in_title_case, _NO_TITLE)
    return _instead(found, counts, _is_plural, _SINGULAR)


def _instead(form: str, counts: Counter[str], is_so: Callable[[str], bool], share: float) -> str:
    """A form of a name, or if it is so the commonest other spelling that is not, if that has a share of its uses."""
    if not is_so(form):
        return form
    key = spaced_key(form)
    others = Counter({text: papers for text, papers in counts.items() if spaced_key(text) == key and not is_so(text)})
    other = _commonest(others) if others else form
    return other if counts[other] >= share * counts[form] else form


def _is_plural(name: str) -> bool:
    last = re.findall(r"[^\W\d_]+", name)[-1:]
    return any(word[1:].islower() and singular(word) != word for word in last)  # but not "FLOPs"


def _is_in_title_case(name: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", name) if word not in _SMALL]
    return len(words) > 1 and (name.isupper() or all(word.istitle() for word in words))


def _commonest(counts: Counter[str]) -> str:
    """The commonest form; of equally common ones, one that is not in title case, then the one of most words, then one
    without the underscore of a formula."""

    def rank(text: str) -> tuple[int, bool, int, bool, str]:
        return counts[text], not text.istitle(), len(re.findall(r"\w+", text)), "_" not in text, text

    return max(counts, key=rank)
