"""Parquet and Arrow, where pyarrow is installed; what is said where it is not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kg.errors import InputError
from kg.sources import read_papers


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"x\.parquet: .* needs pyarrow; pip install 'papers-kg\[parquet\]'"):
        list(read_papers(tmp_path / "x.parquet", print))


def test_rows_are_records(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import feather, parquet

    table = pa.table(
        {"title": ["Frogs", "Toads"], "abstract": ["They hop.", None], "authors": [["Ann Pond"], []], "Jahr": [2020, 1]}
    )
    parquet.write_table(table, tmp_path / "x.parquet")
    feather.write_feather(table, tmp_path / "x.arrow")
    for name in ("x.parquet", "x.arrow"):
        warnings: list[str] = []
        (paper,) = read_papers(tmp_path / name, warnings.append, columns={"year": "Jahr"})
        assert (paper.title, paper.authors, paper.year, paper.line) == ("Frogs", ("Ann Pond",), 2020, 1)
        assert warnings == [f"{tmp_path / name}: row 2: has no abstract; skipped"]
    parquet.write_table(table.select(["title"]), tmp_path / "y.parquet")
    with pytest.raises(InputError, match="has no column for the abstract; --columns abstract=NAME names it, of: title"):
        list(read_papers(tmp_path / "y.parquet", print))


def test_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "x.parquet").write_bytes(b"PAR1" + b"\xff" * 100 + b"PAR1")
    with pytest.raises(InputError, match=r"x\.parquet: cannot be read as Parquet or Arrow"):
        list(read_papers(tmp_path / "x.parquet", print))
