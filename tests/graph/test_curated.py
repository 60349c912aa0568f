"""What a catalogue says is in a graph of its own, under the IRIs that the texts have, and never said twice."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kg.errors import GraphError
from kg.graph.curated import (
    Catalogue,
    CuratedStatements,
    KnownPapers,
    keep_catalogue,
    kept_catalogues,
    listed_entities,
    number_of,
    read_catalogue,
)
from kg.graph.manifest import UnreadableError
from kg.records import Extraction, Mention
from kg.resolution import Curated, KnownNames, Resolver
from kg.vocabulary import KG, SCHEMA, SKOS, EntityType

BASE = "https://example.org/"
CATALOGUE = Catalogue(
    "pwc", "Frogs with Code", "https://frogs.example.org/", "https://frogs.example.org/licence", ("a",)
)


def store_of(*facts: dict[str, Any], known: Sequence[tuple[EntityType, str]] = ()) -> ox.Store:
    """The statements of facts, where the texts have a paper "A Frog" and some entities by name."""
    resolver = Resolver(BASE, known=KnownNames(listed_entities(facts), Curated()))
    for entity_type, name in known:
        mention = Mention(type=entity_type, text=name, start=0, end=len(name), confidence=1, extractor="x")
        resolver.add(Extraction(id="1", title=name, entities=(mention,)))
    papers = KnownPapers()
    papers.add(BASE + "paper/a-frog", "A Frog", ["arxiv:2101.00001"])
    made = CuratedStatements(CATALOGUE, resolver, papers)
    lines = [*made.about(), *(line for fact in facts for line in made.of(fact)), *made.entities()]
    store = ox.Store()
    store.load("".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
    return store


def objects(store: ox.Store, subject: str, predicate: str) -> list[str]:
    quads = store.quads_for_pattern(ox.NamedNode(BASE + subject), ox.NamedNode(predicate), None, None)
    return sorted(getattr(quad.object, "value", "") for quad in quads)


def test_all_is_in_the_graph_of_the_catalogue() -> None:
    store = store_of({"kind": "paper", "title": "A Toad", "tasks": ["Hopping"]})
    assert [graph.value for graph in store.named_graphs()] == [BASE + "curated/pwc"]


def test_a_paper_is_found_by_its_identifier_or_title_and_else_has_no_text() -> None:
    store = store_of(
        {"kind": "paper", "title": "Frogs!", "arxiv": "2101.00001", "tasks": ["Hopping"]},
        {"kind": "paper", "title": "a  frog", "methods": [["FrogNet", ""]]},
        {"kind": "paper", "title": r"A \emph{Frog}", "methods": [["PadNet", ""]]},
        {"kind": "paper", "title": "A Toad", "tasks": ["Hopping"]},
    )
    said = [BASE + "method/frognet", BASE + "method/padnet", BASE + "task/hopping"]
    assert objects(store, "paper/a-frog", KG + "catalogued") == said
    types = objects(store, "paper/a-toad", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    assert types == ["https://schema.org/ScholarlyArticle"]


def test_names_that_texts_have_keep_their_labels_and_hierarchy() -> None:
    store = store_of(
        {"kind": "task", "name": "Hopping"},
        {"kind": "task", "name": "Leaping", "broader": "Hopping"},
        {"kind": "task", "name": "Long Leaping", "broader": "Leaping"},
        known=[("Task", "leaping")],
    )
    assert objects(store, "task/leaping", SKOS + "prefLabel") == []
    assert objects(store, "task/leaping", SKOS + "broadMatch") == [BASE + "task/hopping"]
    assert objects(store, "task/long-leaping", SKOS + "broader") == [BASE + "task/leaping"]


def test_a_circle_of_tasks_is_cut() -> None:
    store = store_of(
        {"kind": "task", "name": "Hopping", "broader": "Leaping"},
        {"kind": "task", "name": "Leaping", "broader": "Hopping"},
    )
    assert objects(store, "task/hopping", SKOS + "broader") == [BASE + "task/leaping"]
    assert objects(store, "task/leaping", SKOS + "broader") == []


def test_a_spelling_of_a_dataset_is_the_dataset_and_a_part_is_narrower() -> None:
    store = store_of({"kind": "dataset", "name": "Ponds-10", "variants": ["ponds10", "Ponds-10, small"]})
    narrower = store.quads_for_pattern(None, ox.NamedNode(SKOS + "broader"), ox.NamedNode(BASE + "dataset/ponds-10"))
    assert [getattr(quad.subject, "value", "") for quad in narrower] == [BASE + "dataset/ponds-10-small"]


def test_a_full_name_and_a_variant_are_names_of_one_entity() -> None:
    facts = (
        {"kind": "method", "name": "HOPR", "full_name": "Heuristic Optimal Pond Routing"},
        {"kind": "dataset", "name": "Ponds-10", "variants": ["Ponds-10 (Krizhevsky)"]},
        {"kind": "paper", "title": "A Toad", "methods": [["HOPR", "Heuristic Optimal Pond Routing"], ["HOPR", ""]]},
    )
    store = store_of(*facts)
    assert objects(store, "method/hopr", SKOS + "altLabel") == ["Heuristic Optimal Pond Routing"]
    assert objects(store, "dataset/ponds-10", SKOS + "altLabel") == ["Ponds-10 (Krizhevsky)"]
    assert objects(store, "paper/a-toad", KG + "catalogued") == [BASE + "method/hopr"]
    store = store_of(*facts, known=[("Method", "heuristic optimal pond routing"), ("Method", "HOPR")])
    (method,) = objects(store, "paper/a-toad", KG + "catalogued")
    assert method == BASE + "method/heuristic-optimal-pond-routing"
    assert objects(store, "method/heuristic-optimal-pond-routing", SCHEMA + "alternateName") == [
        "Heuristic Optimal Pond Routing"
    ]


def test_two_methods_of_one_name_are_two_and_a_name_of_texts_is_neither() -> None:
    store = store_of(
        {"kind": "method", "name": "HOPR", "full_name": "Heuristic Optimal Pond Routing"},
        {"kind": "method", "name": "HOPR", "full_name": "Hidden Order Prior"},
        {"kind": "paper", "title": "A Toad", "methods": [["HOPR", "Hidden Order Prior"]]},
        {"kind": "paper", "title": "A Newt", "methods": [["HOPR", ""]]},
        known=[("Method", "HOPR")],
    )
    assert objects(store, "method/hidden-order-prior", SKOS + "altLabel") == ["HOPR"]
    assert objects(store, "method/heuristic-optimal-pond-routing", SKOS + "altLabel") == ["HOPR"]
    assert objects(store, "paper/a-toad", KG + "catalogued") == [BASE + "method/hidden-order-prior"]
    assert objects(store, "paper/a-newt", KG + "catalogued") == [BASE + "method/hopr"]


def test_a_dataset_that_another_lists_stays_one_of_its_own() -> None:
    store = store_of(
        {"kind": "dataset", "name": "Ponds", "variants": ["Moving Ponds", "Frozen Ponds"]},
        {"kind": "dataset", "name": "Moving Ponds"},
    )
    assert objects(store, "dataset/moving-pond", SKOS + "broader") == []
    assert objects(store, "dataset/frozen-pond", SKOS + "broader") == [BASE + "dataset/pond"]


def test_a_result_keeps_what_is_written_and_leads_to_what_is_known() -> None:
    row = {"task": "Hopping", "dataset": "Ponds", "model": "FrogNet (large)", "metric": "Accuracy", "value": "93.5%"}
    store = store_of({"kind": "method", "name": "FrogNet"}, {"kind": "result", "title": "A Frog", **row})
    (node,) = objects(store, "paper/a-frog", KG + "curatedResult")
    said = {
        name: objects(store, node.removeprefix(BASE), KG + name)
        for name in ("modelText", "valueText", "value", "ofMethod", "onDataset")
    }
    assert said["modelText"] == ["FrogNet (large)"] and said["valueText"] == ["93.5%"] and said["value"] == ["93.5"]
    assert said["ofMethod"] == [BASE + "method/frognet"] and said["onDataset"] == [BASE + "dataset/pond"]


@pytest.mark.parametrize(
    "fact", [{}, {"kind": "?"}, {"kind": "paper"}, {"kind": "result", "title": "A Frog"}, {"kind": "method", "name": 7}]
)
def test_a_fact_of_another_form_is_left_out(fact: dict[str, Any]) -> None:
    assert {quad.subject for quad in store_of(fact)} == {ox.NamedNode(BASE + "curated/pwc")}


def test_a_catalogue_is_kept_and_read_again(tmp_path: Path) -> None:
    facts = [{"kind": "task", "name": "Hüpfen"}]
    path = keep_catalogue(tmp_path, CATALOGUE, facts)
    assert kept_catalogues(tmp_path) == [path]
    found, lines = read_catalogue(path)
    assert found == CATALOGUE and list(lines) == facts
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(GraphError, match="is damaged; import the catalogue again"):
        list(read_catalogue(path)[1])


def test_a_catalogue_that_the_system_does_not_let_read_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("gzip.open", refused)
    with pytest.raises(UnreadableError, match=r"pwc\.jsonl\.gz: cannot be read \(Permission denied\)$"):
        read_catalogue(tmp_path / "pwc.jsonl.gz")


@pytest.mark.parametrize(("text", "number"), [("96.4 %", "96.4"), ("-3", "-3"), ("1,234.5", "1234.5")])
def test_numbers_are_read(text: str, number: str) -> None:
    assert number_of(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "12.5M", "1-2", "93.5 ± 0.2", "٣"])
def test_what_is_not_one_number_is_none(text: str) -> None:
    assert number_of(text) is None
