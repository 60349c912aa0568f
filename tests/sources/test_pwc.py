"""The tables of Papers with Code are told apart by their members, and read as facts."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kg.errors import InputError
from kg.sources.pwc import Counts, read_dump, table_of

ROW = {
    "model_name": "FrogNet (large)",
    "metrics": {"Accuracy": "93.5", "PARAMS": 12},
    "paper_title": "A Frog",
    "paper_url": "https://arxiv.org/abs/2101.00001v2",
    "paper_date": "2021-01-01",
    "code_links": [{"title": "pond/frog", "url": "https://github.com/pond/frog"}],
}
PAPER = {
    "paper_url": "https://paperswithcode.com/paper/a-frog",
    "arxiv_id": "2101.00001",
    "title": "A Frog",
    "abstract": "It hops.",
    "url_abs": "https://arxiv.org/abs/2101.00001v1",
    "date": "2021-01-01",
    "tasks": ["Hopping"],
    "methods": [{"name": "FrogNet"}],
}


def board(name: str, *rows: Any, within: Any = ()) -> dict[str, Any]:
    return {"dataset": name, "sota": {"metrics": [], "rows": list(rows)}, "subdatasets": list(within)}


def task(name: str, *boards: Any, subtasks: Any = (), **more: Any) -> dict[str, Any]:
    return {"task": name, "datasets": list(boards), "subtasks": list(subtasks), **more}


def facts(folder: Path, *tables: Any) -> tuple[list[dict[str, Any]], list[str]]:
    for number, table in enumerate(tables):
        (folder / f"{number}.json.gz").write_bytes(gzip.compress(json.dumps(table).encode()))
    warnings: list[str] = []
    return list(read_dump(folder, warnings.append)), warnings


def test_results_of_subtasks_and_of_tables_within_tables_are_read(tmp_path: Path) -> None:
    inner = task("Long Hopping", board("Ponds", within=[board("Ponds (1-shot)", ROW)]))
    found, warnings = facts(tmp_path, [task("Hopping", subtasks=[inner], categories=["Frogs"])])
    assert warnings == []
    assert found[:2] == [
        {"kind": "task", "name": "Hopping", "areas": ["Frogs"]},
        {"kind": "task", "name": "Long Hopping", "broader": "Hopping"},
    ]
    accuracy, parameters = found[2:]
    assert (accuracy["task"], accuracy["dataset"], accuracy["subdataset"]) == (
        "Long Hopping",
        "Ponds",
        "Ponds (1-shot)",
    )
    assert (accuracy["metric"], accuracy["value"], accuracy["arxiv"]) == ("Accuracy", "93.5", "2101.00001")
    assert accuracy["code"] == ["https://github.com/pond/frog"]
    assert (parameters["metric"], parameters["value"]) == ("PARAMS", "12")


def test_names_come_before_what_is_said_of_them_whatever_the_files_are_called(tmp_path: Path) -> None:
    link = {"paper_url": "x", "paper_title": "A Frog", "repo_url": "https://github.com/pond/frog", "is_official": True}
    dataset = {"name": "Ponds", "introduced_date": "2020-05-01", "variants": ["Ponds", "Ponds, small"]}
    method = {"name": "FrogNet", "introduced_year": 2021, "collections": [{"collection": "Hops", "area": "General"}]}
    found, _ = facts(tmp_path, [link | {"framework": "none"}], [PAPER], [task("Hopping")], [dataset], [method])
    assert [fact["kind"] for fact in found] == ["method", "dataset", "task", "paper", "code"]
    assert found[0]["collections"] == [["Hops", "General"]]
    assert found[1]["year"] == 2020
    assert found[3]["tasks"] == ["Hopping"] and found[3]["methods"] == [["FrogNet", ""]]
    assert found[4]["official"] is True and "framework" not in found[4]


def test_advertisements_are_left_out_and_counted(tmp_path: Path) -> None:
    spam = PAPER | {
        "title": "Call customer service +1 (800) 555 0199 now",
        "abstract": "Call our airline support number.",
    }
    (tmp_path / "papers.json").write_text(json.dumps([spam, PAPER]), encoding="utf-8")
    counts: list[Counts] = []
    assert [fact["title"] for fact in read_dump(tmp_path, print, counts.append)] == ["A Frog"]
    assert counts[0].advertisements == 1


@pytest.mark.parametrize(
    "damage", [{"tasks": 7, "methods": [None, {"name": 3}]}, {"title": ["x"]}, {"arxiv_id": {}, "tasks": [None]}]
)
def test_members_of_other_types_are_left_out(tmp_path: Path, damage: dict[str, Any]) -> None:
    found, _ = facts(tmp_path, [PAPER, PAPER | damage], [task("Hopping", board("Ponds", ROW | {"metrics": []}, None))])
    assert [fact["kind"] for fact in found if fact["kind"] != "task"][:1] == ["paper"]


def test_half_a_file_gives_what_it_has_and_a_warning(tmp_path: Path) -> None:
    (tmp_path / "papers.json").write_text(json.dumps([PAPER, PAPER], indent=1)[:-60], encoding="utf-8")
    warnings: list[str] = []
    assert len(list(read_dump(tmp_path, warnings.append))) == 1
    assert warnings and "papers.json" in warnings[0]


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"[1, 2]", b'{"title": "no table"}'])
def test_a_folder_without_a_table_is_refused_in_a_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(InputError, match="holds no table of Papers with Code"):
        list(read_dump(tmp_path, lambda line: None))


def test_a_table_is_told_by_its_members() -> None:
    assert table_of(PAPER) == "papers"
    assert table_of({"title": "A Frog", "abstract": "It hops."}) is None
