"""Worker processes change nothing but the time, and do not outlive their parent."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType

import pytest

from kg.errors import KGError
from kg.extraction import Extractor, parallel
from kg.extraction.parallel import extract_all, extract_each
from kg.extraction.pipeline import Failure
from kg.records import Extraction, Paper


@pytest.mark.slow
def test_order_and_number_of_workers_change_no_record(
    mixed_papers: list[Paper], found_alone: list[Extraction], monkeypatch: pytest.MonkeyPatch
) -> None:
    papers, alone = mixed_papers[: len(found_alone)], found_alone
    assert [found.id for found in alone] == [paper.id for paper in papers]
    assert list(extract_all(papers[::-1], Extractor()))[::-1] == alone
    few = papers[:11]  # three batches of 4
    with monkeypatch.context() as patch:  # two workers that have this pipeline; to load one takes long
        forking = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
        patch.setattr(multiprocessing, "get_context", lambda way: forking)
        assert list(extract_all(few[::-1], Extractor(), workers=2, batch_size=4))[::-1] == alone[:11]


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def read_or_die(extractor: Extractor, papers: Iterable[Paper], size: int = 1) -> Iterator[Extraction | Failure]:
    """An extractor that some papers kill, and others make fail."""
    for paper in papers:
        if paper.title == "deadly":
            os.kill(os.getpid(), signal.SIGKILL)
        yield Failure("odd") if paper.title == "odd" else Extraction(id=paper.id, title=paper.title)


@pytest.fixture
def forking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers have this process's pipeline, which :func:`read_or_die` stands in for; to start one anew takes long."""
    way = multiprocessing.get_context("fork")
    monkeypatch.setattr(multiprocessing, "get_context", lambda name: way)
    monkeypatch.setattr(Extractor, "each", read_or_die)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.usefixtures("forking")
@pytest.mark.parametrize("deadly", [{0}, {17, 18}, {39}, set()])
def test_a_paper_that_kills_its_process_is_lost_alone(deadly: set[int]) -> None:
    titles = ["deadly" if number in deadly else "odd" if number == 5 else "good" for number in range(40)]
    papers = [Paper(id=str(number), title=title, abstract="") for number, title in enumerate(titles)]
    answers = [*extract_each(papers, Extractor(), workers=2, batch_size=4)]
    expected = {"deadly": Failure(parallel._DIED), "odd": Failure("odd")}
    assert answers == [expected.get(paper.title, Extraction(id=paper.id, title=paper.title)) for paper in papers]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.usefixtures("forking")
def test_processes_that_die_of_whatever_they_read_are_an_error() -> None:
    papers = [Paper(id="", title="deadly", abstract="")] * 40
    with pytest.raises(KGError, match=r"^a worker process died \(out of memory\?\); try --workers 1$"):
        list(extract_each(papers, Extractor(), workers=2, batch_size=4))


def read_and_wait(papers: list[Paper], answers: Connection) -> None:
    """A process that has two workers read some papers, says what they found and who they are, and goes on waiting."""
    sys.modules["__main__"] = ModuleType("__main__")  # or the workers would import pytest
    found = extract_all(papers, Extractor(), workers=2, batch_size=4)
    answers.send([*islice(found, 16)])
    answers.send([child.pid for child in multiprocessing.active_children()])
    time.sleep(60)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_workers_started_anew_change_no_record_and_leave_with_a_parent_that_is_killed(
    mixed_papers: list[Paper], found_alone: list[Extraction]
) -> None:
    forking = multiprocessing.get_context("fork")  # the parent alone, so that it has spaCy already
    here, there = forking.Pipe()
    parent = forking.Process(target=read_and_wait, args=(mixed_papers[:40], there))
    parent.start()
    assert here.poll(60)
    assert here.recv() == found_alone[:16]
    workers = here.recv()
    parent.kill()
    parent.join()
    assert len(workers) == 2
    for _ in range(100):
        if not any(map(alive, workers)):
            return
        time.sleep(0.1)
    pytest.fail("workers outlived their parent by ten seconds")


def test_a_worker_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PATIENCE", 1)
    with pytest.raises(KGError, match=r"has not answered for 1 seconds \(is it stopped\?\); try --workers 1$"):
        parallel._answer(Future())


def test_workers_that_cannot_be_started_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(parallel, "ProcessPoolExecutor", full)
    with pytest.raises(KGError, match=r"cannot be started \(Too many open files\); try --workers 1$"):
        list(extract_all([], Extractor(), workers=2))


BUSY = """
import multiprocessing, signal
from kg.extraction import Extractor, parallel
from kg.records import Paper

def papers():
    for number in range(200):
        yield Paper(id=str(number), title="T", abstract="We train on MNIST. " * 2_000)

if __name__ == "__main__":
    found = parallel._in_processes(papers(), Extractor(), 1)
    signal.signal(signal.SIGALRM, lambda *_: print(multiprocessing.active_children()[0].pid, flush=True))
    signal.setitimer(signal.ITIMER_REAL, 1)
    next(found)
"""


@pytest.mark.slow
def test_ctrl_c_again_and_again_ends_everything_at_once(tmp_path: Path) -> None:
    script = tmp_path / "busy.py"
    script.write_text(BUSY, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        os.kill(worker, signal.SIGSTOP)  # it does not answer any more, whatever it is asked
        begun = time.monotonic()
        for _ in range(3):
            os.killpg(parent.pid, signal.SIGINT)  # as a terminal sends it, to all processes
            time.sleep(0.02)
        _, errors = parent.communicate(timeout=60)
    assert time.monotonic() - begun < 20
    assert parent.returncode == -signal.SIGINT
    assert not alive(worker)
    assert "kg/extraction/pipeline.py" not in errors, "no traceback of a worker"
