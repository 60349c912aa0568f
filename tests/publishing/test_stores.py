"""A graph put into stores that work, fail, forget and refuse; and into a real one that is killed in between."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kg.errors import GraphError, KGError
from kg.graph.store import opened
from kg.publishing import stores
from kg.publishing.stores import publish_graph
from kg.remote.connection import Connection, RemoteError

Start = Callable[[Callable[[Any], Any]], str]
Replace = Callable[..., None]
MINE = '<http://e/s> <http://e/p> "{}" <http://e/g> .\n'


class Store:
    """A store that speaks the Graph Store Protocol; ``fails`` holds what it answers before it works."""

    def __init__(self) -> None:
        self.graphs: dict[str, set[bytes]] = {"http://e/other": {b"<http://e/a> <http://e/b> <http://e/c> ."}}
        self.fails: list[Any] = []
        self.asked: list[Any] = []
        self.largest = 10**9

    def __call__(self, asked: Any) -> Any:
        self.asked.append(asked)
        if asked.method != "HEAD" and self.fails:
            return self.fails.pop(0)
        name = asked.query["graph"]
        if len(asked.body) > self.largest:
            return 413, {}, b""
        if asked.method in ("PUT", "POST"):
            known = self.graphs.get(name, set()) if asked.method == "POST" else set()
            self.graphs[name] = known | set(asked.body.splitlines())
            return 201, {"Content-Type": "text/html"}, b""  # as Virtuoso says it
        if name not in self.graphs:
            return 404, {}, b""
        if asked.method == "DELETE":
            del self.graphs[name]
        return 204, {}, b""

    def sent(self) -> list[str]:
        """The graphs that were written since the last call, sorted."""
        names = sorted({asked.query["graph"] for asked in self.asked if asked.method in ("PUT", "POST")})
        self.asked.clear()
        return names


@pytest.fixture
def folder(small_folder: Path, tmp_path: Path) -> Path:
    """The folder of a small graph, to be published from."""
    return shutil.copytree(small_folder, tmp_path / "graph")


def quickly(url: str, **options: Any) -> Connection:
    """A connection that does not wait before it asks again."""
    return Connection(url, **options | {"wait": lambda seconds: None})


def quads(folder: Path) -> dict[str, set[bytes]]:
    """The named graphs of a folder, as :class:`Store` has them."""
    store = opened(folder).reader.store
    dumped = {
        graph: store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b"" for graph in store.named_graphs()
    }
    return {str(graph)[1:-1]: set(lines.splitlines()) for graph, lines in dumped.items()}


@pytest.mark.slow
def test_a_store_gets_every_named_graph_and_keeps_its_own(start_server: Start, own_graph: Path) -> None:
    store = Store()
    other = store.graphs["http://e/other"]
    steps: list[tuple[int, int]] = []
    done = publish_graph(own_graph, f"{start_server(store)}/store", progress=lambda *step: steps.append(step))
    expected = {name: lines for name, lines in quads(own_graph).items() if not name.endswith("/provenance")}
    assert store.graphs == expected | {"http://e/other": other}
    assert (done.graphs, done.sent, done.unchanged, done.removed) == (len(expected), len(expected), 0, 0)
    assert steps[-1] == (len(expected), len(expected))
    assert {asked.headers["Content-Type"] for asked in store.asked if asked.body} == {"text/turtle; charset=utf-8"}


@pytest.mark.slow
def test_the_runs_are_sent_when_they_are_asked_for(start_server: Start, own_graph: Path) -> None:
    store = Store()
    publish_graph(own_graph, start_server(store), provenance=True)
    assert {name for name in store.graphs if name.endswith("/provenance")}


@pytest.mark.slow
def test_a_second_publish_sends_what_changed_and_removes_what_is_gone(
    start_server: Start, tmp_path: Path, replace_graph: Replace
) -> None:
    store = Store()
    url = start_server(store)
    replace_graph(tmp_path, MINE.format("one") + '<http://e/s> <http://e/p> "x" <http://e/old> .\n')
    first = publish_graph(tmp_path, url)
    assert len(store.sent()) == first.sent == first.graphs
    assert publish_graph(tmp_path, url).unchanged == first.graphs
    assert store.sent() == []
    replace_graph(tmp_path, MINE.format("two"))
    changed = publish_graph(tmp_path, url)
    assert store.sent() == ["http://e/g"]
    assert (changed.sent, changed.unchanged, changed.removed) == (1, first.graphs - 2, 1)
    assert store.graphs.keys() == quads(tmp_path).keys() | {"http://e/other"}
    assert publish_graph(tmp_path, url, again=True).sent == first.graphs - 1


@pytest.mark.slow
def test_each_store_has_a_memory_of_its_own(start_server: Start, folder: Path) -> None:
    one, two = Store(), Store()
    for store in (one, two):
        publish_graph(folder, start_server(store))
    assert one.graphs == two.graphs
    assert len([*(folder / "published").glob("127.0.0.1-*.sqlite")]) == 2


def test_connections_are_kept_open(start_server: Start, folder: Path) -> None:
    made: list[Connection] = []

    def connect(url: str, **options: Any) -> Connection:
        made.append(Connection(url, **options))
        return made[-1]

    publish_graph(folder, start_server(Store()), connections=3, connect=connect)
    assert [connection.losses for connection in made] == [0, 0, 0]


@pytest.mark.slow
def test_failures_that_pass_are_tried_again(start_server: Start, folder: Path) -> None:
    store = Store()
    store.fails = [(503, {}, b""), None, (429, {"Retry-After": "3"}, b""), None]
    notes: list[str] = []
    publish_graph(folder, start_server(store), connections=1, connect=quickly, note=notes.append)
    assert store.graphs.keys() > quads(folder).keys()
    assert [line.rpartition("; ")[2] for line in notes] == [f"asked again in {seconds} s" for seconds in (1, 1, 3, 4)]


@pytest.mark.slow
def test_a_publish_that_ended_goes_on(start_server: Start, folder: Path) -> None:
    store = Store()
    url = start_server(store)
    in_all = len(quads(folder))
    with pytest.raises(KeyboardInterrupt):
        publish_graph(folder, url, connections=1, connect=quickly, progress=interrupted(3))
    done = publish_graph(folder, url)
    assert (done.graphs, done.unchanged) == (in_all, 3)
    assert {name: store.graphs[name] for name in quads(folder)} == quads(folder)


def interrupted(after: int) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    return progress


@pytest.mark.slow
def test_what_was_on_its_way_when_a_publish_ended_is_removed_when_it_is_gone(
    start_server: Start, tmp_path: Path, replace_graph: Replace
) -> None:
    replace_graph(tmp_path, MINE.format("one"))
    store = Store()
    url = start_server(store)
    with pytest.raises(KeyboardInterrupt):
        publish_graph(tmp_path, url, connect=quickly, progress=interrupted(1))
    store.graphs["http://e/g"] = {b"half of it"}  # sent, but not confirmed
    replace_graph(tmp_path)
    publish_graph(tmp_path, url)
    assert store.graphs.keys() == quads(tmp_path).keys() | {"http://e/other"}


@pytest.mark.slow
def test_a_store_that_forgot_gets_everything_again(start_server: Start, folder: Path) -> None:
    store = Store()
    url = start_server(store)
    publish_graph(folder, url)
    store.graphs.clear()
    notes: list[str] = []
    publish_graph(folder, url, note=notes.append)
    assert store.graphs == quads(folder)
    assert notes == [f"{url}: has lost what was sent before; all of it is sent again"]


@pytest.mark.slow
def test_a_store_that_forgets_in_between_is_told(start_server: Start, folder: Path) -> None:
    store = Store()

    def forgetful(asked: Any) -> Any:
        if len(store.asked) == 3:
            store.graphs.clear()
            store.asked.append(asked)
            return None
        return store(asked)

    url = start_server(forgetful)
    with pytest.raises(RemoteError, match="has lost what it was sent before it ended in between"):
        publish_graph(folder, url, connections=1, connect=quickly)
    publish_graph(folder, url)
    assert store.graphs == quads(folder)


@pytest.mark.slow
def test_large_graphs_are_sent_in_pieces(start_server: Start, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "_SMALLEST", 900)
    monkeypatch.setattr(stores, "_PIECE", 4000)
    monkeypatch.setattr(stores, "_IN_MEMORY", 1000)
    store = Store()
    store.largest = 3000
    done = publish_graph(folder, start_server(store))
    assert {name: store.graphs[name] for name in quads(folder)} == quads(folder)
    assert max(len(asked.body) for asked in store.asked if asked.method == "POST") <= 3000
    assert done.bytes == sum(len(line) + 1 for lines in quads(folder).values() for line in lines)
    store.largest = 10
    with pytest.raises(RemoteError, match=r"refuses a request as too large \(HTTP 413"):
        publish_graph(folder, start_server(store))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((401, {}, b""), "asks who you are; give --user and the environment variable KG_PASSWORD, or KG_TOKEN"),
        ((403, {}, b""), r"does not let you write \(HTTP 403 Forbidden\)"),
        ((404, {"Content-Type": "text/html"}, b"<html>"), "nothing is at this address; is it that of the Graph Store"),
        ((405, {}, b""), "takes no graphs at this address; is it that of the Graph Store Protocol"),
        ((400, {}, b"line 1: no"), r"does not take a graph \(HTTP 400 Bad Request\): line 1: no"),
        ((500, {}, b""), r"does not take a graph \(HTTP 500 Internal Server Error\)"),
        ((301, {"Location": "http://e/x"}, b""), "leads to another address; give that one: http://e/x"),
        ((200, {"Content-Type": "text/html"}, b"<html>"), "answers with a web page; is it that of the Graph Store"),
    ],
)
def test_what_is_no_such_store_is_said_in_one_line(
    start_server: Start, folder: Path, answer: Any, expected: str
) -> None:
    url = start_server(lambda asked: answer)
    with pytest.raises(RemoteError, match=rf"^{url}: {expected}") as raised:
        publish_graph(folder, url, connect=quickly)
    assert "\n" not in str(raised.value)


@pytest.mark.slow
def test_two_publishes_to_one_store_are_one_too_many(start_server: Start, folder: Path) -> None:
    url = start_server(Store())

    def second(done: int, total: int) -> None:
        with pytest.raises(GraphError, match=r"is being published to http://.* already"):
            publish_graph(folder, url)

    publish_graph(folder, url, progress=second)


def test_a_folder_without_a_graph_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(KGError, match="holds no graph"):
        publish_graph(tmp_path, "http://localhost:1/store")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.clients
def test_oxigraph_killed_in_between_has_the_same_graph(oxigraph: Any, own_graph: Path, tmp_path: Path) -> None:
    def killed(done: int, total: int) -> None:
        if done == total // 2:
            oxigraph.kill()
            oxigraph.start()

    url = f"{oxigraph.url}/store"
    done = publish_graph(own_graph, url, provenance=True, progress=killed)
    again = publish_graph(own_graph, url, provenance=True)
    assert (again.unchanged, again.sent) == (done.sent, 0)
    oxigraph.kill()
    store = ox.Store.read_only(str(tmp_path / "oxigraph"))
    assert {*store} == {*opened(own_graph).reader.store}
    assert len(store) > 100
