"""Records become statements that any RDF reader takes."""

import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse, serialize

from kg.graph.statements import SharedNodes, decimal, entity_statements, literal, paper_statements
from kg.records import Entity, Extraction, Link, Mention, Paper, Result
from kg.text.names import spaced_key
from kg.vocabulary import KG, OA, SCHEMA, LinkKind, entity_iri

BASE = "http://x/"


def graph_of(paper: Paper, extraction: Extraction) -> rdflib.Graph:
    shared = SharedNodes(BASE)
    lines = [*paper_statements(paper, [paper], extraction, shared), *shared.statements()]
    triples = (quad.triple for quad in parse("".join(lines), format=RdfFormat.N_QUADS))
    return rdflib.Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")


def extraction(**fields: object) -> Extraction:
    return Extraction(id="1", title="T", **fields)  # type: ignore[arg-type]


PAPER = Paper(id="1", title="A Title", abstract="Words.", source="page.txt", line=3)
P = rdflib.URIRef("http://x/paper/a-title")


@given(st.text())
def test_any_text_survives_as_a_literal(text: str) -> None:
    (quad,) = parse(f"<a:s> <a:p> {literal(text)} .\n".encode(), format=RdfFormat.N_QUADS)
    assert len(quad.object.value) == len(text)
    assert all(got in (given_, "\ufffd") for got, given_ in zip(quad.object.value, text, strict=True))


_SIGNS = st.text('#%<>"{}|\\^`[]@:/?. -\u0301\U000e0100\ud800\u202e\ue000\ufffeaA1\u00e9', max_size=120)
_WORDS = st.text(st.characters()) | _SIGNS
_ADDRESSES = st.one_of(
    _WORDS, *(_SIGNS.map(start.__add__) for start in ("http://", "e.org/", "https://github.com/a/", "gitlab."))
)


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
    lines = [*paper_statements(paper, [paper], found, shared), *entity_statements([entity], BASE), *shared.statements()]
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
    evidence = rdflib.URIRef("http://x/paper/a-title#char=1,2")
    assert graph.value(evidence, rdflib.URIRef(OA + "exact")) == rdflib.Literal("a")


def test_results_point_at_the_entities_of_the_paper() -> None:
    mention = Mention(
        type="Dataset", text="CIFAR-10", start=0, end=8, confidence=1, extractor="lexicon", entity="http://x/dataset/c"
    )
    result = Result(metric="error", value="65.03%", number=65.03, unit="%", dataset="CIFAR10", start=9, end=15)
    graph = graph_of(PAPER, extraction(entities=(mention,), results=(result,)))
    node = graph.value(P, rdflib.URIRef(KG + "reports"))
    assert node == rdflib.URIRef("http://x/paper/a-title#result-1")
    assert graph.value(node, rdflib.URIRef(KG + "onDataset")) == rdflib.URIRef("http://x/dataset/c")
    assert graph.value(node, rdflib.URIRef(KG + "byMetric")) is None
    assert graph.value(node, rdflib.URIRef(KG + "metricText")) == rdflib.Literal("error")
    assert str(graph.value(node, rdflib.URIRef(KG + "value"))) == "65.03"


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
    assert graph.value(repository, rdflib.URIRef(SCHEMA + "name")) == rdflib.Literal("Own/Repo")
    assert set(graph.objects(P, rdflib.URIRef(KG + "hasData"))) == {rdflib.URIRef("https://example.org/data%20set")}
    assert set(graph.objects(P, rdflib.URIRef(KG + "hasProjectPage"))) == {rdflib.URIRef("https://own.github.io")}


def test_entities_have_one_preferred_name() -> None:
    lines = list(entity_statements([Entity("http://x/method/a", "Method", "A", ("B", "C"))], BASE))
    assert sum("prefLabel" in line for line in lines) == 1
    assert sum("altLabel" in line for line in lines) == 2
    assert all(line.endswith(" <http://x/entities> .\n") for line in lines)
