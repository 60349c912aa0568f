"""What a source says of authors beyond their names; tests/sources/test_fields.py has the shapes of names."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest

from kg.records import Author
from kg.sources.markup import Texts
from kg.sources.people import authors_of

ORCID = "0000-0002-1825-0097"


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        (
            {
                "given": "Ada",
                "family": "One",
                "ORCID": f"http://orcid.org/{ORCID}",
                "affiliation": [{"name": "Pond U"}],
            },
            Author(name="Ada One", position=2, orcid=ORCID, affiliations=("Pond U",)),
        ),
        (
            {
                "author": {"display_name": "Ada One", "orcid": ORCID},
                "raw_affiliation_strings": ["Pond &amp; Co", "Lake"],
            },
            Author(name="Ada One", position=2, orcid=ORCID, affiliations=("Pond & Co", "Lake")),
        ),
        ({"name": "Ada One", "affiliations": ["Pond U"]}, Author(name="Ada One", position=2, affiliations=("Pond U",))),
    ],
)
def test_orcid_and_affiliations(author: dict[str, Any], expected: Author) -> None:
    assert authors_of(["Bo Two", author], None, print) == (("Bo Two", "Ada One"), (expected,))


def test_names_with_particles_and_suffixes() -> None:
    authors = [
        {"family": "Dune", "given": "Milo", "non-dropping-particle": "van der"},
        {"family": "One", "suffix": "Jr."},
    ]
    assert authors_of(authors, None, print)[0] == ("Milo van der Dune", "One Jr.")


def test_names_of_other_formats_are_cleaned() -> None:
    given = 'M{\\"u}ller, Gia and Bo Two 0002 and others'
    assert authors_of(given, Texts(), print) == (("Gia Müller", "Bo Two"), ())
    given = "A. One (1, Pond U (East)), B. Two (2) ((1) Pond, (2) Lake)"
    assert authors_of(given, Texts(), print) == (("A. One", "B. Two"), ())


@pytest.mark.parametrize("blanks", [" ", "\t", " ,"])
def test_names_that_are_far_apart_are_read_soon(blanks: str, soon: AbstractContextManager[None]) -> None:
    far = f"Ann{blanks * 10_000}Pond"
    with soon:
        for given in (far, [far]):
            authors_of(given, None, print)
