"""The progress bar: only on a terminal, on standard error."""

from __future__ import annotations

import pytest

from kg.terminal.progress import progress_bar


def test_nothing_is_shown_where_standard_error_is_not_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar() as progress:
        progress("extracting", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_each_step_with_papers_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar() as progress:
        progress("extracting", 0, 3)
        progress("extracting", 3, 3)
        progress("writing", 1, 3)
    printed = capsys.readouterr()
    assert printed.out == ""
    last = printed.err.rpartition("extracting")[2]
    assert "3/3" in last
    assert "1/3" in last.partition("writing")[2]
