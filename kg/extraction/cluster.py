"""Extraction by the workers of a Dask cluster: batches of papers out, records back in input order.

Every worker loads the extractor once, and must have the same version of this package with the same code, shipped rules
and model. Rules and models of one's own are sent along. The batches of a worker that dies go to another one.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from kg.errors import KGError
from kg.extraction.model import SHIPPED
from kg.extraction.parallel import PATIENCE
from kg.extraction.pipeline import Extractor, Failure
from kg.extraction.plugins import installed_plugins
from kg.records import Extraction, Paper
from kg.rulefiles import shipped_rules
from kg.text.names import one_line

BATCH_SIZE = 32
"""Papers that a worker is given at once."""

_REACHED = 10  # seconds to reach the scheduler
_STARTED = 30  # seconds to wait for the first worker
_COUNTED = 1.0  # seconds between two looks at how many workers there are
_loading = Lock()
_reading = Lock()

_Files = tuple[tuple[str, bytes], ...]


class _Sent(NamedTuple):
    """What a worker needs to read papers as this process would.

    Args:
        code: the digest of the package (:func:`_code`).
        rules: the files of each folder of rules, by their paths in it.
        model: the files of the model; ``None`` for the shipped one.
    """

    code: str
    rules: tuple[_Files, ...]
    model: _Files | None


class ClusterExtractor(Extractor):
    """An extractor whose papers are read by a cluster.

    Args:
        scheduler: the address of a Dask scheduler, "tcp://HOST:PORT".
        rules: folders of rule files that are read after the shipped ones.
        model: folder of a model in place of the shipped one.

    Raises:
        KGError: Dask is not installed.
    """

    def __init__(self, scheduler: str, rules: Iterable[Path] = (), model: Path | None = None) -> None:
        super().__init__(rules, model)
        self.scheduler = scheduler
        _distributed()

    def pipe(self, papers: Iterable[Paper], batch_size: int = BATCH_SIZE) -> Iterator[Extraction]:
        """Extract from a stream of papers, one record each, in order.

        Raises:
            KGError: the cluster cannot be reached, has no workers or another version of this package, or does not
                answer; or workers die whatever they read.
            InputError: a rule file or the model is wrong.
        """
        return self._answers("pipe", iter(papers), min(batch_size, BATCH_SIZE))

    def each(self, papers: Iterable[Paper], batch_size: int = BATCH_SIZE) -> Iterator[Extraction | Failure]:
        """What :meth:`pipe` gives, with the reason in its place where a paper makes a component fail."""
        return self._answers("each", iter(papers), min(batch_size, BATCH_SIZE))

    def _answers(self, method: str, papers: Iterator[Paper], batch_size: int) -> Iterator[Any]:
        """What a method of :class:`~kg.extraction.pipeline.Extractor` answers for each paper."""
        if self.rules or self.model or self.plugins:
            _ = self.nlp  # what is wrong ends here in one line, not in every worker
        pending: deque[Any] = deque()
        with _client(self.scheduler) as client:
            # The scheduler keeps what makes this, so that it is not lost with a worker.
            sent = client.submit(_unchanged, self._sent(), pure=False)
            room, counted = 0, -_COUNTED
            while batch := list(islice(papers, batch_size)):
                pending.append(client.submit(_read, sent, method, batch, pure=False))
                if time.monotonic() - counted > _COUNTED:
                    room, counted = 2 * max(sum(client.nthreads().values()), 1), time.monotonic()
                while len(pending) > room:
                    yield from self._answer(pending.popleft())
            while pending:
                yield from self._answer(pending.popleft())

    def _sent(self) -> _Sent:
        rules = tuple(_files(folder, sorted(folder.rglob("*.jsonl*"))) for folder in self.rules)
        return _Sent(_code(), rules, _files(self.model, self.model_files()) if self.model else None)

    def _answer(self, future: Any) -> list[Any]:
        """The answer to a batch, whose seconds are counted one by one, as those of worker processes are."""
        distributed = _distributed()
        try:
            for _ in range(PATIENCE):
                with suppress(TimeoutError, distributed.TimeoutError):
                    return list(future.result(timeout=1))
        except distributed.KilledWorker:
            problem = "workers die whatever they read (out of memory?)"
        except (distributed.CancelledError, distributed.comm.CommClosedError, OSError):
            problem = "the scheduler has gone"
        except ModuleNotFoundError as error:
            problem = f"a worker has no {error.name}; install papers-kg {version('papers-kg')} there"
        else:
            problem = f"no worker has answered for {PATIENCE} seconds (are there any?)"
        raise KGError(f"{self.scheduler}: {problem}")


def _distributed() -> Any:
    """Dask's package for clusters, which the base install leaves out.

    Raises:
        KGError: it is not installed; says how to get it.
    """
    try:
        import distributed
        import distributed.comm
    except ImportError:
        raise KGError("Dask is not installed; get it with: pip install 'papers-kg[cluster]'") from None
    return distributed


@contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    """A client of a cluster that has workers; what it was asked is forgotten with the block.

    Raises:
        KGError: it cannot be reached, or has no workers.
    """
    distributed = _distributed()
    log = logging.getLogger("distributed")
    level = log.level
    log.setLevel(logging.CRITICAL)  # what a user has to know is said in one line
    try:
        try:
            client = distributed.Client(scheduler, timeout=_REACHED, set_as_default=False, name="papers-kg")
        except (OSError, ValueError, TimeoutError) as error:
            raise KGError(f"{scheduler}: no Dask scheduler can be reached ({one_line(str(error))[:200]})") from None
        with client:
            try:
                client.wait_for_workers(1, timeout=_STARTED)
            except (TimeoutError, distributed.TimeoutError):
                raise KGError(f"{scheduler}: has no workers; start some with: dask worker {scheduler}") from None
            yield client
    finally:
        log.setLevel(level)


def _files(folder: Path, paths: Sequence[Path]) -> _Files:
    return tuple((path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths)


@cache
def _code() -> str:
    """The digest of all that decides what is found in a paper, as it is installed here."""
    state = blake2b("".join([version("papers-kg"), *map(str, installed_plugins())]).encode(), digest_size=16)
    package = Path(__file__).parents[1]
    code = [path for room in ("extraction", "text") for path in (package / room).rglob("*.py")]
    rules, model = shipped_rules(), SHIPPED
    for folder, paths in ((package, code), (rules, rules.rglob("*.jsonl*")), (model, model.rglob("*"))):
        for path in sorted(path for path in paths if path.is_file()):
            state.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return state.hexdigest()


# On the workers -------------------------------------------------------------------------------------------------------


def _unchanged(sent: _Sent) -> _Sent:
    return sent


def _read(sent: _Sent, method: str, batch: list[Paper]) -> list[Any]:
    """Read papers; those of several threads one after the other, since they would wait for one another anyway."""
    with _loading:
        extractor = _loaded(sent)
    with _reading:
        return list(getattr(extractor, method)(batch))


@lru_cache(maxsize=1)
def _loaded(sent: _Sent) -> Extractor:
    """The extractor of this worker.

    Raises:
        KGError: it would not find what that of the client finds.
    """
    if sent.code != _code():
        from socket import gethostname

        problem = (
            f"has another papers-kg ({version('papers-kg')}) than the machine of the build, or other rules or plug-ins"
        )
        raise KGError(f"the worker on {gethostname()} {problem}; install the same one")
    folder = Path(tempfile.mkdtemp(prefix="kg-"))
    try:
        rules = [_written(folder / f"rules-{number}", files) for number, files in enumerate(sent.rules)]
        extractor = Extractor(rules, _written(folder / "model", sent.model) if sent.model is not None else None)
        _ = extractor.nlp
        return extractor
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _written(folder: Path, files: _Files) -> Path:
    folder.mkdir()
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
