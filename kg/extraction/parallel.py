"""Extraction by worker processes: batches of papers out, records back in input order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from kg.errors import KGError
from kg.extraction.pipeline import Extractor
from kg.records import Extraction, Paper

BATCH_SIZE = 32
PATIENCE = 600  # seconds without an answer, after which a worker is taken to be stuck; a batch takes less than one
_WORTH_A_WORKER = 200  # papers; below this, loading the pipeline once more costs more than it saves

_Started = TypeVar("_Started")
_extractor: Extractor


def extract_all(
    papers: Iterable[Paper], extractor: Extractor, workers: int | None = 1, batch_size: int = BATCH_SIZE
) -> Iterator[Extraction]:
    """Extract from a stream of papers, in order.

    Args:
        papers: read no further ahead than the workers need.
        extractor: what reads them; worker processes build one with the same rules and model.
        workers: number of processes; 1 works in this one, ``None`` takes one for each CPU if there are enough papers.
        batch_size: papers that a process reads at once. With one worker and batches of 1, each paper is answered before
            the next one is read.

    Raises:
        InputError: a rule file or the model is wrong.
        KGError: a worker process died, cannot be started, or has not answered for :data:`PATIENCE` seconds.
    """
    papers = iter(papers)
    if workers is None:
        first = list(islice(papers, _WORTH_A_WORKER))
        workers = usable_cpus() if len(first) == _WORTH_A_WORKER else 1
        papers = chain(first, papers)
    if workers == 1:
        yield from extractor.pipe(papers, batch_size)
    else:
        yield from _in_processes(papers, extractor, workers, batch_size)


def usable_cpus() -> int:
    """The CPUs that this process may use, on systems that say so; otherwise all there are."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_processes(
    papers: Iterator[Paper], extractor: Extractor, workers: int, batch_size: int = BATCH_SIZE
) -> Iterator[Extraction]:
    if extractor.rules or extractor.model or extractor.plugins:
        _ = extractor.nlp  # what is wrong ends here in one line, not in every worker with a traceback
    # "spawn", because a fork copies the locks of the progress bar's and the store's threads in whatever state they are.
    spawned = multiprocessing.get_context("spawn")
    pending: deque[Future[list[Extraction]]] = deque()
    with ExitStack() as stack, _died_is_an_error():
        pool = _started(lambda: ProcessPoolExecutor(workers, spawned, _load, (extractor.rules, extractor.model)))
        stack.callback(_end, pool)
        while batch := list(islice(papers, batch_size)):
            with _interrupts_left_to_parent():
                pending.append(_started(lambda batch=batch: pool.submit(_extract, batch)))  # type: ignore[misc]
            if len(pending) > 2 * workers:
                yield from _answer(pending.popleft())
        while pending:
            yield from _answer(pending.popleft())


@contextmanager
def _died_is_an_error() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool:
        raise KGError("a worker process died (out of memory?); try --workers 1") from None


def _started(start: Callable[[], _Started]) -> _Started:
    """What starting something gives."""
    try:
        return start()
    except OSError as error:
        raise KGError(f"worker processes cannot be started ({error.strerror or error}); try --workers 1") from None


def _answer(future: Future[list[Extraction]]) -> list[Extraction]:
    """The answer of a worker.

    Seconds are counted one by one: those in which this process itself is suspended (Ctrl-Z) are only one.
    """
    for _ in range(PATIENCE):
        with suppress(TimeoutError):
            return future.result(timeout=1)
    raise KGError(f"a worker process has not answered for {PATIENCE} seconds (is it stopped?); try --workers 1")


def _end(pool: ProcessPoolExecutor) -> None:
    """End the workers at once, whatever they do: they hold nothing that could be lost, and one may be stopped."""
    with _without_interrupts():
        for worker in [*(pool._processes or {}).values()]:
            worker.kill()
    pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _interrupts_left_to_parent() -> Iterator[None]:
    """Processes that start in the block do not see Ctrl-C, which reaches every process of the terminal.

    They inherit the signals that are blocked. (What blocks them only later ends with a traceback in between.)
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ctrl-C is ignored in the block, where this is the thread that it interrupts."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _load(rules: Sequence[Path], model: Path | None) -> None:
    global _extractor
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _extractor = Extractor(rules, model)


def _leave_with_parent() -> None:
    """End this process when its parent is gone, however it went; the pool alone would leave it waiting for ever."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _extract(batch: list[Paper]) -> list[Extraction]:
    return list(_extractor.pipe(batch))
