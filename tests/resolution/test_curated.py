"""Curated files are read whole, or refused by file and line."""

from pathlib import Path

import pytest

from kg.errors import InputError
from kg.resolution import read_curated
from kg.resolution.curated import Curated, CuratedEntity


def curated(tmp_path: Path, *lines: str) -> Curated:
    (tmp_path / "entities.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_curated([tmp_path])


@pytest.mark.slow
def test_shipped_file_knows_entities_of_every_type() -> None:
    shipped = read_curated()
    assert {kind for kind, _ in shipped.entities} == {"Method", "Dataset", "Metric", "Task"}
    assert len(shipped.entities) > 350


def test_shipped_broader_names_are_entities() -> None:
    shipped = read_curated()
    unknown = [
        (entity.name, broader)
        for entity in shipped.entities.values()
        for broader in entity.broader or ()
        if shipped.named(entity.type, broader) is None
    ]
    assert unknown == []


def test_shipped_pages_are_of_one_entity_each() -> None:
    entities = read_curated().entities.values()
    pages = [page for entity in entities for page in (entity.wikipedia, entity.wikidata) if page]
    assert len(pages) == len(set(pages)) > 100


def test_entity_is_found_by_any_name_in_any_spelling(tmp_path: Path) -> None:
    found = curated(tmp_path, '{"type": "Dataset", "name": "Zorblatt-10", "aliases": ["Zorblatt images"]}')
    names = {entity.name for name in ("zorblatt 10", "Zorblatt Image") if (entity := found.named("Dataset", name))}
    assert names == {"Zorblatt-10"}
    assert found.named("Method", "Zorblatt-10") is None


def test_names_are_added_to_a_shipped_entity(tmp_path: Path) -> None:
    found = curated(tmp_path, '{"type": "Dataset", "same": ["CIFAR-10", "the ten little pictures"]}')
    entity = found.named("Dataset", "Ten Little Pictures")
    assert entity and entity.name == "CIFAR-10"
    assert "the ten little pictures" in found.aliases(entity.identity)


def test_padding_at_the_end_of_a_name_is_left_out(tmp_path: Path) -> None:
    found = curated(tmp_path, '{"type": "Dataset", "padding": ["heap"]}')
    assert found.without_padding("Dataset", "Zorblatt Heaps") == "Zorblatt"
    assert found.without_padding("Method", "Zorblatt heap") is None
    assert found.without_padding("Dataset", "heap") is None


A = '{"type": "Method", "name": "alpha net"'
B = '{"type": "Method", "name": "beta net"'
C = '{"type": "Method", "name": "gamma net"'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lines", "line", "problem"),
    [
        (['{"type": "Gadget", "name": "x"}'], 1, '"type"'),
        (['{"type": "Method"}'], 1, "is not a statement"),
        (['{"type": "Method", "name": "x"'], 1, "is not a complete JSON object"),
        (['["x"]'], 1, "is not a JSON object"),
        (['{"type": "Method", "name": " "}'], 1, '"name"'),
        (['{"type": "Method", "name": "x", "alias": ["y"]}'], 1, '"alias"'),
        (['{"type": "Method", "name": "x", "wikidata": "17"}'], 1, '"wikidata"'),
        (['{"type": "Method", "name": "x", "wikipedia": "https://example.org/x"}'], 1, '"wikipedia"'),
        (['{"type": "Method", "name": "x", "homepage": "nowhere"}'], 1, '"homepage"'),
        (['{"type": "Method", "different": ["x"]}'], 1, '"different"'),
        ([A + "}", "", '{"type": "Method", "name": "Alpha-Nets"}'], 3, "is the name of an entity already"),
        ([A + "}", '{"type": "Dataset", "name": "alpha net"}'], 2, "is the name of an entity already"),
        (['{"type": "Dataset", "name": "ImageNet"}'], 1, "is the name of an entity already"),
        ([A + ', "aliases": ["A"]}', B + ', "aliases": ["a"]}'], 2, 'cannot belong to "beta net" too'),
        ([A + ', "aliases": ["beta nets"]}', B + "}"], 2, 'cannot belong to "beta net" too'),
        (['{"type": "Method", "same": ["x", "y"]}'], 1, "of none"),
        ([A + "}", B + "}", '{"type": "Method", "same": ["alpha net", "beta net"]}'], 3, "names of one entity"),
        ([A + ', "broader": ["alpha net"]}'], 1, "goes in a circle"),
        (
            [
                A + ', "aliases": ["A"], "broader": ["beta net"]}',
                B + ', "broader": ["gamma net"]}',
                C + ', "broader": ["A"]}',
            ],
            3,
            '"alpha net" → "beta net" → "gamma net" → "alpha net"',
        ),
    ],
)
def test_wrong_file_is_refused_by_its_line(tmp_path: Path, lines: list[str], line: int, problem: str) -> None:
    with pytest.raises(InputError) as refused:
        curated(tmp_path, *lines)
    assert refused.value.place == f"{tmp_path / 'entities.jsonl'}:{line}"
    assert problem in refused.value.problem


def test_two_ways_to_one_broader_entity_are_not_a_circle() -> None:
    lines = {"a": ("b", "c"), "b": ("d",), "c": ("d",), "d": ()}
    entities = [(name, CuratedEntity(type="Task", name=name, broader=broader)) for name, broader in lines.items()]
    assert len(Curated(entities).entities) == 4
