"""XML: each format's fields where they belong."""

from __future__ import annotations

from typing import Any

import pytest

from kg.records import Paper
from kg.sources.xml import READER

Read = Any  # the fixture of conftest.py

HOP = "Frogs hop over ponds in two of three cases."


def only(found: tuple[list[Paper], list[str]]) -> Paper:
    ([paper], warnings) = found
    assert warnings == []
    return paper


def test_atom_of_arxiv_in_both_layouts(read: Read) -> None:
    entry = f"""<entry><id>http://arxiv.org/abs/hep-ex/0307015v2</id><updated>2004-07-07T13:46:39-04:00</updated>
      <published>2003-07-07T13:46:39-04:00</published><title>Frogs of
  the Pond</title><summary>  {HOP} 5\\% leap.
</summary><author><name>Ann Pond</name><arxiv:affiliation>Delta University</arxiv:affiliation></author>
      <author><name>Pond Collaboration</name></author><arxiv:comment>Code: https://github.com/pond/frog</arxiv:comment>
      <arxiv:journal_ref>J. Ponds 3 (2003) 1</arxiv:journal_ref><arxiv:doi>10.1234/FROG</arxiv:doi>
      <link href="http://arxiv.org/abs/hep-ex/0307015v2" rel="alternate"/><category term="hep-ex"/></entry>"""
    error = "<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>bad id</summary></entry>"
    feed = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="urn:arxiv"><title>q</title>{}</feed>'
    papers, warnings = read(READER, feed.format(entry + error))
    (paper,) = papers
    assert (paper.title, paper.abstract) == ("Frogs of the Pond", f"{HOP} 5% leap.")
    assert (paper.authors, paper.people[0].affiliations) == (("Ann Pond", "Pond Collaboration"), ("Delta University",))
    assert (paper.year, paper.date, paper.venue) == (2003, "2003-07-07", "J. Ponds 3 (2003) 1")
    assert (paper.doi, paper.arxiv, paper.keywords) == ("10.1234/frog", "hep-ex/0307015", ("hep-ex",))
    assert (paper.url, paper.github) == ("http://arxiv.org/abs/hep-ex/0307015v2", "https://github.com/pond/frog")
    assert warnings == ["pond:7: is a message of arXiv about an error; skipped"]


def test_rss_of_arxiv_now_and_until_2023(read: Read) -> None:
    now = f"""<rss><channel><title>cs.CL</title><item><title>Frogs</title><link>https://arxiv.org/abs/2601.00001</link>
      <description>arXiv:2601.00001v2 Announce Type: replace \nAbstract: {HOP}</description><category>cs.CL</category>
      <pubDate>Tue, 20 Jan 2026 00:00:00 -0500</pubDate>
      <dc:creator>Ann Pond, Bo M\\"uller</dc:creator></item></channel></rss>"""
    paper = only(read(READER, now.replace("<rss>", '<rss xmlns:dc="urn:dc">')))
    assert (paper.title, paper.abstract, paper.authors) == ("Frogs", HOP, ("Ann Pond", "Bo Müller"))
    assert (paper.date, paper.arxiv, paper.keywords) == ("2026-01-20", "2601.00001", ("cs.CL",))
    before = f"""<rdf:RDF xmlns:rdf="urn:rdf" xmlns="http://purl.org/rss/1.0/" xmlns:dc="urn:dc">
      <item rdf:about="x"><title>Frogs. (arXiv:2001.00001v1 [cs.CL] UPDATED)</title>
      <link>http://arxiv.org/abs/2001.00001</link>
      <description>&lt;p&gt;{HOP}&lt;/p&gt;</description>
      <dc:creator>
      &lt;a href="x"&gt;Ann Pond&lt;/a&gt;, &lt;a href="y"&gt;Bo L&amp;#xED;ly&lt;/a&gt; (Delta)</dc:creator>
      </item></rdf:RDF>"""
    paper = only(read(READER, before))
    assert (paper.title, paper.abstract, paper.authors) == ("Frogs", HOP, ("Ann Pond", "Bo Líly"))
    assert paper.arxiv == "2001.00001"


OAI = """<OAI-PMH><ListRecords><record><header status="deleted"><identifier>x</identifier></header></record>
<record><header><identifier>y</identifier></header><metadata>{}</metadata></record></ListRecords></OAI-PMH>"""


def test_oai_pmh_of_arxiv(read: Read) -> None:
    own = f"""<arXiv><id>2601.00001</id><created>2026-01-06</created><updated>2026-02-01</updated><authors>
      <author><keyname>O'Brook</keyname><forenames>Dan B.</forenames></author>
      <author><keyname>King</keyname><forenames>Ada</forenames><suffix>Jr</suffix></author></authors><title>Frogs</title>
      <categories>cs.CL stat.ML</categories><comments>Code at https://github.com/pond/frog.</comments>
      <license>http://creativecommons.org/licenses/by/4.0/</license><abstract>{HOP}</abstract></arXiv>"""
    paper = only(read(READER, OAI.format(own)))
    assert (paper.authors, paper.date) == (("Dan B. O'Brook", "Ada King Jr"), "2026-01-06")
    assert (paper.github, paper.keywords) == ("https://github.com/pond/frog", ("cs.CL", "stat.ML"))
    assert paper.licence == "http://creativecommons.org/licenses/by/4.0/"
    raw = f"""<arXivRaw><id>2601.00001</id><version version="v1"><date>Mon, 05 Jan 2026 09:30:51 GMT</date></version>
      <version version="v2"><date>Wed, 14 Jan 2027 17:12:09 GMT</date></version><title>Frogs</title>
      <authors>Ann Pond (Delta), Bo M\\"uller and Cy Oak</authors><abstract>{HOP}</abstract></arXivRaw>"""
    paper = only(read(READER, OAI.format(raw)))
    assert (paper.authors, paper.date) == (("Ann Pond", "Bo Müller", "Cy Oak"), "2026-01-05")


def test_dublin_core_tells_abstracts_addresses_and_citations_apart(read: Read) -> None:
    record = f"""<dc><title>Frogs</title><creator>Pond, Ann</creator><description>Comments: 3 pages</description>
      <description>{HOP}</description><date>2026-02-01</date><date>2026-01-05</date>
      <identifier>https://e.org/1</identifier>
      <identifier>J. Ponds 3 (2026) 1-2</identifier><identifier>doi:10.1234/Frog</identifier>
      <identifier>oai:e:1</identifier>
      <rights>open access</rights><rights>https://creativecommons.org/licenses/by/4.0/</rights></dc>"""
    paper = only(read(READER, OAI.format(record)))
    assert (paper.abstract, paper.authors, paper.date) == (HOP, ("Ann Pond",), "2026-01-05")
    assert (paper.url, paper.doi, paper.venue) == ("https://e.org/1", "10.1234/frog", "J. Ponds 3 (2026) 1-2")
    assert paper.licence == "https://creativecommons.org/licenses/by/4.0/"


def test_pubmed(read: Read) -> None:
    document = """<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article>
      <Journal><JournalIssue><PubDate>
      <Year>2020</Year><Month>Mar</Month></PubDate></JournalIssue><Title>Ponds</Title></Journal>
      <ArticleTitle>[H<sub>2</sub>O and <i>Rana</i>.]</ArticleTitle><Abstract>
      <AbstractText Label="AIM">We hop, p &lt; 0.05.</AbstractText>
      <AbstractText Label="UNLABELLED">It rains.</AbstractText>
      </Abstract><AuthorList><Author><LastName>Pond</LastName><Initials>A</Initials>
      <Identifier Source="ORCID">http://orcid.org/0000-0002-1825-0097</Identifier></Author>
      <Author><CollectiveName>Frog Group</CollectiveName></Author></AuthorList></Article>
      <KeywordList><Keyword>frogs</Keyword></KeywordList></MedlineCitation><PubmedData><ArticleIdList>
      <ArticleId IdType="doi">10.1234/own</ArticleId></ArticleIdList><ReferenceList><Reference><ArticleIdList>
      <ArticleId IdType="doi">10.1234/cited</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData>
      </PubmedArticle>
      </PubmedArticleSet>"""
    paper = only(read(READER, document))
    assert (paper.title, paper.abstract) == ("H2O and Rana", "AIM: We hop, p < 0.05. It rains.")
    assert (paper.authors, paper.people[0].orcid) == (("A Pond", "Frog Group"), "0000-0002-1825-0097")
    assert (paper.date, paper.venue, paper.doi) == ("2020-03", "Ponds", "10.1234/own")
    assert (paper.identifiers, paper.keywords) == (("pmid:1",), ("frogs",))


def test_of_tei_only_the_header_is_read(read: Read) -> None:
    document = f"""<TEI><teiHeader><fileDesc><titleStmt><title type="main">Frogs</title></titleStmt>
      <publicationStmt>
      <date when="2026-01-05"/></publicationStmt><sourceDesc><biblStruct><analytic>
      <author><persName><forename>Ann</forename>
      <forename type="middle">B</forename><surname>Pond</surname></persName>
      <affiliation><orgName>Delta</orgName></affiliation>
      </author><author><affiliation>Nobody's</affiliation></author></analytic>
      <monogr><title type="main">Ponds</title></monogr>
      <idno type="arXiv">arXiv:2601.00001v2[cs.CV]</idno></biblStruct></sourceDesc></fileDesc>
      <profileDesc><abstract><div>
      <head>Aim</head><p>{HOP}</p></div></abstract></profileDesc></teiHeader><text>
      <back><biblStruct><analytic>
      <title type="main">Cited</title></analytic>
      <idno type="DOI">10.1234/cited</idno></biblStruct></back></text></TEI>"""
    paper = only(read(READER, document))
    assert (paper.title, paper.abstract, paper.authors) == ("Frogs", f"Aim: {HOP}", ("Ann B Pond",))
    assert (paper.date, paper.venue, paper.doi, paper.arxiv) == ("2026-01-05", "Ponds", None, "2601.00001")


@pytest.mark.parametrize(
    "journal, address, expected",
    [
        ("J. Pond", "https://doi.org/10.5555/POND.1", ("J. Pond", "10.5555/pond.1", None)),
        ("CoRR", "https://doi.org/10.48550/arXiv.2601.00001", (None, "10.48550/arxiv.2601.00001", "2601.00001")),
    ],
)
def test_dblp_has_no_abstracts(read: Read, journal: str, address: str, expected: tuple[str | None, ...]) -> None:
    entry = f"<title>Frogs.</title><journal>{journal}</journal><ee>{address}</ee>"
    paper = only(read(READER, f"<dblp>\n<article><author>Ann Pond 0001</author>{entry}</article></dblp>"))
    assert (paper.title, paper.abstract, paper.bare, paper.authors) == ("Frogs", "", True, ("Ann Pond",))
    assert (paper.venue, paper.doi, paper.arxiv) == expected


@pytest.mark.parametrize(
    "document", ["<svg/>", "<html><p/></html>", "<article/>", '<rdf:RDF xmlns:rdf="urn:x"/>', "< 3"]
)
def test_other_documents_are_not_taken(document: str) -> None:
    assert not READER.recognises(document.encode(), "x.xml")
