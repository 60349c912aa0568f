"""Validation: a complete graph conforms, and each way to break one is found at the node that is broken."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import SH, Graph

from kg.errors import InputError
from kg.graph.validation import Violation, validate
from kg.vocabulary import DEFAULT_BASE, PREFIXES, resource_prefixes

SMALL = Path(__file__).parents[1] / "data" / "small.trig"
MENTION = DEFAULT_BASE + "paper/frognet-hops#char=13,20"
RESULT = DEFAULT_BASE + "paper/frognet-hops#result-1"
PAPER = DEFAULT_BASE + "paper/frognet-hops"
OTHER = DEFAULT_BASE + "paper/c--in-a-pond"
TASK = DEFAULT_BASE + "task/image-classification"
ACCURACY = DEFAULT_BASE + "metric/accuracy"
VENUE = DEFAULT_BASE + "venue/iclr"
CODE = DEFAULT_BASE + "code/github.com/pond/frognet"
FROGNET = DEFAULT_BASE + "method/frognet"
CIFAR = DEFAULT_BASE + "dataset/cifar-10"
SCHEME = DEFAULT_BASE + "scheme/dataset"
TASKS = DEFAULT_BASE + "scheme/task"
OWN_IRI = re.compile(r"(?<=<)(?:https://w3id\.org(?=/papers-kg/(?!ontology#))|http://e\.org)(?=/)")


def small() -> ox.Store:
    store = ox.Store()
    store.load(path=SMALL, format=ox.RdfFormat.TRIG)
    return store


@pytest.mark.slow
def test_a_complete_graph_conforms() -> None:
    report = validate(small())
    assert report.conforms
    assert report.violations == ()


@pytest.mark.slow
def test_an_empty_graph_conforms() -> None:
    assert validate(ox.Store()).conforms


BROKEN = {
    "title missing": (f"DELETE WHERE {{ GRAPH ?g {{ <{PAPER}> schema:name ?name }} }}", PAPER, "MinCount"),
    "two titles": (f"INSERT DATA {{ <{PAPER}> schema:name 'Another' }}", PAPER, "MaxCount"),
    "year as text": (
        f"INSERT DATA {{ <{DEFAULT_BASE}paper/c--in-a-pond> schema:datePublished '2018' }}",
        DEFAULT_BASE + "paper/c--in-a-pond",
        "Datatype",
    ),
    "introduced and used": (f"INSERT DATA {{ <{PAPER}> kg:usesMethod <{FROGNET}> }}", PAPER, "Disjoint"),
    "dataset used as method": (f"INSERT DATA {{ <{PAPER}> kg:usesMethod <{CIFAR}> }}", CIFAR, "Class"),
    "link that is text": (f"INSERT DATA {{ <{PAPER}> kg:hasData 'example.org' }}", PAPER, "NodeKind"),
    "code that is not a repository": (
        f"INSERT DATA {{ <{PAPER}> kg:hasCode <http://e.org/c> }}",
        "http://e.org/c",
        "Class",
    ),
    "two preferred names": (f"INSERT DATA {{ <{CIFAR}> skos:prefLabel 'Cifar' }}", CIFAR, "MaxCount"),
    "name twice": (f"INSERT DATA {{ <{CIFAR}> skos:altLabel 'CIFAR-10' }}", CIFAR, "Disjoint"),
    "entity without a mention": (
        "INSERT DATA { <http://e.org/m> a kg:Method, schema:DefinedTerm ; skos:prefLabel 'M' }",
        "http://e.org/m",
        "MinCount",
    ),
    "mention of no entity": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{FROGNET}> a ?type }} }}",
        FROGNET,
        "Or",
    ),
    "mention before the text": (f"INSERT DATA {{ <{MENTION}> oa:start -1 }}", MENTION, "MinInclusive"),
    "mention that ends before it starts": (f"INSERT DATA {{ <{MENTION}> oa:start 20 }}", MENTION, "LessThan"),
    "role unknown": (f"INSERT DATA {{ <{MENTION}> kg:role 'cited' }}", MENTION, "In"),
    "confidence above one": (f"INSERT DATA {{ <{MENTION}> kg:confidence 1.5 }}", MENTION, "MaxInclusive"),
    "mention in what is not a paper": (
        f"INSERT DATA {{ <{MENTION}> oa:hasTarget <{CIFAR}> }}",
        CIFAR,
        "Or",
    ),
    "value that is not a number": (f"INSERT DATA {{ <{RESULT}> kg:value 'many' }}", RESULT, "Datatype"),
    "value without its text": (f"DELETE WHERE {{ GRAPH ?g {{ <{RESULT}> kg:valueText ?t }} }}", RESULT, "MinCount"),
    "edge that no mention shows": (
        f"INSERT DATA {{ <{OTHER}> kg:mentions <{FROGNET}> ; kg:usesMethod <{FROGNET}> }}",
        OTHER,
        "SPARQL",
    ),
    "edge of another role than its mention": (
        f"DELETE {{ GRAPH ?g {{ <{MENTION}> kg:role ?old }} }} INSERT {{ GRAPH ?g {{ <{MENTION}> kg:role 'used' }} }} "
        f"WHERE {{ GRAPH ?g {{ <{MENTION}> kg:role ?old }} }}",
        PAPER,
        "SPARQL",
    ),
    "used, not mentioned": (
        f"DELETE DATA {{ GRAPH <{PAPER}> {{ <{PAPER}> kg:mentions <{CIFAR}> }} }}",
        PAPER,
        "SPARQL",
    ),
    "mentioned, not used": (
        f"DELETE DATA {{ GRAPH <{PAPER}> {{ <{PAPER}> kg:usesDataset <{CIFAR}> }} }}",
        PAPER,
        "SPARQL",
    ),
    "quoted from elsewhere": (
        f"DELETE DATA {{ GRAPH <{PAPER}> {{ <{MENTION}> oa:start 13 ; oa:end 20 }} }} ; "
        f"INSERT DATA {{ <{MENTION}> oa:start 14 ; oa:end 21 }}",
        MENTION,
        "SPARQL",
    ),
    "quoted beyond the text": (f"INSERT DATA {{ <{MENTION}> oa:end 9999 }}", MENTION, "SPARQL"),
    "mention without a sentence": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{MENTION}> kg:sentence ?s }} }}",
        MENTION,
        "MinCount",
    ),
    "sentence from nowhere": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{MENTION}> kg:sentenceStart ?s }} }}",
        MENTION,
        "MinCount",
    ),
    "sentence that begins behind the mention": (
        f"INSERT DATA {{ <{MENTION}> kg:sentenceStart 14 }}",
        MENTION,
        "LessThanOrEquals",
    ),
    "sentence that the paper has not": (
        f"INSERT DATA {{ <{MENTION}> kg:sentence 'FrogNet sleeps.' }}",
        MENTION,
        "SPARQL",
    ),
    "sentence that ends too early": (f"INSERT DATA {{ <{RESULT}> kg:sentence 'FrogNet attains' }}", RESULT, "SPARQL"),
    "result without a sentence": (f"DELETE WHERE {{ GRAPH ?g {{ <{RESULT}> kg:sentence ?s }} }}", RESULT, "MinCount"),
    "result without a number": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{RESULT}> kg:value ?v ; kg:valueText ?t }} }} ; "
        f"INSERT DATA {{ <{RESULT}> kg:valueText 'many' }}",
        RESULT,
        "Or",
    ),
    "value that is elsewhere in the text": (f"INSERT DATA {{ <{RESULT}> kg:valueText '94%' }}", RESULT, "SPARQL"),
    "result on a dataset that the paper does not name": (
        f"INSERT DATA {{ <{RESULT}> kg:onDataset <http://e.org/d> }}",
        RESULT,
        "SPARQL",
    ),
    "broader of another type": (f"INSERT DATA {{ <{CIFAR}> skos:broader <{FROGNET}> }}", CIFAR, "SPARQL"),
    "broader than itself": (
        f"INSERT DATA {{ <{CIFAR}> skos:broader <http://e.org/d> . <http://e.org/d> skos:broader <{CIFAR}> }}",
        CIFAR,
        "SPARQL",
    ),
    "no scholarly article": (
        f"DELETE DATA {{ GRAPH <{PAPER}> {{ <{PAPER}> a schema:ScholarlyArticle }} }}",
        PAPER,
        "HasValue",
    ),
    "abstract missing": (f"DELETE WHERE {{ GRAPH ?g {{ <{PAPER}> schema:abstract ?text }} }}", PAPER, "MinCount"),
    "author that is not a name": (f"INSERT DATA {{ <{PAPER}> schema:author <http://e.org/ada> }}", PAPER, "Datatype"),
    "two dates, two licences, a keyword and another address that are none": (
        f"INSERT DATA {{ <{PAPER}> dcterms:issued '2020-01-05'^^xsd:date, '2020-02'^^xsd:gYearMonth ;"
        f" schema:license 'MIT', 'CC0' ; dcterms:subject 7 ; schema:sameAs 'example.org' }}",
        PAPER,
        "MaxCount",
    ),
    "author of whom nothing is right": (
        f"INSERT DATA {{ <{PAPER}> schema:creator <{PAPER}#ada> . <{PAPER}#ada> schema:affiliation 7 ;"
        f" schema:sameAs <https://example.org/ada> }}",
        PAPER + "#ada",
        "MinCount",
    ),
    "two venues": (f"INSERT DATA {{ <{PAPER}> schema:isPartOf <{VENUE}2> }}", PAPER, "MaxCount"),
    "address that is text": (f"INSERT DATA {{ <{PAPER}> schema:url 'example.org' }}", PAPER, "NodeKind"),
    "identifier that is a number": (f"INSERT DATA {{ <{PAPER}> dcterms:identifier 7 }}", PAPER, "Datatype"),
    "listing without a day": (f"INSERT DATA {{ <{PAPER}> kg:listedDate '2025'^^xsd:gYear }}", PAPER, "Or"),
    "first seen on a text": (f"INSERT DATA {{ <{PAPER}> kg:firstSeen 'today' }}", PAPER, "Datatype"),
    "listing that is a number": (f"INSERT DATA {{ <{PAPER}> kg:listedOn 7 }}", PAPER, "Datatype"),
    "code page that is text": (f"INSERT DATA {{ <{PAPER}> kg:codePage 'example.org' }}", PAPER, "NodeKind"),
    "project page that is text": (f"INSERT DATA {{ <{PAPER}> kg:hasProjectPage 'example.org' }}", PAPER, "NodeKind"),
    "task used as metric": (f"INSERT DATA {{ <{PAPER}> kg:usesMetric <{TASK}> }}", TASK, "Class"),
    "dataset addressed": (f"INSERT DATA {{ <{PAPER}> kg:addresses <{CIFAR}> }}", CIFAR, "Class"),
    "report of what is not a result": (f"INSERT DATA {{ <{PAPER}> kg:reports <{CIFAR}> }}", CIFAR, "Class"),
    "method that is also a dataset": (f"INSERT DATA {{ <{FROGNET}> a kg:Dataset }}", FROGNET, "Not"),
    "dataset without its schema.org type": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{CIFAR}> a schema:Dataset }} }}",
        CIFAR,
        "Class",
    ),
    "other name that is not text": (f"INSERT DATA {{ <{CIFAR}> skos:altLabel 10 }}", CIFAR, "Datatype"),
    "page that is text": (f"INSERT DATA {{ <{CIFAR}> schema:url 'example.org' }}", CIFAR, "NodeKind"),
    "same as a text": (f"INSERT DATA {{ <{CIFAR}> schema:sameAs 'CIFAR' }}", CIFAR, "NodeKind"),
    "venue without a name": (f"DELETE WHERE {{ GRAPH ?g {{ <{VENUE}> schema:name ?n }} }}", VENUE, "MinCount"),
    "repository without a name": (f"DELETE WHERE {{ GRAPH ?g {{ <{CODE}> schema:name ?n }} }}", CODE, "MinCount"),
    "repository without an address": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{CODE}> schema:codeRepository ?a }} }}",
        CODE,
        "MinCount",
    ),
    "repository of no paper": (f"DELETE WHERE {{ GRAPH ?g {{ ?paper kg:hasCode <{CODE}> }} }}", CODE, "MinCount"),
    "mention without a text": (f"DELETE WHERE {{ GRAPH ?g {{ <{MENTION}> oa:exact ?t }} }}", MENTION, "MinCount"),
    "mention of two entities": (f"INSERT DATA {{ <{MENTION}> oa:hasBody <{CIFAR}> }}", MENTION, "MaxCount"),
    "mention that nothing found": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{MENTION}> kg:extractor ?e }} }}",
        MENTION,
        "MinCount",
    ),
    "better sideways": (f"INSERT DATA {{ <{ACCURACY}> kg:better 'sideways' }}", ACCURACY, "In"),
    "two measures": (f"INSERT DATA {{ <{RESULT}> kg:metricText 'error' }}", RESULT, "MaxCount"),
    "setting that is an address": (f"INSERT DATA {{ <{RESULT}> kg:setting paper:frognet }}", RESULT, "Datatype"),
    "two units": (f"INSERT DATA {{ <{RESULT}> kg:unit 'ms' }}", RESULT, "MaxCount"),
    "two metrics": (f"INSERT DATA {{ <{RESULT}> kg:byMetric <http://e.org/m> }}", RESULT, "MaxCount"),
    "two methods": (f"INSERT DATA {{ <{RESULT}> kg:ofMethod <http://e.org/m> }}", RESULT, "MaxCount"),
    "two tasks": (f"INSERT DATA {{ <{RESULT}> kg:onTask <http://e.org/m> , <http://e.org/n> }}", RESULT, "MaxCount"),
    "two baselines": (
        f"INSERT DATA {{ <{RESULT}> kg:againstBaseline <http://e.org/m> , <http://e.org/n> }}",
        RESULT,
        "MaxCount",
    ),
    "neither relative nor absolute": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{RESULT}> kg:relative ?r }} }}",
        RESULT,
        "MinCount",
    ),
    "neither comparable nor not": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{RESULT}> kg:comparable ?c }} }}",
        RESULT,
        "MinCount",
    ),
    "result without confidence": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{RESULT}> kg:confidence ?c }} }}",
        RESULT,
        "MinCount",
    ),
    "result surer than sure": (f"INSERT DATA {{ <{RESULT}> kg:confidence 1.5 }}", RESULT, "MaxInclusive"),
    "result before the text": (f"INSERT DATA {{ <{RESULT}> oa:start -1 }}", RESULT, "MinInclusive"),
    "result that ends nowhere": (f"DELETE WHERE {{ GRAPH ?g {{ <{RESULT}> oa:end ?e }} }}", RESULT, "MinCount"),
    "sentence of a result from nowhere": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{RESULT}> kg:sentenceStart ?s }} }}",
        RESULT,
        "MinCount",
    ),
    "result of no paper": (f"DELETE WHERE {{ GRAPH ?g {{ <{PAPER}> kg:reports ?r }} }}", RESULT, "MinCount"),
    "entity that is not a concept": (f"DELETE WHERE {{ GRAPH ?g {{ <{CIFAR}> a skos:Concept }} }}", CIFAR, "Class"),
    "entity of another name": (f"INSERT DATA {{ <{CIFAR}> schema:name 'Cifar' }}", CIFAR, "Equals"),
    "entity in no scheme": (f"DELETE WHERE {{ GRAPH ?g {{ <{CIFAR}> skos:inScheme ?s }} }}", CIFAR, "MinCount"),
    "top concept of two schemes": (
        f"INSERT DATA {{ <{CIFAR}> skos:topConceptOf <{SCHEME}2> ; skos:inScheme <{SCHEME}2>, <{TASKS}> }}",
        CIFAR,
        "SPARQL",
    ),
    "top concept that is below another": (f"INSERT DATA {{ <{CIFAR}> skos:broader <{CIFAR}x> }}", CIFAR, "SPARQL"),
    "neither top concept nor below another": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{CIFAR}> skos:topConceptOf ?s }} }}",
        CIFAR,
        "Equals",
    ),
    "scheme without a title and a top concept": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{SCHEME}> dcterms:title ?t ; skos:hasTopConcept ?c }} }}",
        SCHEME,
        "MinCount",
    ),
    "what is broader and meant are texts, and ambiguous is one": (
        f"INSERT DATA {{ <{CIFAR}> skos:broader 'data' ; kg:mayMean 'data' ; kg:ambiguous 'yes' }}",
        CIFAR,
        "NodeKind",
    ),
    "mention without a motivation": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{MENTION}> oa:motivatedBy ?m }} }}",
        MENTION,
        "HasValue",
    ),
    "place in no paper and without selectors": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{MENTION}-target> oa:hasSource ?p ; oa:hasSelector ?s }} }}",
        MENTION + "-target",
        "MinCount",
    ),
    "place of other offsets than its mention": (
        f"DELETE DATA {{ GRAPH <{PAPER}> {{ <{MENTION}-position> oa:end 20 }} }}",
        MENTION,
        "SPARQL",
    ),
    "quote between nothing": (
        f"DELETE WHERE {{ GRAPH ?g {{ <{MENTION}-quote> oa:prefix ?p ; oa:suffix ?s }} }}",
        MENTION + "-quote",
        "MinCount",
    ),
    "quote between other words": (f"INSERT DATA {{ <{MENTION}-quote> oa:suffix ' sleeps' }}", MENTION, "SPARQL"),
    "observation of other values": (
        f"INSERT DATA {{ <{RESULT}> schema:value 94 ; schema:unitText 'ms' ; schema:observationAbout <{PAPER}> ;"
        f" schema:measuredProperty <{TASK}> }}",
        RESULT,
        "Equals",
    ),
    "observation about another thing": (
        f"DELETE DATA {{ GRAPH <{PAPER}> {{ <{RESULT}> schema:observationAbout <{CIFAR}> }} }} ;"
        f"INSERT DATA {{ <{RESULT}> schema:observationAbout <{PAPER}> }}",
        RESULT,
        "SPARQL",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("update", "node", "constraint"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_graph_is_found_out(update: str, node: str, constraint: str) -> None:
    found = violations_of_broken_graphs()[update]
    assert (node, constraint) in {(violation.node, violation.constraint) for violation in found}


@cache
def violations_of_broken_graphs() -> dict[str, list[Violation]]:
    """What is found in each broken graph, by the update that broke it; one validation of all, which share no node."""
    together = ox.Store()
    updates = list(dict.fromkeys(update for update, _, _ in BROKEN.values()))
    for number, update in enumerate(updates):
        store = small()
        store.update(update, prefixes=PREFIXES | resource_prefixes(DEFAULT_BASE))
        quads = (store.dump(format=ox.RdfFormat.N_QUADS) or b"").decode()
        together.load(OWN_IRI.sub(rf"\g<0>.{number}", quads), format=ox.RdfFormat.N_QUADS)
    found: dict[str, list[Violation]] = {update: [] for update in updates}
    for violation in validate(together).violations:
        host, of, path = re.split(r"\.(\d+)(?=/)", violation.node, maxsplit=1)
        found[updates[int(of)]].append(replace(violation, node=host + path))
    return found


@pytest.mark.slow
def test_each_shape_is_broken_above() -> None:
    shapes = Graph().parse(data=(files("kg.graph") / "shapes.ttl").read_text("utf-8"), format="turtle")
    expected = {" ".join(str(message).split()) for message in shapes.objects(None, SH.message)}
    heard = {violation.message for found in violations_of_broken_graphs().values() for violation in found}
    assert expected - heard == set()


@pytest.mark.slow
def test_a_violation_says_in_one_line_what_was_expected_and_found() -> None:
    store = small()
    store.update(f"INSERT DATA {{ <{MENTION}> kg:confidence 1.5 }}", prefixes=PREFIXES)
    report = validate(store)
    found = next(violation for violation in report.violations if violation.constraint == "MaxInclusive")
    assert found.path == "kg:confidence"
    assert str(found) == (
        f"{MENTION} kg:confidence: a mention has exactly one confidence, an xsd:decimal from 0 to 1, found '1.5'"
    )
    assert json.loads(json.dumps(report.as_dict()))["conforms"] is False


@pytest.mark.slow
def test_violations_are_in_the_same_order_each_time() -> None:
    store = small()
    store.update("DELETE WHERE { GRAPH ?g { ?mention oa:exact ?text } }", prefixes=PREFIXES)
    violations = validate(store).violations
    assert len(violations) == 10  # for each mention its absent words, and that its place does not give them
    assert list(violations) == sorted(violations, key=str)


@pytest.mark.slow
def test_the_shipped_shapes_find_the_same_if_pyshacl_applies_all_of_them(tmp_path: Path) -> None:
    store = small()
    for update, _, _ in BROKEN.values():
        store.update(update, prefixes=PREFIXES | resource_prefixes(DEFAULT_BASE))
    copied = tmp_path / "shapes.ttl"
    copied.write_bytes((files("kg.graph") / "shapes.ttl").read_bytes())
    quick, slow = validate(store), validate(store, copied)
    assert len(quick.violations) > 50
    assert quick.violations == slow.violations
    assert validate(small(), copied).conforms


def test_own_shapes_stand_in_place_of_the_shipped_ones(tmp_path: Path) -> None:
    shapes = tmp_path / "own.ttl"
    shapes.write_text(
        """@prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix schema: <https://schema.org/> .
        <http://e.org/shape> a sh:NodeShape ; sh:targetClass schema:ScholarlyArticle ;
            sh:property [ sh:path schema:author ; sh:minCount 1 ] .""",
        encoding="utf-8",
    )
    report = validate(small(), shapes)
    assert [(violation.node, violation.path) for violation in report.violations] == [
        (DEFAULT_BASE + "paper/c--in-a-pond", "schema:author")
    ]


@pytest.mark.parametrize(
    "content", [b"<a> <b> .\n", b"\xff\xfe\x00", b"@prefix sh: <http://www.w3.org/ns/shacl#> .\n<a> a sh:NodeShape ;"]
)
def test_shapes_that_cannot_be_read_are_an_error_of_one_line(tmp_path: Path, content: bytes) -> None:
    shapes = tmp_path / "bad.ttl"
    shapes.write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.ttl") as caught:
        validate(small(), shapes)
    assert "\n" not in str(caught.value)


def test_absent_shapes_are_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.ttl: No such file"):
        validate(small(), tmp_path / "none.ttl")
