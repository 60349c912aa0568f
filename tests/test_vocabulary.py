"""One table of types, kinds and classes, and the IRIs that follow from it."""

from __future__ import annotations

from typing import get_args

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
    ("value", "valid"),
    [
        ("https://example.org/", True),
        ("http://example.org/graph#", True),
        ("https://example.org", False),
        ("example.org/", False),
        ("urn:graph/", False),
        ("https://example.org/a b/", False),
        ("https://example.org/<b>/", False),
        ("https://", False),
        ("", False),
        (b"https://example.org/", False),
        (None, False),
    ],
)
def test_a_base_iri_is_absolute_and_ends_where_names_can_follow(value: object, valid: bool) -> None:
    assert is_base(value) is valid
