"""What text and JSON look like when they reach a terminal."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.terminal.output import has_styles, json_text, printable, width

STEERING = [
    *map(chr, (*range(0x20), *range(0x7F, 0xA0))),
    *"\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad\u061c",
    *"\u2028\u2029\u034f\u3164\ufe0f\U000e0001\U000e0100",
]


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("char", STEERING, ids=lambda char: f"U+{ord(char):04X}")
def test_characters_that_steer_a_terminal_or_are_not_seen_are_left_out(char: str) -> None:
    assert printable(f"frog{char}net").replace(" ", "") == "frognet"
    assert printable(f"frog {char} net").split() == ["frog", "net"]


@pytest.mark.parametrize("text", ["Bézier", "मान", "β-VAE", "C++ (A*)", "蛙网", "x\N{COMBINING CIRCUMFLEX ACCENT}"])
def test_what_people_write_stays(text: str) -> None:
    assert printable(text) == text


def test_bytes_of_file_names_that_are_not_utf_8_are_seen() -> None:
    assert printable(os.fsdecode(b"frog\xff.txt")) == "frog\N{REPLACEMENT CHARACTER}.txt"


@pytest.mark.slow
@given(st.text(st.characters(codec=None)), st.sampled_from(["utf-8", "ascii", "latin-1"]))
@example("".join(STEERING), "utf-8")
def test_json_is_the_same_value_and_can_be_written(text: str, encoding: str) -> None:
    written = json_text({"a": text}, encoding)
    assert json.loads(written) == {"a": text}
    written.encode(encoding)
    assert not set(written) & set(STEERING) - {"\n"}


@pytest.mark.parametrize("columns, expected", [("0", 80), ("many", 80), ("-3", 80), ("1", 20), ("100", 100)])
def test_the_width_is_usable_whatever_columns_says(
    monkeypatch: pytest.MonkeyPatch, columns: str, expected: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(os, "get_terminal_size", lambda fd: (_ for _ in ()).throw(OSError))
    assert width() == expected


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_styles_are_for_terminals_whose_users_want_them(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert has_styles(Screen()) is expected
    assert not has_styles(io.StringIO())


RUN = f"{sys.executable} -c 'from kg.cli import main; main()'"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "code", "out", "err"),
    [
        ("stats --json >&-", 1, "", "kg: error: standard output: Bad file descriptor\n"),
        ("query <&-", 1, "", "kg: error: <stdin>, line 1, column 1: "),
        ("query 'ASK { ?s ?p ?o }' 2>&- <&-", 0, "true\n", ""),
        ("stats --json > /dev/full", 1, "", "kg: error: standard output: No space left on device\n"),
        ("export -o /dev/full", 1, "", "kg: error: /dev/full: No space left on device\n"),
        ("ask compare --dataset CIFAR-10 --format csv > /dev/full", 1, "", "kg: error: standard output: No space left"),
        ("export | head -1 | cut -c1-7", 0, "@prefix\n", ""),
    ],
)
def test_closed_full_and_broken_streams_end_in_one_line(
    graph_folder: Path, command: str, code: int, out: str, err: str
) -> None:
    if "/dev/full" in command and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    environment = {**os.environ, "KG_GRAPH": str(graph_folder)}
    done = subprocess.run(
        f"{RUN} {command}", shell=True, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL
    )
    assert (done.returncode, done.stdout) == (code, out)
    assert done.stderr.startswith(err)
    assert done.stderr.count("\n") == bool(err)


IN_ONE_PROCESS = """
import os, sys
from kg.cli import main
started = dict(os.environ)
for words in sys.argv[1:]:
    sys.argv[:] = ["kg", *words.split()]
    os.environ.clear()
    os.environ.update(started)
    while "=" in sys.argv[1]:
        name, _, value = sys.argv.pop(1).partition("=")
        os.environ[name] = value
    try:
        main()
    except SystemExit as ended:
        print(f"exit code {ended.code}", flush=True)
"""
"""Runs several commands, each with the variables before it, because an interpreter takes longer to start than one."""


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_an_encoding_that_lacks_a_character_gets_a_question_mark(tmp_path: Path, encoding: str) -> None:
    from kg.builder import build_graph

    papers = tmp_path / "papers.jsonl"
    papers.write_text('{"id": "1", "title": "On 蛙 Frogs", "abstract": "We train on CIFAR-10."}\n', encoding="utf-8")
    build_graph([papers], tmp_path / "g")
    environment = {**os.environ, "KG_GRAPH": str(tmp_path / "g"), "PYTHONIOENCODING": encoding}
    showing = ["lookup frogs", "lookup 蛙", "ask papers-on-dataset --dataset CIFAR-10 --format table"]
    command = [sys.executable, "-c", IN_ONE_PROCESS, *showing, "path 蛙 蛙"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, check=False)
    text = done.stdout.decode(encoding)
    assert "Traceback" not in text
    *shown, path, rest = re.split(r"exit code \d+\n", text)
    assert [part for part in shown if "On ? Frogs" not in part] == []
    assert (len(shown), bool(path), rest) == (len(showing), True, "")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_terminal_gets_styles_unless_it_or_its_user_wants_none(graph_folder: Path) -> None:
    import pty

    styled = {"": True, "NO_COLOR=1": False, "TERM=dumb": False, "COLUMNS=0": True}
    commands = [(variables, words) for variables in styled for words in ("lookup cifar10", "ask most-used")]
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    environment = {**kept, "TERM": "xterm", "KG_GRAPH": str(graph_folder)}
    command = [sys.executable, "-c", IN_ONE_PROCESS, *(f"{variables} {words}" for variables, words in commands)]
    with subprocess.Popen(command, stdout=theirs, env=environment) as process:
        os.close(theirs)
        written = b""
        with suppress(OSError):  # the end of a pseudo-terminal, on Linux
            while chunk := os.read(ours, 65536):
                written += chunk
    os.close(ours)
    assert process.returncode == 0
    *shown, rest = written.split(b"exit code 0\r\n")
    assert rest == b""
    for part, (variables, words) in zip(shown, commands, strict=True):
        assert b"CIFAR-10" in part, (variables, words)
        assert (b"\x1b[" in part) is styled[variables], (variables, words)
