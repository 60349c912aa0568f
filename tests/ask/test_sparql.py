"""Running SPARQL: what an answer holds, how it is written, and what errors say."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pyoxigraph as ox
import pytest

from kg.ask.sparql import Answer, run, shortened
from kg.errors import QueryError
from kg.vocabulary import KG, SCHEMA

BASE = "https://example.org/"
ROADS, TILES = ox.NamedNode(f"{BASE}dataset/roads"), ox.NamedNode(f"{BASE}dataset/tiles")
NAME, COUNT = ox.NamedNode(f"{SCHEMA}name"), ox.NamedNode(f"{KG}count")

BY_NAME = (
    "SELECT ?dataset ?name ?count { ?dataset schema:name ?name OPTIONAL { ?dataset kg:count ?count } } ORDER BY ?name"
)
ALL = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"


@pytest.fixture
def store() -> ox.Store:
    store = ox.Store()
    first, second = ox.NamedNode(f"{BASE}paper/1"), ox.NamedNode(f"{BASE}paper/2")
    store.add(ox.Quad(ROADS, NAME, ox.Literal("Roads"), first))
    store.add(ox.Quad(TILES, NAME, ox.Literal('Ti\n"les"'), second))
    store.add(ox.Quad(TILES, COUNT, ox.Literal(12), first))
    store.add(ox.Quad(TILES, COUNT, ox.Literal(12), second))
    return store


def written(answer: Answer, format: str) -> str:
    stream = io.BytesIO()
    answer.write(stream, format)
    return stream.getvalue().decode()


# Answers --------------------------------------------------------------------------------------------------------------


def test_rows_are_terms_of_the_union_of_all_graphs(store: ox.Store) -> None:
    answer = run(store, "SELECT DISTINCT * { dataset:tiles kg:count ?n }", BASE)
    assert (answer.kind, answer.variables, list(answer.rows())) == ("select", ("n",), [(ox.Literal(12),)])


def test_records_are_plain_values(store: ox.Store) -> None:
    sparql = "SELECT ?iri ?text ?n ?x ?truth ?nothing { VALUES (?iri ?text ?n ?x ?truth) { (kg:a 'b' 3 0.5 true) } }"
    assert list(run(store, sparql).records()) == [
        {"iri": f"{KG}a", "text": "b", "n": 3, "x": 0.5, "truth": True, "nothing": None}
    ]


def test_an_ill_typed_number_is_its_text(store: ox.Store) -> None:
    assert list(run(store, "SELECT ('ten'^^xsd:integer AS ?n) {}").records()) == [{"n": "ten"}]


def test_ask_is_true_or_false(store: ox.Store) -> None:
    assert run(store, "ASK { ?s schema:name 'Roads' }").truth
    assert not run(store, "ASK { ?s schema:name 'Rivers' }").truth


def test_triples_come_once_and_sorted(store: ox.Store) -> None:
    roads, tiles = ox.Literal("Roads"), ox.Literal('Ti\n"les"')
    assert run(store, ALL).triples() == [
        ox.Triple(ROADS, NAME, roads),
        ox.Triple(TILES, NAME, tiles),
        ox.Triple(TILES, COUNT, ox.Literal(12)),
    ]


@pytest.mark.parametrize(
    ("sparql", "member"),
    [("ASK {}", "rows"), (ALL, "rows"), ("SELECT * {}", "triples"), ("ASK {}", "triples"), ("SELECT * {}", "truth")],
)
def test_an_answer_says_what_it_is_not(store: ox.Store, sparql: str, member: str) -> None:
    answer = run(store, sparql)
    with pytest.raises(QueryError, match=f"^an answer of kind '{answer.kind}' "):
        value = getattr(answer, member)
        list(value())


# Formats --------------------------------------------------------------------------------------------------------------


def test_a_table_aligns_shortens_and_keeps_each_row_on_one_line(store: ox.Store) -> None:
    assert written(run(store, BY_NAME.replace("SELECT", "SELECT DISTINCT"), BASE), "table") == (
        "dataset        name      count\n"
        "-------------  --------  -----\n"
        "dataset:roads  Roads\n"
        'dataset:tiles  Ti "les"     12\n'
    )


def test_a_table_on_a_terminal_fits_its_width_and_keeps_markup_as_text(
    store: ox.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.BytesIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    run(store, f"SELECT ('{'long ' * 20}' AS ?text) ('[bold]' AS ?markup) {{}}").write(stream, "table")
    drawn = stream.getvalue().decode()
    assert "[bold]" in drawn
    assert drawn.count("long") == 20


def test_csv_quotes_as_the_standard_says(store: ox.Store) -> None:
    sparql = "SELECT ?name { dataset:tiles schema:name ?name }"
    assert written(run(store, sparql, BASE), "csv") == 'name\r\n"Ti\n""les"""\r\n'


def test_tsv_writes_terms(store: ox.Store) -> None:
    assert written(run(store, "SELECT (dataset:tiles AS ?d) {}", BASE), "tsv") == f"?d\n<{TILES.value}>\n"


def test_json_is_the_standard_result_format(store: ox.Store) -> None:
    document = json.loads(written(run(store, "SELECT ('a' AS ?x) {}"), "json"))
    assert document["results"]["bindings"] == [{"x": {"type": "literal", "value": "a"}}]


def test_xml_and_json_end_their_line(store: ox.Store) -> None:
    assert written(run(store, "SELECT * {}"), "xml").endswith("</sparql>\n")
    assert written(run(store, "ASK {}"), "json") == '{"head":{},"boolean":true}\n'


def test_ask_in_words_and_in_csv(store: ox.Store) -> None:
    assert written(run(store, "ASK {}"), "table") == "yes\n"
    assert written(run(store, "ASK { FILTER(false) }"), "csv") == "false\n"


def test_turtle_is_shortened_by_the_prefixes_of_vocabulary_and_resources(store: ox.Store) -> None:
    turtle = written(run(store, ALL, BASE), "turtle")
    assert "@prefix dataset: <https://example.org/dataset/> ." in turtle
    assert 'dataset:roads schema:name "Roads"' in " ".join(turtle.split())


@pytest.mark.parametrize(("format_", "rdf"), [("turtle", ox.RdfFormat.TURTLE), ("ntriples", ox.RdfFormat.N_TRIPLES)])
def test_graphs_survive_writing(store: ox.Store, format_: str, rdf: ox.RdfFormat) -> None:
    text = written(run(store, ALL, BASE), format_)
    assert {quad.triple for quad in ox.parse(text, rdf)} == set(run(store, ALL).triples())


def test_json_ld_is_compacted_against_the_shipped_context(store: ox.Store) -> None:
    document = written(run(store, ALL, BASE), "jsonld")
    assert '"name": "Roads"' in document
    assert {quad.triple for quad in ox.parse(document, ox.RdfFormat.JSON_LD)} == set(run(store, ALL).triples())


def test_a_format_of_another_kind_is_refused_with_those_that_fit(store: ox.Store) -> None:
    with pytest.raises(QueryError, match="'turtle' does not fit this query; choose from table, csv, tsv, json, xml"):
        written(run(store, "SELECT * {}"), "turtle")
    with pytest.raises(QueryError, match="'csv' does not fit this query; choose from turtle, ntriples, jsonld"):
        written(run(store, ALL), "csv")


def test_the_default_format_follows_kind_and_reader(store: ox.Store) -> None:
    assert run(store, "SELECT * {}").default_format(terminal=True) == "table"
    assert run(store, "ASK {}").default_format(terminal=False) == "csv"
    assert run(store, ALL).default_format(terminal=False) == "turtle"


def test_a_resource_prefix_wins_over_the_shorter_base() -> None:
    prefixes = {"base": BASE, "dataset": f"{BASE}dataset/"}
    assert shortened(ROADS, prefixes) == "dataset:roads"


@pytest.mark.parametrize("format_", ["table", "csv", "tsv", "json", "xml"])
def test_writing_tells_whether_anything_was_found(store: ox.Store, format_: str) -> None:
    def found(sparql: str) -> bool:
        return run(store, sparql, BASE).write(io.BytesIO(), format_)

    assert found(BY_NAME)
    assert found("SELECT ('' AS ?x) {}")
    assert not found("SELECT ?x { ?x schema:name 'Rivers' }")
    assert not found("SELECT * { FILTER(false) }")
    assert found("ASK { ?x schema:name 'Rivers' }")


def test_a_graph_without_triples_is_nothing_found(store: ox.Store) -> None:
    assert run(store, ALL).write(io.BytesIO(), "turtle")
    assert not run(store, "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(false) }").write(io.BytesIO(), "turtle")


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sparql", "expected"),
    [
        ("SELEC * {}", "query, line 1, column 1: expected SELECT, ASK, CONSTRUCT, DESCRIBE, found 'SELEC'"),
        ("", "query, line 1, column 1: expected SELECT, ASK, CONSTRUCT, DESCRIBE, found nothing of the kind"),
        (
            "SELECT * {\n  ?s nope:p ?o }",
            "query, line 2, column 12: prefix not found, after '?s nope:p'",
        ),
        ("SELECT * { ?s ?p ?o ", "query, line 1, column 21: the query ends too early, after 'SELECT * { ?s ?p ?o'"),
        (
            "SELECT * { ?s ?p ?o } LIMIT x",
            "query, line 1, column 29: not understood from here on, after 'SELECT * { ?s ?p ?o } LIMIT'",
        ),
        (
            "SELECT (COUNT(?s) AS ?n) ?o { ?s ?p ?o }",
            "the SELECT contains a variable that is unbound",
        ),
    ],
)
def test_a_syntax_error_is_one_line_with_its_place(store: ox.Store, sparql: str, expected: str) -> None:
    with pytest.raises(QueryError) as error:
        run(store, sparql)
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "update",
    [
        "DELETE WHERE { ?s ?p ?o }",
        "# a remark\nPREFIX e: <http://e/>\n insert data { e:a e:b e:c }",
        "CLEAR ALL",
    ],
)
def test_an_update_is_refused_and_changes_nothing(store: ox.Store, update: str) -> None:
    before = set(store)
    with pytest.raises(QueryError, match="would change the graph; queries only read it"):
        run(store, update)
    assert set(store) == before


def test_the_source_of_the_query_is_named(store: ox.Store) -> None:
    with pytest.raises(QueryError, match=r"^mine\.rq, line 1"):
        run(store, "SELECT", source="mine.rq")


def test_text_that_is_not_unicode_is_a_query_error(store: ox.Store) -> None:
    with pytest.raises(QueryError, match="query: "):
        run(store, 'SELECT * { ?s ?p "\ud800" }')


def test_a_function_the_store_does_not_know_is_a_query_error(store: ox.Store) -> None:
    with pytest.raises(QueryError, match="custom function"):
        list(run(store, "SELECT (kg:nope(1) AS ?x) {}").rows())


def test_errors_of_the_stream_are_not_blamed_on_the_query(store: ox.Store) -> None:
    class Closed(io.BytesIO):
        def write(self, _: object) -> int:
            raise BrokenPipeError(32, "closed")

    with pytest.raises(BrokenPipeError):
        run(store, BY_NAME).write(Closed(), "csv")


def test_querying_loads_no_nlp_and_no_record_models() -> None:
    code = "import sys, kg.ask.sparql, kg.ask.named; print(*{'spacy', 'pydantic', 'rdflib', 'rich'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
