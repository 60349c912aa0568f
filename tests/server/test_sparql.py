"""The SPARQL Protocol, by the names of the W3C's test cases and beyond them."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from kg.server import sparql as module
from kg.server.app import make_app
from kg.server.pool import Limits

FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
ONE, TWO, THREE = (f"https://example.org/data{number}" for number in (1, 2, 3))
NAMED = f"ASK {{ GRAPH ?g1 {{ <{ONE}> ?p ?o }} GRAPH ?g2 {{ <{TWO}> ?p2 ?o2 }} }}"
FULL = f"ASK {{ <{THREE}> ?p3 ?o3 GRAPH ?g1 {{ <{ONE}> ?p ?o }} GRAPH ?g2 {{ <{TWO}> ?p2 ?o2 }} }}"
BOTH = f"ASK {{ <{ONE}> ?p ?o . <{TWO}> ?p2 ?o2 }}"


@pytest.fixture(scope="module")
def client(small_folder: Path) -> Iterator[TestClient]:
    app = make_app(small_folder, limits=Limits(timeout=5, quick=1, slow=1, largest=20_000))
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        yield client


def get(client: TestClient, accept: str | None = None, /, **parameters: Any) -> Any:
    headers = {"accept": accept} if accept else {}
    return client.get(f"/sparql/?{urlencode(parameters, doseq=True)}", headers=headers)


def post(client: TestClient, body: str | bytes, content_type: str, **parameters: list[str]) -> Any:
    query = urlencode({name.replace("_", "-"): value for name, value in parameters.items()}, doseq=True)
    return client.post(
        f"/sparql/?{query}", content=body, headers={"content-type": content_type} if content_type else {}
    )


# The test cases of https://www.w3.org/2009/sparql/docs/tests/data-sparql11/protocol/, by their names. The graphs of
# their data are three named graphs of the small graph. Updates that are to succeed there are refused here.


def test_query_get(client: TestClient) -> None:
    assert get(client, query="ASK {}").json()["boolean"] is True


def test_query_post_form(client: TestClient) -> None:
    assert post(client, "query=ASK%20%7B%7D", FORM, default_graph_uri=[ONE]).json()["boolean"] is True


def test_query_post_direct(client: TestClient) -> None:
    assert post(client, "ASK {}", QUERY).json()["boolean"] is True


def test_query_dataset_default_graphs_get(client: TestClient) -> None:
    assert get(client, query=BOTH, **{"default-graph-uri": [ONE, TWO]}).json()["boolean"] is True
    assert get(client, query=BOTH, **{"default-graph-uri": [ONE]}).json()["boolean"] is False


def test_query_dataset_default_graphs_post(client: TestClient) -> None:
    assert post(client, BOTH, QUERY, default_graph_uri=[ONE, TWO]).json()["boolean"] is True
    form = urlencode({"query": BOTH, "default-graph-uri": [ONE, TWO]}, doseq=True)
    assert post(client, form, FORM).json()["boolean"] is True


def test_query_dataset_named_graphs_post(client: TestClient) -> None:
    assert post(client, NAMED, QUERY, named_graph_uri=[ONE, TWO]).json()["boolean"] is True
    assert post(client, NAMED, QUERY, named_graph_uri=[ONE]).json()["boolean"] is False


def test_query_dataset_named_graphs_get(client: TestClient) -> None:
    assert get(client, query=NAMED, **{"named-graph-uri": [ONE, TWO]}).json()["boolean"] is True


def test_query_dataset_full(client: TestClient) -> None:
    graphs = {"default_graph_uri": [THREE], "named_graph_uri": [ONE, TWO]}
    assert post(client, FULL, QUERY, **graphs).json()["boolean"] is True
    graphs["default_graph_uri"] = [ONE]
    assert post(client, FULL, QUERY, **graphs).json()["boolean"] is False


def test_query_multiple_dataset(client: TestClient) -> None:
    """The graphs of the protocol are taken, not those of FROM.

    The W3C's case escapes the & between its two parameters, so that it names one graph, which does not exist, and no
    answer but false is right; with the & as it must have been meant, the case passes.
    """
    query = NAMED.replace("ASK", f"ASK FROM <{THREE}>")
    assert post(client, query, QUERY, named_graph_uri=[ONE, TWO]).json()["boolean"] is True
    assert post(client, query, QUERY, named_graph_uri=[f"{ONE}&named-graph-uri={TWO}"]).json()["boolean"] is False


@pytest.mark.parametrize(
    ("query", "media_types"),
    [
        ("SELECT (1 AS ?value) {}", {"application/sparql-results+json"}),
        ("ASK {}", {"application/sparql-results+json"}),
        ("DESCRIBE <http://example.org/>", {"text/turtle"}),
        ("CONSTRUCT { <s> <p> 1 } WHERE {}", {"text/turtle"}),
    ],
    ids=[
        "query_content_type_select",
        "query_content_type_ask",
        "query_content_type_describe",
        "query_content_type_construct",
    ],
)
def test_query_content_type(client: TestClient, query: str, media_types: set[str]) -> None:
    answer = post(client, query, QUERY, default_graph_uri=[ONE])
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] in media_types


def test_bad_query_method(client: TestClient) -> None:
    assert client.put("/sparql/?query=ASK%20%7B%7D", headers={"content-type": FORM}).status_code == 405


def test_bad_multiple_queries(client: TestClient) -> None:
    assert get(client, query=["ASK {}", "SELECT * {}"]).status_code == 400


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param("ASK {}", "text/plain", id="bad_query_wrong_media_type"),
        pytest.param("query=ASK%20%7B%7D", "", id="bad_query_missing_form_type"),
        pytest.param("ASK {}", "", id="bad_query_missing_direct_type"),
        pytest.param("ASK {}".encode("utf-16"), f"{QUERY}; charset=UTF-16", id="bad_query_non_utf8"),
        pytest.param("CLEAR NAMED", "text/plain", id="bad_update_wrong_media_type"),
        pytest.param("update=CLEAR%20NAMED", "", id="bad_update_missing_form_type"),
    ],
)
def test_bad_media_types(client: TestClient, body: str | bytes, content_type: str) -> None:
    assert post(client, body, content_type).status_code == 415


def test_bad_query_syntax(client: TestClient) -> None:
    refused = get(client, query="ASK {")
    assert (refused.status_code, refused.text) == (
        400,
        "query, line 1, column 6: the query ends too early, after 'ASK {'\n",
    )


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param("CLEAR ALL", UPDATE, id="update_post_direct"),
        pytest.param("update=CLEAR+ALL", FORM, id="update_post_form"),
        pytest.param("update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM, id="bad_multiple_updates"),
        pytest.param("CLEAR NAMED".encode("utf-16"), f"{UPDATE}; charset=UTF-16", id="bad_update_non_utf8"),
        pytest.param("update=CLEAR%20XYZ", FORM, id="bad_update_syntax"),
        pytest.param("INSERT DATA { <a> <b> <c> }", UPDATE, id="update_base_uri"),
        pytest.param("query=INSERT DATA { <a> <b> <c> }", FORM, id="an update as a query"),
        pytest.param("# frogs\nPREFIX e: <http://e/> delete where { e:a ?b ?c }", QUERY, id="an update after a prefix"),
    ],
)
def test_updates_are_refused(client: TestClient, body: str | bytes, content_type: str) -> None:
    refused = post(client, body, content_type)
    assert (refused.status_code, refused.text) == (403, "updates are refused: the graph is only read here\n")


def test_bad_update_get(client: TestClient) -> None:
    assert get(client, update="CLEAR ALL").status_code == 403


def test_bad_update_dataset_conflict(client: TestClient) -> None:
    """And update_dataset_default_graph, -graphs, -named_graphs and -full, which are refused as this one is."""
    assert post(client, "DELETE WHERE { ?s ?p ?o }", UPDATE, using_named_graph_uri=[ONE]).status_code == 403


# Beyond the W3C's cases


def test_a_query_sees_all_graphs_with_the_prefixes_of_the_vocabulary(client: TestClient) -> None:
    query = "SELECT ?name { dataset:cifar-10 skos:prefLabel ?name . ?paper kg:usesDataset <dataset/cifar-10> } LIMIT 1"
    [row] = get(client, query=query).json()["results"]["bindings"]
    assert row["name"]["value"] == "CIFAR-10"
    assert get(client, query=f"ASK FROM <{ONE}> {{ <{TWO}> ?p ?o }}").json()["boolean"] is False


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values;q=0.9, text/csv;q=0.1", "text/tab-separated-values; charset=utf-8"),
        ("application/json", "application/sparql-results+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/sparql-results+xml"),
    ],
)
def test_rows_come_in_the_format_that_is_wanted(client: TestClient, accept: str, media_type: str) -> None:
    answer = get(client, accept, query="SELECT (1 AS ?n) {}")
    assert answer.headers["content-type"] == media_type
    assert "1" in answer.text
    if "csv" not in media_type:
        results = ox.parse_query_results(answer.content, format=ox.QueryResultsFormat.from_media_type(media_type))
        assert isinstance(results, ox.QuerySolutions)
        assert [row["n"] for row in results] == [ox.Literal(1)]


@pytest.mark.parametrize(
    "accept",
    [
        "text/turtle",
        "application/n-triples",
        "application/ld+json",
        "application/rdf+xml",
        "application/n-quads",
        "application/trig",
    ],
)
def test_statements_come_in_the_format_that_is_wanted(client: TestClient, accept: str) -> None:
    query = "CONSTRUCT { dataset:cifar-10 ?p ?o } WHERE { dataset:cifar-10 ?p ?o }"
    answer = get(client, accept, query=query)
    assert answer.headers["content-type"].partition(";")[0] == accept
    assert len({quad.triple for quad in ox.parse(answer.content, ox.RdfFormat.from_media_type(accept))}) >= 3


@pytest.mark.parametrize(
    ("accept", "query"),
    [
        ("application/sparql-results+xml", r'SELECT ("a\r\nb" AS ?x) {}'),
        ("application/rdf+xml", r'CONSTRUCT { schema:x schema:name "a\r\nb" } {}'),
    ],
)
def test_xml_readers_find_the_line_breaks_of_a_value_as_they_are(client: TestClient, accept: str, query: str) -> None:
    answer = get(client, accept, query=query)
    assert answer.headers["content-type"] == accept
    assert "".join(ElementTree.fromstring(answer.content).itertext()).strip() == "a\r\nb"


def test_the_columns_of_a_star_come_in_the_order_of_the_query(client: TestClient) -> None:
    assert get(client, "text/csv", query="SELECT * { ?s ?p ?o } LIMIT 1").text.startswith("s,p,o\r\n")


def test_a_link_can_name_the_format(client: TestClient) -> None:
    assert get(client, "text/html", query="SELECT (1 AS ?n) {}", format="csv").text == "n\r\n1\r\n"
    assert get(client, query="ASK {}", format="nonsense").status_code == 406


def test_what_cannot_be_had_is_refused_with_what_can(client: TestClient) -> None:
    refused = get(client, "image/png", query="ASK {}")
    assert (refused.status_code, "text/csv" in refused.text) == (406, True)
    named = refused.text.removeprefix("there are ").strip().split(", ")
    assert sorted(named) == sorted(set(named))
    refused = get(client, "text/csv", query="CONSTRUCT WHERE { ?s ?p ?o }")
    assert (refused.status_code, "text/turtle" in refused.text) == (406, True)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://169.254.169.254/latest", "https://example.org/"])
@pytest.mark.parametrize("form", ["SERVICE", "SERVICE SILENT", "service", "OPTIONAL { SERVICE"])
def test_no_query_makes_the_server_ask_another(client: TestClient, address: str, form: str) -> None:
    query = f"SELECT * {{ {form} <{address}> {{ ?s ?p ?o }} {'}' * form.count('{')} }}"
    refused = get(client, query=query)
    expected = "query: SERVICE would send requests to another server, which is not allowed\n"
    assert (refused.status_code, refused.text) == (403, expected)


def test_a_long_query_with_the_word_is_looked_through_too(client: TestClient) -> None:
    filling = " ".join(f"<http://e/{number}>" for number in range(3000))
    query = f"SELECT * {{ VALUES ?x {{ {filling} }} SERVICE <http://127.0.0.1:1/> {{ ?s ?p ?o }} }}"
    assert post(client, query, QUERY).status_code == 403


def test_graphs_that_are_not_there_are_not_fetched(client: TestClient) -> None:
    assert (
        get(client, query="ASK { ?s ?p ?o }", **{"default-graph-uri": "http://127.0.0.1:1/"}).json()["boolean"] is False
    )
    refused = get(client, query="ASK {}", **{"default-graph-uri": "not an IRI"})
    assert (refused.status_code, refused.text.count("\n")) == (400, 1)


def test_an_answer_without_statements_is_empty(client: TestClient) -> None:
    answer = get(client, "application/n-triples", query="CONSTRUCT WHERE { kg:nothing ?p ?o }")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")


def test_a_large_answer_waits_in_a_file_and_is_the_same(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    query = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 90"
    in_memory = get(client, query=query).content
    monkeypatch.setattr(module, "_IN_MEMORY", 10)
    in_file = get(client, query=f"{query} # again")
    assert (in_file.content, in_file.headers["content-length"]) == (in_memory, str(len(in_memory)))
    assert get(client, query=f"{query} # again").content == in_memory


def test_answers_are_limited(client: TestClient) -> None:
    refused = get(client, query="SELECT * { ?a ?b ?c . ?d ?e ?f }")
    assert (refused.status_code, "is larger than" in refused.text) == (422, True)
    assert client.head(refused.text.split()[-1]).status_code == 200  # it says where all of the graph is


@pytest.mark.parametrize("body", [b"query=%FF", b"query=\xff", b"&" * 5000 + b"query=ASK{}", b""])
def test_forms_that_are_none_are_refused(client: TestClient, body: bytes) -> None:
    assert post(client, body, FORM).status_code == 400


def test_an_answer_is_not_sent_to_who_has_it(client: TestClient) -> None:
    known = get(client, query="ASK { ?s ?p ?o }")
    address = f"/sparql?query={quote('ASK { ?s ?p ?o }')}"
    again = client.get(address, headers={"if-none-match": known.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(address, headers={"if-none-match": known.headers["etag"], "accept": "text/csv"})
    assert (other.status_code, other.headers["vary"]) == (200, "Accept")
    assert "etag" not in get(client, query="SELECT (RAND() AS ?x) {}").headers
    assert get(client, query="SELECT (RAND() AS ?x) {}").text != get(client, query="SELECT (RAND() AS ?x) {}").text


@pytest.mark.slow
@pytest.mark.parametrize("current", ["", "generation-9"], ids=["no folder", "no such generation"])
def test_a_graph_that_was_removed_is_said_to_be_missing(small_folder: Path, tmp_path: Path, current: str) -> None:
    folder = Path(shutil.copytree(small_folder, tmp_path / "copy"))
    client = TestClient(make_app(folder, limits=Limits(quick=1, slow=1)), base_url="http://127.0.0.1:8000")
    shutil.rmtree(folder)
    if current:
        folder.mkdir()
        (folder / "CURRENT").write_text(f"{current}\n")
    refused = get(client, query="ASK {}")
    assert (refused.status_code, refused.text) == (503, f"{module._NO_GRAPH}\n")
    assert "retry-after" in refused.headers


def test_the_service_describes_itself(client: TestClient) -> None:
    answer = client.get("/sparql")
    described = {
        str(quad.predicate.value).partition("#")[2]: quad.object
        for quad in ox.parse(answer.content, ox.RdfFormat.TURTLE)
    }
    assert described["endpoint"] == ox.NamedNode("http://127.0.0.1:8000/sparql")
    assert {"feature", "supportedLanguage", "resultFormat", "defaultDataset"} <= described.keys()
    compact = client.get("/sparql", headers={"accept": "application/ld+json"})
    assert json.loads(compact.text)["@graph"]


def test_the_head_of_an_answer_has_no_content(client: TestClient) -> None:
    answer = client.head("/sparql?query=ASK%7B%7D")
    assert (answer.status_code, int(answer.headers["content-length"]) > 0) == (200, True)


def test_the_origin_chooses_whose_statements_are_asked_for(client: TestClient) -> None:
    query = "SELECT ?result { ?paper kg:reports ?result }"
    texts = get(client, query=query).json()["results"]["bindings"]
    assert texts and get(client, query=query, origin="both").json()["results"]["bindings"] == texts
    assert get(client, query=query, origin="curated").json()["results"]["bindings"] == []  # no catalogue is imported
    refused = get(client, query=query, origin="all")
    assert refused.status_code == 400 and "expected extracted, curated, both" in refused.text


def test_other_requests_do_not_wait_while_a_long_query_is_looked_through(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    within: list[bool] = []

    def looking(name: str) -> Callable[..., Any]:
        look = getattr(module, name)

        def looked(*given: Any) -> Any:
            with suppress(RuntimeError):
                within.append(bool(asyncio.get_running_loop()))
            return look(*given)

        return looked

    for name in ("of_origin", "Query"):
        monkeypatch.setattr(module, name, looking(name))
    query = "ASK { ?paper kg:usesDataset ?dataset }"
    assert post(client, query, QUERY, origin=["curated"]).status_code == 200
    assert within == [True, True]  # a short one is sooner looked through than given to a thread
    assert post(client, query + " " * module._LONG, QUERY, origin=["curated"]).status_code == 200
    assert within == [True, True]
