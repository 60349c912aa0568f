"""Running SPARQL: what an answer holds, how it is written, and what errors say."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.ask.sparql import Answer, run, shortened
from kg.errors import KGError, QueryError
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


COLUMNS = [
    ("SELECT * { ?b ?a 1 . OPTIONAL { ?B ?_c ?d } }", "b a B _c d"),
    ("select distinct*{ $z <http://e/a*b> ?y FILTER(?y * 2 > 1) }", "z y"),
    ("PREFIX p: <http://e/*> SELECT REDUCED * # * ?comment\nFROM <http://g/a> { GRAPH ?g { ?s ?o 1 } }", "g s o"),
    ("SELECT * { ?s ?p '?text' FILTER NOT EXISTS { ?hidden ?p ?o } VALUES ?v { 1 } } ORDER BY ?v", "s p v"),
    ("SELECT * { { SELECT ?n ?m { ?m ?n ?inner } } ?m ?a [] } ", "n m a"),
    ("SELECT * { ?z ?y ?x . BIND(1 AS ?y\u0301) }", "z y x y\u0301"),
    ("SELECT * { ?z1 ?z2 ?a ; ?b [] } GROUP BY", None),
    ("SELECT * {}", ""),
    ("SELECT (COUNT(*) AS ?z) (1 * 2 AS ?y) { ?s ?p ?o }", "z y"),
    ("SELECT ?y ?x { SELECT * { ?x ?y ?z } }", "y x"),
]


def test_the_star_of_a_count_stays(store: ox.Store) -> None:
    for star, count in (("DISTINCT *", 1), ("*", 2)):
        answer = run(store, f"SELECT (COUNT({star}) AS ?n) {{ ?s kg:count ?o }}", BASE)
        assert list(answer.records()) == [{"n": count}]


@pytest.mark.parametrize(("sparql", "expected"), COLUMNS)
def test_the_columns_of_a_star_come_in_the_order_of_the_query(
    store: ox.Store, sparql: str, expected: str | None
) -> None:
    if expected is None:
        with pytest.raises(QueryError, match="line 1"):
            run(store, sparql)
        return
    answer = run(store, sparql)
    assert answer.variables == tuple(expected.split())
    output = io.BytesIO()
    answer.write(output, "csv")
    assert output.getvalue().decode().splitlines()[0] == expected.replace(" ", ",")


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        ("", ["Roads", 'Ti\n"les"']),
        (f"FROM <{BASE}paper/1>", ["Roads"]),
        ("FROM paper:2", ['Ti\n"les"']),
        (f"FROM <{BASE}paper/1> FROM <{BASE}paper/2>", ["Roads", 'Ti\n"les"']),
        (f"FROM <{BASE}paper/3>", []),
        (f"FROM NAMED <{BASE}paper/1>", []),  # the default graph is then empty (SPARQL 1.1, section 13.2)
    ],
)
def test_from_chooses_the_graphs(store: ox.Store, dataset: str, expected: list[str]) -> None:
    answer = run(store, f"SELECT ?name {dataset} {{ ?d schema:name ?name }} ORDER BY ?name", BASE)
    assert [record["name"] for record in answer.records()] == expected


def test_from_named_chooses_the_graphs_that_have_names(store: ox.Store) -> None:
    query = "SELECT ?name FROM NAMED paper:1 { GRAPH ?g { ?d schema:name ?name } }"
    assert list(run(store, query, BASE).records()) == [{"name": "Roads"}]
    assert len(run(store, f"CONSTRUCT {{ ?s ?p ?o }} FROM <{BASE}paper/1> {{ ?s ?p ?o }}").triples()) == 2
    assert not run(store, f"ASK FROM <{BASE}paper/1> {{ ?s schema:name 'Rivers' }}").truth


def test_a_service_is_asked_only_if_allowed(store: ox.Store) -> None:
    query = "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"  # the store refuses this port itself
    with pytest.raises(QueryError, match=r"^q: SERVICE would send requests .*allow_service=True\)$"):
        run(store, query, source="q")
    with pytest.raises(QueryError, match="The port 9 is not allowed"):
        run(store, query, allow_service=True)
    assert run(store, "ASK { FILTER('SERVICE <http://e/> {}' != kg:SERVICE) }  # SERVICE").truth


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


def test_csv_quotes_as_the_standard_says(store: ox.Store) -> None:
    sparql = "SELECT ?name { dataset:tiles schema:name ?name }"
    assert written(run(store, sparql, BASE), "csv") == 'name\n"Ti\n""les"""\n'


def test_tsv_writes_terms(store: ox.Store) -> None:
    assert written(run(store, "SELECT (dataset:tiles AS ?d) {}", BASE), "tsv") == f"?d\n<{TILES.value}>\n"


def test_json_is_the_standard_result_format(store: ox.Store) -> None:
    document = json.loads(written(run(store, "SELECT ('a' AS ?x) {}"), "json"))
    assert document["results"]["bindings"] == [{"x": {"type": "literal", "value": "a"}}]


def test_xml_and_json_end_their_line(store: ox.Store) -> None:
    assert written(run(store, "SELECT * {}"), "xml").endswith("</sparql>\n")
    assert written(run(store, "ASK {}"), "json") == '{"head":{},"boolean":true}\n'


def test_ask_in_csv(store: ox.Store) -> None:
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
    with pytest.raises(
        QueryError, match=r"'turtle' does not fit here; choose from csv, tsv, json, xml, markdown, latex$"
    ):
        written(run(store, "SELECT * {}"), "turtle")
    with pytest.raises(QueryError, match=r"'csv' does not fit here; choose from turtle, jsonld, ntriples, rdfxml$"):
        written(run(store, ALL), "csv")
    for wrong in ("nonsense", None, ["csv"]):
        with pytest.raises(QueryError, match=r"does not fit here; choose from csv, tsv, json, xml$"):
            run(store, "ASK {}").write(io.BytesIO(), wrong)  # type: ignore[arg-type]


def test_the_formats_of_an_answer_follow_from_its_kind(store: ox.Store) -> None:
    assert run(store, "ASK {}").formats == ("csv", "tsv", "json", "xml")
    assert run(store, "SELECT * {}").formats == ("csv", "tsv", "json", "xml", "markdown", "latex")
    assert run(store, ALL).formats == ("turtle", "jsonld", "ntriples", "rdfxml")


def test_an_output_is_a_path_or_a_stream_of_bytes(store: ox.Store, tmp_path: Path) -> None:
    answer = run(store, BY_NAME, BASE)
    answer.write(tmp_path / "answer.csv", "csv")
    assert (tmp_path / "answer.csv").read_bytes().decode() == written(answer, "csv")
    for wrong, found in ((io.StringIO(), "a stream of text"), (None, "NoneType")):
        with pytest.raises(KGError, match=f"^output: expected a path or a stream of bytes .*, found {found}$"):
            answer.write(wrong, "csv")  # type: ignore[arg-type]


def test_a_resource_prefix_wins_over_the_shorter_base() -> None:
    prefixes = {"base": BASE, "dataset": f"{BASE}dataset/"}
    assert shortened(ROADS, prefixes) == "dataset:roads"


def test_an_answer_without_rows_or_triples_is_empty(store: ox.Store) -> None:
    def empty(sparql: str) -> bool:
        return run(store, sparql, BASE).is_empty

    assert not empty(BY_NAME)
    assert not empty("SELECT ('' AS ?x) {}")
    assert not empty("SELECT * {}")
    assert empty("SELECT ?x { ?x schema:name 'Rivers' }")
    assert empty("SELECT * { FILTER(false) }")
    assert not empty("ASK { ?x schema:name 'Rivers' }")
    assert not empty(ALL)
    assert empty("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(false) }")


# Reading again --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sparql", "format_"), [(BY_NAME, "csv"), ("ASK {}", "json"), (ALL, "turtle")])
def test_an_answer_can_be_written_any_number_of_times(store: ox.Store, sparql: str, format_: str) -> None:
    answer = run(store, sparql, BASE)
    assert written(answer, format_) == written(answer, format_) != ""


def test_rows_and_triples_can_be_read_again_and_do_not_change_with_the_store(store: ox.Store) -> None:
    rows, triples = run(store, BY_NAME, BASE), run(store, ALL)
    first, graph = list(rows.rows()), triples.triples()
    store.clear()
    assert list(rows.rows()) == first
    assert [record["name"] for record in rows.records()] == ["Roads", 'Ti\n"les"', 'Ti\n"les"']
    assert triples.triples() == graph
    assert not rows.is_empty


def test_two_readings_at_a_time_do_not_disturb_each_other() -> None:
    numbers = " ".join(map(str, range(5000)))
    answer = run(ox.Store(), f"SELECT ?n {{ VALUES ?n {{ {numbers} }} }}")
    one, other = answer.rows(), answer.rows()
    next(one)
    assert len(list(other)) == 5000
    assert len(list(one)) == 4999


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from([None, "en", "de-at"]))
def test_terms_come_back_as_they_were(text: str, language: str | None) -> None:
    store = ox.Store()
    subject, predicate, value = (
        ox.NamedNode("http://e/s"),
        ox.NamedNode("http://e/p"),
        ox.Literal(text, language=language),
    )
    store.add(ox.Quad(subject, predicate, value))
    assert list(run(store, "SELECT ?s ?p ?o ?none { ?s ?p ?o }").rows()) == [(subject, predicate, value, None)]


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
        run(store, "SELECT (kg:nope(1) AS ?x) {}")


def test_errors_of_the_stream_are_not_blamed_on_the_query(store: ox.Store) -> None:
    class Closed(io.BytesIO):
        def write(self, _: object) -> int:
            raise BrokenPipeError(32, "closed")

    with pytest.raises(BrokenPipeError):
        run(store, BY_NAME).write(Closed(), "csv")


@pytest.mark.slow
def test_querying_loads_neither_the_terminal_nor_models_of_records() -> None:
    code = (
        "import sys, kg.ask.sparql, kg.ask.named\n"
        "print(*{'spacy', 'pydantic', 'rdflib', 'rich', 'kg.terminal'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


# Data frames ----------------------------------------------------------------------------------------------------------


def test_a_package_for_data_frames_that_is_missing_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = run(ox.Store(), "SELECT (1 AS ?one) {}")
    for package, frame in (("pandas", answer.to_pandas), ("polars", answer.to_polars)):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(
            KGError, match=rf"^{package} is not installed; get it with: pip install 'papers-kg\[data\]'$"
        ):
            frame()


@pytest.mark.clients
def test_rows_become_data_frames() -> None:
    values = 'VALUES (?name ?number ?mixed) { ("a" 1 1) ("b" 2.5 "x") (UNDEF UNDEF UNDEF) }'
    answer = run(ox.Store(), f"SELECT ?name ?number ?mixed {{ {values} }}")
    pandas, polars = answer.to_pandas(), answer.to_polars()
    assert list(pandas.columns) == polars.columns == ["name", "number", "mixed"]
    assert pandas["number"].sum() == polars["number"].sum() == 3.5
    assert polars["mixed"].to_list() == ["1", "x", None]
    empty = run(ox.Store(), "SELECT ?a ?b { ?a kg:nothing ?b }")
    assert list(empty.to_pandas().columns) == empty.to_polars().columns == ["a", "b"]
