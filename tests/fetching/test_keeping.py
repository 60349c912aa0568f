"""Fetching from a local server that answers in the layouts of the services, and in all the ways in which they fail."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kg.errors import InputError, KGError
from kg.fetching import fetch, polite
from kg.fetching.polite import FetchError, Polite
from kg.fetching.services import Query
from kg.sources import read_papers

Answer = tuple[int, dict[str, str], bytes]


def feed(start: int, total: int, entries: int) -> bytes:
    written = "".join(
        f"<entry><id>http://arxiv.org/abs/2101.{n:05d}v2</id><title>Frog {n}:\n  Hops</title>"
        f"<published>2021-01-01T00:00:00Z</published><updated>2021-02-01T00:00:00Z</updated>"
        f"<summary>  Frogs hop {n} times, as we show at length.</summary><author><name>Ann Pond</name></author>"
        '<category term="cs.LG"/></entry>'
        for n in range(start, start + entries)
    )
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/">'
        f"<o:totalResults>{total}</o:totalResults>{written}</feed>"
    ).encode()


class Server:
    """Gives the answers of a list one after the other, then those of a function; remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.first: list[Answer] = []
        self.then: Callable[[str], bytes] = lambda path: b""
        self.address = ""

    def answer(self, path: str) -> Answer:
        self.asked.append(path)
        return self.first.pop(0) if self.first else (200, {}, self.then(path))


@pytest.fixture
def server() -> Iterator[Server]:
    known = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = known.answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.address = f"http://127.0.0.1:{http.server_port}"
    Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
    yield known
    http.shutdown()
    http.server_close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def asks(waits: list[float]) -> Polite:
    return Polite(0.0, wait=waits.append)


def arxiv(path: str) -> bytes:
    asked = parse_qs(urlsplit(path).query)
    start = int(asked["start"][0])
    return feed(start, 5, min(2, 5 - start))


@pytest.mark.slow
def test_all_pages_of_arxiv_are_kept_and_a_build_reads_them(server: Server, asks: Polite, tmp_path: Path) -> None:
    server.then = arxiv
    found = fetch(
        "arxiv", Query("cat:cs.LG", date(2021, 1, 1)), tmp_path / "a.jsonl", address=server.address, polite=asks
    )
    assert found.papers == 5 and len(server.asked) == 3
    assert "submittedDate%3A%5B202101010000" in server.asked[0]
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
    papers = list(read_papers(tmp_path / "a.jsonl", pytest.fail))
    assert [paper.title for paper in papers][:2] == ["Frog 0: Hops", "Frog 1: Hops"]
    first = papers[0]
    assert (first.arxiv, first.date, first.authors, first.keywords) == (
        "2101.00000",
        "2021-01-01",
        ("Ann Pond",),
        ("cs.LG",),
    )


def test_openalex_is_followed_by_its_cursor(server: Server, asks: Polite, tmp_path: Path) -> None:
    works = {
        "*": {"results": [{"id": "W1", "title": "A"}], "meta": {"count": 2, "next_cursor": "x=/+"}},
        "x=/+": {"results": [{"id": "W2", "title": "B"}], "meta": {"count": 2, "next_cursor": "end"}},
        "end": {"results": [], "meta": {"count": 2, "next_cursor": None}},
    }
    server.then = lambda path: json.dumps(works[parse_qs(urlsplit(path).query)["cursor"][0]]).encode()
    fetch("openalex", Query("unlearning", date(2026, 1, 2)), tmp_path / "o", address=server.address, polite=asks)
    assert [json.loads(line)["id"] for line in (tmp_path / "o").read_text().splitlines()] == ["W1", "W2"]
    assert "filter=from_publication_date%3A2026-01-02" in server.asked[0] and "search=unlearning" in server.asked[0]


def test_filters_of_openalex_are_told_from_words(server: Server, asks: Polite, tmp_path: Path) -> None:
    server.then = lambda path: json.dumps({"results": [], "meta": {"count": 0, "next_cursor": None}}).encode()
    words = Query("title.search:frogs|toads,is_oa:true", date(2026, 1, 2))
    for number, query in enumerate((words, Query("machine unlearning: a survey"))):
        fetch("openalex", query, tmp_path / str(number), address=server.address, polite=asks)
    asked = [parse_qs(urlsplit(path).query) for path in server.asked]
    assert asked[0]["filter"] == ["title.search:frogs|toads,is_oa:true,from_publication_date:2026-01-02"]
    assert asked[1]["search"] == ["machine unlearning: a survey"] and "filter" not in asked[1]


def test_openalex_that_fails_is_asked_again_from_the_same_cursor(
    server: Server, asks: Polite, waits: list[float], tmp_path: Path
) -> None:
    page: dict[str, Any] = {"results": [{"id": "W1"}], "meta": {"count": 1, "next_cursor": None}}
    empty = {"results": [], "meta": {"count": 1, "next_cursor": "more"}}
    server.first = [
        (200, {}, json.dumps({**page, "meta": {"count": 2, "next_cursor": "next"}}).encode()),
        (429, {"Retry-After": "9"}, b"{}"),
        (503, {}, b"<html>busy</html>"),
        (200, {}, b'{"results": [{'),
        (200, {}, json.dumps(empty).encode()),
    ]
    server.then = lambda path: json.dumps({**page, "results": [{"id": "W2"}]}).encode()
    found = fetch("openalex", Query("frogs"), tmp_path / "o", address=server.address, polite=asks)
    assert found.papers == 2 and waits == [9, 4, 8, 16]
    assert {parse_qs(urlsplit(path).query)["cursor"][0] for path in server.asked[1:]} == {"next"}


def test_an_answer_without_an_end_is_given_up(server: Server, asks: Polite, tmp_path: Path) -> None:
    pages = count()
    server.then = lambda path: json.dumps(
        {"results": [{"id": "W1"}], "meta": {"count": 9, "next_cursor": str(next(pages))}}
    ).encode()
    with pytest.raises(FetchError, match="openalex: gives the same 1 papers again and again"):
        fetch("openalex", Query("frogs"), tmp_path / "o", address=server.address, polite=asks)


def test_the_addresses_that_the_clients_have_are_asked(
    server: Server, asks: Polite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import arxiv as client
    import pyalex

    monkeypatch.setattr(client.Client, "query_url_format", f"{server.address}/mirror?{{}}")
    monkeypatch.setitem(pyalex.config, "openalex_url", server.address)
    server.then = arxiv
    fetch("arxiv", Query("frogs"), tmp_path / "a", polite=asks)
    assert server.asked[0].startswith("/mirror?search_query=frogs&")
    server.then = lambda path: json.dumps({"results": [], "meta": {"count": 0, "next_cursor": None}}).encode()
    fetch("openalex", Query("frogs"), tmp_path / "o", polite=asks)
    assert server.asked[-1].startswith("/works?search=frogs&")


def test_a_missing_client_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyalex", None)
    with pytest.raises(KGError, match=r"asking openalex needs pyalex, .*: pip install 'papers-kg\[fetch\]'"):
        fetch("openalex", Query("frogs"), tmp_path / "o")
    assert list(tmp_path.iterdir()) == []


def test_days_of_hugging_face_are_asked_one_by_one_and_may_be_empty(
    server: Server, asks: Polite, tmp_path: Path
) -> None:
    server.then = lambda path: b"[]" if path.endswith("21") else json.dumps([{"paper": {"id": path[-2:]}}]).encode()
    fetch("hf-daily", Query("2026-11-20..2026-11-22"), tmp_path / "h", address=server.address, polite=asks)
    assert server.asked == [f"/api/daily_papers?date=2026-11-{day}" for day in (20, 21, 22)]
    assert (tmp_path / "h").read_text().count("\n") == 2


@pytest.mark.parametrize(
    ("failure", "waited"),
    [
        ((429, {"Retry-After": "7"}, b""), 7),
        ((503, {}, b"busy"), 2),
        ((503, {"Retry-After": "Thu, 01 Jan 2015 00:00:00 GMT"}, b""), 0),
        ((200, {}, b"<feed><entry>"), 2),
        ((200, {}, b"<html>maintenance</html>"), 2),
        ((200, {}, feed(0, 5, 0)), 2),
        ((200, {"Content-Length": "9999"}, b"<feed"), 2),
    ],
)
def test_what_fails_once_is_asked_again_after_a_while(
    server: Server, asks: Polite, waits: list[float], tmp_path: Path, failure: Answer, waited: float
) -> None:
    server.first, server.then = [failure], arxiv
    assert fetch("arxiv", Query("x"), tmp_path / "a", address=server.address, polite=asks).papers == 5
    assert waits == [waited]


def test_a_service_that_goes_on_failing_is_named_and_the_fetch_goes_on_later(
    server: Server, asks: Polite, waits: list[float], tmp_path: Path
) -> None:
    server.first = [(200, {}, feed(0, 5, 2)), *[(503, {}, b"")] * 6]
    server.then = arxiv
    with pytest.raises(FetchError, match=r"HTTP 503 .* 6 times; the same command goes on from here"):
        fetch("arxiv", Query("x"), tmp_path / "a", address=server.address, polite=asks)
    assert waits == [2, 4, 8, 16, 32]
    assert not (tmp_path / "a").exists()
    with pytest.raises(InputError, match="another query"):
        fetch("arxiv", Query("y"), tmp_path / "a", address=server.address, polite=asks)
    server.asked.clear()
    found = fetch("arxiv", Query("x"), tmp_path / "a", address=server.address, polite=asks)
    assert (found.papers, found.before) == (5, 2)
    assert "start=2" in server.asked[0]
    lines = (tmp_path / "a").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [f"2101.{n:05d}" for n in range(5)]


def test_where_nobody_answers_the_reason_is_short(tmp_path: Path, asks: Polite) -> None:
    with pytest.raises(FetchError) as error:
        fetch("arxiv", Query("x"), tmp_path / "a", address="http://127.0.0.1:9", polite=asks)
    reason = r"127\.0\.0\.1:9: does not answer \(\[Errno \d+\] [^()]*\), 6 times; the same .*"
    assert re.fullmatch(reason, str(error.value))


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((400, {}, b"no such field"), "HTTP 400 Bad Request: no such field"),
        ((429, {"Retry-After": "86400"}, b""), "asks to wait for 86,400 seconds"),
        ((200, {}, b"x" * 3000), "the answer has more than 2,000 bytes"),
    ],
)
def test_what_will_not_pass_is_not_asked_again(
    server: Server, asks: Polite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer, problem: str
) -> None:
    monkeypatch.setattr(polite, "LARGEST", 2_000)
    server.first = [answer]
    with pytest.raises(FetchError, match=problem):
        fetch("arxiv", Query("x"), tmp_path / "a", address=server.address, polite=asks)
    assert len(server.asked) == 1


def test_a_file_that_is_there_is_not_fetched_again(server: Server, asks: Polite, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        fetch("arxiv", Query("x"), tmp_path / "a", address=server.address, polite=asks)
    assert server.asked == []


def test_a_query_that_is_refused_is_said(server: Server, asks: Polite, tmp_path: Path) -> None:
    refused = feed(0, 1, 1).replace(b"http://arxiv.org/abs/2101.00000v2", b"http://arxiv.org/api/errors#bad")
    server.first = [(200, {}, refused)]
    with pytest.raises(KGError, match="arXiv: Frogs hop"):
        fetch("arxiv", Query("x"), tmp_path / "a", address=server.address, polite=asks)
