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
    """What papers call one entity, with the number of papers for each name.

    ``full`` are names in the text, ``expanded`` the long forms of the defined short forms in ``short``.
    """

    full: Counter[str] = field(default_factory=Counter)
    expanded: Counter[str] = field(default_factory=Counter)
    short: Counter[str] = field(default_factory=Counter)

    @property
    def preferred(self) -> Counter[str]:
        """The names to choose a label from. An entity has one of these, because a short form comes with a long one."""
        return self.full or self.expanded


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
        pairs: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for short, long in extraction.abbreviations:
            if long_forms[name_key(short)] == name_key(long):
                pairs[name_key(long)].append((short, _one_line(long)))
        identities = set()
        for mention_type, text in {(mention.type, mention.text) for mention in extraction.entities}:
            key = name_key(text)
            identity = (mention_type, long_forms.get(key, key))
            identities.add(identity)
            names = self._names[identity]
            (names.short if key in long_forms else names.full)[_one_line(text)] += 1
        for identity in identities:
            for short, long in pairs[identity[1]]:
                self._names[identity].short[short] += 1
                self._names[identity].expanded[long] += 1

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
            for text, count in self._names[identity].preferred.items():
                spellings[spaced_key(text)] += count
            best = max(spellings, key=lambda spelling: (spellings[spelling], spelling.count(" "), spelling))
            self._iris[identity] = entity_iri(self.base, identity[0], best or identity[1])
        return self._iris[identity]

    def entities(self) -> Iterator[Entity]:
        """All entities, sorted by type and key."""
        for identity in sorted(self._names):
            names = self._names[identity]
            label = _commonest(names.preferred)
            others = sorted({*names.full, *names.expanded, *names.short} - {label})
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


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _commonest(counts: Counter[str]) -> str:
    """The commonest form; among equals, one that is not written as in a title, then the one of most parts."""
    return max(counts, key=lambda text: (counts[text], not text.istitle(), len(re.findall(r"\w+", text)), text))
