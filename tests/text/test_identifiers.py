"""Identifiers in every spelling become bare ones."""

from __future__ import annotations

import pytest

from kg.text.identifiers import bare_arxiv, bare_doi, bare_orcid


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1234/Frog.1", "10.1234/frog.1"),
        ("https://doi.org/10.1234/frog", "10.1234/frog"),
        ("doi: 10.1234/frog.", "10.1234/frog"),
        ("10.1234/(sici)1-2(99)3", "10.1234/(sici)1-2(99)3"),
        ("(10.1234/frog)", "10.1234/frog"),
        ("10.1234/1520(1998)126<0001:FROGS>2.0.CO;2", "10.1234/1520(1998)126<0001:frogs>2.0.co;2"),
        ("10.1234/(SICI)1(199804)3:4<40::AID-F1>3.0.CO;2-J", "10.1234/(sici)1(199804)3:4<40::aid-f1>3.0.co;2-j"),
        ("https://doi.org/10.1234/15(98)1%3C0001:F%3E2.0.CO;2", "10.1234/15(98)1<0001:f>2.0.co;2"),
        ("10.1234/15(98)1&lt;0001:F&gt;2.0.CO;2", "10.1234/15(98)1<0001:f>2.0.co;2"),
        ("<a>10.1234/frog</a>", "10.1234/frog"),
        ("<10.1234/frog>, see there", "10.1234/frog"),
        ("10.1/x", None),
        ("none", None),
    ],
)
def test_dois(text: str, doi: str | None) -> None:
    assert bare_doi(text) == doi


@pytest.mark.parametrize(
    ("text", "arxiv"),
    [
        ("2101.00001v3", "2101.00001"),
        ("arXiv:2101.00001 [cs]", "2101.00001"),
        ("https://arxiv.org/pdf/2101.00001v1.pdf", "2101.00001"),
        ("oai:arXiv.org:math.GT/0309136", "math.GT/0309136"),
        ("cs/0112017v1", "cs/0112017"),
        ("arXiv:q-bio.NC/0312034", "q-bio.NC/0312034"),
        ("https://arxiv.org/abs/quant-ph/9901001", "quant-ph/9901001"),
        ("frogs/0112017", None),
        ("10.48550/arXiv.2101.00001", "2101.00001"),
        ("10.1234/2101.000012", None),
        ("frogs", None),
    ],
)
def test_arxiv_ids(text: str, arxiv: str | None) -> None:
    assert bare_arxiv(text) == arxiv


@pytest.mark.parametrize(
    ("text", "arxiv"),
    [
        ("ARXIV: 2101.00001v3", "2101.00001"),
        ("https://www.arxiv.org/pdf/2101.00001v1.pdf", "2101.00001"),
        ("arxiv.org/abs/math.GT/0309136", "math.GT/0309136"),
        ("2101.00001 on frogs", None),
        ("pond/2101.00001", None),
    ],
)
def test_an_arxiv_id_that_stands_alone(text: str, arxiv: str | None) -> None:
    assert bare_arxiv(text, alone=True) == arxiv


def test_a_number_in_another_address_is_no_arxiv_id() -> None:
    assert bare_arxiv("https://pond.example/2101.00001", named=True) is None


def test_orcids() -> None:
    assert bare_orcid("https://orcid.org/0000-0002-1825-009x") == "0000-0002-1825-009X"
    assert bare_orcid("0000") is None
