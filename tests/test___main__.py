"""Where the command begins: what happens before the command line is loaded."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from kg.__main__ import main


def test_ctrl_c_while_the_command_line_is_loaded_ends_it_silently(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class CtrlC:
        @staticmethod
        def find_spec(name: str, *_: object) -> None:
            if name == "kg.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "kg.cli", raising=False)
    monkeypatch.setattr(sys, "meta_path", [CtrlC, *sys.meta_path])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert (exit_.value.code, *capfd.readouterr()) == (130, "", "")


def test_the_command_begins_there() -> None:
    project = Path(__file__).parents[1] / "pyproject.toml"
    assert tomllib.loads(project.read_text(encoding="utf-8"))["project"]["scripts"] == {"kg": "kg.__main__:main"}
