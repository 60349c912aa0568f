"""Profiles: the graph in another vocabulary, so that queries written for that vocabulary run on it.

A profile is a set of CONSTRUCT queries; what they construct together is the graph in the other vocabulary. The prefixes
that the queries declare are those of its exports. The queries of the shipped profiles are in a folder for each next to
this file; other packages add profiles through the entry point group ``kg.profiles``: the entry point's object is a
:class:`Profile`, its name the profile's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple, cast

import pyoxigraph as ox

from kg.errors import KGError
from kg.export.additions import declared_prefixes
from kg.graph.query_text import SERVICE_REFUSED, calls_service, names_dataset
from kg.graph.store import copy_store, shorten_log
from kg.graph.worker import constructed
from kg.plugins import load_plugins
from kg.text.names import one_line, quoted

_SHIPPED = {"lpwc": "Linked Papers With Code, https://linkedpaperswithcode.com (Färber and Lamprecht, ISWC 2023)"}
_ONE = re.compile(r"# one (\?\w+(?: or \?\w+)*)$", re.MULTILINE)


class Profile(NamedTuple):
    """A vocabulary that the graph can be written in.

    In the queries of a profile that builds keep, a comment ``# one ?name`` stands where a pattern can be restricted to
    some values of a subject of the template, ``# one ?name or ?other`` where it can be to those of any of several.

    Args:
        description: which vocabulary it is, in a line.
        queries: SPARQL CONSTRUCT queries over the graph, each with its PREFIX declarations on lines of their own.
        affected: a SELECT query with such comments: of what else the profile may say something else when what the graph
            says of ``?changed`` is something else; empty if this is not known.
    """

    description: str
    queries: tuple[str, ...]
    affected: str = ""


def known_profiles() -> dict[str, Profile]:
    """All profiles by name, the shipped ones first, then those of other packages."""
    shipped = {name: _shipped(name) for name in _SHIPPED}
    return shipped | {
        name: found for name, found in load_plugins("kg.profiles", Profile).items() if name not in shipped
    }


def find_profile(name: str) -> Profile:
    """The profile of this name.

    Raises:
        KGError: there is none; names those there are.
    """
    if name in _SHIPPED:
        return _shipped(name)
    known = known_profiles()
    if name not in known:
        raise KGError(f"there is no profile {quoted(name)}; choose from {', '.join(known)}")
    return known[name]


def apply_profile(store: ox.Store, name: str) -> ox.Store:
    """The graph in the vocabulary of a profile, in memory, about 0.2 KB a statement.

    Args:
        store: the graph; its named graphs are read as one.
        name: a key of :func:`known_profiles`.

    Raises:
        KGError: there is no such profile, or one of its queries is not a CONSTRUCT query or asks other services.
    """
    try:
        return constructed(store, construct_queries(name))
    except ValueError as error:
        raise KGError(f"profile {name}, {one_line(str(error))}") from None


def kept_profile(folder: Path, name: str) -> Path | None:
    """Where a graph in the vocabulary of a profile is kept, if it is.

    It is not if the profile has other queries than when it was made, as in another version of this package.

    Args:
        folder: that of the graph's generation.
        name: a key of :func:`known_profiles`.
    """
    path = _place(folder, name) if name in _SHIPPED else None
    return path if path and path.is_dir() else None


class Before(NamedTuple):
    """The graph of the generation before.

    Args:
        store: the graph.
        folder: that of its generation.
        changed: the IRIs of which the new graph says something else, or that only one of the two has.
    """

    store: ox.Store
    folder: Path
    changed: Sequence[str]


def keep_profiles(store: ox.Store, folder: Path, before: Before | None = None) -> None:
    """Write a graph in the vocabulary of each shipped profile, so that no question has to wait for it.

    Args:
        store: the graph.
        folder: that of its generation.
        before: the generation whose profiles are gone on from, if there is one.

    Raises:
        OSError: the folder cannot be written.
    """
    for name in _SHIPPED:
        path = _place(folder, name)
        path.parent.mkdir(exist_ok=True)
        if before and (old := kept_profile(before.folder, name)):
            copy_store(old, path)
            _update(ox.Store(path), store, before, name)
            shorten_log(path)
        else:
            constructed(store, construct_queries(name), str(path)).flush()  # a bulk load has no log


def _update(kept: ox.Store, store: ox.Store, before: Before, name: str) -> None:
    """Replace, in a kept graph, all that it says of what changed and of what that affects."""
    profile = find_profile(name)
    nodes = set(before.changed)
    for graph in (before.store, store):
        for query in _restricted(profile.affected, before.changed):
            for (node,) in cast(ox.QuerySolutions, graph.query(query, use_default_graph_as_union=True)):
                nodes.add(node.value)
    new = set()
    for query, union in construct_queries(name):
        for one in _restricted(query, sorted(nodes)):
            found = cast(ox.QueryTriples, store.query(one, use_default_graph_as_union=union))
            new |= {triple for triple in found if _value(triple.subject) in nodes}
    old = {quad.triple for node in nodes for quad in kept.quads_for_pattern(ox.NamedNode(node), None, None)}
    for triple in old - new:
        kept.remove(ox.Quad(triple.subject, triple.predicate, triple.object))
    kept.extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in new - old)
    kept.flush()


def _value(term: object) -> str:
    return cast(str, term.value)  # type: ignore[attr-defined]  # the graph holds no blank nodes and no quoted triples


def _restricted(query: str, nodes: Sequence[str]) -> Iterator[str]:
    """A query for some nodes only: one for each of the variables that can be restricted in the same place."""
    values = f"{{ {' '.join(f'<{node}>' for node in nodes)} }}"
    most = max((len(found[1].split(" or ")) for found in _ONE.finditer(query)), default=0)
    for number in range(1, most + 1):

        def restriction(found: re.Match[str], number: int = number) -> str:
            return f"VALUES {found[1].split(' or ')[:number][-1]} {values}"

        yield _ONE.sub(restriction, query)


def _place(folder: Path, name: str) -> Path:
    queries = "\0".join(find_profile(name).queries)
    return folder / "profiles" / f"{name}-{blake2b(queries.encode(), digest_size=4).hexdigest()}"


def construct_queries(name: str, *, allow_service: bool = False) -> list[tuple[str, bool]]:
    """The queries of a profile, each with whether its default graph is the union of all graphs.

    Args:
        name: a key of :func:`known_profiles`.
        allow_service: let the queries ask other SPARQL services.

    Raises:
        KGError: there is no such profile, or one of its queries asks other services.
    """
    queries = find_profile(name).queries
    for number, query in enumerate(queries, start=1):
        if not allow_service and calls_service(query):
            raise KGError(f"profile {name}, query {number}: {SERVICE_REFUSED}")
    return [(query, not names_dataset(query)) for query in queries]


def profile_prefixes(name: str) -> dict[str, str]:
    """The namespaces of a profile by prefix.

    Raises:
        KGError: there is no such profile.
    """
    return {prefix: iri for query in find_profile(name).queries for prefix, iri in declared_prefixes(query).items()}


@cache
def _shipped(name: str) -> Profile:
    entries = sorted((files("kg.profiles") / name).iterdir(), key=str)
    queries = tuple(entry.read_text("utf-8") for entry in entries if entry.name.endswith(".rq"))
    return Profile(_SHIPPED[name], queries, (files("kg.profiles") / name / "affected.sparql").read_text("utf-8"))
