"""The rooms of the package: what may import what, and what is never loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "kg").rglob("*.py"))
}

# From the bottom to the top. A room imports only from floors below its own.
FLOORS = (
    {"errors"},
    {"text.names"},
    {"vocabulary"},
    {"jsonrecord"},
    {"records", "plugins"},
    {"text"},
    {"rulefiles", "remote"},
    {"sources", "extraction", "fetching"},
    {"resolution"},
    {"graph"},
    {"export"},
    {"profiles"},
    {"ask"},
    {"builder", "corrections", "evaluation"},
    {"training", "demo", "terminal"},
    {"api"},
    {"site"},
    {"server", "publishing"},
    {"kg"},
    {"cli"},
    {"__main__"},
)
FLOOR = {room: number for number, floor in enumerate(FLOORS) for room in floor}


def room(module: str) -> str:
    """The folder right below kg/ that a module is in, or the module itself; ``kg.text.names`` is a room of its own."""
    path = module.removeprefix("kg.")
    return path if path in FLOOR else path.partition(".")[0]


@cache
def parsed(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of the package that a module imports, at its top or within functions; not those only for types."""
    return frozenset(found_imports(parsed(module)))


def found_imports(tree: ast.Module) -> Iterator[str]:
    for node in statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] == "kg")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "kg":
            assert node.level == 0
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else str(node.module)


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """The statements within a node, at any depth; not those that are only for types."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        for inner in getattr(node, name, ()):
            if not (
                isinstance(inner, ast.If) and isinstance(inner.test, ast.Name) and inner.test.id == "TYPE_CHECKING"
            ):
                yield inner
                yield from statements(inner)


def test_every_module_is_in_a_room_of_the_plan() -> None:
    assert [module for module in MODULES if room(module) not in FLOOR] == []


@pytest.mark.slow
def test_no_room_imports_one_that_is_not_below_it() -> None:
    upward = [
        f"{module} imports {other}"
        for module in MODULES
        for other in imports(module)
        if room(module) != room(other) and FLOOR[room(module)] <= FLOOR[room(other)]
    ]
    assert upward == []


def test_no_modules_import_one_another_in_a_circle() -> None:
    waiting = {module: {other for other in imports(module) if other != module} for module in MODULES}
    while free := {module for module, others in waiting.items() if not others & waiting.keys()}:
        waiting = {module: others for module, others in waiting.items() if module not in free}
    assert {module: sorted(others & waiting.keys()) for module, others in waiting.items()} == {}


def test_no_function_is_called_like_its_module() -> None:
    found = [
        module
        for module in MODULES
        for node in parsed(module).body
        if isinstance(node, ast.FunctionDef) and node.name == module.rpartition(".")[2]
    ]
    assert found == []


def test_no_folder_hides_a_function_of_the_package() -> None:
    import kg

    assert {name for name in kg.__all__ if f"kg.{name}" in MODULES} == set()


def fresh(code: str, *arguments: str) -> str:
    """What a program prints on standard error in an interpreter of its own."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stderr


@pytest.mark.slow
def test_the_rooms_of_the_graph_load_neither_spacy_nor_the_extraction() -> None:
    rooms = {"graph", "ask", "resolution", "export", "profiles"}
    code = """
import sys
from importlib import import_module
for module in sys.argv[1:]:
    import_module(module)
    loaded = {name for name in sys.modules if name == "spacy" or name.startswith("kg.extraction")}
    if loaded:
        print(module, "loads", *sorted(loaded), file=sys.stderr)
        for name in [name for name in sys.modules if name.partition(".")[0] == "kg" or name in loaded]:
            del sys.modules[name]
"""
    assert fresh(code, *(module for module in MODULES if room(module) in rooms)) == ""


@pytest.mark.slow
@pytest.mark.parametrize("words", [("CIFAR-10",), ("CIFAR-10", "--json"), ("no such name at all",)])
def test_a_look_up_loads_only_what_it_needs(graph_folder: Path, words: tuple[str, ...]) -> None:
    code = """
import sys
from kg import cli
sys.argv[0] = "kg"
try:
    cli.main()
except SystemExit as done:
    sys.stderr.write("" if done.code == 0 or "no such name at all" in sys.argv else f"exit code {done.code}")
unwanted = {"pydantic", "spacy", "rdflib", "networkx", "numpy", "rich.console", "importlib.metadata", "kg.records"}
unwanted |= {"kg.text.addresses"}
print("loaded:", *sorted(unwanted & set(sys.modules)), file=sys.stderr)
"""
    assert fresh(code, "lookup", *words, "-g", str(graph_folder)).splitlines()[-1] == "loaded:"
