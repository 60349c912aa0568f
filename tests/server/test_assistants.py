from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Semaphore
from typing import Any

import anyio
import pytest
import uvicorn
from mcp import Client, StdioServerParameters
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from kg.api import KnowledgeGraph
from kg.errors import KGError
from kg.server import assistants
from kg.server.assistants import make_server, routes
from kg.server.guard import Guard
from kg.server.tools import Tool, known_tools

SAID = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "stats", "arguments": {}}}
HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def graph(graph_folder: Path) -> KnowledgeGraph:
    return KnowledgeGraph(graph_folder)


@pytest.fixture(scope="module")
def web(graph: KnowledgeGraph) -> TestClient:
    return TestClient(Starlette(routes=routes(lambda: graph)), base_url="http://127.0.0.1:8000")


@pytest.fixture(scope="module")
def guarded(graph: KnowledgeGraph) -> TestClient:
    """The tools behind what refuses requests under other names."""
    guard = Middleware(Guard, hosts=("127.0.0.1", "::1", "papers.example"))
    return TestClient(Starlette(routes=routes(lambda: graph), middleware=[guard]), base_url="http://127.0.0.1:8000")


def asked(server: Any, *calls: tuple[str, dict[str, Any]]) -> tuple[Any, list[Any]]:
    """The tools that a client sees, and the results of some calls."""

    async def ask() -> tuple[Any, list[Any]]:
        async with Client(server) as client:
            listed = await client.list_tools()
            return listed.tools, [await client.call_tool(name, given) for name, given in calls]

    return anyio.run(ask)


def test_a_client_sees_every_tool_and_that_it_only_reads(graph: KnowledgeGraph) -> None:
    listed, _ = asked(make_server(lambda: graph))
    assert [tool.name for tool in listed] == [*known_tools()]
    assert all(tool.annotations.read_only_hint for tool in listed)


@pytest.mark.slow
def test_an_answer_is_text_and_structure_and_a_refusal_is_a_line(graph: KnowledgeGraph) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [("lookup", {"words": "PadDiff"}), ("lookup", {}), ("newt", {})]
    _, (found, wrong, unknown) = asked(make_server(lambda: graph), *calls)
    assert json.loads(found.content[0].text) == found.structured_content
    assert found.structured_content["card"]["evidence"][0]["sentence"].startswith("We introduce PadDiff")
    assert wrong.is_error and wrong.content[0].text == "lookup: arguments: 'words' is a required property"
    assert unknown.is_error and "there is no tool 'newt'; choose from lookup" in unknown.content[0].text


def test_an_answer_that_takes_too_long_is_given_up(graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(graph: KnowledgeGraph, given: dict[str, Any]) -> dict[str, Any]:
        time.sleep(0.3)
        return {}

    monkeypatch.setattr(
        assistants, "known_tools", lambda earlier: {"slow": Tool("slow", "", {"type": "object"}, slowly)}
    )
    monkeypatch.setattr(assistants, "_PATIENCE", 0.01)
    _, (found,) = asked(make_server(lambda: graph), ("slow", {}))
    assert found.is_error and "took longer than 0.01 seconds" in found.content[0].text


@pytest.mark.slow
def test_calls_that_were_given_up_count_until_they_have_ended(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, ended, drained = Semaphore(0), Semaphore(0), Event()

    def hop(graph: KnowledgeGraph, given: dict[str, Any]) -> dict[str, Any]:
        began.release()
        drained.wait(10)
        ended.release()
        return {}

    monkeypatch.setattr(assistants, "known_tools", lambda earlier: {"hop": Tool("hop", "", {"type": "object"}, hop)})
    server = make_server(lambda: graph)
    try:
        monkeypatch.setattr(assistants, "_PATIENCE", 0.01)
        _, given_up = asked(server, *[("hop", {})] * 4)
        assert all("took longer" in found.content[0].text for found in given_up)
        assert all(began.acquire(timeout=10) for _ in given_up)
        monkeypatch.setattr(assistants, "_PATIENCE", 5)
        _, refused = asked(server, *[("hop", {})] * 2)
        assert [found.content[0].text for found in refused] == [f"hop: {assistants._BUSY}"] * 2
        assert not began.acquire(blocking=False)
    finally:
        drained.set()
    assert all(ended.acquire(timeout=10) for _ in given_up)
    _, (answer,) = asked(server, ("hop", {}))
    assert not answer.is_error


def test_the_tools_answer_over_http(guarded: TestClient) -> None:
    answer = guarded.post("/mcp", json=SAID, headers=HEADERS).json()
    assert answer["result"]["structuredContent"]["papers"] == 3
    assert guarded.post("/mcp", json=SAID, headers=HEADERS | {"Host": "papers.example"}).status_code == 200


def test_the_tools_answer_under_the_address_that_was_connected_to(guarded: TestClient) -> None:
    for headers in (HEADERS, HEADERS | {"Origin": "http://192.0.2.7:8000"}):
        assert guarded.post("http://192.0.2.7:8000/mcp", json=SAID, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("127.0.0.1:8000", "http://127.0.0.1:3000"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("PAPERS.example.", "https://papers.example"),
    ],
)
def test_pages_of_the_server_may_ask(guarded: TestClient, host: str, origin: str) -> None:
    answer = guarded.post("/mcp", json=SAID, headers=HEADERS | {"Host": host, "Origin": origin})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:80"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1.evil.example:8000"}, 403),
        ({"Origin": "http://evil.example/127.0.0.1"}, 403),
        ({"Origin": "file://127.0.0.1"}, 403),
        ({"Origin": "http://"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Origin": "http://papers.example"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_requests_of_other_sites_are_refused(guarded: TestClient, headers: dict[str, str], status: int) -> None:
    assert guarded.post("/mcp", content=json.dumps(SAID), headers=HEADERS | headers).status_code == status


def test_no_connection_is_kept_open(web: TestClient) -> None:
    assert [web.request(method, "/mcp", headers=HEADERS).status_code for method in ("GET", "DELETE", "PUT")] == [
        405
    ] * 3


def test_a_large_request_is_refused(web: TestClient) -> None:
    assert web.post("/mcp", content=b" " * (2**20 + 1), headers=HEADERS).status_code == 413


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assistants, "find_spec", lambda name: None)
    with pytest.raises(KGError, match=r"pip install 'papers-kg\[mcp\]'"):
        make_server(lambda: graph)
    answer = TestClient(Starlette(routes=routes(lambda: graph))).post("/mcp")
    assert (answer.status_code, answer.json()["error"]) == (501, assistants.MISSING)


# With clients of their own process ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.clients
def test_kg_mcp_answers_on_standard_streams(graph_folder: Path) -> None:
    code = "from kg.cli import main; main()"
    command = StdioServerParameters(command=sys.executable, args=["-c", code, "mcp", "-g", str(graph_folder)])
    listed, (found,) = asked(command, ("ask_papers_on_dataset", {"dataset": "cifar 10"}))
    assert len(listed) == len(known_tools())
    assert {row["values"]["role"] for row in found.structured_content["rows"]} == {"uses"}


@pytest.fixture
def address(graph: KnowledgeGraph) -> Iterator[str]:
    """The address of a server in a thread of its own."""
    app = Starlette(routes=routes(lambda: graph))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield "http://127.0.0.1:{1}/mcp".format(*server.servers[0].sockets[0].getsockname())
    server.should_exit = True
    thread.join()


@pytest.mark.slow
@pytest.mark.clients
def test_a_client_asks_over_http(address: str) -> None:
    listed, (found,) = asked(address, ("path", {"source": "ResNet-50", "target": "ImageNet"}))
    assert len(listed) == len(known_tools())
    assert found.structured_content["total"] == 2
