"""The tests mirror the code: what tests kg/ask/card.py is in tests/ask/test_card.py."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

WITHOUT_TESTS = {
    "kg/__init__.py": "hands on what is defined elsewhere; tests/test_api.py uses all of it",
}
WITHOUT_MODULE = {
    "tests/test_attacks.py": "is about the whole program",
    "tests/test_mirror.py": "is about the tests themselves",
    "tests/test_rooms.py": "is about what may import what",
    "tests/site/test_browser.py": "drives all pages in a browser",
    "tests/docs/test_release.py": "is about the version, which several documents name",
}


def has_code(module: Path) -> bool:
    """Whether a module defines anything; most ``__init__.py`` only name what their package exports."""
    body = ast.parse(module.read_text(encoding="utf-8")).body
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body)


def mirror_of(module: Path) -> Path:
    """Where a module's tests belong, relative to the root; those of a package's own code are named after it."""
    folder = Path("tests", *module.parent.relative_to(ROOT / "kg").parts)
    return folder / f"test_{module.parent.name if module.stem == '__init__' else module.stem}.py"


def listed(title: str, lines: list[str]) -> None:
    """Fail with a line for each offender, which an assertion would cut."""
    if lines:
        pytest.fail("\n  ".join([title, *sorted(lines)]), pytrace=False)


def test_every_module_has_its_test_file() -> None:
    modules = [path for path in (ROOT / "kg").rglob("*.py") if path.name != "__init__.py" or has_code(path)]
    untested = {
        module.relative_to(ROOT).as_posix(): mirror_of(module).as_posix()
        for module in modules
        if not (ROOT / mirror_of(module)).is_file()
    }
    missing = [f"{tests} (for {module})" for module, tests in untested.items() if module not in WITHOUT_TESTS]
    listed("test files that are missing:", missing)
    listed("exceptions that are not needed:", list(WITHOUT_TESTS.keys() - untested.keys()))


def test_every_test_file_is_about_one_file() -> None:
    """A module or data file of kg/, a package, or a document at the same place below the root."""
    stray = []
    for path in (ROOT / "tests").rglob("test_*.py"):
        folder, name = path.parent.relative_to(ROOT / "tests"), path.stem.removeprefix("test_")
        near = [other for base in (ROOT / "kg", ROOT) for other in (base / folder).glob("*.*")]
        if name != folder.name and name not in {other.stem.lower() for other in near}:
            stray.append(path.relative_to(ROOT).as_posix())
    listed("test files without a module:", list(set(stray) - set(WITHOUT_MODULE)))
    listed("exceptions that are not needed:", list(set(WITHOUT_MODULE) - set(stray)))
