"""Identifiers of papers and people as they are compared: bare, in one spelling."""

from __future__ import annotations

import re

_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
_ARXIV = re.compile(
    r"(?:(?<!\d)(?<!\d\.)(?P<new>\d{4}\.\d{4,5})|\b(?P<old>[a-z]{2,8}(?:-[a-z]{2,4})?(?:\.[A-Za-z]{2})?/\d{7}))(?:v\d+)?(?!\d)"
)
_WITH_ARXIV = re.compile(r"arxiv", re.IGNORECASE)
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")


def bare_doi(text: str) -> str | None:
    """The DOI in a text, without its resolver and in lower case, as DOIs are compared (ISO 26324).

    >>> bare_doi("https://doi.org/10.1234/FROG.1"), bare_doi("n/a")
    ('10.1234/frog.1', None)
    """
    found = _DOI.search(text)
    if not found:
        return None
    doi = found[0].rstrip(".,;")
    return (doi.rstrip(")") if doi.count(")") > doi.count("(") else doi).lower()


def bare_arxiv(text: str, *, named: bool = False) -> str | None:
    """The arXiv identifier in a text, without prefix and version (https://info.arxiv.org/help/arxiv_identifier.html).

    Args:
        text: a field for it, an address, a DOI or a note.
        named: whether it counts only if the text says "arXiv" too, as an address or a DOI of arXiv does.

    >>> bare_arxiv("http://arxiv.org/abs/2101.00001v2"), bare_arxiv("hep-th/9901001")
    ('2101.00001', 'hep-th/9901001')
    >>> bare_arxiv("10.48550/arXiv.2101.00001", named=True)
    '2101.00001'
    """
    if named and not _WITH_ARXIV.search(text):
        return None
    found = _ARXIV.search(text)
    return (found["new"] or found["old"]) if found else None


def bare_orcid(text: str) -> str | None:
    """The ORCID iD in a text (ISO 27729); "https://orcid.org/0000-0002-1825-0097" gives "0000-0002-1825-0097"."""
    found = _ORCID.search(text.upper())
    return found[0] if found else None
