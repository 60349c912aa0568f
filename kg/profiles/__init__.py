"""Profiles: the graph in the vocabulary of another one, so that queries written for that run on it.

A profile is a folder of CONSTRUCT queries beside this file; what they construct together is the graph in its words.
Prefixes that the queries declare are those of its exports.
"""

from __future__ import annotations

from importlib.resources import files

import pyoxigraph as ox

from kg.errors import KGError
from kg.export.additions import declared_prefixes

PROFILES: dict[str, str] = {
    "lpwc": "Linked Papers With Code, https://linkedpaperswithcode.com (Färber and Lamprecht, ISWC 2023)",
}


def apply_profile(store: ox.Store, name: str) -> ox.Store:
    """The graph in the words of a profile, in memory, about 0.2 KB a statement.

    Args:
        store: the graph; its named graphs are read as one.
        name: a key of :data:`PROFILES`.

    Raises:
        KGError: there is no such profile.
    """
    constructed = ox.Store()
    for query in _queries(name):
        triples = store.query(query, use_default_graph_as_union=True)
        assert isinstance(triples, ox.QueryTriples)
        constructed.bulk_extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    return constructed


def profile_prefixes(name: str) -> dict[str, str]:
    """The namespaces of a profile by prefix.

    Raises:
        KGError: there is no such profile.
    """
    return {prefix: iri for query in _queries(name) for prefix, iri in declared_prefixes(query).items()}


def _queries(name: str) -> list[str]:
    if name not in PROFILES:
        raise KGError(f"there is no profile {name!r}; choose from {', '.join(PROFILES)}")
    entries = (files("kg.profiles") / name).iterdir()
    return [entry.read_text("utf-8") for entry in sorted(entries, key=str) if entry.name.endswith(".rq")]
