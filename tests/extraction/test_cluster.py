"""The workers of a cluster find what this process finds, also when one of them is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kg.errors import KGError
from kg.extraction import Extractor, cluster
from kg.extraction.cluster import ClusterExtractor
from kg.records import Extraction, Paper

RULE = '{"label": "Method", "pattern": "frobnicator"}\n'


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(KGError, match=r"^Dask is not installed; get it with: pip install 'papers-kg\[cluster\]'$"):
        ClusterExtractor("tcp://127.0.0.1:1")


def extractor_of(monkeypatch: pytest.MonkeyPatch, *arguments: Any) -> ClusterExtractor:
    """An extractor that is not asked to reach its cluster."""
    monkeypatch.setattr(cluster, "_distributed", lambda: SimpleNamespace())
    return ClusterExtractor("tcp://127.0.0.1:1", *arguments)


def test_rules_and_model_of_ones_own_are_sent_along(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "mine.jsonl").write_text(RULE)
    sent = extractor_of(monkeypatch, [tmp_path])._sent()
    assert (sent.rules, sent.model) == (((("deep/mine.jsonl", RULE.encode()),),), None)
    folder = cluster._written(tmp_path / "there", sent.rules[0])
    assert (folder / "deep" / "mine.jsonl").read_text() == RULE


def test_a_worker_with_other_code_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = extractor_of(monkeypatch)._sent()
    with pytest.raises(KGError, match=r"^the worker on .* has another papers-kg .*; install the same one$"):
        cluster._read(sent._replace(code="other"), "pipe", [])


@pytest.mark.slow
def test_a_worker_reads_as_an_extractor_does(
    monkeypatch: pytest.MonkeyPatch, mixed_papers: list[Paper], found_alone: list[Extraction]
) -> None:
    sent = extractor_of(monkeypatch)._sent()
    assert cluster._read(sent, "pipe", mixed_papers[:5]) == found_alone[:5]


class Cluster:
    """A Dask scheduler and two workers, each a process."""

    def __init__(self, folder: Path) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self._start(folder, "dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        for _ in range(600):
            if file.exists() and file.stat().st_size:
                break
            time.sleep(0.1)
        import json

        self.address = str(json.loads(file.read_text())["address"])
        for _ in range(2):
            options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder))
            self._start(folder, "dask_worker", self.address, *options)

    def _start(self, folder: Path, name: str, *words: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{name}", *words]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with (folder / "log").open("ab") as log:
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment))

    def kill_worker(self) -> None:
        """End one of the workers at once."""
        self.processes[-1].send_signal(signal.SIGKILL)
        self.processes[-1].wait()

    def end(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.end()


@pytest.mark.clients
def test_an_address_without_a_scheduler_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_REACHED", 1)
    for address in ("tcp://127.0.0.1:9", "frogs"):
        with pytest.raises(KGError, match=rf"^{address}: no Dask scheduler can be reached"):
            next(ClusterExtractor(address).pipe([Paper(id="1", title="A", abstract="B")]))


@pytest.mark.clients
def test_a_cluster_reads_by_the_rules_of_the_build(running: Cluster, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.jsonl").write_text(RULE)
    papers = [Paper(id=str(number), title="A study", abstract="We use frobnicator.") for number in range(3)]
    found = [*ClusterExtractor(running.address, [tmp_path / "rules"]).pipe(papers, 1)]
    assert found == [*Extractor([tmp_path / "rules"]).pipe(papers)]
    assert [mention.text for mention in found[0].entities] == ["frobnicator"]


@pytest.mark.clients
def test_the_graph_is_the_same_when_a_worker_is_killed(
    running: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kg.api import KnowledgeGraph
    from kg.builder import builder
    from kg.demo import sample_pages
    from kg.extraction import parallel

    builder.build_graph(sample_pages(), tmp_path / "alone")
    monkeypatch.setattr(builder, "extract_each", parallel.extract_each)
    monkeypatch.setattr(cluster, "BATCH_SIZE", 2)
    killed: list[int] = []

    def progress(step: str, done: int, total: int) -> None:
        if step == "extracting" and not killed and done == total // 3:
            killed.append(done)
            running.kill_worker()

    builder.build_graph(sample_pages(), tmp_path / "cluster", scheduler=running.address, progress=progress)
    assert killed
    for name in ("alone", "cluster"):
        KnowledgeGraph(tmp_path / name).export("nquads", tmp_path / f"{name}.nq")
    assert (tmp_path / "alone.nq").read_bytes() == (tmp_path / "cluster.nq").read_bytes()
