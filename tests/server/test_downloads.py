"""The whole graph as a file."""

from __future__ import annotations

import asyncio
import gzip
import io
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from kg.api import KnowledgeGraph
from kg.export.formats import FORMATS
from kg.server import downloads
from kg.server.app import make_app
from kg.server.current import Current


@pytest.fixture
def client(small_folder: Path) -> TestClient:
    return TestClient(make_app(small_folder), base_url="http://127.0.0.1")


@pytest.mark.slow
def test_a_download_is_the_export(client: TestClient, small_folder: Path) -> None:
    expected = io.BytesIO()
    KnowledgeGraph(small_folder).export("nquads", expected)
    found = client.get("/download/graph.nq.gz")
    assert (found.status_code, found.headers["content-type"]) == (200, "application/gzip")
    assert found.headers["content-disposition"] == 'attachment; filename="graph.nq.gz"'
    assert gzip.decompress(found.content) == expected.getvalue()
    assert client.get("/graph.nq.gz", headers={"if-none-match": found.headers["etag"]}).status_code == 304


@pytest.mark.slow
def test_a_download_uses_no_module_of_the_working_folder(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gzip.py").write_text("raise SystemExit('a file of somebody else')")
    monkeypatch.chdir(tmp_path)
    assert gzip.decompress(client.get("/graph.nt.gz").content)


def test_every_format_is_offered(client: TestClient) -> None:
    for ending in ("ttl", "jsonld", "nt", "nq", "trig", "rdf", "graphml", "gexf", "zip"):
        head = client.head(f"/graph.{ending}")
        assert (head.status_code, head.content) == (200, b"")
        assert "content-length" not in head.headers
        assert head.headers["content-type"].partition(";")[0] not in ("text/plain", "text/html")


@pytest.mark.parametrize("name", ["graph.exe", "graph.turtle", "graph.ttl.gz.gz", "graph.csv"])
def test_there_are_no_others(client: TestClient, name: str) -> None:
    assert client.get(f"/download/{name}").status_code == 404


def test_only_so_many_are_written_at_a_time(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "AT_A_TIME", 0)
    refused = client.get("/graph.nt")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")


def test_a_file_that_cannot_be_completed_is_broken_off(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(RuntimeError, match=r"exit code 1"):  # the connection is closed before the end of the file
        client.get("/graph.nt")


@pytest.mark.skipif(sys.platform == "win32", reason="runs a script of a shell")
def test_a_download_that_its_client_does_not_read_on_can_be_ended(
    small_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = tmp_path / "endless"
    endless.write_text("#!/bin/sh\nexec yes\n")
    endless.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(endless))

    async def ended() -> None:
        running = downloads.Downloads(Current(small_folder))
        pieces = await running._pieces(FORMATS["ntriples"], packed=False)
        await anext(pieces)
        await asyncio.sleep(0.5)  # until no more is read than is kept for the client
        await asyncio.wait_for(running.close(), 20)

    asyncio.run(ended())
