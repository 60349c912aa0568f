"""What the program is hardened against: kills, full disks, damaged and hostile files; the same ones each time.

What one module alone withstands is tested with it: gzip bombs in ``tests/text/test_lines.py``, damaged graphs in
``tests/graph/test_store.py``, links and pipes in ``tests/sources/test_folder.py``, signals in
``tests/extraction/test_parallel.py``.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import numpy as np
import pyoxigraph as ox
import pytest

from kg.api import KnowledgeGraph
from kg.builder import build_graph
from kg.builder.works import read_records
from kg.cli import main
from kg.errors import InputError, KGError
from kg.evaluation.gold import read_gold
from kg.extraction import Extractor, pipeline
from kg.extraction.document import make_doc
from kg.extraction.model import SHIPPED, Model
from kg.graph.manifest import EXTRACTED
from kg.graph.store import existing
from kg.records import Extraction, Paper
from kg.resolution import read_curated
from kg.rulefiles import _rule
from kg.sources import read_papers
from kg.sources.markup import clean_abstract, clean_text
from kg.text.files import GENERATION_MANIFEST, path_text
from kg.text.lines import json_lines_of
from kg.text.plain import plain_text, without_latex
from kg.text.sentences import sentence_spans

NQuads = Callable[[Path], bytes]

EXTRA = json.dumps({"id": "x", "title": "A toad", "abstract": "We train ToadNet on SVHN and report accuracy."}) + "\n"


# --- kills and full disks --------------------------------------------------------------------------------------------

# Functions before which the build is killed, in their order.
MOMENTS = (
    "kg.graph.manifest.mark",
    "kg.builder.builder.write_records",
    "kg.builder.builder.read_runs",
    "kg.builder.builder.write_merges",
    "kg.graph.store.Generation.load",
    "pyoxigraph.Store.flush",
    "kg.graph.manifest.seal",
    "pathlib.Path.rename",
    "kg.graph.store._write(CURRENT)",
    "kg.graph.store._remove",
)
LIMITS = (0, 1_000, 60_000)  # bytes that a file may have, as on a disk that is full
SHARED = """
import os, pickle, resource, signal, traceback
import pyoxigraph, rapidfuzz.distance
from kg.builder import build_graph
from kg.cli import main
from kg.builder import builder
from kg.errors import KGError
from kg.extraction import Extractor
from kg.graph import indexing, manifest, store

extractor, known = Extractor(), pickle.loads((folder / "known").read_bytes())
rules, curated, senses = builder.load_rules(()), builder.read_curated(()), builder.read_senses(())
fingerprint = builder.fingerprints(extractor, rules)
builder.load_rules = lambda folders: rules
builder.read_curated = lambda folders: curated
builder.read_senses = lambda folders: senses
builder.fingerprints = lambda extractor, rules: fingerprint
builder.extract_each = lambda papers, extractor, workers: (known[paper.text] for paper in papers)

def kill(*arguments, **options):
    os.kill(os.getpid(), signal.SIGKILL)

def prepare(attack):
    if attack.isdecimal():
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(attack), int(attack)))
    elif attack == "kg.graph.store._write(CURRENT)":
        write = store._write
        store._write = lambda path, line: kill() if path.name == "CURRENT" else write(path, line)
    elif attack == "pyoxigraph.Store.flush":
        opened = store.Store
        class Killed:
            read_only = opened.read_only
            flush = kill
            def __init__(self, path):
                self.store = opened(path)
            def __getattr__(self, name):
                return getattr(self.store, name)
        store.Store = Killed
    else:
        place, _, name = attack.rpartition(".")
        setattr(eval(place.replace("kg.builder.", "").replace("kg.graph.", "").replace("pathlib.", "")), name, kill)

(heard, said), (complaints, errors) = os.pipe(), os.pipe()
for attack in attacks:
    child = os.fork()
    if not child:
        os.dup2(errors, 2)
        prepare(attack)
        problem = None
        try:
            build_graph(inputs, folder / attack, extractor=extractor)
        except KGError as error:
            problem = f"{type(error).__name__}: {error}"
        except BaseException:
            problem = traceback.format_exc()
        os.write(said, json.dumps([attack, problem]).encode())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(json.dumps([attack, os.WTERMSIG(status)]) if os.WIFSIGNALED(status) else os.read(heard, 65536).decode())
os.close(errors)
print(os.read(complaints, 65536).decode())
"""


def attacked(
    run: Callable[[str], str], attacks: tuple[str, ...], inputs: list[Path], folder: Path, known: dict[str, Extraction]
) -> dict[str, str | int | None]:
    """What became of builds under attack: the signal that ended one, or the error; ``None`` if it succeeded.

    The builds share what is the same in each: the shipped files, and what is found in each paper.
    """
    (folder / "known").write_bytes(pickle.dumps(known))
    given = f"import json\nfrom pathlib import Path\ninputs, folder = {[*map(str, inputs)]}, Path({str(folder)!r})\n"
    *ends, complaints = run(f"{given}attacks = {attacks}\n{SHARED}").splitlines()
    assert complaints == ""
    return dict(map(json.loads, ends))


@pytest.fixture
def extra(tmp_path: Path) -> Path:
    """One paper more than the graph of ``graph_folder`` has."""
    path = tmp_path / "extra.jsonl"
    path.write_text(EXTRA)
    return path


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_build_that_is_killed_or_meets_a_full_disk_leaves_a_whole_graph(
    in_another_process: Callable[[str], str],
    pages: Path,
    graph_folder: Path,
    extra: Path,
    tmp_path: Path,
    extractor: Extractor,
    nquads: NQuads,
) -> None:
    attacks = (*MOMENTS, *map(str, LIMITS))
    for attack in attacks:
        shutil.copytree(graph_folder, tmp_path / "graphs" / attack)
    build_graph([pages, extra], tmp_path / "whole")
    before, after = nquads(graph_folder), nquads(tmp_path / "whole")
    papers = [work.paper for work in read_records(existing(tmp_path / "whole"))]
    known = {paper.text: extractor(paper) for paper in papers}
    ends = attacked(in_another_process, attacks, [pages, extra], tmp_path / "graphs", known)
    for attack in attacks:
        folder = tmp_path / "graphs" / attack
        assert nquads(folder) == (after if attack == "kg.graph.store._remove" else before), attack
        if attack in MOMENTS:
            assert ends[attack] == 9, attack
        else:
            assert str(ends[attack]).startswith(f"GraphError: {folder}"), attack
            assert str(ends[attack]).endswith("it stays as it was"), attack
            others = {*folder.glob("generation-*")} - {existing(folder).folder}
            assert {file.name for other in others for file in other.iterdir()} <= {GENERATION_MANIFEST, EXTRACTED}
    for attack in MOMENTS[::4]:
        folder = tmp_path / "graphs" / attack
        build_graph([pages, extra], folder)
        assert nquads(folder) == after, attack
        assert len(list(folder.glob("generation-*"))) == 1, attack
        assert not (folder / ".kg-new").exists()


# --- outputs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "-f", "no-such-format"),
        ("query", "--format", "no-such-format", "ASK {}"),
        ("query", "--format", "turtle", "ASK {}"),
        ("query", "SELECT no query"),
        ("extract", "no-such-file"),
    ],
)
def test_an_output_stays_as_it_is_when_a_command_fails(
    graph_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "link").symlink_to("mine")
    graph = [] if arguments[0] == "extract" else ["-g", str(graph_folder)]
    monkeypatch.setattr(sys, "argv", ["kg", *arguments, *graph, "-o", str(tmp_path / "link")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (1, 2)
    assert (tmp_path / "mine").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "mine"]
    assert (tmp_path / "link").is_symlink()


# --- hostile input ---------------------------------------------------------------------------------------------------

ABSTRACT = "It hops over the pond, and back. " * 12
PAGE = "news\n\nMar 11\n\n" + "\n\n".join(f"Frog {n}\n\n{ABSTRACT}" for n in range(4)) + "\n"
FIELDS = {
    "id": "1",
    "title": "Frogs",
    "abstract": "We train FrogNet on CIFAR-10.",
    "authors": ["Ada Frog", "Bob"],
    "year": 2020,
    "venue": "Pond",
    "url": "https://example.org/x",
    "github": "https://github.com/a/b",
}
ANNOTATED = {
    "id": "1",
    "title": "FrogNet",
    "abstract": "FrogNet hops over LilyBench.",
    "entities": [{"type": "Dataset", "text": "LilyBench", "role": "used"}],
    "abbreviations": [["FN", "FrogNet"]],
    "links": [{"url": "https://example.org"}],
    "results": [{"value": "1", "metric": "hops"}],
}
PASSAGE = {"text": "FrogNet hops over LilyBench.", "spans": [{"start": 0, "end": 7, "label": "Method"}]}
RULE = {"label": "Method", "pattern": [{"LOWER": "frog"}, {"ORTH": "Net", "OP": "?"}], "confidence": 0.9}
CURATED = {"type": "Dataset", "name": "LilyBench", "aliases": ["Lily"], "homepage": "https://example.org"}

PIECES = (
    *(b"[", b"]", b"{", b"}", b'"', b"\\", b"\\ud800", b"\\u0000", b"null", b"NaN", b"1e999", b"-1", b",", b":", b"\n"),
    *(b"9" * 5_000, b"[" * 900, b'{"a":' * 900, b"\0", b"\xff", b"\xc3", b"\x1f\x8b", b"\xef\xbb\xbf", b"\x1b[31m"),
    *("\u202e".encode(), b'" . } ; DROP ALL ; { "', b'> <http://e.org/p> "', b"[/b]", b"../../x", b"$(id)"),
)
VALUES: tuple[object, ...] = (
    *(None, True, 0, -1, 1.5, 1e308, float("nan"), float("inf"), 10**30, "", " ", "\n", "\0", "\ud800", "x" * 10_000),
    *([], {}, [None], [[["a"]]], {"a": {"b": [1]}}, {"value": "x"}, ["a"] * 1_000, "2020-13-45", "https://[x/"),
    *('"> <http://e.org/evil> "', "[/b]", "../../etc/passwd", "Frog\u202eteN", "kg:Method a owl:Thing ."),
)


def printed(line: str) -> None:
    """Takes a warning that can be printed."""
    line.encode()


def damaged(random: Random, content: bytes) -> bytes:
    """Content with something put in, cut out or cut off."""
    for _ in range(random.randint(1, 3)):
        at, other = random.randint(0, len(content)), random.randint(0, len(content))
        content = random.choice(
            [
                content[:at] + random.choice(PIECES) + content[at:],
                content[:at] + content[at + random.randint(1, 20) :],
                content[:at],
                content[:at] + content[other : other + 30] + content[at:],
            ]
        )
    return content


def changed(random: Random, record: object) -> object:
    """A record with one value, at whatever depth, of another type or content."""
    if isinstance(record, dict | list) and record:
        copy = record.copy()
        key = random.choice(list(copy) if isinstance(copy, dict) else range(len(copy)))
        copy[key] = changed(random, copy[key])
        return copy if random.random() < 0.9 else random.choice(VALUES)
    return random.choice(VALUES)


def mutations(record: object, number: int) -> Iterator[bytes]:
    """Lines of JSON that are like a record, half of them not JSON any more."""
    random = Random(7)
    for count in range(number):
        line = json.dumps(changed(random, record) if count % 2 else record).encode() + b"\n"
        yield line if count % 2 else damaged(random, line)


def read_or_refused(read: Callable[[Path], object], path: Path, contents: Iterable[bytes]) -> int:
    """How many of some contents of a file are read; the others are refused in one line that names the file."""
    taken = 0
    for content in contents:
        path.write_bytes(content)
        try:
            read(path)
            taken += 1
        except KGError as error:
            assert str(path) in str(error), content
            assert len(str(error)) < 1_000, content
    return taken


@pytest.mark.slow
def test_mutated_pages_are_read_or_refused(tmp_path: Path) -> None:
    random = Random(3)
    contents = [damaged(random, PAGE.encode()) for _ in range(60)]
    taken = read_or_refused(lambda path: list(read_papers(path, printed)), tmp_path / "page.txt", contents)
    assert 0 < taken < 60


@pytest.mark.parametrize("record", [ANNOTATED, PASSAGE], ids=["papers", "passages"])
def test_mutated_annotations_are_read_or_refused(tmp_path: Path, record: object) -> None:
    assert 0 < read_or_refused(read_gold, tmp_path / "gold.jsonl", mutations(record, 60)) < 60


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*W036")  # a rule may have an empty pattern
def test_mutated_rules_are_refused_or_can_be_used(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    nlp = pipeline.build_pipeline(components=())
    patterns = nlp.add_pipe("kg_patterns")

    def use(path: Path) -> None:
        patterns.add_rules([_rule(line) for line in json_lines_of(path, "a rule")])  # type: ignore[attr-defined]
        patterns(make_doc(nlp, Paper(id="1", title="A", abstract="We train frog Net on CIFAR-10.")))

    assert 0 < read_or_refused(use, folder / "own.jsonl", mutations(RULE, 60)) < 60


@pytest.mark.slow
def test_mutated_curated_entities_are_read_or_refused(tmp_path: Path) -> None:
    lines = [line for line in mutations(CURATED, 12) if line.strip()]
    assert read_or_refused(lambda path: read_curated([path.parent]), tmp_path / "entities.jsonl", lines) < 12


@pytest.mark.filterwarnings("ignore:the vocabulary has no")
def test_mutated_queries_are_answered_or_refused(graph_folder: Path) -> None:
    graph, random = KnowledgeGraph(graph_folder), Random(5)
    query = b"SELECT ?p (COUNT(?d) AS ?n) { ?p kg:usesDataset ?d FILTER(?d != <http://e.org/x>) } GROUP BY ?p LIMIT 3"
    for _ in range(12):
        try:
            graph.query(damaged(random, query).decode("utf-8", "replace"))
        except KGError as error:
            assert "\n" not in str(error)


@pytest.mark.slow
def test_mutated_records_make_a_graph_that_strict_parsers_read(tmp_path: Path, nquads: NQuads) -> None:
    """No title, name, address or file name leads out of its literal or IRI."""
    source = tmp_path / (os.fsdecode(b"a\"> <b>\n'{}\xff.jsonl") if sys.platform == "linux" else "a.jsonl")
    lines = []
    for number, line in enumerate(mutations(FIELDS, 80)):
        source.write_bytes(line)
        with suppress(KGError):
            if line.strip() and list(read_papers(source, printed)):
                lines.append(line.replace(b'"Frogs"', b'"Frogs %d"' % number))
    assert len(lines) > 20
    source.write_bytes(b"".join(lines))
    build_graph([source], tmp_path / "graph")
    assert KnowledgeGraph(tmp_path / "graph").validate().conforms
    quads = list(ox.parse(nquads(tmp_path / "graph"), format=ox.RdfFormat.N_QUADS))
    assert len(quads) > 1_000
    assert not [quad for quad in quads if quad.predicate.value in ("http://e.org/p", "http://e.org/evil")]
    listed = {quad.object.value.rpartition(":")[0] for quad in quads if quad.predicate.value.endswith("#listedOn")}
    assert listed == {path_text(source.name)}


RUNS = (
    *("#\n\n", " ", " \n", "`", "*_", "{", "$", "a- ", "a-\n", "\\cite[", "\\documentclass ", "<a \n", "&#", "(", "["),
    *("- ", "1,", "A.", "http://", "10.1234/", "\\", "'", "x ", "~", "^{"),
)


@pytest.mark.parametrize("run", RUNS)
def test_a_text_of_one_sign_again_and_again_takes_time_in_line_with_its_length(run: str) -> None:
    text = f"<jats:title>{run * (20_000 // len(run))}x"
    for read in (plain_text, without_latex, clean_abstract, clean_text, sentence_spans):
        started = time.process_time()
        read(text)
        assert time.process_time() - started < 2, f"{read.__name__} takes some 20 ms where each sign is read once"


@pytest.mark.parametrize(
    ("name", "begins", "run"),
    [
        ("a.jsonl", '{"id": "1", "title": "Frogs", "abs', "\n"),
        ("a.json", '[{"id": "1", "title": "Frogs"}, {"id": ', "\n"),
        ("a.html", "<html><body><a \n", "x\n"),
        ("a.md", "# Frogs\n\n| a | b |\n|---|---|\n", "| x "),
        ("a.bib", "@article{frog, title = {", "{x"),
        ("a.txt", "Frogs\n\n", "x\n\n"),
    ],
)
def test_a_file_of_one_sign_again_and_again_takes_time_in_line_with_its_length(
    tmp_path: Path, name: str, begins: str, run: str
) -> None:
    path = tmp_path / name
    path.write_text(begins + run * 20_000)
    started = time.process_time()
    with suppress(KGError):
        list(read_papers([path], lambda line: None))
    assert time.process_time() - started < 3


@pytest.mark.slow
def test_a_model_that_holds_pickled_objects_is_refused(tmp_path: Path) -> None:
    model = shutil.copytree(SHIPPED, tmp_path / "model")
    with np.load(model / "weights.npz") as weights:
        arrays = dict(weights)
    ran = tmp_path / "ran"
    arrays[min(arrays)] = np.array([Trap(ran)], dtype=object)
    np.savez(model / "weights.npz", **arrays)
    with pytest.raises(InputError, match=r"weights\.npz: is damaged or of another model \(Object arrays cannot"):
        Model.load(model)
    assert not ran.exists()


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.path,)
