"""Tables, and answers as tables."""

from __future__ import annotations

import io
import re

import pyoxigraph as ox
import pytest

from kg.ask.sparql import Answer, run
from kg.errors import QueryError
from kg.terminal.tables import TABLE, plain_table, print_counts, write_answer
from kg.vocabulary import SCHEMA

BASE = "https://example.org/"
ROWS = """SELECT ?dataset ?name ?count {
    VALUES (?dataset ?name ?count) { (dataset:roads "Roads" UNDEF) (dataset:tiles "Ti\\n\\"les\\"" 12) }
}"""


class Terminal(io.BytesIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def answer(sparql: str) -> Answer:
    return run(ox.Store(), sparql, BASE)


def written(sparql: str, format: str | None = None, stream: io.BytesIO | None = None) -> str:
    stream = stream or io.BytesIO()
    write_answer(answer(sparql), stream, format)
    return stream.getvalue().decode()


def test_a_table_aligns_shortens_and_keeps_each_row_on_one_line() -> None:
    assert written(ROWS, TABLE) == (
        "dataset        name      count\n"
        "-------------  --------  -----\n"
        "dataset:roads  Roads\n"
        'dataset:tiles  Ti "les"     12\n'
    )


def test_a_table_on_a_terminal_fits_its_width_and_keeps_markup_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    drawn = written(f"SELECT ('{'long ' * 20}' AS ?text) ('[bold]' AS ?markup) {{}}", TABLE, Terminal())
    assert "[bold]" in drawn
    assert drawn.count("long") == 20
    assert {len(re.sub(r"\x1b\[\d+m", "", line)) for line in drawn.splitlines()} == {40}


def test_a_table_shows_texts_as_they_read_and_csv_as_they_are() -> None:
    sparql = r"SELECT ?x { VALUES ?x { '$\\beta$-<i>Frog</i>' } }"
    assert "β-Frog\n" in written(sparql, "table")
    assert r"$\beta$-<i>Frog</i>" in written(sparql, "csv")


def test_a_table_without_rows_has_its_header() -> None:
    assert written("SELECT ?a ?b { FILTER(false) }", TABLE) == "a  b\n-  -\n"


def test_yes_or_no_in_words() -> None:
    assert written("ASK {}", TABLE) == "yes\n"
    assert written("ASK { FILTER(false) }", TABLE) == "no\n"


def test_the_default_is_a_table_on_a_terminal_csv_elsewhere_and_turtle_for_a_graph() -> None:
    graph = f"CONSTRUCT {{ dataset:roads <{SCHEMA}name> 'Roads' }} {{}}"
    assert written("ASK {}", stream=Terminal()) == "yes\n"
    assert written("ASK {}") == "true\n"
    assert written(graph) == written(graph, stream=Terminal()) == written(graph, "turtle")
    assert 'dataset:roads schema:name "Roads"' in " ".join(written(graph).split())


def test_a_format_that_does_not_fit_is_refused_with_those_that_do() -> None:
    with pytest.raises(QueryError, match=r"'turtle' does not fit here; choose from csv, tsv, json, xml, table$"):
        written("ASK {}", "turtle")
    with pytest.raises(QueryError, match=r"'table' does not fit here; choose from turtle, jsonld, ntriples, rdfxml$"):
        written("CONSTRUCT {} {}", TABLE)


def test_numbers_are_aligned_to_the_right() -> None:
    assert plain_table(("name", "n"), [["a", "1"], ["bc", "100"]], [False, True]) == (
        "name    n\n----  ---\na       1\nbc    100\n"
    )


def test_counts_are_printed_on_the_stream_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    print_counts("Graph", {"papers": 1234, "links": "5 (5 code)"}, to_stderr=True)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split() for line in printed.err.splitlines() if line.strip()] == [
        ["Graph"],
        ["papers", "1,234"],
        ["links", "5", "(5", "code)"],
    ]
