"""The ontology defines every term that the package uses, and says what each means."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, Graph, URIRef

from kg import vocabulary
from kg.graph.statements import COMPARABLE
from kg.graph.validation import validate
from kg.vocabulary import KG, OA, SCHEMA

SHIPPED = files("kg")
ROOT = Path(__file__).parents[2]
ONTOLOGY = URIRef(KG.removesuffix("#"))
CONTRACT = {
    "Paper Method Dataset Metric Task Repository Result Mention",
    "introduces mentions usesMethod usesDataset usesMetric addresses hasCode hasData hasProjectPage reports listedOn",
    "ofMethod onDataset byMetric value unit valueText relative comparable setting metricText better role confidence",
    "againstBaseline extractor sentence sentenceStart ambiguous mayMean listedDate firstSeen codePage",
    "CuratedResult catalogued fromCatalogue officialCode otherCode curatedResult introducedIn introducedYear onTask",
    "datasetText modelText curatedScore",
}


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(data=(SHIPPED / "graph" / "ontology.ttl").read_text(encoding="utf-8"), format="turtle")


def defined(ontology: Graph) -> set[str]:
    return {str(term) for term in ontology.subjects(RDFS.isDefinedBy, ONTOLOGY)}


def kg_terms(text: str) -> set[str]:
    return {KG + name for name in re.findall(rf"(?:\bkg:|{re.escape(KG)})(\w+)", text)}


def test_the_confidence_of_ranked_results_is_the_one_that_builds_use(ontology: Graph) -> None:
    assert f"a confidence of at least {COMPARABLE}." in str(ontology.value(URIRef(KG + "comparable"), RDFS.comment))


def test_the_contract_is_defined(ontology: Graph) -> None:
    names = {KG + name for line in CONTRACT for name in line.split()}
    assert names | {KG + "Entity"} == defined(ontology)


@pytest.mark.parametrize("name", ["graph/ontology.ttl", "graph/shapes.ttl", "export/context.jsonld"])
def test_every_term_of_the_shipped_files_is_defined(ontology: Graph, name: str) -> None:
    assert kg_terms((SHIPPED / name).read_text(encoding="utf-8")) <= defined(ontology)


@pytest.mark.slow
def test_every_term_of_the_code_is_defined(ontology: Graph) -> None:
    used = {*vocabulary.USES.values(), *vocabulary.LINKS.values(), *(KG + name for name in vocabulary.SCHEMA_CLASSES)}
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "kg").rglob("*.py"))
    used |= {KG + name for name in re.findall(r'\bKG \+ "(\w+)"', code)}
    assert used <= defined(ontology)


def test_every_term_has_one_label_one_comment_and_a_kind(ontology: Graph) -> None:
    kinds = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty}
    for term in map(URIRef, defined(ontology)):
        assert len(list(ontology.objects(term, RDFS.label))) == 1, term
        assert len(list(ontology.objects(term, RDFS.comment))) == 1, term
        assert len(kinds & set(ontology.objects(term, RDF.type))) == 1, term


def test_only_own_terms_are_defined(ontology: Graph) -> None:
    subjects = {str(subject) for subject in ontology.subjects() if isinstance(subject, URIRef)}
    assert subjects - {str(ONTOLOGY)} == defined(ontology)


def test_every_class_is_below_the_class_that_its_instances_also_have(ontology: Graph) -> None:
    for name, other in vocabulary.SCHEMA_CLASSES.items():
        assert (URIRef(KG + name), RDFS.subClassOf, URIRef(other)) in ontology


def test_what_a_paper_introduces_or_uses_it_mentions(ontology: Graph) -> None:
    for iri in (KG + "introduces", *vocabulary.USES.values()):
        assert (URIRef(iri), RDFS.subPropertyOf, URIRef(KG + "mentions")) in ontology


def test_the_version_is_that_of_the_header(ontology: Graph) -> None:
    version = ontology.value(ONTOLOGY, OWL.versionInfo)
    assert ontology.value(ONTOLOGY, OWL.versionIRI) == URIRef(f"{ONTOLOGY}/{version}")


def test_the_context_gives_each_property_one_word() -> None:
    context = json.loads((SHIPPED / "export" / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    meanings = [value if isinstance(value, str) else value["@id"] for value in context.values()]
    assert len(meanings) == len(set(meanings))
    prefixes = {key: value for key, value in context.items() if isinstance(value, str) and "//" in value}
    assert prefixes.items() <= vocabulary.PREFIXES.items()
    assert {"schema": SCHEMA, "oa": OA}.items() <= prefixes.items()


@pytest.mark.slow
def test_the_example_of_the_documentation_is_a_complete_graph() -> None:
    page = (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    example = re.search(r"```turtle\n(.*?)```", page, re.DOTALL)
    assert example
    store = ox.Store()
    store.load(example[1].encode(), format=ox.RdfFormat.TURTLE)
    assert len(store) > 50
    assert [str(violation) for violation in validate(store).violations] == []


def test_the_documentation_names_every_term(ontology: Graph) -> None:
    page = (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    assert defined(ontology) - {KG + "Entity"} <= kg_terms(page)


def test_the_documentation_names_every_term_of_other_vocabularies_that_a_graph_has() -> None:
    page = (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    store = ox.Store()
    store.load(path=ROOT / "tests" / "data" / "small.trig", format=ox.RdfFormat.TRIG)
    terms = {quad.predicate.value for quad in store}
    terms |= {quad.object.value for quad in store.quads_for_pattern(None, ox.NamedNode(str(RDF.type)), None)}  # type: ignore[union-attr]
    for prefix, namespace in vocabulary.PREFIXES.items():
        names = {iri.removeprefix(namespace) for iri in terms if iri.startswith(namespace) and prefix != "rdf"}
        assert {name for name in names if not re.search(rf"{prefix}:{name}\b", page)} == set(), prefix
