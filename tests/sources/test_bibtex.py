r"""BibTeX: values, names and references as BibTeX reads them; damage costs only its own entry."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from kg.sources.bibtex import READER

Read = Any  # the fixture of conftest.py


def test_an_entry_with_all_that_bibtex_has(read: Read) -> None:
    text = r"""% by hand
@comment{not {this}}
@string{ponds = "Journal of {Ponds}"}
@Article{frog,
  author = "M{\"u}ller, Ann and van der Dune, Bo and {Pond Lab and Friends} and others",
  title = {{Frogs} in ``the'' Pond},
  subtitle = {5\% of $O(n)$},
  journal = ponds # { 3},
  month = 2 # "~" # feb, year = 2020,
  doi = {10.1234/FROG\_1}, eprint = {2001.00001v2}, archivePrefix = {arXiv},
  url = {https://e.org/~ann/a\_b},
  keywords = {hops, leaps},
  abstract = {They hop{\textemdash}p {\textless} 0.05 -- and
    {\'E}lise \emph{leaps}. Code: \url{https://github.com/pond/frog}}
}
@book(toad, title = {No abstract})"""
    (paper,), warnings = read(READER, text)
    assert paper.title == "Frogs in “the” Pond: 5% of O(n)"
    assert paper.abstract == "They hop—p < 0.05 – and Élise leaps. Code: https://github.com/pond/frog"
    assert paper.authors == ("Ann Müller", "Bo van der Dune", "Pond Lab and Friends")
    assert (paper.venue, paper.date, paper.line) == ("Journal of Ponds 3", "2020-02-02", 4)
    assert (paper.doi, paper.arxiv, paper.url) == ("10.1234/frog_1", "2001.00001", "https://e.org/~ann/a_b")
    assert (paper.github, paper.keywords) == ("https://github.com/pond/frog", ("hops", "leaps"))
    assert warnings == ["pond:16: has no abstract; skipped"]


def test_biblatex(read: Read) -> None:
    (paper,), _ = read(
        READER,
        "@online{frog, author = {given=Ann, family=Pond, prefix=van}, title = {Frogs}, journaltitle = {Ponds},"
        "date = {2020-01-09/2020-01-12}, eprint = {2001.00001}, eprinttype = {arxiv}, abstract = {They hop.}}",
    )
    assert (paper.authors, paper.venue, paper.date, paper.arxiv) == (
        ("Ann van Pond",), "Ponds", "2020-01-09", "2001.00001")  # fmt: skip


def test_an_entry_takes_what_it_lacks_from_the_one_it_refers_to(read: Read) -> None:
    child = "@inproceedings{a, crossref = {Pond20}, title = {Frogs}, abstract = {They hop.}}\n"
    other = "@article{b, title = {Toads}, year = 1999, abstract = {They sit.}}\n"
    parent = "@proceedings{pond20, title = {Ponds}, year = 2020}\n"
    for text in (child + other + parent, parent + child + other):
        papers, _ = read(READER, text)
        assert [(paper.title, paper.venue, paper.year) for paper in papers] == [
            ("Frogs", "Ponds", 2020), ("Toads", None, 1999)]  # fmt: skip


def test_entries_take_over_no_long_values(read: Read, soon: AbstractContextManager[None]) -> None:
    entries = "".join(f"@inproceedings{{{n}, crossref={{p}}, title={{Frog}}, abstract={{Hop}}}}\n" for n in range(500))
    with soon:
        papers, _ = read(READER, f"@proceedings{{p, title={{{'Ponds ' * 20_000}}}}}\n{entries}")
    assert {len(paper.venue or "") for paper in papers} == {1000}
