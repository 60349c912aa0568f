"""Titles and abstracts in files of their own become papers, in whatever order they come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.errors import InputError
from kg.sources import read_papers

TITLES = [
    {"corpusid": n, "title": f"Frogs {n}", "authors": [{"name": "Ada One"}], "externalids": {"DOI": f"10.1234/{n}"}}
    for n in range(3)
]
ABSTRACTS = [{"corpusid": n, "abstract": "They hop.", "openaccessinfo": {"license": "CCBY"}} for n in (2, 0)]


def written(path: Path, records: list[Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


@pytest.mark.parametrize("order", [1, -1])
def test_halves_are_joined_and_those_left_over_are_counted(tmp_path: Path, order: int) -> None:
    files = [written(tmp_path / "papers", TITLES), written(tmp_path / "abstracts", ABSTRACTS)]
    warnings: list[str] = []
    papers = sorted(read_papers(files[::order], warnings.append), key=lambda paper: paper.title)
    assert [(paper.title, paper.abstract, paper.doi, paper.licence) for paper in papers] == [
        ("Frogs 0", "They hop.", "10.1234/0", "CCBY"),
        ("Frogs 2", "They hop.", "10.1234/2", "CCBY"),
    ]
    assert {(paper.source, paper.authors) for paper in papers} == {("papers", ("Ada One",))}
    assert warnings == ["1 papers have a title or an abstract in none of the files; skipped"]


def test_halves_alone_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^papers: has papers without abstracts; name the files that have them too$"):
        list(read_papers(written(tmp_path / "papers", TITLES), print))
