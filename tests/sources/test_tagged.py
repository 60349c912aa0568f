"""Tagged formats: entries told apart, values over several lines, fields where they belong."""

from __future__ import annotations

from typing import Any

from kg.sources.tagged import READER, kind_of, with_details

Read = Any  # the fixture of conftest.py


def test_ris(read: Read) -> None:
    text = """Provider: Pond

TY  - JOUR
TI  - Frogs
of the pond.
AU  - Pond, Ann
AU  - King, Bo, Jr.
A2  - Editor, Cy
T2  - Journal of Ponds
JO  - J. Ponds
PY  - 2020/02//
DA  - 2020/02/03
AB  - They hop.

They leap.
KW  - pond
lake
N1  - Code: https://github.com/pond/frog
UR  - https://e.org/1
UR  - https://e.org/2
DO  - doi:10.1234/FROG
ER  -
TY - CONF
T1 - Toads
A1 - Oak, Dan
N2 - They sit.
Y1 - 2021///
"""
    (frogs, toads), warnings = read(READER, text.replace("\n", "\r\n"))
    assert (frogs.title, frogs.abstract, frogs.authors) == (
        "Frogs of the pond", "They hop. They leap.", ("Ann Pond", "Bo King Jr."))  # fmt: skip
    assert (frogs.venue, frogs.date, frogs.keywords) == ("Journal of Ponds", "2020-02-03", ("pond", "lake"))
    assert (frogs.url, frogs.doi, frogs.github) == ("https://e.org/1", "10.1234/frog", "https://github.com/pond/frog")
    assert (toads.title, toads.abstract, toads.year, toads.line) == ("Toads", "They sit.", 2021, 23)
    assert warnings == []


def test_endnote_with_and_without_its_first_tag(read: Read) -> None:
    entry = "%T Frogs\n%A Pond, Ann\n%A Lily, Bo; Oak, Cy\n%Y Editor, Dan\n%B Ponds\n"
    entry += "%D 2020\n%8 Jan 9\n%X They hop.\n\nThey leap.\n"
    (paper,), _ = read(READER, f"%0 Journal Article\n{entry}%U https://e.org/1\n%U https://e.org/2\n")
    assert (paper.authors, paper.venue, paper.date) == (("Ann Pond", "Bo Lily", "Cy Oak"), "Ponds", "2020-01-09")
    assert (paper.abstract, paper.url) == ("They hop. They leap.", "https://e.org/1")
    papers, _ = read(READER, f"{entry}\n{entry.replace('Frogs', 'Toads')}")
    assert [paper.title for paper in papers] == ["Frogs", "Toads"]


def test_nbib(read: Read) -> None:
    text = """
PMID- 1
TI  - Frogs of
      the pond.
AB  - AIM: We hop.
      RESULTS: We leap.
FAU - Pond, Ann
AU  - Pond A
AUID- ORCID: 0000-0002-1825-0097
AD  - Delta University.
FAU - King, Bo Jr
AU  - King B Jr
DP  - 2020 Mar 4
JT  - Annals of ponds
LID - 10.1234/frog [doi]
AID - S1 [pii]
MH  - *Frogs

PMID- 2
TI  - Toads.
AB  - They sit.
AU  - Oak CD
"""
    (frogs, toads), _ = read(READER, text)
    assert (frogs.title, frogs.abstract) == ("Frogs of the pond", "AIM: We hop. RESULTS: We leap.")
    assert (frogs.authors, frogs.venue, frogs.date) == (("Ann Pond", "Bo King Jr"), "Annals of ponds", "2020-03-04")
    (ann,) = frogs.people
    assert (ann.orcid, ann.affiliations) == ("0000-0002-1825-0097", ("Delta University.",))
    assert (frogs.doi, frogs.identifiers, frogs.keywords) == ("10.1234/frog", ("pmid:1",), ("Frogs",))
    assert toads.authors == ("CD Oak",)


def test_web_of_science(read: Read) -> None:
    text = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Pond, A
   Lily, B
AF Pond, Ann
   Lily, Bo
TI Frogs of
   the pond
SO PONDS
DE hopping; leaping
AB They hop.
C1 [Pond, Ann; Lily, Bo] Delta Univ, Pondville.
OI Pond, Ann/0000-0002-1825-0097
PD JAN 9
PY 2020
DI 10.1234/frog
UT WOS:0001
ER

PT J
TI Toads
DT Editorial Material
ER

EF"""
    (paper,), warnings = read(READER, text)
    assert (paper.title, paper.authors, paper.venue) == ("Frogs of the pond", ("Ann Pond", "Bo Lily"), "PONDS")
    assert [(one.name, one.orcid, one.affiliations) for one in paper.people] == [
        ("Ann Pond", "0000-0002-1825-0097", ("Delta Univ, Pondville",)),
        ("Bo Lily", None, ("Delta Univ, Pondville",)),
    ]
    assert (paper.date, paper.identifiers, paper.keywords) == ("2020-01-09", ("wos:0001",), ("hopping", "leaping"))
    assert warnings == ["pond:21: has no abstract; skipped"]


def test_other_texts_have_no_tags() -> None:
    for text in ("Frogs of the pond\n\nThey hop.", "AB blood groups", "%PDF-1.7", "% made by hand\n@article{x,"):
        assert kind_of(text.encode()) is None


def test_what_is_listed_of_an_author_has_a_limit() -> None:
    authors = with_details(["Pond, Ann"] * 3, [("Pond, Ann;" * 500, "x" * 5_000)], "")
    assert [sum(map(len, author["affiliations"])) for author in authors] == [100_000] * 3
