"""Resolution: mentions to entities, so that papers meet at one node whatever they call a thing.

A mention's identity is its type and the key of its name (:func:`kg.names.name_key`). A short form that its own paper
defines has the identity of the long form. How an entity is written (label, IRI) is decided over all papers together and
does not depend on their order.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.names import name_key, spaced_key
from kg.records import EntityType, Extraction
from kg.vocabulary import DEFAULT_BASE, entity_iri

Identity = tuple[EntityType, str]


@dataclass(frozen=True, slots=True)
class Entity:
    """A node of the graph: its IRI, type, preferred name and the other names that papers call it."""

    iri: str
    type: EntityType
    label: str
    other_labels: tuple[str, ...]


@dataclass(slots=True)
class _Names:
    """Surface forms of one entity, with the number of papers that use each; ``short`` are defined short forms."""

    full: Counter[str] = field(default_factory=Counter)
    short: Counter[str] = field(default_factory=Counter)


class Resolver:
    """Collects the names in all extractions, then gives each mention its entity.

    >>> resolver = Resolver()
    >>> for extraction in extractions:  # doctest: +SKIP
    ...     resolver.add(extraction)
    >>> resolved = resolver.resolve(extractions[0])  # doctest: +SKIP
    """

    def __init__(self, base: str = DEFAULT_BASE) -> None:
        self.base = base
        self._names: defaultdict[Identity, _Names] = defaultdict(_Names)
        self._iris: dict[Identity, str] = {}

    def add(self, extraction: Extraction) -> None:
        """Count the names of one paper."""
        self._iris.clear()
        long_forms = _long_forms(extraction)
        short_forms: defaultdict[str, set[str]] = defaultdict(set)
        for short, long in extraction.abbreviations:
            short_forms[name_key(long)].add(short)
        for mention_type, text in {(mention.type, mention.text): None for mention in extraction.entities}:
            key = name_key(text)
            identity = (mention_type, long_forms.get(key, key))
            names = self._names[identity]
            (names.short if key in long_forms else names.full)[" ".join(text.split())] += 1
            names.short.update(short_forms.get(identity[1], ()))

    def resolve(self, extraction: Extraction) -> Extraction:
        """The extraction with every mention's ``entity`` set to an IRI."""
        long_forms = _long_forms(extraction)
        mentions = []
        for mention in extraction.entities:
            key = name_key(mention.text)
            iri = self.iri((mention.type, long_forms.get(key, key)))
            mentions.append(mention.model_copy(update={"entity": iri}))
        return extraction.model_copy(update={"entities": tuple(mentions)})

    def iri(self, identity: Identity) -> str:
        """The IRI of an entity, from the commonest spelling of its name."""
        if identity not in self._iris:
            spellings: Counter[str] = Counter()
            names = self._names[identity]
            for text, count in (names.full or names.short).items():
                spellings[spaced_key(text)] += count
            best = max(spellings, key=lambda spelling: (spellings[spelling], spelling.count(" "), spelling))
            self._iris[identity] = entity_iri(self.base, identity[0], best or identity[1])
        return self._iris[identity]

    def entities(self) -> Iterator[Entity]:
        """All entities, sorted by type and key."""
        for identity in sorted(self._names):
            names = self._names[identity]
            label = _commonest(names.full or names.short)
            others = sorted({*names.full, *names.short} - {label})
            yield Entity(self.iri(identity), identity[0], label, tuple(others))


def resolve_alone(extraction: Extraction, base: str = DEFAULT_BASE) -> Extraction:
    """Resolve one paper by its own text, as ``kg extract`` does while it streams."""
    resolver = Resolver(base)
    resolver.add(extraction)
    return resolver.resolve(extraction)


def _long_forms(extraction: Extraction) -> dict[str, str]:
    """The key of each short form that the paper defines, with the key of its long form.

    Where a paper defines one short form twice, the first definition counts.
    """
    forms: dict[str, str] = {}
    for short, long in extraction.abbreviations:
        forms.setdefault(name_key(short), name_key(long))
    return forms


def _commonest(counts: Counter[str]) -> str:
    """The commonest form; among equals, one that is not written as in a title, then the one of most parts."""
    return max(counts, key=lambda text: (counts[text], not text.istitle(), len(re.findall(r"\w+", text)), text))
