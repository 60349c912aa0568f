"""Listing pages: titles and abstracts in turn, with the lines that they are on."""

from __future__ import annotations

import textwrap
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from kg.errors import InputError
from kg.records import Paper
from kg.sources import read_papers
from kg.sources.listing import listed_date

HEADER = "trending\n\nSubscribe to the weekly letter.\n\nby the editors\n\nMar 11\n\n"
LONG = "This abstract says what the paper does in a sentence of its own. It then says a little more about it. " * 4


def page(*blocks: str) -> str:
    return HEADER + "\n\n".join(blocks) + "\n"


def read(*inputs: object) -> tuple[list[Paper], list[str]]:
    warnings: list[str] = []
    papers = list(read_papers([str(path) for path in inputs], warnings.append))
    return papers, warnings


def titles(papers: list[Paper]) -> list[str]:
    return [paper.title for paper in papers]


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    return tmp_path / "page.txt"


def test_listing_page(listing: Path) -> None:
    listing.write_text(page("First Title", LONG, "Second Title: With a Question?", LONG))
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title", "Second Title: With a Question?"]
    assert papers[0].abstract == LONG.strip()
    assert (papers[0].source, papers[0].line, papers[1].line) == ("page.txt", 9, 13)
    assert papers[0].id == "first-title"
    assert warnings == []


@pytest.mark.parametrize("date", ["Mar 11", "March 11, 2025", "11 Mar 2025", "2025-03-11", "Tue, Mar 11"])
def test_header_ends_with_a_date_line_and_later_dates_are_not_titles(listing: Path, date: str) -> None:
    text = f"new\n\nSubscribe\n\n{date}\n\nFirst Title\n\n{LONG}\n\n{date}\n\nSecond Title\n\n{LONG}\n"
    listing.write_text(text)
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title", "Second Title"]
    assert warnings == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Mar 11", "--03-11"),
        ("March 11, 2025", "2025-03-11"),
        ("11 Mar 2025", "2025-03-11"),
        ("2025-03-11", "2025-03-11"),
        ("Tue, Mar 11", "--03-11"),
        ("Sept. 1st, 2024", "2024-09-01"),
        ("Feb 29", "--02-29"),
        ("Feb 29, 2025", None),
        ("2025-13-01", None),
        ("First Title", None),
    ],
)
def test_the_date_of_a_page_is_kept_on_its_entries(listing: Path, line: str, expected: str | None) -> None:
    assert listed_date(line) == expected
    listing.write_text(f"new\n\n{line}\n\nFirst Title\n\n{LONG}\n")
    assert read(listing)[0][-1].listed == expected


def test_each_date_line_is_that_of_the_entries_below_it(listing: Path) -> None:
    listing.write_text(f"new\n\nMar 11\n\nFirst Title\n\n{LONG}\n\nMar 10, 2025\n\nSecond Title\n\n{LONG}\n")
    assert [paper.listed for paper in read(listing)[0]] == ["--03-11", "2025-03-10"]


def test_page_without_header(listing: Path) -> None:
    listing.write_text(f"First Title\n\n{LONG}\n\nSecond Title\n{LONG}")
    assert titles(read(listing)[0]) == ["First Title", "Second Title"]


def test_title_without_abstract_is_skipped_with_its_line(listing: Path) -> None:
    listing.write_text(page("Lonely Title", "First Title", LONG, "Second Title", LONG))
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title", "Second Title"]
    assert warnings == [f"{listing}:9: a title without an abstract; skipped"]


def test_abstract_without_title_is_skipped_with_its_line(listing: Path) -> None:
    listing.write_text(page(LONG, "First Title", LONG, "Second Title", LONG))
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title", "Second Title"]
    assert warnings == [f"{listing}:9: an abstract without a title; skipped"]


def test_a_blank_line_within_an_abstract_loses_nothing(listing: Path) -> None:
    listing.write_text(page("First Title", LONG, f"Further. {LONG}", "Second Title", LONG))
    papers, warnings = read(listing)
    assert [paper.abstract for paper in papers] == [f"{LONG.strip()}\n\nFurther. {LONG.strip()}", LONG.strip()]
    assert warnings == [f"{listing}:13: taken for a further paragraph of the abstract before it"]


def test_a_short_last_paragraph_of_an_abstract_is_kept(listing: Path) -> None:
    code = "Code is at https://github.com/pond/frog."
    listing.write_text(page("First Title", LONG, code, "Second Title", LONG, "Code will be released."))
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title", "Second Title"]
    assert [paper.abstract.rpartition("\n\n")[2] for paper in papers] == [code, "Code will be released."]
    assert len(warnings) == 2


def test_wrapped_lines_are_no_titles(listing: Path) -> None:
    wrapped = textwrap.fill(LONG, 60)
    listing.write_text(page("First Title: Which\n  Goes On", wrapped, "Second Title", wrapped, wrapped))
    papers, _ = read(listing)
    assert titles(papers) == ["First Title: Which Goes On", "Second Title"]
    assert [paper.abstract for paper in papers] == [LONG.strip(), f"{LONG.strip()}\n\n{LONG.strip()}"]


def test_a_text_with_more_headings_than_abstracts_is_no_listing_page(listing: Path) -> None:
    listing.write_text(f"Frogs\n=====\n\n{LONG}\n\nInstall\n-------\n\npip install frogs\n\nUse\n---\n\nfrogs\n")
    with pytest.raises(InputError, match="has no title and abstract in turn"):
        read(listing)


def test_page_that_ends_within_an_entry(listing: Path) -> None:
    listing.write_text(page("First Title", LONG, "Second Title"))
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title"]
    assert warnings == [f"{listing}:13: a title without an abstract at the end of the page; skipped"]


def test_page_that_ends_within_an_abstract(listing: Path) -> None:
    listing.write_text(page("First Title", LONG, "Second Title", LONG + "And then it bre"))
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title", "Second Title"]
    assert warnings == [f"{listing}:15: the page seems to end within this abstract; kept"]


def test_short_abstracts_are_distinguished_from_titles(listing: Path) -> None:
    listing.write_text(
        page(
            "On a Small Thing. A Note in Two Sentences",
            "We prove a small thing and say so in few words.",
            "Another Title",
            LONG + "Code: https://github.com/owner/name",
        )
    )
    papers, warnings = read(listing)
    assert titles(papers) == ["On a Small Thing. A Note in Two Sentences", "Another Title"]
    assert warnings == []


def test_windows_line_ends_and_byte_order_mark(listing: Path) -> None:
    listing.write_bytes(b"\xef\xbb\xbf" + page("First Title", LONG).replace("\n", "\r\n").encode())
    assert titles(read(listing)[0]) == ["First Title"]


def test_a_title_right_above_its_abstract_and_one_over_two_lines(listing: Path) -> None:
    listing.write_text(page("First Title\n" + LONG, "Second Title\nover Two Lines", LONG))
    papers, warnings = read(listing)
    assert titles(papers) == ["First Title", "Second Title over Two Lines"]
    assert [paper.line for paper in papers] == [9, 12]
    assert warnings == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"frogs hop\n" * 200_000, r":1: has more than 1,000,000 characters without a blank line"),
        (b"\n" * 100_002, r":100001: has more than 100,000 blank lines before it"),
    ],
)
def test_pages_that_would_fill_the_memory_are_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem):
        list(read_papers(path, print))


@pytest.mark.parametrize("abstract", [f"{LONG}\n\n{LONG}", "They hop over ponds in nearly all of the cases"])
def test_a_text_of_its_own_may_have_any_number_of_paragraphs_or_be_short(listing: Path, abstract: str) -> None:
    listing.write_text(f"Frogs of the Pond\n\n{abstract}\n")
    (paper,), warnings = read(listing)
    assert (paper.title, paper.abstract.split(), warnings) == ("Frogs of the Pond", abstract.split(), [])


def test_a_damaged_file_of_another_format_is_not_a_page(listing: Path) -> None:
    listing.write_text(f"?xml\n\n<title>Frogs of the Pond</title>\n\n{LONG}\n\n" * 4)
    with pytest.raises(InputError, match=r":3: has markup or tags of another format"):
        read(listing)


CODE = {
    "js": """/* Where the frogs go */

function hop(frog, pond) {
  const far = measure(frog.legs, pond.width, "a pond is as wide as it is", "and no wider than that, at night");
  const many = (number) => `${number} ${number === 1 ? "frog hops" : "frogs hop"} over the pond`;
  const told = "Frogs hop over the pond, and then they hop over it again. They do so all day long, and at night.";
  return far > 2 ? told : leap(frog, many);
}
""",
    "css": """/* Frogs in the pond */

.frog {
  color: green;
  content: "A frog hops over the pond, and then it hops over it again. It does so all day long, and at night.";
  background: linear-gradient(to right, green, green, blue, blue, green, green, blue, blue, green, green, blue);
  font-family: "Frog Sans", "Toad Sans", "Newt Sans", "Pond Sans", "Lily Sans", "Night Sans", "Wet Sans", serif;
}
""",
}


@pytest.mark.parametrize("kind", CODE)
def test_what_browsers_save_beside_a_page_is_no_page(listing: Path, kind: str) -> None:
    listing.write_text("\n".join([CODE[kind]] * 4))
    with pytest.raises(InputError, match="has markup or tags of another format"):
        read(listing)


def test_the_dates_of_very_many_entries_are_found_soon(listing: Path, soon: AbstractContextManager[None]) -> None:
    listing.write_text(page(*["A Frog", "It hops and it hops and it hops away."] * 5_000, *["Mar 11"] * 10_000))
    with soon:
        assert len(read(listing)[0]) == 5_000
