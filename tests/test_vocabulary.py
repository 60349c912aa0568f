"""One table of types, kinds and classes, and the IRIs that follow from it."""

from __future__ import annotations

from typing import get_args

import pyoxigraph as ox
import pytest

from kg import vocabulary
from kg.vocabulary import (
    CLASS_NAMES,
    ENTITY_KINDS,
    ENTITY_TYPES,
    KG,
    KIND_OF_CLASS,
    KINDS,
    LINKS,
    NODE_CLASSES,
    USES,
    curie,
    entity_iri,
    is_base,
    paper_iri,
    repository_iri,
    resource_prefixes,
)

BASE = "https://example.org/"


def test_types_and_kinds_are_those_of_the_table() -> None:
    assert tuple(found.name for found in NODE_CLASSES if found.uses) == ENTITY_TYPES == tuple(USES)
    assert tuple(found.kind for found in NODE_CLASSES if found.kind) == KINDS == tuple(CLASS_NAMES)
    assert tuple(CLASS_NAMES[kind] for kind in ENTITY_KINDS) == ENTITY_TYPES
    assert {KG + name: kind for kind, name in CLASS_NAMES.items()} == KIND_OF_CLASS
    assert tuple(LINKS) == get_args(vocabulary.LinkKind)


def test_every_kind_has_a_prefix_and_iris_under_it() -> None:
    prefixes = resource_prefixes(BASE)
    assert set(prefixes) == {*KINDS, "venue"}
    assert curie(entity_iri(BASE, "Dataset", "cifar 10"), BASE) == "dataset:cifar-10"
    assert curie(paper_iri(BASE, "FrogNet: Hops!"), BASE) == "paper:frognet-hops"
    assert curie(repository_iri(BASE, "GitHub.com", "Owner/Some Name"), BASE) == "code:github.com/owner/some%20name"
    assert curie(KG + "Paper", BASE) == KG + "Paper"


@pytest.mark.parametrize(
    "base",
    [
        "https://example.org/",
        "http://localhost:3030/ds/",
        "https://e.org//x/",
        "https://e.org/~a/b@c:d/%7e;x=(1)/",
        "https://b\u00fccher.example/\u6f22/",
        "http://[2001:db8::1]:8080/",
        "https://192.168.0.1/kg/",
    ],
)
def test_base_iris_are_those_of_rfc_3987_and_names_can_follow(base: str) -> None:
    assert is_base(base)
    for iri in (paper_iri(base, "A Title"), base + "paper/a#char=1,2"):
        (triple,) = ox.parse(f"<{iri}> <{KG}p> <{iri}> .", format=ox.RdfFormat.N_QUADS)
        assert triple.subject == ox.NamedNode(iri)


@pytest.mark.parametrize(
    "value",
    [
        "",
        None,
        b"https://example.org/",
        "example.org/",
        "urn:graph/",
        "ftp://example.org/",
        "HTTPS://example.org/",
        "https://",
        "https:///x/",
        # what does not end where names can follow
        "https://example.org",
        "https://example.org/x",
        "http://example.org/graph#",
        "http://example.org/#graph/",
        "http://example.org/?graph=/",
        # authority
        "http://[x/",
        "http://[::zz]/",
        "http://[::1%25eth0]/",
        "https://e.org:/",
        "https://e.org:99999/",
        "https://e.org:port/",
        "https://me@e.org/",
        "https://me:secret@e.org/",
        # characters
        "https://e.org/%zz/",
        "https://e.org/%/",
        "https://example.org/a b/",
        "https://example.org/a\n/",
        "https://example.org/<b>/",
        "https://example.org/a\\b/",
        "https://example.org/{b}|`^/",
        "https://example.org/\u202e/",
        "https://example.org/\ue000/",
        "https://example.org/\ud800/",
        # path
        "https://example.org/a/../b/",
        "https://example.org/./",
    ],
)
def test_any_other_base_is_refused(value: object) -> None:
    assert not is_base(value)
