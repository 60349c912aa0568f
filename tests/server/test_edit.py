"""Corrections over HTTP, and who cannot send them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from kg.api import KnowledgeGraph
from kg.errors import KGError
from kg.server.app import make_app
from kg.server.pages import Site

OWN = "http://127.0.0.1:8000"
FORM = {
    "iri": "http://e/paper",
    "paper": "Frogs",
    "pattern": r"$\beta$<img src=x>",
    "id": "no result",
    "metric": "x",
    "back": "/paper/f",
}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """The corrections that the graph was given."""
    given: list[tuple[Any, ...]] = []

    def correct(graph: KnowledgeGraph, paper: str, words: str, says: str, **changes: Any) -> Any:
        if not words:
            raise KGError("the correction says nothing")
        given.append((paper, words, says, changes))
        return SimpleNamespace(says=f'"{words}" is {says}', file="c.jsonl", as_dict=lambda: {"says": says})

    monkeypatch.setattr(KnowledgeGraph, "correct", correct, raising=False)
    return given


@pytest.fixture
def client(small_folder: Path) -> TestClient:
    """A browser that has opened a page of the server."""
    client = TestClient(make_app(small_folder, edit=True), base_url=OWN)
    cookie = client.get("/").headers["set-cookie"]
    assert cookie.endswith("; HttpOnly; Path=/; SameSite=Strict")
    return client


def test_a_correction_from_a_page_is_written_down(client: TestClient, written: list[tuple[Any, ...]]) -> None:
    headers = {"origin": OWN, "sec-fetch-site": "same-origin", "accept": "text/html"}
    answer = client.post("/correct", data=FORM, headers=headers)
    assert answer.status_code == 200
    assert "&#34;β&lt;img src=x&gt;&#34; is no result" in answer.text
    assert '<a href="/paper/f">' in answer.text
    assert written == [("http://e/paper", FORM["pattern"], "no result", {"replace": True})]
    changed = {"iri": "http://e/p", "pattern": "5", "id": "result", "metric": "F1", "relative": "true", "role": "used"}
    assert client.post("/correct", data=changed, headers={"origin": OWN}).json() == {"says": "result"}
    assert written[1][3] == {"metric": "F1", "relative": True, "replace": True}


def test_pages_let_browsers_say_where_a_form_comes_from(client: TestClient) -> None:
    """With "no-referrer" they send every form with "Origin: null", which is refused."""
    assert client.get("/").headers["referrer-policy"] == "same-origin"


def test_what_is_shown_of_a_correction_is_a_page_like_the_others(
    client: TestClient, written: list[tuple[Any, ...]]
) -> None:
    answer = client.post("/correct", data=FORM, headers={"origin": OWN, "accept": "text/html"})
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("text/html; charset=utf-8", "no-store")
    assert '<header class="top">' in answer.text and "/static/theme.js" in answer.text


@pytest.mark.parametrize(
    ("changes", "headers", "status", "reason"),
    [
        ({"pattern": ""}, {}, 400, "the correction says nothing"),
        ({}, {"cookie": ""}, 403, "open the page again"),
        ({}, {"origin": "https://evil.example"}, 403, "not of another"),
        ({}, {"content-type": "text/plain"}, 415, "expected a form"),
    ],
)
def test_people_are_told_in_a_page_why_nothing_was_written_and_the_log_in_a_line(
    client: TestClient,
    written: list[tuple[Any, ...]],
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, str],
    headers: dict[str, str],
    status: int,
    reason: str,
) -> None:
    sent = {"origin": OWN, "accept": "text/html", **headers}
    with caplog.at_level(logging.WARNING, "kg.server"):
        refused = client.post("/correct", data=FORM | changes, headers=sent)
    assert (refused.status_code, refused.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert "<h1>Not corrected</h1>" in refused.text and reason in refused.text and written == []
    assert f'<a href="{"/" if status == 415 else FORM["back"]}">Back to the page</a>' in refused.text
    (line,) = (record.getMessage() for record in caplog.records)
    assert reason in line and "<" not in line


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/\t/evil.example"]
)
def test_the_way_back_leads_to_this_server(client: TestClient, written: list[tuple[Any, ...]], back: str) -> None:
    answer = client.post("/correct", data=FORM | {"back": back}, headers={"origin": OWN, "accept": "text/html"})
    assert '<a href="/">' in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "https://127.0.0.1:8000"},
        {"origin": OWN, "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": OWN, "cookie": "kg-edit=guessed"},
        {"origin": OWN, "cookie": ""},
        {"origin": OWN, "cookie": "kg-edit=\u00e9"},
    ],
)
def test_other_sites_write_nothing(client: TestClient, written: list[tuple[Any, ...]], headers: dict[str, str]) -> None:
    refused = client.post(
        "/correct", data=FORM, headers=[(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    )
    assert (refused.status_code, refused.text.count("\n"), written) == (403, 1, [])
    assert "access-control-allow-origin" not in refused.headers


def test_a_cookie_of_any_length_is_compared_soon(
    client: TestClient, written: list[tuple[Any, ...]], soon: AbstractContextManager[None]
) -> None:
    long = f'other="{chr(92)}""; kg-edit="{2 * chr(92) * 30_000}"'
    with soon:
        assert client.post("/correct", data=FORM, headers={"origin": OWN, "cookie": long}).status_code == 403
    assert written == []


def test_other_cookies_of_the_same_machine_make_no_difference(
    client: TestClient, written: list[tuple[Any, ...]]
) -> None:
    own = client.cookies["kg-edit"]
    headers = {"origin": OWN, "cookie": f"a=b;kg-edit=old; kg-edit={own} ; c"}
    assert client.post("/correct", data=FORM, headers=headers).status_code == 200
    assert len(written) == 1


def test_what_the_graph_refuses_is_said(client: TestClient, written: list[tuple[Any, ...]]) -> None:
    refused = client.post("/correct", data=FORM | {"pattern": ""}, headers={"origin": OWN})
    assert (refused.status_code, refused.text) == (400, "the correction says nothing\n")
    assert client.post("/correct", json=FORM, headers={"origin": OWN}).status_code == 415
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/correct", content=b"a=%ff", headers={"origin": OWN} | form).status_code == 400
    assert client.get("/correct").status_code == 404
    assert written == []


def test_a_server_that_takes_none_has_no_such_path(small_folder: Path, plain_site: Callable[..., Site]) -> None:
    client = TestClient(make_app(small_folder, site=plain_site), base_url=OWN)
    assert "set-cookie" not in client.get("/").headers
    assert client.post("/correct", data=FORM, headers={"origin": OWN}).status_code == 405
