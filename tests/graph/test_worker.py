"""What the process that answers queries does; that it answers and ends is tested in tests/ask/test_process.py."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.graph import worker
from kg.graph.worker import constructed, evaluate

P = ox.NamedNode("http://e/p")


@pytest.fixture
def store() -> ox.Store:
    store = ox.Store()
    for name in ("b", "a"):
        store.add(ox.Quad(ox.NamedNode(f"http://e/{name}"), P, ox.Literal(name), ox.NamedNode(f"http://g/{name}")))
    return store


def test_rows_are_written_as_json_and_triples_sorted(store: ox.Store) -> None:
    rows, triples, truth = io.BytesIO(), io.BytesIO(), io.BytesIO()
    said = evaluate(store, "SELECT ?o { ?s e:p ?o } ORDER BY ?o", {"e": "http://e/"}, True, rows)
    assert said == {"kind": "select", "variables": ["o"]}
    assert [row["o"]["value"] for row in json.loads(rows.getvalue())["results"]["bindings"]] == ["a", "b"]
    said = evaluate(store, "CONSTRUCT WHERE { ?s ?p ?o }", {}, True, triples)
    assert said == {"kind": "graph", "variables": []}
    assert triples.getvalue() == b'<http://e/a> <http://e/p> "a" .\n<http://e/b> <http://e/p> "b" .\n'
    assert evaluate(store, "ASK { ?s ?p ?o }", {}, False, truth)["kind"] == "ask"
    assert json.loads(truth.getvalue())["boolean"] is False


def test_what_is_constructed_is_one_graph(store: ox.Store) -> None:
    one = "CONSTRUCT { ?s ?p 1 } { ?s ?p ?o }"
    other = "CONSTRUCT { ?s ?p 2 } FROM <http://g/a> { ?s ?p ?o }"
    made = constructed(store, [(one, True), (other, False)])
    assert sorted((quad.subject.value, quad.object.value) for quad in made) == [
        ("http://e/a", "1"),
        ("http://e/a", "2"),
        ("http://e/b", "1"),
    ]
    with pytest.raises(ValueError, match=r"^query 2: expected a CONSTRUCT query$"):
        constructed(store, [(one, True), ("ASK {}", True)])


@pytest.mark.slow
def test_the_script_needs_nothing_of_this_package(tmp_path: Path) -> None:
    ox.Store(str(tmp_path / "store")).flush()
    packages = str(Path(ox.__file__).parents[1])
    command = [sys.executable, "-I", "-S", worker.__file__, packages, str(tmp_path / "store")]
    request = json.dumps({"query": "ASK {}", "prefixes": {}, "union": True, "timeout": 0, "constructs": None})
    done = subprocess.run(command, input=request.encode() + b"\n", capture_output=True, check=True)
    opened, answer = done.stdout.split(b"\n", 1)
    assert opened == b"{}"
    size = int.from_bytes(answer[:4])
    assert json.loads(answer[4 : 4 + size])["boolean"] is True
    assert answer[4 + size : 8 + size] == bytes(4)
    assert json.loads(answer[8 + size :]) == {"kind": "ask", "variables": []}
