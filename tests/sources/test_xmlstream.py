"""Parts of XML documents: in order, in bounded memory, and nothing that a hostile document asks for."""

from __future__ import annotations

import io
from xml.etree.ElementTree import tostring

import pytest

from kg.errors import InputError
from kg.sources.reader import Source
from kg.sources.xmlstream import parts


def read(text: str | bytes) -> tuple[list[tuple[int, str]], list[str]]:
    content = text.encode() if isinstance(text, str) else text
    source = Source(io.BufferedReader(io.BytesIO(content)), "x.xml", "x.xml")
    warnings: list[str] = []
    found = [
        (part.line, tostring(part.element, encoding="unicode").strip())
        for part in parts(source, lambda name, root: name == "e", warnings.append)
    ]
    return found, warnings


def test_parts_have_neither_prefixes_nor_what_is_around_them() -> None:
    document = '<r xmlns:p="urn:p"><p:e p:id="1">a<p:b/></p:e>\nno<x><e>c</e></x></r>'
    assert read(document) == ([(1, '<e id="1">a<b /></e>'), (2, "<e>c</e>")], [])


def test_entities_without_declaration_are_those_of_html() -> None:
    for before in ("", '<!DOCTYPE r SYSTEM "dblp.dtd">'):
        assert read(f"{before}<r><e>&Eacute;lise &nope;</e></r>")[0] == [(1, "<e>Élise &amp;nope;</e>")]


def test_a_declared_character_is_read_and_a_file_is_not_opened() -> None:
    document = '<!DOCTYPE r [<!ENTITY e "&#233;"><!ENTITY f SYSTEM "file:///etc/hostname">]><r><e>caf&e;&f;</e></r>'
    assert read(document)[0] == [(1, "<e>café</e>")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ('<!DOCTYPE r [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa"><!ENTITY b "&a;&a;">]><r><e>&b;</e></r>', 'the entity "a"'),
        ("<e>" * 300, "more than 200 elements in one another"),
        ("<r><e a='" + "x" * 3_000_000, "a tag of more than 2,000,000 bytes"),
        ("<r>" + "<!--" + "x" * 3_000_000, "a tag of more than 2,000,000 bytes"),
        ("<r>\n<e>", "not well-formed XML"),
        ("", "not well-formed XML"),
    ],
)
def test_what_could_take_all_memory_or_ends_early_is_an_error(document: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read(document)


def test_a_document_that_is_cut_off_gives_what_comes_before() -> None:
    found, warnings = read("<r>\n<e>1</e>\n<e>2 & 3</e></r>")
    assert found == [(2, "<e>1</e>")]
    assert warnings == [
        "x.xml:3: is not well-formed XML (not well-formed (invalid token)); only what comes before it is read"
    ]


def test_documents_may_follow_one_another() -> None:
    one = '<?xml version="1.0"?>\n<r>\n<e>1</e></r>\n'
    assert [line for line, _ in read(one + one + "<e>2</e>")[0]] == [3, 6, 7]


def test_documents_may_begin_anywhere_in_what_is_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = "".join(f'<?xml version="1.0"?>\n<r>\n<e>{number}</e></r>\n' for number in range(9))
    whole, _ = read(documents)
    assert len(whole) == 9
    for size in range(1, 60):
        monkeypatch.setattr("kg.sources.xmlstream._PIECE", size)
        assert read(documents) == (whole, [])


def test_characters_that_cannot_be_in_xml_are_blanks_and_broken_ones_are_marked() -> None:
    assert read(b"<r><e>a\x0bb\xff</e></r>")[0] == [(1, "<e>a b\ufffd</e>")]


def test_the_declared_encoding_is_not_heeded_since_streams_are_in_utf8() -> None:
    assert read('<?xml version="1.0" encoding="ISO-8859-1"?><e>é</e>')[0] == [(1, "<e>é</e>")]
