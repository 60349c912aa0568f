"""What a resolver has counted and found, in an SQLite file: the next one reads and writes only what it needs of it.

Names are kept as bytes, because text may have surrogates, which SQLite does not take; what is only read again is JSON.
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple, cast

from kg.records import Entity, Why
from kg.resolution.curated import Identity
from kg.vocabulary import EntityType

_SCHEMA = """
-- A name as papers use it: "row" has all that is kept of it (KeptUse), "key" is that of its entity.
CREATE TABLE use (id INTEGER PRIMARY KEY, type TEXT, text BLOB, key BLOB, row TEXT);
-- The keys of all names on which it depends what a name means, and that of its long form, if papers define it.
CREATE TABLE use_key (key BLOB, use INTEGER, PRIMARY KEY (key, use)) WITHOUT ROWID;
CREATE TABLE use_long (key BLOB, use INTEGER, PRIMARY KEY (key, use)) WITHOUT ROWID;
-- How many names and definitions have a key.
CREATE TABLE attested (type TEXT, key BLOB, count INTEGER, PRIMARY KEY (type, key)) WITHOUT ROWID;
-- By the key of a short form: by the key of a long form, how many papers give which spelling of it.
CREATE TABLE sense (short BLOB PRIMARY KEY, spellings TEXT) WITHOUT ROWID;
-- On which keys it depends what a short form means: those of its long forms.
CREATE TABLE sense_key (key BLOB, short BLOB, PRIMARY KEY (key, short)) WITHOUT ROWID;
-- "row" has what is kept of an entity (KeptEntity), "wanted" is the IRI that its name gives it.
CREATE TABLE entity (type TEXT, key BLOB, iri TEXT, wanted TEXT, row TEXT, PRIMARY KEY (type, key)) WITHOUT ROWID;
-- The keys of what the names of an entity may be a kind of, and of what it may mean.
CREATE TABLE part (key BLOB, type TEXT, entity BLOB, PRIMARY KEY (key, type, entity)) WITHOUT ROWID;
-- The lines that "kg entities merges" shows of an entity.
CREATE TABLE merged (type TEXT, key BLOB, lines TEXT, PRIMARY KEY (type, key)) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX use_text ON use (text);
CREATE INDEX use_entity ON use (key, type);
CREATE INDEX entity_iri ON entity (iri);
CREATE INDEX entity_wanted ON entity (wanted);
"""
_CACHE = 32_768  # KiB


class KeptUse(NamedTuple):
    """A name of a type with the long form that papers give for it, if they do.

    ``papers`` use it, ``coined`` of them introduce it as a name, ``defined`` define it. By ``keys`` it was placed under
    the entity of ``key``, for the reason ``why`` with its ``detail``. ``long_key`` is the key of the long form, if
    papers define it, ``taught`` the name of the curated entity of which that may be a further name.
    """

    type: EntityType
    text: str
    long: str | None
    papers: int
    coined: int
    defined: int
    keys: Sequence[str]
    key: str
    why: Why
    detail: str
    long_key: str | None
    taught: str | None


class KeptEntity(NamedTuple):
    """An entity as the graph has it, and what its statements depend on.

    ``wanted`` is the IRI that its name gives it, ``parts`` what its names may be a kind of, ``meant`` the keys of what
    an unclear name may mean, ``broader`` those of the broader entities.
    """

    entity: Entity
    wanted: str
    parts: Sequence[Sequence[Sequence[str]]]
    meant: Sequence[str] | None
    broader: Sequence[str]

    @property
    def keys(self) -> set[str]:
        """The keys in the table "part"."""
        return {key for named in self.parts for part in named for key in part}.union(self.meant or ())


class KeptSenses(NamedTuple):
    """The long forms of a short form: by the key of each, how many papers give which spelling of it.

    ``before`` and ``now`` are the keys on which it depended and depends what the short form means.
    """

    short: str
    spellings: Mapping[str, Mapping[str, int]]
    before: Set[str]
    now: Set[str]


class KeptNames:
    """The file, open for reading and writing.

    Args:
        path: the file.
        new: make it anew; its indexes are made when it is closed.
        change: it is there, and changed; otherwise it is only read.

    Raises:
        OSError: it cannot be read or written, as also from all methods.
    """

    def __init__(self, path: Path, *, new: bool = False, change: bool = False) -> None:
        self._path, self._new = path, new
        if new:
            path.unlink(missing_ok=True)
        mode = "rwc" if new else "rw" if change else "ro&immutable=1"
        address = f"{path.resolve().as_uri()}?mode={mode}"
        try:
            self._connection = sqlite3.connect(address, uri=True, isolation_level=None)
        except sqlite3.Error as error:
            raise self._failed(error) from None
        for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE}"):
            self._run(f"PRAGMA {setting}")  # a build that is interrupted removes the file
        self._run("BEGIN")
        if new:
            for statement in _SCHEMA.split(";\n"):
                self._run(statement)

    def __enter__(self) -> KeptNames:
        return self

    def __exit__(self, problem: type[BaseException] | None, *_: object) -> None:
        try:
            if not problem:
                for statement in _INDEXES.split(";\n") if self._new else ():
                    self._run(statement)
                self._run("COMMIT")
        finally:
            self._connection.close()

    # Names ------------------------------------------------------------------------------------------------------------

    def called(self, text: str) -> Iterator[KeptUse]:
        """The uses of a name."""
        return self._uses("text = ?", _bytes(text))

    def placed_by(self, keys: Iterable[str]) -> Iterator[KeptUse]:
        """The uses whose entity depends on one of some keys."""
        for key in keys:
            yield from self._uses("id IN (SELECT use FROM use_key WHERE use_key.key = ?)", _bytes(key))

    def defined_as(self, key: str) -> Iterator[KeptUse]:
        """The definitions that give a long form with this key."""
        return self._uses("id IN (SELECT use FROM use_long WHERE use_long.key = ?)", _bytes(key))

    def names_of(self, entities: Iterable[Identity]) -> Iterator[KeptUse]:
        """The uses that have one of some entities."""
        for entity_type, key in entities:
            yield from self._uses("key = ? AND type = ?", _bytes(key), entity_type)

    def uses(self) -> Iterator[KeptUse]:
        """All of them."""
        return self._uses("1")

    def _uses(self, where: str, *values: object) -> Iterator[KeptUse]:
        for (row,) in self._rows(f"SELECT row FROM use WHERE {where}", *values):
            yield KeptUse(*json.loads(row))

    def replace_uses(self, before: Iterable[KeptUse], now: Iterable[KeptUse]) -> None:
        """Put some uses in the place of others."""
        for use in before:
            text, row = _bytes(use.text), _json(use)
            ((number,),) = self._rows("SELECT id FROM use WHERE text = ? AND row = ?", text, row)
            self._run("DELETE FROM use WHERE id = ?", number)
            for table, keys in (("use_key", use.keys), ("use_long", [use.long_key] if use.long_key else ())):
                self._many(f"DELETE FROM {table} WHERE key = ? AND use = ?", ((_bytes(key), number) for key in keys))
        for use in now:
            values = (use.type, _bytes(use.text), _bytes(use.key), _json(use))
            number = self._run("INSERT INTO use VALUES (NULL, ?, ?, ?, ?)", *values)
            for table, keys in (("use_key", use.keys), ("use_long", [use.long_key] if use.long_key else ())):
                self._many(f"INSERT INTO {table} VALUES (?, ?)", ((_bytes(key), number) for key in keys))

    def attested(self, one: Identity) -> int:
        """By how many names and definitions an entity is attested."""
        found = self._rows("SELECT count FROM attested WHERE type = ? AND key = ?", one[0], _bytes(one[1]))
        return next((count for (count,) in found), 0)

    def attest(self, counts: Iterable[tuple[Identity, int]]) -> None:
        """Keep by how many some entities are."""
        for (kind, key), count in counts:
            if count:
                self._run("INSERT OR REPLACE INTO attested VALUES (?, ?, ?)", kind, _bytes(key), count)
            else:
                self._run("DELETE FROM attested WHERE type = ? AND key = ?", kind, _bytes(key))

    # Senses -----------------------------------------------------------------------------------------------------------

    def senses(self, short: str) -> Mapping[str, Mapping[str, int]]:
        """By the key of each long form of a short form: how many papers give which spelling of it."""
        found = self._rows("SELECT spellings FROM sense WHERE short = ?", _bytes(short))
        return next((json.loads(spellings) for (spellings,) in found), {})

    def shorts(self, key: str) -> set[str]:
        """The keys of the short forms that depend on a key."""
        return {_text(short) for (short,) in self._rows("SELECT short FROM sense_key WHERE key = ?", _bytes(key))}

    def replace_senses(self, senses: Iterable[KeptSenses]) -> None:
        """Keep the long forms of some short forms."""
        changed = {_bytes(one.short): one for one in senses}
        gone = ((_bytes(key), short) for short, one in changed.items() for key in one.before - one.now)
        self._many("DELETE FROM sense_key WHERE key = ? AND short = ?", gone)
        new = ((_bytes(key), short) for short, one in changed.items() for key in one.now - one.before)
        self._many("INSERT INTO sense_key VALUES (?, ?)", new)
        self._many("DELETE FROM sense WHERE short = ?", ((short,) for short, one in changed.items() if one.before))
        found = ((short, one.spellings) for short, one in changed.items() if one.spellings)
        self._many("INSERT INTO sense VALUES (?, ?)", ((short, json.dumps(by, sort_keys=True)) for short, by in found))

    # Entities ---------------------------------------------------------------------------------------------------------

    def entity(self, one: Identity) -> KeptEntity | None:
        """An entity."""
        found = self._rows("SELECT row FROM entity WHERE type = ? AND key = ?", one[0], _bytes(one[1]))
        return next((_entity(row) for (row,) in found), None)

    def entities(self) -> Iterator[KeptEntity]:
        """All of them, sorted by type and key."""
        return (_entity(row) for (row,) in self._rows("SELECT row FROM entity ORDER BY type, key"))

    def wanting(self, iri: str) -> list[Identity]:
        """The entities whose names give them an IRI."""
        return [(kind, _text(key)) for kind, key in self._rows("SELECT type, key FROM entity WHERE wanted = ?", iri)]

    def holder(self, iri: str) -> Identity | None:
        """The entity that has an IRI."""
        found = self._rows("SELECT type, key FROM entity WHERE iri = ?", iri)
        return next(((kind, _text(key)) for kind, key in found), None)

    def with_part(self, key: str) -> list[Identity]:
        """The entities that depend on a key."""
        found = self._rows("SELECT type, entity FROM part WHERE key = ?", _bytes(key))
        return [(kind, _text(entity)) for kind, entity in found]

    def types(self) -> list[EntityType]:
        """The types of all entities."""
        return [kind for (kind,) in self._rows("SELECT DISTINCT type FROM entity ORDER BY type")]

    def replace_entity(self, one: Identity, before: KeptEntity | None, now: KeptEntity | None) -> None:
        """Keep an entity as it is now, or no longer; ``before`` is what is kept of it."""
        kind, key = one[0], _bytes(one[1])
        old, new = (entity.keys if entity else set() for entity in (before, now))
        self._many(
            "DELETE FROM part WHERE key = ? AND type = ? AND entity = ?", ((_bytes(k), kind, key) for k in old - new)
        )
        self._many("INSERT INTO part VALUES (?, ?, ?)", ((_bytes(k), kind, key) for k in new - old))
        if now:
            row = _json([_fields(now.entity), *now[1:]])
            values = kind, key, now.entity.iri, now.wanted, row
            self._run("INSERT OR REPLACE INTO entity VALUES (?, ?, ?, ?, ?)", *values)
        else:
            self._run("DELETE FROM entity WHERE type = ? AND key = ?", kind, key)

    def replace_merged(self, one: Identity, lines: str) -> None:
        """Keep the lines about the names of an entity, as a file in UTF-8 has them: "?" for half a sign."""
        self._run("DELETE FROM merged WHERE type = ? AND key = ?", one[0], _bytes(one[1]))
        if lines:
            written = lines.encode(errors="replace").decode()
            self._run("INSERT INTO merged VALUES (?, ?, ?)", one[0], _bytes(one[1]), written)

    def merged(self) -> Iterator[str]:
        """The lines about the names of all entities, sorted by type and key of these."""
        return (lines for (lines,) in self._rows("SELECT lines FROM merged ORDER BY type, key"))

    def _rows(self, query: str, *values: object) -> Iterator[Any]:
        try:
            yield from self._connection.execute(query, values)
        except sqlite3.Error as error:
            raise self._failed(error) from None

    def _run(self, statement: str, *values: object) -> int:
        """Run a statement; returns the number of the row that was inserted last."""
        try:
            return self._connection.execute(statement, values).lastrowid or 0
        except sqlite3.Error as error:
            raise self._failed(error) from None

    def _many(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        try:
            self._connection.executemany(statement, rows)
        except sqlite3.Error as error:
            raise self._failed(error) from None

    def _failed(self, error: sqlite3.Error) -> OSError:
        return OSError(errno.EIO, str(error), str(self._path))


def _entity(row: str) -> KeptEntity:
    fields, *others = json.loads(row)
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in fields]
    return KeptEntity(Entity(*values), *others)


def _fields(entity: Entity) -> list[object]:
    return [getattr(entity, name) for name in Entity.__dataclass_fields__]


def _json(value: object) -> str:
    return json.dumps(value)


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _text(found: Any) -> str:
    return cast(bytes, found).decode(errors="surrogatepass")
