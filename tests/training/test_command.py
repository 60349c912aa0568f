"""The commands of training start without torch, and say what they need."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kg.errors import KGError
from kg.training import compare, distil
from kg.training.command import load_teacher, run


@pytest.mark.parametrize("module", [distil, compare])
def test_help_needs_no_torch(
    module: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(SystemExit) as stopped:
        module.main(["--help"])  # type: ignore[attr-defined]
    assert stopped.value.code == 0
    assert "--encoder" in capsys.readouterr().out


def test_a_teacher_without_torch_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "kg.training.teacher", raising=False)
    with pytest.raises(KGError, match=r"pip install 'papers-kg\[teach\]'") as error:
        load_teacher(None)
    assert "\n" not in str(error.value)


def test_an_error_ends_a_command_with_one_line() -> None:
    def fail() -> None:
        raise KGError("pond.txt: is dry")

    with pytest.raises(SystemExit, match=r"^error: pond\.txt: is dry$"):
        run(fail)


def test_a_file_that_is_not_there_ends_a_command_with_one_line(tmp_path: Path) -> None:
    def read() -> None:
        (tmp_path / "pond.jsonl").read_bytes()

    with pytest.raises(SystemExit, match=r"^error: .*pond\.jsonl: No such file or directory$"):
        run(read)
