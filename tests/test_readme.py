"""What the README and the other documents show is what happens."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from kg import cli
from kg.ask.named import named_query
from kg.demo import QUESTIONS, next_steps, sample_pages
from kg.sources import read_papers

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
def demo_folder(demo: Any) -> Path:
    """A folder with the graph of the sample in output/demo, where ``kg demo`` puts it."""
    folder: Path = demo.folder
    return folder


Run = Callable[[str], str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line of ``kg`` in this process, where it has to succeed; gives what it prints."""

    def run(command: str) -> str:
        monkeypatch.setattr(sys, "argv", shlex.split(command, comments=True))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        capfd.readouterr()
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        printed = capfd.readouterr()
        assert not exit_.value.code, f"{command}: {printed.err}"
        return printed.out

    return run


@pytest.mark.slow
@pytest.mark.parametrize("command, output", list(shown_runs()), ids=lambda text: text.partition("\n")[0][:40])
def test_commands_print_what_the_readme_shows(
    command: str, output: str, demo_folder: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(demo_folder)
    monkeypatch.setenv("COLUMNS", "100")
    assert [line.rstrip() for line in run(command).splitlines()] == output.splitlines()


def shell_commands(text: str) -> Iterator[str]:
    """The commands of the shell blocks of a page, in reading order; one may have several lines."""
    for block in blocks("sh", text):
        command = ""
        for line in block.splitlines():
            command += line
            try:
                words = shlex.split(command, comments=True)
            except ValueError:  # a quotation goes on in the next line
                command += "\n"
                continue
            if words:
                yield command
            command = ""
        assert not command


NEEDED = ("DARTS", "Attention is all", "An Image is Worth", "mixup")
"""The papers of the sample without which examples find nothing."""


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", "docs/guide.md"])
def test_the_examples_of_a_page_run_in_reading_order(
    page: str, demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    """Where a reader is: in a checkout, after ``kg demo``. The pages of the sample are fewer here, to save time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KG_GRAPH", raising=False)
    shutil.copytree(demo_folder / "output" / "demo", tmp_path / "output" / "demo")
    sample = tmp_path / "kg" / "demo" / "sample"
    sample.mkdir(parents=True)
    papers = [paper for paper in read_papers(sample_pages(), print) if paper.title.startswith(NEEDED)]
    assert len(papers) >= len(NEEDED)
    (sample / "page.txt").write_text("".join(["May 19\n", *(f"\n{one.title}\n\n{one.abstract}\n" for one in papers)]))
    count = 0
    for command in shell_commands((ROOT / page).read_text(encoding="utf-8")):
        if command.startswith("kg "):
            run(command)
            count += 1
        elif not command.startswith("pip "):
            subprocess.run(["sh", "-c", command], check=True)
    assert count > 10


@pytest.mark.slow
def test_the_questions_of_the_documents_run_on_the_sample(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(demo_folder)
    monkeypatch.setenv("KG_GRAPH", "output/demo")
    commands = re.findall(r"`(kg ask [^`]*)`", (ROOT / "docs" / "questions.md").read_text(encoding="utf-8"))
    assert len(commands) > 20
    for command in commands:
        run(command)


def help_texts(group: Any = COMMANDS) -> Iterator[str]:
    """The help texts of all commands and of their arguments and options."""
    for command in group.commands.values():
        yield command.help or ""
        yield from (parameter.help or "" for parameter in command.params)
        if hasattr(command, "commands"):
            yield from help_texts(command)


EXAMPLES = [found for text in help_texts() for found in re.findall(r"as in: (kg .*?)\.?$", text, re.MULTILINE)]


@pytest.mark.slow
@pytest.mark.parametrize("command", EXAMPLES)
def test_the_examples_of_help_texts_run_on_the_sample(
    command: str, demo_folder: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(demo_folder)
    monkeypatch.setenv("KG_GRAPH", "output/demo")
    assert run(command)


def test_help_texts_have_examples() -> None:
    shown = {shlex.split(example)[1] for example in EXAMPLES}
    assert shown >= {"ask", "query", "lookup", "papers", "path", "diff", "export"}


@pytest.mark.slow
def test_what_the_demo_says_to_type_next_runs(demo_folder: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.chdir(demo_folder)
    graph = Path("output/demo")
    for command in (*(question.command(graph) for question in QUESTIONS), *next_steps(graph)):
        if "PAGES" not in command:
            assert run(command) or "-o " in command


def test_the_readme_shows_three_commands_with_their_output() -> None:
    assert len(list(shown_runs())) >= 3


@pytest.mark.slow
def test_python_example_runs(demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kg" / "demo").mkdir(parents=True)
    (tmp_path / "kg" / "demo" / "sample").symlink_to(ROOT / "kg" / "demo" / "sample")
    shutil.copytree(demo_folder / "output" / "demo", tmp_path / "output")
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
