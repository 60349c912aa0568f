"""What an export can hold in addition to the graph: provenance, description, alignment."""

from __future__ import annotations

import io
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import OWL, RDF, Graph, URIRef

from kg.ask.sparql import run
from kg.export.additions import alignment, description
from kg.export.formats import export_graph, format_names
from kg.graph.provenance import Part, Run, run_quads
from kg.vocabulary import DEFAULT_BASE, KG, graph_iri

SMALL = Path(__file__).parents[1] / "data" / "small.trig"
RUN = Run(1, "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z", ("pages",), "0.1.0", Part("code", "c"), (), Part("m", "m"))
VOID = "PREFIX void: <http://rdfs.org/ns/void#> "
ONTOLOGY = Path(__file__).parents[2] / "kg" / "graph" / "ontology.ttl"


def small(*runs: Run) -> ox.Store:
    store = ox.Store()
    store.load(path=SMALL, format=ox.RdfFormat.TRIG)
    store.extend(run_quads(runs, DEFAULT_BASE) if runs else [])
    return store


def exported(store: ox.Store, format: str, **options: object) -> bytes:
    output = io.BytesIO()
    export_graph(store, format, output, **options)  # type: ignore[arg-type]
    return output.getvalue()


@pytest.mark.parametrize("format", format_names("triples", "graphs"))
def test_provenance_is_left_out_unless_asked_for(format: str) -> None:
    assert exported(small(RUN), format) == exported(small(), format)
    assert b"2026-01-02T03:04:05Z" in exported(small(RUN), format, provenance=True)


def test_the_description_counts_the_graph_and_not_its_provenance() -> None:
    assert description(small(RUN), DEFAULT_BASE) == description(small(), DEFAULT_BASE)
    store = ox.Store()
    store.extend(description(small(RUN), DEFAULT_BASE).quads)
    (row,) = run(
        store,
        VOID + "SELECT ?triples ?classes ?papers ?mentions { ?graph a void:Dataset ; void:triples ?triples ;"
        " void:classes ?classes ; void:classPartition [ void:class kg:Paper ; void:entities ?papers ] ;"
        " void:propertyPartition [ void:property kg:mentions ; void:triples ?mentions ] }",
    ).records()
    assert row == {"triples": len(small()), "classes": 20, "papers": 2, "mentions": 5}


def test_the_parts_of_the_description_are_named_by_their_terms() -> None:
    """So that they stay the same when a class or property comes or goes, and in every graph."""
    store = ox.Store()
    store.extend(description(small(), DEFAULT_BASE).quads)
    of = {
        str(row["part"]).partition("#")[2]: row["of"]
        for row in run(
            store,
            VOID + "SELECT ?part ?of { ?graph void:classPartition|void:propertyPartition ?part ."
            " ?part void:class|void:property ?of }",
        ).records()
    }
    assert of["class-Method"] == KG + "Method"
    assert (of["class-Dataset"], of["class-schema-Dataset"]) == (KG + "Dataset", "https://schema.org/Dataset")
    assert of["property-schema-name"] == "https://schema.org/name"
    store = ox.Store()
    node = ox.NamedNode("http://e.org/a")
    store.add(ox.Quad(node, ox.NamedNode("http://e.org/terms#p"), node))
    part = ox.NamedNode(f"{graph_iri(DEFAULT_BASE)}#property-http%3A%2F%2Fe.org%2Fterms%23p")
    assert part in {quad.subject for quad in description(store, DEFAULT_BASE).quads}


def test_the_description_says_licence_and_vocabularies() -> None:
    store = ox.Store()
    store.extend(description(small(), DEFAULT_BASE).quads)
    of_graph = {
        quad.predicate.value.rpartition("/")[2].rpartition("#")[2]: quad.object.value
        for quad in store.quads_for_pattern(ox.NamedNode(graph_iri(DEFAULT_BASE)), None, None)
        if not isinstance(quad.object, ox.Triple)
    }
    assert of_graph["license"].startswith("https://spdx.org/")
    assert of_graph["conformsTo"] == KG.removesuffix("#")
    assert of_graph["uriSpace"] == DEFAULT_BASE
    assert of_graph.keys() >= {"title", "description", "vocabulary", "feature", "rights", "keyword"}


@pytest.mark.parametrize("format", format_names("triples", "graphs"))
def test_additions_are_written_in_addition_to_the_graph(format: str) -> None:
    plain = exported(small(), format)
    added = exported(small(), format, additions=[description(small(), DEFAULT_BASE), alignment()])
    for words in (b"Papers knowledge graph", b"Alignment of the papers knowledge graph"):
        assert words not in plain
        assert words in added
    assert b"FrogNet hops" in added


def test_additions_have_named_graphs_of_their_own() -> None:
    quads = exported(small(), "nquads", additions=[description(small(), DEFAULT_BASE), alignment()])
    names = {str(quad.graph_name) for quad in ox.parse(quads, format=ox.RdfFormat.N_QUADS)}
    assert names >= {f"<{DEFAULT_BASE}description>", f"<{KG.removesuffix('#')}/alignment>", f"<{DEFAULT_BASE}entities>"}


def test_the_alignment_speaks_of_terms_that_the_ontology_defines() -> None:
    ontology = Graph().parse(ONTOLOGY, format="turtle")
    defined = {str(term) for term in ontology.subjects(RDF.type) if str(term).startswith(KG)}
    subjects = {quad.subject.value for quad in alignment().quads if not isinstance(quad.subject, ox.Triple)}
    assert {iri for iri in subjects if iri.startswith(KG)} <= defined
    assert defined >= {KG + "Method"} <= subjects


def test_the_alignment_holds_together_with_the_ontology() -> None:
    """Classes are aligned with classes and properties with properties, as far as the ontology says."""
    ontology = Graph().parse(ONTOLOGY, format="turtle")
    for quad in alignment().quads:
        kinds = set(ontology.objects(URIRef(str(quad.subject).strip("<>")), RDF.type))
        if quad.predicate == ox.NamedNode(str(rdflib.RDFS.subClassOf)):
            assert kinds == {OWL.Class}
        elif quad.predicate == ox.NamedNode(str(rdflib.RDFS.subPropertyOf)):
            assert len(kinds & {OWL.ObjectProperty, OWL.DatatypeProperty}) == 1
