"""What everything costs, as a multiple of what others take in the same run.

    python tests/benchmarks/performance.py PAPERS [--papers N] [--only SECTION ...]

PAPERS is a file of abstracts, of which the first N are taken. The peers are spaCy's stock NER (96 wide, 4
convolutions), the script that most people would write (stock NER and an EntityRuler with our names, statements into
rdflib, Turtle at the end), rdflib in memory for queries and exports, and the command line of Oxigraph for what loading
and writing cost at least (``pip install oxigraph``). CPU time is user and system time, of children too.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import pyoxigraph as ox
import rdflib
import spacy

import kg
from kg.ask.named import named_queries
from kg.errors import KGError
from kg.export.formats import export_graph
from kg.extraction import Extractor
from kg.graph.store import existing
from kg.jsonrecord import Record
from kg.records import Paper
from kg.rulefiles import shipped_rules
from kg.sources import read_papers
from kg.training.command import run
from kg.vocabulary import PREFIXES, resource_prefixes

TYPES = ("Method", "Dataset", "Metric", "Task")
LONGEST = 60.0  # seconds that a query of rdflib may take; longer ones count as this long
RUNS = 5
Row = tuple[str, str]
"""What was measured, and the figure."""


def cpu() -> float:
    """The CPU time of this process and of its children that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def timed(work: Callable[[], object], clock: Callable[[], float] = cpu) -> float:
    started = clock()
    work()
    return clock() - started


class Bench:
    """The papers, and the graph of them that several sections ask."""

    def __init__(self, inputs: Path, count: int, folder: Path) -> None:
        self.folder = folder
        self.papers: Sequence[Paper] = list(islice(read_papers([inputs], print), count))
        self.file = folder / "papers.jsonl"
        with self.file.open("w", encoding="utf-8") as stream:
            stream.writelines(json.dumps(_fields(paper)) + "\n" for paper in self.papers)

    def build(self, name: str, workers: int) -> list[str]:
        """A command that builds a graph of the papers."""
        kg_command = str(Path(sys.executable).with_name("kg"))
        return [kg_command, "build", str(self.file), "-g", str(self.folder / name), "-j", str(workers)]

    @cached_property
    def graph(self) -> Path:
        """The graph of the papers."""
        if not (self.folder / "two").exists():
            _quietly(self.build("two", 2))
        return self.folder / "two"

    @cached_property
    def store(self) -> ox.Store:
        return ox.Store.read_only(str(existing(self.graph).store))

    @cached_property
    def rdflib(self) -> rdflib.Graph:
        """The same statements in rdflib."""
        triples = io.BytesIO()
        export_graph(self.store, "ntriples", triples, kg.KnowledgeGraph(self.graph).base, provenance=True)
        return rdflib.Graph().parse(data=triples.getvalue(), format="nt")


def _fields(paper: Record) -> Mapping[str, Any]:
    names = ("id", "title", "abstract", "authors", "year", "venue", "url", "github")
    return {"abstract": "", **{name: value for name in names if (value := getattr(paper, name))}}


# --- the sections -----------------------------------------------------------------------------------------------------


def extraction(bench: Bench) -> Iterator[Row]:
    """One process, each paper read for the first time."""
    stock, extractor = stock_ner(), Extractor()
    list(extractor.pipe([Paper(id="0", title="A title", abstract="")]))  # loads the pipeline
    theirs = ours = 0.0
    for start in range(0, len(bench.papers), 200):  # in turns, so that both meet the same load of the machine
        some = bench.papers[start : start + 200]
        ours += timed(lambda some=some: list(extractor.pipe(some)))  # type: ignore[misc]
        theirs += timed(lambda some=some: list(stock.pipe(paper.text for paper in some)))  # type: ignore[misc]
    yield "extraction, ms of CPU a paper", f"{1000 * ours / len(bench.papers):.1f}"
    yield "extraction, against stock NER", f"{theirs / ours:.2f} x as fast"


def building(bench: Bench) -> Iterator[Row]:
    """Whole builds, against extraction alone and against the script that most people would write."""
    extractor = Extractor()
    alone = timed(lambda: list(extractor.pipe(bench.papers)))
    walls, spent = {}, {}
    for name, workers in (("one", 1), ("two", 2)):
        command = bench.build(name, workers)
        before, started = cpu(), time.perf_counter()
        _quietly(command)
        walls[name], spent[name] = time.perf_counter() - started, cpu() - before
    yield "build, one process, CPU against extraction alone", f"{spent['one'] / alone:.2f} x"
    yield "build, two workers against one, wall time", f"{walls['one'] / walls['two']:.2f} x as fast"
    graph = kg.KnowledgeGraph(bench.graph)
    written = timed(lambda: graph.export("turtle", bench.folder / "ours.ttl"), time.perf_counter)
    usual = timed(lambda: usual_script(bench.papers, bench.folder / "usual.ttl"), time.perf_counter)
    yield (
        "build (two workers) and Turtle against the usual script, wall time",
        (f"{usual / (walls['two'] + written):.2f} x as fast"),
    )


def questions(bench: Bench) -> Iterator[Row]:
    """The shipped questions of docs/questions.md, warm, against rdflib in memory."""
    graph = kg.KnowledgeGraph(bench.graph)
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in (PREFIXES | resource_prefixes(graph.base)).items())
    ratios = {}
    for name, parameters in _questions():
        try:
            question = graph.question(name, parameters)
        except KGError:  # a name that this graph does not have
            continue
        if question.profile is None:
            ours = median(timed(lambda: _answered(graph, name, parameters)) for _ in range(RUNS))  # noqa: B023
            ratios[name] = _seconds_of_rdflib(bench.rdflib, prefixes + question.sparql) / max(ours, 1e-4)
    slowest = min(ratios, key=lambda name: ratios[name])
    yield "named questions against rdflib, median", f"{median(ratios.values()):.0f} x as fast"
    yield f"named questions against rdflib, least ({slowest})", f"{ratios[slowest]:.1f} x as fast"


def exports(bench: Bench) -> Iterator[Row]:
    """The graph as a file, against rdflib, and what Oxigraph takes to load and write it."""
    base = kg.KnowledgeGraph(bench.graph).base
    for name, other in (("turtle", "turtle"), ("jsonld", "json-ld")):
        ours = timed(lambda: export_graph(bench.store, name, io.BytesIO(), base))  # noqa: B023
        theirs = timed(lambda: bench.rdflib.serialize(format=other))  # noqa: B023
        yield f"export of {name} against rdflib", f"{theirs / ours:.1f} x as fast"
    program = Path(sys.executable).with_name("oxigraph")
    if program.exists():
        lines, store = bench.folder / "all.nq", bench.folder / "loaded"
        with lines.open("wb") as stream:
            count = export_graph(bench.store, "nquads", stream, base, provenance=True)
        load = timed(lambda: _quietly([program, "load", "-l", store, "-f", lines]))
        dump = timed(lambda: _quietly([program, "dump", "-l", store, "-f", bench.folder / "again.nq"]))
        yield "oxigraph load, statements a CPU second", f"{count / load:,.0f}"
        yield "oxigraph dump, statements a CPU second", f"{count / dump:,.0f}"


def start(bench: Bench) -> Iterator[Row]:
    """Look-ups as whole processes, against the bare imports."""
    program = str(Path(sys.executable).with_name("kg"))
    imports = [sys.executable, "-c", "import typer, rich, pyoxigraph"]
    for what, words in (("exact", "ImageNet"), ("prefix", "image class"), ("typo", "imagnet"), ("nothing", "qqxqzzy")):
        command = [program, "lookup", words, "-g", str(bench.graph)]
        pairs = [(timed(lambda: _quietly(command)), timed(lambda: _quietly(imports))) for _ in range(RUNS)]  # noqa: B023
        yield f"kg lookup ({what}) against the bare imports", f"{median(ours / bare for ours, bare in pairs):.2f} x"


SECTIONS = {section.__name__: section for section in (extraction, building, questions, exports, start)}


# --- the peers --------------------------------------------------------------------------------------------------------


def stock_ner() -> spacy.language.Language:
    """spaCy's stock NER, not trained, which does not change its speed."""
    nlp = spacy.blank("en")
    ner: Any = nlp.add_pipe("ner")
    for label in TYPES:
        ner.add_label(label)
    nlp.initialize()
    return nlp


def usual_script(papers: Sequence[Paper], output: Path) -> None:
    """What most people would write: NER and a list of names, statements into rdflib, Turtle at the end."""
    nlp = stock_ner()
    ruler: Any = nlp.add_pipe("entity_ruler", before="ner")
    for path in sorted(shipped_rules().rglob("lexicon-*.jsonl")):
        rules = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        ruler.add_patterns(
            [{"label": rule["label"], "pattern": rule["pattern"]} for rule in rules if rule["label"] in TYPES]
        )
    graph, space = rdflib.Graph(), rdflib.Namespace("https://example.org/")
    for number, doc in enumerate(nlp.pipe(paper.text for paper in papers)):
        paper = space[f"paper/{number}"]
        graph.add((paper, rdflib.RDF.type, space["Paper"]))
        graph.add((paper, rdflib.SDO.name, rdflib.Literal(papers[number].title)))
        for span in doc.ents:
            entity = space[f"{span.label_}/{'-'.join(filter(str.isalnum, span.text.lower().split()))}"]
            graph.add((entity, rdflib.RDF.type, space[span.label_]))
            graph.add((entity, rdflib.SKOS.prefLabel, rdflib.Literal(span.text)))
            graph.add((paper, space["mentions"], entity))
    graph.serialize(output, format="turtle")


def _questions() -> list[tuple[str, dict[str, str]]]:
    """The commands of docs/questions.md."""
    import runpy

    names = {query.name for query in named_queries()}
    commands = runpy.run_path(str(Path(__file__).with_name("questions.py")))["commands"]()
    return [(name, parameters) for name, parameters in commands if name in names]


def _answered(graph: kg.KnowledgeGraph, name: str, parameters: Mapping[str, str]) -> None:
    answer = graph.ask(name, parameters)
    answer.write(io.BytesIO(), "csv" if answer.kind == "select" else "ntriples")


def _seconds_of_rdflib(graph: rdflib.Graph, query: str) -> float:
    """How long rdflib takes, in a process that can be ended."""
    child = os.fork()
    if not child:
        try:
            list(graph.query(query))
        finally:
            os._exit(0)
    started, before = time.perf_counter(), cpu()
    while time.perf_counter() - started < LONGEST:
        if os.waitpid(child, os.WNOHANG)[0]:
            return cpu() - before
        time.sleep(0.001)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return LONGEST


def _quietly(command: Sequence[str | Path]) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", type=Path)
    parser.add_argument("--papers", type=int, default=2000)
    parser.add_argument("--only", nargs="+", choices=list(SECTIONS), default=list(SECTIONS))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(args.inputs, args.papers, Path(folder))
        print(f"| {len(bench.papers):,} papers, {os.cpu_count()} cores | |\n|---|---|")
        for name in args.only:
            for what, figure in SECTIONS[name](bench):
                print(f"| {what} | {figure} |", flush=True)


if __name__ == "__main__":
    run(main)
