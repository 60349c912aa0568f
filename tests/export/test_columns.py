"""The five tables: what is in them, which files they are, and that they appear whole."""

from __future__ import annotations

import csv
import datetime
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from kg.api import KnowledgeGraph
from kg.builder import build_graph
from kg.builder.catalogues import import_pwc
from kg.errors import KGError
from kg.export.columns import Column, table_columns

TITLE = "FrogNet: Hopping Networks"
BASE = "https://w3id.org/papers-kg/"
PAPER, OTHER = f"{BASE}paper/frognet-hopping-networks", f"{BASE}paper/a-toad-of-ponds"
PAPERS: list[dict[str, Any]] = [
    {
        "id": "1",
        "title": TITLE,
        "abstract": 'We propose FrogNet, "a" network; it reaches 93.5% accuracy (5-shot) on CIFAR-10 and\n'
        "71.2% accuracy on ImageNet. Code: https://github.com/Pond/FrogNet, project: https://pond.github.io/frog/.",
        "authors": ["Zoe Toad", "Ada Frog"],
        "date": "2021-03-11",
        "venue": "Journal of Ponds",
        "doi": "10.1234/FROG",
        "arxiv": "2101.00001",
        "keywords": ["ponds", "frogs"],
    },
    {"id": "2", "title": "Ponds, Revisited", "abstract": "We study CIFAR-10\rwith FrogNet.", "year": 2020},
]
CATALOGUE = [
    {"name": "Frogs-9", "full_name": "Nine Ponds of Frogs", "variants": []},
    {
        "task": "Image Classification",
        "datasets": [
            {
                "dataset": "CIFAR-10",
                "sota": {
                    "rows": [
                        {
                            "model_name": "FrogNet (big)",
                            "metrics": {"accuracy": "94.5"},
                            "paper_title": TITLE,
                            "paper_url": "",
                        }
                    ]
                },
            }
        ],
    },
    {"paper_url": "x", "title": TITLE, "abstract": "", "tasks": ["Leaping"], "methods": []},
    {"paper_url": "x", "title": "A Toad of Ponds", "abstract": "", "tasks": ["Leaping"], "date": "2021-01-05"},
    {"paper_url": "x", "paper_title": TITLE, "repo_url": "https://github.com/pond/other", "is_official": True},
]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    """A graph of two papers, and what a catalogue says."""
    place = tmp_path_factory.mktemp("tables")
    for number, table in enumerate(CATALOGUE):
        (place / f"{number}.json").write_text(json.dumps([table]), encoding="utf-8")
    (place / "papers.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS), encoding="utf-8")
    import_pwc(place, place / "graph")
    build_graph([place / "papers.jsonl"], place / "graph")
    return KnowledgeGraph(place / "graph")


@pytest.fixture(scope="module")
def tables(graph: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    """The rows of the tables as CSV."""
    folder = tmp_path_factory.mktemp("csv") / "tables"
    counts = graph.export_tables(folder, "csv")
    found = {}
    for table in table_columns():
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            found[table] = [*csv.DictReader(file)]
    assert counts == {table: len(rows) for table, rows in found.items()}
    return found


def without_empty(row: dict[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if cell}


def test_a_paper_has_its_metadata(tables: dict[str, list[dict[str, str]]]) -> None:
    toad, frog, ponds = map(without_empty, tables["papers"])
    assert frog == {
        "iri": PAPER,
        "title": TITLE,
        "abstract": PAPERS[0]["abstract"],
        "authors": "Zoe Toad; Ada Frog",
        "year": "2021",
        "month": "3",
        "date": "2021-03-11",
        "venue": "Journal of Ponds",
        "url": "https://doi.org/10.1234/frog",
        "doi": "10.1234/frog",
        "arxiv": "2101.00001",
        "identifiers": "1; arxiv:2101.00001; doi:10.1234/frog",
        "keywords": "frogs; ponds",
        "code": "https://github.com/Pond/FrogNet",
        "listed_on": frog["listed_on"],
        "origin": "extracted",
    }
    assert frog["listed_on"].endswith("papers.jsonl:1")
    assert (ponds["year"], "month" in ponds, ponds["identifiers"]) == ("2020", False, "2")
    assert ponds["abstract"] == PAPERS[1]["abstract"]
    assert toad == {"iri": OTHER, "title": "A Toad of Ponds", "year": "2021", "origin": "curated"}


def test_entities_have_their_counts_and_say_where_they_are_from(tables: dict[str, list[dict[str, str]]]) -> None:
    rows = {row["iri"]: without_empty(row) for row in tables["entities"]}
    assert [row["iri"] for row in tables["entities"]] == sorted(rows)
    network = rows[f"{BASE}method/frognet"]
    assert (network["type"], network["name"], network["papers"], network["introducing"]) == (
        "Method",
        "FrogNet",
        "2",
        "1",
    )
    assert rows[f"{BASE}metric/accuracy"]["better"] == "higher"
    frogs = rows[f"{BASE}dataset/frogs-9"]
    assert (frogs["other_names"], frogs["papers"], frogs["origin"]) == ("Nine Ponds of Frogs", "0", "curated")
    assert {row["origin"] for row in rows.values() if row["papers"] != "0"} == {"extracted"}


def test_a_mention_has_the_words_at_its_offsets_in_the_text(tables: dict[str, list[dict[str, str]]]) -> None:
    texts = {row["iri"]: f"{row['title']}\n{row['abstract']}" for row in tables["papers"]}
    types = {row["iri"]: row["type"] for row in tables["entities"]}
    found = [row for row in tables["mentions"] if row["origin"] == "extracted"]
    assert len(found) > 5
    for row in found:
        assert texts[row["paper"]][int(row["start"]) : int(row["end"])] == row["words"]
        assert row["words"] in row["sentence"] and types[row["entity"]] == row["type"]
        assert 0 < float(row["confidence"]) <= 1 and row["role"] in ("introduced", "used") and row["extractor"]
    places = [(row["paper"], int(row["start"])) for row in found]
    assert places == sorted(places)
    assert [without_empty(row) for row in tables["mentions"] if row["origin"] == "curated"] == [
        {"paper": paper, "entity": f"{BASE}task/leaping", "type": "Task", "origin": "curated"}
        for paper in (OTHER, PAPER)
    ]


def test_results_are_numbers_with_what_they_measure(tables: dict[str, list[dict[str, str]]]) -> None:
    first, second, curated = map(without_empty, tables["results"])
    assert first == {
        "iri": first["iri"],
        "paper": PAPER,
        "value": "93.5%",
        "number": "93.5",
        "unit": "%",
        "relative": "false",
        "comparable": first["comparable"],
        "confidence": first["confidence"],
        "metric": f"{BASE}metric/accuracy",
        "metric_name": "accuracy",
        "metric_words": "accuracy",
        "dataset": f"{BASE}dataset/cifar-10",
        "dataset_name": "CIFAR-10",
        "method": f"{BASE}method/frognet",
        "method_name": "FrogNet",
        "settings": "5-shot",
        "sentence": first["sentence"],
        "start": first["start"],
        "end": str(int(first["start"]) + len("93.5%")),
        "origin": "extracted",
    }
    assert second["number"] == "71.2" and first["comparable"] in ("true", "false")
    assert (curated["number"], curated["model"], curated["origin"]) == ("94.5", "FrogNet (big)", "curated")
    assert (curated["paper"], curated["task"], curated["comparable"]) == (
        PAPER,
        f"{BASE}task/image-classification",
        "true",
    )
    assert curated["dataset"] == first["dataset"] and "confidence" not in curated and "sentence" not in curated


def test_links_lead_to_addresses_and_repositories(tables: dict[str, list[dict[str, str]]]) -> None:
    code, project, curated = map(without_empty, tables["links"])
    assert code == {
        "paper": PAPER,
        "kind": "code",
        "address": "https://github.com/Pond/FrogNet",
        "repository": f"{BASE}code/github.com/pond/frognet",
        "repository_name": "Pond/FrogNet",
        "origin": "extracted",
    }
    assert (project["kind"], project["address"]) == ("project", "https://pond.github.io/frog")
    assert (curated["address"], curated["official"], curated["origin"]) == (
        "https://github.com/pond/other",
        "true",
        "curated",
    )


def test_the_same_graph_gives_the_same_bytes(graph: KnowledgeGraph, tmp_path: Path) -> None:
    for name in ("one", "two", "two"):
        graph.export_tables(tmp_path / name, "csv")
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two and sorted(one) == [
        *("entities.csv", "links.csv", "mentions.csv", "papers-kg-tables.txt", "papers.csv", "results.csv"),
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


@pytest.mark.slow
def test_parquet_has_the_same_rows_with_types(
    graph: KnowledgeGraph, tables: dict[str, list[dict[str, str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    graph.export_tables(tmp_path / "whole")
    monkeypatch.setattr("kg.export.columns._ROW_GROUP", 500)
    graph.export_tables(tmp_path / "small groups")
    types = {"text": pa.string(), "texts": pa.list_(pa.string()), "integer": pa.int64(), "number": pa.float64()}
    types |= {"boolean": pa.bool_(), "date": pa.date32()}
    for table, columns in table_columns().items():
        found = parquet.read_table(tmp_path / "whole" / f"{table}.parquet")
        assert found.schema == pa.schema([(column.name, types[column.type]) for column in columns])
        assert found.equals(parquet.read_table(tmp_path / "small groups" / f"{table}.parquet"))
        assert [{name: as_csv(cell) for name, cell in row.items()} for row in found.to_pylist()] == tables[table]
    metadata = parquet.read_metadata(tmp_path / "small groups" / "mentions.parquet")
    assert metadata.num_row_groups > 1
    (day,) = parquet.read_table(tmp_path / "whole" / "papers.parquet").column("date").drop_null().to_pylist()
    assert day == datetime.date(2021, 3, 11)


def as_csv(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    return "; ".join(cell) if isinstance(cell, list) else "" if cell is None else str(cell)


def test_without_pyarrow_the_error_says_how_to_get_it(
    graph: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(KGError, match=r"^format 'parquet' needs pyarrow; pip install 'papers-kg\[parquet\]' installs"):
        graph.export_tables(tmp_path / "tables")
    assert [*tmp_path.iterdir()] == []
    with pytest.raises(KGError, match="format: expected one of parquet, csv, found 'xlsx'"):
        graph.export_tables(tmp_path / "tables", "xlsx")  # type: ignore[arg-type]


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_full_disk_leaves_nothing(graph: KnowledgeGraph, tmp_path: Path, format: Any) -> None:
    import resource

    if format == "parquet":
        pytest.importorskip("pyarrow")
    graph.export_tables(tmp_path / "other", "csv")  # so that all modules are loaded, which are written to disk
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, limits[1]))
    try:
        with pytest.raises(KGError) as raised:
            graph.export_tables(tmp_path / "tables", format)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert str(raised.value) == f"{tmp_path / 'tables'}: cannot be written (File too large)"
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_tables_in_another_format_and_files_of_others_stay(graph: KnowledgeGraph, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    graph.export_tables(folder, "csv")
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(KGError, match=re.escape("holds notes.txt, which is not of the tables as csv; choose another")):
        graph.export_tables(folder, "csv")
    assert (folder / "notes.txt").read_text() == "mine"


def test_only_columns_of_one_value_have_properties_that_are_asked_for_together() -> None:
    """The mentions of a paper are asked for by one query, which takes one property of each column."""
    of: list[Column] = [column for column in table_columns()["mentions"] if column.of]
    assert of and all(len(column.of) == 1 and not column.named and column.type != "texts" for column in of)
