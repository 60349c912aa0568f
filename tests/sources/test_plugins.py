"""Readers of other packages: what is wrong with one is an error of one line that names it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import kg

Install = Callable[[str, str, str], None]
READER = """
import kg
from kg.sources import Reader

def recognises(head, name):
    {recognises}

def read(source, warn):
    {read}

PLUGIN = Reader("frogs", recognises, read)
"""
PAPER = "yield kg.Paper(id='1', title='Frogs', abstract='They hop.'{})"


def read(install: Install, folder: Path, read: str, recognises: str = "return True") -> list[kg.Paper]:
    install("kg.sources", "frogs", READER.format(recognises=recognises, read=read))
    source = folder / "page.frogs"
    source.write_text("frogs", encoding="utf-8")
    return [*kg.read_papers(source, pytest.fail)]


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("raise ValueError('no\\n    frogs')", "no frogs"),
        ("raise KeyError", "KeyError"),
        ("return None", "'NoneType' object is not iterable"),
        ("yield {'title': 'Frogs'}", "expected kg.Paper, found dict"),
        (PAPER.format(", year='soon'"), "paper '1': \"year\": "),
        (PAPER.format(", authors='Ada'"), "paper '1': \"authors\": "),
        (PAPER.format(", venue='\\ud800'"), "paper '1': expected Unicode text"),
        (PAPER.replace("They hop.", "They \\ud800").format(""), "paper '1': expected Unicode text"),
    ],
)
def test_what_goes_wrong_in_a_reader_names_the_file_and_the_reader(
    install_plugin: Install, tmp_path: Path, code: str, problem: str
) -> None:
    with pytest.raises(kg.InputError) as error:
        read(install_plugin, tmp_path, code)
    start = f"{tmp_path / 'page.frogs'}: plugin frogs (kg.sources) cannot read it: {problem}"
    assert str(error.value).startswith(start) and "\n" not in str(error.value)


def test_what_a_reader_says_of_its_source_stays_as_it_is(install_plugin: Install, tmp_path: Path) -> None:
    with pytest.raises(kg.InputError, match=r"page\.frogs:3: has no frogs$"):
        read(install_plugin, tmp_path, "raise kg.InputError(f'{source.place}:3', 'has no frogs')")


def test_a_reader_that_cannot_look_at_a_file_is_named(install_plugin: Install, tmp_path: Path) -> None:
    with pytest.raises(kg.KGError, match=r"page\.frogs: plugin frogs \(kg\.sources\) cannot look at it: division"):
        read(install_plugin, tmp_path, PAPER.format(""), "return 1 / 0")


def test_values_of_a_paper_are_of_the_types_of_its_fields(install_plugin: Install, tmp_path: Path) -> None:
    [paper] = read(install_plugin, tmp_path, PAPER.format(", year='2020', authors=['Ada']"))
    assert (paper.year, paper.authors) == (2020, ("Ada",))
