"""Extraction by worker processes: batches of papers out, records back in input order.

When a worker process dies, nobody knows which paper it was. The papers that were not answered are then read one by one
by a process of their own, so that only the one that kills it again is lost.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import TypeAlias, TypeVar

from kg.errors import KGError
from kg.extraction.pipeline import Extractor, Failure
from kg.records import Extraction, Paper
from kg.text.files import reason

BATCH_SIZE = 32
PATIENCE = 600  # seconds without an answer, after which a worker is taken to be stuck; a batch takes less than one
_WORTH_A_WORKER = 200  # papers; below this, loading the pipeline once more costs more than it saves

_TOO_MANY = 10  # papers in a row of which each is said to kill its process: then something else does
_DIED = "the process that read it died (out of memory?)"

_Started = TypeVar("_Started")
_Answer = TypeVar("_Answer")
_Asked: TypeAlias = deque[tuple[list[Paper], Future[list[_Answer]]]]
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
    papers, workers = _shared_out(iter(papers), workers)
    if workers == 1:
        yield from extractor.pipe(papers, batch_size)
    else:
        yield from _in_processes(papers, extractor, workers, batch_size)


def extract_each(
    papers: Iterable[Paper], extractor: Extractor, workers: int | None = 1, batch_size: int = BATCH_SIZE
) -> Iterator[Extraction | Failure]:
    """What :func:`extract_all` gives; where a paper makes the extractor or its process fail, the reason instead.

    Raises:
        InputError: a rule file or the model is wrong.
        KGError: worker processes cannot be started, die whatever they read, or have not answered for
            :data:`PATIENCE` seconds.
    """
    papers, workers = _shared_out(iter(papers), workers)
    if workers == 1:
        yield from extractor.each(papers, batch_size)
    else:
        yield from _each_in_processes(papers, extractor, workers, batch_size)


def _shared_out(papers: Iterator[Paper], workers: int | None) -> tuple[Iterator[Paper], int]:
    """The papers, and how many processes are to read them."""
    if workers is not None:
        return papers, workers
    first = list(islice(papers, _WORTH_A_WORKER))
    return chain(first, papers), usable_cpus() if len(first) == _WORTH_A_WORKER else 1


def usable_cpus() -> int:
    """The CPUs that this process may use, on systems that say so; otherwise all there are."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_processes(
    papers: Iterator[Paper], extractor: Extractor, workers: int, batch_size: int = BATCH_SIZE
) -> Iterator[Extraction]:
    batches = iter(lambda: list(islice(papers, batch_size)), [])
    with _died_is_an_error():
        yield from chain.from_iterable(_answered(batches, deque(), extractor, workers, _extract))


def _each_in_processes(
    papers: Iterator[Paper], extractor: Extractor, workers: int, batch_size: int
) -> Iterator[Extraction | Failure]:
    batches = iter(lambda: list(islice(papers, batch_size)), [])
    while True:
        unanswered: _Asked[Extraction | Failure] = deque()
        with suppress(BrokenProcessPool):
            yield from chain.from_iterable(_answered(batches, unanswered, extractor, workers, _extract_each))
        if not unanswered:
            return
        with closing(_Alone(extractor)) as alone:
            for batch, future in unanswered:
                is_answered = future.done() and not future.cancelled() and not future.exception()
                yield from future.result() if is_answered else map(alone.read, batch)


def _answered(
    batches: Iterator[list[Paper]],
    asked: _Asked[_Answer],
    extractor: Extractor,
    workers: int,
    read: Callable[[list[Paper]], list[_Answer]],
) -> Iterator[list[_Answer]]:
    """The answers of worker processes to batches of papers; what they were asked and did not answer is in ``asked``."""
    with _pool(extractor, workers) as pool:
        for batch in batches:
            asked.append((batch, Future()))  # in case that asking fails
            asked[-1] = (batch, _submitted(pool, read, batch))
            if len(asked) > 2 * workers:
                yield _answer(asked[0][1])
                asked.popleft()
        while asked:
            yield _answer(asked[0][1])
            asked.popleft()


class _Alone:
    """A worker process that reads single papers, started when it is needed, and again when a paper kills it."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self._open = ExitStack()
        self._pool: ProcessPoolExecutor | None = None
        self._killed = 0

    def read(self, paper: Paper) -> Extraction | Failure:
        """What is in a paper, or why that cannot be said."""
        if not self._pool:
            self._pool = self._open.enter_context(_pool(self._extractor, 1))
            with _died_is_an_error():
                _answer(_submitted(self._pool, _extract_each, []))
        try:
            [found] = _answer(_submitted(self._pool, _extract_each, [paper]))
        except BrokenProcessPool:
            self.close()
            self._killed += 1
            if self._killed == _TOO_MANY:
                with _died_is_an_error():
                    raise
            return Failure(_DIED)
        self._killed = 0
        return found

    def close(self) -> None:
        """End the process."""
        self._pool = None
        self._open.close()


@contextmanager
def _pool(extractor: Extractor, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes, which are ended with the block."""
    if extractor.rules or extractor.model or extractor.plugins:
        _ = extractor.nlp  # what is wrong ends here in one line, not in every worker with a traceback
    # "spawn", because a fork copies the locks of the progress bar's and the store's threads in whatever state they are.
    spawned = multiprocessing.get_context("spawn")
    pool = _started(lambda: ProcessPoolExecutor(workers, spawned, _load, (extractor.rules, extractor.model)))
    try:
        yield pool
    finally:
        _end(pool)


def _submitted(
    pool: ProcessPoolExecutor, read: Callable[[list[Paper]], list[_Answer]], batch: list[Paper]
) -> Future[list[_Answer]]:
    with _interrupts_left_to_parent():
        return _started(lambda: pool.submit(read, batch))


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
        raise KGError(f"worker processes cannot be started ({reason(error)}); try --workers 1") from None


def _answer(future: Future[list[_Answer]]) -> list[_Answer]:
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


def _extract_each(batch: list[Paper]) -> list[Extraction | Failure]:
    _ = _extractor.nlp  # also for an empty batch, which only asks whether this process works
    return list(_extractor.each(batch))
