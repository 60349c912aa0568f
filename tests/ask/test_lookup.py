"""Finding by name, on a graph of four papers written out by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store

from kg.ask.lookup import Found, Rank, find, similar, suggest, titled, venues_named
from kg.graph.index import IndexedReader
from kg.vocabulary import Kind

PREFIXES = """
@prefix kg: <https://w3id.org/papers-kg/ontology#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@base <https://w3id.org/papers-kg/> .
"""
GRAPH = """
<entities> {
  <dataset/cifar-10> a kg:Dataset ; skos:prefLabel "CIFAR-10" ; skos:altLabel "CIFAR10" .
  <dataset/cifar-100> a kg:Dataset ; skos:prefLabel "CIFAR-100" .
  <dataset/imagenet> a kg:Dataset ; skos:prefLabel "ImageNet" ; skos:altLabel "ILSVRC" .
  <method/gan> a kg:Method ; skos:prefLabel "generative adversarial network" ; skos:altLabel "GAN" .
  <method/rnn> a kg:Method ; skos:prefLabel "recurrent neural network" .
  <method/mirror> a kg:Method ; skos:prefLabel "Mirror" .
  <task/mirror> a kg:Task ; skos:prefLabel "Mirror" .
  <metric/c++> a kg:Metric ; skos:prefLabel "top-1 accuracy" .
  <venue/iclr> a schema:Periodical ; schema:name "Toadmeet" .
  <code/github.com/pond/frog-net> a kg:Repository ; schema:name "Pond/Frog-Net" ;
    schema:codeRepository <https://github.com/Pond/Frog-Net> .
}
<paper/one> { <paper/one> a kg:Paper ; schema:name "Leaping over Lily Pads" ; dcterms:identifier "2101.00001" ;
  schema:url <https://example.org/one> ;
  kg:mentions <dataset/cifar-10>, <dataset/cifar-100>, <method/gan>, <method/mirror> ;
  kg:hasCode <code/github.com/pond/frog-net> . }
<paper/two> { <paper/two> a kg:Paper ; schema:name "Frogs \\"quoted\\" {and} braced" ;
  kg:mentions <dataset/cifar-100>, <method/mirror> . }
<paper/three> { <paper/three> a kg:Paper ; schema:name "Croaking at Night" ;
  dcterms:identifier "arxiv:2102.00002", "doi:10.1234/croak" ; kg:mentions <method/mirror> . }
"""


@pytest.fixture(scope="module")
def graph(indexed: Callable[[Store], IndexedReader]) -> IndexedReader:
    store = Store()
    store.load(PREFIXES + GRAPH, format=RdfFormat.TRIG)
    return indexed(store)


def met(found: Found) -> list[tuple[str, Rank]]:
    return [(match.name, match.rank) for match in found.matches]


@pytest.mark.parametrize(
    ("words", "name", "rank"),
    [
        ("CIFAR-10", "CIFAR-10", "exact"),
        ("CIFAR10", "CIFAR-10", "spelling"),
        ("  cifar   10 ", "CIFAR-10", "spelling"),
        ("ILSVRC", "ImageNet", "spelling"),
        ("generative adversarial networks", "generative adversarial network", "spelling"),
        ("GAN", "generative adversarial network", "acronym"),
        ("gans", "generative adversarial network", "acronym"),
        ("rnn", "recurrent neural network", "acronym"),
        ("gener", "generative adversarial network", "prefix"),
        ("adversarial", "generative adversarial network", "words"),
        ("imagnet", "ImageNet", "typo"),
        ("CIFRA-10", "CIFAR-10", "typo"),
        ("Leaping over lily-pads", "Leaping over Lily Pads", "spelling"),
        ("leaping", "Leaping over Lily Pads", "prefix"),
        ("pads leaping", "Leaping over Lily Pads", "words"),
        ("Leaping over Lilly Pads", "Leaping over Lily Pads", "typo"),
        ('Frogs "quoted" {and} braced', 'Frogs "quoted" {and} braced', "exact"),
        ("2101.00001", "Leaping over Lily Pads", "exact"),
        ("https://arxiv.org/pdf/2102.00002v3.pdf", "Croaking at Night", "exact"),
        ("https://doi.org/10.1234/Croak", "Croaking at Night", "exact"),
        ("https://example.org/one", "Leaping over Lily Pads", "exact"),
        ("https://w3id.org/papers-kg/dataset/imagenet", "ImageNet", "exact"),
        ("Pond/Frog-Net", "Pond/Frog-Net", "exact"),
        ("pond/frognet", "Pond/Frog-Net", "spelling"),
        ("frog net", "Pond/Frog-Net", "spelling"),
        ("github.com/Pond/Frog-Net.git", "Pond/Frog-Net", "exact"),
        ("https://www.github.com/pond/frog-net/tree/main", "Pond/Frog-Net", "exact"),
    ],
)
def test_what_is_clearly_meant_wins(graph: IndexedReader, words: str, name: str, rank: Rank) -> None:
    found = find(graph, words)
    assert found.winner is not None
    assert (found.winner.name, found.winner.rank) == (name, rank)
    assert found.matches[0] == found.winner


def test_of_several_with_one_beginning_none_wins_and_more_papers_come_first(graph: IndexedReader) -> None:
    found = find(graph, "cifar")
    assert met(found) == [("CIFAR-100", "prefix"), ("CIFAR-10", "prefix")]
    assert [match.papers for match in found.matches] == [2, 1]
    assert found.winner is None


def test_limit_bounds_the_matches_and_not_their_total(graph: IndexedReader) -> None:
    found = find(graph, "cifar", limit=1)
    assert (len(found.matches), found.total, found.winner) == (1, 2, None)


def test_three_times_the_papers_decide_between_equal_names(graph: IndexedReader) -> None:
    found = find(graph, "Mirror")
    assert [(match.type, match.papers) for match in found.matches] == [("method", 3), ("task", 0)]
    assert found.winner == found.matches[0]


SPELT = """
<entities> {
  <method/schrödinger-bridge> a kg:Method ; skos:prefLabel "Schrödinger bridge" .
  <method/bezier-curve> a kg:Method ; skos:prefLabel "Bezier curve" .
  <method/β-vae> a kg:Method ; skos:prefLabel "β-VAE" .
  <task/finetuning> a kg:Task ; skos:prefLabel "finetuning" ; skos:altLabel "ﬁne-tuning" .
  <dataset/straßennetz> a kg:Dataset ; skos:prefLabel "Straßennetz" .
  <dataset/istanbul> a kg:Dataset ; skos:prefLabel "İstanbul Streets" .
  <metric/poincare-distance> a kg:Metric ; skos:prefLabel "Poincaré distance" .
  <venue/cafe> a schema:Periodical ; schema:name "Café Workshop" .
}
<paper/one> { <paper/one> a kg:Paper ; schema:name "Na\\\\\\"ive Frogs on M\\\\\\"obius Strips" . }
"""


@pytest.fixture(scope="module")
def spelt(indexed: Callable[[Store], IndexedReader]) -> IndexedReader:
    store = Store()
    store.load(PREFIXES + SPELT, format=RdfFormat.TRIG)
    return indexed(store)


@pytest.mark.parametrize(
    ("words", "name", "rank"),
    [
        ("Schrodinger bridges", "Schrödinger bridge", "spelling"),
        ("Schrödinger bridge", "Schrödinger bridge", "spelling"),
        (r"Schr\"odinger bridge", "Schrödinger bridge", "spelling"),
        ("schrodinger", "Schrödinger bridge", "prefix"),
        ("Schrodnger bridge", "Schrödinger bridge", "typo"),
        ("Bézier curve", "Bezier curve", "spelling"),
        ("Bézier", "Bezier curve", "prefix"),
        ("courbe Bézier curve", "", "typo"),
        ("beta-VAE", "β-VAE", "spelling"),
        (r"$\beta$-VAE", "β-VAE", "spelling"),
        ("fine-tuning", "finetuning", "spelling"),
        ("ｆｉｎｅ tuning", "finetuning", "spelling"),
        ("STRASSENNETZ", "Straßennetz", "spelling"),
        ("strassen", "Straßennetz", "prefix"),
        ("istanbul streets", "İstanbul Streets", "spelling"),
        ("streets İSTANBUL", "İstanbul Streets", "words"),
        ("Poincaré distance", "Poincaré distance", "spelling"),
        ("poincare distance", "Poincaré distance", "spelling"),
        ("naive frogs on mobius strips", r"Na\"ive Frogs on M\"obius Strips", "spelling"),
        ("Naïve Frogs", r"Na\"ive Frogs on M\"obius Strips", "prefix"),
        ("Möbius", r"Na\"ive Frogs on M\"obius Strips", "words"),
    ],
)
def test_names_are_found_as_people_type_them(spelt: IndexedReader, words: str, name: str, rank: Rank) -> None:
    winner = find(spelt, words).winner
    assert (winner.name, winner.rank) == (name, rank) if winner else name == ""


def test_a_title_typed_with_latex_is_found_beside_an_entity_of_the_same_name(
    indexed: Callable[[Store], IndexedReader],
) -> None:
    store = Store()
    pair = """<entities> { <method/möbius-net> a kg:Method ; skos:prefLabel "Möbius-Net" }
      <paper/möbius-net> { <paper/möbius-net> a kg:Paper ; schema:name "Möbius Net" }"""
    store.load(PREFIXES + pair, format=RdfFormat.TRIG)
    for words in ("mobius net", "möbius net", r"M\"obius net"):
        assert [match.type for match in find(indexed(store), words).matches] == ["paper", "method"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("cif", ["CIFAR-100", "CIFAR-10"]),
        ("cifar-10", ["CIFAR-10", "CIFAR-100"]),
        ("neur", ["recurrent neural network"]),
        ("lily leap", ["Leaping over Lily Pads"]),
        ("mirror", ["Mirror", "Mirror"]),
        ("", []),
        ('"*', []),
    ],
)
def test_suggestions_begin_with_what_is_typed_or_have_its_words(
    graph: IndexedReader, words: str, names: list[str]
) -> None:
    assert [match.name for match in suggest(graph, words)] == names
    assert [match.name for match in suggest(graph, words, 1)] == names[:1]


def test_a_name_in_another_case_is_the_same_name_whatever_its_plural_would_be(
    indexed: Callable[[Store], IndexedReader],
) -> None:
    store = Store()
    two = '<entities> { <task/is> a kg:Task ; skos:prefLabel "IS" . <task/it> a kg:Task ; skos:prefLabel "Item" }'
    store.load(PREFIXES + two, format=RdfFormat.TRIG)
    assert met(find(indexed(store), "Is")) == [("IS", "spelling")]


def test_venues_and_titles_are_found_in_any_spelling(spelt: IndexedReader) -> None:
    assert [name for _, name in venues_named(spelt, "cafe workshop")] == ["Café Workshop"]
    assert [name for _, name in venues_named(spelt, "CAFÉ")] == ["Café Workshop"]
    assert venues_named(spelt, "") == []
    assert titled(spelt, "frogs on möb") == ["https://w3id.org/papers-kg/paper/one"]


@pytest.mark.parametrize(("kind", "expected"), [("task", ["task"]), ("method", ["method"]), ("paper", [])])
def test_type_leaves_out_all_others(graph: IndexedReader, kind: Kind, expected: list[str]) -> None:
    assert [match.type for match in find(graph, "Mirror", type=kind).matches] == expected


@pytest.mark.parametrize(
    ("words", "nearest"),
    [("ccifr99", ("CIFAR10", "CIFAR-100")), ("toadmeet", ("ImageNet",))],
)
def test_nothing_found_names_the_nearest_of_the_kinds_looked_for(
    graph: IndexedReader, words: str, nearest: tuple[str, ...]
) -> None:
    found = find(graph, words)
    assert (found.matches, found.nearest) == ((), nearest)


@pytest.mark.parametrize("words", ["%", '"', ".", "*", "日本", "zyzzyva", "zzzzqqq", "qqq" * 200])
def test_what_is_like_nothing_has_no_nearest_names(graph: IndexedReader, words: str) -> None:
    assert find(graph, words)[1:] == ((), 0, (), None)


def test_the_nearest_are_different_names_and_not_spellings_of_one(graph: IndexedReader) -> None:
    nearest = find(graph, "cypher 10").nearest
    assert len({"CIFAR-10", "CIFAR10"} & {*nearest}) == 1 and "CIFAR-100" in nearest


def test_only_so_many_names_are_compared_those_of_similar_length_first(
    graph: IndexedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(find(graph, "ccifr99").nearest) == 2
    monkeypatch.setattr("kg.ask.lookup._COMPARED", 1)
    assert find(graph, "ccifr99").nearest == ("CIFAR10",)


def test_the_nearest_are_of_the_type_asked_for(graph: IndexedReader) -> None:
    assert find(graph, "frog imagenets").nearest == ("ImageNet", "Pond/Frog-Net")
    assert find(graph, "frog imagenets", type="dataset").nearest == ("ImageNet",)


@pytest.mark.parametrize("words", ["", " ", '"}{\\', "' OR ?s ?p ?o . {", "\N{FROG FACE}" * 50, "x" * 10_000, "\udcff"])
def test_hostile_words_find_nothing_and_break_nothing(graph: IndexedReader, words: str) -> None:
    assert find(graph, words).winner is None


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(words=st.text(st.characters(codec=None), max_size=30))
def test_any_text_can_be_looked_up(graph: IndexedReader, words: str) -> None:
    found = find(graph, words)
    assert not (found.matches and found.nearest)
    assert len(suggest(graph, words)) <= 10


def test_an_empty_graph_has_nothing_near(indexed: Callable[[Store], IndexedReader]) -> None:
    assert find(indexed(Store()), "CIFAR-10").nearest == ()


def test_another_base_finds_the_same(graph: IndexedReader) -> None:
    assert find(graph, "cifar 10", base="https://example.org/").winner == find(graph, "cifar 10").winner


def test_as_dict_is_plain_data(graph: IndexedReader) -> None:
    found = find(graph, "CIFAR-10").as_dict()
    assert found["winner"] == found["matches"][0]
    assert found["winner"]["type"] == "dataset"


@pytest.mark.parametrize("words", ["", "cifr10", "CIFAR-10", "zyzzyva"])
def test_what_is_similar_is_what_is_found_by_whole_names_and_typos(graph: IndexedReader, words: str) -> None:
    assert similar(graph, words) == [*find(graph, words).matches]
