"""Linked data at the paths of resources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from kg.server.app import make_app
from kg.server.current import Current
from kg.server.pages import Site
from kg.server.resources import resource_at, signposts, statements
from kg.vocabulary import DEFAULT_BASE, KG, SCHEMA

PAPER = f"{DEFAULT_BASE}paper/frognet-hops"
DATASET = f"{DEFAULT_BASE}dataset/cifar-10"


@pytest.fixture(scope="module")
def client(small_folder: Path, plain_site: Callable[..., Site]) -> TestClient:
    return TestClient(make_app(small_folder, site=plain_site), base_url="http://127.0.0.1")


@pytest.mark.parametrize(
    ("accept", "ending", "format"),
    [
        ("text/turtle", ".ttl", ox.RdfFormat.TURTLE),
        ("application/ld+json", ".jsonld", ox.RdfFormat.JSON_LD),
        ("application/json;q=0.9, image/png", ".jsonld", ox.RdfFormat.JSON_LD),
        ("application/n-triples", ".nt", ox.RdfFormat.N_TRIPLES),
        ("application/rdf+xml", ".rdf", ox.RdfFormat.RDF_XML),
    ],
)
def test_a_resource_answers_by_accept_and_by_ending(
    client: TestClient, accept: str, ending: str, format: ox.RdfFormat
) -> None:
    chosen = client.get("/dataset/cifar-10", headers={"accept": accept})
    named = client.get(f"/dataset/cifar-10{ending}", headers={"accept": "text/html"})
    assert (chosen.status_code, chosen.content) == (200, named.content)
    assert chosen.headers["content-location"] == f"/dataset/cifar-10{ending}"
    assert chosen.headers["vary"] == "Accept"
    found = {quad.triple for quad in ox.parse(chosen.content, format, base_iri=DEFAULT_BASE)}
    assert ox.Triple(ox.NamedNode(PAPER), ox.NamedNode(f"{KG}usesDataset"), ox.NamedNode(DATASET)) in found


def test_a_paper_is_described_by_its_named_graph(small_folder: Path) -> None:
    store = Current(small_folder)().store
    described = set(statements(store, PAPER))
    assert {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(PAPER))} <= described
    assert any("#char=" in str(triple.subject) for triple in described)


def test_a_client_that_knows_a_document_gets_it_once(client: TestClient) -> None:
    known = client.get("/dataset/cifar-10.ttl").headers
    for name, value in (("if-none-match", known["etag"]), ("if-modified-since", known["last-modified"])):
        again = client.get("/dataset/cifar-10.ttl", headers={name: value})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", known["etag"])
    assert client.get("/dataset/cifar-10.nt", headers={"if-none-match": known["etag"]}).status_code == 200


def test_links_lead_from_a_page_to_what_machines_read_and_back(client: TestClient, small_folder: Path) -> None:
    links = signposts(Current(small_folder).served(), PAPER)
    assert f'<{PAPER}>; rel="cite-as"' in links
    assert '</paper/frognet-hops.ttl>; rel="describedby"; type="text/turtle"' in links
    assert '<https://schema.org/ScholarlyArticle>; rel="type"' in links
    assert '<https://example.org/frognet>; rel="item"' in links
    back = client.get("/paper/frognet-hops.jsonld").headers["link"]
    assert '</paper/frognet-hops>; rel="describes"' in back
    assert '<https://spdx.org/licenses/MIT>; rel="license"' in back


def test_an_iri_beyond_ascii_is_escaped_in_every_header(
    tmp_path: Path, replace_graph: Callable[..., None], plain_site: Callable[..., Site]
) -> None:
    """Headers are sent as Latin-1, in which "é" would be a byte that no client reads as such, and "ρ" is not."""
    frog, rho = f"{DEFAULT_BASE}method/frédéric", f"{DEFAULT_BASE}method/spawn-ρ"
    replace_graph(tmp_path, "".join(f"<{iri}> <{SCHEMA}url> <https://e/étang> <http://e/g> .\n" for iri in (frog, rho)))
    served = Current(tmp_path).served()
    assert f'<{DEFAULT_BASE}method/fr%C3%A9d%C3%A9ric>; rel="cite-as"' in signposts(served, frog)
    client = TestClient(make_app(tmp_path, site=plain_site), base_url="http://127.0.0.1")
    for iri in (frog, rho):
        assert signposts(served, iri).isascii()
        answer = client.get(f"/{iri.removeprefix(DEFAULT_BASE)}", headers={"accept": "text/turtle"})
        assert answer.status_code == 200
        assert all(value.isascii() for _, value in answer.headers.raw)


@pytest.mark.parametrize(
    "path",
    [
        "/dataset/nothing",
        "/dataset/cifar-10.exe",
        "/dataset/cifar-10/../../../etc/passwd",
        "/dataset/%00",
        "/dataset/%ff%fe",
        "/dataset/cifar-10%3E%20%3Chttp://e",
        '/dataset/"%7D%20DELETE',
        "/" + "a" * 5000,
    ],
)
def test_what_there_is_not_is_not_found_in_one_line(client: TestClient, path: str) -> None:
    missing = client.get(path, headers={"accept": "text/turtle"})
    assert (missing.status_code, missing.text) == (404, "there is nothing at this path\n")


def test_what_no_format_fits_is_refused(client: TestClient) -> None:
    assert client.get("/dataset/cifar-10", headers={"accept": "image/png"}).status_code == 406


def test_a_resource_is_found_however_its_path_is_escaped(tmp_path: Path, replace_graph: Callable[..., None]) -> None:
    iris = [
        f"{DEFAULT_BASE}{path}" for path in ("method/löwe-net", "task/c%23-parsing", "method/v1.nt", "code/a.b/c~d")
    ]
    replace_graph(tmp_path, "".join(f"<{iri}> <{KG}p> <{iri}> <http://e/g> .\n" for iri in iris))
    served = Current(tmp_path).served()
    paths = ["/method/l%C3%B6we-net", "/task/c%23-parsing", "/method/v1.nt", "/code/a.b/c%7Ed"]
    assert [getattr(resource_at(served, path), "iri", None) for path in paths] == iris
    under_the_base = resource_at(served, "/papers-kg/method/v1.nt.ttl")
    assert under_the_base and under_the_base.iri == iris[2]
    assert getattr(under_the_base.ending, "name", "") == "turtle"
