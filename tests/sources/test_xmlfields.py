"""Fields of entries in XML."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from kg.sources.xmlfields import fields_of, text_of, values

ENTRY = fromstring(
    '<entry><title>Frogs <i>hop</i></title><link title="doi" href="d"/><link href="u"/><x><y/>z</x></entry>'
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("title", ["Frogs hop"]),
        ("link @href", ["d", "u"]),
        ("link[@title='doi'] @href", ["d"]),
        ("x/y", []),
        (". @about", []),
    ],
)
def test_a_path_leads_to_texts_and_attributes(path: str, found: list[str]) -> None:
    assert values(ENTRY, path) == found


def test_blocks_are_apart_and_other_elements_are_not() -> None:
    assert text_of(fromstring("<a><p>One</p><p>H<sub>2</sub>O</p></a>")).split() == ["One", "H2O"]


def test_the_first_place_that_says_something_counts() -> None:
    entry = fromstring(
        "<entry><title>Frogs</title><summary> </summary><content>They hop.</content><category term='a'/>"
        "<category term='b'/></entry>"
    )
    assert fields_of(entry, "atom") == {"title": "Frogs", "abstract": "They hop.", "keywords": ["a", "b"]}


def test_of_what_is_no_paper_only_the_title_is_read() -> None:
    assert fields_of(fromstring("<entry><title> </title><content>They hop.</content></entry>"), "atom") == {
        "title": None
    }
    assert fields_of(fromstring("<entry><title>Frogs</title><id>x</id></entry>"), "atom") == {"title": "Frogs"}
