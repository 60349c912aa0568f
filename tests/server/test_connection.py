"""Connections of slow and of greedy clients."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from kg.server import connection
from kg.server.connection import Connection, end_late_ones


async def hello(scope: Any, receive: Any, send: Any) -> None:
    size, message = 0, {"more_body": scope["path"] == "/size"}
    while message.get("more_body"):
        message = await receive()
        size += len(message.get("body", b""))
    body = b"%d" % size if scope["path"] == "/size" else b"x" * (2**24 if scope["path"] == "/long" else 1)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


Use = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def served(use: Use) -> None:
    """Run a client against a server that ends late connections every 50 ms."""

    async def run() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(hello, http=Connection, lifespan="off", log_config=None, ws="none"))
        serving = asyncio.ensure_future(server.serve(sockets=[listener]))
        watching = asyncio.ensure_future(end_late_ones(server.server_state.connections, every=0.05))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        async with asyncio.timeout(10):
            await use(reader, writer)
        writer.close()
        watching.cancel()
        server.should_exit = True
        await serving

    asyncio.run(run())


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "kg.server"]


def test_several_requests_are_answered(caplog: pytest.LogCaptureFixture) -> None:
    async def use(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\nx")).startswith(b"HTTP/1.1 200")

    served(use)
    assert logged(caplog) == []


def test_a_body_may_arrive_together_with_its_head(caplog: pytest.LogCaptureFixture) -> None:
    async def use(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            writer.write(b"POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000)
            assert (await reader.readuntil(b"\r\n\r\n200000")).startswith(b"HTTP/1.1 200")

    served(use)
    assert logged(caplog) == []


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost:", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"])
def test_a_request_that_does_not_arrive_ends(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 0.1)

    async def use(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(begun)
        with suppress(ConnectionError):
            await reader.read()

    served(use)
    assert logged(caplog) == ["408 127.0.0.1: the client sends its request too slowly"]


def test_a_response_that_is_not_read_ends(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "READING_SECONDS", 0.1)

    async def use(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
        while not logged(caplog):  # the reader takes no more than its buffer
            await asyncio.sleep(0.05)

    served(use)
    assert logged(caplog) == ["408 127.0.0.1: the client does not read the response"]


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 70_000,
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000,
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000 + b"\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000 + b"GET /" + b"a" * 100_000,
    ],
    ids=["line", "headers", "headers that end", "after a body"],
)
def test_a_head_that_does_not_end_is_not_read_on(caplog: pytest.LogCaptureFixture, head: bytes) -> None:
    async def use(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        with suppress(ConnectionError):
            await reader.read()

    served(use)
    assert logged(caplog) == ["431 127.0.0.1: the client sends too much"]


@pytest.mark.parametrize(
    "request_of_it",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        "GET /method/β-vae HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
    ],
    ids=["bare CR", "two lengths", "space in a name", "NUL", "TLS", "beyond ASCII"],
)
def test_what_is_no_request_is_refused_and_said(caplog: pytest.LogCaptureFixture, request_of_it: bytes) -> None:
    async def use(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(request_of_it)
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 400")
        assert answer.endswith(b"what is beyond ASCII in an address has to be percent-encoded")

    served(use)
    assert logged(caplog) == [f"400 127.0.0.1: {connection._NO_REQUEST}"]


def test_a_client_that_offers_another_protocol_is_answered_by_this_one(caplog: pytest.LogCaptureFixture) -> None:
    async def use(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\nx")).startswith(b"HTTP/1.1 200")

    served(use)
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == []


class Sent:
    """A transport that notes what is sent."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.writes.append(data)

    def close(self) -> None:
        self.closed = True


def test_what_is_written_together_is_sent_at_once() -> None:
    async def use() -> None:
        sent = Sent()
        transport = connection._Together(sent, asyncio.get_running_loop())  # type: ignore[arg-type]
        transport.write(b"head")
        transport.write(b"content")
        assert sent.writes == []
        await asyncio.sleep(0)
        assert sent.writes == [b"headcontent"]
        transport.write(b"x" * 2**16)  # this much is not kept
        assert len(sent.writes) == 2
        transport.write(b"end")
        transport.close()
        await asyncio.sleep(0)
        assert (sent.writes[2:], sent.closed) == ([b"end"], True)

    asyncio.run(use())
