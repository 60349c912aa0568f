"""Cards as records, on a graph written out by hand."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from pyoxigraph import RdfFormat, Store

from kg.ask.card import Card, EntityCard, PaperCard, RepositoryCard, read_card
from kg.errors import KGError
from kg.graph.index import IndexedReader

BASE = "https://w3id.org/papers-kg/"
ABSTRACT = "Frogs are hard. We test on PondBench and win. It rains. PondBench is wet."
TITLE = "Frogs on PondBench"


def paper(name: str, title: str, more: str) -> str:
    node = f"<paper/{name}>"
    return f'{node} {{ {node} a kg:Paper ; schema:name "{title}" ; schema:abstract "{ABSTRACT}" ; {more} . }}\n'


def mention(name: str, start: int, confidence: float) -> str:
    node = f"<paper/{name}#char={start},{start + 9}>"
    text = f"{TITLE}\n{ABSTRACT}"
    opening = max(text.rfind(end, 0, start) + len(end) for end in ("\n", ". "))
    sentence = text[opening : min(at for end in ("\n", ".") if (at := text.find(end, start) + 1))].rstrip()
    return f"""<paper/{name}> {{ {node} a kg:Mention ; oa:hasTarget <paper/{name}> ; oa:hasBody <dataset/pondbench> ;
      oa:start {start} ; oa:end {start + 9} ; kg:confidence {confidence} ; kg:sentence "{sentence}" ;
      kg:sentenceStart {opening} . }}\n"""


GRAPH = (
    """
@prefix kg: <https://w3id.org/papers-kg/ontology#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <https://w3id.org/papers-kg/> .
<entities> {
  <dataset/pondbench> a kg:Dataset ; skos:prefLabel "PondBench" ; skos:altLabel "Pond Bench" .
  <method/frognet> a kg:Method ; skos:prefLabel "FrogNet" .
  <metric/accuracy> a kg:Metric ; skos:prefLabel "accuracy" ; kg:better "higher" .
  <metric/error> a kg:Metric ; skos:prefLabel "error" ; kg:better "lower" .
  <task/croaking> a kg:Task ; skos:prefLabel "croaking" .
  <dataset/suite> a kg:Dataset ; skos:prefLabel "Suite" .
  <dataset/pondbench> skos:broader <dataset/suite> .
  <dataset/pond-s> a kg:Dataset ; skos:prefLabel "Pond-S" ; skos:broader <dataset/pondbench> .
  <dataset/pond-xs> a kg:Dataset ; skos:prefLabel "Pond-XS" ; skos:broader <dataset/pond-s> .
  <code/github.com/pond/frog> a kg:Repository ; schema:name "pond/frog" ;
    schema:codeRepository <https://github.com/pond/frog> .
  <venue/toads> a schema:Periodical ; schema:name "Toads" .
}
"""
    + paper(
        "old",
        TITLE,
        'kg:mentions <dataset/pondbench> ; kg:introduces <dataset/pondbench> ; schema:datePublished "2018"^^xsd:gYear',
    )
    + paper(
        "new",
        TITLE,
        """kg:mentions <dataset/pondbench>, <method/frognet>, <metric/accuracy> ;
        kg:usesDataset <dataset/pondbench> ; kg:introduces <method/frognet> ; kg:usesMetric <metric/accuracy> ;
        schema:datePublished "2021"^^xsd:gYear ; schema:isPartOf <venue/toads> ; schema:author "B. Toad", "A. Newt" ;
        kg:hasCode <code/github.com/pond/frog> ; kg:hasData <https://example.org/data> ;
        kg:reports <paper/new#result-1>, <paper/new#result-2>""",
    )
    + paper("undated", TITLE, "kg:mentions <dataset/pondbench> ; kg:usesDataset <dataset/pondbench>")
    + "".join(
        mention(name, start, confidence)
        for name in ("old", "new")
        for start, confidence in ((9, 0.99), (46, 0.8), (75, 0.9))
    )
    + """<paper/new> {
  <paper/new#result-1> kg:valueText "91%" ; kg:metricText "acc." ; kg:byMetric <metric/accuracy> ; oa:start 60 ;
    kg:value 91 ; kg:onDataset <dataset/pondbench> ; kg:ofMethod <method/frognet> ; kg:relative false ;
    kg:confidence 0.91 ; kg:comparable true ; kg:unit "%" ; kg:sentence "We reach 91%." .
  <paper/new#result-2> kg:valueText "2x" ; kg:metricText "speed" ; kg:relative true ; oa:start 30 ;
    kg:confidence 0.6 ; kg:comparable false ; kg:againstBaseline <method/frognet> .
}
"""
    + paper(
        "small",
        TITLE,
        """kg:mentions <dataset/pond-xs>, <task/croaking> ; kg:usesDataset <dataset/pond-xs> ;
        kg:addresses <task/croaking> ; kg:reports <paper/small#result-1>, <paper/small#result-2>,
        <paper/small#result-3>, <paper/small#result-4>""",
    )
    + "".join(
        f"""<paper/small> {{ <paper/small#result-{number}> kg:valueText "{value}" ; kg:value {value} ;
        oa:start {number} ; kg:relative {relative} ; kg:byMetric <metric/{metric}> ; kg:confidence 0.9 ;
        kg:comparable {"true" if relative == "false" else "false"} ;
        kg:onDataset <dataset/pond-xs> . }}\n"""
        for number, (value, metric, relative) in enumerate(
            [("10", "error", "false"), ("9.5", "error", "false"), ("1", "error", "true"), ("50", "accuracy", "false")],
            1,
        )
    )
)


@pytest.fixture(scope="module")
def graph(indexed: Callable[[Store], IndexedReader]) -> IndexedReader:
    store = Store()
    store.load(GRAPH, format=RdfFormat.TRIG)
    return indexed(store)


@pytest.fixture(scope="module")
def pondbench(graph: IndexedReader) -> EntityCard:
    found = read_card(graph, BASE + "dataset/pondbench")
    assert isinstance(found, EntityCard)
    return found


def test_an_entity_has_its_names_and_counts(pondbench: EntityCard) -> None:
    assert (pondbench.type, pondbench.name, pondbench.other_names) == ("dataset", "PondBench", ("Pond Bench",))
    assert (pondbench.papers, pondbench.introduced_by, pondbench.used_by, pondbench.mentions) == (3, 1, 2, 6)


def test_names_that_differ_in_case_and_plural_only_are_shown_once_as_most_texts_have_them(
    indexed: Callable[[Store], IndexedReader],
) -> None:
    names = ("PondBenches", "pondbench", "Pond Data Sets", "pond data set", "Pond data set", "PDS", "PDSs")
    words = ("pond data set", "Pond data set", "Pond data set", "PDS", "PDSs", "PDSs")
    mentions = (
        f'<paper/old> {{ <paper/old#{n}> oa:hasBody <dataset/pondbench> ; oa:exact "{form}" . }}'
        for n, form in enumerate(words)
    )
    labels = ", ".join(f'"{name}"' for name in names)
    store = Store()
    store.load(
        f"{GRAPH}\n<entities> {{ <dataset/pondbench> skos:altLabel {labels} . }}\n" + "\n".join(mentions),
        format=RdfFormat.TRIG,
    )
    short, whole = (read_card(indexed(store), BASE + "dataset/pondbench", whole=whole) for whole in (False, True))
    assert isinstance(short, EntityCard) and isinstance(whole, EntityCard)
    assert short.other_names == ("PDSs", "Pond Bench", "Pond data set")
    assert whole.other_names == tuple(sorted((*names, "Pond Bench")))


def test_papers_come_newest_first_and_those_without_a_year_last(pondbench: EntityCard) -> None:
    assert [line.year for line in pondbench.introducing] == [2018]
    assert [(line.year, line.code) for line in pondbench.using] == [
        (2021, "https://github.com/pond/frog"),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("years", "decided"),
    [
        ((2020, 2021, 2022), True),
        ((2020, 2021, None), True),
        ((2020, 2021, None, None), False),
        ((2020, 2020, 2020), False),
        ((None,), False),
    ],
)
def test_years_decide_what_is_newest_if_most_papers_have_one_and_they_differ(
    indexed: Callable[[Store], IndexedReader], years: tuple[int | None, ...], decided: bool
) -> None:
    said = (f' ; schema:datePublished "{year}"^^xsd:gYear' if year else "" for year in years)
    papers = (
        paper(str(number), TITLE, f"kg:mentions <dataset/pondbench> ; kg:hasCode <code/github.com/pond/frog>{year}")
        for number, year in enumerate(said)
    )
    store = Store()
    store.load(GRAPH[: GRAPH.index("<paper/old>")] + "".join(papers), format=RdfFormat.TRIG)
    for iri in ("dataset/pondbench", "code/github.com/pond/frog"):
        card = read_card(indexed(store), BASE + iri)
        assert isinstance(card, EntityCard | RepositoryCard)
        assert card.by_year is decided


def test_an_entity_has_what_is_right_above_it_and_all_below_it_with_their_papers(pondbench: EntityCard) -> None:
    assert [(line.name, line.papers) for line in pondbench.broader] == [("Suite", 0)]
    assert [(line.name, line.papers) for line in pondbench.narrower] == [("Pond-XS", 1), ("Pond-S", 0)]
    assert (pondbench.narrower_in_all, pondbench.papers_with_narrower) == (2, 4)


def best(found: object) -> list[tuple[str, str | None, str | None, str, int]]:
    assert isinstance(found, EntityCard)
    return [
        (line.result.value, line.result.metric, line.result.dataset, line.better, line.among) for line in found.best
    ]


def test_the_best_results_are_the_comparable_ones_of_each_metric_and_dataset_as_the_metric_wants(
    graph: IndexedReader, pondbench: EntityCard
) -> None:
    narrow = [("9.5", "error", "Pond-XS", "lower", 2), ("50", "accuracy", "Pond-XS", "higher", 1)]
    assert sorted(best(pondbench)) == sorted([*narrow, ("91%", "accuracy", "PondBench", "higher", 1)])
    assert best(pondbench)[0] == narrow[0]
    assert best(read_card(graph, BASE + "metric/error")) == narrow[:1]
    assert best(read_card(graph, BASE + "method/frognet")) == [("91%", "accuracy", "PondBench", "higher", 1)]


def test_the_best_results_of_a_task_are_those_of_its_papers(graph: IndexedReader) -> None:
    assert len(best(read_card(graph, BASE + "task/croaking"))) == 2


def test_companions_are_counted_by_kind_without_the_entity_itself(pondbench: EntityCard) -> None:
    assert {kind: [(line.name, line.papers) for line in lines] for kind, lines in pondbench.companions.items()} == {
        "method": [("FrogNet", 1)],
        "metric": [("accuracy", 1)],
    }


def test_a_result_goes_by_the_names_of_its_entities(pondbench: EntityCard) -> None:
    (result,) = pondbench.results
    assert (result.value, result.metric, result.dataset, result.method) == ("91%", "accuracy", "PondBench", "FrogNet")
    assert (result.confidence, result.sentence) == (0.91, "We reach 91%.")
    assert pondbench.results_in_all == 1


@pytest.mark.parametrize(
    ("other", "shown"),
    [
        ("", [("91%", 0.97)]),
        (' ; kg:setting "5-shot"', [("91%", 0.91), ("91%", 0.97)]),
        (" ; kg:onDataset <dataset/suite>", [("91%", 0.91), ("91%", 0.97)]),
    ],
)
def test_what_a_paper_reports_twice_in_the_same_words_is_shown_once_as_sure_as_it_gets(
    indexed: Callable[[Store], IndexedReader], other: str, shown: list[tuple[str, float]]
) -> None:
    on = "" if "onDataset" in other else " ; kg:onDataset <dataset/pondbench>"
    again = f"""<paper/new> {{ <paper/new> kg:reports <paper/new#result-3> . <paper/new#result-3> kg:valueText "91%" ;
        kg:metricText "accuracy" ; kg:byMetric <metric/accuracy> ; kg:ofMethod <method/frognet> ; kg:relative false ;
        kg:confidence 0.97 ; kg:comparable false ; oa:start 70 ; kg:sentence "It is 91%."{on}{other} . }}"""
    store = Store()
    store.load(f"{GRAPH}\n{again}", format=RdfFormat.TRIG)
    reader = indexed(store)
    for name in ("paper/new", "method/frognet"):
        short, whole = (read_card(reader, BASE + name, whole=whole) for whole in (False, True))
        assert isinstance(short, EntityCard | PaperCard) and isinstance(whole, EntityCard | PaperCard)
        assert [(line.value, line.confidence) for line in short.results if not line.relative] == shown
        assert len([line for line in whole.results if not line.relative]) == 2
        if isinstance(short, EntityCard):
            assert short.results_in_all == len(shown)


def test_evidence_quotes_the_surest_sentence_of_two_papers_from_the_abstract(pondbench: EntityCard) -> None:
    assert [quote.paper for quote in pondbench.evidence] == [BASE + "paper/old", BASE + "paper/new"]
    for quote in pondbench.evidence:
        assert quote.sentence == "PondBench is wet."
        assert f"{TITLE}\n{ABSTRACT}"[quote.start : quote.end] == "PondBench"
        assert quote.sentence[quote.start - quote.offset : quote.end - quote.offset] == "PondBench"


def test_a_paper_has_links_entities_and_results_in_the_order_of_its_text(graph: IndexedReader) -> None:
    found = read_card(graph, BASE + "paper/new")
    assert isinstance(found, PaperCard)
    assert (found.name, found.year, found.venue, found.authors) == (TITLE, 2021, "Toads", ("A. Newt", "B. Toad"))
    assert (found.code, found.data) == (("https://github.com/pond/frog",), ("https://example.org/data",))
    assert [line.name for line in found.introduces["method"]] == ["FrogNet"]
    assert {kind: [line.name for line in lines] for kind, lines in found.uses.items()} == {
        "dataset": ["PondBench"],
        "metric": ["accuracy"],
    }
    assert [result.baseline for result in found.results] == ["FrogNet", None]
    assert [(result.value, result.metric, result.relative) for result in found.results] == [
        ("2x", "speed", True),
        ("91%", "accuracy", False),
    ]


def test_a_card_without_quotes_has_all_but_results_and_evidence(graph: IndexedReader, pondbench: EntityCard) -> None:
    assert pondbench.results and pondbench.evidence
    expected = pondbench._replace(results=(), results_in_all=0, evidence=())
    assert read_card(graph, pondbench.iri, quoted=False) == expected
    paper = read_card(graph, BASE + "paper/new")
    assert isinstance(paper, PaperCard) and paper.results
    assert read_card(graph, paper.iri, quoted=False) == paper._replace(results=())


def test_a_repository_has_its_papers_and_what_they_introduce(graph: IndexedReader) -> None:
    found = read_card(graph, BASE + "code/github.com/pond/frog")
    assert isinstance(found, RepositoryCard)
    assert (found.name, found.url, found.linked_by) == ("pond/frog", "https://github.com/pond/frog", 1)
    assert [line.iri for line in found.papers] == [BASE + "paper/new"]
    assert [line.name for line in found.introduces["method"]] == ["FrogNet"]


@pytest.mark.parametrize("iri", ["dataset/pondbench", "paper/new", "code/github.com/pond/frog"])
def test_as_dict_is_json(graph: IndexedReader, iri: str) -> None:
    found: Card = read_card(graph, BASE + iri)
    assert json.loads(json.dumps(found.as_dict()))["iri"] == BASE + iri


@pytest.mark.parametrize("iri", [BASE + "method/unheard-of", BASE + "venue/toads", "no IRI at all", ""])
def test_an_iri_of_nothing_is_an_error_that_names_it(graph: IndexedReader, iri: str) -> None:
    with pytest.raises(KGError, match="no entity, paper or repository"):
        read_card(graph, iri)


def test_a_whole_card_has_all_that_the_graph_says(indexed: Callable[[Store], IndexedReader]) -> None:
    lines = [
        f'<paper/p{n}> {{ <paper/p{n}> a kg:Paper ; schema:name "Paper {n:02}" ; schema:abstract "A." ; '
        f"kg:mentions <dataset/d>, <method/m{n}> ; kg:usesDataset <dataset/d> ; kg:usesMethod <method/m{n}> ; "
        f"kg:hasCode <code/c> ; kg:reports <paper/p{n}#r> . <paper/p{n}#r> kg:onDataset <dataset/d> ; "
        f'kg:byMetric <metric/m{n}> ; kg:valueText "{n}" ; kg:value {n}.0 ; kg:relative false ; '
        f"kg:confidence 0.9 ; kg:comparable true . "
        f"<paper/p{n}#m> oa:hasTarget <paper/p{n}> ; oa:hasBody <dataset/d> ; oa:start {n} ; oa:end {n + 1} . }} "
        f'<entities> {{ <metric/m{n}> a kg:Metric ; kg:better "higher" . }} '
        f"<entities> {{ <method/m{n}> a kg:Method . <dataset/s{n}> a kg:Dataset ; skos:broader <dataset/d> . }}"
        for n in range(20)
    ]
    store = Store()
    shared = "<entities> { <dataset/d> a kg:Dataset . <code/c> a kg:Repository . }"
    store.load("\n".join([GRAPH.partition("<entities>")[0], shared, *lines]), format=RdfFormat.TRIG)
    graph = indexed(store)
    short, whole = (read_card(graph, BASE + "dataset/d", whole=whole) for whole in (False, True))
    assert isinstance(short, EntityCard)
    assert isinstance(whole, EntityCard)
    for lists, lengths in ((short, (8, 10, 6, 12, 2, 5)), (whole, (20,) * 6)):
        found = (lists.using, lists.results, lists.best, lists.narrower, lists.evidence, lists.companions["method"])
        assert tuple(map(len, found)) == lengths
    for whole_repository, papers in ((False, 8), (True, 20)):
        card = read_card(graph, BASE + "code/c", whole=whole_repository)
        assert isinstance(card, RepositoryCard)
        assert (len(card.papers), card.linked_by) == (papers, 20)


def test_a_paper_card_has_the_abstract(graph: IndexedReader) -> None:
    card = read_card(graph, BASE + "paper/old")
    assert isinstance(card, PaperCard)
    assert card.abstract == ABSTRACT
