"""What a shell completes after Tab."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kg import cli


def completed(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], line: str, graph: Path) -> list[str]:
    """What is offered for the last word of a line of bash."""
    monkeypatch.setenv("KG_GRAPH", str(graph))
    monkeypatch.setenv("_KG_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    monkeypatch.setattr(sys, "argv", ["kg"])
    with pytest.raises(SystemExit):
        cli.main()
    return [line for line in capfd.readouterr().out.splitlines() if line]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("kg lookup cif", "cifAR-10"),
        ("kg papers --dataset CIF", "CIFAR-100"),
        ("kg path Fro", "FrogNet"),
        ("kg ask most", "most-used"),
        ("kg ask leaderboard --dataset Lily", "LilyBench"),
        ("kg lookup image", r"image\ classification"),
    ],
)
def test_names_are_completed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], graph_folder: Path, line: str, expected: str
) -> None:
    assert expected in completed(monkeypatch, capfd, line, graph_folder)


def test_only_names_of_the_kind_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], graph_folder: Path
) -> None:
    assert completed(monkeypatch, capfd, "kg papers --metric CIF", graph_folder) == []


def test_without_a_graph_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert completed(monkeypatch, capfd, "kg lookup cif", tmp_path) == []
