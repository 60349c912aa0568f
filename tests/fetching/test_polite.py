"""Pauses between requests, and answers that never end; tests/fetching/test_keeping.py has the failures of servers."""

from __future__ import annotations

from typing import Any

import pytest
from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter

from kg.fetching.polite import FetchError, Polite


class Clock:
    """Time that passes when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


class Drip:
    """A body that gives a byte a second, for ever or up to a number."""

    def __init__(self, clock: Clock, left: float) -> None:
        self.clock, self.left = clock, left

    def read1(self, size: int, decode_content: bool) -> bytes:
        self.clock.now += 1
        self.left -= 1
        return b"x" if self.left >= 0 else b""

    def close(self) -> None:
        pass


def asking(monkeypatch: pytest.MonkeyPatch, clock: Clock, left: float) -> Session:
    """A session whose answers are such bodies."""

    def send(self: HTTPAdapter, request: PreparedRequest, **settings: Any) -> Response:
        answer = Response()
        answer.status_code, answer.request, answer.url = 200, request, str(request.url)
        answer.raw = Drip(clock, left)
        return answer

    monkeypatch.setattr(HTTPAdapter, "send", send)
    session = Session()
    Polite(3.0, wait=clock.wait, clock=clock).carry(session, lambda body, url: None)
    return session


def test_requests_keep_their_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    session = asking(monkeypatch, clock, 1)
    assert session.get("http://frogs.example.org/").content == b"x"
    before = clock.now
    session.get("http://frogs.example.org/")
    assert clock.now - before == 3 + 2


def test_an_answer_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    session = asking(monkeypatch, Clock(), float("inf"))
    with pytest.raises(FetchError, match=r"frogs\.example\.org: the answer takes more than 180 seconds"):
        session.get("http://frogs.example.org/")
