"""The server as a process, and clients that nobody here wrote."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError

import httpx2 as httpx
import pytest
from rdflib import URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from kg.errors import GraphError, KGError
from kg.server.run import address, serve
from kg.vocabulary import DEFAULT_BASE, KG

ROOT = Path(__file__).parents[2]
DATASETS = "SELECT ?name WHERE { ?dataset a kg:Dataset ; skos:prefLabel ?name }"
ENDLESS = {"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"}
PREFIXED = f"PREFIX kg: <{KG}> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> {DATASETS}"


def test_a_port_in_use_is_said(small_folder: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(KGError, match=rf"^port {port} of 127.0.0.1: cannot be used \(.*in use\); choose another"):
            serve(small_folder, "127.0.0.1", port, started=pytest.fail)


def test_what_cannot_be_served_is_said(small_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(KGError, match=r"^--host no\.such\.host\.invalid: is no address of this machine"):
        serve(small_folder, "no.such.host.invalid", 0, started=pytest.fail)
    with pytest.raises(GraphError, match=r"holds no graph"):
        serve(tmp_path, "127.0.0.1", 0, started=pytest.fail)
    half = Path(shutil.copytree(small_folder, tmp_path / "half"))
    next((half / (half / "CURRENT").read_text().strip() / "store").glob("*.sst")).unlink()
    with pytest.raises(GraphError, match=r"half"):
        serve(half, "127.0.0.1", 0, started=pytest.fail)


@pytest.mark.parametrize(("host", "hosts"), [("0.0.0.0", []), ("192.0.2.1", []), ("127.0.0.1", ["graph.example"])])
def test_corrections_are_taken_from_this_machine_only(small_folder: Path, host: str, hosts: list[str]) -> None:
    with pytest.raises(KGError, match=r"^--edit: takes corrections from this machine only"):
        serve(small_folder, host, 0, edit=True, hosts=hosts, started=pytest.fail)


def test_the_address_is_one_to_open() -> None:
    assert address("0.0.0.0", 80) == "http://127.0.0.1:80/"
    assert address("::", 80) == "http://[::1]:80/"
    assert address("graph.example", 80) == "http://graph.example:80/"


class Running:
    """``kg serve`` as a process."""

    def __init__(self, folder: Path, *options: str) -> None:
        code = "from kg.cli import main; main()"
        command = [sys.executable, "-c", code, "serve", "-g", str(folder), "--port", "0", *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        assert self.process.stderr
        self.said = self.process.stderr.readline()
        self.url = self.said.partition(" at ")[2].partition("/ ")[0]
        self.sparql = f"{self.url}/sparql"

    def children(self) -> list[str]:
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return found.stdout.split()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    servers: list[Running] = []

    def starting(folder: Path, *options: str) -> Running:
        servers.append(Running(folder, *options))
        return servers[-1]

    yield starting
    for server in servers:
        server.end()


@pytest.fixture(scope="module")
def server(small_folder: Path) -> Iterator[Running]:
    running = Running(small_folder)
    yield running
    running.end()


@pytest.mark.clients
def test_ctrl_c_ends_everything(start: Callable[..., Running], small_folder: Path) -> None:
    server = start(small_folder)
    assert httpx.get(f"{server.sparql}?query=ASK%7B%7D").json()["boolean"] is True
    children = server.children()
    assert children
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(10) == 130
    assert not any(Path("/proc", child).exists() for child in children)
    assert server.process.stderr and server.process.stderr.read() == ""


@pytest.mark.clients
def test_ctrl_c_refuses_the_queries_that_run(start: Callable[..., Running], small_folder: Path) -> None:
    server = start(small_folder)
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(httpx.post(server.sparql, data=ENDLESS, timeout=30)))
    asking.start()
    time.sleep(2)
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(10) == 130
    asking.join()
    assert [(answer.status_code, answer.text) for answer in answers] == [(503, "the server is ending\n")]
    assert server.process.stderr
    assert server.process.stderr.read() == "503 127.0.0.1 POST /sparql: the server is ending\n"


@pytest.mark.clients
def test_a_server_that_is_killed_leaves_no_process(start: Callable[..., Running], small_folder: Path) -> None:
    server = start(small_folder)

    def ask() -> None:
        with pytest.raises(httpx.HTTPError):
            httpx.post(server.sparql, data=ENDLESS)

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(2)
    children = server.children()
    server.process.kill()
    asking.join()
    deadline = time.monotonic() + 10
    while any(is_running(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [child for child in children if is_running(child)] == []


def is_running(process: str) -> bool:
    try:
        state = Path("/proc", process, "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.clients
def test_no_request_is_dropped_while_builds_replace_the_graph(
    start: Callable[..., Running], tmp_path: Path, replace_graph: Callable[..., None]
) -> None:
    replace_graph(tmp_path)
    server = start(tmp_path)
    ended = threading.Event()
    problems: list[str] = []
    asked = [0]

    def ask() -> None:
        with httpx.Client(timeout=30) as client:
            while not ended.is_set():
                for path in (
                    f"/sparql?query=SELECT(COUNT(*)AS%3Fn)%7B%3Fs%3Fp%3Fo%7D%23{asked[0]}",
                    "/dataset/cifar-10.ttl",
                ):
                    answer = client.get(f"{server.url}{path}")
                    asked[0] += 1
                    if answer.status_code != 200:
                        problems.append(f"{answer.status_code} {answer.text}")

    clients = [threading.Thread(target=ask) for _ in range(4)]
    for thread in clients:
        thread.start()
    for number in range(5):
        replace_graph(tmp_path, f'<http://e/{number}> <http://e/p> "1" <http://e/g> .\n')
        enough, latest = asked[0] + 8, time.monotonic() + 30  # each graph is asked, however slow the machine is
        while asked[0] < enough and time.monotonic() < latest:
            time.sleep(0.01)
    ended.set()
    for thread in clients:
        thread.join()
    assert (problems, asked[0] > 20) == ([], True)
    assert httpx.get(f"{server.sparql}?query=ASK%7B%3Chttp://e/4%3E%3Fp%3Fo%7D").json()["boolean"] is True


@pytest.mark.clients
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["{url}/dataset/cifar-10.nt"], "CIFAR-10"),
        (["-H", "Accept: text/csv", "--data-urlencode", f"query={DATASETS}", "{url}/sparql"], "name\r\nCIFAR-10\r\n"),
        (["-H", "Host: evil.example", "{url}/"], "does not answer under that name"),
        (
            ["-H", "Content-Type: application/sparql-query", "-T", "{large}", "-X", "POST", "{url}/sparql"],
            "larger than",
        ),
        (["--compressed", "{url}/graph.nq.gz", "-o", "/dev/null", "-w", "%{http_code}"], "200"),
    ],
)
def test_curl(server: Running, tmp_path: Path, options: list[str], expected: str) -> None:
    (tmp_path / "large").write_bytes(b"x" * 10**8)
    words = [option.replace("{url}", server.url).replace("{large}", str(tmp_path / "large")) for option in options]
    done = subprocess.run(["curl", "-sS", *words], capture_output=True, check=True, timeout=60)
    assert expected in done.stdout.decode()


@pytest.mark.clients
def test_sparqlwrapper(server: Running) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper")
    client = wrapper.SPARQLWrapper(server.sparql)
    client.setQuery(DATASETS)
    for method in (wrapper.GET, wrapper.POST):
        client.setMethod(method)
        client.setReturnFormat(wrapper.JSON)
        rows = client.query().convert()["results"]["bindings"]
        assert [row["name"]["value"] for row in rows] == ["CIFAR-10"]
    client.setReturnFormat(wrapper.XML)
    assert "CIFAR-10" in client.query().convert().toxml()
    client.setRequestMethod(wrapper.POSTDIRECTLY)
    client.setQuery(f"DESCRIBE <{DEFAULT_BASE}dataset/cifar-10>")
    client.setReturnFormat(wrapper.TURTLE)
    assert b"CIFAR-10" in client.query().convert()
    client.setMethod(wrapper.POST)
    client.setQuery("CLEAR ALL")
    with pytest.raises(HTTPError, match="403"):
        client.query()


@pytest.mark.clients
def test_rdflib_sparqlstore(server: Running) -> None:
    store = SPARQLStore(server.sparql)
    rows = store.query(PREFIXED)
    assert [str(row[0]) for row in rows] == ["CIFAR-10"]  # type: ignore[index]  # rdflib's union of answers
    dataset = URIRef(f"{DEFAULT_BASE}dataset/cifar-10")
    assert len(list(store.triples((dataset, None, None)))) >= 3


@pytest.mark.clients
def test_comunica(server: Running, tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = Path(os.environ.get("KG_TEST_NPM", tmp_path))
    command = folder / "node_modules" / ".bin" / "comunica-sparql"
    if not command.exists():
        install = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), "@comunica/query-sparql@4"]
        subprocess.run(install, check=True, capture_output=True, timeout=300)
    words = [str(command), f"sparql@{server.sparql}", PREFIXED, "-t", "application/sparql-results+json"]
    done = subprocess.run(words, check=True, capture_output=True, timeout=120)
    rows = json.loads(done.stdout)["results"]["bindings"]
    assert [row["name"]["value"] for row in rows] == ["CIFAR-10"]
