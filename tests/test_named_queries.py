"""Named queries: their headers, the binding of parameters, and the answers of the shipped ones on a graph by hand."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.named_queries import NamedQuery, Parameter, bind, named_queries, named_query, parse
from kg.query import run
from kg.vocabulary import PREFIXES, resource_prefixes

BASE = "https://example.org/"

# Three papers: Alpha (2019) brings method ANet and dataset Tiles with code, Beta (2021) uses both and shares the code
# of Alpha, Gamma (no year) brings method GNet, without code.
GRAPH = """
entities: {
    method:anet a kg:Method ; skos:prefLabel "ANet" ; skos:altLabel "Alpha Network" .
    method:gnet a kg:Method ; skos:prefLabel "GNet" .
    method:adam a kg:Method ; skos:prefLabel "Adam" .
    dataset:tiles a kg:Dataset ; skos:prefLabel "Tiles" ; skos:altLabel "TILES-10" .
    dataset:roads a kg:Dataset ; skos:prefLabel "Roads" .
    metric:accuracy a kg:Metric ; skos:prefLabel "accuracy" .
    metric:error a kg:Metric ; skos:prefLabel "error" ; skos:altLabel "error rate" .
    task:sorting a kg:Task ; skos:prefLabel "sorting" ; skos:altLabel "Tile Sorting" .
    task:routing a kg:Task ; skos:prefLabel "routing" .
}
paper:alpha {
    paper:alpha a kg:Paper ; schema:name "Alpha" ; schema:abstract "ANet sorts Tiles." ;
        schema:datePublished "2019"^^xsd:gYear ;
        kg:introduces method:anet , dataset:tiles ; kg:usesMethod method:adam ; kg:usesMetric metric:accuracy ;
        kg:addresses task:sorting ;
        kg:mentions method:anet , dataset:tiles , method:adam , metric:accuracy , task:sorting ;
        kg:hasCode <https://example.org/code/github.com/a/anet> ; kg:hasData <https://tiles.example.org/> ;
        kg:reports <https://example.org/paper/alpha#result-1> , <https://example.org/paper/alpha#result-2> .
    <https://example.org/paper/alpha#char=6,10> a kg:Mention ; oa:hasTarget paper:alpha ; oa:hasBody method:anet ;
        oa:start 6 ; oa:end 10 ; oa:exact "ANet" .
    <https://example.org/paper/alpha#char=17,22> a kg:Mention ; oa:hasTarget paper:alpha ; oa:hasBody dataset:tiles ;
        oa:start 17 ; oa:end 22 ; oa:exact "Tiles" .
    <https://example.org/paper/alpha#result-1> a kg:Result ; kg:valueText "90%" ; kg:value 90.0 ; kg:relative false ;
        kg:metricText "accuracy" ; kg:byMetric metric:accuracy ; kg:onDataset dataset:tiles ; kg:ofMethod method:anet .
    <https://example.org/paper/alpha#result-2> a kg:Result ; kg:valueText "2x" ; kg:value 2.0 ; kg:relative true ;
        kg:metricText "speed" ; kg:onDataset dataset:tiles .
    <https://example.org/code/github.com/a/anet> a kg:Repository ; schema:codeRepository <https://github.com/a/anet> .
}
paper:beta {
    paper:beta a kg:Paper ; schema:name "Beta" ; schema:abstract "Sorting Tiles again." ;
        schema:datePublished "2021"^^xsd:gYear ;
        kg:usesMethod method:anet ; kg:usesDataset dataset:tiles , dataset:roads ; kg:usesMetric metric:accuracy ;
        kg:addresses task:sorting ;
        kg:mentions method:anet , dataset:tiles , dataset:roads , metric:accuracy , task:sorting ;
        kg:hasCode <https://example.org/code/github.com/a/anet> ;
        kg:reports <https://example.org/paper/beta#result-1> .
    <https://example.org/paper/beta#char=13,18> a kg:Mention ; oa:hasTarget paper:beta ; oa:hasBody dataset:tiles ;
        oa:start 13 ; oa:end 18 ; oa:exact "Tiles" .
    <https://example.org/paper/beta#result-1> a kg:Result ; kg:valueText "95%" ; kg:value 95.0 ; kg:relative false ;
        kg:metricText "accuracy" ; kg:byMetric metric:accuracy ; kg:onDataset dataset:tiles .
    <https://example.org/code/github.com/a/anet> a kg:Repository ; schema:codeRepository <https://github.com/a/anet> .
}
paper:gamma {
    paper:gamma a kg:Paper ; schema:name "Gamma" ; schema:abstract "GNet routes." ;
        kg:introduces method:gnet ; kg:usesDataset dataset:roads ; kg:addresses task:routing ;
        kg:mentions method:gnet , dataset:roads , task:routing .
}
"""


@pytest.fixture(scope="module")
def store() -> ox.Store:
    prefixes = PREFIXES | resource_prefixes(BASE) | {"entities": f"{BASE}entities"}
    declarations = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in prefixes.items())
    store = ox.Store()
    store.load(declarations + GRAPH, format=ox.RdfFormat.TRIG)
    return store


def ask(store: ox.Store, name: str, **values: str) -> list[tuple[object, ...]]:
    answer = run(store, bind(named_query(name), values, BASE), BASE, name)
    return [tuple(record.values()) for record in answer.records()]


def echo(value: str, type_: str = "text") -> str:
    return bind(NamedQuery("echo", "", (Parameter("x", type_, "any"),), "SELECT ($x AS ?y) {}"), {"x": value}, BASE)


# The shipped queries --------------------------------------------------------------------------------------------------


def test_datasets_for_task_counts_papers_that_introduce_or_use_them(store: ox.Store) -> None:
    assert ask(store, "datasets-for-task", task="sorting") == [("Tiles", 2), ("Roads", 1)]


def test_a_name_is_found_in_any_case_and_by_its_other_spellings(store: ox.Store) -> None:
    assert ask(store, "datasets-for-task", task="tile SORTING") == ask(store, "datasets-for-task", task="sorting")


def test_an_unknown_name_has_no_rows(store: ox.Store) -> None:
    assert ask(store, "datasets-for-task", task="nothing") == []


def test_limit_cuts_after_ordering(store: ox.Store) -> None:
    assert ask(store, "datasets-for-task", task="sorting", limit="1") == [("Tiles", 2)]


def test_papers_on_dataset_come_newest_first_with_their_code(store: ox.Store) -> None:
    code = "https://github.com/a/anet"
    assert ask(store, "papers-on-dataset", dataset="tiles-10") == [
        ("Beta", 2021, "uses", code),
        ("Alpha", 2019, "introduces", code),
    ]
    assert ask(store, "papers-on-dataset", dataset="roads") == [
        ("Beta", 2021, "uses", code),
        ("Gamma", None, "uses", None),
    ]


def test_leaderboard_ranks_absolute_results_by_value(store: ox.Store) -> None:
    best_first = [("95%", None, "Beta", 2021), ("90%", "ANet", "Alpha", 2019)]
    assert ask(store, "leaderboard", dataset="Tiles", metric="accuracy") == best_first
    assert ask(store, "leaderboard", dataset="Tiles", metric="accuracy", better="lower") == best_first[::-1]


def test_results_on_dataset_falls_back_to_the_words_of_a_metric(store: ox.Store) -> None:
    assert ask(store, "results-on-dataset", dataset="Tiles") == [
        ("accuracy", "90%", False, "ANet", "Alpha"),
        ("accuracy", "95%", False, None, "Beta"),
        ("speed", "2x", True, None, "Alpha"),
    ]


def test_methods_with_method_leaves_the_method_itself_out(store: ox.Store) -> None:
    assert ask(store, "methods-with-method", method="alpha network") == [("Adam", 1)]


def test_repositories_for_puts_those_of_the_introducing_paper_first(store: ox.Store) -> None:
    assert ask(store, "repositories-for", entity="ANet") == [
        ("https://github.com/a/anet", "introduces", "Alpha"),
        ("https://github.com/a/anet", "uses", "Beta"),
    ]


def test_new_datasets_names_paper_and_address(store: ox.Store) -> None:
    assert ask(store, "new-datasets") == [("Tiles", 2019, "Alpha", "https://tiles.example.org/")]


def test_papers_without_code_are_those_that_introduce_a_method_and_name_no_repository(store: ox.Store) -> None:
    assert ask(store, "papers-without-code") == [("Gamma", None, "GNet")]


def test_evidence_quotes_the_text_around_each_mention(store: ox.Store) -> None:
    assert ask(store, "evidence", entity="Tiles") == [
        ("Alpha", 17, 22, "Tiles", "Alpha ANet sorts Tiles."),
        ("Beta", 13, 18, "Tiles", "Beta Sorting Tiles again."),
    ]


def test_most_used_counts_papers_of_one_type(store: ox.Store) -> None:
    assert ask(store, "most-used") == [("Roads", 2, 0), ("Tiles", 2, 1)]
    assert ask(store, "most-used", type="Task") == [("sorting", 2, 0), ("routing", 1, 0)]


def test_introduced_methods_are_those_of_papers_on_the_task(store: ox.Store) -> None:
    assert ask(store, "introduced-methods", task="routing") == [("GNet", None, "Gamma")]
    assert ask(store, "introduced-methods", task="sorting") == [("ANet", 2019, "Alpha")]


def test_counts_by_year_keeps_the_papers_without_a_year(store: ox.Store) -> None:
    assert ask(store, "counts-by-year") == [(None, 1, 0, 0, 0), (2019, 1, 1, 1, 1), (2021, 1, 1, 0, 1)]


def test_entities_of_paper_counts_mentions(store: ox.Store) -> None:
    assert ask(store, "entities-of-paper", paper="ALPH") == [
        ("Alpha", "introduces", "dataset", "Tiles", 1),
        ("Alpha", "introduces", "method", "ANet", 1),
        ("Alpha", "uses", "method", "Adam", 0),
        ("Alpha", "uses", "metric", "accuracy", 0),
        ("Alpha", "uses", "task", "sorting", 0),
    ]


def test_about_takes_a_prefixed_name_and_answers_triples_from_both_sides(store: ox.Store) -> None:
    triples = run(store, bind(named_query("about"), {"resource": "method:gnet"}, BASE), BASE).triples()
    gnet, gamma = ox.NamedNode(f"{BASE}method/gnet"), ox.NamedNode(f"{BASE}paper/gamma")
    kg = PREFIXES["kg"]
    assert set(triples) == {
        ox.Triple(gnet, ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(kg + "Method")),
        ox.Triple(gnet, ox.NamedNode(PREFIXES["skos"] + "prefLabel"), ox.Literal("GNet")),
        ox.Triple(gamma, ox.NamedNode(kg + "introduces"), gnet),
        ox.Triple(gamma, ox.NamedNode(kg + "mentions"), gnet),
    }


@pytest.mark.parametrize("query", named_queries(), ids=lambda query: query.name)
def test_every_shipped_query_describes_itself_and_uses_its_parameters(query: NamedQuery) -> None:
    body = "\n".join(line for line in query.text.splitlines() if not line.startswith("#"))
    assert query.description
    assert {parameter.name for parameter in query.parameters} == set(re.findall(r"\$(\w+)", body))
    assert not {parameter.name for parameter in query.parameters} & set(re.findall(r"\?(\w+)", body))
    assert body.startswith("CONSTRUCT") or "ORDER BY" in body


def test_shipped_queries_are_listed_by_name() -> None:
    names = [query.name for query in named_queries()]
    assert names == sorted(names)
    assert "datasets-for-task" in names


def test_an_unknown_query_is_answered_with_the_known_ones() -> None:
    with pytest.raises(QueryError, match=r"'leader'.*leaderboard"):
        named_query("leader")


# Headers --------------------------------------------------------------------------------------------------------------


def test_a_header_gives_description_and_parameters() -> None:
    query = parse(
        "q", '# description: What it does\n# param n integer "how many" = 5\n# param t text "a word"\nASK {}\n'
    )
    assert query.description == "What it does"
    assert query.parameters == (Parameter("n", "integer", "how many", "5"), Parameter("t", "text", "a word"))


def test_other_comments_are_no_header() -> None:
    assert parse("q", "# parameters are good\n# describes nothing\nASK {} # param x\n").parameters == ()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("# param n integer", "q:1: expected"),
        ('# param n number "how many"', "q:1: type 'number'"),
        ("# description:", "q:1: expected"),
        ('# param n text "a"\n# param n text "b"', "q:2: parameter n is declared twice"),
    ],
)
def test_a_malformed_header_is_named_by_line(line: str, problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        parse("q", f"{line}\nASK {{}}\n")


# Binding --------------------------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_arrives_as_it_is(value: str) -> None:
    rows = list(run(ox.Store(), echo(value), BASE).rows())
    assert rows == [(ox.Literal(value),)]


@pytest.mark.parametrize("value", ['") } #', "'''", '"""', "\\", "\\u0022", "}\nDROP ALL", "$x ?y", "<a>"])
def test_no_value_changes_what_is_asked(store: ox.Store, value: str) -> None:
    assert ask(store, "datasets-for-task", task=value) == []


def test_a_dollar_sign_in_text_is_no_parameter() -> None:
    text = "# costs $x\nSELECT (\"$x\" AS ?a) ('$x' AS ?b) (<http://e/$x> AS ?c) ($x AS ?d) ($y AS ?e) {}"
    bound = bind(NamedQuery("q", "", (Parameter("x", "integer", "any"),), text), {"x": "7"}, BASE)
    assert bound == text.replace("($x", "(7")


@pytest.mark.parametrize("value", ["-1", "1.5", "ten", "", "1} #", "٣"])
def test_an_integer_is_checked(value: str) -> None:
    with pytest.raises(QueryError, match="parameter x: expected a whole number"):
        echo(value, "integer")


@pytest.mark.parametrize("value", ["cifar", "dataset:a b", "http://e/> } #", ""])
def test_an_iri_is_checked(value: str) -> None:
    with pytest.raises(QueryError, match="parameter x: expected an IRI"):
        echo(value, "iri")


@pytest.mark.parametrize("value", ["dataset:cifar-10", f"{BASE}dataset/cifar-10", f"<{BASE}dataset/cifar-10>"])
def test_an_iri_may_be_shortened(value: str) -> None:
    assert f"(<{BASE}dataset/cifar-10> AS" in echo(value, "iri")


def test_a_choice_is_checked_in_any_case() -> None:
    assert '("lower" AS' in echo("Lower", "higher|lower")
    with pytest.raises(QueryError, match="parameter x: expected one of higher, lower, found 'best'"):
        echo("best", "higher|lower")


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(QueryError, match=r"parameter x: .* not valid Unicode"):
        echo("\ud800")


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(QueryError, match="leaderboard: parameter 'metric' is missing: name of the metric"):
        bind(named_query("leaderboard"), {"dataset": "Tiles"})


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(QueryError, match="datasets-for-task: unknown parameter 'tsk', it has task, limit"):
        bind(named_query("datasets-for-task"), {"tsk": "sorting"})
