"""JSON-LD in the words of the shipped context."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, SH, Graph

import kg
from kg.errors import GraphError
from kg.export.formats import export_graph
from kg.export.jsonld import shipped_context, write_jsonld
from kg.vocabulary import DCTERMS, DEFAULT_BASE, KG, OA, SCHEMA, XSD

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
    assert mention["target"] == ["paper/frognet-hops#char=72,80-target", "paper/frognet-hops"]
    place = nodes["paper/frognet-hops#char=72,80-target"]
    assert (place["type"], place["paper"]) == (["SpecificResource"], "paper/frognet-hops")
    assert nodes["paper/frognet-hops#char=72,80-quote"]["prefix"] == "racy in image classification on "
    result = nodes["paper/frognet-hops#result-1"]
    assert (result["observedValue"], result["unitText"], result["measuredProperty"]) == ("93.5", "%", "metric/accuracy")
    assert (result["value"], result["relative"]) == ("93.5", False)
    assert nodes["dataset/cifar-10"]["otherNames"] == ["CIFAR10"]


def test_ids_that_would_be_read_as_keywords_are_in_full() -> None:
    triples = [
        ox.Triple(ox.NamedNode(f"{DEFAULT_BASE}type"), ox.NamedNode(KG + "x"), ox.NamedNode(f"{DEFAULT_BASE}id"))
    ]
    output = io.BytesIO()
    write_jsonld(triples, output, DEFAULT_BASE)
    assert [quad.triple for quad in ox.parse(output.getvalue(), ox.RdfFormat.JSON_LD)] == triples


def test_a_statement_about_a_statement_is_an_error() -> None:
    node = ox.NamedNode("http://e.org/s")
    with pytest.raises(GraphError, match="statement in a statement, for which JSON-LD has no form"):
        write_jsonld([ox.Triple(node, node, ox.Triple(node, node, node))], io.BytesIO(), DEFAULT_BASE)


@pytest.mark.slow
def test_keys_that_may_have_several_values_are_arrays_and_others_are_not() -> None:
    """A property has one value if the ontology says so, or each shape that has it; else it may have several."""
    folder = Path(kg.__file__).parent / "graph"
    ontology, shapes = (Graph().parse(folder / name, format="turtle") for name in ("ontology.ttl", "shapes.ttl"))
    bounds: dict[str, set[str]] = {}
    for constraint in shapes.objects(None, SH.property):
        bounds.setdefault(str(shapes.value(constraint, SH.path)), set()).add(str(shapes.value(constraint, SH.maxCount)))
    single = {iri for iri, found in bounds.items() if found == {"1"}}
    single |= {str(iri) for iri in ontology.subjects(RDF.type, OWL.FunctionalProperty)}
    context = shipped_context()
    for key, term in context.items():
        options = {"@id": term} if isinstance(term, str) else term
        prefix, _, local = options["@id"].partition(":")
        if prefix in context and local[:1].islower():
            several = context[prefix] + local not in single
            assert (options.get("@container") == "@set") is several, key
    assert {DCTERMS + "identifier", OA + "hasTarget"}.isdisjoint(single)
    assert {SCHEMA + "name", OA + "hasSource", KG + "value"} <= single


def test_in_a_document_the_same_key_is_always_an_array_or_never() -> None:
    kinds: dict[str, set[bool]] = {}
    for node in json.loads(exported("jsonld"))["@graph"]:
        for key, value in node.items():
            kinds.setdefault(key, set()).add(isinstance(value, list))
    assert {key: found for key, found in kinds.items() if len(found) > 1} == {}
    assert kinds["identifier"] == kinds["type"] == {True}


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
        "http://e.org/p": [{"@value": "12345678901234567890", "@type": "xsd:integer"}],
    }


def test_a_language_is_kept() -> None:
    name = ox.Triple(ox.NamedNode("http://e.org/s"), ox.NamedNode(SCHEMA + "name"), ox.Literal("Teich", language="de"))
    output = io.BytesIO()
    write_jsonld([name], output, DEFAULT_BASE)
    (node,) = json.loads(output.getvalue())["@graph"]
    assert node["name"] == {"@value": "Teich", "@language": "de"}
