"""How long the pages, suggestions, look-ups and questions of a graph take, for what is most common in it.

    python tests/benchmarks/pages.py GRAPH [--no-server]

Printed are milliseconds: the processor time of this thread, which other programs on the machine change little, and the
time on the clock. A page is measured when it is first asked for and again; everything is asked of this process, without
HTTP. First comes how long `kg serve` takes until it has sent its first page. Questions are asked about the entity of
their kind in the most papers, leaderboards about the dataset and metric with the most results.
"""

from __future__ import annotations

import http.client
import os
import runpy
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kg
from kg.ask.kept import kept_answer
from kg.ask.named import NAMED, NamedQuery, named_queries
from kg.ask.sparql import run
from kg.site import Site
from kg.site.listings import suggested

SUGGESTIONS = ("r", "re", "resn", "image cl", "classification ima", "imgnet", "xqzzy frob")
LOOK_UPS = ("ResNet-50", "image clasification", "learning of", "zqx wvut blorpish")
_COMMONEST = "SELECT iri FROM node WHERE kind = ? ORDER BY id LIMIT 1"
_BOARD = """SELECT (SELECT iri FROM node WHERE id = dataset), (SELECT iri FROM node WHERE id = metric)
    FROM result JOIN better USING (metric) WHERE comparable
    GROUP BY dataset, metric ORDER BY count(*) DESC LIMIT 1"""
_PAPER_OF_MOST = """SELECT iri FROM (SELECT place FROM edge GROUP BY place ORDER BY count(*) DESC LIMIT 1)
    JOIN paper USING (place) JOIN node ON node.id = paper.node"""


def timed(what: str, ask: Callable[[], object]) -> None:
    work, clock = time.thread_time(), time.perf_counter()
    said = ask()
    work, clock = 1000 * (time.thread_time() - work), 1000 * (time.perf_counter() - clock)
    print(f"{work:8.1f} ms of work {clock:8.1f} on the clock  {what}: {said}", flush=True)


def first_page(folder: Path) -> None:
    server = runpy.run_path(str(Path(__file__).parent / "server.py"))
    started = time.perf_counter()
    with server["running"](server["OURS"], *server["serve"](folder)):
        for name in ("first", "second"):
            connection = http.client.HTTPConnection("127.0.0.1", server["OURS"])
            connection.request("GET", "/", headers={"Accept": "text/html"})
            answer = connection.getresponse()
            size = len(answer.read())
            print(f"kg serve: {name} page after {time.perf_counter() - started:.2f} s: {answer.status}, {size} bytes")


def paths(site: Site) -> Iterator[str]:
    """The addresses of the pages that are measured."""
    index, source = site.source.index, site.source
    yield from ("/", "/leaderboards", "/new")
    for kind in ("method", "dataset", "metric", "task", "code"):
        for (iri,) in index.rows(_COMMONEST, kind):
            yield source.path(iri) or ""
    for (iri,) in index.rows(_PAPER_OF_MOST):
        yield source.path(iri) or ""
    for dataset, metric in index.rows(_BOARD):
        slugs = (str(source.path(iri)).rpartition("/")[2] for iri in (dataset, metric))
        yield "/leaderboard/" + "/".join(slugs)
        yield "/compare/" + str(source.path(dataset)).rpartition("/")[2]


def parameters(graph: kg.KnowledgeGraph, query: NamedQuery) -> dict[str, str] | None:
    """The commonest values of a question's parameters; ``None`` if the graph has none."""
    index = graph.reader.index
    values: dict[str, str] = {}
    board = next(iter(index.rows(_BOARD)), (None, None))
    for parameter in query.parameters:
        if parameter.default is not None:
            continue
        found: str | None = None
        if {"dataset", "metric"} <= {one.name for one in query.parameters} and parameter.type in ("dataset", "metric"):
            found = board[parameter.type == "metric"]
        elif parameter.type in NAMED or parameter.type in ("iri", "papers"):
            kind = {"entity": "method", "iri": "dataset", "papers": "paper"}.get(parameter.type, parameter.type)
            place = 1 if parameter.name == "other" else 0
            rows = index.rows("SELECT iri FROM node WHERE kind = ? ORDER BY id LIMIT 1 OFFSET ?", kind, place)
            found = next((iri for (iri,) in rows), None)
        elif parameter.type == "venue":
            found = next((name for _, name in index.venues()), None)
        elif parameter.type == "integer":
            found = next((str(year) for (year,) in index.rows("SELECT year FROM paper LIMIT 1 OFFSET 100")), None)
        if found is None:
            return None
        values[parameter.name] = found
    return values


def questions(graph: kg.KnowledgeGraph) -> None:
    for query in named_queries():
        values = parameters(graph, query)
        if query.profile or values is None:
            continue
        question = graph.question(query.name, values)

        def answer(question: Any = question) -> str:
            found = kept_answer(graph.reader.index, question, graph.base)
            where = "the index" if found else "the store"
            found = found or run(graph.store, question.sparql, graph.base)
            rows = sum(1 for _ in found.rows()) if found.kind == "select" else "a graph, not"
            return f"{rows} rows from {where}"

        timed(f"kg ask {query.name}", answer)


def main(folder: Path, with_server: bool = True) -> None:
    print("load of the machine:", *(f"{load:.1f}" for load in os.getloadavg()), "on", os.cpu_count(), "processors")
    if with_server:
        first_page(folder)
    graph = kg.KnowledgeGraph(folder)
    print(f"{graph.stats().papers:,} papers")
    site = Site(graph)
    for path in dict.fromkeys(paths(site)):
        for again in ("", " again"):

            def page(path: str = path) -> str:
                found = site.page(path)
                return f"{found.status}, {len(found.html)} characters" if found else "none"

            timed(path[:60] + again, page)
    for words in SUGGESTIONS:
        timed(f"suggest {words!r}", lambda words=words: len(suggested(site.source, words)))  # type: ignore[misc]
    for words in LOOK_UPS:
        timed(f"lookup {words!r}", lambda words=words: graph.lookup(words).total)  # type: ignore[misc]
    questions(graph)


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--no-server" not in sys.argv)
