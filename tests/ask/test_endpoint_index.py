"""Look-ups and cards at an endpoint say what those of a folder say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kg.api import KnowledgeGraph, RemoteGraph
from kg.ask.endpoint import Endpoint
from kg.ask.lookup import titled, venues_named
from kg.errors import KGError
from kg.graph.index import GraphIndex
from kg.publishing.stores import publish_graph
from kg.vocabulary import Kind

Start = Callable[..., str]
WORDS = (
    *("CIFAR-10", "cifar 10", "CIFAR10s", "frognet", "pond-lab/frognet", "frognet: hopping networks", "ViTs"),
    *("hopping", "networks for", "classification image", "segmentation", "hopping network", "IC", "SAM", "acuracy"),
    *("frognett", "lilybnch", "dataset:cifar-10", "https://github.com/Pond-Lab/FrogNet", "2101.00001", "queries", "#"),
)


@pytest.fixture(scope="module")
def here(graph_folder: Path) -> KnowledgeGraph:
    return KnowledgeGraph(graph_folder)


@pytest.fixture
def there(here: KnowledgeGraph, start_endpoint: Start) -> RemoteGraph:
    return RemoteGraph(start_endpoint(here.store))


def same_look_ups(here: KnowledgeGraph, there: RemoteGraph, words: str) -> None:
    """Compare all but the names that are nearest to what is not found: an endpoint compares fewer."""
    expected, found = here.lookup(words), there.lookup(words)
    assert found._replace(nearest=()) == expected._replace(nearest=())
    kinds: tuple[Kind, ...] = ("paper", "method")
    for kind in kinds:
        expected, found = here.lookup(words, type=kind, limit=1), there.lookup(words, type=kind, limit=1)
        assert found._replace(nearest=()) == expected._replace(nearest=())


def same_cards(here: KnowledgeGraph, there: RemoteGraph) -> int:
    """Compare all cards, as they are shown and in whole in turn."""
    iris = [iri for (iri,) in here.reader.index.rows("SELECT iri FROM node ORDER BY id")]
    for number, iri in enumerate(iris):
        assert there.card(iri, whole=number % 2 == 0) == here.card(iri, whole=number % 2 == 0)
    return len(iris)


@pytest.mark.slow
@pytest.mark.parametrize("words", WORDS)
def test_a_look_up_finds_the_same(here: KnowledgeGraph, there: RemoteGraph, words: str) -> None:
    same_look_ups(here, there, words)


@pytest.mark.slow
def test_every_card_is_the_same(here: KnowledgeGraph, there: RemoteGraph) -> None:
    assert same_cards(here, there) > 20
    with pytest.raises(KGError, match="the graph has no entity, paper or repository of this IRI"):
        there.card("http://example.org/none")
    with pytest.raises(KGError, match="the graph has no entity, paper or repository of this IRI"):
        there.card("not an <IRI>")


@pytest.mark.slow
def test_cards_of_what_is_narrower_ranked_and_in_a_catalogue_are_the_same(
    small_folder: Path, start_endpoint: Start
) -> None:
    here = KnowledgeGraph(small_folder)
    same_cards(here, RemoteGraph(start_endpoint(here.store)))


@pytest.mark.slow
def test_a_card_takes_few_requests(
    here: KnowledgeGraph, start_endpoint: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answer = Endpoint.answer

    def counted(endpoint: Endpoint, request: Any, timeout: float = 60) -> Any:
        asked.append(request.sparql)
        return answer(endpoint, request, timeout)

    monkeypatch.setattr(Endpoint, "answer", counted)
    there = RemoteGraph(start_endpoint(here.store))
    there.card("https://w3id.org/papers-kg/dataset/cifar-10")
    assert 10 < len(asked) < 30
    asked.clear()
    there.card("https://w3id.org/papers-kg/dataset/cifar-10")
    assert len(asked) < 12  # what was read is remembered, what was counted is not


@pytest.mark.slow
def test_questions_get_the_same_answers(here: KnowledgeGraph, there: RemoteGraph) -> None:
    for name, parameters in (
        ("leaderboard", {"dataset": "cifar 10", "metric": "accuracy"}),
        ("entities-of-paper", {"paper": "frognet hopping networks"}),
        ("datasets-for-task", {"task": "image classifications"}),
        ("most-used", {}),
    ):
        assert there.question(name, parameters) == here.question(name, parameters)
        assert [*there.ask(name, parameters).rows()] == [*here.ask(name, parameters).rows()]


def test_titles_and_venues_are_found_by_their_words(start_endpoint: Start, small_folder: Path) -> None:
    here = KnowledgeGraph(small_folder)
    there = RemoteGraph(start_endpoint(here.store))
    for words in ("frognet", "Hops", "the", "", "no such title"):
        assert titled(there.reader, words) == titled(here.reader, words)
    for words in ("ICLR", "iclr", "no such venue"):
        assert venues_named(there.reader, words) == venues_named(here.reader, words)


@pytest.mark.slow
def test_quotes_and_signs_in_names_stay_names(start_endpoint: Start) -> None:
    store = ox.Store()
    data = "<http://e/method/a> <{}> {} <http://e/g> .\n"
    name = r'"a \"quoted\" name \\ ) } #"'
    store.load(
        data.format("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "<https://w3id.org/papers-kg/ontology#Method>")
        + data.format("http://www.w3.org/2004/02/skos/core#prefLabel", name),
        format=ox.RdfFormat.N_QUADS,
    )
    there = RemoteGraph(start_endpoint(store))
    for words in ('a "quoted" name \\ ) } #', 'A "quoted" NAME', '"quoted"', "a 'quoted' nam", '" } #'):
        found = there.lookup(words)
        assert [match.name for match in found.matches] == ['a "quoted" name \\ ) } #'] * (words != '" } #')


def test_every_method_that_reads_the_index_is_answered_or_says_that_it_cannot_be(there: RemoteGraph) -> None:
    with pytest.raises(KGError, match="an endpoint has no index"):
        GraphIndex.total(there.reader.index, "paper")
    with pytest.raises(KGError, match="an endpoint has no index"):
        there.reader.count("http://e/p", "http://e/x")


@pytest.mark.clients
def test_the_sample_at_an_oxigraph_server_has_the_same_cards(oxigraph: Any, tmp_path: Path) -> None:
    from kg.builder.builder import build_graph
    from kg.demo import sample_pages

    build_graph(sample_pages(), tmp_path / "demo")
    publish_graph(tmp_path / "demo", f"{oxigraph.url}/store")
    here = KnowledgeGraph(tmp_path / "demo")
    there = RemoteGraph(f"{oxigraph.url}/query")
    assert same_cards(here, there) > 400
    for words in ("resnet", "imagnet", "graph", "self-supervised", "GAN", "vision trans", "language models"):
        same_look_ups(here, there, words)
