"""How fast `kg serve` answers SPARQL, against the bare oxigraph server on one store, and how it bears hostile clients.

    pip install oxigraph
    python tests/benchmarks/server.py GRAPH [TURNS [SECONDS]] # throughput
    python tests/benchmarks/server.py GRAPH --load [SECONDS]  # hostile clients

Throughput: 8 client processes ask the shipped queries of docs/questions.md over and over, in turns of some seconds at
the one server and at the other. Printed are, for both, the queries a second and the CPU time of a query in all
processes of the server, and the medians of their ratios: first with each query in words that were not asked before (a
comment differs), so that no answer is kept, then with the same ones again.

Load: 200 clients for a minute, one query in ten of which is hostile. Printed are the answers by status, how long
suggestions, pages and quick queries took meanwhile, and the most memory that the server and its processes had.
"""

from __future__ import annotations

import asyncio
import http.client
import multiprocessing
import os
import runpy
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import httpx2 as httpx

import kg
from kg.errors import KGError
from kg.graph.store import existing
from kg.vocabulary import PREFIXES, resource_prefixes

CLIENTS, TURNS, SECONDS = 8, 6, 10.0
CROWD, HOSTILE = 200, 10
OURS, BARE = 18001, 18002
ACCEPT = "application/sparql-results+json, text/turtle;q=0.9"
BAD = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } OFFSET 1000000000000 LIMIT 1",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f LIMIT 1",
    "SELECT ?a (GROUP_CONCAT(?f) AS ?g) { ?a ?b ?c . ?d ?e ?f } GROUP BY ?a",
    "SELECT (COUNT(*) AS ?n) { ?a (!<x:y>|^!<x:y>)* ?b }",
    "SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f }",
    "SELECT * { SERVICE <http://169.254.169.254/> { ?a ?b ?c } }",
)


def queries(folder: Path) -> list[str]:
    """The SPARQL of the shipped queries, with their prefixes, as any endpoint takes it."""
    commands = runpy.run_path(str(Path(__file__).parent / "questions.py"))["commands"]
    graph = kg.KnowledgeGraph(folder)
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in (PREFIXES | resource_prefixes(graph.base)).items())
    found = []
    for name, parameters in commands():
        try:
            question = graph.question(name, parameters)
        except KGError:  # a name that this graph does not have
            continue
        if question.profile is None:
            found.append(prefixes + question.sparql)
    return found


@contextmanager
def running(port: int, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server, from when it listens."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise SystemExit(f"{command[0]} ended with exit code {process.returncode}")
            try:
                http.client.HTTPConnection("127.0.0.1", port).connect()
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def ask(port: int, path: str, asked: list[str], start: int, ends: float, fresh: bool, done: Any) -> None:
    """One client of the throughput: count what is answered until a time."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    count = failed = 0
    while time.time() < ends:
        query = asked[(start + count) % len(asked)] + (f"\n# {start} {ends} {count}" if fresh else "")
        headers = {"Content-Type": "application/sparql-query", "Accept": ACCEPT}
        connection.request("POST", path, body=query.encode(), headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        count += 1
        failed += answer.status != 200
        if answer.status != 200:
            print(answer.status, content[:300].decode(), file=sys.stderr)
    done.put(count - failed)


class Rate(NamedTuple):
    """How fast a server answers: queries a second to all clients together, and milliseconds of CPU time of a query."""

    queries: float
    work: float


def rate(server: int, port: int, path: str, asked: list[str], fresh: bool, seconds: float = SECONDS) -> Rate:
    """How fast the server of a process answers."""
    done = multiprocessing.Queue()  # type: ignore[var-annotated]
    started, used = time.time(), cpu_seconds(server)
    clients = [
        multiprocessing.Process(target=ask, args=(port, path, asked, 3 * number, started + seconds, fresh, done))
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    total: int = sum(done.get() for _ in clients)
    for client in clients:
        client.join()
    return Rate(total / (time.time() - started), 1000 * (cpu_seconds(server) - used) / max(total, 1))


def cpu_seconds(process: int) -> float:
    """CPU time, in user code and in the system, of a process and its children, those that have ended too."""
    total = 0
    for one in (str(process), *children(process)):
        with suppress(OSError):  # it has just ended, and its parent counts it
            total += sum(map(int, Path("/proc", one, "stat").read_text().rpartition(")")[2].split()[11:15]))
    return total / os.sysconf("SC_CLK_TCK")


def children(process: int) -> list[str]:
    return subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=False).stdout.split()


def throughput(folder: Path, turns: int = TURNS, seconds: float = SECONDS) -> None:
    asked = queries(folder)
    store = str(existing(folder).folder / "store")
    binary = str(Path(sys.executable).with_name("oxigraph"))
    bare = (binary, "serve-read-only", "-l", store, "-b", f"127.0.0.1:{BARE}", "--union-default-graph")
    with running(OURS, *serve(folder)) as ours, running(BARE, *bare) as theirs:
        for fresh in (True, False):
            print("each query new:" if fresh else "the same queries:", f"{len(asked)} queries, {CLIENTS} clients")
            rates = []
            for _ in range(turns):
                one = rate(ours.pid, OURS, "/sparql", asked, fresh, seconds)
                other = rate(theirs.pid, BARE, "/query", asked, fresh, seconds)
                rates.append((other.queries and one.queries / other.queries, one.work / other.work))
                print(
                    f"  kg serve {one.queries:8.1f}/s {one.work:7.2f} ms   "
                    f"oxigraph {other.queries:8.1f}/s {other.work:7.2f} ms   ratio {rates[-1][0]:.2f}",
                    flush=True,
                )
            faster, work = (median(column) for column in zip(*rates, strict=True))
            print(f"  ratio of queries a second {faster:.2f}, of CPU time {work:.2f} (medians)")


def serve(folder: Path, *options: str) -> tuple[str, ...]:
    code = "from kg.cli import main; main()"
    return (sys.executable, "-c", code, "serve", "-g", str(folder), "--port", str(OURS), *options)


def memory(process: int) -> int:
    """Bytes of a process and its children that are in memory, each page once."""
    total = 0
    for one in (str(process), *children(process)):
        try:
            text = Path("/proc", one, "smaps_rollup").read_text()
        except OSError:
            continue
        total += int(text.partition("Pss:")[2].split()[0]) * 1024
    return total


async def crowd(folder: Path, seconds: float) -> None:
    asked = queries(folder)
    statuses: Counter[tuple[str, int]] = Counter()
    times: dict[str, list[float]] = {"suggestion": [], "page": [], "query": [], "hostile": []}
    reasons: Counter[str] = Counter()
    with running(OURS, *serve(folder, "--timeout", "20")) as server:
        limits = httpx.Limits(max_connections=CROWD, max_keepalive_connections=CROWD)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{OURS}", timeout=120, limits=limits) as client:
            ends = time.time() + seconds

            async def one(number: int) -> None:
                turn = number
                while time.time() < ends:
                    turn += 1
                    kind = "hostile" if turn % HOSTILE == 0 else ("query", "suggestion", "page")[turn % 3]
                    began = time.perf_counter()
                    query = BAD[turn % len(BAD)] if kind == "hostile" else asked[turn % len(asked)]
                    if kind in ("hostile", "query"):
                        answer = await client.post("/sparql", data={"query": f"{query}\n# {turn}"})
                    else:
                        path = "/suggest?q=resn" if kind == "suggestion" else "/dataset/cifar-10"
                        answer = await client.get(path, headers={"accept": "text/html"})
                    times[kind].append(time.perf_counter() - began)
                    statuses[kind, answer.status_code] += 1
                    if answer.status_code >= 400:
                        reasons[f"{answer.status_code} {answer.text.strip()[:100]}"] += 1

            async def watch() -> int:
                most = 0
                while time.time() < ends:
                    most = max(most, memory(server.pid))
                    await asyncio.sleep(1)
                return most

            watching = asyncio.ensure_future(watch())
            await asyncio.gather(*(one(number) for number in range(CROWD)))
            most = await watching
    for (kind, status), count in sorted(statuses.items()):
        print(f"{kind:10} {status} {count:7}")
    for kind, taken in times.items():
        print(f"{kind:10} median {1000 * median(taken):8.0f} ms  slowest {1000 * max(taken):8.0f} ms")
    for reason, count in reasons.most_common():
        print(f"{count:7} {reason}")
    print(
        f"most memory: {most / 2**20:.0f} MiB of {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**20:.0f}"
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    if "--load" in sys.argv:
        asyncio.run(crowd(folder, float(sys.argv[3]) if len(sys.argv) > 3 else 60))
    else:
        given = sys.argv[2:]
        throughput(folder, int(given[0]) if given else TURNS, float(given[1]) if len(given) > 1 else SECONDS)
