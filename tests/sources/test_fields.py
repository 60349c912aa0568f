"""Records in the shapes that people's files have them become papers; what is not clear is left out with a note."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.records import Paper
from kg.sources.dates import year_of
from kg.sources.fields import NotAPaperError, paper_from
from kg.sources.markup import Texts
from kg.sources.people import author_names


def paper(**fields: Any) -> tuple[Paper, list[str]]:
    notes: list[str] = []
    given = {"id": "1", "title": "T", "abstract": "A.", **fields}
    return paper_from(given, source="s.jsonl", line=3, note=notes.append), notes


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        (["A. One", "B. Two"], ["A. One", "B. Two"]),
        ("A. One and B. Two", ["A. One", "B. Two"]),
        ("One, A.; Two, B.", ["A. One", "B. Two"]),
        ("A. One, B. Two and C. Three", ["A. One", "B. Two", "C. Three"]),
        ("A. One, B. Two, and C. Three", ["A. One", "B. Two", "C. Three"]),
        ("Ada One, Bo Two", ["Ada One", "Bo Two"]),
        ("One, Ada", ["Ada One"]),
        ("One, Ada and Two, Bo", ["Ada One", "Bo Two"]),
        ("King, Jr., Ada", ["Ada King Jr."]),
        ("Ada King, Jr., Bo Two", ["Ada King Jr.", "Bo Two"]),
        ("One, A., Two, B.-C., Three, D. E.", ["A. One", "B.-C. Two", "D. E. Three"]),
        ("Ada One & Bo Two", ["Ada One", "Bo Two"]),
        ("Ada One|Bo Two", ["Ada One", "Bo Two"]),
        ("Ada One\nBo Two", ["Ada One", "Bo Two"]),
        ("Ada One, Bo Two et al.", ["Ada One", "Bo Two"]),
        (["Ada One", "et al."], ["Ada One"]),
        ([{"first": "Ada", "middle": ["K."], "last": "One"}], ["Ada K. One"]),
        ("Ada One", ["Ada One"]),
        ("Hana Moss;Ivo Kestrel;", ["Hana Moss", "Ivo Kestrel"]),
        ([{"name": "Ada One"}, {"given": "Bo", "family": "Two"}], ["Ada One", "Bo Two"]),
        ([{"first": "Ada", "middle": [], "last": "One"}], ["Ada One"]),
        ([{"author": {"display_name": "Ada One"}}], ["Ada One"]),
        ([["One", "Ada", ""], ["Two", "Bo", "Jr."]], ["Ada One", "Bo Two Jr."]),
        ({"name": "Ada One"}, ["Ada One"]),
        (None, []),
        ("", []),
        ("N/A", []),
        ([], []),
        ([None, ""], []),
    ],
)
def test_authors_in_every_common_shape(authors: object, names: list[str]) -> None:
    found, notes = paper(authors=authors)
    assert list(found.authors) == names
    assert notes == []


def test_authors_that_are_not_names_are_left_out_with_a_note() -> None:
    assert paper(authors=[7, "A. One"]) == (paper(authors=["A. One"])[0], ["\"authors\": '7' is not a name; left out"])
    assert paper(authors=7)[1] == ['"authors": expected names, found a number; left out']


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2020, 2020),
        ("2020", 2020),
        (" 2020 ", 2020),
        (2020.0, 2020),
        ("2020.0", 2020),
        ("2020-01-05", 2020),
        ("2020-01-05T10:00:00Z", 2020),
        ("2020/1", 2020),
        ([[2020, 1, 5]], 2020),
        ({"date-parts": [[2020, 1, 5]]}, 2020),
        ("5 March 2020", 2020),
        ("(2020a)", 2020),
        ("05/03/2020", 2020),
        ("２０２０", 2020),
        (None, None),
        (math.nan, None),
        ("", None),
        ("n.d.", None),
    ],
)
def test_years_that_are_clear(year: object, expected: int | None) -> None:
    found, notes = paper(year=year)
    assert (found.year, notes) == (expected, [])


@pytest.mark.parametrize(
    "year", [20200105, 2020.5, True, 0, -1, 12, "soon", "20200105", "2020-2021", "-2020", {"y": 1}]
)
def test_years_that_are_not_are_left_out_with_a_note(year: object) -> None:
    found, notes = paper(year=year)
    assert found.year is None
    assert len(notes) == 1
    assert notes[0].startswith('"year" ')


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"id": 7}, "7"),
        ({"id": "x y"}, "x y"),
        ({"id": None, "doi": "10.1234/frog"}, "10.1234/frog"),
        ({"id": "", "arxiv": "2101.00001"}, "2101.00001"),
        ({"id": math.nan}, "t"),
        ({"id": "n/a", "DOI": "https://doi.org/10.1234/frog"}, "10.1234/frog"),
        ({"id": None}, "t"),
        ({"id": None, "url": "https://pond.example/1"}, "https://pond.example/1"),
    ],
)
def test_a_missing_id_is_minted(fields: dict[str, object], expected: str) -> None:
    assert paper(**fields)[0].id == expected


@pytest.mark.parametrize(("value", "kind"), [(True, "true or false"), ({"a": 1}, "an object")])
def test_an_id_that_is_none_is_replaced_with_a_note(value: object, kind: str) -> None:
    found, notes = paper(id=value)
    assert found.id == "t"
    assert notes == [f'"id": expected text, found {kind}; made from the DOI, the arXiv id or the title']


@pytest.mark.parametrize("name", ["venue", "url", "github", "doi"])
def test_a_field_that_is_not_text_is_left_out_with_a_note(name: str) -> None:
    found, notes = paper(**{name: True})
    assert (found.venue, found.url, found.github) == (None, None, None)
    assert notes == [f'"{name}": expected text, found true or false; left out']
    assert paper(**{name: ["N/A", None, {}]})[1] == []


def test_of_several_repositories_the_first_is_kept_with_a_note() -> None:
    found, notes = paper(github=["https://github.com/pond/frog", "https://github.com/pond/toad"])
    assert (found.github, notes) == ("https://github.com/pond/frog", ['"github" has 2 values; the first is kept'])


def test_names_of_fields_in_any_case() -> None:
    found = paper_from({"Title": "T", "ABSTRACT": "A."}, source="s", line=1, note=print)
    assert (found.title, found.abstract) == ("T", "A.")


def test_an_abstract_as_an_inverted_index() -> None:
    assert paper(abstract={"hop.": [1, 4], "Frogs": [0], "Toads": [2], "also": [3]})[0].abstract == (
        "Frogs hop. Toads also hop."
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(["A", "title"], "A title"), ({"value": "A title"}, "A title"), ({"text": ["A", "title"]}, "A title")],
)
def test_title_and_abstract_as_lists_and_objects(value: object, text: str) -> None:
    found, notes = paper(title=value, abstract=value)
    assert (found.title, found.abstract, notes) == (text, text, [])


@pytest.mark.parametrize("venue", ["ICLR", {"name": "ICLR"}, ["ICLR", "International Conference"], {"raw": "ICLR"}])
def test_venues(venue: object) -> None:
    assert paper(venue=venue)[0].venue == "ICLR"


@pytest.mark.parametrize(
    "fields", [{"title": None}, {"title": "  "}, {"title": 5}, {"abstract": None}, {"title": []}, {"abstract": "N/A"}]
)
def test_what_has_no_title_or_abstract_is_not_a_paper(fields: dict[str, object]) -> None:
    with pytest.raises(NotAPaperError):
        paper(**fields)


def test_nul_is_never_kept() -> None:
    found, _ = paper(id="a\0b", title="T\0U", abstract="\0A\0", authors=["A\0B"], venue="V\0W")
    assert "\0" not in repr(found).replace("\\x00", "\0")


def test_doi_and_arxiv_give_an_address() -> None:
    assert paper(doi="10.1234/frog")[0].url == "https://doi.org/10.1234/frog"
    assert paper(arxiv_id="2101.00001")[0].url == "https://arxiv.org/abs/2101.00001"
    assert paper(doi="doi: 10.1234/frog")[0].url == paper(doi="http://dx.doi.org/10.1234/frog")[0].url
    assert paper(doi="https://doi.org/10.1234/frog")[0].url == "https://doi.org/10.1234/frog"
    assert paper(arxiv="arXiv:2101.00001")[0].url == "https://arxiv.org/abs/2101.00001"


CHARACTERS = st.characters(exclude_categories=["Cs"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS, max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(CHARACTERS, max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.slow
@given(json_values, json_values, json_values)
def test_any_value_is_read_or_left_out(authors: object, year: object, venue: object) -> None:
    found, _ = paper(authors=authors, year=year, venue=venue, id=venue, url=venue)
    assert all(isinstance(name, str) and name.strip() for name in found.authors)
    assert found.year is None or 1000 <= found.year <= 2999
    assert isinstance(found.id, str)
    assert found.id


def test_parts_can_be_read_alone() -> None:
    assert list(author_names("A. One", print)) == ["A. One"]
    assert year_of("2020", print) == 2020


FULL: dict[str, Any] = {
    "id": None,
    "title": " <b>Frogs</b> &amp; toads ",
    "subtitle": ["A survey"],
    "abstract": "Abstract: They hop.\nCode: https://github.com/pond/frogs.",
    "date": "2026-01-05",
    "doi": ["none", "https://doi.org/10.1234/FROG"],
    "arxiv": "arXiv:2101.00001v2",
    "identifiers": {"openalex": "https://openalex.org/W1", "pmid": 7, "acl": None},
    "links": ["https://gitlab.com/pond/frogs", "https://github.com/pond/frogs"],
    "licence": "CC BY 4.0",
    "keywords": "frogs; toads; frogs",
}


def test_every_field_that_the_graph_has_a_place_for() -> None:
    found = paper_from(FULL, source="s", line=1, note=print, texts=Texts())
    assert (found.title, found.abstract) == (
        "Frogs & toads: A survey",
        "They hop. Code: https://github.com/pond/frogs.",
    )
    assert (found.id, found.doi, found.arxiv) == ("doi:10.1234/frog", "10.1234/frog", "2101.00001")
    assert found.identifiers == ("openalex:W1", "pmid:7")
    assert (found.year, found.date, found.licence, found.keywords) == (
        2026,
        "2026-01-05",
        "CC BY 4.0",
        ("frogs", "toads"),
    )
    assert (found.github, found.links) == ("https://github.com/pond/frogs", ("https://gitlab.com/pond/frogs",))


def test_texts_of_our_own_formats_are_kept_as_given() -> None:
    found = paper_from(FULL, source="s", line=1, note=print)
    assert (found.title, found.abstract, found.github) == (FULL["title"], FULL["abstract"], None)


@pytest.mark.parametrize(
    ("fields", "github"),
    [
        ({"github": "pond/toads"}, "https://github.com/pond/toads"),
        (
            {"notes": ["12 pages", "see github.com/pond/toads.git"], "abstract": "None."},
            "https://github.com/pond/toads",
        ),
        ({"notes": "https://github.com/pond/toads"}, "https://github.com/pond/frogs"),
        ({"github": "https://gitlab.com/pond/frogs", "abstract": "None."}, None),
        ({"abstract": "See https://github.com/topics/frogs."}, None),
    ],
)
def test_the_first_repository_on_github_of_any_field(fields: dict[str, Any], github: str | None) -> None:
    record = {"title": "T", "abstract": FULL["abstract"], **fields}
    assert paper_from(record, source="s", line=1, note=print, texts=Texts()).github == github


@pytest.mark.parametrize("abstract", ["[No abstract available]", "<p></p>", " "])
def test_an_abstract_of_nothing_but_markup_is_none(abstract: str) -> None:
    with pytest.raises(NotAPaperError, match="has no abstract"):
        paper_from({"title": "T", "abstract": abstract}, source="s", line=1, note=print, texts=Texts())


def test_very_many_links_are_compared_soon(soon: AbstractContextManager[None]) -> None:
    links = [f"https://pond.example/{number}" for number in range(2_000)]
    abstract = "They hop: github.com/pond/" + "x" * 100_000
    with soon:
        found = paper_from(
            {"title": "Frogs", "abstract": abstract, "links": links}, source="s", line=1, note=print, texts=Texts()
        )
    assert found.links == tuple(links)
