"""The curated files, ``entities*.jsonl`` in the rule folders: what people know about names beyond what texts say.

A line is one of four statements; ``rules/README.md`` explains them. They are checked as a whole, because one line can
contradict another; an error names the file and the later of the two lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field, HttpUrl, StringConstraints, TypeAdapter

from kg.errors import InputError
from kg.resolution.spelling import entity_key
from kg.rulefiles import rule_folders
from kg.text.lines import JsonModel, json_lines_of, validated
from kg.vocabulary import ENTITY_TYPES, EntityType

CURATED_FILES = "entities*.jsonl"

Identity = tuple[EntityType, str]
"""What identifies an entity: its type and the key of its name (:func:`kg.resolution.spelling.entity_key`)."""

EntityName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
EntityNames = Annotated[tuple[EntityName, ...], Field(min_length=2)]

_EXPECTED = (
    'an entity {"name", "type", ...}, {"type", "same": [..]}, {"type", "different": [..]} or {"type", "padding": [..]}'
)


class Statement(JsonModel):
    """What a line says about names of a type."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: EntityType


class CuratedEntity(Statement):
    """An entity: its canonical name, its other names, and the names of broader entities.

    ``broader`` is ``None`` if :mod:`kg.resolution.hierarchy` decides by its names, and empty if nothing is broader.
    ``homepage`` is an address, ``wikidata`` the id of its item, ``wikipedia`` the address of its article.
    """

    name: EntityName
    aliases: tuple[EntityName, ...] = ()
    broader: tuple[EntityName, ...] | None = None
    homepage: HttpUrl | None = None
    wikidata: Annotated[str, StringConstraints(pattern=r"^Q[1-9]\d*$")] | None = None
    wikipedia: Annotated[str, StringConstraints(pattern=r"^https://[a-z-]+\.wikipedia\.org/wiki/\S+$")] | None = None

    @property
    def identity(self) -> Identity:
        """The identity that all its names lead to."""
        return self.type, entity_key(self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """The canonical name and the others."""
        return self.name, *self.aliases


class Same(Statement):
    """Names of one entity; at least one of them is a name of a curated entity already."""

    same: EntityNames


class Different(Statement):
    """Names of which no two mean the same entity."""

    different: EntityNames


class Padding(Statement):
    """Words that add nothing to the name before them: "dataset" in "CIFAR-10 dataset"."""

    padding: Annotated[tuple[EntityName, ...], Field(min_length=1)]


_Statement = TypeVar("_Statement", bound=Statement)

_STATEMENTS: dict[str, TypeAdapter[Any]] = {
    "name": TypeAdapter(CuratedEntity),
    "same": TypeAdapter(Same),
    "different": TypeAdapter(Different),
    "padding": TypeAdapter(Padding),
}
"""The statements, by the field that only they have."""


class Curated:
    """What the curated files say, by name.

    Args:
        statements: each with its file and line, as errors name them.

    Raises:
        InputError: statements contradict one another.
    """

    def __init__(self, statements: Iterable[tuple[str, Statement]] = ()) -> None:
        self.entities: dict[Identity, CuratedEntity] = {}
        self._of: dict[Identity, CuratedEntity] = {}
        self._types: defaultdict[str, set[EntityType]] = defaultdict(set)
        self._apart: defaultdict[Identity, list[tuple[str, bool]]] = defaultdict(list)
        self._padding: defaultdict[str, set[EntityType]] = defaultdict(set)
        self._aliases: defaultdict[Identity, list[str]] = defaultdict(list)
        placed = list(statements)
        for place, statement in _of_kind(placed, CuratedEntity):
            self._add(statement, place)
        for place, same in _of_kind(placed, Same):
            self._join(same, place)
        for _, different in _of_kind(placed, Different):
            for first, second in combinations(different.different, 2):
                self._part(different.type, first, second)
        for _, padding in _of_kind(placed, Padding):
            for key in map(entity_key, padding.padding):
                self._padding[key].add(padding.type)
        self._refuse_cycles({entity.identity: place for place, entity in _of_kind(placed, CuratedEntity)})

    def _add(self, entity: CuratedEntity, place: str) -> None:
        _, key = identity = entity.identity
        if self._types.get(key):
            raise InputError(place, f'"{entity.name}" is the name of an entity already; add names to it with "same"')
        self.entities[identity] = entity
        self._types[key].add(entity.type)
        for name in entity.names:
            self._claim(name, entity, place)

    def _join(self, statement: Same, place: str) -> None:
        known = {found.identity: found for name in statement.same if (found := self.named(statement.type, name))}
        if len(known) != 1:
            owners = " and ".join(f'"{entity.name}"' for entity in known.values()) or "none"
            raise InputError(place, f'"same" needs names of one entity that is in the files; they are of {owners}')
        (entity,) = known.values()
        for name in statement.same:
            self._claim(name, entity, place)

    def _claim(self, name: str, entity: CuratedEntity, place: str) -> None:
        owner = self._of.setdefault((entity.type, entity_key(name)), entity)
        if owner is not entity:
            raise InputError(place, f'"{name}" cannot belong to "{entity.name}" too; it is a name of "{owner.name}"')
        if name != entity.name and name not in (aliases := self._aliases[entity.identity]):
            aliases.append(name)

    def _part(self, entity_type: EntityType, first: str, second: str) -> None:
        alike = entity_key(first) == entity_key(second)  # then only the exact names distinguish them
        for name, other, later in ((first, second, False), (second, first, True)):
            self._apart[entity_type, name if alike else entity_key(name)].append((other, later))

    def _refuse_cycles(self, places: dict[Identity, str]) -> None:
        def above(entity: CuratedEntity) -> Iterator[CuratedEntity]:
            for name in entity.broader or ():
                if broader := self.named(entity.type, name):
                    yield broader

        done: set[Identity] = set()
        for entity in self.entities.values():
            if not entity.broader:
                continue
            path: list[CuratedEntity] = []
            waiting = [(entity, 0)]
            while waiting:
                at, depth = waiting.pop()
                del path[depth:]
                if at.identity in {passed.identity for passed in path}:
                    chain = " → ".join(f'"{step.name}"' for step in [*path, at])
                    raise InputError(places[path[-1].identity], f"broader goes in a circle: {chain}")
                if at.identity not in done:
                    path.append(at)
                    waiting += [(broader, depth + 1) for broader in above(at)]
            done.add(entity.identity)

    def named(self, entity_type: EntityType, name: str) -> CuratedEntity | None:
        """The entity of a type that has this name, in any spelling."""
        return self._of.get((entity_type, entity_key(name)))

    def identity(self, entity_type: EntityType, name: str) -> Identity:
        """The identity of a name by its spelling and these files alone."""
        entity = self.named(entity_type, name)
        return entity.identity if entity else (entity_type, entity_key(name))

    def of_any_type(self, name: str) -> CuratedEntity | None:
        """The only entity with this name, whatever its type; ``None`` if there is none or more than one."""
        found = {entity.identity: entity for kind in ENTITY_TYPES if (entity := self.named(kind, name))}
        return next(iter(found.values())) if len(found) == 1 else None

    def aliases(self, identity: Identity) -> tuple[str, ...]:
        """The names of an entity without the canonical one."""
        return tuple(self._aliases.get(identity, ()))

    def apart_from(self, entity_type: EntityType, name: str) -> list[tuple[str, bool]]:
        """The names that mean other entities than this name, and for each whether it comes before this one there."""
        forms = dict.fromkeys((name, entity_key(name)))
        return [other for form in forms for other in self._apart.get((entity_type, form), ())]

    def set_apart(self) -> Iterable[Identity]:
        """The types and the names, or the keys of names, for which :meth:`apart_from` gives something."""
        return self._apart.keys()

    def is_apart(self, entity_type: EntityType, name: str, key: str) -> bool:
        """Whether :meth:`apart_from` gives anything for a name, which has this key."""
        return (entity_type, name) in self._apart or (entity_type, key) in self._apart

    def padded_types(self, name: str) -> Collection[EntityType]:
        """The types for which :meth:`without_padding` gives something."""
        head, _, last = name.rstrip().rpartition(" ")
        return self._padding.get(entity_key(last), ()) if head.strip() else ()

    def without_padding(self, entity_type: EntityType, name: str) -> str | None:
        """The name without its last word if that word adds nothing, otherwise ``None``."""
        head, _, last = name.rstrip().rpartition(" ")
        return head.rstrip() if head.strip() and entity_type in self._padding.get(entity_key(last), ()) else None


def read_curated(folders: Iterable[Path] = ()) -> Curated:
    """The curated files of the shipped folder and of further ones.

    Raises:
        InputError: a line is wrong, or contradicts another; names file and line.
    """
    return Curated(
        statement
        for folder in rule_folders(folders)
        for path in sorted(folder.rglob(CURATED_FILES))
        for statement in _read(path)
    )


def _read(path: Path) -> Iterator[tuple[str, Statement]]:
    for line in json_lines_of(path, _EXPECTED):
        yield line.place, _statement(line.fields, line.place)


def _statement(fields: dict[str, Any], place: str) -> Statement:
    for field, adapter in _STATEMENTS.items():
        if field in fields:
            statement: Statement = validated(adapter, fields, place)
            return statement
    raise InputError(place, f"is not a statement about names; expected {_EXPECTED}")


def _of_kind(placed: Iterable[tuple[str, Statement]], kind: type[_Statement]) -> Iterator[tuple[str, _Statement]]:
    return ((place, statement) for place, statement in placed if isinstance(statement, kind))
