"""RDF/XML: what XML cannot hold is an error, what XML readers change is escaped."""

from __future__ import annotations

import io

import pyoxigraph as ox
import pytest

from kg.errors import KGError
from kg.export.formats import export_graph
from kg.export.rdfxml import write_rdfxml
from kg.vocabulary import SCHEMA


def written(triple: ox.Triple) -> str:
    output = io.BytesIO()
    write_rdfxml([triple], output, {"schema": SCHEMA})
    return output.getvalue().decode()


def test_a_character_that_xml_cannot_hold_is_an_error_that_names_the_node() -> None:
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("http://e.org/s"), ox.NamedNode(SCHEMA + "name"), ox.Literal("a\x0cb")))
    with pytest.raises(KGError, match=r"http://e.org/s"):
        export_graph(store, "rdfxml", io.BytesIO())


def test_a_carriage_return_and_markup_are_escaped() -> None:
    document = written(ox.Triple(ox.NamedNode("a:s"), ox.NamedNode(SCHEMA + "name"), ox.Literal("a\r<b>&")))
    assert "<schema:name>a&#13;&lt;b&gt;&amp;</schema:name>" in document


def test_a_property_without_a_prefix_declares_its_namespace() -> None:
    document = written(ox.Triple(ox.NamedNode("a:s"), ox.NamedNode("http://e.org/v#p"), ox.NamedNode("a:o")))
    assert '<ns:p xmlns:ns="http://e.org/v#" rdf:resource="a:o"/>' in document


def test_a_property_without_a_local_name_is_an_error() -> None:
    with pytest.raises(KGError, match=r"http://e.org/1"):
        written(ox.Triple(ox.NamedNode("a:s"), ox.NamedNode("http://e.org/1"), ox.Literal("x")))
