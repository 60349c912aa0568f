"""The vocabulary and the description of the graph, over HTTP."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from kg.export.additions import VOID
from kg.server.app import make_app
from kg.vocabulary import DEFAULT_BASE, KG, OWL, RDF


@pytest.fixture(scope="module")
def client(small_folder: Path) -> TestClient:
    return TestClient(make_app(small_folder), base_url="http://127.0.0.1")


@pytest.mark.parametrize("path", ["/void", "/.well-known/void", "/graph"])
def test_the_data_set_is_described(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"accept": "application/n-triples"})
    found = {quad.triple for quad in ox.parse(answer.content, ox.RdfFormat.N_TRIPLES)}
    data_set = ox.NamedNode(f"{DEFAULT_BASE}graph")
    assert ox.Triple(data_set, ox.NamedNode(RDF + "type"), ox.NamedNode(VOID + "Dataset")) in found
    assert client.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 200  # Turtle this time


def test_the_vocabulary_is_served_for_people_as_turtle(client: TestClient) -> None:
    answer = client.get("/ontology", headers={"accept": "text/html, image/png"})
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    classes = {
        quad.subject.value
        for quad in ox.parse(answer.content, ox.RdfFormat.TURTLE)
        if quad.predicate.value == RDF + "type" and quad.object == ox.NamedNode(OWL + "Class")
    }
    assert KG + "Paper" in classes
    assert client.get("/ontology", headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert client.get("/ontology", headers={"accept": "image/png"}).status_code == 406
