"""Web addresses: the repository that one names, the IRI that it is written as, and when two are the same."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.addresses import absolute, address_key, given_address, given_repository, repository


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


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_an_absolute_address_is_a_valid_iri(text: str) -> None:
    iri = absolute(text)
    assert iri.startswith(("http://", "https://"))
    pyoxigraph.NamedNode(iri)


def test_an_absolute_address_stays_as_it_is() -> None:
    assert absolute("https://pond.example.org:80/a%20b?c=d#e") == "https://pond.example.org:80/a%20b?c=d#e"


def test_the_key_ignores_scheme_www_case_and_git() -> None:
    assert address_key("http://www.GitHub.com/Pond/Frog.git") == address_key("github.com/pond/frog/")
    assert address_key("https://frog:secret@github.com:443/pond/frog") == address_key("github.com/pond/frog")
    assert address_key("https://pond.example/@frog") == "pond.example/@frog"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("github.com/pond/frog/", "https://github.com/pond/frog"),
        ("git@github.com:Pond/Frog.git", "https://github.com/Pond/Frog.git"),
        ("git+https://github.com/pond/frog", "https://github.com/pond/frog"),
        ("ssh://git@gitlab.com/pond/frog.git", "https://gitlab.com/pond/frog.git"),
        ("10.1234/frog(1)", "https://doi.org/10.1234/frog(1)"),
        ("doi: 10.1234/frog", "https://doi.org/10.1234/frog"),
        ("https://dx.doi.org/10.1234/frog", "https://doi.org/10.1234/frog"),
        ("arXiv:2101.00001v2", "https://arxiv.org/abs/2101.00001v2"),
        ("<https://pond.example/frog>", "https://pond.example/frog"),
        ("[a frog](https://pond.example/frog)", "https://pond.example/frog"),
        ('<a href="https://pond.example/frog">a frog</a>', "https://pond.example/frog"),
        ("https://pond.example/frog (official)", "https://pond.example/frog"),
        ("https://pond.example/frog, https://pond.example/toad", "https://pond.example/frog"),
        ("https://pond.example/frog\u200b", "https://pond.example/frog"),
        ("arxiv: cs.LG/0101001", "https://arxiv.org/abs/cs.LG/0101001"),
        *((nothing, None) for nothing in ("", "N/A", "#", "none", "https://", "http://N/A", "see above", "TBA", "-")),
    ],
)
def test_fields_give_an_address_or_nothing(given: str, address: str | None) -> None:
    assert given_address(given) == address


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("pond/frog", "https://github.com/pond/frog"),
        ("pond/frog.git", "https://github.com/pond/frog"),
        ("pond / frog", "https://github.com/pond/frog"),
        ("gitlab.com/pond/frog", "https://gitlab.com/pond/frog"),
        ("github.com:pond/frog", "https://github.com/pond/frog"),
        (
            "[![icon](/images/icon.svg) pond/frog](https://github.com/pond/frog) + [2](https://x.example)",
            "https://github.com/pond/frog",
        ),
        ('<a href="https://github.com/pond/frog"><img src="/icon.png"></a>', "https://github.com/pond/frog"),
        ("[![icon](/images/icon.svg) 2 implementations](https://paperswithcode.com/paper/?frog)", None),
        ("[code](/pond/frog)", None),
        ("N/A", None),
        ("n/a", None),
        ("pond", None),
    ],
)
def test_a_field_for_code_may_be_short(given: str, address: str | None) -> None:
    assert given_repository(given) == address


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://gitlab.com/pond/deep/frog/-/issues/1", "pond/deep/frog"),
        ("https://gitlab.com/pond/frog/wikis/home", "pond/frog"),
        ("https://codeberg.org/pond/frog/src/branch/main", "pond/frog"),
        ("https://gitee.com/pond/frog", "pond/frog"),
        ("https://gist.github.com/pond/0a1b2c", "pond/0a1b2c"),
        ("https://raw.githubusercontent.com/pond/frog/main/a.py", "pond/frog"),
        ("https://huggingface.co/spaces/pond/frog/tree/main", "spaces/pond/frog"),
    ],
)
def test_repositories_of_many_hosts(url: str, path: str) -> None:
    found = repository(url)
    assert found is not None
    assert found.path == path


@pytest.mark.parametrize("page", ["orgs/pond", "topics/frogs", "sponsors/pond", "marketplace/frog", "pond"])
def test_pages_of_a_forge_are_not_repositories(page: str) -> None:
    assert repository(f"https://github.com/{page}") is None


def test_a_closing_slash_makes_no_difference() -> None:
    assert absolute("https://pond.example/frog/") == absolute("https://pond.example/frog")
    assert absolute("https://pond.example/") == "https://pond.example"


@pytest.mark.parametrize("given", [",\n" * 1_000, "a" + " " * 1_998 + "b", "[](a" * 500, "[](" * 666])
def test_long_fields_are_read_soon(given: str, soon: AbstractContextManager[None]) -> None:
    with soon:
        for _ in range(200):
            given_repository(given)
