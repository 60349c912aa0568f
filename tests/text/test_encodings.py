"""Files in other encodings are read as UTF-8, with a warning where that is a guess."""

from __future__ import annotations

import io

import pytest

from kg.text.encodings import in_utf8
from kg.text.packed import unpacked

TEXT = "Frögs hop “well” – café\n" * 3


def decoded(content: bytes) -> tuple[bytes, list[str]]:
    warnings: list[str] = []
    stream = in_utf8(unpacked(io.BytesIO(content), "pond.txt"), "pond.txt", warnings.append)
    return stream.read(), warnings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_in_every_form(encoding: str) -> None:
    assert decoded(TEXT.encode(encoding)) == (TEXT.encode(), [])


def test_what_is_not_utf_8_is_read_as_windows_1252_with_a_warning() -> None:
    assert decoded(b"Frogs\n" + TEXT.encode("cp1252")) == (
        b"Frogs\n" + TEXT.encode(),
        ["pond.txt:2: is not UTF-8; read as Windows-1252 (latin-1) from here on"],
    )


def test_an_xml_declaration_tells_the_encoding() -> None:
    start = '<?xml version="1.0" encoding="ISO-8859-2"?>\n'
    assert decoded((start + "<a>Łucja</a>").encode("iso-8859-2")) == ((start + "<a>Łucja</a>").encode(), [])
    for other in ("rot13", "no-such-thing", "utf-16", "utf-8"):
        text = f'<?xml version="1.0" encoding="{other}"?><a>é</a>'.encode()
        assert decoded(text) == (text, [])


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0\0", b"caf\xe9 caf\xc3\xa9", bytes(range(256)), b""])
def test_damaged_text_and_what_is_no_text_are_passed_on(content: bytes) -> None:
    assert decoded(content) == (content, [])


@pytest.mark.parametrize("text", ["é" * 100_001, "x" + "é" * 100_001, "🐸" * 70_000])
def test_characters_over_the_end_of_a_piece(text: str) -> None:
    assert decoded(text.encode()) == (text.encode(), [])
    assert decoded(text.encode("utf-16"))[0] == text.encode()
