"""Names that a catalogue has for its entities: which of them may stand for one another in texts.

A catalogue lists a method with its full name, a dataset with the names that tables have for it, a task with synonyms.
Such a name means the entity unless that is not clear:

- a name belongs to the one entity that is called so; a full name to the one that has it, if none is called so; any
  other name to the one that lists it. Of two that have it neither does, and each keeps the names that it alone has;
- curated files (:mod:`kg.resolution.curated`) come first: names that they give to two entities stay apart;
- a further name of a dataset counts only if it is a name of all of it (:func:`is_whole_name`), not of a part;
- a short form does not mean the entity if any paper gives it another long form, here or elsewhere
  (:class:`kg.resolution.senses.Senses`); one of two letters needs a paper that gives it this one.

Nothing here depends on the order in which the entities come.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from kg.resolution.curated import Curated, Identity
from kg.resolution.senses import is_name_of
from kg.resolution.spelling import entity_key
from kg.text.names import spaced_key
from kg.text.plain import known_words
from kg.text.spellings import abbreviates, typed_key
from kg.vocabulary import EntityType

_SHORTEST = 3  # letters of a short form that needs no paper that defines it
_REMARK = re.compile(r"(?P<name>.*\S)\s*[(\[](?P<remark>[^()\[\]]+)[)\]]")
_REFERENCE = re.compile(r"\b(?:et al\b|(?:19|20)\d\d\b)")
_SURNAMES = re.compile(r"[A-Z][^\W\d_]*[a-z](?:(?: and | & |, | )[A-Z][^\W\d_]*[a-z])*")


class Listed(NamedTuple):
    """An entity as a catalogue lists it; ``full`` is empty if it has no other full name."""

    type: EntityType
    name: str
    full: str = ""
    others: tuple[str, ...] = ()


class _Claim(NamedTuple):
    """The entity that a name means, the name as the catalogue writes it, and the names that are the entity's alone."""

    identity: Identity
    name: str
    names: tuple[str, ...]


class KnownNames:
    """The names of the entities of catalogues.

    Args:
        listed: the entities.
        curated: what the curated files say about names.
    """

    def __init__(self, listed: Iterable[Listed], curated: Curated) -> None:
        self._curated = curated
        self._of: dict[Identity, _Claim] = {}
        self._full: dict[tuple[EntityType, str, str], str] = {}
        by_name: defaultdict[Identity, defaultdict[str, list[Listed]]] = defaultdict(lambda: defaultdict(list))
        for one in sorted(set(listed)):
            own, full = entity_key(one.name), entity_key(one.full) if one.full else ""
            by_name[one.type, own][full if full != own else ""].append(one)
        spelled = Counter((key[0], full) for key, lines in by_name.items() for full in lines)
        further: defaultdict[Identity, set[_Claim]] = defaultdict(set)
        for key, lines in by_name.items():
            unnamed = lines.pop("", [])  # of two lines of a name the one without a full name is of the same entity
            for full, some in [*lines.items()] or [("", unnamed)]:
                whole = bool(full) and (key[0], full) not in by_name and spelled[key[0], full] == 1
                if claim := self._add(some[0], sole=len(lines) < 2, whole=whole):
                    for other in {other for line in (*some, *unnamed) for other in line.others}:
                        if _may_be_called(key[0], other, claim.names):
                            further[key[0], entity_key(other)].add(claim._replace(name=other))
        for key, claims in further.items():
            taken = key in by_name or key in spelled or curated.named(key[0], min(claims).name)
            if len({claim.identity for claim in claims}) == 1 and not taken:
                self._of[key] = min(claims)
        self._joined = {claim.identity for key, claim in self._of.items() if key != claim.identity}

    def _add(self, one: Listed, *, sole: bool, whole: bool) -> _Claim | None:
        """Give an entity its name, if no other is called so, and its full name, if no other has it."""
        names = [one.name] * sole + [one.full] * whole
        by_hand = [self._curated.named(one.type, name) for name in names]
        if len(names) == 2 and (short := by_hand[0]):
            if (long := by_hand[1]) and long.identity != short.identity:
                names = names[:1]
            elif not long and _means_another(short.names, one):
                names = names[1:]
        if not names:
            return None
        found = next(filter(None, (self._curated.named(one.type, name) for name in names)), None)
        identity = found.identity if found else (one.type, entity_key(names[-1]))
        for name in names:
            self._of[one.type, entity_key(name)] = _Claim(identity, name, tuple(names))
        if one.full in names:
            self._full[one.type, entity_key(one.name), entity_key(one.full)] = one.full
        return _Claim(identity, one.name, tuple(names))

    def __contains__(self, identity: Identity) -> bool:
        """Whether an entity has a name of this type and key."""
        return identity in self._of

    def joins(self, identity: Identity) -> bool:
        """Whether names in several spellings mean this entity."""
        return identity in self._joined

    def called(self, entity_type: EntityType, name: str, full: str) -> str:
        """The name by which to look for an entity that a catalogue gives by its name and its full name."""
        return self._full.get((entity_type, entity_key(name), entity_key(full)), name) if full else name

    def meant(self, entity_type: EntityType, text: str, senses: Callable[[str], Sequence[str]]) -> Identity | None:
        """The entity that a name in a text means, if that is clear.

        Args:
            entity_type: of the mention.
            text: the name.
            senses: gives the known long forms of a short form.
        """
        own = (entity_type, entity_key(text))
        claim = self._of.get(own)
        if not claim or claim.identity == own:
            return claim and own
        if claim.name.isupper() and text.islower():
            return None
        long_forms = senses(text)
        if not all(self._agrees((entity_type, entity_key(long)), long, claim) for long in long_forms):
            return None
        unproven = not long_forms and any(abbreviates(claim.name, name) for name in claim.names)
        return None if unproven and len(own[1]) < _SHORTEST else claim.identity

    def _agrees(self, own: Identity, long: str, claim: _Claim) -> bool:
        """Whether a long form is one of the entity."""
        if known := self._of.get(own):
            return known.identity == claim.identity
        return own == claim.identity or is_name_of(claim.names, long)


def is_whole_name(name: str, names: Sequence[str]) -> bool:
    """Whether a further name of a dataset means all of it: it adds no word but a reference, or is a short form.

    >>> is_whole_name("CIFAR-10 (Krizhevsky)", ["CIFAR-10"]), is_whole_name("CIFAR-10 (40 labels)", ["CIFAR-10"])
    (True, False)
    >>> is_whole_name("COCO", ["MS COCO"]), is_whole_name("Rotated MNIST", ["MNIST"])
    (True, False)

    Args:
        name: the further name.
        names: the name and the full name of the dataset.
    """
    letters = set(map(_letters, names))
    if _letters(name) in letters:
        return True
    if (found := _REMARK.fullmatch(name)) and _letters(found["name"]) in letters:
        return _letters(found["remark"]) in letters or _is_reference(found["remark"])
    words = set(spaced_key(name).split())
    for each in names:
        left = set(spaced_key(each).split()) - words
        if words < set(spaced_key(each).split()) and not any(re.search(r"\d", word) for word in left):
            return True
        short, long = sorted((typed_key(name), typed_key(each)), key=len)
        if not long.startswith(short) and (abbreviates(name, each) or abbreviates(each, name)):
            return True
    return False


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _is_reference(remark: str) -> bool:
    """Whether a remark in brackets says whose something is: "Krizhevsky", "Lin et al., 2014"."""
    if re.match(r"[A-Z]", remark) and _REFERENCE.search(remark):
        return True
    return _SURNAMES.fullmatch(remark) is not None and known_words().isdisjoint(spaced_key(remark).split())


def _may_be_called(entity_type: EntityType, other: str, names: Sequence[str]) -> bool:
    return entity_type != "Dataset" or is_whole_name(other, names)


def _means_another(names: Sequence[str], one: Listed) -> bool:
    """Whether a curated entity of this short name is another: it has a long form, which is not this full name."""
    longs = [name for name in names if " " in name and abbreviates(one.name, name)]
    return abbreviates(one.name, one.full) and bool(longs) and not is_name_of(longs, one.full)
