"""What the README shows is what happens."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kg import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str, after: str = "") -> str:
    """The first block of a language after some words."""
    match = re.search(rf"```{language}\n(.*?)```", README[README.index(after) :], re.DOTALL)
    assert match
    return match[1]


def without_seconds(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if not line.strip().startswith("seconds")]


def test_demo_output_is_the_real_one(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from kg.cli import main; main()", "demo"]
    environment = {"PATH": "/usr/bin:/bin", "COLUMNS": "80", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True, timeout=120)
    assert without_seconds(done.stdout.decode()) == without_seconds(block("text"))


def test_python_example_runs(pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(pages, tmp_path / "pages")
    monkeypatch.chdir(tmp_path)
    exec(compile(block("python"), "README.md", "exec"), {})


def test_every_command_shown_exists() -> None:
    shown = {match[1] for match in re.finditer(r"^kg (\w+)", README, re.MULTILINE)}
    known = {command.callback.__name__ for command in cli.app.registered_commands if command.callback}
    known |= {str(group.name) for group in cli.app.registered_groups}
    assert shown
    assert shown <= known


def test_links_lead_to_files() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
