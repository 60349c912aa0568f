"""The examples of docs/plugins.md, installed as packages of their own and used."""

from __future__ import annotations

import importlib
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from rdflib import Graph, Namespace
from rdflib.namespace import RDF

import kg

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
SCHEMA = Namespace("https://schema.org/")


class Example(NamedTuple):
    """A module of the page, and the group and the lines of its entry points."""

    module: str
    code: str
    group: str
    points: dict[str, str]


def examples() -> Iterator[Example]:
    blocks = re.findall(r"^`(\w+)\.py`\n\n```python\n(.*?)```\n\n```toml\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
    for module, code, toml in blocks:
        [(group, points)] = tomllib.loads(toml)["project"]["entry-points"].items()
        yield Example(module, code, group, points)


EXAMPLES = {example.group: example for example in examples()}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put the example of a group on the path, with the metadata that an installer writes."""

    def install(group: str) -> None:
        example = EXAMPLES[group]
        site = tmp_path / "site"
        metadata = site / f"{example.module}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (site / f"{example.module}.py").write_text(example.code, encoding="utf-8")
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {example.module}\nVersion: 1.0\n")
        lines = [f"[{group}]", *(f"{name} = {value}" for name, value in example.points.items())]
        (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
        monkeypatch.syspath_prepend(str(site))
        monkeypatch.delitem(sys.modules, example.module, raising=False)
        importlib.invalidate_caches()

    return install


def test_every_group_of_the_table_has_an_example_of_about_twenty_lines() -> None:
    assert set(re.findall(r"^\| `(kg\.\w+)` \|", PAGE, re.MULTILINE)) == set(EXAMPLES)
    assert {group: len(each.code.splitlines()) for group, each in EXAMPLES.items() if each.code.count("\n") > 25} == {}


def test_a_source_is_read(install: Callable[[str], None], tmp_path: Path) -> None:
    install("kg.sources")
    page = tmp_path / "papers.tsv"
    page.write_text("A frog study\tWe train FrogNet on MNIST.\nno abstract\n", encoding="utf-8")
    warnings: list[str] = []
    [paper] = kg.read_papers([page], warnings.append)
    assert (paper.title, paper.abstract, paper.line) == ("A frog study", "We train FrogNet on MNIST.", 1)
    assert warnings == [f"{page}:2: has no tab; skipped"]


def test_a_format_is_exported(install: Callable[[str], None], graph_folder: Path, tmp_path: Path) -> None:
    install("kg.formats")
    written = tmp_path / "graph.hext"
    count = kg.KnowledgeGraph(graph_folder).export("hextuples", written)
    rows = [json.loads(line) for line in written.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == count
    dataset = "https://w3id.org/papers-kg/dataset/cifar-10"
    assert [row[2:4] for row in rows if row[0] == dataset and row[1].endswith("#prefLabel")] == [
        ["CIFAR-10", "http://www.w3.org/2001/XMLSchema#string"]
    ]


def test_a_vocabulary_is_exported(install: Callable[[str], None], graph_folder: Path, tmp_path: Path) -> None:
    install("kg.profiles")
    written = tmp_path / "graph.ttl"
    kg.KnowledgeGraph(graph_folder).export("turtle", written, profile="schema-org")
    graph = Graph().parse(written)
    names = {str(graph.value(each, SCHEMA.name)) for each in graph.subjects(RDF.type, SCHEMA.Dataset)}
    assert names >= {"CIFAR-10", "CIFAR-100"}
    assert len(set(graph.subjects(SCHEMA.mentions))) == len(set(graph.subjects(RDF.type, SCHEMA.ScholarlyArticle)))


@pytest.mark.slow
def test_an_extractor_proposes_names(install: Callable[[str], None]) -> None:
    from kg.extraction.pipeline import build_pipeline
    from kg.extraction.plugins import installed_plugins

    install("kg.extractors")
    nlp = build_pipeline(plugins=installed_plugins())
    doc = nlp("Frogs in tweets\nOur system took part in SemEval-2031 Task 4, with FrogNet.")
    assert [(each.label_, each.text) for each in doc.ents if each._.candidate.extractor == "shared_tasks"] == [
        ("Task", "SemEval-2031 Task 4")
    ]
