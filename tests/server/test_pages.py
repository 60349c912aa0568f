"""Pages over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from kg.server.app import make_app
from kg.server.current import Current
from kg.server.pages import Pages, Site

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def client(small_folder: Path, plain_site: Callable[..., Site]) -> TestClient:
    return TestClient(make_app(small_folder, site=plain_site), base_url="http://127.0.0.1")


@pytest.mark.parametrize("path", ["/dataset/cifar-10", "/dataset/cifar-10.html", "/papers-kg/dataset/cifar-10"])
def test_a_browser_gets_the_page_of_a_resource_with_links_for_machines(client: TestClient, path: str) -> None:
    page = client.get(path, headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.text.startswith("<h1>/dataset/cifar-10</h1>")
    assert 'rel="describedby"' in page.headers["link"]
    assert page.headers["vary"] == "Accept"
    assert client.get(path, headers={"if-none-match": page.headers["etag"]}).status_code == 304


def test_who_takes_anything_gets_the_page(client: TestClient) -> None:
    assert client.get("/paper/frognet-hops").text.startswith("<h1>")
    assert "link" not in client.get("/").headers


def test_a_resource_without_a_page_answers_with_its_statements(client: TestClient) -> None:
    assert client.get("/method/frognet", headers=BROWSER).headers["content-type"] == "text/turtle; charset=utf-8"


def test_what_is_not_there_is_a_page_for_people_and_a_line_for_others(client: TestClient) -> None:
    page, line = client.get("/nothing", headers=BROWSER), client.get("/nothing")
    assert (page.status_code, page.text) == (404, "<p>There is nothing at this path.</p>")
    assert (line.status_code, line.text) == (404, "there is nothing at this path\n")


def test_what_a_page_cannot_be_asked_is_a_page_that_says_so(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    page = client.get("/?year=none", headers=BROWSER)
    assert (page.status_code, page.text) == (400, "<p>year: expected a year</p>")
    assert caplog.messages == ["400 testclient GET /: year: expected a year"]


def test_scripts_are_told_what_they_ask_for(client: TestClient) -> None:
    assert client.get(f"/suggest?q={'x' * 5000}").json() == ["300 characters"]
    assert client.get("/neighbourhood?iri=http://e/a").json() == {"around": "http://e/a"}
    assert client.get("/neighbourhood?iri=nonsense").status_code == 404


def test_a_page_of_each_kind_is_made_before_anybody_asks(
    small_folder: Path, plain_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = Pages(Current(small_folder), partial(plain_site, edit=False))
    pages.warm()
    client = TestClient(Starlette(routes=pages.routes), base_url="http://127.0.0.1")
    monkeypatch.setattr(plain_site, "page", lambda *asked: pytest.fail("a page that was made is made again"))
    assert [client.get(path).status_code for path in ("/", "/dataset/cifar-10")] == [200, 200]


def test_a_page_is_made_again_for_other_parameters(client: TestClient) -> None:
    assert client.get("/?year=2001").status_code == 200
    assert client.get("/?year=none").status_code == 400
