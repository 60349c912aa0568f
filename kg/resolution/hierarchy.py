"""Which entity is broader than which: from the curated files, and from names that end in another entity's name.

"Few-shot image classification" is a kind of image classification, because the head of an English compound is its last
word. Datasets are named the other way round: "ImageNet-1K" begins with what it was made from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from kg.resolution.curated import Curated, Identity
from kg.vocabulary import EntityType

_PROPER = re.compile(r"\d|[^\W\d_][A-Z]")  # "ImageNet", but not the "Human" of "Human3.6M"
# "Semi-supervised learning" is not a kind of supervised learning, nor a "non-convex" one of a convex.
_NEGATING = frozenset(
    {"non", "un", "semi", "self", "weakly", "anti", "quasi", "pseudo", "without", "beyond", "multi", "multiple"}
)
_PREPOSITIONS = frozenset(
    {"of", "for", "with", "without", "in", "on", "from", "via", "by", "under", "to", "and", "over"}
)
_SIZE = re.compile(
    r"(?:v?\d[\w.]*|[bslhgx]|xs|xl|xxl|base|large|small|tiny|mini|nano|medium|huge|giant|turbo|pro)\b.*", re.I
)
_JOINT = re.compile(r"[\s\-‐-―_/]+|(?<=[^\W\d_]{2})(?=v?\d)")


def broader_entities(
    names: Mapping[Identity, Sequence[str]],
    curated: Curated,
    identity: Callable[[EntityType, str], Identity],
    vague: Collection[Identity] = (),
) -> dict[Identity, list[Identity]]:
    """The next broader entities of each entity, sorted; no entity is broader than itself, not even through others.

    Args:
        names: the full names of each entity.
        curated: for an entity with ``broader`` there, that counts, and its names do not.
        identity: the entity of a name.
        vague: entities that are never broader than others, because it is not known what they are.
    """
    by_hand = {one for one, entity in curated.entities.items() if entity.broader is not None}
    found = {
        one: [wide for name in called if (wide := _named(one[0], name, curated, names, identity))]
        for one, called in names.items()
        if one not in by_hand
    }
    return broader_among(names, found, curated, vague)


def broader_among(
    names: Collection[Identity],
    found: Mapping[Identity, Iterable[Identity]],
    curated: Curated,
    vague: Collection[Identity] = (),
) -> dict[Identity, list[Identity]]:
    """:func:`broader_entities`, when it is known what is broader than each entity by its names.

    Args:
        names: all entities.
        found: the entities that are broader by the names of each; none need be given of those in the curated files.
        curated: for an entity with ``broader`` there, that counts.
        vague: entities that are never broader than others.
    """
    hierarchy = Hierarchy(curated, names.__contains__, vague.__contains__)
    by_hand = {one for one, entity in curated.entities.items() if one in names and entity.broader is not None}
    broader: dict[Identity, list[Identity]] = {}
    for one in sorted(by_hand | found.keys(), key=hierarchy.place):
        if near := hierarchy.broader(one, lambda one: found.get(one, ()), lambda one: broader.get(one, ())):
            broader[one] = near
    return broader


class Hierarchy:
    """Decides what is broader than one entity after the other.

    Args:
        curated: for an entity with ``broader`` there, that counts.
        exists: whether papers name an entity.
        is_vague: whether an entity is never broader than others.
    """

    def __init__(
        self, curated: Curated, exists: Callable[[Identity], bool], is_vague: Callable[[Identity], bool]
    ) -> None:
        self._curated, self._exists, self._is_vague = curated, exists, is_vague

    def place(self, one: Identity) -> tuple[bool, int, Identity]:
        """The order in which they are decided.

        Short names first, so that the broader entities of a broader entity are known before it is used; before them
        those of the curated files.
        """
        by_hand = self._is_by_hand(one)
        return not by_hand, 0 if by_hand else len(one[1]), one

    def _is_by_hand(self, one: Identity) -> bool:
        entity = self._curated.entities.get(one)
        return entity is not None and entity.broader is not None

    def broader(
        self,
        one: Identity,
        by_names: Callable[[Identity], Iterable[Identity]],
        broader: Callable[[Identity], Iterable[Identity]],
    ) -> list[Identity]:
        """The next broader entities of an entity, sorted.

        Args:
            one: the entity.
            by_names: gives the entities that are broader by the names of one that is not in the curated files.
            broader: gives what was decided of another one, which counts if that comes before this one.
        """
        own = self.place(one)

        def reaches(start: Identity, end: Identity) -> bool:
            if start == end:
                return True
            return self.place(start) < own and any(reaches(next_one, end) for next_one in broader(start))

        found = self.written(one) if self._is_by_hand(one) else by_names(one)
        wanted = {wide for wide in found if self._exists(wide) and not self._is_vague(wide) and not reaches(wide, one)}
        return sorted(wide for wide in wanted if not any(other != wide and reaches(other, wide) for other in wanted))

    def written(self, one: Identity) -> Iterator[Identity]:
        """The broader entities in the curated files; for one that is not in the graph, its own broader ones."""
        waiting, passed = [one], {one}
        while waiting:
            entity = self._curated.entities.get(waiting.pop())
            for name in (entity.broader or ()) if entity else ():
                wide = self._curated.identity(one[0], name)
                if wide in passed:
                    continue
                passed.add(wide)
                if self._exists(wide):
                    yield wide
                else:
                    waiting.append(wide)


def _named(
    entity_type: EntityType,
    name: str,
    curated: Curated,
    names: Collection[Identity],
    identity: Callable[[EntityType, str], Identity],
) -> Identity | None:
    """The entity whose name is the longest part of this one."""
    own = identity(entity_type, name)
    found = (identity(entity_type, part) for part in parts_of(entity_type, name, curated))
    return next((wide for wide in found if wide != own and wide in names), None)


def parts_of(entity_type: EntityType, name: str, curated: Curated) -> Iterator[str]:
    """The parts of a name that may be the name of something broader, in the order in which they are looked for."""
    if entity_type == "Dataset":
        return _dataset_parts(name, lambda part: curated.named(entity_type, part) is not None)
    return chain(_heads(name), _unsized(name))


def _heads(name: str) -> Iterator[str]:
    """The name without its first words, longest first; before that, without what follows a preposition."""
    words = name.split()
    end = next((i for i, word in enumerate(words) if i and word.casefold() in _PREPOSITIONS), len(words))
    if end < len(words):
        yield " ".join(words[:end])
    for start in range(1, end):
        if words[start - 1].casefold() not in _NEGATING:
            yield " ".join(words[start:end])


def _dataset_parts(name: str, is_known: Callable[[str], bool]) -> Iterator[str]:
    """What a dataset may be made from: "ImageNet" for "ImageNet-1K", and, as a known name, for "Hard ImageNet"."""
    yield from _stems(name, is_known)
    words = name.split()
    yield from filter(is_known, (" ".join(words[start:]) for start in range(1, len(words))))


def _stems(name: str, is_known: Callable[[str], bool]) -> Iterator[str]:
    """The name without its last parts, longest first, if the rest is a known name or looks like a proper one."""
    for joint in reversed(list(_JOINT.finditer(name))):
        stem = name[: joint.start()]
        if len(stem) >= 3 and (_PROPER.search(stem) or is_known(stem)):
            yield stem


def _unsized(name: str) -> Iterator[str]:
    """The name without a version or a size at its end: "ResNet" of "ResNet-50"."""
    for joint in reversed(list(_JOINT.finditer(name))):
        if joint.start() >= 2 and _SIZE.fullmatch(name[joint.end() :]):
            yield name[: joint.start()]
