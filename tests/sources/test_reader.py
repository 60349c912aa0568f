"""Readers of other packages, by the entry point group ``kg.sources``."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from kg.errors import InputError, KGError
from kg.sources import read_papers, reader, readers

Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a package with one module, ``tabbed``, and one reader, as pip would leave it."""
    site = tmp_path / "site-packages"
    monkeypatch.syspath_prepend(site)

    def install(code: str, target: str = "tabbed:READER") -> None:
        info = site / "kg_tabbed-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kg-tabbed\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[kg.sources]\ntabbed = {target}\n")
        (site / "tabbed.py").write_text(code)
        importlib.invalidate_caches()

    yield install
    sys.modules.pop("tabbed", None)


def documented_example() -> str:
    """The module in the documentation of readers."""
    text = (reader.__doc__ or "").partition("all that it needs::\n")[2]
    return dedent(text)


def test_without_other_packages_there_are_the_shipped_readers() -> None:
    assert [known.name for known in readers()] == [
        "Parquet or Arrow",
        "XML of arXiv, PubMed, DBLP, GROBID or OAI-PMH",
        "RIS, EndNote, PubMed or Web of Science with tags",
        "BibTeX",
        "a mailing of arXiv",
        "HTML",
        "text with labels",
        "another format",
        "JSON lines",
        "a JSON document",
        "a table",
        "Markdown",
        "a listing page",
    ]


def test_the_documented_reader_is_used_for_its_files_alone(install: Install, tmp_path: Path) -> None:
    install(documented_example(), "tabbed:READER")
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.jsonl").write_text('{"id": "1", "title": "Frogs", "abstract": "They hop."}\n')
    (folder / "b.tabbed").write_text("2\tToads\tThey walk.\n3\t\tNobody knows.\n")
    warnings: list[str] = []
    papers = list(read_papers(folder, warnings.append))
    assert [(paper.id, paper.title, paper.abstract, paper.source, paper.line) for paper in papers] == [
        ("1", "Frogs", "They hop.", "a.jsonl", 1),
        ("2", "Toads", "They walk.", "b.tabbed", 1),
    ]
    assert warnings == [f"{folder / 'b.tabbed'}:2: has no title; skipped"]
    (folder / "b.tabbed").write_text("no tabs\n")
    with pytest.raises(InputError, match=r"b\.tabbed:1: expected id, title and abstract between tabs"):
        list(read_papers([folder / "b.tabbed"], warnings.append))
    assert [paper.title for paper in read_papers([folder], warnings.append)] == ["Frogs"]
    assert warnings[-1].endswith("b.tabbed:1: expected id, title and abstract between tabs; skipped")


@pytest.mark.parametrize(
    ("code", "target", "problem"),
    [
        ("READER = print", "tabbed:READER", "expected an object of class Reader, found builtin_function_or_method"),
        ("READER = ('tabbed', None, None)", "tabbed:READER", "expected an object of class Reader, found tuple"),
        ("", "tabbed:READER", "cannot be loaded: module 'tabbed' has no attribute 'READER'"),
        ("import nowhere_at_all", "tabbed:READER", "cannot be loaded: No module named 'nowhere_at_all'"),
        ("1 / 0", "tabbed:READER", "cannot be loaded: division by zero"),
        ("", "absent:READER", "cannot be loaded: No module named 'absent'"),
    ],
)
def test_what_is_not_a_reader_is_refused_by_its_entry_point(
    install: Install, code: str, target: str, problem: str
) -> None:
    install(code, target)
    with pytest.raises(KGError) as refused:
        list(read_papers([], print))
    message = str(refused.value)
    assert message.startswith(f"plugin tabbed (kg.sources: {target})")
    assert message.endswith(problem)
    assert "\n" not in message
