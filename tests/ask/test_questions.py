"""Questions to a graph written by hand: what a name means in it, and the answer of every shipped query."""

from __future__ import annotations

import re
import shlex
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.ask.kept import kept_answer
from kg.ask.named import named_queries, named_query
from kg.ask.questions import Question, meant, pose, reported_on
from kg.ask.sparql import run
from kg.errors import QueryError
from kg.graph.index import IndexedReader
from kg.graph.indexing import make_index
from kg.vocabulary import PREFIXES, resource_prefixes

BASE = "https://example.org/"

# Four papers: Alpha (2019) brings method ANet and dataset Tiles with code; Beta (2021) uses both and shares the code of
# Alpha; Gamma (no year) brings method GNet, without code; Delta (2022) brings ANet-XL with ANet on Small Tiles, part of
# Tiles, for tile sorting, a kind of sorting. Both GNet and ANet-XL go by the name of "TheNet" too.
GRAPH = """
entities: {
    method:anet a kg:Method ; skos:prefLabel "ANet" ; skos:altLabel "Alpha Network" .
    method:anet-xl a kg:Method ; skos:prefLabel "ANet-XL" ; skos:altLabel "TheNet" ; skos:broader method:anet .
    method:gnet a kg:Method ; skos:prefLabel "GNet" ; skos:altLabel "TheNet" .
    method:adam a kg:Method ; skos:prefLabel "Adam Newton" .
    dataset:tiles a kg:Dataset ; skos:prefLabel "Tiles" ; skos:altLabel "TILES-10" .
    dataset:small-tiles a kg:Dataset ; skos:prefLabel "Small Tiles" ; skos:broader dataset:tiles .
    dataset:roads a kg:Dataset ; skos:prefLabel "Roads" .
    metric:accuracy a kg:Metric ; skos:prefLabel "accuracy" ; kg:better "higher" .
    metric:error a kg:Metric ; skos:prefLabel "error" ; skos:altLabel "error rate" ; kg:better "lower" .
    task:sorting a kg:Task ; skos:prefLabel "sorting" .
    task:tile-sorting a kg:Task ; skos:prefLabel "tile sorting" ; skos:broader task:sorting .
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
        oa:start 6 ; oa:end 10 ; oa:exact "ANet" ; kg:role "introduced" ; kg:confidence 0.9 ; kg:extractor "ner" ;
        kg:sentence "ANet sorts Tiles." .
    <https://example.org/paper/alpha#char=17,22> a kg:Mention ; oa:hasTarget paper:alpha ; oa:hasBody dataset:tiles ;
        oa:start 17 ; oa:end 22 ; oa:exact "Tiles" ; kg:sentence "ANet sorts Tiles." .
    <https://example.org/paper/alpha#result-1> a kg:Result ; kg:valueText "90%" ; kg:value 90.0 ; kg:relative false ;
        kg:comparable true ; kg:confidence 0.9 ;
        kg:metricText "accuracy" ; kg:byMetric metric:accuracy ; kg:onDataset dataset:tiles ; kg:ofMethod method:anet ;
        kg:sentence "ANet attains 90%." .
    <https://example.org/paper/alpha#result-2> a kg:Result ; kg:valueText "2x" ; kg:value 2.0 ; kg:relative true ;
        kg:comparable false ; kg:confidence 0.6 ;
        kg:metricText "speed" ; kg:onDataset dataset:tiles ; kg:sentence "It is fast." .
    <https://example.org/code/github.com/a/anet> a kg:Repository ; schema:codeRepository <https://github.com/a/anet> .
}
paper:beta {
    paper:beta a kg:Paper ; schema:name "Beta" ; schema:abstract "Sorting Tiles again." ;
        schema:datePublished "2021"^^xsd:gYear ;
        kg:usesMethod method:anet ; kg:usesDataset dataset:tiles , dataset:roads ;
        kg:usesMetric metric:accuracy , metric:error ; kg:addresses task:sorting ;
        kg:mentions method:anet , dataset:tiles , dataset:roads , metric:accuracy , metric:error , task:sorting ;
        kg:hasCode <https://example.org/code/github.com/a/anet> ;
        kg:reports <https://example.org/paper/beta#result-1> , <https://example.org/paper/beta#result-2> ,
            <https://example.org/paper/beta#result-3> .
    <https://example.org/paper/beta#char=13,18> a kg:Mention ; oa:hasTarget paper:beta ; oa:hasBody dataset:tiles ;
        oa:start 13 ; oa:end 18 ; oa:exact "Tiles" ; kg:sentence "Sorting Tiles again." .
    <https://example.org/paper/beta#result-1> a kg:Result ; kg:valueText "95%" ; kg:value 95.0 ; kg:relative false ;
        kg:comparable true ; kg:confidence 0.9 ;
        kg:metricText "accuracy" ; kg:byMetric metric:accuracy ; kg:onDataset dataset:tiles ;
        kg:sentence "We reach 95%." .
    <https://example.org/paper/beta#result-2> a kg:Result ; kg:valueText "7" ; kg:value 7 ; kg:relative false ;
        kg:comparable true ; kg:confidence 0.9 ;
        kg:metricText "error" ; kg:byMetric metric:error ; kg:onDataset dataset:roads ; kg:sentence "7 before." .
    <https://example.org/paper/beta#result-3> a kg:Result ; kg:valueText "10" ; kg:value 10 ; kg:relative false ;
        kg:comparable true ; kg:confidence 0.9 ;
        kg:metricText "error" ; kg:byMetric metric:error ; kg:onDataset dataset:roads ; kg:sentence "10 after." .
    <https://example.org/code/github.com/a/anet> a kg:Repository ; schema:codeRepository <https://github.com/a/anet> .
}
paper:gamma {
    paper:gamma a kg:Paper ; schema:name "Gamma" ; schema:abstract "GNet routes." ;
        kg:introduces method:gnet ; kg:usesDataset dataset:roads ; kg:addresses task:routing ;
        kg:mentions method:gnet , dataset:roads , task:routing .
}
paper:delta {
    paper:delta a kg:Paper ; schema:name "Delta" ; schema:abstract "ANet-XL." ;
        schema:datePublished "2022"^^xsd:gYear ;
        kg:introduces method:anet-xl ; kg:usesMethod method:anet ; kg:usesDataset dataset:small-tiles ;
        kg:usesMetric metric:accuracy ; kg:addresses task:tile-sorting ;
        kg:mentions method:anet-xl , method:anet , dataset:small-tiles , metric:accuracy , task:tile-sorting ;
        kg:reports <https://example.org/paper/delta#result-1> .
    <https://example.org/paper/delta#result-1> a kg:Result ; kg:valueText "97%" ; kg:value 97.0 ; kg:relative false ;
        kg:comparable true ; kg:confidence 0.9 ;
        kg:metricText "accuracy" ; kg:byMetric metric:accuracy ; kg:onDataset dataset:small-tiles ;
        kg:ofMethod method:anet-xl ; kg:sentence "97% is best." .
}
"""


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return graph_of(GRAPH)


def graph_of(text: str) -> ox.Store:
    prefixes = PREFIXES | resource_prefixes(BASE) | {"entities": f"{BASE}entities"}
    declarations = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in prefixes.items())
    store = ox.Store()
    store.load(declarations + text, format=ox.RdfFormat.TRIG)
    return store


def reader_of(store: ox.Store) -> IndexedReader:
    return indexed_once(store, len(store))


@lru_cache(maxsize=4)
def indexed_once(store: ox.Store, statements: int) -> IndexedReader:
    """A reader of a store while it has so many statements."""
    return IndexedReader(store, lambda: make_index(store))


def question(store: ox.Store, name: str, **values: str) -> Question:
    return pose(reader_of(store), named_query(name), values, BASE)


def ask(store: ox.Store, name: str, **values: str) -> list[tuple[object, ...]]:
    asked = question(store, name, **values)
    answer = run(store, asked.sparql, BASE, name)
    if kept := kept_answer(reader_of(store).index, asked, BASE):
        assert [*kept.rows()] == [*answer.rows()]
    return [tuple(record.values()) for record in answer.records()]


# What a name means ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["Tiles", "tiles", "TILES 10", "tiles10", "dataset:tiles", f"{BASE}dataset/tiles"])
def test_a_thing_is_found_by_any_spelling_of_its_names_and_by_its_iri(store: ox.Store, words: str) -> None:
    match = meant(reader_of(store), words, ("dataset",), BASE).match
    assert match
    assert match.iri == f"{BASE}dataset/tiles"


def test_only_the_kinds_asked_for_are_found(store: ox.Store) -> None:
    assert meant(reader_of(store), "Roads", ("method", "task"), BASE).match is None
    assert meant(reader_of(store), "Roads", ("method", "dataset"), BASE).match


@pytest.mark.slow
def test_a_name_of_two_things_is_refused_with_both(store: ox.Store) -> None:
    both = r"'the net' may be any of ANet-XL \(method:anet-xl\), GNet \(method:gnet\)"
    with pytest.raises(QueryError, match=both):
        question(store, "method-by-year", method="the net")
    assert ask(store, "method-by-year", method="method:gnet") == [(None, 1, 1, 0)]


def test_a_typo_is_understood_and_marked_as_a_guess(store: ox.Store) -> None:
    tiles = question(store, "papers-on-dataset", dataset="Tyles").meant["dataset"]
    assert tiles.match
    assert (tiles.match.name, tiles.guessed) == ("Tiles", True)
    assert not question(store, "papers-on-dataset", dataset="tiles").meant["dataset"].guessed


def test_an_unknown_name_has_no_rows_and_what_was_asked_is_said(store: ox.Store) -> None:
    asked = question(store, "datasets-for-task", task="knitting")
    assert list(run(store, asked.sparql, BASE).rows()) == []
    assert asked.nothing == (
        "datasets-for-task: found nothing for task 'knitting'; "
        "the graph has no task 'knitting' (nearest: routing, sorting, tile sorting)"
    )


@pytest.mark.slow
def test_an_empty_answer_about_known_things_says_what_was_asked(store: ox.Store) -> None:
    values = {"dataset": "Roads", "metric": "accuracy", "limit": "3"}
    assert ask(store, "leaderboard", **values) == []
    assert question(store, "leaderboard", **values).nothing == (
        "leaderboard: found nothing for dataset 'Roads', metric 'accuracy', limit '3'"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "value", ['") } #', "'''", '"""', "\\", "\\u0022", "}\nDROP ALL", "$x ?y", "<a>", "", "\ud800"]
)
def test_no_name_changes_what_is_asked(store: ox.Store, value: str) -> None:
    assert ask(store, "datasets-for-task", task=value) == []


def test_limit_cuts_after_ordering(store: ox.Store) -> None:
    assert ask(store, "datasets-for-task", task="sorting", limit="1") == [("Tiles", 2)]


# The questions, as they are numbered in docs/questions.md -------------------------------------------------------------


@pytest.mark.slow
def test_1_methods_that_papers_on_a_task_introduce(store: ox.Store) -> None:
    assert ask(store, "introduced-methods", task="routing") == [("GNet", "routing", None, "Gamma")]
    assert ask(store, "introduced-methods", task="sorting") == [
        ("ANet-XL", "tile sorting", 2022, "Delta"),
        ("ANet", "sorting", 2019, "Alpha"),
    ]


@pytest.mark.slow
def test_2_datasets_for_a_task_and_the_narrower_ones(store: ox.Store) -> None:
    assert ask(store, "datasets-for-task", task="tile sorting") == [("Small Tiles", 1)]
    assert ask(store, "datasets-for-task", task="sorting") == [("Tiles", 2), ("Roads", 1), ("Small Tiles", 1)]


@pytest.mark.slow
def test_3_papers_on_a_dataset_with_their_code(store: ox.Store) -> None:
    code = "https://github.com/a/anet"
    assert ask(store, "papers-on-dataset", dataset="tiles-10") == [
        ("Delta", 2022, "uses", "Small Tiles", None),
        ("Beta", 2021, "uses", "Tiles", code),
        ("Alpha", 2019, "introduces", "Tiles", code),
    ]
    assert ask(store, "papers-on-dataset", dataset="roads") == [
        ("Beta", 2021, "uses", "Roads", code),
        ("Gamma", None, "uses", "Roads", None),
    ]


@pytest.mark.slow
def test_4_a_leaderboard_is_ranked_as_the_metric_wants_and_shows_the_sentence(store: ox.Store) -> None:
    on_tiles = [
        ("95%", None, None, "Tiles", None, "Beta", 2021, 0.9, "We reach 95%."),
        ("90%", "ANet", "own", "Tiles", None, "Alpha", 2019, 0.9, "ANet attains 90%."),
    ]
    narrower = ("97%", "ANet-XL", "own", "Small Tiles", None, "Delta", 2022, 0.9, "97% is best.")
    assert ask(store, "leaderboard", dataset="Tiles", metric="accuracy") == on_tiles
    assert ask(store, "leaderboard", dataset="Tiles", metric="accuracy", variants="together") == [narrower, *on_tiles]
    assert [row[0] for row in ask(store, "leaderboard", dataset="Roads", metric="error rate")] == ["7", "10"]


def test_4_the_direction_can_be_given(store: ox.Store) -> None:
    reverse = ask(store, "leaderboard", dataset="Roads", metric="error", better="higher")
    assert [row[0] for row in reverse] == ["10", "7"]


def with_results(*results: str) -> ox.Store:
    """The papers, with results of Gamma; those that do not say otherwise are scores by accuracy on Roads."""
    store = graph_of(GRAPH)
    usual = {"onDataset": "dataset:roads", "byMetric": "metric:accuracy", "confidence": "0.9", "relative": "false"}
    for number, result in enumerate(results, start=1):
        iri = f"<{BASE}paper/gamma#result-{number}>"
        further = "".join(f" ; kg:{name} {value}" for name, value in usual.items() if f"kg:{name}" not in result)
        store.update(
            f"INSERT DATA {{ GRAPH paper:gamma {{ paper:gamma kg:reports {iri} . {iri} {result}{further} }} }}",
            prefixes=PREFIXES | resource_prefixes(BASE),
        )
    return store


def on_roads(store: ox.Store, **values: str) -> list[object]:
    return [row[0] for row in ask(store, "leaderboard", dataset="Roads", metric="accuracy", **values)]


@pytest.mark.slow
def test_4_percentages_and_shares_are_ranked_together_and_the_rest_is_shown_on_demand() -> None:
    store = with_results(
        "kg:valueText '80%' ; kg:value 80 ; kg:unit '%' ; kg:comparable true",
        "kg:valueText '0.9' ; kg:value 0.9 ; kg:comparable true",
        "kg:valueText '99 ms' ; kg:value 99 ; kg:unit 'ms' ; kg:comparable false",
        "kg:valueText '70%' ; kg:value 70 ; kg:unit '%' ; kg:comparable false",
    )
    assert on_roads(store) == ["0.9", "80%"]
    assert on_roads(store, shown="all") == ["99 ms", "0.9", "80%", "70%"]


def test_4_the_settings_of_a_result_are_one_text_in_order_of_the_alphabet() -> None:
    usual = "kg:valueText '80' ; kg:value 80 ; kg:comparable true"
    store = with_results(f"{usual} ; kg:setting 'test set', '5-shot', '7B parameters'")
    [(*_, settings, _, _, _, _)] = ask(store, "leaderboard", dataset="Roads", metric="accuracy")
    assert settings == "5-shot, 7B parameters, test set"


def test_4_improvements_are_on_no_leaderboard() -> None:
    store = with_results("kg:valueText '2x' ; kg:value 2 ; kg:unit 'x' ; kg:comparable false ; kg:relative true")
    assert on_roads(store, shown="all") == []


@pytest.mark.slow
def test_4_without_a_known_better_end_the_order_must_be_asked_for() -> None:
    store = with_results(*(f"kg:valueText '{value}' ; kg:value {value} ; kg:comparable true" for value in (3, 5)))
    store.update("DELETE WHERE { GRAPH ?g { ?metric kg:better ?end } }", prefixes=PREFIXES)
    assert on_roads(store) == []
    assert on_roads(store, better="lower") == ["3", "5"]


@pytest.mark.slow
def test_the_best_result_of_each_year(store: ox.Store) -> None:
    assert ask(store, "progress", dataset="Tiles", metric="accuracy") == [
        (2019, "90%", "ANet", "Alpha", "ANet attains 90%."),
        (2021, "95%", None, "Beta", "We reach 95%."),
    ]
    assert [row[:2] for row in ask(store, "progress", dataset="Roads", metric="error")] == [(2021, "7")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("kg:comparable true", "; no paper with such a result has a year"),
        ("kg:comparable false", "; reported on Roads: error (2)"),
    ],
)
def test_papers_without_a_year_are_said_to_be_why_there_is_no_progress(result: str, said: str) -> None:
    store = with_results(f"kg:valueText '80' ; kg:value 80 ; {result}")
    assert ask(store, "progress", dataset="Roads", metric="accuracy") == []
    assert reported_on(reader_of(store), question(store, "progress", dataset="Roads", metric="accuracy")) == said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        (
            "leaderboard",
            {"dataset": "Tiles", "metric": "size"},
            "; reported on Tiles: accuracy (2); with shown all: error (1); with variants together: recall (1); "
            "with shown all, better higher or lower: size (1); with variants together, shown all: F1 (1)",
        ),
        (
            "leaderboard",
            {"dataset": "Tiles", "metric": "size", "shown": "all"},
            "; reported on Tiles: accuracy (2), error (1); with better higher or lower: size (1); "
            "with variants together: F1 (1), recall (1)",
        ),
        ("progress", {"dataset": "Tiles", "metric": "error"}, "; reported on Tiles: accuracy (2)"),
        (
            "leaderboard",
            {"dataset": "Small Tiles", "metric": "error", "origin": "curated"},
            "; nothing that it can rank ",
        ),
        ("leaderboard", {"dataset": "Maps", "metric": "error"}, "; nothing is reported on Maps"),
        ("compare", {"dataset": "Maps"}, "; nothing is reported on Maps"),
        ("compare", {"dataset": "Seas"}, "; nothing that it can rank is reported on Seas"),
    ],
)
def test_what_an_empty_leaderboard_says_is_reported_can_be_asked_for(
    name: str, asked: dict[str, str], said: str
) -> None:
    value = "kg:valueText '4' ; kg:value 4"
    store = with_results(
        f"{value} ; kg:byMetric metric:error ; kg:onDataset dataset:tiles ; kg:comparable false",
        f"{value} ; kg:byMetric metric:size ; kg:onDataset dataset:tiles ; kg:comparable false",
        f"{value} ; kg:byMetric metric:recall ; kg:onDataset dataset:small-tiles ; kg:comparable true",
        f"{value} ; kg:byMetric metric:f1 ; kg:onDataset dataset:small-tiles ; kg:comparable false",
        "kg:valueText '4 to 5' ; kg:byMetric metric:recall ; kg:onDataset dataset:tiles ; kg:comparable false",
        f"{value} ; kg:relative true ; kg:byMetric metric:error ; kg:onDataset dataset:seas ; kg:comparable false",
    )
    store.update(
        """INSERT DATA { GRAPH <entities> { metric:size a kg:Metric ; skos:prefLabel 'size' .
            metric:recall a kg:Metric ; skos:prefLabel 'recall' ; kg:better 'higher' .
            metric:f1 a kg:Metric ; skos:prefLabel 'F1' ; kg:better 'higher' .
            dataset:maps a kg:Dataset ; skos:prefLabel 'Maps' .
            dataset:seas a kg:Dataset ; skos:prefLabel 'Seas' } }""",
        base_iri=BASE,
        prefixes=PREFIXES | resource_prefixes(BASE),
    )
    assert ask(store, name, **asked) == []
    found = reported_on(reader_of(store), question(store, name, **asked))
    assert found.startswith(said)
    for part in found.partition(f"{asked['dataset']}")[2].split(";"):
        options, _, names = part.rpartition(": ")
        further = dict(re.findall(r"(\w+) (all|together|higher)", options))
        for metric, count in re.findall(r"([\w ]+) \((\d+)\)", names):
            rows = ask(store, name, **(asked | {"metric": metric.strip()} | further))
            assert len(rows) >= int(count) > 0


@pytest.mark.slow
def test_what_papers_reach_on_a_dataset_by_the_metrics_with_the_most_values() -> None:
    further = "kg:valueText '3' ; kg:value 3 ; kg:onDataset dataset:tiles ; kg:byMetric metric:error"
    store = with_results(f"{further} ; kg:comparable true", f"{further} ; kg:comparable false")

    def found(**values: str) -> list[tuple[object, ...]]:
        answer = run(store, question(store, "compare", dataset="Tiles", **values).sparql, BASE)
        names = ("method", "whose", "on", "metric", "reported", "title")
        return [tuple(record[name] for name in names) for record in answer.records()]

    by_accuracy = [
        ("ANet", "own", "Tiles", "accuracy", "90%", "Alpha"),
        (None, None, "Tiles", "accuracy", "95%", "Beta"),
    ]
    by_error = (None, None, "Tiles", "error", "3", "Gamma")
    assert found() == [*by_accuracy, by_error]
    assert found(metrics="1") == by_accuracy
    assert found(shown="all") == [*by_accuracy, by_error, by_error]
    assert ("ANet-XL", "own", "Small Tiles", "accuracy", "97%", "Delta") in found(variants="together")


@pytest.mark.slow
def test_papers_that_report_different_values_of_one_thing(store: ox.Store) -> None:
    assert ask(store, "contradictions") == []
    same = "kg:onDataset dataset:tiles ; kg:ofMethod method:anet ; kg:comparable true"
    further = with_results(f"kg:valueText '88%' ; kg:value 88 ; {same}", f"kg:valueText '90%' ; kg:value 90.0 ; {same}")
    assert ask(further, "contradictions") == [("ANet", "Tiles", "accuracy", "88%", "Gamma", "90%", "Alpha")]
    assert ask(with_results(f"kg:valueText '88%' ; kg:value 88 ; kg:setting '5-shot' ; {same}"), "contradictions") == []


@pytest.mark.slow
def test_5_methods_with_a_method_leaves_it_and_its_kinds_out(store: ox.Store) -> None:
    assert ask(store, "methods-with-method", method="alpha network") == [("Adam Newton", 1)]
    assert ask(store, "methods-with-method", method="ANet-XL") == [("ANet", 1)]


@pytest.mark.slow
def test_6_repositories_for_an_entity(store: ox.Store) -> None:
    assert ask(store, "repositories-for", entity="ANet") == [
        ("https://github.com/a/anet", "introduces", "ANet", "Alpha"),
        ("https://github.com/a/anet", "uses", "ANet", "Beta"),
    ]
    assert {row[3] for row in ask(store, "repositories-for", entity="sorting")} == {"Alpha", "Beta"}


@pytest.mark.slow
def test_code_for_what_is_narrower_says_for_what_it_is() -> None:
    further = """paper:delta { paper:delta kg:hasCode <https://example.org/code/github.com/d/xl> .
        <https://example.org/code/github.com/d/xl> schema:codeRepository <https://github.com/d/xl> . }"""
    found = ask(graph_of(GRAPH + further), "repositories-for", entity="Tiles")
    assert [row[2] for row in found] == ["Tiles", "Tiles", "Small Tiles"]


def test_7_new_datasets_with_who_used_them_since(store: ox.Store) -> None:
    assert ask(store, "new-datasets") == [("Tiles", 2019, "Alpha", "https://tiles.example.org/", 2021, "Beta")]


def test_8_papers_without_code(store: ox.Store) -> None:
    assert ask(store, "papers-without-code") == [("Delta", 2022, "ANet-XL"), ("Gamma", None, "GNet")]


@pytest.mark.slow
def test_9_the_evidence_for_an_edge(store: ox.Store) -> None:
    assert ask(store, "evidence-for-edge", paper="alpha", entity="ANet") == [
        ("introduces", 6, 10, "ANet", "introduced", 0.9, "ner", "ANet sorts Tiles.")
    ]
    assert ask(store, "evidence-for-edge", paper="alpha", entity="Roads") == []


def test_9_the_evidence_for_an_entity(store: ox.Store) -> None:
    assert ask(store, "evidence", entity="Tiles") == [
        ("Alpha", 17, 22, "Tiles", "ANet sorts Tiles."),
        ("Beta", 13, 18, "Tiles", "Sorting Tiles again."),
    ]


def test_10_most_used_entities_of_one_type(store: ox.Store) -> None:
    assert ask(store, "most-used") == [("Roads", 2, 0), ("Tiles", 2, 1), ("Small Tiles", 1, 0)]
    assert ask(store, "most-used", type="Task") == [("sorting", 2, 0), ("routing", 1, 0), ("tile sorting", 1, 0)]


def test_11_what_builds_on_a_method(store: ox.Store) -> None:
    assert ask(store, "builds-on", method="ANet") == [("ANet-XL", "ANet", 2022, "Delta")]


def test_12_a_method_by_year(store: ox.Store) -> None:
    assert ask(store, "method-by-year", method="ANet") == [(2019, 1, 1, 1), (2021, 1, 0, 1), (2022, 1, 1, 0)]


@pytest.mark.slow
def test_13_datasets_that_bridge_two_tasks(store: ox.Store) -> None:
    assert ask(store, "bridges", task="sorting", other="routing") == [("Roads", 1, 1)]
    assert ask(store, "bridges", task="tile sorting", other="routing") == []


def test_14_metrics_for_a_task(store: ox.Store) -> None:
    assert ask(store, "metrics-for-task", task="sorting") == [("accuracy", 3, 3), ("error", 1, 2)]


# Linked Papers With Code: one venue with two papers, one of another venue, all of 2021 but the last.
LPWC = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix fabio: <http://purl.org/spar/fabio/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix lpwc: <https://linkedpaperswithcode.com/property/> .
@prefix lpwcc: <https://linkedpaperswithcode.com/class/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <https://example.org/> .
<venue/pond> a lpwcc:conference ; foaf:name "Pond" .
<venue/lake> a lpwcc:conference ; foaf:name "Lake" .
<task/sorting> a lpwcc:task ; foaf:name "sorting" ; lpwc:hasSubtask <task/tile-sorting> .
<task/tile-sorting> a lpwcc:task ; foaf:name "tile sorting" .
<dataset/tiles> a lpwcc:dataset ; dcterms:title "Tiles" .
<dataset/roads> a lpwcc:dataset ; dcterms:title "Roads" .
<paper/a> a lpwcc:paper ; dcterms:title "A" ; dcterms:date "2021-01-01"^^xsd:date ; lpwc:hasConference <venue/pond> ;
    lpwc:hasTask <task/sorting> ; lpwc:usesDataset <dataset/tiles> ; lpwc:hasEvaluation <paper/a#1>, <paper/a#2> .
<paper/a#1> lpwc:hasEvaluationResult [ lpwc:metricName "accuracy" ] .
<paper/a#2> lpwc:hasEvaluationResult [ lpwc:metricName "error" ] .
<paper/b> a lpwcc:paper ; dcterms:title "B" ; dcterms:date "2021-01-01"^^xsd:date ; lpwc:hasConference <venue/pond> ;
    lpwc:hasTask <task/sorting>, <task/tile-sorting> ; lpwc:usesDataset <dataset/tiles>, <dataset/roads> ;
    lpwc:hasEvaluation <paper/b#1> .
<paper/b#1> lpwc:hasEvaluationResult [ lpwc:metricName "error" ] .
<paper/c> a lpwcc:paper ; dcterms:title "C" ; dcterms:date "2022-01-01"^^xsd:date ; lpwc:hasConference <venue/lake> ;
    lpwc:hasTask <task/tile-sorting> ; lpwc:hasEvaluation <paper/c#1> .
<paper/c#1> lpwc:hasEvaluationResult [ lpwc:metricName "accuracy" ] .
<code/1> a lpwcc:repository ; fabio:hasURL "https://github.com/a/b"^^xsd:anyURI .
<code/2> a lpwcc:repository ; fabio:hasURL "http://www.GitHub.com/c"^^xsd:anyURI .
<code/3> a lpwcc:repository ; fabio:hasURL "https://gitlab.com/a/b"^^xsd:anyURI .
"""


@pytest.mark.parametrize(
    ("name", "values", "rows"),
    [
        ("lpwc-metrics-of-venue", {"venue": "pond"}, [("error", 2), ("accuracy", 1)]),
        ("lpwc-tasks-of-venue", {"venue": "Pond"}, [("sorting", 2), ("tile sorting", 1)]),
        ("lpwc-papers-on-task", {"task": "sorting", "year": "2021"}, [("A",), ("B",)]),
        ("lpwc-papers-on-task", {"task": "sorting", "year": "2022"}, [("C",)]),
        ("lpwc-papers-on-task", {"task": "tile sorting", "year": "2021"}, [("B",)]),
        ("lpwc-most-used-datasets", {}, [("Tiles", 2), ("Roads", 1)]),
        ("lpwc-code-hosts", {}, [("github.com", 2), ("gitlab.com", 1)]),
    ],
)
def test_15_the_queries_of_linked_papers_with_code(
    store: ox.Store, name: str, values: dict[str, str], rows: list[tuple[object, ...]]
) -> None:
    theirs = ox.Store()
    theirs.load(LPWC, format=ox.RdfFormat.TURTLE)
    asked = question(store, name, **values)
    assert asked.profile == "lpwc"
    found = [tuple(record.values()) for record in run(theirs, asked.sparql, BASE, name).records()]
    assert [row[-len(rows[0]) :] for row in found] == rows


# Further queries ------------------------------------------------------------------------------------------------------


def test_results_on_dataset_falls_back_to_the_words_of_a_metric_and_says_what_they_are_on(store: ox.Store) -> None:
    assert ask(store, "results-on-dataset", dataset="Tiles") == [
        ("accuracy", "90%", False, "ANet", "Tiles", None, "Alpha", 0.9, "ANet attains 90%."),
        ("accuracy", "95%", False, None, "Tiles", None, "Beta", 0.9, "We reach 95%."),
        ("accuracy", "97%", False, "ANet-XL", "Small Tiles", None, "Delta", 0.9, "97% is best."),
        ("speed", "2x", True, None, "Tiles", None, "Alpha", 0.6, "It is fast."),
    ]


def test_results_on_dataset_have_the_surest_of_a_metric_first_and_their_settings() -> None:
    sure, unsure = (
        f"""kg:valueText '{value}' ; kg:byMetric metric:error ; kg:onDataset dataset:small-tiles ; kg:comparable false ;
            kg:confidence {confidence} ; kg:setting '5-shot' , '4-bit'"""
        for value, confidence in (("8", 0.98), ("7", 0.2))
    )
    store = with_results(unsure, sure)
    found = [row for row in ask(store, "results-on-dataset", dataset="Tiles") if row[0] == "error"]
    assert [(row[1], row[5], float(str(row[7]))) for row in found] == [
        ("8", "4-bit, 5-shot", 0.98),
        ("7", "4-bit, 5-shot", 0.2),
    ]


def test_counts_by_year_keeps_the_papers_without_a_year(store: ox.Store) -> None:
    assert ask(store, "counts-by-year") == [
        (None, 1, 0, 0, 0),
        (2019, 1, 1, 1, 1),
        (2021, 1, 1, 0, 1),
        (2022, 1, 0, 0, 1),
    ]


def test_entities_of_paper_counts_mentions(store: ox.Store) -> None:
    assert ask(store, "entities-of-paper", paper="ALPH") == [
        ("Alpha", "introduces", "dataset", "Tiles", 1),
        ("Alpha", "introduces", "method", "ANet", 1),
        ("Alpha", "uses", "method", "Adam Newton", 0),
        ("Alpha", "uses", "metric", "accuracy", 0),
        ("Alpha", "uses", "task", "sorting", 0),
    ]


def test_about_takes_a_prefixed_name_and_answers_triples_from_both_sides(store: ox.Store) -> None:
    triples = run(store, question(store, "about", resource="task:routing").sparql, BASE).triples()
    routing, gamma = ox.NamedNode(f"{BASE}task/routing"), ox.NamedNode(f"{BASE}paper/gamma")
    kg = PREFIXES["kg"]
    assert set(triples) == {
        ox.Triple(routing, ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(kg + "Task")),
        ox.Triple(routing, ox.NamedNode(PREFIXES["skos"] + "prefLabel"), ox.Literal("routing")),
        ox.Triple(gamma, ox.NamedNode(kg + "addresses"), routing),
        ox.Triple(gamma, ox.NamedNode(kg + "mentions"), routing),
    }


CURATED = """
<https://example.org/curated/pwc> {
    paper:alpha kg:catalogued task:sorting ; kg:curatedResult <https://example.org/curated#1> .
    paper:gamma kg:catalogued task:sorting . dataset:tiles kg:catalogued task:sorting .
    paper:alpha a schema:ScholarlyArticle . paper:gamma a schema:ScholarlyArticle .
    <https://example.org/curated#1> kg:onDataset dataset:roads ; kg:valueText "9" ; kg:metricText "error" .
}
"""


@pytest.mark.slow
def test_papers_by_source_tell_who_says_it() -> None:
    graph = graph_of(GRAPH + CURATED)
    by = {row[0]: row[2] for row in ask(graph, "papers-by-source", entity="sorting")}
    assert by == {"Alpha": "both", "Beta": "extracted", "Delta": "extracted", "Gamma": "curated"}
    curated = ask(graph, "papers-by-source", entity="sorting", origin="curated")
    assert {row[0] for row in curated} == {"Alpha", "Gamma"}
    extracted = ask(graph, "papers-by-source", entity="sorting", origin="extracted")
    assert {row[0] for row in extracted} == {"Alpha", "Beta", "Delta"}
    assert ask(graph, "papers-by-source", entity="sorting", origin="both") == ask(
        graph, "papers-by-source", entity="sorting"
    )


@pytest.mark.slow
def test_results_by_source_keep_curated_ones_apart() -> None:
    graph = graph_of(GRAPH + CURATED)
    assert [row[:2] for row in ask(graph, "results-by-source", dataset="Roads", origin="curated")] == [("curated", "9")]
    by = [row[0] for row in ask(graph, "results-by-source", dataset="Roads")]
    assert by == ["curated", "extracted", "extracted"]


@pytest.mark.slow
def test_results_by_source_have_the_surest_first() -> None:
    sure, unsure = (
        f"kg:valueText '{value}' ; kg:metricText 'error' ; kg:confidence {confidence} ; kg:comparable false"
        for value, confidence in (("98", 0.98), ("11", 0.2))
    )
    found = ask(with_results(unsure, sure), "results-by-source", dataset="Roads", origin="extracted")
    assert [(row[1], float(str(row[5]))) for row in found] == [("98", 0.98), ("10", 0.9), ("7", 0.9), ("11", 0.2)]


def test_every_shipped_query_is_asked_above() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [query.name for query in named_queries() if f'"{query.name}"' not in text] == []


@pytest.mark.slow
def test_the_documentation_shows_every_shipped_query_with_parameters_that_it_has(store: ox.Store) -> None:
    document = (Path(__file__).parents[2] / "docs" / "questions.md").read_text(encoding="utf-8")
    shown = set()
    for command in re.findall(r"`kg ask (.*)` \|", document):
        name, *words = shlex.split(command)
        question(store, name, **{word[2:]: value for word, value in zip(words[::2], words[1::2], strict=True)})
        shown.add(name)
    assert shown == {query.name for query in named_queries()}
