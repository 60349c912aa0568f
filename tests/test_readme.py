"""What the README and the other documents show is what happens."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from kg import cli
from kg.ask.named import named_query
from kg.demo import sample_pages

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS: Any = typer.main.get_command(cli.app)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language: str, text: str = README) -> list[str]:
    """The blocks of a language, without their fences."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def shown_runs() -> Iterator[tuple[str, str]]:
    """The commands in blocks of a console, each with the output below it."""
    for block in blocks("console"):
        _, *runs = re.split(r"^\$ ", block, flags=re.MULTILINE)
        for run in runs:
            command, _, output = run.partition("\n")
            yield command, output


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the graph of the sample in output/demo, where ``kg demo`` puts it."""
    from kg.builder import build_graph

    folder = tmp_path_factory.mktemp("demo")
    build_graph(sample_pages(), folder / "output" / "demo")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("command, output", list(shown_runs()), ids=lambda text: text.partition("\n")[0][:40])
def test_commands_print_what_the_readme_shows(
    command: str,
    output: str,
    demo_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(demo_folder)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    sys.stdout.flush()
    printed = capfd.readouterr().out
    assert not exit_.value.code
    assert [line.rstrip() for line in printed.splitlines()] == output.splitlines()


def test_the_readme_shows_three_commands_with_their_output() -> None:
    assert len(list(shown_runs())) >= 3


def test_python_example_runs(pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(pages, tmp_path / "pages")
    monkeypatch.chdir(tmp_path)
    [block] = blocks("python")
    exec(compile(block, "README.md", "exec"), {})


def shown_commands(page: Path) -> Iterator[list[str]]:
    """The words of every ``kg`` command that a page shows in a shell block, in a console block or as code in a line."""
    text = page.read_text(encoding="utf-8")
    shell = "\n".join([*blocks("sh", text), *blocks("console", text)]).replace("\\\n", " ")
    in_lines = re.findall(r"`(kg [^`]*)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    for line in [*re.findall(r"^(?:\$ )?(?:.*&& )?(kg [a-z].*)$", shell, re.MULTILINE), *in_lines]:
        line = re.split(r" (?:#|\||&&) ?", line.replace("\n", " "))[0]
        try:
            yield shlex.split(line)
        except ValueError:  # a query that goes on in the next line
            yield shlex.split(line.partition("'")[0])


def unknown_words(words: list[str]) -> Iterator[str]:
    """The commands and options among the words that do not exist."""
    command, rest = COMMANDS, words[1:]
    while rest and hasattr(command, "commands"):
        if rest[0].startswith("-") or rest[0].isupper():  # kg --version, kg COMMAND
            return
        if rest[0] not in command.commands:
            yield " ".join(words)
            return
        command = command.commands[rest.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
    query = rest[0] if command.name == "ask" and rest and not rest[0].startswith("-") else None
    if "--name" in rest:
        query = rest[rest.index("--name") + 1]
    if query and not query.isupper():
        known |= {f"--{parameter.name.replace('_', '-')}" for parameter in named_query(query).parameters}
    asked = [word.partition("=")[0] for word in rest if word.startswith("-") and len(word) > 1]
    yield from (f"{' '.join(words)}: {word}" for word in asked if word not in known | {"--param", "--PARAMETER"})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_shown_exists(page: Path) -> None:
    assert [problem for words in shown_commands(page) for problem in unknown_words(words)] == []


def test_the_readme_shows_commands() -> None:
    assert len(list(shown_commands(ROOT / "README.md"))) > 10


def test_the_readme_fits_two_hundred_lines() -> None:
    assert len(README.splitlines()) < 200
