"""An imported catalogue is in each build after it, beside what the texts say."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from kg.api import KnowledgeGraph
from kg.ask.agreement import find_agreement
from kg.ask.card import EntityCard, PaperCard
from kg.ask.kept import kept_answer
from kg.ask.origins import Origin
from kg.ask.sparql import run
from kg.builder import build_graph
from kg.builder.catalogues import import_pwc
from kg.errors import GraphError, InputError, QueryError
from kg.graph.curated import kept_catalogues
from kg.site import Site
from kg.terminal.agreement import render_agreement
from kg.terminal.cards import render_card
from kg.vocabulary import DEFAULT_BASE

TITLE = "FrogNet: Hopping Networks for Image Classification"


def row(**metrics: str) -> dict[str, object]:
    return {"model_name": "FrogNet", "metrics": metrics, "paper_title": TITLE, "paper_url": ""}


TABLES = [
    {
        "name": "Frogs-9",
        "full_name": "Nine Ponds of Frogs",
        "introduced_date": "2020-01-01",
        "variants": ["Frogs-9 (Krizhevsky)", "Frogs-9, small"],
    },
    {
        "name": "FrogNet",
        "full_name": "Frog Network of Hops",
        "introduced_year": 2021,
        "description": "It hops.",
        "collections": [],
    },
    {
        "task": "Image Classification",
        "datasets": [
            {"dataset": "CIFAR-10", "sota": {"rows": [row(accuracy="93.5"), row(PARAMS="9M")]}},
            {"dataset": "CIFAR-100", "sota": {"rows": [row(accuracy="55.0")]}},
        ],
    },
    {"paper_url": "x", "title": TITLE, "abstract": "", "tasks": ["Image Classification", "Leaping"], "methods": []},
    {
        "paper_url": "x",
        "arxiv_id": "2101.00009",
        "title": "A Toad of Ponds",
        "abstract": "",
        "tasks": ["Croaking"],
        "date": "2021-01-05",
    },
    {"paper_url": "x", "paper_title": TITLE, "repo_url": "https://github.com/pond-lab/frognet", "is_official": True},
]


@pytest.fixture(scope="module")
def folder(graph_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of the tests with a catalogue."""
    place = tmp_path_factory.mktemp("catalogue")
    for number, table in enumerate(TABLES):
        (place / f"{number}.json").write_text(json.dumps([table]), encoding="utf-8")
    folder = place / "graph"
    shutil.copytree(graph_folder, folder)
    imported = import_pwc(place, folder)
    assert imported.facts == {"method": 1, "dataset": 1, "task": 1, "result": 3, "paper": 2, "code": 1}
    build_graph([], folder)
    return folder


@pytest.fixture(scope="module")
def graph(folder: Path) -> KnowledgeGraph:
    return KnowledgeGraph(folder)


@pytest.mark.slow
def test_the_graph_conforms_and_papers_and_mentions_stay_as_they_were(
    graph: KnowledgeGraph, graph_folder: Path
) -> None:
    assert graph.validate().violations == ()
    now, before = graph.stats(), KnowledgeGraph(graph_folder).stats()
    assert (now.papers, now.mentions, now.results) == (before.papers, before.mentions, before.results)
    assert sum(now.entities.values()) - now.from_catalogue == sum(before.entities.values())


def test_what_is_curated_and_what_is_extracted_can_be_asked_for(graph: KnowledgeGraph) -> None:
    by = {
        source: [
            row["by"] for row in graph.ask("results-by-source", {"dataset": "cifar10", "origin": source}).records()
        ]
        for source in ("both", "curated", "extracted")
    }
    assert by == {"both": ["curated", "curated", "extracted"], "curated": ["curated"] * 2, "extracted": ["extracted"]}
    papers = graph.ask("papers-by-source", {"entity": "image classification"}).records()
    assert [row["by"] for row in papers] == ["both"]


@pytest.mark.parametrize("kind", ["method", "dataset", "metric", "task"])
def test_the_index_of_a_build_counts_what_a_catalogue_has(graph: KnowledgeGraph, kind: str) -> None:
    for origin in ("curated", "both"):
        question = graph.question("most-used", {"type": kind, "origin": origin})
        kept = kept_answer(graph.reader.index, question, graph.base)
        counted = [*run(graph.store, question.sparql, graph.base).rows()]
        assert kept and counted and [*kept.rows()] == counted


def test_a_card_shows_what_is_curated(graph: KnowledgeGraph) -> None:
    found = graph.lookup(TITLE).winner
    assert found
    text = render_card(graph.card(found.iri))
    curated = text[text.index("Curated: Papers with Code") :]
    assert "(CC BY-SA 4.0)" in curated and "93.5 accuracy on CIFAR-10 by FrogNet" in curated
    only = graph.lookup("Frogs-9").winner
    assert only and only.papers == 0


def test_a_paper_that_only_the_catalogue_has_is_found_by_title_and_identifier(graph: KnowledgeGraph) -> None:
    for words in ("A Toad of Ponds", "toad of", "2101.00009", "arXiv:2101.00009v2", "https://arxiv.org/abs/2101.00009"):
        found = graph.lookup(words)
        assert [(match.iri, match.papers) for match in found.matches] == [(f"{DEFAULT_BASE}paper/a-toad-of-ponds", 0)]
    card = graph.card(found.matches[0].iri)
    assert isinstance(card, PaperCard) and card.abstract is None and card.year == 2021
    assert "tasks: Croaking" in render_card(card)
    assert graph.papers(limit=None).total == 3  # those with a text


def test_a_name_that_only_the_catalogue_has_is_found(graph: KnowledgeGraph) -> None:
    for words in ("frogs 9", "Nine Ponds of Frogs", "Frogs-9 (Krizhevsky)"):
        found = graph.lookup(words).winner
        assert found and found.iri == f"{DEFAULT_BASE}dataset/frogs-9"
    variant = graph.lookup("Frogs-9, small").winner
    assert variant and variant.name == "Frogs-9, small"
    further = graph.lookup("Frog Network of Hops").winner  # of a method that texts name, too
    assert further and further.name == "FrogNet"


def test_a_look_up_asks_texts_or_the_catalogue_alone(graph: KnowledgeGraph) -> None:
    def found(words: str, origin: Origin) -> list[str]:
        return [match.name for match in graph.lookup(words, origin=origin).matches]

    of_both = ["Pond-Lab/FrogNet", "FrogNet", TITLE]
    for words, extracted, curated in (
        ("Frogs-9", [], ["Frogs-9"]),
        ("frogs", of_both, [*of_both, "Frogs-9", "Frogs-9, small"]),
        ("A Toad of Ponds", [], ["A Toad of Ponds"]),
        ("FrogNet", ["FrogNet"], ["FrogNet"]),
        ("pond-lab/frognet", ["Pond-Lab/FrogNet"], ["Pond-Lab/FrogNet"]),
        ("convolutional neural network", ["convolutional neural network"], []),
    ):
        assert (found(words, "extracted"), found(words, "curated")) == (extracted, curated)
        assert found(words, "both") == extracted + [name for name in curated if name not in extracted]
    assert graph.lookup("Frogs-10", origin="extracted").matches == ()
    assert "Frogs-9" not in graph.lookup("Frogs-99999", origin="extracted").nearest
    with pytest.raises(QueryError, match="origin: expected extracted, curated, both, found 'people'"):
        graph.lookup("frogs", origin="people")  # type: ignore[arg-type]


def test_a_card_has_what_texts_or_the_catalogue_say_alone(graph: KnowledgeGraph) -> None:
    texts, people, both = (
        graph.card(f"{DEFAULT_BASE}method/frognet", origin=origin) for origin in ("extracted", "curated", "both")
    )
    assert isinstance(texts, EntityCard) and texts.papers and texts.evidence and not texts.curated
    assert both == texts._replace(curated=people.curated)
    lines = render_card(people).splitlines()
    assert lines[:3] == ["FrogNet [Method]", "", "Curated: Papers with Code, last dump (CC BY-SA 4.0)"]
    assert "  description: It hops." in lines
    (iri,) = (match.iri for match in graph.lookup("pond-lab/frognet").matches)
    assert f"official code of: {TITLE}" in " ".join(render_card(graph.card(iri, origin="curated")).split())
    paper = graph.card(f"{DEFAULT_BASE}paper/a-toad-of-ponds", origin="extracted")
    assert paper.curated == () and paper.name == "A Toad of Ponds"


@pytest.mark.slow
def test_pages_show_what_is_curated_also_of_a_paper_without_a_text(graph: KnowledgeGraph) -> None:
    site = Site(graph)
    (code,) = (match.iri.removeprefix(DEFAULT_BASE) for match in graph.lookup("pond-lab/frognet").matches)
    for path, said in (
        ("/paper/a-toad-of-ponds", "Croaking"),
        ("/method/frognet", "It hops."),
        (f"/{code}", "official code of"),
    ):
        page = site.page(path)
        assert page and "Curated: Papers with Code" in page.html and said in page.html


def test_the_texts_confirm_and_contradict_with_their_words(graph: KnowledgeGraph) -> None:
    found = find_agreement(graph.reader)
    assert found.papers == 1
    assert {name: found.counts["results"][name] for name in ("confirmed", "contradicted", "curated only")} == {
        "confirmed": 1,
        "contradicted": 1,
        "curated only": 1,
    }
    assert (found.counts["tasks"]["confirmed"], found.counts["tasks"]["curated only"]) == (1, 1)
    (other,) = (fact for fact in found.facts if fact.finding == "contradicted")
    assert other.said.startswith("55.0 accuracy on CIFAR-100") and other.words == "71.2%"
    (code,) = (fact for fact in found.facts if fact.kind == "code" and fact.finding == "confirmed")
    assert code.words == "Pond-Lab/FrogNet"
    assert "71.2%" in render_agreement(found)


NAMES = [
    {"name": "HopNet", "full_name": "Hopping Network", "introduced_year": 2021, "collections": []},
    {
        "name": "Ponds-9",
        "full_name": "PondNoise",
        "introduced_date": "2020-01-01",
        "variants": ["Ponds-9 (Krizhevsky)"],
    },
    {
        "task": "Hopping",
        "datasets": [
            {"dataset": "Ponds-9 (Krizhevsky)", "sota": {"rows": [{**row(accuracy="93.1"), "paper_title": "Toad"}]}}
        ],
    },
    {
        "paper_url": "x",
        "title": "Toad",
        "abstract": "",
        "tasks": [],
        "methods": [{"name": "HopNet", "full_name": "Hopping Network"}],
    },
]
PAPERS = [
    ("Frog", "We propose HopNet, a new network. HopNet reaches 91.2% accuracy on CIFAR-10."),
    ("Toad", "We use the PondNoise dataset. Hopping Network reaches an accuracy of 93.1% on PondNoise."),
]


@pytest.mark.slow
def test_names_of_a_catalogue_join_those_of_texts_whichever_came_first(tmp_path: Path) -> None:
    pages = tmp_path / "papers.jsonl"
    pages.write_text(
        "".join(json.dumps({"title": title, "abstract": abstract}) + "\n" for title, abstract in PAPERS), "utf-8"
    )
    dump = tmp_path / "dump"
    dump.mkdir()
    for number, table in enumerate(NAMES):
        (dump / f"{number}.json").write_text(json.dumps([table]), encoding="utf-8")
    exports = []
    for steps in ("build import", "import build"):
        graph = tmp_path / steps.replace(" ", "-")
        for step in steps.split():
            if step == "import":
                import_pwc(dump, graph)
            build_graph([pages], graph)
        stream = io.BytesIO()
        KnowledgeGraph(graph).export("nquads", stream)
        exports.append(stream.getvalue())
    assert exports[0] == exports[1]
    opened = KnowledgeGraph(graph)
    winners = [opened.lookup(name, type="method").winner for name in ("hopping network", "HopNet")]
    expected = (f"{DEFAULT_BASE}method/hopping-network", 2)
    assert [(winner.iri, winner.papers) for winner in winners if winner] == [expected, expected]
    found = find_agreement(opened.reader)
    assert found.counts["methods"]["confirmed"] == 1 and found.counts["results"]["confirmed"] == 1


def test_what_cannot_be_imported_leaves_no_trace(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("no table", encoding="utf-8")
    with pytest.raises(InputError, match="holds no table"):
        import_pwc(tmp_path / "x.txt", tmp_path / "graph")
    assert not (tmp_path / "graph").exists()


def test_a_damaged_catalogue_is_named_and_the_graph_stays(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "graph")
    (path,) = kept_catalogues(tmp_path / "graph")
    path.write_bytes(b"broken")
    with pytest.raises(GraphError, match=r"pwc\.jsonl\.gz: is damaged"):
        build_graph([], tmp_path / "graph")
    assert KnowledgeGraph(tmp_path / "graph").stats().papers == 3
