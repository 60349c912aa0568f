"""docs/tables.md has the columns that there are, and its examples find something in the tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from kg.api import KnowledgeGraph
from kg.export.columns import table_columns

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")


def example(package: str, graph_folder: Path, monkeypatch: pytest.MonkeyPatch, folder: Path) -> dict[str, Any]:
    """What the names of an example are when it has run beside the tables."""
    for needed in (package, "pyarrow"):
        pytest.importorskip(needed)
    KnowledgeGraph(graph_folder).export_tables(folder / "tables")
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    [code] = [code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if f"import {package}" in code]
    exec(code, names)
    return names


def test_duckdb_counts_the_papers_of_datasets(
    graph_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    most_used = example("duckdb", graph_folder, monkeypatch, tmp_path)["most_used"]
    assert most_used[0] == ("CIFAR-10", 2) and ("LilyBench", 1) in most_used


@pytest.mark.slow
def test_pandas_joins_results_and_papers(graph_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    best = example("pandas", graph_folder, monkeypatch, tmp_path)["best"]
    assert best.iloc[0].to_dict() == {
        "dataset_name": "CIFAR-10",
        "metric_name": "accuracy",
        "number": 93.5,
        "method_name": "FrogNet",
        "title": "FrogNet: Hopping Networks for Image Classification",
    }


@pytest.mark.parametrize(
    ("package", "option", "read"),
    [
        ("pandas", '`dtype={"arxiv": "string"}` in `pandas.read_csv`', "pandas.read_csv(path, OPTION)['arxiv']"),
        ("polars", '`schema_overrides={"arxiv": pl.String}` in `polars', "polars.read_csv(path, OPTION)['arxiv']"),
        (
            "duckdb",
            "`types={'arxiv': 'VARCHAR'}` in",
            """duckdb.sql("FROM read_csv('papers.csv', OPTION)").fetchall()[0]""",
        ),
    ],
)
def test_readers_of_csv_keep_an_arxiv_id_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, option: str, read: str
) -> None:
    module = pytest.importorskip(package)
    assert option in " ".join(PAGE.split())
    monkeypatch.chdir(tmp_path)
    Path("papers.csv").write_text("arxiv\n2101.00010\n", encoding="utf-8")
    found = eval(read.replace("OPTION", option.split("`")[1]), {package: module, "pl": module, "path": "papers.csv"})
    assert [*found] == ["2101.00010"]


def test_the_page_has_the_columns_in_their_order() -> None:
    for table, columns in table_columns().items():
        section = PAGE.partition(f"## {table}\n")[2].partition("\n## ")[0]
        shown = re.findall(r"^\| `(\w+)` \| ([a-z]+) \|", section, re.MULTILINE)
        assert shown == [(column.name, column.type) for column in columns]
