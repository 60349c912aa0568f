"""Web addresses: the repository that one names, the IRI that it is written as, and when two are the same."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.addresses import absolute, address_key, repository


@pytest.mark.parametrize(
    ("url", "path", "canonical"),
    [
        ("https://github.com/Pond/Frog.git", "Pond/Frog", "https://github.com/Pond/Frog"),
        ("http://www.github.com/Pond/Frog/tree/main/x?y=1#z", "Pond/Frog", "https://github.com/Pond/Frog"),
        ("https: //github.com/Pond/Frog", "Pond/Frog", "https://github.com/Pond/Frog"),
        ("gitlab.pond.example/a/b/c/-/tree/main", "a/b/c", "https://gitlab.pond.example/a/b/c"),
        ("bitbucket.org/pond/frog/src", "pond/frog", "https://bitbucket.org/pond/frog"),
        ("https://hf.co/pond/frog", "pond/frog", "https://huggingface.co/pond/frog"),
        (
            "https://huggingface.co/datasets/pond/frog/tree/main",
            "datasets/pond/frog",
            "https://huggingface.co/datasets/pond/frog",
        ),
        (
            "https://anonymous.4open.science/r/Frog-12AB/README.md",
            "r/Frog-12AB",
            "https://anonymous.4open.science/r/Frog-12AB",
        ),
    ],
)
def test_addresses_within_a_repository_name_it(url: str, path: str, canonical: str) -> None:
    found = repository(url)
    assert found is not None
    assert (found.path, found.url) == (path, canonical)


@pytest.mark.parametrize(
    "url", ["https://github.com/pond", "https://frog.github.io/net", "https://huggingface.co/papers/1", "https://a.b"]
)
def test_other_addresses_name_no_repository(url: str) -> None:
    assert repository(url) is None


@given(st.text(min_size=1, max_size=40))
def test_an_absolute_address_is_a_valid_iri(text: str) -> None:
    iri = absolute(text)
    assert iri.startswith(("http://", "https://"))
    pyoxigraph.NamedNode(iri)


def test_an_absolute_address_stays_as_it_is() -> None:
    assert absolute("https://pond.example.org:80/a%20b?c=d#e") == "https://pond.example.org:80/a%20b?c=d#e"


def test_the_key_ignores_scheme_www_case_and_git() -> None:
    assert address_key("http://www.GitHub.com/Pond/Frog.git") == address_key("github.com/pond/frog/")
