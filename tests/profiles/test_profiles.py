"""Profiles: the small graph in the words of another vocabulary, checked against a file written by hand."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.ask.sparql import run
from kg.errors import KGError
from kg.export.formats import FORMATS, export_graph, format_names
from kg.profiles import (
    Before,
    apply_profile,
    construct_queries,
    keep_profiles,
    kept_profile,
    known_profiles,
    profile_prefixes,
)
from kg.vocabulary import DEFAULT_BASE, PREFIXES, resource_prefixes

DATA = Path(__file__).parents[1] / "data"
LPWC = (
    "PREFIX lpwc: <https://linkedpaperswithcode.com/property/> PREFIX lpwcc: <https://linkedpaperswithcode.com/class/> "
)
FOAF = "PREFIX foaf: <http://xmlns.com/foaf/0.1/> "


def small(update: str = "") -> ox.Store:
    store = ox.Store()
    store.load(path=DATA / "small.trig", format=ox.RdfFormat.TRIG)
    if update:
        store.update(update, prefixes=PREFIXES | resource_prefixes(DEFAULT_BASE))
    return store


def exported(store: ox.Store, format: str) -> bytes:
    output = io.BytesIO()
    export_graph(apply_profile(store, "lpwc"), format, output, prefixes=profile_prefixes("lpwc"))
    return output.getvalue()


def answers(store: ox.Store, query: str) -> list[dict[str, object]]:
    return list(run(apply_profile(store, "lpwc"), query).records())  # type: ignore[arg-type]


def test_the_small_graph_says_in_lpwc_what_was_written_by_hand() -> None:
    by_hand = {quad.triple for quad in ox.parse(path=DATA / "small-lpwc.ttl", format=ox.RdfFormat.TURTLE)}
    assert {quad.triple for quad in apply_profile(small(), "lpwc")} == by_hand


def test_nothing_is_left_in_own_words() -> None:
    classes_and_properties = {quad.predicate.value for quad in apply_profile(small(), "lpwc")}
    assert not [iri for iri in classes_and_properties if iri.startswith((PREFIXES["kg"], PREFIXES["schema"]))]


def test_what_leaderboards_leave_out_is_no_evaluation_result() -> None:
    result = f"<{DEFAULT_BASE}paper/frognet-hops#result-1>"
    apart = small(
        f"DELETE {{ GRAPH ?g {{ {result} kg:comparable true }} }} "
        f"INSERT {{ GRAPH ?g {{ {result} kg:comparable false }} }} "
        f"WHERE {{ GRAPH ?g {{ {result} kg:comparable true }} }}"
    )
    assert answers(apart, f"{LPWC} SELECT ?result {{ ?result a lpwcc:evaluationresult }}") == []


def test_a_measure_that_is_no_entity_goes_by_the_words_of_the_paper() -> None:
    unresolved = small("DELETE WHERE { GRAPH ?g { ?result kg:byMetric ?metric } }")
    assert answers(unresolved, f"{LPWC} SELECT ?name {{ ?result lpwc:metricName ?name }}") == [{"name": "accuracy"}]


def test_narrower_tasks_are_subtasks() -> None:
    store = small("INSERT DATA { task:few-shot-image-classification skos:broader task:image-classification }")
    (row,) = answers(store, f"{LPWC} SELECT ?task {{ ?broader lpwc:hasSubtask ?task }}")
    assert row == {"task": DEFAULT_BASE + "task/few-shot-image-classification"}


# The questions that were published with Linked Papers With Code, each asked of the small graph.


def test_metrics_of_the_papers_of_a_venue() -> None:
    assert answers(
        small(),
        LPWC + FOAF + "SELECT ?name (COUNT(?name) AS ?count) { ?paper a lpwcc:paper ; lpwc:hasConference ?venue ;"
        " lpwc:hasEvaluation/lpwc:hasEvaluationResult/lpwc:metricName ?name . ?venue foaf:name 'ICLR' } GROUP BY ?name",
    ) == [{"name": "accuracy", "count": 1}]


def test_tasks_of_the_papers_of_a_venue() -> None:
    assert answers(
        small(),
        LPWC + FOAF + "SELECT ?name { ?paper a lpwcc:paper ; lpwc:hasConference ?venue ; lpwc:hasTask ?task ."
        " ?venue foaf:name 'ICLR' . ?task foaf:name ?name }",
    ) == [{"name": "image classification"}]


def test_papers_on_a_task_in_a_year() -> None:
    query = (
        LPWC + "SELECT (COUNT(?paper) AS ?count) { ?paper a lpwcc:paper ; lpwc:hasTask task:image-classification ;"
        " dcterms:date ?date FILTER(STRSTARTS(STR(?date), '%d-') && STR(?date) <= '%d-12-31') }"
    )
    assert answers(small(), query % (2018, 2018)) == [{"count": 1}]
    assert answers(small(), query % (2019, 2019)) == [{"count": 0}]


def test_most_used_datasets() -> None:
    assert answers(
        small(),
        LPWC + "SELECT ?title (COUNT(?paper) AS ?count) { ?paper a lpwcc:paper ; lpwc:usesDataset ?dataset ."
        " ?dataset a lpwcc:dataset ; dcterms:title ?title } GROUP BY ?title ORDER BY DESC(?count)",
    ) == [{"title": "CIFAR-10", "count": 2}]


def test_hosts_of_repositories() -> None:
    assert answers(
        small(),
        LPWC + "SELECT ?host { ?repository a lpwcc:repository ; <http://purl.org/spar/fabio/hasURL> ?url"
        " BIND(REPLACE(STR(?url), '^https?://([^/]+)/.*$', '$1') AS ?host) }",
    ) == [{"host": "github.com"}]


# Exports --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", format_names("triples", "graphs"))
def test_every_format_holds_the_same_bytes_whatever_the_order_of_insertion(format: str) -> None:
    reverse = ox.Store()
    for quad in reversed(list(small())):
        reverse.add(quad)
    assert exported(reverse, format) == exported(small(), format)


@pytest.mark.parametrize("format", ["turtle", "trig", "ntriples", "nquads", "rdfxml"])
def test_every_format_comes_back(format: str) -> None:
    known = ox.RdfFormat.from_extension(FORMATS[format].extension.removeprefix("."))
    assert known
    assert {quad.triple for quad in ox.parse(exported(small(), format), format=known)} == {
        quad.triple for quad in apply_profile(small(), "lpwc")
    }


def test_the_vocabulary_goes_by_its_prefixes() -> None:
    assert b"\npaper:frognet-hops a lpwcc:paper ;\n" in exported(small(), "turtle")
    assert b'"lpwc:hasTask"' in exported(small(), "jsonld")
    assert b"<lpwc:hasTask rdf:resource" in exported(small(), "rdfxml")


def test_an_unknown_profile_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(KGError, match=r"'pwc'.*lpwc"):
        apply_profile(small(), "pwc")
    assert list(known_profiles()) == ["lpwc"]


# Plugins --------------------------------------------------------------------------------------------------------------

BIBO = """
from kg.profiles import Profile

PLUGIN = Profile(
    "BIBO, the Bibliographic Ontology",
    (
        '''
        PREFIX bibo: <http://purl.org/ontology/bibo/>
        PREFIX kg: <https://w3id.org/papers-kg/ontology#>
        CONSTRUCT { ?paper a bibo:AcademicArticle } WHERE { ?paper a kg:Paper }
        '''.replace("\\n        ", "\\n"),
    ),
)
"""


def test_another_package_can_add_a_profile(install_plugin: Callable[[str, str, str], None]) -> None:
    install_plugin("kg.profiles", "bibo", BIBO)
    assert list(known_profiles()) == ["lpwc", "bibo"]
    assert known_profiles()["bibo"].description == "BIBO, the Bibliographic Ontology"
    constructed = apply_profile(small(), "bibo")
    assert {quad.object.value for quad in constructed} == {"http://purl.org/ontology/bibo/AcademicArticle"}
    assert len(constructed) == 2
    assert profile_prefixes("bibo")["bibo"] == "http://purl.org/ontology/bibo/"


def test_a_shipped_profile_keeps_its_name(install_plugin: Callable[[str, str, str], None]) -> None:
    install_plugin("kg.profiles", "lpwc", BIBO)
    assert known_profiles()["lpwc"].description.startswith("Linked Papers With Code")


@pytest.mark.parametrize(
    ("query", "problem"),
    [("ASK {}", "profile mine, query 1: expected a CONSTRUCT query"), ("nonsense", "profile mine, query 1: ")],
)
def test_a_query_of_a_profile_that_constructs_nothing_is_named(
    install_plugin: Callable[[str, str, str], None], query: str, problem: str
) -> None:
    install_plugin("kg.profiles", "mine", f"from kg.profiles import Profile\nPLUGIN = Profile('', ({query!r},))\n")
    with pytest.raises(KGError, match=f"^{problem}"):
        apply_profile(small(), "mine")


def test_a_profile_asks_services_only_if_allowed(install_plugin: Callable[[str, str, str], None]) -> None:
    query = "CONSTRUCT { ?s ?p ?o } { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"  # the store refuses this port
    install_plugin("kg.profiles", "mine", f"from kg.profiles import Profile\nPLUGIN = Profile('', ({query!r},))\n")
    with pytest.raises(KGError, match=r"^profile mine, query 1: SERVICE would send requests"):
        apply_profile(small(), "mine")
    with pytest.raises(KGError, match=r"^profile mine, query 1: SERVICE would send requests"):
        construct_queries("mine")
    assert construct_queries("mine", allow_service=True) == [(query, True)]


def test_from_chooses_the_graphs_of_a_query_of_a_profile(install_plugin: Callable[[str, str, str], None]) -> None:
    query = f"CONSTRUCT {{ ?s ?p ?o }} FROM <{DEFAULT_BASE}paper/frognet-hops> {{ ?s ?p ?o }}"
    install_plugin("kg.profiles", "mine", f"from kg.profiles import Profile\nPLUGIN = Profile('', ({query!r},))\n")
    assert 0 < len(apply_profile(small(), "mine")) < len({quad.triple for quad in small()})


PAPER = f"<{DEFAULT_BASE}paper/frognet-hops>"


@pytest.mark.parametrize(
    "change",
    [
        f"DELETE {{ GRAPH ?g {{ {PAPER} ?p ?o }} }} WHERE {{ GRAPH ?g {{ {PAPER} ?p ?o }} }}",
        f"DELETE {{ GRAPH ?g {{ {PAPER} schema:datePublished ?o }} }} INSERT {{ GRAPH ?g {{ {PAPER} "
        f"schema:datePublished '1999'^^xsd:gYear }} }} WHERE {{ GRAPH ?g {{ {PAPER} schema:datePublished ?o }} }}",
        f"DELETE {{ GRAPH ?g {{ {PAPER} ?p ?o }} }} WHERE {{ VALUES ?p {{ kg:mentions kg:introduces kg:usesDataset }}"
        f" GRAPH ?g {{ {PAPER} ?p ?o }} }}",
        f"DELETE {{ GRAPH ?g {{ {PAPER} kg:reports ?o }} }} WHERE {{ GRAPH ?g {{ {PAPER} kg:reports ?o }} }}",
        f"DELETE {{ GRAPH ?g {{ {PAPER} ?p ?o }} }} WHERE {{ VALUES ?p {{ kg:hasCode schema:isPartOf }}"
        f" GRAPH ?g {{ {PAPER} ?p ?o }} }}",
        "DELETE { GRAPH ?g { ?e skos:prefLabel ?o } } INSERT { GRAPH ?g { ?e skos:prefLabel 'another' } } "
        "WHERE { GRAPH ?g { ?e skos:prefLabel ?o } }",
        "INSERT { GRAPH ?g { ?e skos:broader ?task } } WHERE { GRAPH ?g { ?e a kg:Method . ?task a kg:Task } }",
        "DELETE { GRAPH ?g { ?e schema:codeRepository ?o } } INSERT { GRAPH ?g { ?e schema:codeRepository <urn:x> } } "
        "WHERE { GRAPH ?g { ?e schema:codeRepository ?o } }",
    ],
)
def test_a_kept_profile_that_is_gone_on_from_is_that_of_the_whole_graph(tmp_path: Path, change: str) -> None:
    one, other = small(), small(change)
    differs = {quad.subject.value for quad in {*one} ^ {*other} if isinstance(quad.subject, ox.NamedNode)}
    assert differs
    for number, (before, after) in enumerate(((one, other), (other, one))):
        old, new = tmp_path / f"{number}-old", tmp_path / f"{number}-new"
        old.mkdir()
        new.mkdir()
        keep_profiles(before, old)
        keep_profiles(after, new, Before(before, old, sorted(differs)))
        path = kept_profile(new, "lpwc")
        assert path
        assert {*ox.Store.read_only(str(path))} == {*apply_profile(after, "lpwc")}
