"""Records become statements that any RDF reader takes."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse, serialize
from rdflib.query import ResultRow

from kg.graph.statements import COMPARABLE, PaperStatements, SharedNodes, decimal, entity_statements, literal
from kg.records import Author, Entity, Extraction, Link, Mention, Paper, Result
from kg.text.names import spaced_key
from kg.vocabulary import DCTERMS, DEFAULT_BASE, KG, OA, SCHEMA, EntityType, LinkKind, entity_iri, paper_iri

BASE = "http://x/"
OBSERVATION = ("value", "unitText", "measuredProperty", "observationAbout")


def graph_of(
    paper: Paper,
    extraction: Extraction,
    elsewhere: Callable[[EntityType, str], str | None] = lambda entity_type, name: None,
) -> rdflib.Graph:
    shared = SharedNodes(BASE, elsewhere)
    lines = [*paper_lines(paper, extraction, shared), *shared.statements()]
    triples = (quad.triple for quad in parse("".join(lines), format=RdfFormat.N_QUADS))
    return rdflib.Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")


def paper_lines(paper: Paper, found: Extraction, shared: SharedNodes) -> list[str]:
    """The N-Quads lines of a paper, one by one."""
    statements = PaperStatements(paper_iri(shared.base, paper.title), paper, [paper], found, shared)
    return re.findall(".*\n", "".join([*statements.about(), *statements.evidence()]))


def extraction(**fields: object) -> Extraction:
    return Extraction(id="1", title="T", **fields)  # type: ignore[arg-type]


PAPER = Paper(id="1", title="A Title", abstract="Words.", source="page.txt", line=3)
P = rdflib.URIRef("http://x/paper/a-title")


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_as_a_literal(text: str) -> None:
    (quad,) = parse(f"<a:s> <a:p> {literal(text)} .\n".encode(), format=RdfFormat.N_QUADS)
    assert len(quad.object.value) == len(text)
    assert all(got in (given_, "\ufffd") for got, given_ in zip(quad.object.value, text, strict=True))


_SIGNS = st.text('#%<>"{}|\\^`[]@:/?. -\u0301\U000e0100\ud800\u202e\ue000\ufffeaA1\u00e9', max_size=120)
_WORDS = st.text(st.characters()) | _SIGNS
_ADDRESSES = st.one_of(
    _WORDS, *(_SIGNS.map(start.__add__) for start in ("http://", "e.org/", "https://github.com/a/", "gitlab."))
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(title=_WORDS, venue=_WORDS, name=_WORDS, address=_ADDRESSES, kind=st.sampled_from(["code", "data", "project"]))
def test_whatever_a_paper_holds_becomes_valid_n_quads(
    title: str, venue: str, name: str, address: str, kind: LinkKind
) -> None:
    entity = Entity(entity_iri(BASE, "Method", spaced_key(name)), "Method", name, (title,), homepage=address)
    paper = Paper(
        id=name, title=title, abstract=name, authors=(name,), venue=venue, url=address, github=address, source=name
    )
    found = extraction(
        entities=(
            Mention(type="Method", text=name, start=0, end=1, confidence=0.5, extractor=name, entity=entity.iri),
        ),
        links=(Link(url=address, kind=kind, start=0, end=1),),
        results=(Result(metric=name, value=name, number=0.5, unit=name, method=name, start=0, end=1),),
    )
    shared = SharedNodes(BASE)
    lines = [*paper_lines(paper, found, shared), *entity_statements([entity], BASE), *shared.statements()]
    for line in lines:
        assert len(list(parse(line.encode(), format=RdfFormat.N_QUADS))) == 1, line


def test_decimals_are_canonical() -> None:
    assert [decimal(number).split('"')[1] for number in (0.9, 1.70, 100.0, 1e-7, 12345678.0)] == [
        "0.9",
        "1.7",
        "100",
        "0.0000001",
        "12345678",
    ]


def test_role_decides_the_property() -> None:
    def mention(name: str, role: str, type_: str = "Method") -> Mention:
        return Mention(
            type=type_,  # type: ignore[arg-type]
            text=name,
            start=len(name),
            end=len(name) + 1,
            role=role,  # type: ignore[arg-type]
            confidence=1,
            extractor="pattern",
            entity=f"http://x/{type_.lower()}/{name}",
        )

    graph = graph_of(
        PAPER, extraction(entities=(mention("a", "introduced"), mention("bb", "used"), mention("ccc", "used", "Task")))
    )
    assert set(graph.objects(P, rdflib.URIRef(KG + "introduces"))) == {rdflib.URIRef("http://x/method/a")}
    assert set(graph.objects(P, rdflib.URIRef(KG + "usesMethod"))) == {rdflib.URIRef("http://x/method/bb")}
    assert set(graph.objects(P, rdflib.URIRef(KG + "addresses"))) == {rdflib.URIRef("http://x/task/ccc")}
    assert len(set(graph.objects(P, rdflib.URIRef(KG + "mentions")))) == 3
    (evidence,) = graph.subjects(rdflib.URIRef(OA + "hasBody"), rdflib.URIRef("http://x/method/a"))
    assert re.fullmatch(r"http://x/paper/a-title#char=1,2-[0-9a-f]{8}", str(evidence))
    assert graph.value(evidence, rdflib.URIRef(OA + "exact")) == rdflib.Literal("a")


def test_what_is_certain_of_a_result_may_be_named_by_another_paper_alone() -> None:
    def graph(confidence: float) -> rdflib.Graph:
        result = Result(metric="error", value="5", number=5.0, confidence=confidence, start=9, end=10)
        return graph_of(
            PAPER, extraction(results=(result,)), lambda of_type, name: f"http://x/{of_type.lower()}/{name}"
        )

    metric = rdflib.URIRef(KG + "byMetric")
    assert set(graph(1.0).objects(None, metric)) == {rdflib.URIRef("http://x/metric/error")}
    assert set(graph(0.9).objects(None, metric)) == set()


def test_results_point_at_the_entities_of_the_paper() -> None:
    mention = Mention(
        type="Dataset", text="CIFAR-10", start=0, end=8, confidence=1, extractor="lexicon", entity="http://x/dataset/c"
    )
    result = Result(
        metric="error", value="65.03%", number=65.03, unit="%", dataset="CIFAR10", settings=("a", "b"), start=9, end=15
    )
    graph = graph_of(PAPER, extraction(entities=(mention,), results=(result,)))
    node = graph.value(P, rdflib.URIRef(KG + "reports"))
    assert re.fullmatch(r"http://x/paper/a-title#result-9,15-[0-9a-f]{8}", str(node))
    assert graph.value(node, rdflib.URIRef(KG + "onDataset")) == rdflib.URIRef("http://x/dataset/c")
    assert graph.value(node, rdflib.URIRef(KG + "byMetric")) is None
    assert graph.value(node, rdflib.URIRef(KG + "metricText")) == rdflib.Literal("error")
    assert str(graph.value(node, rdflib.URIRef(KG + "value"))) == "65.03"
    assert set(map(str, graph.objects(node, rdflib.URIRef(KG + "setting")))) == {"a", "b"}
    in_schema = {name: graph.value(node, rdflib.URIRef(SCHEMA + name)) for name in OBSERVATION}
    assert list(in_schema.values()) == [
        rdflib.Literal("65.03", datatype=rdflib.XSD.decimal),
        rdflib.Literal("%"),
        None,
        rdflib.URIRef("http://x/dataset/c"),
    ]


SCORE = Result(metric="error", value="65%", number=65.0, unit="%", dataset="C", confidence=0.9, start=2, end=5)


@pytest.mark.parametrize(
    ("result", "comparable"),
    [
        (SCORE, True),
        (replace(SCORE, value="0.65", number=0.65, unit=None), True),
        (replace(SCORE, confidence=COMPARABLE), True),
        (replace(SCORE, confidence=COMPARABLE - 0.01), False),
        (replace(SCORE, relative=True), False),
        (replace(SCORE, value="+65%"), False),
        (replace(SCORE, number=None), False),
        (replace(SCORE, unit="ms"), False),
        (replace(SCORE, unit="x"), False),
        (replace(SCORE, dataset=None), False),
        (replace(SCORE, metric="glee"), False),
        (replace(SCORE, value=r"65\%", settings=("over 65%",)), False),
        (replace(SCORE, settings=("<65%",)), False),
        (replace(SCORE, settings=("5-shot",)), True),
        (replace(SCORE, value="5", number=5.0, unit=None, settings=("NFE=35", "W4A5")), True),
    ],
)
def test_a_sure_score_of_a_known_metric_on_a_known_dataset_is_comparable(result: Result, comparable: bool) -> None:
    known: dict[str, EntityType] = {"error": "Metric", "C": "Dataset"}
    mentions = tuple(
        Mention(type=kind, text=name, start=0, end=1, confidence=1, extractor="ner", entity=f"http://x/{name}")
        for name, kind in known.items()
    )
    graph = graph_of(PAPER, extraction(entities=mentions, results=(result,)))
    node = graph.value(P, rdflib.URIRef(KG + "reports"))
    assert graph.value(node, rdflib.URIRef(KG + "comparable")) == rdflib.Literal(comparable)
    assert str(graph.value(node, rdflib.URIRef(KG + "confidence"))) == str(result.confidence)


def test_an_observation_without_a_single_number_has_its_text_and_one_without_a_dataset_is_about_the_paper() -> None:
    mention = Mention(
        type="Metric", text="error", start=0, end=5, confidence=1, extractor="lexicon", entity="http://x/metric/e"
    )
    result = Result(metric="error", value="2-3", number=None, start=9, end=12)
    graph = graph_of(PAPER, extraction(entities=(mention,), results=(result,)))
    node = graph.value(P, rdflib.URIRef(KG + "reports"))
    in_schema = [graph.value(node, rdflib.URIRef(SCHEMA + name)) for name in OBSERVATION]
    assert in_schema == [rdflib.Literal("2-3"), None, rdflib.URIRef("http://x/metric/e"), P]


def test_annotation_clients_find_the_place_by_offsets_and_by_words() -> None:
    paper = Paper(id="1", title="A", abstract="Frogs " * 20 + "hop on \u0939\u093f lilies \U0001f438.")
    words = "\u0939\u093f lilies"
    start = paper.text.index(words)
    mention = Mention(
        type="Task",
        text=words,
        start=start,
        end=start + len(words),
        confidence=1,
        extractor="ner",
        entity="http://x/task/l",
    )
    first = Mention(type="Task", text="A", start=0, end=1, confidence=1, extractor="ner", entity="http://x/task/a")
    graph = graph_of(paper, extraction(entities=(first, mention)))
    found = list(
        graph.query(
            f"""PREFIX oa: <{OA}> SELECT ?paper ?start ?end ?exact ?prefix ?suffix {{
            ?mention oa:motivatedBy oa:identifying ; oa:hasTarget ?place .
            ?place a oa:SpecificResource ; oa:hasSource ?paper ; oa:hasSelector ?position, ?quote .
            ?position a oa:TextPositionSelector ; oa:start ?start ; oa:end ?end .
            ?quote a oa:TextQuoteSelector ; oa:exact ?exact ; oa:prefix ?prefix ; oa:suffix ?suffix }}"""
        )
    )
    expected = {
        (0, 1, "A", "", paper.text[1:33]),
        (start, mention.end, words, paper.text[start - 32 : start], " \U0001f438."),
    }
    rows = {tuple(map(str, row)) for row in found if isinstance(row, ResultRow)}
    assert rows == {("http://x/paper/a", *map(str, row)) for row in expected}
    # The shortcuts: the paper is a target too.
    assert len(set(graph.subjects(rdflib.URIRef(OA + "hasTarget"), rdflib.URIRef("http://x/paper/a")))) == 2


def test_what_two_graphs_say_differently_has_different_iris_and_what_they_say_alike_the_same() -> None:
    mention = Mention(
        type="Method", text="A", start=0, end=1, confidence=1, extractor="ner", entity="http://x/method/a"
    )
    result = Result(metric="error", value="65.03%", number=65.03, unit="%", start=9, end=15)

    def iris(paper: Paper, mention: Mention, result: Result) -> list[str]:
        graph = graph_of(paper, extraction(entities=(mention,), results=(result,)))
        return [
            str(next(graph.subjects(rdflib.RDF.type, rdflib.URIRef(KG + name), unique=True)))
            for name in ("Mention", "Result")
        ]

    same = iris(PAPER, mention, result)
    assert same == iris(PAPER, mention, result)
    other_text = iris(replace(PAPER, abstract="Other words."), mention, result)
    assert set(same).isdisjoint(other_text)
    for changed in (
        replace(mention, role="introduced"),
        replace(mention, confidence=0.5),
        replace(mention, extractor="lexicon"),
        replace(mention, entity="http://x/method/b"),
    ):
        assert iris(PAPER, changed, result)[0] != same[0]
    for changed_result in (
        replace(result, relative=True),
        replace(result, metric="accuracy"),
        replace(result, unit="x"),
    ):
        assert iris(PAPER, mention, changed_result)[1] != same[1]


def test_the_example_of_the_documentation_is_what_is_written() -> None:
    page = (Path(__file__).parents[2] / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    example = re.search(r"```turtle\n(.*?)```", page, re.DOTALL)
    assert example
    text = "A Frog that Sees\nFrogNet attains 93.5% accuracy on CIFAR10. Code: https://github.com/Pond/FrogNet."
    title, abstract = text.split("\n")

    def mention(type_: str, words: str, name: str, confidence: float, extractor: str, role: str = "used") -> Mention:
        return Mention(
            type=type_,  # type: ignore[arg-type]
            text=words,
            start=text.index(words),
            end=text.index(words) + len(words),
            role=role,  # type: ignore[arg-type]
            confidence=confidence,
            extractor=extractor,
            entity=entity_iri(DEFAULT_BASE, type_, name),
        )

    mentions = (
        mention("Method", "FrogNet", "frognet", 0.8, "pattern", "introduced"),
        mention("Metric", "accuracy", "accuracy", 0.9, "lexicon"),
        mention("Dataset", "CIFAR10", "cifar 10", 0.9, "lexicon"),
    )
    result = Result(
        metric="accuracy",
        value="93.5%",
        number=93.5,
        unit="%",
        dataset="CIFAR10",
        method="FrogNet",
        confidence=0.9,
        start=33,
        end=38,
    )
    paper = Paper(
        id="a-frog-that-sees", title=title, abstract=abstract, github="Pond/FrogNet", source="page.txt", line=12
    )
    entities = [
        Entity(DEFAULT_BASE + "dataset/cifar-10", "Dataset", "CIFAR-10", ("CIFAR10",)),
        Entity(DEFAULT_BASE + "method/frognet", "Method", "FrogNet"),
        Entity(DEFAULT_BASE + "metric/accuracy", "Metric", "accuracy", better="higher"),
    ]
    shared = SharedNodes(DEFAULT_BASE)
    found = extraction(entities=mentions, results=(result,))
    lines = [*paper_lines(paper, found, shared), *shared.statements()]
    lines += entity_statements(entities, DEFAULT_BASE)
    written = {quad.triple for quad in parse("".join(lines), format=RdfFormat.N_QUADS)}
    assert written == {quad.triple for quad in parse(example[1], format=RdfFormat.TURTLE)}


def test_links_of_each_kind() -> None:
    links = (
        Link(url="https://github.com/Own/Repo.git", kind="code", start=0, end=5),
        Link(url="github.com/own/repo/tree/main", kind="code", start=6, end=9),
        Link(url="https://example.org/data set", kind="data", start=10, end=12),
        Link(url="own.github.io", kind="project", start=13, end=15),
        Link(url="https://example.org/code.zip", kind="code", start=16, end=18),
    )
    graph = graph_of(PAPER, extraction(links=links))
    codes = set(graph.objects(P, rdflib.URIRef(KG + "hasCode")))
    repository = rdflib.URIRef("http://x/code/github.com/own/repo")
    assert repository in codes
    assert len(codes) == 2
    pages = set(graph.objects(P, rdflib.URIRef(KG + "codePage")))
    assert pages == {rdflib.URIRef("https://github.com/own/repo/tree/main")}
    assert graph.value(repository, rdflib.URIRef(SCHEMA + "name")) == rdflib.Literal("Own/Repo")
    assert set(graph.objects(P, rdflib.URIRef(KG + "hasData"))) == {rdflib.URIRef("https://example.org/data%20set")}
    assert set(graph.objects(P, rdflib.URIRef(KG + "hasProjectPage"))) == {rdflib.URIRef("https://own.github.io")}


def test_a_field_for_code_that_names_no_repository_is_a_project_page() -> None:
    graph = graph_of(replace(PAPER, github="https://github.com/pond"), extraction())
    assert not set(graph.objects(P, rdflib.URIRef(KG + "hasCode")))
    assert set(graph.objects(P, rdflib.URIRef(KG + "hasProjectPage"))) == {rdflib.URIRef("https://github.com/pond")}


def test_entities_have_one_preferred_name() -> None:
    lines = list(entity_statements([Entity("http://x/method/a", "Method", "A", ("B", "C"))], BASE))
    assert sum("prefLabel" in line for line in lines) == 1
    assert f'<http://x/method/a> <{SCHEMA}name> "A" <http://x/entities> .\n' in lines
    assert sum("altLabel" in line for line in lines) == 2
    assert all(line.endswith(" <http://x/entities> .\n") for line in lines)


def test_entities_of_a_type_are_the_concepts_of_one_scheme() -> None:
    lines = entity_statements(
        [
            Entity("http://x/method/a", "Method", "A", broader=("http://x/method/b",)),
            Entity("http://x/method/b", "Method", "B"),
            Entity("http://x/task/t", "Task", "T"),
        ],
        BASE,
    )
    triples = {quad.triple for quad in parse("".join(lines), format=RdfFormat.N_QUADS)}
    graph = rdflib.Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    a, b, t, methods, tasks = (
        rdflib.URIRef(BASE + name) for name in ("method/a", "method/b", "task/t", "scheme/method", "scheme/task")
    )
    assert set(graph.subjects(rdflib.RDF.type, rdflib.SKOS.Concept)) == {a, b, t}
    assert set(graph.subjects(rdflib.RDF.type, rdflib.SKOS.ConceptScheme)) == {methods, tasks}
    assert set(graph.subject_objects(rdflib.SKOS.inScheme)) == {(a, methods), (b, methods), (t, tasks)}
    assert set(graph.subject_objects(rdflib.SKOS.topConceptOf)) == {(b, methods), (t, tasks)}
    assert set(graph.subject_objects(rdflib.SKOS.hasTopConcept)) == {(methods, b), (tasks, t)}
    assert str(graph.value(methods, rdflib.DCTERMS.title)) == "Methods"


def test_what_other_formats_say_of_a_paper() -> None:
    ada = Author(name="Ada One", position=1, orcid="0000-0002-1825-0097", affiliations=("Pond U",))
    paper = replace(
        PAPER,
        authors=("Ada One", "Bo Two"),
        people=(ada,),
        year=2026,
        date="2026-01-05",
        doi="10.1234/frog",
        arxiv="2101.00001",
        identifiers=("pmid:7", "mag:8"),
        licence="https://creativecommons.org/licenses/by/4.0/",
        keywords=("frogs",),
        links=("https://gitlab.com/pond/frogs", "https://pond.example/frogs"),
    )
    graph = graph_of(paper, extraction())

    def values(node: object, predicate: str) -> set[str]:
        return {str(value) for value in graph.objects(node, rdflib.URIRef(predicate))}  # type: ignore[arg-type]

    assert values(P, DCTERMS + "identifier") == {"1", "doi:10.1234/frog", "arxiv:2101.00001", "pmid:7", "mag:8"}
    assert values(P, SCHEMA + "sameAs") == {
        "https://doi.org/10.1234/frog",
        "https://arxiv.org/abs/2101.00001",
        "https://pubmed.ncbi.nlm.nih.gov/7",
    }
    assert (P, rdflib.DCTERMS.issued, rdflib.Literal("2026-01-05", datatype=rdflib.XSD.date)) in graph
    assert values(P, SCHEMA + "license") == {"https://creativecommons.org/licenses/by/4.0/"}
    assert values(P, DCTERMS + "subject") == {"frogs"}
    assert values(P, SCHEMA + "author") == {"Ada One", "Bo Two"}
    assert values(P, KG + "hasCode") == {"http://x/code/gitlab.com/pond/frogs"}
    assert values(P, KG + "hasProjectPage") == {"https://pond.example/frogs"}
    (person,) = graph.objects(P, rdflib.URIRef(SCHEMA + "creator"))
    assert values(person, SCHEMA + "sameAs") == {"https://orcid.org/0000-0002-1825-0097"}
    assert values(person, SCHEMA + "affiliation") == {"Pond U"}
    assert values(person, SCHEMA + "position") == {"1"}
