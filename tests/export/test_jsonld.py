"""JSON-LD in the words of the shipped context."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyoxigraph as ox

from kg.export.formats import export_graph
from kg.export.jsonld import shipped_context, write_jsonld
from kg.vocabulary import DEFAULT_BASE, SCHEMA, XSD

SMALL = Path(__file__).parents[1] / "data" / "small.trig"


def exported(format: str) -> str:
    """The small graph in a format."""
    store = ox.Store()
    store.load(path=SMALL, format=ox.RdfFormat.TRIG)
    output = io.BytesIO()
    export_graph(store, format, output)
    return output.getvalue().decode()


def test_json_ld_reads_as_plain_json() -> None:
    nodes = {node["id"]: node for node in json.loads(exported("jsonld"))["@graph"]}
    paper = nodes["paper/frognet-hops"]
    assert list(paper)[:4] == ["id", "type", "name", "author"]
    assert paper["type"] == ["Paper", "ScholarlyArticle"]
    assert paper["introduces"] == ["method/frognet"]
    assert paper["year"] == "2018"
    mention = nodes["paper/frognet-hops#char=72,80"]
    assert (mention["entity"], mention["start"], mention["end"]) == ("dataset/cifar-10", 72, 80)
    result = nodes["paper/frognet-hops#result-1"]
    assert (result["value"], result["relative"]) == ("93.5", False)
    assert nodes["dataset/cifar-10"]["otherNames"] == ["CIFAR10"]


def test_the_document_carries_the_shipped_context() -> None:
    context = json.loads(exported("jsonld"))["@context"]
    assert context == {"@base": DEFAULT_BASE, **shipped_context()}


def test_a_value_that_json_would_change_stays_text_with_its_type() -> None:
    large = ox.Literal("12345678901234567890", datatype=ox.NamedNode(XSD + "integer"))
    triple = ox.Triple(ox.NamedNode("http://e.org/s"), ox.NamedNode("http://e.org/p"), large)
    output = io.BytesIO()
    write_jsonld([triple], output, DEFAULT_BASE)
    (node,) = json.loads(output.getvalue())["@graph"]
    assert node == {
        "id": "http://e.org/s",
        "http://e.org/p": {"@value": "12345678901234567890", "@type": "xsd:integer"},
    }


def test_a_language_is_kept() -> None:
    name = ox.Triple(ox.NamedNode("http://e.org/s"), ox.NamedNode(SCHEMA + "name"), ox.Literal("Teich", language="de"))
    output = io.BytesIO()
    write_jsonld([name], output, DEFAULT_BASE)
    (node,) = json.loads(output.getvalue())["@graph"]
    assert node["name"] == {"@value": "Teich", "@language": "de"}
