"""The papers that make the extractor fail are written down with their place and the reason."""

from __future__ import annotations

import json
from pathlib import Path

from kg.builder.failures import Failures
from kg.builder.works import Work
from kg.records import Paper


def test_a_failure_names_the_paper_its_place_and_the_reason(tmp_path: Path) -> None:
    failures = Failures(tmp_path / "failures.jsonl", Path("project/output"))
    frogs = Paper(id="1", title="Frogs \ud800", abstract="They hop.", source="../pages/a.txt", line=7)
    typed = Paper(id="2", title="Toads", abstract="They walk.", source="-", line=1)
    for paper in (frogs, typed):
        failures.add(Work(key=paper.title.lower(), entries=(paper,)), "ValueError: a frog")
    assert failures.count == 2
    lines = (tmp_path / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    assert [list(json.loads(line).values()) for line in lines] == [
        ["frogs ?", "Frogs ?", "project/pages/a.txt", 7, "ValueError: a frog"],
        ["toads", "Toads", "-", 1, "ValueError: a frog"],
    ]


def test_no_failure_makes_no_file(tmp_path: Path) -> None:
    assert Failures(tmp_path / "failures.jsonl", tmp_path).count == 0
    assert [*tmp_path.iterdir()] == []
