"""What a user types, what comes back on which stream, and with which exit code."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import rdflib
import typer
from pydantic import TypeAdapter

from kg import cli
from kg.fetching import SERVICES
from kg.fetching.services import Query
from kg.graph.store import opened
from kg.records import Extraction


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


class Terminal:
    """Runs the command line in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch = monkeypatch
        self.capfd = capfd

    def __call__(self, *arguments: object, stdin: bytes = b"") -> Outcome:
        self.monkeypatch.setattr(sys, "argv", ["kg", *map(str, arguments)])
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self.capfd.readouterr()
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        sys.stdout.flush()
        captured = self.capfd.readouterr()
        code = exit_.value.code
        return Outcome(code if isinstance(code, int) else 0, captured.out, captured.err)


@pytest.fixture
def kg(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Terminal:
    """Runs a command line, in a folder without the graph that whoever runs the tests may have in theirs."""
    monkeypatch.delenv("KG_GRAPH", raising=False)
    monkeypatch.chdir(tmp_path)
    return Terminal(monkeypatch, capfd)


def bytes_under(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- build, stats ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_build_ends_with_a_table_on_standard_error(
    kg: Terminal, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([10.0, 12.5])
    monkeypatch.setattr("kg.builder.builder.time", SimpleNamespace(monotonic=lambda: next(clock)))
    outcome = kg("build", pages, "-g", tmp_path)
    assert (outcome.code, outcome.out) == (0, "")
    lines = {line.split("  ")[1].strip(): line.split()[-1] for line in outcome.err.splitlines() if "  " in line.strip()}
    assert lines["papers"] == "3"
    assert lines["duplicates merged"] == "1"
    assert lines["seconds"] == "2.5"


def test_stats_as_json(kg: Terminal, graph_folder: Path) -> None:
    outcome = kg("stats", "-g", graph_folder, "--json")
    stats = json.loads(outcome.out)
    assert (stats["papers"], stats["merged"]) == (3, 1)
    assert set(stats["entities"]) == {"Method", "Dataset", "Metric", "Task"}


def test_graph_folder_from_the_environment(kg: Terminal, graph_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_GRAPH", str(graph_folder))
    assert json.loads(kg("stats", "--json").out)["papers"] == 3


@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "extract"])
def test_half_a_line_is_skipped_with_a_warning(kg: Terminal, tmp_path: Path, command: str) -> None:
    (tmp_path / "input").write_text('{"title": "T", "abstract": "We hop."}\n{"title": "U", "abs')
    outcome = kg(command, tmp_path / "input", *(("-g", tmp_path / "g", "--json") if command == "build" else ()))
    assert outcome.code == 0
    assert outcome.err.startswith(f"kg: warning: {tmp_path / 'input'}:2: is not a complete JSON object (")
    assert ('"papers": 1' if command == "build" else '"title":"T"') in outcome.out


@pytest.mark.slow
@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "input: is empty"),
        (b"\x7fELF\0\0\x01", "input:1: is not UTF-8 text"),
        (b"\x1f\x8b\x08\0garbage", "input:1: cannot be read"),
        (b'{"id":"2","ti', "input:1: is not a complete JSON object"),
        (b"x" * 10_000_000, "input:1: is longer than 1,000,000 characters"),
        (None, "input: cannot be read (No such file or directory)"),
    ],
)
@pytest.mark.parametrize("command", ["build", "extract"])
def test_bad_input_ends_in_one_line_and_leaves_the_graph(
    kg: Terminal, own_graph: Path, tmp_path: Path, command: str, content: bytes | None, message: str
) -> None:
    before = bytes_under(own_graph)
    if content is not None:
        (tmp_path / "input").write_bytes(content)
    outcome = kg(command, tmp_path / "input", *(("-g", own_graph) if command == "build" else ()))
    assert outcome.code == 1
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("kg: error: ")
    assert message in outcome.err
    assert bytes_under(own_graph) == before


@pytest.mark.slow
def test_page_cut_within_an_entry_builds_the_rest_with_a_warning(kg: Terminal, pages: Path, tmp_path: Path) -> None:
    text = (pages / "two.txt").read_text()
    cut = tmp_path / "cut.txt"
    cut.write_text(text[: text.index("Segmenting Lily Pads") + 10])
    outcome = kg("build", cut, "-g", tmp_path / "g")
    assert outcome.code == 0
    assert f"kg: warning: {cut}:11: a title without an abstract at the end of the page; skipped\n" in outcome.err
    assert json.loads(kg("stats", "-g", tmp_path / "g", "--json").out)["papers"] == 1


TIMED = (
    ("query", "ASK {}", "--timeout"),
    ("ask", "most-used", "--timeout"),
    ("validate", "--timeout"),
    ("serve", "--timeout"),
    ("watch", ".", "--every"),
)


@pytest.mark.parametrize(
    "arguments",
    [
        ("build",),
        ("build", "x", "--workers", "0"),
        ("build", "x", "--base-iri", "nonsense"),
        ("publish", "--package", "x", "--licence", "nonsense"),
        ("publish", "--package", "x", "--texts-licence", "nonsense"),
        ("export", "-f", "word"),
        ("evaluate",),
        ("evaluate", "x", "--examples", "-1"),
        ("ask",),
        ("ask", "--limit", "5"),
        ("ask", "most-used", "5"),
        ("ask", "most-used", "--limit"),
        ("entities", "evaluate", "x"),
        ("query", "--nmae", "x"),
        ("query", "ASK {}", "--name", "most-used"),
        ("query", "ASK {}", "ASK {}"),
        ("papers", "--year", "20x"),
        ("papers", "--new-since", "yesterday"),
        ("papers", "--limit", "0"),
        ("lookup",),
        ("lookup", "x", "--limit", "0"),
        ("lookup", "x", "--type", "animal"),
        *((*words, value) for value in ("nan", "inf", "1e300", "-1") for words in TIMED),
        ("correct",),
        ("correct", "x"),
        ("correct", "x", "y"),
        ("correct", "x", "y", "--type", "Task", "--not-a-result"),
        ("correct", "x", "y", "--list"),
        ("build", ""),
        ("build", "x", ""),
        ("build", "x", "--rules", ""),
        ("build", "x", "--rules", "x", "--rules", ""),
        ("build", "x", "--model="),
        ("extract", ""),
        ("extract", "x", "-o", ""),
        ("stats", "-g", ""),
        ("export", "-o", ""),
        ("query", "-f", ""),
        ("diff", "", "x"),
        ("train", "", "-o", "x"),
        ("entities", "merges", "-g", ""),
        ("correct", "--list", "--export"),
        ("frobnicate",),
    ],
)
def test_wrong_usage_exits_with_2(kg: Terminal, graph_folder: Path, arguments: tuple[str, ...]) -> None:
    outcome = kg(*arguments)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    "words",
    [
        ("papers", "merged", "--task", "hopping"),
        ("papers", "merged", "Frogs", "--limit", "50"),
        ("plot", "together", "--dataset", "Ponds"),
        ("plot", "years", "--type", "dataset"),
        ("plot", "best", "--dataset", "Ponds", "--metric", "hops", "--of", "FrogNet"),
        ("publish", "http://localhost:9/store", "--title", "Frogs"),
        ("publish", "http://localhost:9/store", "--no-site"),
        ("publish", "--package", "x", "--user", "ann"),
        ("query", "ASK {}", "--user", "ann"),
        ("ask", "most-used", "--user", "ann"),
        ("lookup", "frogs", "--user", "ann"),
        ("lookup", "frogs", "--endpoint", "http://localhost:9/query"),
        ("ask", "--list", "most-used"),
        ("query", "--list", "--timeout", "5"),
        ("evaluate", "--resolution", "x", "--papers", "x", "--errors"),
        ("stats", "--provenance", "--agreement"),
        ("correct", "--list", "--type", "Task"),
        ("correct", "--export", "--json"),
        ("correct", "Frogs", "hop", "--not-an-entity", "-o", "x"),
        ("build", "--columns", "title=Titel"),
    ],
)
def test_options_that_would_not_be_heeded_are_wrong_usage(
    kg: Terminal, graph_folder: Path, words: tuple[str, ...]
) -> None:
    outcome = kg(*words, *(() if words[0] == "evaluate" else ("-g", graph_folder)))
    said = " ".join(outcome.err.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert re.search(r" is (not )?for ", said)


def test_a_graph_that_the_environment_names_is_no_option(
    kg: Terminal, graph_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KG_GRAPH", str(graph_folder))
    assert kg("lookup", "x", "--endpoint", "nowhere").err.startswith("kg: error: 'nowhere': expected an address")


def test_no_graph(kg: Terminal, tmp_path: Path) -> None:
    for command in (("stats",), ("lookup", "x"), ("query", "ASK {}"), ("ask", "most-used"), ("export",), ("validate",)):
        outcome = kg(*command, "-g", tmp_path)
        assert (outcome.code, outcome.err.count("\n")) == (1, 1)
        assert "holds no graph" in outcome.err


@pytest.mark.skipif(sys.platform != "linux", reason="needs file names that are not UTF-8")
@pytest.mark.parametrize(
    "words", [("build", "frogs.jsonl"), ("build", "arxiv:frogs"), ("import", "pwc", "."), ("stats",)]
)
def test_a_graph_folder_that_no_graph_can_be_in_is_not_made(
    kg: Terminal, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "frogs.jsonl").write_text('{"id": "1", "title": "Frogs", "abstract": "They hop."}\n')
    outcome = kg(*words, "-g", os.fsdecode(b"pond\xff"))
    assert (outcome.code, outcome.out, [path.name for path in tmp_path.iterdir()]) == (1, "", ["frogs.jsonl"])
    assert outcome.err == "kg: error: pond\\xff: has a name that is not UTF-8; give the graph folder another\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("build", "hf-daily:2026-11-20", "-g", "pond"), "asking hf-daily needs arxiv, which is not installed"),
        (("build", "hf-daily:today", "-g", "pond"), "expected a date such as 2026-11-20"),
        (("fetch", "hf-daily", "today"), "expected a date such as 2026-11-20"),
        (("fetch", "hf-daily", "2026-11-20"), "asking hf-daily needs arxiv"),
    ],
)
def test_what_cannot_be_asked_leaves_nothing_behind(
    kg: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], why: str
) -> None:
    monkeypatch.setitem(sys.modules, "arxiv", None)
    outcome = kg(*words)
    assert (outcome.code, outcome.out, list(tmp_path.iterdir())) == (1, "", [])
    assert outcome.err.startswith(f"kg: error: {why}") and outcome.err.count("\n") == 1


# --- extract ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_extract_writes_the_json_lines_contract_in_input_order(kg: Terminal, pages: Path) -> None:
    outcome = kg("extract", pages)
    records = [json.loads(line) for line in outcome.out.splitlines()]
    assert [record["title"][:10] for record in records] == ["FrogNet: H", "Sharpness-", "FROGNET - ", "Segmenting"]
    for record in records:
        TypeAdapter(Extraction).validate_python(record)
        assert list(record) == ["id", "title", "entities", "abbreviations", "links", "results"]
    mention = records[0]["entities"][0]
    assert list(mention) == ["type", "text", "start", "end", "role", "confidence", "extractor", "entity"]
    assert mention["entity"].startswith("https://w3id.org/papers-kg/")


@pytest.mark.slow
def test_extract_offsets_count_in_the_text_as_given(kg: Terminal, tmp_path: Path) -> None:
    paper = {"id": "1", "title": 'A na\\"ive title', "abstract": "We gain 20\\% on \\emph{CIFAR-10} and MNIST."}
    outcome = kg("extract", "-", stdin=json.dumps(paper).encode())
    (record,) = map(json.loads, outcome.out.splitlines())
    text = f"{paper['title']}\n{paper['abstract']}"
    assert {"CIFAR-10", "MNIST"} <= {mention["text"] for mention in record["entities"]}
    for mention in record["entities"]:
        assert text[mention["start"] : mention["end"]] == mention["text"]


class Partner(io.RawIOBase):
    """Standard input from a program that reads our output, each time that we want more: the ids it has are noted."""

    def __init__(self, lines: Iterator[str], output: Path) -> None:
        self.lines = lines
        self.output = output
        self.seen: list[list[str]] = []

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.seen.append([json.loads(line)["id"] for line in self.output.read_text().splitlines()])
        given = next(self.lines, "").encode()
        buffer[: len(given)] = given
        return len(given)


@pytest.mark.slow
def test_extract_writes_each_paper_before_it_reads_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (json.dumps({"id": number, "title": "T", "abstract": "A."}) + "\n" for number in range(3))
    monkeypatch.setattr(sys, "argv", ["kg", "extract", "-"])
    with (tmp_path / "out").open("w") as output:
        partner = Partner(lines, tmp_path / "out")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(partner)))
        monkeypatch.setattr(sys, "stdout", output)
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        assert not exit_.value.code
    assert partner.seen == [[], ["0"], ["0", "1"], ["0", "1", "2"]]


@pytest.mark.slow
def test_extract_to_a_file_leaves_no_half_file(kg: Terminal, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(gzip.compress(b'{"id":"1","title":"T","abstract":"A"}\n' * 200)[:-20])
    assert kg("extract", source, "-o", tmp_path / "out.jsonl").code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize(
    ("words", "output"),
    [
        (("extract", "frogs.jsonl"), "frogs.jsonl"),
        (("extract", "frogs.jsonl"), "link.jsonl"),
        (("extract", "."), "frogs.jsonl"),
        (("extract", "file://{folder}/frogs.jsonl"), "frogs.jsonl"),
        (("extract", "frogs.jsonl", "--rules", "mine"), "mine/own.jsonl"),
        (("query", "-f", "frogs.rq", "--json"), "frogs.rq"),
        (("query", "ASK {}", "--json"), "pond/CURRENT"),
        (("ask", "most-used", "--json"), "pond/generation-1/papers.jsonl"),
        (("export", "-f", "nt"), "pond/generation-1/index.sqlite"),
        (("plot", "together"), "pond/generation-1/plot.svg"),
        (("correct", "--export"), "pond/corrections/corrections.jsonl"),
    ],
)
def test_what_is_read_is_not_written_over(
    kg: Terminal, own_graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], output: str
) -> None:
    (folder := tmp_path / "lake").mkdir()
    monkeypatch.chdir(folder)
    shutil.copytree(own_graph, "pond")
    for name in ("mine", "pond/corrections"):
        Path(name).mkdir()
    Path("frogs.jsonl").write_text('{"id": "1", "title": "Frogs", "abstract": "They hop."}\n')
    Path("frogs.rq").write_text("ASK {}")
    Path("mine/own.jsonl").write_text('{"label": "Dataset", "pattern": "Pond"}\n')
    Path("pond/corrections/corrections.jsonl").write_text(
        '{"label": "CORRECTION", "paper": "Frogs", "pattern": "hop", "id": "no entity"}\n'
    )
    Path("pond/generation-1/plot.svg").write_text("mine")
    Path("link.jsonl").symlink_to("frogs.jsonl")
    before = bytes_under(folder)
    own = () if words[0] == "extract" else ("-g", "pond")
    outcome = kg(*(word.replace("{folder}", str(folder)) for word in words), *own, "-o", output)
    assert (outcome.code, bytes_under(folder)) == (2, before)
    assert "is also an input" in " ".join(outcome.err.split())


@pytest.mark.slow
def test_what_was_written_is_written_again_in_the_folder_that_is_read(
    kg: Terminal, pages: Path, tmp_path: Path
) -> None:
    shutil.copytree(pages, tmp_path / "pond")
    (tmp_path / "mine").mkdir()
    written = []
    for _ in range(2):
        assert kg("extract", tmp_path / "pond", "-o", tmp_path / "pond" / "found.jsonl").code == 0
        assert kg("extract", pages, "--rules", tmp_path / "mine", "-o", tmp_path / "mine" / "found").code == 0
        written.append((tmp_path / "pond" / "found.jsonl").read_bytes())
    assert written[0] and written[0] == written[1]


@pytest.mark.slow
def test_own_rules_are_read_and_wrong_ones_named(kg: Terminal, tmp_path: Path) -> None:
    paper = b'{"id":"1","title":"T","abstract":"We train on the Zorblatt archive."}'
    rules = tmp_path / "mine"
    rules.mkdir()
    (rules / "own.jsonl").write_text('{"label": "Dataset", "pattern": "Zorblatt archive"}\n')
    outcome = kg("extract", "-", "--rules", rules, stdin=paper)
    assert [mention["text"] for mention in json.loads(outcome.out)["entities"]] == ["Zorblatt archive"]
    for line, problem in (
        ('{"label"', "is not a complete JSON object"),
        ('{"label": "Dataset", "pattern": [{"LOWR": "x"}]}', "LOWR"),
        ('{"label": "Dataset", "pattern": [{"LOWER": {"REGEX": "("}}]}', "is not a token pattern"),
        ('{"label": "Dataset", "pattern": [{"LOWER": "x"}], "name": [0, 1]}', "outside of the pattern"),
    ):
        (rules / "own.jsonl").write_text(f'{{"label": "Dataset", "pattern": "x"}}\n{line}\n')
        outcome = kg("extract", "-", "--rules", rules, "-j", "2", stdin=paper)
        assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
        assert f"{rules / 'own.jsonl'}:2: " in outcome.err
        assert problem in outcome.err
    assert kg("extract", "-", "--rules", rules, stdin=paper) == outcome, "with workers as without"


# --- evaluate --------------------------------------------------------------------------------------------------------


@pytest.fixture
def annotated(tmp_path: Path) -> tuple[Path, Path]:
    """A file of annotations and a file of their papers."""
    papers, gold = tmp_path / "papers.jsonl", tmp_path / "gold.jsonl"
    papers.write_text('{"id": "1", "title": "T", "abstract": "We train on MNIST, and on toads."}\n')
    entities = [
        {"type": "Dataset", "text": "MNIST", "role": "used"},
        {"type": "Dataset", "text": "toads", "role": "used"},
    ]
    gold.write_text(json.dumps({"id": "1", "entities": entities}) + "\n")
    return gold, papers


def test_evaluate_prints_a_row_a_type_on_standard_output(kg: Terminal, annotated: tuple[Path, Path]) -> None:
    gold, papers = annotated
    outcome = kg("evaluate", gold, "--papers", papers)
    assert (outcome.code, outcome.err) == (0, "")
    rows = {line[:26].strip(): line[26:].split() for line in outcome.out.splitlines()}
    assert rows["– datasets"] == ["1.000", "0.500", "0.667", "2"]
    assert set(rows) >= {"all entities", "– methods", "– datasets", "– metrics", "– tasks"}
    assert "toads" not in outcome.out


def test_evaluate_shows_errors_and_calibration_when_asked(kg: Terminal, annotated: tuple[Path, Path]) -> None:
    gold, papers = annotated
    assert "Dataset toad → nothing" in kg("evaluate", gold, "--papers", papers, "--errors").out
    assert "toad" not in kg("evaluate", gold, "--papers", papers, "--errors", "-n", "0").out
    assert "expected calibration error" in kg("evaluate", gold, "--papers", papers, "--calibration").out


def test_evaluate_as_json_has_everything(kg: Terminal, annotated: tuple[Path, Path]) -> None:
    gold, papers = annotated
    measured = json.loads(kg("evaluate", gold, "--papers", papers, "--json").out)
    assert measured["scores"]["Dataset"]["recall"] == 0.5
    assert [kind["missed"] for kind in measured["errors"]] == [1]
    assert sum(one["mentions"] for one in measured["calibration"]["bins"]) == 1


@pytest.mark.slow
def test_evaluate_reads_own_rules(kg: Terminal, annotated: tuple[Path, Path], tmp_path: Path) -> None:
    gold, papers = annotated
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.jsonl").write_text('{"label": "Dataset", "pattern": "toads"}\n')
    outcome = kg("evaluate", gold, "--papers", papers, "--rules", tmp_path / "rules", "--json")
    assert json.loads(outcome.out)["scores"]["Dataset"]["recall"] == 1


@pytest.mark.parametrize(
    "line, problem",
    [
        (
            '{"text": "On MNIST.", "spans": [{"start": 3, "end": 30, "label": "Dataset"}]}',
            "span 3-30 is not part of the text",
        ),
        ('{"text": "On MNIST.", "spans": [{"start": 3, "end": 8, "label": "Corpus"}]}', '"Corpus" is none of'),
        ('{"text": "On MNIST."', "is not a complete JSON object"),
        ('{"id": "1", "entities": []}', "has another form than the lines before it"),
    ],
)
def test_wrong_annotations_end_in_one_line(kg: Terminal, tmp_path: Path, line: str, problem: str) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(f'{{"text": "On MNIST.", "spans": []}}\n{line}\n')
    outcome = kg("evaluate", gold)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert outcome.err.startswith(f"kg: error: {gold}:2: ")
    assert problem in outcome.err


def test_evaluate_names_an_id_that_no_paper_has(kg: Terminal, annotated: tuple[Path, Path]) -> None:
    gold, papers = annotated
    papers.write_text('{"id": "2", "title": "T", "abstract": "A"}\n')
    outcome = kg("evaluate", gold, "--papers", papers)
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert f'{gold}:1: "1" has no "title" and "abstract" here; {papers} has no paper of this id' in outcome.err


@pytest.mark.slow
def test_pairs_of_names_are_scored_by_two_commands(kg: Terminal, annotated: tuple[Path, Path], tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text('{"type": "Dataset", "a": {"name": "MNIST"}, "b": {"name": "mnist dataset"}, "same": true}\n')
    done = kg("entities", "evaluate", pairs, "--papers", annotated[1], "--json")
    assert json.loads(done.out) == {"right": 1, "wrong": 0, "wrong_merges": 0, "wrong_splits": 0}
    assert kg("entities", "evaluate", pairs, "--papers", annotated[1]).out == "right: 1 of 1 (1.000)\n"
    assert kg("evaluate", "--resolution", pairs, "--papers", annotated[1]).out == "right: 1 of 1 (1.000)\n"


def test_evaluate_needs_something_to_score(kg: Terminal, annotated: tuple[Path, Path]) -> None:
    gold, papers = annotated
    for arguments in ((), ("--resolution", gold), (gold, "--resolution", gold, "--papers", papers)):
        assert kg("evaluate", *arguments).code == 2


def test_curated_files_that_contradict_end_in_one_line(kg: Terminal, pages: Path, tmp_path: Path) -> None:
    (tmp_path / "entities.jsonl").write_text('{"type": "Dataset", "name": "CIFAR-10"}\n')
    done = kg("build", pages, "-g", tmp_path / "g", "--rules", tmp_path)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert f"{tmp_path / 'entities.jsonl'}:1: " in done.err


# --- query -----------------------------------------------------------------------------------------------------------

NAMES = "SELECT ?name { ?d a kg:Dataset ; skos:prefLabel ?name } ORDER BY ?name"


def test_query_writes_csv_into_a_pipe(kg: Terminal, graph_folder: Path) -> None:
    outcome = kg("query", NAMES, "-g", graph_folder)
    assert outcome.code == 0
    assert outcome.out.split()[:3] == ["name", "ADE20K", "CIFAR-10"]


def test_query_from_a_file_and_from_standard_input(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "names.rq"
    file.write_text(NAMES)
    expected = kg("query", NAMES, "-g", graph_folder).out
    assert kg("query", "-f", file, "-g", graph_folder).out == expected
    assert kg("query", "-g", graph_folder, stdin=NAMES.encode()).out == expected
    assert kg("query", "-", "-g", graph_folder, stdin=NAMES.encode()).out == expected


def test_a_shipped_query_has_a_time_limit_too(kg: Terminal, graph_folder: Path) -> None:
    words = ("-g", graph_folder, "--timeout", "0", "--type", "dataset")
    asked = kg("ask", "most-used", *words)
    assert (asked.code, asked.err) == (0, "")
    assert kg("query", "--name", "most-used", *words) == asked
    assert kg("ask", "most-used", "--timeout", "-1", "-g", graph_folder).code == 2
    assert kg("query", "--name", "most-used", "--allow-service", "-g", graph_folder).code == 2


def test_the_origin_says_whom_to_ask(kg: Terminal, graph_folder: Path) -> None:
    query = "SELECT ?paper { ?paper kg:reports ?result } ORDER BY ?paper"
    texts = kg("query", query, "-g", graph_folder).out
    assert texts.count("\n") > 1 and kg("query", query, "--origin", "both", "-g", graph_folder).out == texts
    assert kg("query", query, "--origin", "curated", "-g", graph_folder).err == "kg: the query found nothing\n"
    used = ("most-used", "--origin", "curated", "-g", graph_folder)
    assert (
        kg("ask", *used).err
        == kg("query", "--name", *used).err
        == ("kg: most-used: found nothing for origin 'curated'\n")
    )
    for command in (("ask", "most-used"), ("query", "ASK {}"), ("lookup", "FrogNet")):
        wrong = kg(*command, "--origin", "all", "-g", graph_folder)
        assert wrong.code == 2 and "expected one of extracted, curated, both" in wrong.err


def test_from_chooses_the_graphs_of_a_query(kg: Terminal, graph_folder: Path) -> None:
    def papers(dataset: str) -> list[str]:
        query = f"SELECT ?name {dataset} {{ ?p a kg:Paper ; schema:name ?name }} ORDER BY ?name"
        return kg("query", query, "-g", graph_folder).out.splitlines()[1:]

    one = json.loads(
        kg("query", "SELECT ?g { GRAPH ?g { ?p a kg:Paper } } LIMIT 1", "-g", graph_folder, "--format", "json").out
    )
    graph = one["results"]["bindings"][0]["g"]["value"]
    assert len(papers("")) == 3
    assert len(papers(f"FROM <{graph}>")) == 1
    assert papers("FROM <https://example.org/none>") == papers(f"FROM NAMED <{graph}>") == []


def test_a_term_that_the_vocabulary_does_not_have_is_a_warning(kg: Terminal, graph_folder: Path) -> None:
    outcome = kg("query", "SELECT ?d { ?p kg:usesDatasets ?d }", "-g", graph_folder)
    assert (outcome.code, outcome.out) == (0, "d\n") or (outcome.code, outcome.out) == (0, "d\r\n")
    warning, nothing = outcome.err.splitlines()
    assert warning == "kg: warning: the vocabulary has no kg:usesDatasets; did you mean kg:usesDataset?"
    assert nothing == "kg: the query found nothing"


@pytest.mark.parametrize("profile", [(), ("--profile", "lpwc")])
def test_services_are_asked_only_if_allowed(kg: Terminal, graph_folder: Path, profile: tuple[str, ...]) -> None:
    # No request leaves: the store refuses this port itself.
    words = ("query", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "-g", graph_folder, *profile)
    refused, allowed = kg(*words), kg(*words, "--allow-service")
    assert (refused.code, refused.out, refused.err) == (
        1,
        "",
        "kg: error: query: SERVICE would send requests to another server, which is not allowed; "
        "allow it with --allow-service (allow_service=True)\n",
    )
    assert allowed.code == 1
    assert "The port 9 is not allowed" in allowed.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("ASK " + "{" * 20_000 + "}" * 20_000, "is nested too deeply, or too long, for the SPARQL engine"),
        ("ASK { FILTER(" + "(" * 20_000 + "1" + ")" * 20_000 + ") }", "is nested too deeply"),
        ("ASK { FILTER(" + "1+" * 20_000 + "1) }", "is nested too deeply, or too long"),
        ("ASK { ?s " + "schema:a/" * 20_000 + "schema:b ?o }", "took longer than 0.2 seconds"),
        ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "took longer than 0.2 seconds"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?f ?c", "took longer than 0.2 seconds"),
    ],
)
def test_a_hostile_query_ends_in_one_line(
    kg: Terminal, graph_folder: Path, tmp_path: Path, query: str, reason: str
) -> None:
    file = tmp_path / "hostile.rq"
    file.write_text(query)
    timeout = "0.2" if reason.startswith("took") else "0.5"
    outcome = kg("query", "-f", file, "-g", graph_folder, "--timeout", timeout)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert reason in outcome.err or ("schema:a/" in query and "is nested too deeply" in outcome.err)


def wait_for_a_query(process: subprocess.Popen[bytes]) -> None:
    """Wait until a command has been in a query for a while: queries run in a process of their own."""
    threads = Path(f"/proc/{process.pid}/task")
    ends = time.monotonic() + 20
    while threads.exists() and not any(path.read_text() for path in threads.glob("*/children")):
        assert time.monotonic() < ends
        time.sleep(0.02)
    time.sleep(0.5 if threads.exists() else 2.5)


@pytest.mark.slow
def test_ctrl_c_ends_a_query_at_once(graph_folder: Path) -> None:
    cross = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    code = "from kg.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "query", cross, "-g", str(graph_folder), "--timeout", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_for_a_query(process)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"")
    assert time.monotonic() - began < 2


def test_ask_takes_parameters_as_options(kg: Terminal, graph_folder: Path) -> None:
    task = "image classification"
    outcome = kg("ask", "datasets-for-task", "--task", task, "-g", graph_folder, "--format", "json")
    assert outcome.code == 0
    assert {"CIFAR-10", "CIFAR-100"} <= set(outcome.out.replace('"', " ").split())
    assert kg("ask", "datasets-for-task", f"--task={task}", "-g", graph_folder).code == 0
    assert "needs a value" in kg("ask", "datasets-for-task", "--task", "-g", graph_folder).err


def test_query_by_name_is_the_same_as_ask(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    words = ("--task", "image classification", "-g", graph_folder)
    asked = kg("ask", "datasets-for-task", *words)
    assert kg("query", "--name", "datasets-for-task", *words) == asked
    assert kg("query", "-n", "datasets-for-task", *words, "-o", tmp_path / "answer.csv").out == ""
    assert (tmp_path / "answer.csv").read_bytes().decode().split() == asked.out.split()


def test_a_correction_is_written_listed_and_applied_by_a_build_without_input(
    kg: Terminal, graph_folder: Path, tmp_path: Path
) -> None:
    rules = ("--rules", str(tmp_path), "-g", str(graph_folder))
    title = "Segmenting Lily Pads with Diffusion Models"
    told = kg("correct", title, "61.0", "--not-a-result", *rules).out
    assert told.splitlines()[1] == f'correction: "61.0" in "{title}" is no result'
    assert told.endswith(f"applied by: kg build -g {graph_folder} --rules {tmp_path}\n")
    assert json.loads(kg("correct", title, "48.3", "--dataset", "", "--json", *rules).out)["line"]["dataset"] == ""
    assert kg("correct", title, "PadDiff", "--type", "task", *rules).out.startswith("now: method, introduced")
    assert kg("correct", "--list", "-g", str(graph_folder)).err == "kg: there are no corrections\n"


def test_a_comparison_is_a_table_for_people_and_rows_for_programs(kg: Terminal, graph_folder: Path) -> None:
    asked = ("ask", "compare", "--dataset", "LilyBench", "--shown", "all", "-g", str(graph_folder), "--format")
    assert kg(*asked, "md").out.splitlines()[0] == "| method | paper | year | mIoU |"
    assert kg(*asked, "table").out.split()[:4] == ["method", "paper", "year", "mIoU"]
    [row] = json.loads(kg(*asked, "json").out)["results"]["bindings"]
    assert row["reported"]["value"] == "61.0"


def test_an_unknown_query_ends_in_one_line_with_the_nearest(kg: Terminal, graph_folder: Path) -> None:
    outcome = kg("ask", "leaderbord", "-g", graph_folder)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert outcome.err.startswith("kg: error: there is no query 'leaderbord'; nearest: leaderboard, ")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("ask leaderboard --dataset CIFAR-10", 2),
        ("ask most-used --limit many", 2),
        ("ask most-used --type frogs", 2),
        ("ask most-used --pond 1", 2),
        ("ask most-used --format frogs", 2),
        ("ask leaderboard --dataset Frogs-7 --metric accuracy", 0),
        ("query ASK{} --format frogs", 2),
        ("query ASK{} --endpoint pond", 2),
        ("query FROGS", 1),
        ("lookup frogs --endpoint pond", 2),
        ("publish pond", 2),
        ("serve --edit --host 0.0.0.0", 2),
        ("correct FrogNet CIFAR-10 --type frogs", 2),
        ("correct FrogNet CIFAR-10 --role frogs", 2),
        ("correct ToadNet-7 CIFAR-10 --type task", 1),
    ],
)
def test_wrong_usage_is_told_from_failure(
    kg: Terminal, graph_folder: Path, monkeypatch: pytest.MonkeyPatch, words: str, code: int
) -> None:
    monkeypatch.setenv("KG_GRAPH", str(graph_folder))
    outcome = kg(*words.split())
    assert (outcome.code, outcome.err.count("\n")) == (code, 1), outcome.err


def test_an_empty_leaderboard_says_what_is_reported_on_the_dataset(kg: Terminal, graph_folder: Path) -> None:
    outcome = kg("ask", "leaderboard", "--dataset", "cifar10", "--metric", "mIoU", "-g", graph_folder)
    assert outcome.code == 0
    assert outcome.err == (
        "kg: leaderboard: found nothing for dataset 'cifar10', metric 'mIoU'; reported on CIFAR-10: accuracy (1)\n"
    )
    outcome = kg("ask", "leaderboard", "--dataset", "ImageNet", "--metric", "mIoU", "-g", graph_folder)
    assert outcome.err.endswith("; nothing is reported on ImageNet\n")


@pytest.mark.parametrize(
    "command",
    [("lookup", "x"), ("stats",), ("query", "ASK {}"), ("ask", "most-used"), ("papers",), ("entities", "merges")],
)
def test_without_a_graph_that_of_the_sample_is_mentioned_if_it_is_there(
    kg: Terminal, graph_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "output/demo" not in kg(*command).err
    shutil.copytree(graph_folder, tmp_path / "output" / "demo")
    outcome = kg(*command)
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert outcome.err.endswith("-g output`, or ask that of the sample with -g output/demo\n")
    assert "sample" not in kg(*command, "-g", tmp_path / "output" / "demo").err


@pytest.mark.slow
def test_lists_can_be_shown_whole(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    lines = [{"id": str(n), "title": f"Frogs {n}", "abstract": f"We train FrogNet{n}X on CIFAR-10."} for n in range(25)]
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    kg("build", tmp_path / "p.jsonl", "-g", folder)
    assert len(kg("papers", "--limit", "3", "-g", folder).out.splitlines()) == 2 + 3
    assert len(kg("papers", "--limit", "3", "--all", "-g", folder).out.splitlines()) == 2 + 25
    assert "Used by (8 of 25)\n" in kg("lookup", "cifar10", "-g", folder).out
    assert "Used by (25)" in kg("lookup", "cifar10", "--all", "-g", folder).out
    assert "and 15 more" in kg("lookup", "Frogs", "-t", "paper", "-g", folder).out
    assert "25. Frogs 9" in kg("lookup", "Frogs", "-t", "paper", "--all", "-g", folder).out
    assert "+ and 5 more" in kg("diff", graph_folder, folder).out
    assert " more\n" not in kg("diff", graph_folder, folder, "--all").out
    assert "more" not in kg("path", "CIFAR-10", "FrogNet3X", "--all", "-g", folder).out


def test_a_leaderboard_shows_the_sentence_of_each_row(kg: Terminal, graph_folder: Path) -> None:
    words = ("--dataset", "cifar10", "--metric", "Accuracy", "-g", graph_folder, "--format", "json")
    outcome = kg("ask", "leaderboard", *words)
    (row,) = json.loads(outcome.out)["results"]["bindings"]
    assert row["reported"]["value"] == "93.5%"
    assert row["sentence"]["value"].startswith("FrogNet reaches 93.5% accuracy")
    assert outcome.err == ""


@pytest.mark.parametrize("format_", ["csv", "table", "json"])
def test_an_empty_answer_is_an_answer_and_says_what_was_asked(kg: Terminal, graph_folder: Path, format_: str) -> None:
    outcome = kg("ask", "datasets-for-task", "--task", "knitting", "-g", graph_folder, "--format", format_)
    assert outcome.code == 0
    assert "dataset" in outcome.out
    assert outcome.err.startswith(
        "kg: datasets-for-task: found nothing for task 'knitting'; the graph has no task 'knitting'"
    )
    assert outcome.err.count("\n") == 1
    free = kg("query", "SELECT ?x { ?x a kg:Paper, kg:Task }", "-g", graph_folder, "--format", format_)
    assert (free.code, free.err) == (0, "kg: the query found nothing\n")


def test_a_name_that_is_only_like_another_is_said_to_be_taken_for_it(kg: Terminal, graph_folder: Path) -> None:
    outcome = kg("ask", "papers-on-dataset", "--dataset", "lilybenhc", "-g", graph_folder)
    assert "Segmenting Lily Pads" in outcome.out
    assert outcome.err == "kg: 'lilybenhc' is taken for LilyBench\n"


@pytest.mark.parametrize(
    ("words", "row"),
    [
        (("lpwc-most-used-datasets", "--limit", "1"), "CIFAR-10,2"),
        (("lpwc-code-hosts",), "github.com,1"),
    ],
)
def test_queries_of_linked_papers_with_code_run_in_its_vocabulary(
    kg: Terminal, graph_folder: Path, words: tuple[str, ...], row: str
) -> None:
    assert kg("ask", *words, "-g", graph_folder).out.splitlines()[1] == row


def test_the_shipped_queries_are_listed_with_their_parameters(kg: Terminal) -> None:
    outcome = kg("ask", "--list")
    assert outcome.out.startswith("about\n    ")
    assert "\n    --task TASK  " in outcome.out
    assert "\n    --limit INTEGER  " in outcome.out
    assert kg("query", "--list") == outcome


@pytest.mark.parametrize("text", ["SELECT ?x WHERE { ?x a }", "", "DELETE WHERE { ?s ?p ?o }", "\0", "nonsense {"])
def test_query_that_is_none_ends_in_one_line(kg: Terminal, graph_folder: Path, text: str) -> None:
    outcome = kg("query", "-g", graph_folder, stdin=text.encode())
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert outcome.err.startswith("kg: error: <stdin>, line 1, column ")


def test_construct_writes_a_graph(kg: Terminal, graph_folder: Path) -> None:
    query = "CONSTRUCT { ?p kg:usesDataset ?d } WHERE { ?p kg:usesDataset ?d }"
    graphs = [
        rdflib.Graph().parse(data=kg("query", query, "-g", graph_folder, "--format", name).out, format=parser)
        for name, parser in (("turtle", "turtle"), ("ntriples", "nt"), ("jsonld", "json-ld"))
    ]
    assert len(graphs[0]) > 2
    assert set(graphs[0]) == set(graphs[1]) == set(graphs[2])
    refused = kg("query", query, "-g", graph_folder, "--format", "csv")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == ("kg: error: format 'csv' does not fit here; choose from turtle, jsonld, ntriples, rdfxml\n")


def test_an_unknown_format_of_rows_names_those_there_are(kg: Terminal, graph_folder: Path) -> None:
    refused = kg("query", NAMES, "-g", graph_folder, "--format", "word")
    assert (refused.code, refused.out) == (2, "")
    names = "csv, tsv, json, xml, markdown, latex, table"
    assert refused.err == f"kg: error: format 'word' does not fit here; choose from {names}\n"


# --- path, diff ------------------------------------------------------------------------------------------------------


def test_path_prints_the_chains_or_one_line_why_there_is_none(kg: Terminal, graph_folder: Path) -> None:
    outcome = kg("path", "FrogNet", "imagenet", "-g", graph_folder)
    assert outcome.code == 0
    assert outcome.out.startswith("FrogNet and ImageNet [")
    assert "Sharpness-Aware Minimization, Revisited" in outcome.out
    as_json = json.loads(kg("path", "FrogNet", "imagenet", "-g", graph_folder, "--json").out)
    assert as_json["papers"] == 2
    unknown = kg("path", "FrogNet", "Zyzzyva-9000", "-g", graph_folder)
    assert (unknown.code, unknown.out, unknown.err.count("\n")) == (1, "", 1)
    assert "Zyzzyva-9000" in unknown.err


def test_path_says_what_a_name_is_taken_for(kg: Terminal, graph_folder: Path) -> None:
    outcome = kg("path", "FrogNet", "imagnet", "-g", graph_folder)
    assert outcome.out.startswith("FrogNet and ImageNet [")
    assert outcome.err == "kg: 'imagnet' is taken for ImageNet\n"


@pytest.mark.slow
def test_diff_reports_and_refuses_what_is_no_graph(
    kg: Terminal, graph_folder: Path, pages: Path, tmp_path: Path
) -> None:
    kg("build", pages / "one.txt", "-g", tmp_path / "old")
    outcome = kg("diff", tmp_path / "old", graph_folder)
    assert outcome.code == 0
    assert "+ Segmenting Lily Pads with Diffusion Models" in outcome.out
    found = json.loads(kg("diff", tmp_path / "old", graph_folder, "--json").out)
    assert [paper["title"] for paper in found["papers"]["came"]] == ["Segmenting Lily Pads with Diffusion Models"]
    refused = kg("diff", tmp_path / "old", tmp_path)
    assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)


# --- papers ----------------------------------------------------------------------------------------------------------


def test_papers_lists_those_that_fit_all_options(kg: Terminal, graph_folder: Path) -> None:
    outcome = kg("papers", "--dataset", "cifar10", "--task", "image classification", "-g", graph_folder)
    assert outcome.code == 0
    assert outcome.out.splitlines()[0].split() == ["title", "year", "code"]
    assert [line.split("  ")[0] for line in outcome.out.splitlines()[2:]] == [
        "FrogNet: Hopping Networks for Image Classification"
    ]
    assert "https://github.com/Pond-Lab/FrogNet" in outcome.out
    found = json.loads(kg("papers", "--with-code", "--metric", "accuracy", "-g", graph_folder, "--json").out)
    assert [paper["listed"] for paper in found["papers"]] == ["--03-11", "--03-11"]
    assert all(paper["code"] == ["https://github.com/Pond-Lab/FrogNet"] for paper in found["papers"])


def test_papers_that_nothing_fits_say_so(kg: Terminal, graph_folder: Path) -> None:
    outcome = kg("papers", "--dataset", "CIFAR-90000", "--limit", "3", "-g", graph_folder)
    assert (outcome.code, outcome.out.count("\n")) == (0, 2)
    assert outcome.err.startswith("kg: the graph has no dataset 'CIFAR-90000' (nearest: CIFAR-")
    assert outcome.err.endswith("kg: no paper fits\n")


@pytest.mark.slow
def test_new_papers_are_those_of_a_later_build(kg: Terminal, tmp_path: Path) -> None:
    today = datetime.now(UTC).date().isoformat()
    (tmp_path / "p.jsonl").write_text('{"id": "1", "title": "New Frogs", "abstract": "They hop."}\n')
    kg("build", tmp_path / "p.jsonl", "-g", tmp_path / "g")
    kg("build", tmp_path / "p.jsonl", "-g", tmp_path / "g")
    assert "New Frogs" in kg("papers", "--new-since", today, "-g", tmp_path / "g").out
    assert "New Frogs" not in kg("papers", "--new-since", "2999-01-01", "-g", tmp_path / "g").out
    asked = "SELECT ?date { ?paper kg:firstSeen ?date }"
    assert kg("query", asked, "-g", tmp_path / "g").out == f"date\n{today}\n"
    assert "firstSeen" not in kg("export", "-g", tmp_path / "g").out
    assert "firstSeen" in kg("export", "--provenance", "-g", tmp_path / "g").out


# --- lookup ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("CIFAR-10",), ("CIFAR10",), ("cifar", "10")])
def test_lookup_prints_the_card(kg: Terminal, graph_folder: Path, words: tuple[str, ...]) -> None:
    outcome = kg("lookup", *words, "-g", graph_folder)
    assert outcome.code == 0
    assert "CIFAR-10" in outcome.out.splitlines()[0]
    assert "Dataset" in outcome.out.splitlines()[0]
    assert "FrogNet: Hopping Networks for Image Classification" in outcome.out
    assert "93.5%" in outcome.out


def test_lookup_of_a_typo_an_acronym_a_paper_and_a_repository(kg: Terminal, graph_folder: Path) -> None:
    def first(*words: str) -> str:
        found = json.loads(kg("lookup", *words, "-g", graph_folder, "--json").out)
        return str(found["matches"][0]["name"])

    assert first("imagnet") == "ImageNet"
    assert first("SAM") == "Sharpness-Aware Minimization"
    assert first("segmenting lily pads with") == "Segmenting Lily Pads with Diffusion Models"
    assert first("pond-lab/frognet") == "Pond-Lab/FrogNet"


def test_lookup_of_nothing_there_names_what_is_nearest(kg: Terminal, graph_folder: Path) -> None:
    outcome = kg("lookup", "CIFAR-90000", "-g", graph_folder)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert "nearest: CIFAR-" in outcome.err
    assert kg("lookup", "%", "-g", graph_folder).err == "kg: error: nothing found for '%'\n"


@pytest.mark.parametrize(
    "words", ['"}{\\"', "' OR ?s ?p ?o . {", "\N{FROG FACE}" * 50, "x" * 10_000, "", " ", "\\u0022"]
)
def test_lookup_of_quotes_and_braces_finds_nothing_and_says_so(kg: Terminal, graph_folder: Path, words: str) -> None:
    outcome = kg("lookup", words, "-g", graph_folder)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert outcome.err.startswith("kg: error: nothing found for ")


@pytest.mark.parametrize(
    "words",
    [
        ("lookup",),
        ("ask",),
        ("ask", "papers-on-dataset", "--dataset"),
        ("papers", "--dataset"),
        ("papers", "--venue"),
        ("papers", "--year"),
        ("path", "ImageNet"),
        ("plot", "years", "--of"),
        ("export", "--format"),
        ("query", "ASK {}", "--profile"),
        ("correct", "FrogNet", "frog", "--type"),
    ],
)
def test_messages_have_a_name_as_it_was_typed_and_not_all_of_a_long_one(
    kg: Terminal, graph_folder: Path, words: tuple[str, ...]
) -> None:
    once, long = (kg(*words, "Zyz\\zyva" * times, "-g", graph_folder).err for times in (1, 1000))
    assert "Zyz\\zyva" in once and "Zyz\\\\zyva" not in once
    assert 0 < long.count("Zyz\\zyva") < 100 and "..." in long


@pytest.mark.parametrize("words", [(), ("lookup", "x", "--limit"), ("ask", "most-used")])
def test_wrong_usage_is_not_repeated_at_any_length(kg: Terminal, words: tuple[str, ...]) -> None:
    assert len(kg(*words, "--" + "x" * 100_000).err) < 10_000


def test_lookup_by_a_name_that_only_the_curated_files_know(kg: Terminal, graph_folder: Path) -> None:
    done = kg("lookup", "Canadian Institute for Advanced Research 10", "-g", graph_folder, "--json")
    assert json.loads(done.out)["card"]["name"] == "CIFAR-10"


def test_entities_merges_as_table_and_json(kg: Terminal, graph_folder: Path) -> None:
    rows = json.loads(kg("entities", "merges", "-g", graph_folder, "--json").out)
    (sam,) = (row for row in rows if row["name"] == "SAM")
    assert (sam["label"], sam["papers"], sam["why"]) == ("Sharpness-Aware Minimization", 1, "abbreviation in paper")
    table = kg("entities", "merges", "vision", "transformer", "-g", graph_folder).out.splitlines()
    assert table[0].split() == ["label", "type", "name", "papers", "why", "detail"]
    assert {line.split("  ")[0] for line in table[2:]} == {"Vision Transformer"}


@pytest.mark.parametrize(("words", "what"), [(("papers", "merged"), "paper"), (("entities", "merges"), "entity")])
def test_no_merges_are_an_answer_that_says_so(
    kg: Terminal, graph_folder: Path, words: tuple[str, ...], what: str
) -> None:
    assert kg(*words, "-g", graph_folder).err == ""
    none = kg(*words, "Zyzzyva", "-g", graph_folder)
    assert (none.code, none.out.count("\n"), none.err.count("\n")) == (0, 2, 1)
    assert none.err.startswith(f"kg: no {what} 'Zyzzyva' has ")


@pytest.mark.parametrize("words", [("lookup", "cifar 10"), ("plot", "together"), ("ask", "most-used")])
def test_a_type_may_be_written_as_cards_show_it(kg: Terminal, graph_folder: Path, words: tuple[str, ...]) -> None:
    outcomes = [kg(*words, "--type", name, "-g", graph_folder) for name in ("dataset", "Dataset", "DATASET")]
    assert outcomes[0].code == 0 and outcomes == [outcomes[0]] * 3


HOSTILE = "Fr\x9bogs\u202e on \x1b]0;owned\x07 CIFAR-10\u200b and \x7f Lily\u2066 Pads"


@pytest.mark.slow
def test_no_output_has_characters_that_steer_a_terminal(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    abstract = (
        "We propose Croak\u202eNet (CN), a novel network for frog\x9b detection. It reaches 93.5% accuracy on CIFAR-10."
    )
    papers = tmp_path / "a\u202eb.jsonl"
    skipped = {"id": "2\x1b[31m", "title": "\x9b", "year": "\x1b[31m"}
    lines = [
        {"id": "1", "title": HOSTILE, "abstract": abstract, "authors": ["A\x1b[31m One"], "venue": "V\x9b"},
        skipped,
    ]
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    folder = tmp_path / "g\x1b[31m"
    outcomes = [
        kg("build", papers, "-g", folder),
        kg("lookup", "paper:", "frogs on", "-g", folder),
        kg("lookup", "frogs", "-g", folder, "--json"),
        kg("lookup", "cifar-10", "-g", folder),
        kg("path", "CIFAR-10", "accuracy", "-g", folder),
        kg("diff", graph_folder, folder),
        kg("entities", "merges", "-g", folder),
        kg("stats", "-g", folder),
        kg("stats", "-g", folder, "--provenance"),
        kg("ask", "papers-on-dataset", "--dataset", "cifar10", "-g", folder, "--format", "table"),
        kg("lookup", "\x1b[31m\u202e", "-g", folder),
        kg("lookup", "x", "-g", "\x1b[31mnone"),
        kg("lookup", "--\x1b[31m"),
        kg("\x1b[31m\u202e"),
        kg("build", tmp_path / "\x1b[31m\u202e", "-g", folder),
        kg("query", "nonsense \x1b[31m", "-g", folder),
    ]
    assert any("and  Lily Pads" in outcome.out or "and Lily Pads" in outcome.out for outcome in outcomes)
    for outcome in outcomes:
        assert not {char for char in outcome.out + outcome.err if not char.isprintable()} - {"\n"}


@pytest.mark.parametrize("folder", ["[/b]", "[bold]x", "[link=x]"])
def test_folders_are_not_read_as_markup(kg: Terminal, graph_folder: Path, tmp_path: Path, folder: str) -> None:
    shutil.copytree(graph_folder, tmp_path / folder)
    outcome = kg("stats", "-g", tmp_path / folder)
    assert outcome.code == 0
    assert folder in outcome.out.replace("\n", "")


@pytest.mark.slow
def test_a_dash_is_standard_output_and_standard_input(
    kg: Terminal, graph_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert kg("export", "-o", "-", "-g", graph_folder).out == kg("export", "-g", graph_folder).out
    assert kg("query", "-f", "-", "-o", "-", "-g", graph_folder, stdin=b"ASK {}").out == "true\n"
    assert kg("extract", "-", "-o", "-", stdin=b'{"id":"1","title":"T","abstract":"A"}').out.startswith('{"id":"1"')
    assert list(tmp_path.iterdir()) == []


def test_entities_merges_of_an_older_graph(kg: Terminal, own_graph: Path) -> None:
    next(own_graph.glob("generation-*/merges.jsonl")).unlink()
    done = kg("entities", "merges", "-g", own_graph)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "build the graph again" in done.err


@pytest.mark.slow
@pytest.mark.parametrize("pointer", ["", "generation-9"])
def test_a_build_without_inputs_repairs_a_damaged_pointer(kg: Terminal, own_graph: Path, pointer: str) -> None:
    (own_graph / "CURRENT").write_text(pointer)
    assert kg("stats", "-g", own_graph).err.endswith("not a generation in this folder; build the graph again\n")
    assert kg("build", "-g", own_graph).code == 0
    assert json.loads(kg("stats", "--json", "-g", own_graph).out)["papers"] == 3


# --- export, validate, demo ------------------------------------------------------------------------------------------


def test_export_writes_a_file_or_standard_output(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    outcome = kg("export", "-f", "turtle", "-g", graph_folder)
    assert outcome.code == 0
    kg("export", "-f", "turtle", "-g", graph_folder, "-o", tmp_path / "graph.ttl")
    assert (tmp_path / "graph.ttl").read_text() == outcome.out
    assert [path.name for path in tmp_path.iterdir()] == ["graph.ttl"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "format_"), [("g.jsonld", "jsonld"), ("g.nt", "ntriples"), ("g.nq", "nquads"), ("g.rdf", "rdfxml")]
)
def test_export_takes_the_format_from_the_ending(
    kg: Terminal, graph_folder: Path, tmp_path: Path, file: str, format_: str
) -> None:
    expected = kg("export", "-f", format_, "-g", graph_folder).out
    kg("export", "-g", graph_folder, "-o", tmp_path / file)
    assert (tmp_path / file).read_text() == expected
    kg("export", "-g", graph_folder, "-o", tmp_path / f"{file}.gz")
    assert gzip.decompress((tmp_path / f"{file}.gz").read_bytes()).decode() == expected
    kg("export", "-f", "ttl", "-g", graph_folder, "-o", tmp_path / file)
    assert (tmp_path / file).read_text().startswith("@prefix"), "a format that is given wins"


@pytest.mark.slow
def test_answers_and_extractions_are_written_as_the_ending_says(
    kg: Terminal, graph_folder: Path, tmp_path: Path
) -> None:
    expected = kg("query", NAMES, "-g", graph_folder, "--format", "csv").out
    assert "\r" not in expected
    kg("query", NAMES, "-g", graph_folder, "-o", tmp_path / "names.csv.gz")
    assert gzip.decompress((tmp_path / "names.csv.gz").read_bytes()).decode() == expected
    kg("query", NAMES, "-g", graph_folder, "-o", tmp_path / "names.json")
    assert json.loads((tmp_path / "names.json").read_text())["head"] == {"vars": ["name"]}
    kg("extract", "-", "-o", tmp_path / "x.jsonl.gz", stdin=b'{"id":"1","title":"T","abstract":"A"}')
    assert json.loads(gzip.decompress((tmp_path / "x.jsonl.gz").read_bytes()))["id"] == "1"
    refused = kg("export", "-g", graph_folder, "-o", tmp_path / "graph.csv")
    assert (refused.code, (tmp_path / "graph.csv").exists()) == (2, False)


@pytest.mark.parametrize(
    "words",
    [
        *(("export", "-o", name) for name in ("x.html", "x.zzz", "x.nt.bz2", "x.csv", "x.parquet")),
        ("export", "-f", "html", "-o", "x.html"),
        ("export", "-f", "nt", "-o", "x.nt.xz"),
        *(("ask", "most-used", "-o", name) for name in ("x.xlsx", "x.parquet", "x.txt", "x.ttl", "x.csv.zst")),
        ("query", "ASK {}", "-o", "x.zzz"),
        ("query", "ASK {}", "-o", "x.tex"),
        ("extract", "-", "-o", "x.jsonl.bz2"),
        ("fetch", "arxiv", "frogs", "-o", "x.jsonl.gz"),
    ],
)
def test_nothing_is_written_under_a_name_that_says_something_else(
    kg: Terminal, graph_folder: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    outcome = kg(*words, *(() if words[0] in ("extract", "fetch") else ("-g", graph_folder)))
    assert (outcome.code, outcome.out, list(tmp_path.iterdir())) == (2, "", [])


def test_a_format_that_is_named_may_be_in_a_file_of_any_name(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    assert kg("export", "-f", "nt", "-o", tmp_path / "x.zzz", "-g", graph_folder).code == 0
    assert kg("ask", "most-used", "--format", "table", "-o", tmp_path / "x.txt", "-g", graph_folder).code == 0
    assert kg("export", "-o", tmp_path / "x.json", "-g", graph_folder).code == 0
    assert "@context" in json.loads((tmp_path / "x.json").read_text())


def test_an_unknown_format_of_graphs_names_all_that_can_be_given(kg: Terminal, graph_folder: Path) -> None:
    said = " ".join(kg("export", "-f", "word", "-g", graph_folder).err.split())
    assert "choose from turtle, " in said and said.endswith(", html, csv, parquet")


@pytest.mark.parametrize(("words", "code"), [(["export", "-f"], 1), (["query", "ASK {}", "--format"], 2)])
def test_a_format_of_a_broken_plugin_is_an_error_about_the_plugin(
    kg: Terminal, graph_folder: Path, words: list[str], code: int, install_plugin: Callable[[str, str, str], None]
) -> None:
    install_plugin("kg.formats", "frogs", "1 / 0\n")
    refused = kg(*words, "frogs", "-g", graph_folder)
    assert (refused.code, refused.out) == (code, "")
    assert re.fullmatch(
        r"kg: error: plugin frogs \(kg\.formats: \S+\) cannot be loaded: division by zero\n", refused.err
    )


@pytest.mark.parametrize("format_", ["csv", "tables", "zip"])
def test_an_archive_is_written_to_standard_output_only_if_that_is_asked_for(
    kg: Terminal, graph_folder: Path, format_: str
) -> None:
    refused = kg("export", "-f", format_, "-g", graph_folder)
    assert (refused.code, refused.out) == (2, "")


def test_a_file_of_the_user_that_is_called_partial_is_left_alone(
    kg: Terminal, graph_folder: Path, tmp_path: Path
) -> None:
    for name in ("x.ttl.partial", ".x.ttl.partial"):
        (tmp_path / name).write_text("mine")
    assert kg("export", "-g", graph_folder, "-o", tmp_path / "x.ttl").code == 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir() if path.name != "x.ttl"} == {
        "x.ttl.partial": "mine",
        ".x.ttl.partial": "mine",
    }


def test_export_as_a_network(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    assert kg("export", "-g", graph_folder, "-f", "csv", "-o", tmp_path / "graph.zip").code == 0
    with zipfile.ZipFile(tmp_path / "graph.zip") as archive:
        assert archive.namelist() == ["nodes.csv", "edges.csv"]
    assert kg("export", "-g", graph_folder, "-o", tmp_path / "graph.graphml").code == 0
    assert b"<graphml" in (tmp_path / "graph.graphml").read_bytes()
    for wrong in (("-f", "csv", "-o", tmp_path / "graph.csv"), ("-f", "gexf", "--alignment")):
        outcome = kg("export", "-g", graph_folder, *wrong)
        assert outcome.code == 2 and "Traceback" not in outcome.err
    assert not (tmp_path / "graph.csv").exists()


def test_export_as_tables(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    outcome = kg("export", "-g", graph_folder, "-f", "csv", "-o", tmp_path / "tables")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (0, "", 1)
    assert outcome.err.startswith("kg: 3 papers, ") and (tmp_path / "tables" / "mentions.csv").is_file()
    (tmp_path / "file").write_text("mine")
    for format_ in ("csv", "parquet"):
        refused = kg("export", "-g", graph_folder, "-f", format_, "-o", tmp_path / "file")
        assert (refused.code, refused.err) == (
            1,
            f"kg: error: {tmp_path / 'file'}: expected a folder for the tables as {format_}, found something else\n",
        )
        assert kg("export", "-g", graph_folder, "-f", format_, "-o", tmp_path / "x", "--alignment").code == 2
    for wrong in (("-f", "parquet"), ("-f", "parquet", "-o", "-"), ("-o", tmp_path / "x.parquet")):
        assert "expected a folder for five tables" in " ".join(kg("export", "-g", graph_folder, *wrong).err.split())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "tables"]


def test_plot_writes_svg_and_says_what_is_missing(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    outcome = kg("plot", "together", "-g", graph_folder)
    assert outcome.code == 0 and outcome.out.startswith("<svg xmlns")
    for wrong in (("pie",), ("best",), ("together", "--type", "paper"), ("years", "-o", tmp_path / "years.pdf")):
        assert kg("plot", *wrong, "-g", graph_folder).code == 2
    outcome = kg("plot", "years", "--of", "cifar 10", "-g", graph_folder)
    assert (outcome.code, outcome.err.count("\n")) == (1, 1) and "nothing to draw" in outcome.err


@pytest.mark.slow
def test_publish_makes_a_new_folder(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    given = ("publish", "-g", graph_folder, "--no-site", "--package")
    assert kg(*given, tmp_path / "package", "--licence", "CC0-1.0").code == 0
    assert "CC0-1.0" in (tmp_path / "package" / "README.md").read_text()
    before = bytes_under(tmp_path)
    outcome = kg(*given, tmp_path / "package")
    assert (outcome.code, bytes_under(tmp_path)) == (1, before)
    assert outcome.err == f"kg: error: {tmp_path / 'package'}: expected a new folder, or an empty one\n"
    assert kg(*given, tmp_path / "other", "--licence", "all mine").code == 2


def test_publish_puts_the_graph_into_a_store(
    kg: Terminal, own_graph: Path, start_server: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str | None]] = []

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        asked.append((request.method, request.headers.get("Authorization")))
        return 204, {}, b""

    url = start_server(answer)
    assert kg("publish", "-g", own_graph).code == kg("publish", url, "--package", "x", "-g", own_graph).code == 2
    outcome = kg("publish", url, "-g", own_graph, "--user", "ann")
    assert (outcome.code, asked) == (1, [])
    assert "--user ann: expected the password in the environment variable KG_PASSWORD" in outcome.err
    monkeypatch.setenv("KG_TOKEN", "secret")
    outcome = kg("publish", url, "-g", own_graph)
    assert outcome.err.startswith(f"kg: 4 named graphs in {url}: 4 sent (")
    assert set(asked) == {("HEAD", "Bearer secret"), ("PUT", "Bearer secret")}
    done = json.loads(kg("publish", url, "-g", own_graph, "--json").out)
    assert (done["sent"], done["unchanged"]) == (0, 4)


@pytest.mark.slow
def test_questions_to_an_endpoint_print_what_a_folder_answers(
    kg: Terminal, graph_folder: Path, start_endpoint: Callable[..., str]
) -> None:
    url = start_endpoint(opened(graph_folder).reader.store)
    query = "SELECT ?name { ?d a kg:Dataset ; skos:prefLabel ?name } ORDER BY ?name"
    for words in (
        ["lookup", "cifar 10"],
        ["ask", "leaderboard", "--dataset", "CIFAR-10", "--metric", "accuracy"],
        ["query", query],
    ):
        there, here = kg(*words, "--endpoint", url), kg(*words, "-g", graph_folder)
        assert (there.code, there.out) == (0, here.out)
    assert kg("query", "ASK {}", "--profile", "lpwc", "--endpoint", url).code == 2
    outcome = kg("ask", "lpwc-papers-on-task", "--task", "frogs", "--year", "2019", "--endpoint", url)
    assert "is asked in the vocabulary lpwc, which an endpoint does not have" in outcome.err
    assert kg("lookup", "x", "--endpoint", "nowhere").err.startswith("kg: error: 'nowhere': expected an address")


@pytest.mark.slow
def test_inputs_and_outputs_may_be_addresses(kg: Terminal, pages: Path, tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for page in pages.iterdir():
        memory.pipe(f"/pond/{page.name}", page.read_bytes())
    folder = tmp_path / "graph"
    assert kg("build", "memory://pond", "-g", folder).code == 0
    assert kg("build", "-g", folder).code == 0  # from what it has: addresses stay what they are
    listed = kg("query", "SELECT ?on { ?paper kg:listedOn ?on } ORDER BY ?on", "-g", folder).out.splitlines()
    assert listed[1].startswith("memory:///pond/one.txt:")
    assert kg("export", "-f", "nt", "-g", folder, "-o", "memory://out/graph.nt").code == 0
    assert memory.cat("/out/graph.nt") == kg("export", "-f", "nt", "-g", folder).out.encode()
    assert kg("export", "-f", "html", "-g", folder, "-o", "memory://out/site").code == 2
    outcome = kg("build", "https://example.org/papers.jsonl", "-g", folder)
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert "is on the web, where nothing is fetched by itself" in outcome.err


@pytest.mark.slow
def test_build_asks_every_service_that_can_be_asked(
    kg: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetched(service: str, query: Query, output: Path, **_: object) -> None:
        output.write_text(json.dumps({"id": service, "title": "Newts", "abstract": f"On {query.words} in ponds."}))

    monkeypatch.setitem(SERVICES, "ponds", SERVICES["arxiv"])
    monkeypatch.setattr("kg.fetching.fetch", fetched)
    assert kg("build", "ponds:red newts", "-g", tmp_path / "graph").code == 0
    (answer,) = (tmp_path / "graph" / "fetched").iterdir()
    assert answer.name.startswith("ponds-red-newts-")
    assert f"{answer} was fetched today" in kg("build", "ponds:red newts", "-g", tmp_path / "graph").err


def test_export_through_a_link_leaves_the_link(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    assert kg("export", "-g", graph_folder, "-o", tmp_path / "link").code == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").stat().st_size > 0


def test_export_into_a_folder_that_is_not_there(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    outcome = kg("export", "-g", graph_folder, "-o", tmp_path / "nowhere" / "graph.ttl")
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)


@pytest.mark.slow
def test_validate(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    assert kg("validate", "-g", graph_folder).code == 0
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix kg: <https://w3id.org/papers-kg/ontology#> .\n"
        "<urn:shape> a sh:NodeShape ; sh:targetClass kg:Paper ; sh:property [ sh:path kg:colour ; sh:minCount 1 ] .\n"
    )
    outcome = kg("validate", "-g", graph_folder, "--shapes", shapes)
    assert outcome.code == 1
    assert len(outcome.out.splitlines()) == 3
    assert all(line.startswith("https://w3id.org/papers-kg/paper/") for line in outcome.out.splitlines())
    assert outcome.err == f"kg: error: {graph_folder}: 3 violations of the shapes\n"
    shapes.write_text(shapes.read_text().replace("kg:Paper", "kg:Papr"))
    outcome = kg("validate", "-g", graph_folder, "--shapes", shapes)
    assert (outcome.code, outcome.out) == (0, "")
    assert "<urn:shape> selects nothing: sh:targetClass kg:Papr has no node in the graph" in outcome.err
    shapes.write_text("this is no turtle")
    outcome = kg("validate", "-g", graph_folder, "--shapes", shapes)
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)


def wait_for_another_thread(process: subprocess.Popen[bytes]) -> None:
    """Wait until the main thread of a process waits for another one, which works."""
    tasks = Path(f"/proc/{process.pid}/task")
    for _ in range(600 if tasks.exists() else 50):
        time.sleep(0.05)
        found = {}
        for task in tasks.glob("*"):
            with suppress(OSError):  # it has just ended
                found[int(task.name)] = (task / "stat").read_text().rpartition(")")[2].split()
        main = found.pop(process.pid, ["R"])
        if main[0] == "S" and any(int(fields[11]) >= 5 for fields in found.values()):  # a twentieth of a second
            time.sleep(0.2)
            return


@pytest.mark.slow
def test_ctrl_c_ends_a_validation_at_once(graph_folder: Path, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes.ttl"
    cross = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(9))
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix kg: <https://w3id.org/papers-kg/ontology#> .\n"
        "<urn:shape> a sh:NodeShape ; sh:targetClass kg:Paper ; "
        f'sh:sparql [ sh:select "SELECT $this {{ {cross} }}" ] .\n'
    )
    code = "from kg.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "validate", "-g", str(graph_folder), "--shapes", str(shapes)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_for_another_thread(process)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"")
    assert time.monotonic() - began < 2


@pytest.mark.slow
def test_demo_builds_the_sample_and_says_what_to_type_next(kg: Terminal, tmp_path: Path) -> None:
    outcome = kg("demo", "-g", tmp_path / "demo")
    assert outcome.code == 0
    assert "papers" in outcome.out
    assert "kg lookup" in outcome.out
    assert str(tmp_path / "demo") in outcome.out


@pytest.mark.slow
def test_the_demo_as_json_has_what_it_shows(demo: Any) -> None:
    shown = demo.shown
    assert shown["stats"]["papers"] == shown["new"]
    assert [bool(asked["rows"]) for asked in shown["asked"]] == [True] * 3
    assert shown["card"]["name"] == "ImageNet"


def test_answers_and_lists_as_json(kg: Terminal, graph_folder: Path) -> None:
    rows = json.loads(kg("ask", "most-used", "--json", "-g", graph_folder).out)["results"]["bindings"]
    assert rows[0]["name"]["value"] == "CIFAR-10"
    assert json.loads(kg("query", "ASK {}", "--json", "-g", graph_folder).out)["boolean"] is True
    graph = json.loads(kg("query", "DESCRIBE dataset:cifar-10", "--json", "-g", graph_folder).out)
    assert "@context" in graph
    names = [query["name"] for query in json.loads(kg("ask", "--list", "--json").out)]
    assert "leaderboard" in names
    assert kg("query", "ASK {}", "--json", "--format", "csv", "-g", graph_folder).code == 2


def every_command(group: Any, *words: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from every_command(command, *words, name)
        else:
            yield (*words, name), command


def test_every_command_that_shows_something_to_people_has_json() -> None:
    writes = {("extract",), ("export",), ("train",), ("mcp",), ("plot",), ("serve",), ("watch",)}
    commands = dict(every_command(typer.main.get_command(cli.app)))
    lacking = {words for words, found in commands.items() if "--json" not in {o for p in found.params for o in p.opts}}
    assert lacking == writes & commands.keys()


@pytest.mark.parametrize(
    ("command", "default"),
    [
        ("build", "that of the graph, else the shipped one"),
        ("watch", "that of the graph, else the shipped one"),
        ("extract", "the shipped model"),
    ],
)
def test_help_says_which_model_is_taken_by_default(kg: Terminal, command: str, default: str) -> None:
    assert f"from `kg train`. [default: {default}]" in " ".join(kg(command, "--help").out.split())


def test_version(kg: Terminal) -> None:
    assert kg("--version").out == f"kg {version('papers-kg')}\n"


def test_stats_show_the_runs_that_made_the_graph(kg: Terminal, graph_folder: Path) -> None:
    (run,) = json.loads(kg("stats", "-g", graph_folder, "--provenance", "--json").out)["runs"]
    assert run["number"] == 1
    table = kg("stats", "-g", graph_folder, "--provenance").out.splitlines()
    assert table[0].split() == ["run", "started", "ended", "version", "code", "rules", "corrections", "model", "inputs"]
    assert run["started"] in table[2]
    assert run["model"]["digest"][:8] in table[2]


@pytest.mark.slow
def test_export_adds_what_it_is_asked_for(kg: Terminal, graph_folder: Path) -> None:
    plain = kg("export", "-g", graph_folder).out
    assert "prov:Activity" not in plain
    assert "prov:Activity" in kg("export", "-g", graph_folder, "--provenance").out
    assert "void:triples" in kg("export", "-g", graph_folder, "--description").out
    assert "rdfs:subClassOf lpwcc:" in kg("export", "-g", graph_folder, "--alignment").out.replace(",\n        ", " ")


def test_export_and_query_in_another_vocabulary(kg: Terminal, graph_folder: Path, tmp_path: Path) -> None:
    exported = kg("export", "-g", graph_folder, "--profile", "lpwc", "-f", "ntriples").out
    asked = "SELECT ?title { ?paper a <https://linkedpaperswithcode.com/class/paper> ; dcterms:title ?title }"
    graph = rdflib.Graph().parse(data=exported, format="nt")
    rows = graph.query(f"PREFIX dcterms: <http://purl.org/dc/terms/> {asked}").bindings
    titles = {str(row[rdflib.Variable("title")]) for row in rows}
    answered = kg("query", asked, "--profile", "lpwc", "-g", graph_folder, "--format", "csv").out.splitlines()
    assert len(titles) == 3
    assert {title.strip('"') for title in answered[1:]} == titles


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "--profile", "pwc"),
        ("export", "--profile", "lpwc", "--provenance"),
        ("export", "--format", "tsv"),
        ("query", "--profile", "pwc", "ASK {}"),
        ("query", "--profile", "lpwc", "--name", "most-used"),
    ],
)
def test_formats_and_profiles_that_cannot_be_are_wrong_usage(
    kg: Terminal, graph_folder: Path, arguments: tuple[str, ...]
) -> None:
    assert kg(*arguments, "-g", graph_folder).code == 2
