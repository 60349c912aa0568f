"""The sample that ships in the package: two listing pages as the readers expect them."""

from __future__ import annotations

from importlib.resources import as_file, files

import pytest

from kg.records import Paper
from kg.sources import read_papers
from kg.text.names import title_key


@pytest.fixture(scope="module")
def entries() -> list[Paper]:
    """The entries of both pages in order; reading them gives no warning."""
    warnings: list[str] = []
    with as_file(files("kg.demo") / "sample") as folder:
        papers = list(read_papers(sorted(folder.glob("*.txt")), warnings.append))
    assert warnings == []
    return papers


def test_the_sample_is_large_enough_for_a_demo(entries: list[Paper]) -> None:
    assert len({title_key(entry.title) for entry in entries}) >= 45


def test_some_papers_are_on_both_pages_under_differently_written_titles(entries: list[Paper]) -> None:
    spellings: dict[str, set[str]] = {}
    for entry in entries:
        spellings.setdefault(title_key(entry.title), set()).add(entry.title)
    assert sum(len(titles) > 1 for titles in spellings.values()) >= 3


def test_each_paper_is_once_on_a_page(entries: list[Paper]) -> None:
    for page in pages(entries):
        keys = [title_key(entry.title) for entry in entries if entry.source == page]
        assert len(keys) == len(set(keys))


def test_the_page_header_is_not_a_paper(entries: list[Paper]) -> None:
    assert entries[0].title == "ImageNet Classification with Deep Convolutional Neural Networks"
    assert all(len(entry.title.split()) > 1 for entry in entries)


def test_abstracts_have_the_length_of_abstracts(entries: list[Paper]) -> None:
    lengths = {entry.title: len(entry.abstract.split()) for entry in entries}
    assert {title: words for title, words in lengths.items() if not 80 <= words <= 170} == {}


def test_most_papers_name_their_code(entries: list[Paper]) -> None:
    assert sum("https://github.com/" in entry.abstract for entry in entries) > len(entries) / 2


def pages(entries: list[Paper]) -> list[str]:
    return sorted({entry.source or "" for entry in entries})
