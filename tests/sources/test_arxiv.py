"""arXiv's mailings: new papers, those listed elsewhere, and notices of new versions."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest

from kg.sources.arxiv import READER, announced

Read = Any  # the fixture of conftest.py

MAIL = r"""------------------------------------------------------------------------------
Send any comments regarding submissions directly to submitter.
------------------------------------------------------------------------------
\\
arXiv:2601.00001
Date: Fri, 9 Jan 2026 09:30:51 GMT   (731kb,D)

Title: Frogs of
  the Pond
Authors: Ann Pond (Delta University), Bo M\"uller, Jr., and Cy Oak
Categories: cs.CL cs.AI
Comments: Code at https://github.com/pond/frog, 8
  pages
\\
  Frogs hop in 5\% of
ponds.
\\ ( https://arxiv.org/abs/2601.00001 ,  731kb,D)
%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-
------------------------------------------------------------------------------
\\
arXiv:hep-th/9901001 (*cross-listing*)
Date: Thu, 8 Jan 2026 10:02:00 GMT   (2104kb,D)

Title: Toads
Authors: Dan Oak
Journal-ref: Ponds 3 (2026)
DOI: 10.1234/toad
\\
  Toads sit.
\\ ( https://arxiv.org/abs/hep-th/9901001 ,  2104kb,D)
%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%
\\
arXiv:2601.00003
replaced with revised version Wed, 7 Jan 2026 22:17:21 GMT   (97kb)

Title: Newts
\\ ( https://arxiv.org/abs/2601.00003 ,  97kb)
------------------------------------------------------------------------------
For subscribe options
"""


def test_a_mailing(read: Read) -> None:
    (frogs, toads), warnings = read(READER, MAIL)
    assert (frogs.title, frogs.abstract) == ("Frogs of the Pond", "Frogs hop in 5% of ponds.")
    assert frogs.authors == ("Ann Pond", "Bo Müller Jr.", "Cy Oak")
    assert (frogs.arxiv, frogs.date, frogs.keywords) == ("2601.00001", "2026-01-09", ("cs.CL", "cs.AI"))
    assert (frogs.url, frogs.github) == ("https://arxiv.org/abs/2601.00001", "https://github.com/pond/frog")
    assert (toads.arxiv, toads.venue, toads.doi) == ("hep-th/9901001", "Ponds 3 (2026)", "10.1234/toad")
    assert warnings == ["pond:33: has no abstract: it tells of a new version; skipped"]


def test_what_feeds_say_besides_title_and_abstract() -> None:
    assert announced("Frogs", "They hop.") == {"title": "Frogs", "abstract": "They hop."}


@pytest.mark.parametrize("title", ["(arXiv:" * 6_000, "(arXiv:a [" * 40_000])
def test_titles_of_any_length_are_read_soon(title: str, soon: AbstractContextManager[None]) -> None:
    with soon:
        assert announced(title, "They hop.")["title"] == title
