"""Identifiers of papers and people as they are compared: bare, in one spelling."""

from __future__ import annotations

import re

_ARCHIVE = r"(?:cs|math|nlin|physics|[a-z]{1,5}-[a-z]{2,4})(?:\.[A-Za-z]{2})?"
ARXIV = rf"(?:(?<!\d)(?<!\d\.)\d{{4}}\.\d{{4,5}}|\b{_ARCHIVE}/\d{{7}})"
"""An arXiv identifier without version as a regular expression: as they are now, and as they were until March 2007."""

# Angle brackets are those of markup around it, unless they are of an item identifier as ANSI/NISO Z39.56 has it.
_DOI = re.compile(r"10\.\d{4,9}/(?:[^\s\"<>]|<[^\s\"<>]+>\d\.\d\.[A-Z]{2};)+", re.IGNORECASE)
_BRACKET = re.compile(r"(%3C|&lt;)|%3E|&gt;", re.IGNORECASE)
_ARXIV = re.compile(rf"({ARXIV})(?:v\d+)?(?!\d)")
_ARXIV_ALONE = re.compile(
    rf"(?i:arxiv:\s*|(?:https?://)?(?:www\.)?arxiv\.org/(?:abs|pdf)/)?({ARXIV})(?:v\d+)?(?:\.pdf)?"
)
_WITH_ARXIV = re.compile(r"arxiv", re.IGNORECASE)
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")


def bare_doi(text: str) -> str | None:
    """The DOI in a text, without its resolver and in lower case, as DOIs are compared (ISO 26324).

    >>> bare_doi("https://doi.org/10.1234/FROG.1"), bare_doi("n/a")
    ('10.1234/frog.1', None)
    """
    found = _DOI.search(_BRACKET.sub(lambda sign: "<" if sign[1] else ">", text))
    if not found:
        return None
    doi = found[0].rstrip(".,;")
    return (doi.rstrip(")") if doi.count(")") > doi.count("(") else doi).lower()


def bare_arxiv(text: str, *, named: bool = False, alone: bool = False) -> str | None:
    """The arXiv identifier in a text, without prefix and version (https://info.arxiv.org/help/arxiv_identifier.html).

    Args:
        text: a field for it, an address, a DOI or a note.
        named: whether it counts only if the text says "arXiv" too, as an address or a DOI of arXiv does.
        alone: whether it counts only if there is nothing else but its prefix, its version or the rest of its address.

    >>> bare_arxiv("http://arxiv.org/abs/2101.00001v2"), bare_arxiv("hep-th/9901001")
    ('2101.00001', 'hep-th/9901001')
    >>> bare_arxiv("10.48550/arXiv.2101.00001", named=True)
    '2101.00001'
    >>> bare_arxiv("arXiv:2101.00001v2", alone=True), bare_arxiv("10.1234/2101.00001", alone=True)
    ('2101.00001', None)
    """
    if named and not _WITH_ARXIV.search(text):
        return None
    found = _ARXIV_ALONE.fullmatch(text) if alone else _ARXIV.search(text)
    return found[1] if found else None


def bare_orcid(text: str) -> str | None:
    """The ORCID iD in a text (ISO 27729); "https://orcid.org/0000-0002-1825-0097" gives "0000-0002-1825-0097"."""
    found = _ORCID.search(text.upper())
    return found[0] if found else None
