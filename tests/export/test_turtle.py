"""Turtle and TriG: short where that needs no escape, in full elsewhere."""

from __future__ import annotations

import io
from pathlib import Path

import pyoxigraph as ox

from kg.export.formats import export_graph
from kg.export.turtle import write_trig, write_turtle
from kg.vocabulary import RDF, XSD

SMALL = Path(__file__).parents[1] / "data" / "small.trig"


def exported(format: str) -> str:
    """The small graph in a format."""
    store = ox.Store()
    store.load(path=SMALL, format=ox.RdfFormat.TRIG)
    output = io.BytesIO()
    export_graph(store, format, output)
    return output.getvalue().decode()


def test_turtle_shortens_iris_where_that_needs_no_escape() -> None:
    text = exported("turtle")
    assert "\npaper:frognet-hops a kg:Paper, schema:ScholarlyArticle ;\n" in text
    assert "<https://w3id.org/papers-kg/paper/frognet-hops#char=13,20> a kg:Mention" in text
    assert "kg:value 93.5 ;" in text
    assert '"2018"^^xsd:gYear' in text


def test_objects_of_a_property_and_properties_of_a_subject_are_grouped() -> None:
    subject, predicate = ox.NamedNode("http://e.org/s"), ox.NamedNode("http://e.org/p")
    triples = [
        ox.Triple(subject, ox.NamedNode(RDF + "type"), ox.NamedNode("http://e.org/T")),
        ox.Triple(subject, predicate, ox.Literal("a")),
        ox.Triple(subject, predicate, ox.Literal("b")),
    ]
    output = io.BytesIO()
    write_turtle(triples, output, {"e": "http://e.org/"})
    assert output.getvalue().decode() == ('@prefix e: <http://e.org/> .\n\ne:s a e:T ;\n    e:p "a",\n        "b" .\n')


def test_a_statement_about_a_statement_reads_back() -> None:
    node = ox.NamedNode("http://e.org/s")
    about = ox.Triple(node, node, ox.Triple(node, node, ox.Literal("1", datatype=ox.NamedNode(XSD + "integer"))))
    output = io.BytesIO()
    write_turtle([about], output, {"e": "http://e.org/"})
    assert [quad.triple for quad in ox.parse(output.getvalue(), ox.RdfFormat.TURTLE)] == [about]


def test_only_numbers_that_no_reader_changes_are_bare() -> None:
    def written(text: str, datatype: str) -> str:
        value = ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))
        output = io.BytesIO()
        write_turtle([ox.Triple(ox.NamedNode("a:s"), ox.NamedNode("a:p"), value)], output, {"xsd": XSD})
        return output.getvalue().decode().rpartition("<a:p> ")[2].removesuffix(" .\n")

    assert written("12", "integer") == "12"
    assert written("012", "integer") == '"012"^^xsd:integer'
    assert written("1.50", "decimal") == "1.50"
    assert written("1e3", "double") == '"1e3"^^xsd:double'


def test_trig_writes_named_graphs_as_blocks() -> None:
    triple = ox.Triple(ox.NamedNode("a:s"), ox.NamedNode("a:p"), ox.Literal("o"))
    output = io.BytesIO()
    write_trig([(ox.DefaultGraph(), [triple]), (ox.NamedNode("a:g"), [triple])], output, {})
    assert output.getvalue().decode() == '\n<a:s> <a:p> "o" .\n\n<a:g> {\n<a:s> <a:p> "o" .\n}\n'
