"""Queries with a name, a description and typed parameters: the shipped ones, and any file written in the same way.

A named query is a ``.rq`` file. Comment lines at its top describe it; ``$name`` in the query is a parameter::

    # description: Datasets in papers on a task, those in most papers first
    # param task task "the task"
    # param limit integer "how many rows" = 20
    SELECT ... VALUES ?asked { $task } ... LIMIT $limit

One ``description:`` line; if the query is in another vocabulary than the graph's, a ``profile:`` line with its name as
for ``kg export --profile``; then a ``param`` line for each parameter: name, type, meaning in double quotes, and after
``=`` the default (a parameter without one must be given). The types are

- ``method``, ``dataset``, ``metric``, ``task``, ``entity`` (any of these four) and ``paper``: something of this kind,
  by its IRI; :func:`kg.ask.questions.pose` finds the IRI for any name that a look-up finds
- ``papers``: all papers with these words in their titles, by their IRIs
- ``venue``: the name of a venue, as the graph spells it; becomes a string literal
- ``text``: any text; becomes a string literal
- ``integer``: a whole number, not negative
- ``iri``: an IRI in full, or with a predeclared prefix (``dataset:cifar-10``)
- words joined by ``|``, as in ``method|dataset``: one of these; becomes a string literal

:func:`bind` writes the values into the query as RDF terms in SPARQL's own escaping, so that no value can change what
the query asks, and the result is plain SPARQL 1.1 that any endpoint answers. (Oxigraph's own substitutions are not
used: they reach only the variables that a query projects, not those within filters and sub-selects.)

The shipped queries find an entity and all narrower ones by ``VALUES ?asked { $task } ?onTask skos:broader* ?asked``.
With the parameter inside the property path Oxigraph starts at the other end of the query and is ten times slower.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from kg.errors import QueryError
from kg.text.names import quoted
from kg.vocabulary import DEFAULT_BASE, ENTITY_KINDS, PREFIXES, Kind, resource_prefixes

_DESCRIPTION = re.compile(r"#\s*description:\s*(\S.*)")
_PROFILE = re.compile(r"#\s*profile:\s*(\w+)")
_PARAM = re.compile(
    r'#\s*param\s+(?P<name>[A-Za-z_]\w*)\s+(?P<type>[\w|-]+)\s+"(?P<meaning>[^"]+)"(?:\s*=\s*(?P<default>\S.*))?'
)
NAMED: dict[str, tuple[Kind, ...]] = {
    **{kind: (kind,) for kind in (*ENTITY_KINDS, "paper")},
    "entity": ENTITY_KINDS,
}
"""The types of parameters whose values are names, and the kinds of what the names may mean."""

_NEAREST = 3
_LONGEST = 100  # characters of a wrong name that are compared
_TYPES = ("text", "integer", "iri", "papers", "venue", *NAMED)

# Where a dollar sign is text (in an IRI, a string, a comment, an escape), and the dollar sign that begins a parameter.
_TOKEN = re.compile(
    r"""<[^<>"{}|^`\\\s]*>
    |"{3}(?:[^"\\]|\\.|"{1,2}(?!"))*"{3}|'{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3}
    |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'
    |\#[^\n]*
    |\\.
    |\$(?P<name>\w+)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a named query; ``default`` is None if a value must be given."""

    name: str
    type: str
    meaning: str
    default: str | None = None

    def term(self, value: str, prefixes: Mapping[str, str]) -> str:
        """A value as a term of SPARQL.

        Raises:
            QueryError: the value is not of this parameter's type.
        """
        if self.type == "integer":
            if not re.fullmatch(r"[0-9]{1,18}", value.strip()):
                raise QueryError(f"parameter {self.name}: expected a whole number, found {quoted(value)}")
            return value.strip()
        if self.type == "papers":
            return " ".join(self._iri(iri, prefixes) for iri in value.split())
        if self.type == "iri" or self.type in NAMED:
            return self._iri(value.strip(), prefixes)
        choices = self.type.split("|")
        if len(choices) > 1:
            value = value.strip().lower()
            if value not in choices:
                raise QueryError(f"parameter {self.name}: expected one of {', '.join(choices)}, found {quoted(value)}")
        try:
            return str(ox.Literal(value))
        except ValueError:
            raise QueryError(f"parameter {self.name}: {quoted(value)} is not valid Unicode") from None

    def _iri(self, value: str, prefixes: Mapping[str, str]) -> str:
        prefix, colon, local = value.removeprefix("<").removesuffix(">").partition(":")
        try:
            return str(ox.NamedNode(prefixes[prefix] + local if prefix in prefixes else prefix + colon + local))
        except ValueError:
            raise QueryError(
                f"parameter {self.name}: expected an IRI such as https://... or dataset:cifar-10, found {quoted(value)}"
            ) from None


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query with a name; :func:`bind` makes SPARQL of it.

    ``profile`` is the name of the vocabulary that it is written in, if that is not the graph's own.
    """

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    text: str
    profile: str | None = None


def parse(name: str, text: str) -> NamedQuery:
    """Read a named query.

    Args:
        name: what it is called, used in errors.
        text: the contents of its file.

    Raises:
        QueryError: a comment line that begins with ``description``, ``profile`` or ``param`` is not in the form above;
            names query and line.
    """
    description = ""
    profile: str | None = None
    parameters: list[Parameter] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("#"):
            break
        word = line[1:].lstrip().partition(" ")[0].rstrip(":")
        if word == "description":
            match = _DESCRIPTION.fullmatch(line.rstrip())
            if not match or description:
                raise QueryError(f"{name}:{number}: expected one line '# description: what the query answers'")
            description = match[1]
        elif word == "profile":
            match = _PROFILE.fullmatch(line.rstrip())
            if not match or profile:
                raise QueryError(f"{name}:{number}: expected one line '# profile: NAME'")
            profile = match[1]
        elif word == "param":
            match = _PARAM.fullmatch(line.rstrip())
            if not match:
                raise QueryError(f"{name}:{number}: expected '# param NAME TYPE \"meaning\" [= value]'")
            parameter = Parameter(**match.groupdict())
            if parameter.type not in _TYPES and "|" not in parameter.type:
                raise QueryError(f"{name}:{number}: type {parameter.type!r} is not one of {', '.join(_TYPES)}, a|b")
            if any(parameter.name == other.name for other in parameters):
                raise QueryError(f"{name}:{number}: parameter {parameter.name} is declared twice")
            parameters.append(parameter)
    return NamedQuery(name, description, tuple(parameters), text, profile)


def named_queries() -> list[NamedQuery]:
    """The queries that ship in the package, by name."""
    return [*_shipped()]


@cache
def _shipped() -> tuple[NamedQuery, ...]:
    found = [entry for entry in (files("kg.ask") / "queries").iterdir() if entry.name.endswith(".rq")]
    read = (parse(entry.name.removesuffix(".rq"), entry.read_text("utf-8")) for entry in found)
    return tuple(sorted(read, key=lambda query: query.name))


def named_query(name: str) -> NamedQuery:
    """The shipped query of this name.

    Raises:
        QueryError: there is none; names those with the most similar names.
    """
    queries = named_queries()
    for query in queries:
        if query.name == name:
            return query
    from rapidfuzz import fuzz, process

    near = process.extract(name[:_LONGEST], [query.name for query in queries], scorer=fuzz.WRatio, limit=_NEAREST)
    raise QueryError(f"there is no query {quoted(name)}; nearest: {', '.join(found for found, _, _ in near)}")


def bind(query: NamedQuery, values: Mapping[str, str], base: str = DEFAULT_BASE) -> str:
    """The SPARQL text of a named query with the values of its parameters in place.

    Args:
        query: the query.
        values: text for each parameter; those left out take their default.
        base: the IRI that resources live under, for values with a prefix such as ``dataset:``.

    Raises:
        QueryError: a parameter is unknown or missing, or its value is not of its type; names the parameter.
    """
    known = [parameter.name for parameter in query.parameters]
    for name in values:
        if name not in known:
            expected = f"it has {', '.join(known)}" if known else "it has none"
            raise QueryError(f"{query.name}: unknown parameter {quoted(name)}, {expected}")
    prefixes = PREFIXES | resource_prefixes(base)
    terms: dict[str, str] = {}
    for parameter in query.parameters:
        value = values.get(parameter.name, parameter.default)
        if value is None:
            raise QueryError(f"{query.name}: parameter {parameter.name!r} is missing: {parameter.meaning}")
        terms[parameter.name] = parameter.term(value, prefixes)
    return _TOKEN.sub(lambda token: terms.get(token["name"], token[0]) if token["name"] else token[0], query.text)


def check(query: NamedQuery, values: Mapping[str, str]) -> None:
    """Check values as far as that needs no graph: names are taken as they are.

    Raises:
        QueryError: as :func:`bind`.
    """
    names = {parameter.name for parameter in query.parameters if parameter.type in (*NAMED, "papers")}
    bind(query, {name: DEFAULT_BASE if name in names else value for name, value in values.items()})
