"""Queries to endpoints that answer, and to servers that are none, refuse, break off and take too long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from kg.ask.endpoint import Endpoint
from kg.ask.sparql import Request, run
from kg.errors import KGError, QueryError
from kg.remote.connection import Connection, RemoteError
from kg.vocabulary import DEFAULT_BASE

Start = Callable[..., str]
JSON = {"Content-Type": "application/sparql-results+json"}
XML = b"""<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="a"/></head>
<results><result><binding name="a"><literal>1</literal></binding></result></results></sparql>"""


def asking(url: str, query: str, timeout: float = 60) -> Any:
    return Endpoint(Connection(url, retries=0)).answer(Request(query, DEFAULT_BASE, "query", False), timeout)


@pytest.fixture
def store() -> ox.Store:
    store = ox.Store()
    data = b'<https://w3id.org/papers-kg/paper/one> <https://schema.org/name> "One", "\xc3\x9cber" <http://e/g> .'
    store.load(data.replace(b'"One", ', b""), format=ox.RdfFormat.N_QUADS)
    return store


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?paper ?name ?nothing { ?paper schema:name ?name OPTIONAL { ?paper kg:mentions ?nothing } }",
        "ASK { paper:one ?property ?value }",
        "CONSTRUCT WHERE { ?paper ?property ?value }",
    ],
)
def test_an_answer_is_that_of_a_folder(start_endpoint: Start, store: ox.Store, query: str) -> None:
    found, expected = asking(start_endpoint(store), query), run(store, query)
    assert (found.kind, found.variables) == (expected.kind, expected.variables)
    if found.kind == "graph":
        assert found.triples() == expected.triples()
    elif found.kind == "ask":
        assert found.truth == expected.truth
    else:
        assert [*found.rows()] == [*expected.rows()]


def test_answers_in_xml_and_turtle_are_read(start_server: Start) -> None:
    def answer(asked: Any) -> Any:
        if "results" in asked.headers["Accept"]:
            return 200, {"Content-Type": "application/sparql-results+xml; charset=utf-8"}, XML
        return 200, {"Content-Type": "text/turtle"}, b"@prefix e: <http://e/> . e:a e:b 1 , 1 ."

    url = start_server(answer)
    assert [*asking(url, "SELECT ?a {}").records()] == [{"a": "1"}]
    assert len(asking(url, "DESCRIBE paper:one").triples()) == 1


def test_who_asks_and_what_is_asked_reach_the_endpoint(start_server: Start) -> None:
    asked: list[Any] = []

    def answer(request: Any) -> Any:
        asked.append(request)
        return 200, JSON, b'{"head":{},"boolean":true}'

    url = start_server(answer)
    endpoint = Endpoint(Connection(f"{url}/query?union-default-graph", authorization="Bearer x"))
    assert endpoint.answer(Request("ASK {}\n# end", "http://e/", "query", False)).truth
    (request,) = asked
    assert (request.method, request.query, request.headers["Authorization"]) == (
        "POST",
        {"union-default-graph": ""},
        "Bearer x",
    )
    (query,) = parse_qs(request.body.decode())["query"]
    assert "PREFIX dataset: <http://e/dataset/>" in query.splitlines()[0]
    assert query.endswith("ASK {}\n# end")


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ("SELECT * { ?a kg:construct ?b }", False),
        ("# CONSTRUCT\nASK {}", False),
        ("CONSTRUCT WHERE { ?a ?b ?c }", True),
        ("PREFIX select: <http://e/#>\ndescribe<http://e/a>", True),
    ],
)
def test_only_what_fits_the_query_is_accepted(start_server: Start, query: str, statements: bool) -> None:
    accepted: list[str] = []

    def answer(request: Any) -> Any:
        accepted.append(request.headers["Accept"])
        return (200, {"Content-Type": "text/turtle"}, b"") if statements else (200, JSON, b'{"boolean":true}')

    asking(start_server(answer), query)
    assert ("turtle" in accepted[0], "results" in accepted[0]) == (statements, not statements)


@pytest.mark.parametrize(
    ("answer", "error", "expected"),
    [
        (
            (200, {"Content-Type": "text/html"}, b"<html>hello"),
            RemoteError,
            "answers with text/html; is it that of SPARQL",
        ),
        ((200, {}, b"hello"), RemoteError, "answers with no format; is it that of SPARQL"),
        ((200, JSON, b'{"head":{"vars":["a"]},"results":{"bindings":[{"a'), RemoteError, "the answer is damaged"),
        ((200, JSON, b"<html>"), RemoteError, "the answer is damaged"),
        ((200, JSON, b""), RemoteError, "the answer is damaged"),
        ((200, {"Content-Type": "text/turtle"}, b"<a"), RemoteError, "the answer is damaged"),
        (
            (500, {}, b"out of\nmemory"),
            QueryError,
            r"does not answer it \(HTTP 500 Internal Server Error\): out of memory",
        ),
        ((500, {"Content-Type": "text/html"}, b"<html>"), QueryError, r"does not answer it \(HTTP 500 [A-Za-z ]*\)$"),
        ((400, {}, b"line 2: no"), QueryError, r"does not answer it \(HTTP 400 Bad Request\): line 2: no"),
        ((401, {}, b""), RemoteError, "asks who you are; give --user and the environment variable KG_PASSWORD"),
        ((404, {}, b"x"), RemoteError, "nothing is at this address; is it that of SPARQL queries"),
        ((302, {"Location": "http://e/x"}, b""), RemoteError, "leads to another address; give that one: http://e/x"),
        ((503, {}, b""), RemoteError, "HTTP 503 Service Unavailable"),
    ],
)
def test_what_is_no_answer_is_said_in_one_line(start_server: Start, answer: Any, error: Any, expected: str) -> None:
    url = start_server(lambda asked: answer)
    with pytest.raises(error, match=expected) as raised:
        asking(url, "SELECT ?a { ?a ?b ?c }")
    assert url in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_is_no_query_is_said_by_its_own_lines(start_endpoint: Start) -> None:
    with pytest.raises(QueryError, match=r"^query, line 2, column 10: "):
        asking(start_endpoint(ox.Store()), "SELECT ?a\n{ ?a ?b }")


def test_a_query_that_takes_too_long_is_given_up(start_server: Start) -> None:
    def slow(asked: Any) -> Any:
        time.sleep(0.5)
        return 200, JSON, b'{"head":{},"boolean":true}'

    with pytest.raises(QueryError, match=r"took longer than 0\.1 seconds; allow more with --timeout"):
        asking(start_server(slow), "ASK {}", 0.1)


def test_the_base_is_that_of_the_papers(start_endpoint: Start) -> None:
    store = ox.Store()
    url = start_endpoint(store)
    endpoint = Endpoint(Connection(url))
    assert endpoint.base() is None
    kg = "https://w3id.org/papers-kg/ontology#"
    quad = f"<http://e/paper/x/paper/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{kg}Paper> <http://e/g> ."
    store.load(quad, format=ox.RdfFormat.N_QUADS)
    assert endpoint.base() == "http://e/paper/x/"
    hidden = Endpoint(Connection(start_endpoint(store, union=False)))
    with pytest.raises(QueryError, match=r"queries do not see its named graphs; .* --union-default-graph"):
        hidden.base()


def test_service_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(KGError, match="SERVICE"):
        Request("SELECT * { SERVICE <http://e/> { ?a ?b ?c } }", DEFAULT_BASE, "query", False)
