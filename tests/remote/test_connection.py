"""Servers that fail for now, fail for good, or never end, and what is said of each."""

from __future__ import annotations

import socket
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from kg.errors import KGError
from kg.remote.connection import Connection, RemoteError, TooLateError, asked_wait, authorization, checked_url

Start = Callable[[Callable[[Any], Any]], str]
OK = (200, {"Content-Type": "Text/Plain; charset=utf-8"}, b"fine")


class Scripted:
    """Answers of a list, one after the other, the last one for ever; remembers the requests."""

    def __init__(self, *answers: object) -> None:
        self.answers = [*answers]
        self.asked: list[Any] = []

    def __call__(self, asked: Any) -> Any:
        self.asked.append(asked)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def waiting(url: str, **options: Any) -> tuple[Connection, list[float], list[str]]:
    """A connection that does not sleep, and what it waited and said."""
    waits: list[float] = []
    notes: list[str] = []
    return Connection(url, wait=waits.append, note=notes.append, **options), waits, notes


def test_a_request_is_sent_with_its_parameters_after_those_of_the_address(start_server: Start) -> None:
    script = Scripted(OK)
    connection, _, _ = waiting(f"{start_server(script)}/ds?union#part", authorization="Bearer x")
    reply = connection.ask("PUT", b"a body", {"X-Frog": "hops"}, query="graph=a%26b")
    assert (reply.status, reply.media_type, reply.body.read(), reply.detail) == (200, "text/plain", b"fine", "fine")
    (asked,) = script.asked
    assert (asked.method, asked.path, asked.query, asked.body) == (
        "PUT",
        "/ds",
        {"union": "", "graph": "a&b"},
        b"a body",
    )
    assert (asked.headers["X-Frog"], asked.headers["Authorization"]) == ("hops", "Bearer x")


def test_what_fails_for_now_is_asked_again_after_longer_and_longer(start_server: Start) -> None:
    busy: Any = (503, {}, b"")
    script = Scripted(busy, busy, (429, {"Retry-After": "7"}, b""), None, OK)
    url = start_server(script)
    connection, waits, notes = waiting(url)
    assert connection.ask("GET").status == 200
    assert waits == [1, 2, 7, 4]
    assert notes[0] == f"{url}: HTTP 503 Service Unavailable; asked again in 1 s"
    assert notes[-1].startswith(f"{url}: the connection failed: ")
    assert connection.losses == 1


def test_a_connection_that_was_idle_for_too_long_is_opened_anew_at_once(start_server: Start) -> None:
    connection, waits, _ = waiting(start_server(Scripted(OK, None, OK)))
    assert [connection.ask("GET").status for _ in range(2)] == [200, 200]
    assert waits == []


def test_what_goes_on_failing_is_an_error(start_server: Start) -> None:
    url = start_server(Scripted((503, {}, b"")))
    connection, waits, _ = waiting(url, retries=3)
    with pytest.raises(RemoteError, match=rf"^{url}: HTTP 503 Service Unavailable, 4 times$"):
        connection.ask("GET")
    assert waits == [1, 2, 4]
    with pytest.raises(RemoteError, match="asks to wait for 9,999 seconds"):
        waiting(start_server(Scripted((429, {"Retry-After": "9999"}, b""))))[0].ask("GET")


def test_a_server_that_is_not_there_is_said_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    connection, waits, _ = waiting(url)
    with pytest.raises(RemoteError, match=rf"^{url}: cannot be reached \(Connection refused\)$"):
        connection.ask("GET")
    with pytest.raises(RemoteError, match=r"^http://frogs\.invalid: cannot be reached \("):
        waiting("http://frogs.invalid")[0].ask("GET")
    assert waits == []


def test_other_statuses_are_left_to_the_caller(start_server: Start) -> None:
    page = (404, {"Content-Type": "text/html"}, b"<html>lost</html>")
    connection, waits, _ = waiting(start_server(Scripted((400, {}, b"no\n frog"), page, (500, {}, b""))))
    replies = [connection.ask("GET") for _ in range(3)]
    assert [(reply.status, reply.detail) for reply in replies] == [(400, "no frog"), (404, ""), (500, "")]
    assert waits == []


def test_an_answer_that_is_too_long_or_cut_off_is_an_error(start_server: Start) -> None:
    connection, _, _ = waiting(start_server(Scripted((200, {}, b"x" * 3000))))
    with pytest.raises(RemoteError, match="the answer is larger than"):
        connection.ask("GET", largest=2000)
    connection, _, _ = waiting(start_server(Scripted((200, {"Content-Length": "99"}, b"x"))), retries=0, silence=0.2)
    with pytest.raises(RemoteError, match=r"does not answer|cut off"):
        connection.ask("GET")


def test_an_answer_that_takes_too_long_ends_in_time(start_server: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(TooLateError, match=rf"^{url}: did not answer in time$"):
            waiting(url)[0].ask("GET", timeout=0.1)


def test_what_is_given_up_is_not_sent_again(start_server: Start) -> None:
    script = Scripted((503, {}, b""))
    connection = Connection(start_server(script), wait=lambda _: connection.give_up())
    with pytest.raises(RemoteError, match="503"):
        connection.ask("GET")
    assert len(script.asked) == 1


@pytest.mark.parametrize("url", ["", "store", "ftp://e.org/x", "http://", "http://e.org:99999/", "http://e.org/a b"])
def test_an_address_that_is_none_is_an_error(url: str) -> None:
    with pytest.raises(RemoteError, match="expected an address such as"):
        checked_url(url)


def test_a_password_does_not_belong_into_an_address() -> None:
    with pytest.raises(RemoteError, match=r"^e\.org: the address has a name or password in it") as raised:
        checked_url("http://ann:secret@e.org/store")
    assert "secret" not in str(raised.value)


def test_who_asks_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KG_PASSWORD", raising=False)
    monkeypatch.setenv("KG_TOKEN", " abc\n")
    assert authorization(None) == "Bearer abc"
    with pytest.raises(KGError, match="expected the password in the environment variable KG_PASSWORD"):
        authorization("ann")
    monkeypatch.setenv("KG_PASSWORD", "s:é")
    assert b64decode((authorization("ann") or "").removeprefix("Basic ")).decode() == "ann:s:é"
    monkeypatch.setenv("KG_TOKEN", "")
    assert authorization(None) is None


def test_a_server_may_ask_to_wait_for_seconds_or_until_a_time() -> None:
    assert asked_wait("12") == 12
    assert 50 < (asked_wait(format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)) or 0) <= 60
    assert [asked_wait(text) for text in (None, "", "soon")] == [None, None, None]
