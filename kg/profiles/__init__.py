"""Profiles: the graph in another vocabulary, so that queries written for that vocabulary run on it.

A profile is a set of CONSTRUCT queries; what they construct together is the graph in the other vocabulary. The prefixes
that the queries declare are those of its exports. The queries of the shipped profiles are in a folder for each next to
this file; other packages add profiles through the entry point group ``kg.profiles``: the entry point's object is a
:class:`Profile`, its name the profile's name.
"""

from __future__ import annotations

from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from kg.errors import KGError
from kg.export.additions import declared_prefixes
from kg.graph.query_text import SERVICE_REFUSED, calls_service, names_dataset
from kg.graph.worker import constructed
from kg.plugins import load_plugins
from kg.text.names import one_line

_SHIPPED = {
    "lpwc": "Linked Papers With Code, https://linkedpaperswithcode.com (Färber and Lamprecht, ISWC 2023)",
}


class Profile(NamedTuple):
    """A vocabulary that the graph can be written in.

    Args:
        description: which vocabulary it is, in a line.
        queries: SPARQL CONSTRUCT queries over the graph, each with its PREFIX declarations on lines of their own.
    """

    description: str
    queries: tuple[str, ...]


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
        raise KGError(f"there is no profile {name!r}; choose from {', '.join(known)}")
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


def keep_profiles(store: ox.Store, folder: Path) -> None:
    """Write a graph in the vocabulary of each shipped profile, so that no question has to wait for it.

    Args:
        store: the graph.
        folder: that of its generation.

    Raises:
        OSError: the folder cannot be written.
    """
    for name in _SHIPPED:
        path = _place(folder, name)
        path.parent.mkdir(exist_ok=True)
        constructed(store, construct_queries(name), str(path)).flush()
        ox.Store(path)  # takes the log into the tables, as kg.graph.store does


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


def _shipped(name: str) -> Profile:
    entries = sorted((files("kg.profiles") / name).iterdir(), key=str)
    return Profile(_SHIPPED[name], tuple(entry.read_text("utf-8") for entry in entries if entry.name.endswith(".rq")))
