"""Addresses in the text as given: found, cleaned, and sorted by kind."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from kg.extraction.document import make_doc
from kg.extraction.links import LinkFinder, find_addresses
from kg.records import Paper
from kg.rulefiles import load_rules


def urls(text: str) -> list[str]:
    return [url for _, _, url in find_addresses(text)]


@pytest.fixture(scope="module")
def finder() -> LinkFinder:
    made = LinkFinder()
    made.add_rules(load_rules())
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Code is at https://github.com/pond/frog.", "https://github.com/pond/frog"),
        ("(see https://github.com/pond/frog).", "https://github.com/pond/frog"),
        (r"Code: \url{https://github.com/pond/frog}.", "https://github.com/pond/frog"),
        ("Code: url{https://github.com/pond/frog}", "https://github.com/pond/frog"),
        ("at https://anonymous.4open.science/r/Frog-12AB{here}", "https://anonymous.4open.science/r/Frog-12AB"),
        (r"at https://github.com/pond/big\_frog", "https://github.com/pond/big_frog"),
        ('at https://github.com/pond/frog."', "https://github.com/pond/frog"),
        ("on [GitHub](https://github.com/pond/frog).", "https://github.com/pond/frog"),
        ("https://github.com/pond/frog, which runs", "https://github.com/pond/frog"),
        ("https://pond.example.org/a_(b)", "https://pond.example.org/a_(b)"),
        ("footnote 1https://github.com/pond/frog", "https://github.com/pond/frog"),
        ("found at github.com/pond/frog.", "github.com/pond/frog"),
        ("see www.pond.example/frog for more", "www.pond.example/frog"),
        ("see frog-pond.github.io and enjoy", "frog-pond.github.io"),
        ("videos at sites.google.com/view/frog-pond.", "sites.google.com/view/frog-pond"),
    ],
)
def test_an_address_is_cleaned_of_what_surrounds_it(text: str, expected: str) -> None:
    assert urls(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https: //github.com/pond/frog", "https://github.com/pond/frog"),
        ("https:// github.com/pond/frog", "https://github.com/pond/frog"),
        ("https://github. com/pond/frog", "https://github.com/pond/frog"),
        ("https://github.com /pond/frog", "https://github.com/pond/frog"),
        ("https://github.com Our model", "https://github.com"),
        ("https://github.com/Pond/ Frog-Net.", "https://github.com/Pond/Frog-Net"),
        ("https://github.com/pond/frog- net", "https://github.com/pond/frog-net"),
    ],
)
def test_white_space_within_an_address_is_removed(text: str, expected: str) -> None:
    assert urls(text) == [expected]


def test_a_following_word_is_not_part_of_a_path() -> None:
    assert urls("https://frog.github.io/ shows it. https://github.com/pond/frog and more") == [
        "https://frog.github.io/",
        "https://github.com/pond/frog",
    ]


@pytest.mark.parametrize("text", ["state-of-the-art.In this work", "e.g. either/or", "ResNet v1.5/v2.0", "on GitHub."])
def test_prose_is_not_an_address(text: str) -> None:
    assert urls(text) == []


@pytest.mark.parametrize("end", ["-", "_", "__", "-a-"])
@pytest.mark.parametrize("closing", [".", ")", "...", "'s", ". Next", '."', "-.", " -.", "\n-)"])
def test_an_address_that_ends_in_a_hyphen_before_what_closes_the_sentence_is_read_once(end: str, closing: str) -> None:
    assert len(urls(f"https://pond.example.org/frog{end}{closing}")) == 1


@pytest.mark.slow
@given(st.text(alphabet="ab :/.-_(){}[]\\\"'wgithubcom", max_size=60))
def test_offsets_enclose_the_address(noise: str) -> None:
    text = f"{noise} https://github.com/pond/frog {noise}"
    for start, end, url in find_addresses(text):
        assert "".join(text[start:end].split()).replace("\\_", "_") == url


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Code is available at https://github.com/pond/frog", "code"),
        ("The dataset is available at https://github.com/pond/frog", "data"),
        ("Code and data are available at https://github.com/pond/frog", "code"),
        ("https://github.com/pond/frog", "code"),
        ("See https://huggingface.co/datasets/pond/frog", "data"),
        ("See https://zenodo.org/record/1", "data"),
        ("Code is available at https://frog.github.io/net", "project"),
        ("Project page: https://pond.example.org/frog", "project"),
        ("Our code is at https://goo.gl/abc", "code"),
        ("See https://frog-model.github.io", "project"),
        ("See https://frog-dataset.github.io", "project"),
        ("See https://data.pond.example/frogs", "data"),
        ("See https://pond.example/frog-model", "code"),
    ],
)
def test_the_host_and_the_words_before_determine_the_kind(finder: LinkFinder, text: str, kind: str) -> None:
    start, _, url = next(find_addresses(text))
    assert finder.kind(url, text[:start]) == kind


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (
            "The datasets are at https://pond.example and all frogs are counted by https://github.com/pond/frog",
            ["data", "code"],
        ),
        ("The datasets are at https://github.com/pond/a and https://github.com/pond/b", ["data", "data"]),
        ("The code is at https://github.com/pond/a, and the data at https://github.com/pond/b", ["code", "data"]),
    ],
)
def test_the_words_since_the_last_address_say_what_an_address_leads_to(
    nlp: Language, finder: LinkFinder, text: str, kinds: list[str]
) -> None:
    doc = make_doc(nlp, Paper(id="1", title="Frogs", abstract=text))
    assert [link.kind for link in finder(doc)._.links] == kinds


def test_an_address_is_one_link_however_often_it_occurs(nlp: Language, finder: LinkFinder) -> None:
    abstract = r"Code: https://github.com/pond/Frog.git{https://github.com/pond/Frog}, \url{github.com/pond/Frog}."
    paper = Paper(id="1", title="Frogs", abstract=abstract)
    links = finder(make_doc(nlp, paper))._.links
    assert [link.url for link in links] == ["https://github.com/pond/Frog.git"]
    assert paper.text[links[0].start : links[0].end] == links[0].url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("（https://github.com/pond/frog）。", "https://github.com/pond/frog"),
        ("见https://github.com/pond/frog获取", "https://github.com/pond/frog"),
        ("https://github.com/pond/frog¹ and", "https://github.com/pond/frog"),
        ("https://github.com/pond/frog†.", "https://github.com/pond/frog"),
        ("https://github.com/pond/frog's code", "https://github.com/pond/frog"),
        ("&lt;https://github.com/pond/frog&gt;", "https://github.com/pond/frog"),
        ("https://pond.example/?a=1&amp;b=2", "https://pond.example/?a=1&b=2"),
        ("https://github.com/pond/\u200bfrog\u200b now", "https://github.com/pond/frog"),
        ("https://github.com/pond/frog.Our model is", "https://github.com/pond/frog"),
        (
            "https://github.com/pond/Vehicle_Key_ Point_Detection.",
            "https://github.com/pond/Vehicle_Key_Point_Detection",
        ),
        ("https://github.com/pond/frog-\nnet is", "https://github.com/pond/frog-net"),
        ("https://github.com/pond/\nFrog-Net.", "https://github.com/pond/Frog-Net"),
        ("git clone git@github.com:pond/frog.git now", "https://github.com/pond/frog.git"),
        ("git://github.com/pond/frog", "https://github.com/pond/frog"),
        ("ssh://git@github.com/pond/frog", "https://github.com/pond/frog"),
        ("https//github.com/pond/frog", "https://github.com/pond/frog"),
        ("https:/github.com/pond/frog", "https://github.com/pond/frog"),
        ("(doi: 10.5281/zenodo.12)", "https://doi.org/10.5281/zenodo.12"),
    ],
)
def test_what_is_glued_to_an_address_or_missing_in_it(text: str, expected: str) -> None:
    assert urls(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Archived as 10.5281/zenodo.12, and used here.", ["https://doi.org/10.5281/zenodo.12"]),
        ("The dataset is at doi:10.1234/frogs.", ["https://doi.org/10.1234/frogs"]),
        ("As shown before (doi:10.1234/frogs), frogs hop.", []),
    ],
)
def test_a_doi_is_a_link_where_it_leads_to_data(
    nlp: Language, finder: LinkFinder, text: str, expected: list[str]
) -> None:
    doc = make_doc(nlp, Paper(id="1", title="Frogs", abstract=text))
    assert [link.url for link in finder(doc)._.links] == expected


def test_a_namespace_is_not_an_address() -> None:
    assert urls('<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mi>k</mml:mi></mml:math>') == []


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://github.com/orgs/pond", "project"),
        ("https://github.com/topics/frogs", "project"),
        ("https://huggingface.co/papers/2401.00001", "project"),
        ("https://huggingface.co/datasets/frogs", "data"),
        ("https://hf.co/pond/frog", "code"),
        ("https://frog:secret@github.com/pond/frog", "code"),
        ("https://doi.org/10.7910/DVN/FROG", "data"),
        ("https://physionet.org/content/frogs/1.0/", "data"),
        ("https://gist.github.com/pond/0a1b2c", "code"),
        ("https://raw.githubusercontent.com/pond/frog/main/a.py", "code"),
        ("https://codeberg.org/pond/frog", "code"),
        ("https://doi.org/10.5281/zenodo.1", "data"),
        ("https://doi.org/10.6084/m9.figshare.1", "data"),
        ("https://datadryad.org/stash/dataset/1", "data"),
        ("https://osf.io/abc12", "data"),
    ],
)
def test_hosts_say_what_they_lead_to(finder: LinkFinder, url: str, kind: str) -> None:
    assert finder.kind(url, "") == kind


@pytest.mark.parametrize("path", ["x- " * 5_000, "/" * 20_000 + "x y"], ids=["pieces", "slashes"])
def test_an_address_of_any_length_is_found_soon(path: str, soon: AbstractContextManager[None]) -> None:
    with soon:
        assert len(urls(f"www.pond.example/{path}")) == 1
