"""Records in the layouts of catalogues and APIs become papers, each field where it belongs."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.records import Author, Paper
from kg.sources.fields import NotAPaperError
from kg.sources.layouts import paper_of
from kg.sources.reader import NotPapersError, Source
from kg.text.packed import unpacked

TEXT = "Title. By Ada One. They hop & swim."
SPANS = {"title": '[{"start":0,"end":"6"}]', "author": '[{"start":10,"end":17}]', "abstract": '[{"start":19,"end":35}]'}
ORCID = "0000-0002-1825-0097"
FULL: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "arxiv",
        {
            "id": "2101.00001",
            "title": "Frogs\n  hop $k$ times",
            "abstract": "  They hop\nat 5\\%.\n",
            "authors": "Ada One, Bo T{\\'o}",
            "authors_parsed": [["One", "Ada", "", "Pond U"], ["T\\'o", "Bo", "Jr."]],
            "categories": "cs.CV stat.ML",
            "comments": "Code at github.com/pond/frogs",
            "journal-ref": None,
            "versions": [{"version": "v1", "created": "Fri, 1 Jan 2021 09:30:51 GMT"}, {"created": "Sat, 1 Jan 2022"}],
            "update_date": "2022-01-02",
        },
        {
            "title": "Frogs hop k times",
            "abstract": "They hop at 5%.",
            "authors": ("Ada One", "Bo Tó Jr."),
            "people": (Author(name="Ada One", position=1, affiliations=("Pond U",)),),
            "date": "2021-01-01",
            "arxiv": "2101.00001",
            "keywords": ("cs.CV", "stat.ML"),
            "github": "https://github.com/pond/frogs",
        },
    ),
    (
        "openalex",
        {
            "id": "https://openalex.org/W1",
            "doi": "https://doi.org/10.1234/FROG",
            "display_name": "Frogs",
            "publication_year": 2021,
            "publication_date": "2021-02-03",
            "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/7"},
            "primary_location": {"source": {"display_name": "Pond"}, "landing_page_url": "https://pond.example/1"},
            "locations": [{"landing_page_url": "http://arxiv.org/abs/2101.00001v2"}],
            "best_oa_location": {"license": "cc-by"},
            "authorships": [{"author": {"display_name": "Ada One", "orcid": f"https://orcid.org/{ORCID}"}}],
            "keywords": [{"display_name": "Hopping"}],
            "abstract_inverted_index": {"again.": [3], "hop": [1], "They": [0], "and": [2]},
        },
        {
            "abstract": "They hop and again.",
            "people": (Author(name="Ada One", position=1, orcid=ORCID),),
            "year": 2021,
            "date": "2021-02-03",
            "venue": "Pond",
            "doi": "10.1234/frog",
            "arxiv": "2101.00001",
            "identifiers": ("openalex:W1", "pmid:7"),
            "licence": "cc-by",
            "keywords": ("Hopping",),
            "url": "https://pond.example/1",
        },
    ),
    (
        "semantic scholar",
        {
            "paperId": "ab1",
            "externalIds": {"ArXiv": "2101.00001", "DOI": "10.1234/FROG", "CorpusId": 5},
            "title": "Frogs",
            "abstract": "They hop.",
            "tldr": {"text": "Another text."},
            "venue": "",
            "journal": {"name": "Pond"},
            "authors": [{"authorId": "1", "name": "Ada One"}],
            "publicationDate": "2021-01-01",
            "openAccessPdf": {"url": "", "license": None},
        },
        {"abstract": "They hop.", "venue": "Pond", "doi": "10.1234/frog", "identifiers": ("s2:ab1", "corpusid:5")},
    ),
    (
        "s2orc full text",
        {
            "corpusid": 5,
            "externalids": {"doi": "10.1234/frog", "arxiv": None},
            "content": {"source": {"oainfo": {"license": "CCBY"}}, "text": TEXT, "annotations": SPANS},
        },
        {"title": "Title", "authors": ("Ada One",), "abstract": "They hop & swim.", "licence": "CCBY", "arxiv": None},
    ),
    (
        "s2orc full text of a later release",
        {
            "corpusid": 5,
            "title": "Frogs.",
            "body": {"text": TEXT, "annotations": {"abstract": [{"start": 19, "end": 35}]}},
        },
        {"title": "Frogs", "abstract": "They hop & swim."},
    ),
    (
        "s2orc metadata",
        {
            "paper_id": "5",
            "title": "Frogs.",
            "abstract": "They hop.",
            "authors": [{"first": "Ada", "middle": ["B."], "last": "One", "suffix": ""}],
            "year": 2021,
            "venue": None,
            "journal": "Pond",
            "s2_url": "https://pond.example/5",
            "acl_id": "P1",
        },
        {"title": "Frogs", "authors": ("Ada B. One",), "venue": "Pond", "identifiers": ("corpusid:5", "acl:P1")},
    ),
    (
        "crossref",
        {
            "DOI": "10.1234/frog",
            "title": ["Frogs", "Frösche"],
            "subtitle": ["A survey"],
            "abstract": "<jats:title>Abstract</jats:title><jats:p>They &amp;lt; hop.</jats:p>",
            "author": [{"given": "Ada", "family": "One", "ORCID": f"http://orcid.org/{ORCID}"}, {"name": "The Pond"}],
            "issued": {"date-parts": [[None]]},
            "published-online": {"date-parts": [[2021, 2]]},
            "container-title": ["Pond &amp; Lake"],
            "license": [{"URL": "https://pond.example/by"}],
            "subject": ["Biology"],
        },
        {
            "title": "Frogs: A survey",
            "abstract": "They < hop.",
            "authors": ("Ada One", "The Pond"),
            "year": 2021,
            "date": "2021-02",
            "venue": "Pond & Lake",
            "licence": "https://pond.example/by",
            "keywords": ("Biology",),
        },
    ),
    (
        "csl",
        {
            "id": "one2021",
            "type": "article",
            "title": '<span class="nocase">Frogs</span>',
            "abstract": "They hop.",
            "author": [
                {"family": "Dune", "given": "Milo", "non-dropping-particle": "van der"},
                {"literal": "The Pond"},
            ],
            "issued": {"date-parts": [["2021", 2, "3"]]},
            "note": "arXiv:2101.00001 [cs]",
            "URL": "https://pond.example/1234.56789",
        },
        {"title": "Frogs", "authors": ("Milo van der Dune", "The Pond"), "date": "2021-02-03", "arxiv": "2101.00001"},
    ),
    (
        "hugging face",
        {
            "paper": {
                "id": "2101.00001",
                "title": "Frogs",
                "summary": "They hop.",
                "authors": [{"_id": "x", "name": "Ada One", "hidden": False}],
                "publishedAt": "2021-01-01T04:30:51.000Z",
                "githubRepo": "https://github.com/pond/frogs",
                "projectPage": "https://pond.example",
                "ai_summary": "Another text.",
            },
            "title": "Frogs",
            "numComments": 2,
        },
        {
            "abstract": "They hop.",
            "date": "2021-01-01",
            "arxiv": "2101.00001",
            "github": "https://github.com/pond/frogs",
            "links": ("https://pond.example",),
        },
    ),
    (
        "openreview",
        {
            "id": "x1",
            "forum": "x1",
            "content": {
                "title": {"value": "Frogs"},
                "abstract": {"value": "**They** hop $k$ times."},
                "authors": {"value": ["Ada One"]},
                "keywords": {"value": ["hop"]},
                "venue": {"value": "Pond 2021 poster"},
                "code": {"value": "https://github.com/pond/frogs"},
                "_bibtex": {"value": "@misc{x,\nyear={2021}\n}"},
            },
            "pdate": 1612310400000,
            "license": "CC BY 4.0",
        },
        {
            "abstract": "They hop k times.",
            "authors": ("Ada One",),
            "date": "2021-02-03",
            "venue": "Pond 2021 poster",
            "url": "https://openreview.net/forum?id=x1",
            "identifiers": ("openreview:x1",),
        },
    ),
    (
        "paperlists",
        {
            "id": "x1",
            "title": "Frogs",
            "abstract": "They hop.",
            "author": "Ada One;Bo Two",
            "orcid": f"{ORCID};",
            "aff": "Pond U;Lake U",
            "site": "https://openreview.net/forum?id=x1",
            "bibtex": "@inproceedings{x, year={2021}}",
            "keywords": "a;b",
        },
        {
            "authors": ("Ada One", "Bo Two"),
            "people": (
                Author(name="Ada One", position=1, orcid=ORCID, affiliations=("Pond U",)),
                Author(name="Bo Two", position=2, affiliations=("Lake U",)),
            ),
            "year": 2021,
            "keywords": ("a", "b"),
        },
    ),
    (
        "papers with code",
        {
            "paper_url": "https://paperswithcode.com/paper/frogs",
            "arxiv_id": "2101.00001",
            "title": "Frogs",
            "abstract": "They hop.",
            "url_abs": "https://arxiv.org/abs/2101.00001v1",
            "proceeding": "Pond 2021 1",
            "authors": ["Ada One"],
            "tasks": ["Hopping"],
            "date": "2021-01-01",
        },
        {"venue": "Pond 2021 1", "url": "https://arxiv.org/abs/2101.00001v1", "keywords": ("Hopping",)},
    ),
    (
        "zotero",
        {
            "key": "K",
            "data": {
                "itemType": "journalArticle",
                "title": "Frogs",
                "abstractNote": "They hop.",
                "creators": [
                    {"creatorType": "editor", "firstName": "Ed", "lastName": "It"},
                    {"creatorType": "author", "firstName": "Ada", "lastName": "One"},
                ],
                "date": "2021-02",
                "publicationTitle": "Pond",
                "tags": [{"tag": "hop"}],
            },
        },
        {"authors": ("Ada One",), "date": "2021-02", "venue": "Pond", "keywords": ("hop",)},
    ),
    (
        "paperscraper",
        {
            "title": "Frogs &amp; toads",
            "doi": "10.1234/frog",
            "authors": "Ada One;",
            "abstract": "They\nhop.",
            "date": "2021-02-03",
            "journal": "",
        },
        {"title": "Frogs & toads", "abstract": "They hop.", "authors": ("Ada One",), "year": 2021, "venue": None},
    ),
    (
        "any names",
        {"Paper Title": "Frogs", "Summary": "They hop.", "Author Names": "Ada One"},
        {"authors": ("Ada One",)},
    ),
    ("our own", {"id": 7, "title": "Frogs  &amp;", "abstract": "They\nhop."}, {"id": "7", "title": "Frogs  &amp;"}),
]


def read(record: dict[str, Any]) -> tuple[Paper, list[str]]:
    notes: list[str] = []
    return paper_of(record, Source(unpacked(io.BytesIO(), "p"), "p", "p"), 1, notes.append), notes


@pytest.mark.parametrize(("name", "record", "expected"), FULL, ids=[name for name, _, _ in FULL])
def test_each_field_is_where_it_belongs(name: str, record: dict[str, Any], expected: dict[str, Any]) -> None:
    paper, notes = read(json.loads(json.dumps(record)))
    assert {field: getattr(paper, field) for field in expected} == expected
    assert notes == []


@pytest.mark.parametrize(
    "record",
    [
        {"paper_url": "u", "repo_url": "r", "paper_title": "T"},
        {"name": "BERT", "introduced_year": 2018, "num_papers": 6000, "collections": []},
        {"name": "CIFAR-10", "introduced_date": None, "num_papers": 14000, "modalities": []},
        {"task": "Image Classification", "datasets": [], "subtasks": [], "categories": []},
    ],
)
def test_the_tables_of_papers_with_code_are_for_another_command(record: dict[str, Any]) -> None:
    with pytest.raises(NotPapersError, match="kg import pwc FOLDER"):
        read(record)


@pytest.mark.parametrize(
    "record",
    [
        {"abstract_inverted_index": {"Cover": [0]}, "title": "Cover", "is_paratext": True},
        {
            "paper_url": "u",
            "url_abs": "v",
            "title": "How do I talk to a person?",
            "abstract": "Call ☎ +1-(805)-555-01-99 now.",
        },
        {"paper_url": "u", "url_abs": "v", "title": "Refund number", "abstract": "Dial 1~805~555~0199, toll-free."},
        {"DOI": "10.1234/frog", "title": [], "abstract": "They hop."},
        {"corpusid": 5, "content": {"text": "They hop.", "annotations": {"title": "[{", "abstract": None}}},
        {"content": {"comment": {"value": "Good."}}, "forum": "x"},
    ],
)
def test_what_is_no_paper_is_skipped(record: dict[str, Any]) -> None:
    with pytest.raises(NotAPaperError):
        read(record)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("a<&$\\\\{}*\n1-", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "name", "date-parts"]), inner)
    ),
    max_leaves=4,
)


def changed(value: Any, data: st.DataObject) -> Any:
    """A value of which one part, however deep, is another value."""
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(value)))
        return value | {name: changed(value[name], data)}
    if isinstance(value, list) and value and data.draw(st.booleans()):
        return [changed(value[0], data), *value[1:]]
    return data.draw(json_values)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(st.sampled_from([record for _, record, _ in FULL]), st.data())
def test_a_record_with_any_value_anywhere_is_a_paper_or_none(record: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(record)))
    try:
        paper = read(record | {name: changed(record[name], data)})[0]
    except NotAPaperError:
        return
    assert paper.title.strip()
    assert all(isinstance(each, str) for each in (*paper.authors, *paper.keywords, *paper.identifiers, *paper.links))


def test_a_paper_that_names_its_code_is_one() -> None:
    record = {"paper_url": "u", "repo_url": "https://github.com/pond/frogs", "title": "Frogs", "abstract": "They hop."}
    assert read(record)[0].github == "https://github.com/pond/frogs"


def test_numbers_alone_do_not_make_an_advertisement() -> None:
    record = {"paper_url": "u", "url_abs": "v", "title": "Flights", "abstract": "Errors of 10.5, 20.3, 30.1 and 40.2%."}
    record["title"] = "Ten numbers"
    assert read(record)[0].title == "Ten numbers"
