"""docs/cli.md and docs/api.md are what docs/generate.py makes of the code."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

import kg
from kg import cli

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    specification = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_pages_in_the_repository_are_current(generate: ModuleType) -> None:
    assert generate.stale() == [], "run: python docs/generate.py"


@pytest.mark.slow
def test_check_fails_on_a_page_that_differs(
    generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    (tmp_path / "cli.md").write_text("old", encoding="utf-8")
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().err == "docs/cli.md is stale; run: python docs/generate.py\n"


def test_the_library_page_has_every_public_name_and_what_a_look_up_returns(generate: ModuleType) -> None:
    page = generate.api_page()
    headings = {line.lstrip("# ") for line in page.splitlines() if line.startswith("###")}
    assert {*kg.__all__, "KnowledgeGraph.lookup", "Found", "Match", "EntityCard", "LoadedExtractor"} <= headings


def test_the_command_page_has_every_command_and_option(generate: ModuleType) -> None:
    page = generate.cli_page()
    for command in cli.app.registered_commands:
        assert command.hidden or f"\n## kg {command.name or command.callback.__name__}\n" in page  # type: ignore[union-attr]
    assert "| `--workers N`, `-j N` |" in page
    assert "`$KG_GRAPH`, else `output` |" in page


def test_the_command_page_says_what_the_help_says_of_values(generate: ModuleType) -> None:
    page = generate.cli_page()
    assert "\nkg ask [OPTIONS] [NAME [--PARAMETER VALUE...]]\n" in page
    assert "\nkg entities merges [OPTIONS] [WORDS]...\n" in page
    assert "| `--site` / `--no-site` | Whether to add the pages. | `--site` |" in page
    assert "| `--relative` / `--absolute` | The result is an improvement, or a score by itself. | |" in page
    assert "together: how many, the most used. | `15`; 2 to 60 |" in page
    assert "| `--every N` | Seconds between two looks at the folder. | `2`; 0.1 or more |" in page
    assert "| Folder for the model. | required |" in page
    assert "| `--version` | Show the version and exit. |" in page
