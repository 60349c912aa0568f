"""Queries in a process of their own: the same answers as here, and an end for those that would have none."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.ask.process import QueryProcess
from kg.ask.sparql import Answer, Request, run
from kg.errors import GraphError, KGError, QueryError
from kg.vocabulary import SCHEMA

BASE = "https://example.org/"
NAME = ox.NamedNode(f"{SCHEMA}name")
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store on disk with two graphs of 150 statements."""
    folder = tmp_path_factory.mktemp("generation") / "store"
    made = ox.Store(str(folder))
    made.bulk_extend(
        ox.Quad(
            ox.NamedNode(f"{BASE}dataset/{n}"), NAME, ox.Literal(f"Größe {n}"), ox.NamedNode(f"{BASE}paper/{n % 2}")
        )
        for n in range(300)
    )
    made.flush()
    return folder


@pytest.fixture(scope="module")
def queries(store: Path) -> Iterator[QueryProcess]:
    """One process for all tests; a query that ends it is followed by a new one."""
    yield QueryProcess(store)


def asked(queries: QueryProcess, sparql: str, timeout: float = 30) -> Answer:
    return queries.answer(Request(sparql, BASE, "query", False), timeout)


@pytest.mark.slow
def test_answers_are_those_of_this_process(store: Path, queries: QueryProcess) -> None:
    here = ox.Store.read_only(str(store))
    rows = "SELECT ?d ?name { ?d schema:name ?name } ORDER BY ?name"
    assert list(asked(queries, rows).rows()) == list(run(here, rows, BASE).rows())
    graph = "CONSTRUCT { ?d schema:name ?name . _:b kg:of ?d } { ?d schema:name ?name FILTER(?d < dataset:2) }"
    mine, other = asked(queries, graph).triples(), run(here, graph, BASE).triples()
    assert {(t.predicate, t.object) for t in mine} == {(t.predicate, t.object) for t in other}
    assert mine == sorted(mine, key=str)
    assert asked(queries, "ASK { dataset:1 schema:name ?name }").truth
    assert asked(queries, "SELECT * { ?s kg:none ?o }").is_empty


@pytest.mark.slow
def test_the_columns_of_a_star_come_in_the_order_of_the_query(queries: QueryProcess) -> None:
    assert asked(queries, "SELECT * { ?s ?p ?o }").variables == ("s", "p", "o")


@pytest.mark.slow
def test_an_answer_of_many_pieces_arrives_whole(queries: QueryProcess) -> None:
    answer = asked(queries, "SELECT * { ?a schema:name ?b . ?c schema:name ?d }")
    assert sum(1 for _ in answer.rows()) == 300 * 300


@pytest.mark.slow
def test_an_answer_that_is_too_large_is_an_error(store: Path) -> None:
    queries = QueryProcess(store, largest=2**20)
    with pytest.raises(QueryError, match=r"^the answer is larger than 0\.000976562 GiB; ask for less"):
        asked(queries, "SELECT * { ?a schema:name ?b . ?c schema:name ?d }")
    assert asked(queries, "ASK {}").truth


@pytest.mark.slow
def test_from_chooses_the_graphs(queries: QueryProcess) -> None:
    def count(dataset: str) -> object:
        return next(asked(queries, f"SELECT (COUNT(*) AS ?n) {dataset} {{ ?s ?p ?o }}").records())["n"]

    assert (count(""), count("FROM paper:1"), count("FROM paper:7")) == (300, 150, 0)


@pytest.mark.parametrize(
    ("sparql", "expected"),
    [
        ("SELEC * {}", "query, line 1, column 1: expected SELECT, ASK, CONSTRUCT, DESCRIBE, found 'SELEC'"),
        ("SELECT (kg:nope(1) AS ?x) {}", "query: cannot be answered: "),
        ('SELECT * { ?s ?p "\ud800" }', "query: "),
    ],
)
def test_errors_are_those_of_this_process(queries: QueryProcess, store: Path, sparql: str, expected: str) -> None:
    with pytest.raises(QueryError) as error:
        asked(queries, sparql)
    with pytest.raises(QueryError) as here:
        run(ox.Store.read_only(str(store)), sparql, BASE)
    assert str(error.value) == str(here.value)
    assert str(error.value).startswith(expected.partition("cannot")[0])


@pytest.mark.slow
def test_a_query_ends_after_its_time_and_the_next_is_answered(queries: QueryProcess) -> None:
    began = time.monotonic()
    with pytest.raises(QueryError, match=r"^query: took longer than 0\.3 seconds; allow more with --timeout"):
        asked(queries, CROSS, 0.3)
    assert time.monotonic() - began < 3
    assert asked(queries, "ASK {}").truth


@pytest.mark.slow
@pytest.mark.parametrize(
    "sparql",
    [
        "ASK " + "{" * 20_000 + "}" * 20_000,
        "ASK { FILTER(" + "1+" * 20_000 + "1) }",
        "ASK {" + "{} UNION " * 20_000 + "{} }",
    ],
)
def test_a_query_that_brings_the_engine_down_is_an_error(queries: QueryProcess, sparql: str) -> None:
    with pytest.raises(QueryError, match=r"^query: is nested too deeply, or too long, for the SPARQL engine$"):
        asked(queries, sparql)
    assert asked(queries, "ASK {}", 0).truth


def test_a_profile_that_does_not_construct_is_an_error_with_its_name(queries: QueryProcess) -> None:
    with pytest.raises(KGError, match=r"^profile mine, query 2: expected a CONSTRUCT query$"):
        queries.answer(
            Request("ASK {}", BASE, "query", False),
            profile=("mine", [("CONSTRUCT WHERE { ?s ?p ?o }", True), ("ASK {}", True)]),
        )


def test_a_query_on_a_profile_sees_what_it_constructs(queries: QueryProcess) -> None:
    construct = "CONSTRUCT { ?d a <http://e/D> } FROM <https://example.org/paper/1> { ?d ?p ?o }"
    answer = queries.answer(
        Request("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", BASE, "query", False), profile=("mine", [(construct, False)])
    )
    assert list(answer.records()) == [{"n": 150}]


@pytest.mark.slow
def test_a_store_that_is_gone_or_damaged_is_a_graph_error(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"the graph was built anew since it was opened; open it again$"):
        asked(QueryProcess(tmp_path / "graph" / "generation-1" / "store"), "ASK {}")
    (tmp_path / "store").mkdir()
    with pytest.raises(GraphError, match=r"the graph cannot be opened \("):
        asked(QueryProcess(tmp_path / "store"), "ASK {}")


@pytest.mark.slow
def test_a_query_ends_with_the_process_that_asked_it(store: Path) -> None:
    code = f"""
import sys
from kg.ask.process import QueryProcess
from kg.ask.sparql import Request
from pathlib import Path
queries = QueryProcess(Path(sys.argv[1]))
print(queries._process._popen.pid, flush=True)
queries.answer(Request({CROSS!r}, {BASE!r}, "query", False), 0)
"""
    parent = subprocess.Popen([sys.executable, "-c", code, str(store)], stdout=subprocess.PIPE)
    assert parent.stdout
    child = int(parent.stdout.readline())
    time.sleep(1)
    assert Path(f"/proc/{child}").exists()
    parent.kill()
    parent.communicate()
    for _ in range(50):
        state = Path(f"/proc/{child}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.1)
    pytest.fail("the query goes on")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
def test_a_forked_process_asks_in_a_process_of_its_own(store: Path) -> None:
    code = """
import os, sys
from kg.ask.process import QueryProcess
from kg.ask.sparql import Request
from pathlib import Path
queries = QueryProcess(Path(sys.argv[1]))
request = Request("ASK {}", "https://example.org/", "query", False)
assert queries.answer(request).truth
child = os.fork()
assert queries.answer(request).truth
if not child:
    sys.exit()
assert os.waitpid(child, 0)[1] == 0
assert queries.answer(request).truth
"""
    subprocess.run([sys.executable, "-c", code, str(store)], check=True, timeout=60)
