"""The tokens of SPARQL, as the store's own parser splits them: what it takes for a call to a service is found here."""

from __future__ import annotations

import time

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.graph.query_text import (
    calls_service,
    is_too_deep,
    named_iris,
    names_dataset,
    prebound,
    tokens,
    without_comments,
)
from kg.vocabulary import KG, PREFIXES

# No request leaves: the store refuses this port itself.
AT = "<http://127.0.0.1:9/x>"
CALLS = [
    f"SELECT * {{ SERVICE {AT} {{ ?s ?p ?o }} }}",
    f"SELECT * {{ service silent {AT} {{ ?s ?p ?o }} }}",
    f"SELECT * {{ SERVICE{AT}{{?s ?p ?o}} }}",
    f"SELECT * {{ SERVICESILENT{AT}{{?s ?p ?o}} }}",
    "SELECT * { SERVICEkg:x{?s ?p ?o} }",
    f"SELECT * {{ SERVICE # a remark\n {AT} {{ ?s ?p ?o }} }}",
    f"SELECT * {{ ?s ?p 1 .SERVICE {AT} {{ ?s ?p ?o }} }}",
    f"SELECT * {{ ?s ?p 1SERVICE{AT}{{?s ?p ?o}} }}",
    f"SELECT * {{ ?s ?p 1e5SERVICE{AT}{{?s ?p ?o}} }}",
    f"SELECT * {{ ?s ?p trueSERVICE{AT}{{?s ?p ?o}} }}",
    f"SELECT * {{ OPTIONAL {{ SERVICE {AT} {{ ?s ?p ?o }} }} }}",
    f"SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE {AT} {{ ?s ?p ?o }} }} }}",
    f"SELECT * {{ {{ SELECT * {{ SERVICE {AT} {{ ?s ?p ?o }} }} }} }}",
    # What looks like an IRI or a string and is a comparison.
    f"SELECT * {{ ?s ?p ?o FILTER(?o<'>' || true) SERVICE {AT} {{ ?s ?p ?o }} FILTER(?o<'>' || true) }}",
    f"SELECT * {{ ?s ?p ?o FILTER(1<'>' || true) SERVICE {AT} {{ ?s ?p ?o }} FILTER(1<'>' || true) }}",
    f"SELECT * {{ ?s ?p ?o FILTER(str(?o)<'>') SERVICE {AT} {{ ?s ?p ?o }} FILTER(str(?o)<'>') }}",
    f"SELECT * {{ ?s ?p ?o FILTER(true<'>') SERVICE {AT} {{ ?s ?p ?o }} FILTER(true<'>') }}",
    f"SELECT * {{ ?s ?p ?o BIND(?o<'>' AS ?x) SERVICE {AT} {{ ?s ?p ?o }} BIND(?o<'>' AS ?y) }}",
    f"SELECT * {{ ?s ?p ?o FILTER xsd:string(?o<'>') SERVICE {AT} {{ ?s ?p ?o }} FILTER xsd:string(?o<'>') }}",
    f"SELECT * {{ {{ SELECT ?s (?s<'>' AS ?x) {{ SERVICE {AT} {{ ?s ?p ?o }} }} HAVING(?s<'>') }} }}",
    "SELECT * { ?s ?p ?o FILTER(?o<?b || true)SERVICE?s#>\n{ ?s ?p ?o } }",
    f"SELECT * {{ ?s ?p (1 <http://e/'>) . FILTER(?o<'>') SERVICE {AT} {{ ?s ?p ?o }} FILTER(?o<'>') }}",
    f"SELECT * {{ BIND(<<( <http://e/s> <http://e/p'> 1 )>> AS ?t) SERVICE {AT} {{ ?s ?p ?o }} # '\n }}",
]
NO_CALLS = [
    "SELECT * { ?s kg:SERVICE ?o }",
    "SELECT * { ?s kg:a.SERVICE kg:b-SERVICE }",
    "SELECT * { ?s ?p 'SERVICE' , \"SERVICE <http://e/> { }\" , '''it's a SERVICE''' }",
    "SELECT * { ?s ?p 'it\\'s a SERVICE {' }",
    "SELECT * { ?s ?p 'x'@service }",
    "SELECT * { ?s <http://e/SERVICE> <http://e/#SERVICE> }  # SERVICE <http://e/> {}",
    "SELECT ?SERVICE { ?SERVICE ?p $service }",
    "PREFIX service: <http://e/> SELECT * { service:SERVICE ?p service: }",
    "PREFIX service: <http://e/> SELECT * { GRAPH service:x { ?s ?p ?o } }",
    "SELECT * { _:SERVICE ?p [] }",
    "SELECT * { ?s ?p ?o FILTER(?o<3 && ?o>2) }  # SERVICE",
    "SELECT * { ?s ?p ?o FILTER(?o<kg:SERVICE || ?o>kg:SERVICE) }",
    "SELECT * { ?s ?p ?o FILTER(?o IN (<http://e/SERVICE>, kg:a)) }",
    "SELECT * { VALUES (?a ?b) { (kg:a <http://e/'SERVICE'>) } }",
]


@pytest.mark.parametrize("query", CALLS)
def test_a_call_to_a_service_is_found(query: str) -> None:
    assert calls_service(query)


@pytest.mark.parametrize("query", NO_CALLS)
def test_the_word_service_elsewhere_is_not_a_call(query: str) -> None:
    ox.Store().query(query, prefixes=PREFIXES)  # it is SPARQL
    assert not calls_service(query)


PIECES = [
    "SERVICE",
    "?s",
    "<",
    ">",
    "'",
    "kg:a",
    "(",
    ")",
    "{",
    "}",
    "1",
    ".",
    "FILTER",
    "#",
    "\n",
    " ",
    "||",
    "true",
    "VALUES",
    AT,
]


@pytest.mark.slow
@settings(max_examples=50)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_whatever_the_store_takes_for_a_call_is_found(pieces: list[str]) -> None:
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal(1)))
    query = f"SELECT * {{ ?s ?p ?o {''.join(pieces)} {{}} }}"
    try:
        list(store.query(query, prefixes=PREFIXES))  # type: ignore[arg-type]
    except SyntaxError:
        return
    except (OSError, RuntimeError):  # a call, which fails at once
        assert calls_service(query)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * FROM <http://e/g> { ?s ?p ?o }", True),
        ("SELECT * FROM NAMED <http://e/g> { GRAPH ?g { ?s ?p ?o } }", True),
        ("SELECT *from<http://e/g>{ ?s ?p ?o }", True),
        ("ASK FROM kg:g { ?s ?p ?o }", True),
        ("DESCRIBE ?s FROM <http://e/g> { ?s ?p ?o }", True),
        ("CONSTRUCT { ?s ?p ?o } FROM <http://e/g> { ?s ?p ?o }", True),
        ("CONSTRUCT FROM <http://e/g> WHERE { ?s ?p ?o }", True),
        (
            "# FROM <http://e/g>\nPREFIX from: <http://e/FROM> SELECT ?FROM { ?FROM from:FROM 'FROM <http://e/g>' }",
            False,
        ),
        ("SELECT * { ?s ?p 'a'@from }", False),
        ("SELECT * { ?s prov:wasDerivedFrom ?o }", False),
        ("SELECT(1 AS ?x)FROM<http://e/g>{}", True),
        ("SELECT * #\nFROM#\n<http://e/g> {}", True),
    ],
)
def test_a_dataset_clause_is_found(query: str, expected: bool) -> None:
    ox.Store().query(query, prefixes=PREFIXES)  # it is SPARQL
    assert names_dataset(query) is expected


def test_iris_of_a_query_are_in_full_and_without_declarations() -> None:
    query = f"PREFIX p: <{KG}> BASE <http://e/>"
    query += " SELECT * { p:uses\\-it kg:a ?x ; <http://e/b> 'kg:c' ; nope:d kg: } # kg:e"
    assert list(named_iris(query, PREFIXES)) == [f"{KG}uses-it", f"{KG}a", "http://e/b", KG]


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_has_tokens_and_none_is_empty(text: str) -> None:
    assert all(token.text and token.text in text for token in tokens(text))


UNITS = ["(", "a.", '\\"', "<", "'", 3 * "'", "<a ", "a:b.", "@a-", "?", "#", "1.e", "{", "\\'a"]


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_the_time_grows_with_the_length_of_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        text = '"' * (unit[0] == "\\") + unit * (length // len(unit))
        began = time.process_time()
        for _ in tokens(text):
            pass
        return time.process_time() - began

    assert seconds(20_000) < 8 * seconds(5_000) + 0.1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ASK " + "{" * 150 + "}" * 150, False),
        ("ASK {" + "{}" * 2000 + "}", False),
        ("ASK { VALUES ?x {" + " -1" * 20_000 + " } }", False),
        ("ASK { FILTER(?x IN (" + "kg:a, " * 20_000 + "kg:b)) }", False),
        ("ASK {" + "{} UNION " * 20_000 + "{} }", True),
        ("ASK { ?s " + "kg:a/" * 20_000 + "kg:b ?o }", True),
        ("ASK { FILTER(" + "!" * 20_000 + "true) }", True),
        ("ASK " + "{" * 250 + "}" * 250, True),
        ("ASK { FILTER(" + "(" * 250 + "1" + ")" * 250 + ") }", True),
        ("ASK { ?s ?p " + "[ ?p " * 250 + "1" + "]" * 250 + " }", True),
        ("ASK { FILTER(" + "1+" * 20_000 + "1) }", True),
        ("ASK { ?s ?p '" + "{" * 250 + "' } # " + "(" * 250, False),
    ],
)
def test_deep_and_long_queries_are_known(query: str, expected: bool) -> None:
    assert is_too_deep(query) is expected


def test_comments_become_blanks() -> None:
    assert without_comments("SELECT *#a\n{ ?s ?p '#b' . # c\n <http://e/#d> ?q 1}") == (
        "SELECT * { ?s ?p '#b' . <http://e/#d> ?q 1}"
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT $this { $this ?p ?o }", "SELECT (<e:a> AS ?this) { <e:a> ?p ?o }"),
        ("SELECT ?o $this WHERE { ?o ?p ?this }", "SELECT ?o (<e:a> AS ?this) WHERE { ?o ?p <e:a> }"),
        ("SELECT ?x { ?x ?p '$this' , $thisone }", "SELECT ?x { ?x ?p '$this' , $thisone }"),
        ("ASK { FILTER(?o<$this && bound($this) && bound( ?o ))}", "ASK { FILTER(?o< <e:a> && true && bound( ?o ))}"),
        (
            "SELECT $this { { SELECT $this (COUNT(*) AS ?n) { $this ?p ?o } GROUP BY $this } FILTER(?n = 0) }",
            "SELECT (<e:a> AS ?this) { { SELECT (<e:a> AS ?this__2) (COUNT(*) AS ?n) { <e:a> ?p ?o } "
            "GROUP BY (<e:a>) } FILTER(?n = 0) }",
        ),
        (
            "SELECT $this (STR($this) AS ?n) { $this ?p ?o } ORDER BY $this DESC($this)",
            "SELECT (<e:a> AS ?this) (STR(<e:a>) AS ?n) { <e:a> ?p ?o } ORDER BY (<e:a>) DESC(<e:a>)",
        ),
    ],
)
def test_terms_take_the_place_of_variables_that_are_bound_before(query: str, expected: str) -> None:
    assert prebound(query, {"this": "<e:a>"}) == expected
