"""Pauses between requests, and answers that never end; tests/fetching/test_keeping.py has the failures of servers."""

from __future__ import annotations

import urllib.request
from typing import Any

import pytest

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
    """An answer that gives a byte a second, for ever or up to a number."""

    length = None

    def __init__(self, clock: Clock, left: float) -> None:
        self.clock, self.left = clock, left

    def __enter__(self) -> Drip:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read1(self, size: int) -> bytes:
        self.clock.now += 1
        self.left -= 1
        return b"x" if self.left >= 0 else b""


def asking(monkeypatch: pytest.MonkeyPatch, clock: Clock, left: float) -> Polite:
    def opened(request: Any, timeout: float) -> Drip:
        return Drip(clock, left)

    monkeypatch.setattr(urllib.request, "urlopen", opened)
    return Polite(3.0, wait=clock.wait, clock=clock)


def test_requests_keep_their_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    asks = asking(monkeypatch, clock, 1)
    assert asks.ask("http://frogs.example.org/", bytes) == b"x"
    before = clock.now
    asks.ask("http://frogs.example.org/", bytes)
    assert clock.now - before == 3 + 2


def test_an_answer_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asks = asking(monkeypatch, Clock(), float("inf"))
    with pytest.raises(FetchError, match=r"frogs\.example\.org: the answer takes more than 180 seconds"):
        asks.ask("http://frogs.example.org/", bytes)
