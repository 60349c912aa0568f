"""Tables of Markdown, LaTeX and CSV hold the cells as they are, whatever is in them."""

from __future__ import annotations

import csv
import gc
import io
from collections.abc import Callable
from typing import IO

import pyoxigraph as ox
import pytest

from kg.ask.sparql import run
from kg.export.tables import Table, table_of, write_csv, write_latex, write_markdown
from kg.vocabulary import XSD


def written(write: Callable[[Table, IO[bytes]], None], *cells: str, numeric: bool = False) -> list[str]:
    """The lines of a table of one column."""
    output = io.BytesIO()
    write(Table(("name",), tuple((cell,) for cell in cells), (numeric,)), output)
    return output.getvalue().decode().splitlines()


def test_numbers_are_put_to_the_right() -> None:
    assert written(write_markdown, "1", numeric=True) == ["| name |", "| ---: |", "| 1 |"]
    assert written(write_latex, "1", numeric=True)[0] == r"\begin{tabular}{r}"


def test_a_column_of_numbers_may_have_gaps_and_one_with_a_text_is_none() -> None:
    number, text = ox.Literal("1", datatype=ox.NamedNode(XSD + "integer")), ox.Literal("x")
    assert table_of(["a", "b", "c"], [(number, number, None), (None, text, None)]).numeric == (True, False, False)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("a|b", r"a\|b"),
        ("*_`<b>[x]$&~\\", r"\*\_\`\<b\>\[x\]\$\&\~" + "\\\\"),
        ("https://example.org/a_b", "<https://example.org/a_b>"),
        ("see https://example.org/a_b", r"see https://example.org/a\_b"),
    ],
)
def test_nothing_in_a_cell_is_markup_of_markdown_and_addresses_are_links(cell: str, expected: str) -> None:
    assert written(write_markdown, cell)[2] == f"| {expected} |"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("50% & more_of #1", r"50\% \& more\_of \#1"),
        ("{x}$", r"\{x\}\$"),
        ("Poincaré", r"Poincar\'e"),
        ("中", "中"),
        ("[1] of a row", r"{}[1] of a row"),
        ("*", "{}*"),
    ],
)
def test_nothing_in_a_cell_is_markup_of_latex(cell: str, expected: str) -> None:
    assert written(write_latex, cell)[4] == f"{expected} \\\\"


def test_csv_reads_back_as_it_was() -> None:
    cells = ['say "hi"', "a,b", "", "two\nlines", "é", "two\rlines", "two\r\n"]
    output = io.BytesIO()
    write_csv(Table(("name", "x"), tuple((cell, "1") for cell in cells), (False, True)), output)
    assert output.getvalue().startswith(b'name,x\n"say ""hi""",1\n"a,b",1\n')
    assert [row[0] for row in csv.reader(io.StringIO(output.getvalue().decode(), newline=""))] == ["name", *cells]


@pytest.mark.parametrize("write", [write_csv, write_latex, write_markdown])
def test_an_output_that_takes_no_more_stays_open(write: Callable[[Table, IO[bytes]], None]) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise BrokenPipeError(32, "closed")

        def flush(self) -> None:
            self.write(b"")

    output = Full()
    with pytest.raises(BrokenPipeError):
        write(Table(("frog",), (("Croaker",),), (False,)), output)
    gc.collect()
    assert not output.closed


@pytest.mark.parametrize(("format", "expected"), [("markdown", r"| a\|b |"), ("latex", r"a|b \\")])
def test_the_rows_of_any_query_can_be_written_for_a_document(format: str, expected: str) -> None:
    output = io.BytesIO()
    run(ox.Store(), "SELECT ?x { VALUES ?x { 'a|b' UNDEF } }").write(output, format)
    assert expected in output.getvalue().decode().splitlines()
