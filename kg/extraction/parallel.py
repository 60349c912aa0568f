"""Extraction by worker processes: batches of papers out, records back in input order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from pathlib import Path

from kg.errors import KGError
from kg.extraction.pipeline import Extractor
from kg.records import Extraction, Paper

BATCH_SIZE = 32
_WORTH_A_WORKER = 200  # papers; below this, loading the pipeline once more costs more than it saves

_extractor: Extractor


def extract_all(papers: Iterable[Paper], extractor: Extractor, workers: int | None = 1) -> Iterator[Extraction]:
    """Extract from a stream of papers, in order.

    Args:
        papers: read no further ahead than the workers need.
        extractor: what reads them; worker processes build one with the same rules and model.
        workers: number of processes; 1 works in this one, ``None`` takes one for each CPU if there are enough papers.

    Raises:
        InputError: a rule file or the model is wrong.
        KGError: a worker process died.
    """
    papers = iter(papers)
    if workers is None:
        first = list(islice(papers, _WORTH_A_WORKER))
        workers = usable_cpus() if len(first) == _WORTH_A_WORKER else 1
        papers = chain(first, papers)
    if workers == 1:
        yield from extractor.pipe(papers)
    else:
        yield from _in_processes(papers, extractor, workers)


def usable_cpus() -> int:
    """The CPUs that this process may use, on systems that say so; otherwise all there are."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_processes(papers: Iterator[Paper], extractor: Extractor, workers: int) -> Iterator[Extraction]:
    if extractor.rules or extractor.model or extractor.plugins:
        _ = extractor.nlp  # what is wrong ends here in one line, not in every worker with a traceback
    # "spawn", because a fork copies the locks of the progress bar's and the store's threads in whatever state they are.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _load, (extractor.rules, extractor.model))
    pending: deque[Future[list[Extraction]]] = deque()
    try:
        while batch := list(islice(papers, BATCH_SIZE)):
            pending.append(pool.submit(_extract, batch))
            if len(pending) > 2 * workers:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()
    except BrokenProcessPool:
        raise KGError("a worker process died (out of memory?); try --workers 1") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _load(rules: Sequence[Path], model: Path | None) -> None:
    global _extractor
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of the terminal; the parent answers it
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
