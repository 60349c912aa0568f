"""A process that answers queries and can be ended: after a time, by Ctrl-C, and when a query brings it down.

The engine that answers queries cannot be interrupted, and deep nesting overflows its stack. In a process of its own
(:mod:`kg.graph.worker`) it is ended by the system, and the caller gets an error of one line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import weakref
from collections.abc import Sequence
from pathlib import Path
from threading import TIMEOUT_MAX, Lock, Timer
from typing import IO, Any

import pyoxigraph

from kg.ask.sparql import Answer, Request
from kg.errors import GraphError, KGError, QueryError
from kg.graph import worker
from kg.graph.worker import PREFIX_BYTES
from kg.text.files import LARGEST_ANSWER, answer_file

DEFAULT_TIMEOUT = 60.0
"""Seconds that a query may take."""

_MORE_TIME = "allow more with --timeout (timeout=), 0 for no limit"
_STACK_OVERFLOW = (-11, -6, -7, -10, 0xC00000FD)  # SIGSEGV, SIGABRT, SIGBUS (Linux, macOS), Windows' code


class QueryProcess:
    """Answers queries on a store, one at a time, in a process that is kept for the next query unless one ended it.

    Args:
        store: the folder of the store.
        largest: the maximum size of an answer in bytes.
    """

    def __init__(self, store: Path, largest: int = LARGEST_ANSWER) -> None:
        self.store = store
        self.largest = largest
        self._process: _Process | None = _Process(store)
        self._lock = Lock()

    def answer(
        self, request: Request, timeout: float = DEFAULT_TIMEOUT, profile: tuple[str, Sequence[object]] | None = None
    ) -> Answer:
        """Answer a query.

        Args:
            request: the query.
            timeout: seconds after which the query is ended; 0 for none.
            profile: the name of the profile that the query is for, and its queries
                (:func:`kg.profiles.construct_queries`).

        Raises:
            QueryError: the query is not valid, takes too long, needs too much memory or has too large an answer.
            GraphError: the store cannot be opened.
            KGError: the profile has a query that is not a CONSTRUCT query.
        """
        asked: dict[str, object] = {
            "query": request.sparql,
            "star": request.star,
            "prefixes": request.prefixes,
            "union": request.union,
            "constructs": profile[1] if profile else None,
        }
        content = answer_file()
        with self._lock:
            said = self._said(asked, content, timeout)
            if said is None:
                expired = self._process is not None and self._process.expired
                fate = why_ended(*self._end())
                problem = f"took longer than {timeout:g} seconds; {_MORE_TIME}" if expired else fate
                raise QueryError(f"{request.source}: {problem}")
        if "error" not in said:
            return request.answer(said, content)
        if said["error"] == "Profile" and profile:
            raise KGError(f"profile {profile[0]}, {said['message']}")
        raise request.failure(said["error"], said["message"])

    def _said(self, asked: dict[str, object], content: IO[bytes], timeout: float) -> dict[str, Any] | None:
        """Send a request and read the answer into ``content``; ``None`` if the process ended."""
        # After a fork, it is that of the other; and the time may have run out just after the last answer.
        if self._process is None or self._process.parent != os.getpid() or self._process.expired:
            self._process = _Process(self.store)
        try:
            return self._process.ask(asked, content, self.largest, timeout)
        except BaseException:  # an interrupt, or no space for the answer
            self._end()
            raise

    def _end(self) -> tuple[int, str]:
        """End the process; how it ended, and what it said on standard error."""
        process, self._process = self._process, None
        assert process is not None
        return process.end()


class _Process:
    """A process that was started."""

    def __init__(self, store: Path) -> None:
        packages = str(Path(pyoxigraph.__file__).parents[1])
        self._popen = subprocess.Popen(
            [sys.executable, "-I", "-S", worker.__file__, packages, str(store)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.parent = os.getpid()
        self.expired = False
        self._finalizer = weakref.finalize(self, _ended, self._popen, self.parent)
        assert self._popen.stdin and self._popen.stdout
        self._input, self._output = self._popen.stdin, self._popen.stdout
        self._store = store
        self._opened = False

    def _open(self) -> None:
        """Wait until the store is open."""
        opened = self._line()
        if opened:
            store = self._store
            self.end()
            if not store.exists():
                raise GraphError(f"{store.parents[1]}: the graph was built anew since it was opened; open it again")
            raise GraphError(f"{store.parent}: the graph cannot be opened ({opened['message']})")

    def ask(self, asked: dict[str, object], content: IO[bytes], largest: int, timeout: float) -> dict[str, Any] | None:
        if not self._opened:
            self._open()
            self._opened = True
        try:
            self._input.write(json.dumps(asked).encode() + b"\n")
            self._input.flush()
        except BrokenPipeError:
            return None
        timer = Timer(timeout or TIMEOUT_MAX, self._expire)
        timer.daemon = True
        timer.start()
        try:
            return self._answer(content, largest)
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self.expired = True
        self._popen.kill()

    def _answer(self, content: IO[bytes], largest: int) -> dict[str, Any] | None:
        written = 0
        while size := int.from_bytes(head := self._output.read(PREFIX_BYTES)):
            written += content.write(self._output.read(size))
            if written > largest:
                raise QueryError(f"the answer is larger than {largest / 2**30:g} GiB; ask for less, or use `kg export`")
        return self._line() if len(head) == PREFIX_BYTES else None

    def _line(self) -> dict[str, Any] | None:
        line = self._output.readline()
        return json.loads(line) if line.endswith(b"\n") else None

    def end(self) -> tuple[int, str]:
        self._finalizer.detach()
        return _ended(self._popen, self.parent)


def _ended(process: subprocess.Popen[bytes], parent: int) -> tuple[int, str]:
    if parent != os.getpid():
        return 0, ""
    process.kill()
    _, errors = process.communicate()
    return process.returncode, errors.decode(errors="replace")


def why_ended(code: int, errors: str) -> str:
    """Why a process gave no answer."""
    if "memory allocation" in errors or "bad_alloc" in errors or code == -9:  # SIGKILL
        return "needs more memory than there is for queries"
    if code in _STACK_OVERFLOW:
        return "is nested too deeply, or too long, for the SPARQL engine"
    return f"ended the SPARQL engine (exit code {code})"
