"""Which path is answered by what."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name

import pytest
from starlette.testclient import TestClient

from kg.errors import GraphError
from kg.server.app import make_app
from kg.server.pages import Site


@pytest.mark.slow
def test_every_kind_of_path_has_its_part(small_folder: Path, plain_site: Callable[..., Site]) -> None:
    client = TestClient(make_app(small_folder, site=plain_site), base_url="http://localhost:8000")
    answers = {
        "/": "text/html",
        "/sparql": "text/turtle",
        "/sparql/": "text/turtle",
        "/void": "text/turtle",
        "/ontology": "text/turtle",
        "/suggest?q=x": "application/json",
        "/dataset/cifar-10.jsonld": "application/ld+json",
    }
    found = {path: client.get(path).headers["content-type"].partition(";")[0] for path in answers}
    assert found == answers


def test_clients_that_wait_for_messages_hear_that_the_tools_send_none(
    small_folder: Path, plain_site: Callable[..., Site]
) -> None:
    client = TestClient(make_app(small_folder, site=plain_site), base_url="http://127.0.0.1")
    for accept in ("text/event-stream", "text/html"):
        answer = client.get("/mcp", headers={"accept": accept})
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("path", "slow"),
    [("/void", "kg.server.descriptions.description"), ("/api/v1/tasks/?q=frog", "kg.server.pwc.api.searched")],
)
def test_pages_wait_for_nothing_that_reads_the_whole_graph(
    small_folder: Path, plain_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch, path: str, slow: str
) -> None:
    go_on, soon = threading.Event(), resolve_name(slow)
    monkeypatch.setattr(slow, lambda *given: go_on.wait(60) and soon(*given))
    with TestClient(make_app(small_folder, site=plain_site), base_url="http://127.0.0.1") as client:
        waiting = [threading.Thread(target=client.get, args=(path,)) for _ in range(9)]  # more than there are threads
        for each in waiting:
            each.start()
        time.sleep(0.5)  # until all of them are asked
        pages: list[int] = []
        page = threading.Thread(target=lambda: pages.append(client.get("/").status_code))
        page.start()
        page.join(20)
        found = [*pages]
        go_on.set()
        for each in (page, *waiting):
            each.join()
    assert found == [200]


def test_further_names_of_the_server_are_given(small_folder: Path, plain_site: Callable[..., Site]) -> None:
    client = TestClient(
        make_app(small_folder, hosts=("graph.example",), site=plain_site), base_url="http://graph.example"
    )
    assert client.get("/").status_code == 200


@pytest.mark.slow
def test_processes_are_started_and_ended_with_the_application(
    small_folder: Path, plain_site: Callable[..., Site]
) -> None:
    with TestClient(make_app(small_folder, site=plain_site), base_url="http://127.0.0.1") as client:
        assert client.get("/sparql?query=ASK%7B%7D").json()["boolean"] is True


@pytest.mark.slow
def test_a_rebuild_is_served_at_once(
    tmp_path: Path, replace_graph: Callable[..., None], plain_site: Callable[..., Site]
) -> None:
    replace_graph(tmp_path)
    ask = "/sparql?query=ASK%7B%3Chttp://e/new%3E%3Fp%3Fo%7D"
    with TestClient(make_app(tmp_path, site=plain_site), base_url="http://127.0.0.1") as client:
        before = client.get(ask)
        replace_graph(tmp_path, '<http://e/new> <http://e/p> "1" <http://e/g> .\n')
        after = client.get(ask, headers={"if-none-match": before.headers["etag"]})
    assert (before.json()["boolean"], after.json()["boolean"]) == (False, True)


def test_a_folder_without_a_graph_is_named(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"holds no graph; make one with `kg build"):
        make_app(tmp_path)
