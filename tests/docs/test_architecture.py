"""What the documents name is in the repository."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md"))])
FOLDERS = ("kg", "rules", "tests", "docs", "output", ".ci")


def named_paths(text: str) -> Iterator[str]:
    """Paths into the repository that a page writes as code or shows in a command."""
    folders = "|".join(map(re.escape, FOLDERS))
    for path in re.findall(rf"(?<![\w/.:-])((?:{folders})/[\w./*-]*)", text):
        yield path.rstrip(".")


def targets(text: str) -> Iterator[str]:
    """What the links of a page lead to, without web addresses."""
    yield from re.findall(r"\]\((?!https?:)([^)\s]+)\)", text)


def anchors(path: Path) -> set[str]:
    """The headings of a page as GitHub makes anchors of them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    made_by_commands = ("output/curated/", "output/demo", "output/generation-", "output/CURRENT")
    paths = {path for path in named_paths(page.read_text(encoding="utf-8")) if not path.startswith(made_by_commands)}
    assert [path for path in sorted(paths) if not any(ROOT.glob(path))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target in targets(page.read_text(encoding="utf-8")):
        name, _, heading = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), target
        assert not heading or heading in anchors(file), target


def test_the_architecture_page_names_the_file_of_at_least_twenty_behaviours() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.partition("## Where is it?")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) >= 20


def test_the_architecture_page_has_every_room() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.partition("## The rooms")[2].partition("\n## ")[0]
    rooms = {path.name for path in (ROOT / "kg").iterdir() if path.is_dir() and any(path.iterdir())} - {"__pycache__"}
    assert {name for name in rooms if f"`kg/{name}/`" not in table} == set()


def test_the_drawing_of_the_rooms_is_what_the_tests_of_imports_check() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawing = page.partition("## What may import what")[2].split("```")[1].strip()
    drawn = [set(line.partition("<-")[0].split()) for line in drawing.splitlines()]
    tree = ast.parse((ROOT / "tests" / "test_rooms.py").read_text(encoding="utf-8"))
    [floors] = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FLOORS"
    ]
    assert drawn == list(reversed(floors))
