"""What every request passes."""

from __future__ import annotations

import asyncio
import logging

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from kg.server.guard import LARGEST_BODY, POLICY, Guard, log_refusal


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def page(request: Request) -> Response:
    return HTMLResponse("<p>")


async def broken(request: Request) -> Response:
    raise ZeroDivisionError


async def endless(request: Request) -> Response:
    raise asyncio.CancelledError  # as the server does to what still runs when it ends


@pytest.fixture
def client() -> TestClient:
    routes = [
        Route("/", echo, methods=["GET", "POST"]),
        Route("/page", page),
        Route("/own", echo),
        Route("/bad", broken),
        Route("/endless", endless),
    ]
    guard = Middleware(Guard, hosts=("127.0.0.1", "::1", "graph.example"), private=("/own",))
    return TestClient(Starlette(routes=routes, middleware=[guard]), base_url="http://127.0.0.1:8000")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9", "[::1]:8000", "graph.example.", "GRAPH.example:80"])
def test_the_server_answers_under_its_names(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "169.254.169.254", "", "127.0.0.1@evil.example", "a b", "[::1", "::1"],
)
def test_other_names_are_refused_as_rebinding_would_use_them(client: TestClient, host: str) -> None:
    refused = client.get("/", headers={"host": host})
    assert (refused.status_code, refused.text.count("\n")) == (421, 1)


def test_the_address_that_was_connected_to_is_a_name(client: TestClient) -> None:
    client.base_url = "http://192.0.2.7:8000"
    assert client.get("/").status_code == 200


def test_so_it_is_where_a_socket_for_ipv6_takes_ipv4_too() -> None:
    async def as_both(scope: Scope, receive: Receive, send: Send) -> None:
        await guard({**scope, "server": ("::ffff:192.0.2.7", 8000)}, receive, send)

    guard = Guard(Starlette(routes=[Route("/", echo)]), hosts=())
    client = TestClient(as_both, base_url="http://192.0.2.7:8000")
    assert client.get("/").status_code == 200
    assert client.get("/", headers={"host": "192.0.2.8"}).status_code == 421


def test_what_a_client_accepts_may_come_in_parts() -> None:
    async def accepted(request: Request) -> Response:
        return PlainTextResponse(request.headers.get("accept"))

    client = TestClient(Guard(Starlette(routes=[Route("/", accepted)]), hosts=("testserver",)))
    sent = [("accept", "image/png"), ("x", "y"), ("Accept", "text/csv;q=0.5, */*;q=0.1")]
    assert client.get("/", headers=sent).text == "image/png, text/csv;q=0.5, */*;q=0.1"


def test_large_bodies_are_refused_before_they_are_read(client: TestClient) -> None:
    assert client.post("/", content=b"x" * LARGEST_BODY).text == str(LARGEST_BODY)
    announced = client.post("/", content=b"", headers={"content-length": str(10**8)})
    assert (announced.status_code, announced.text) == (413, "the request is larger than 1,048,576 bytes\n")
    chunks = (b"x" * 2**18 for _ in range(5))
    assert client.post("/", content=chunks).status_code == 413
    assert client.post("/", content=b"", headers={"content-length": "-1"}).status_code == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "PROPFIND"])
def test_methods_that_change_something_are_refused(client: TestClient, method: str) -> None:
    refused = client.request(method, "/")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")


def test_all_responses_have_the_headers_that_protect_people(client: TestClient) -> None:
    for response in (client.get("/page"), client.get("/nothing"), client.put("/")):
        assert response.headers["content-security-policy"] == POLICY
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "same-origin"
    assert "unsafe" not in POLICY


def test_other_sites_may_read_data_but_no_pages_and_nothing_private(client: TestClient) -> None:
    assert client.get("/").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in client.get("/page").headers
    assert "access-control-allow-origin" not in client.get("/own").headers
    asked = client.options("/", headers={"access-control-request-method": "POST"})
    assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "GET, HEAD, POST")
    assert "access-control-allow-methods" not in client.options("/own").headers


def test_a_refusal_is_one_line_of_the_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "kg.server"):
        client.put("/a%0Ab")
        client.get("/nothing")
        log_refusal({"method": "GET\nX", "path": "", "raw_path": b"/\r\n\xe2\x80\xa8\x1b[31m"}, 400, "one\ntwo\x00")
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [
        "405 testclient PUT /a%0Ab: expected one of GET, HEAD, POST, OPTIONS",
        "400 - GET X / [31m: one two",
    ]


def test_a_fault_of_the_program_says_nothing_of_its_inside(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/bad")
    assert (answer.status_code, answer.text) == (500, "an internal error\n")
    assert "ZeroDivisionError" in caplog.text


def test_a_request_that_is_ended_with_the_server_is_refused(client: TestClient) -> None:
    answer = client.get("/endless")
    assert (answer.status_code, answer.text) == (503, "the server is ending\n")
