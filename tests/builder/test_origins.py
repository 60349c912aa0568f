"""One file is one source, however builds name it; what is shown of it depends on the sources alone."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path
from zipfile import ZipFile

import pytest

from kg.api import KnowledgeGraph
from kg.ask.sparql import run
from kg.builder import build_graph
from kg.builder.origins import placed, shown_names
from kg.records import Paper


def write(path: Path, *titles: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"id": title, "title": title, "abstract": f"{title}: we train on MNIST."}) for title in titles]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def listed(folder: Path) -> list[str]:
    graph = KnowledgeGraph(folder)
    rows = run(graph.store, "SELECT ?at { ?paper kg:listedOn ?at } ORDER BY ?at", graph.base).records()
    return [str(row["at"]) for row in rows]


@pytest.mark.slow
def test_two_files_of_one_name_are_two_sources(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a" / "list.jsonl", "Frogs"), write(tmp_path / "b" / "list.jsonl", "Frogs", "Toads")
    build_graph([one], tmp_path / "g")
    assert listed(tmp_path / "g") == ["list.jsonl:1"]
    build_graph([other], tmp_path / "g")
    assert listed(tmp_path / "g") == ["a/list.jsonl:1", "b/list.jsonl:1", "b/list.jsonl:2"]


@pytest.mark.slow
def test_a_file_is_one_source_alone_and_within_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "d" / "q.jsonl", "Newts")
    file = write(tmp_path / "d" / "sub" / "p.jsonl", "Frogs")
    build_graph([tmp_path / "d"], tmp_path / "g")
    report = build_graph([file], tmp_path / "g")
    assert (report.new, report.changed, report.unchanged, report.extracted) == (0, 0, 1, 0)
    assert listed(tmp_path / "g") == ["p.jsonl:1", "q.jsonl:1"]


@pytest.mark.slow
def test_a_project_can_be_moved(tmp_path: Path) -> None:
    page = write(tmp_path / "old" / "pages" / "p.jsonl", "Frogs")
    with ZipFile(page.with_name("pages.zip"), "w") as archive:
        archive.write(page, "q.jsonl")
    with suppress(OSError):  # systems whose names are all UTF-8
        shutil.copy(page, page.with_name("caf\udce9.jsonl"))
    build_graph([page.parent], tmp_path / "old" / "output")
    before = listed(tmp_path / "old" / "output")
    moved = (tmp_path / "old").rename(tmp_path / "new")
    assert build_graph([moved / "pages"], moved / "output").unchanged == 1
    assert listed(moved / "output") == before


def test_entries_of_standard_input_have_no_place(tmp_path: Path) -> None:
    (paper,) = placed([Paper(id="1", title="T", abstract="A", source="-", line=1)], tmp_path)
    assert paper.source == "-"
    assert shown_names(["-"], tmp_path) == {"-": "-"}
