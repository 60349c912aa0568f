"""Processes that answer SPARQL queries, several at a time, each of which can be ended.

The engine cannot be interrupted: what frees the machine of a query is the end of the process that runs it
(:mod:`kg.graph.worker`). A query gets a process to itself, so that ending one ends no other.

Quick queries do not wait for slow ones. Each begins in one of the quick lanes, of which there are about as many as
CPUs. After :data:`PATIENCE` seconds, or sooner while others wait, it moves over to a slow lane, where it has a lower
priority; if all of these are taken it is paused, and ended when none gets free soon.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import pyoxigraph

from kg.ask.process import why_ended
from kg.graph import worker
from kg.graph.worker import PREFIX_BYTES

PATIENCE = 1.0  # seconds after which a query counts as a slow one
_SHORT = 0.2  # the same while others wait to begin
_LONG = 2.0  # seconds after which it gets a lower priority
_QUEUE = 30.0  # seconds that a query waits to begin
_PAUSE = 10.0  # seconds that a slow one waits for a slow lane
_LONGEST_ERROR = 2**16  # bytes of what a process writes to standard error
_NICE = 5  # how much lower the priority of slow queries is: they get a third of the time of a quick one
_NO_SLOW_LANE = "the query takes long, and was ended because as many long ones run as can; try again later"
_NOT_BEGUN = f"the query waited {_QUEUE:g} seconds to begin, because the server is busy; try again later"
_TOO_MANY = "the server has more queries waiting than it can answer; try again later"
CLOSING = "the server is ending"


class RefusedError(Exception):
    """A query that was not answered.

    Args:
        reason: why, in one line.
        status: the status of HTTP that says so.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Sink(Protocol):
    """What takes an answer, piece by piece."""

    def write(self, data: bytes, /) -> object:
        """Take a piece."""


class GoneError(Exception):
    """The store was removed before a process opened it, because a build replaced it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What queries may take.

    Args:
        timeout: seconds from its start after which a query is ended.
        largest: bytes of an answer.
        memory: bytes of memory of one query.
        quick: how many queries run at a time in the quick lanes.
        slow: how many more run in the slow lanes.
        waiting: how many wait to begin.
    """

    timeout: float = 60
    largest: int = 2**26
    memory: int = 2**30
    quick: int = 0
    slow: int = 0
    waiting: int = 1000

    def fitted(self) -> Limits:
        """With as many lanes as this machine has CPUs and memory for, where no number was given."""
        cpus = os.cpu_count() or 2
        quick = self.quick or min(max(cpus + 1, 2), 16)
        room = _memory() // 2 // self.memory - quick
        return Limits(
            self.timeout, self.largest, self.memory, quick, self.slow or min(max(room, 2), 8, 4 * cpus), self.waiting
        )


def _memory() -> int:
    """Bytes of memory of this machine; an assumption where the system does not say."""
    if os.name != "posix":
        return 2**33
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


class Lanes:
    """The lanes of a server; they stay when a build replaces the graph."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.quick = asyncio.Semaphore(limits.quick)
        self.slow = asyncio.Semaphore(limits.slow)
        self.waiting = 0
        self.paused = 0

    async def enter(self) -> None:
        """Wait for a quick lane."""
        if not self.quick.locked():
            await self.quick.acquire()
            return
        if self.waiting >= self.limits.waiting:
            raise RefusedError(503, _TOO_MANY)
        self.waiting += 1
        try:
            async with asyncio.timeout(_QUEUE):
                await self.quick.acquire()
        except TimeoutError:
            raise RefusedError(504, _NOT_BEGUN) from None
        finally:
            self.waiting -= 1

    async def enter_slow(self) -> None:
        """Wait for a slow lane."""
        if self.slow.locked() and self.paused >= self.limits.slow:
            raise RefusedError(504, _NO_SLOW_LANE)
        self.paused += 1
        try:
            async with asyncio.timeout(_PAUSE):
                await self.slow.acquire()
        except TimeoutError:
            raise RefusedError(504, _NO_SLOW_LANE) from None
        finally:
            self.paused -= 1


class Pool:
    """The processes that have one store open.

    Args:
        store: the folder of the store.
        lanes: what limits how many run.
        common: what all requests have in common.
    """

    def __init__(self, store: Path, lanes: Lanes, common: Mapping[str, Any] | None = None) -> None:
        self.store = store
        self.lanes = lanes
        self.common = common or {}
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._ending: set[asyncio.Future[None]] = set()
        self._retired = self._closed = False

    @property
    def processes(self) -> int:
        """How many processes there are."""
        return len(self._all)

    async def warm(self) -> None:
        """Start the processes of the quick lanes, so that the first queries need not wait for them."""
        started = [self._made() for _ in range(self.lanes.limits.quick)]
        self._all.update(started)
        with suppress(GoneError, RefusedError):
            await asyncio.gather(*(process.start() for process in started))
            self._idle += started

    async def answer(
        self, request: Mapping[str, Any], content: Sink, gone: Callable[[], Coroutine[Any, Any, None]]
    ) -> dict[str, Any]:
        """Answer a request as :func:`kg.graph.worker.written` does, in one of the processes.

        Args:
            request: the query.
            content: takes the answer.
            gone: returns when nobody waits for the answer any more.

        Raises:
            RefusedError: it is not answered; says why.
            GoneError: the store is there no more; nothing was written to ``content``.
        """
        await self.lanes.enter()
        run = _Run(self.lanes)
        process = None
        try:
            if self._closed:
                raise RefusedError(503, CLOSING)
            process = self._idle.pop() if self._idle else await self._started()
            process.ask(request, content)
            said = await run.watched(process, gone)
        except BaseException:  # refused, or the client has gone
            if process:
                self._end(process)
            raise
        finally:
            run.leave()
        if process.slowed or self._retired:
            self._end(process)
        else:
            self._idle.append(process)
        return said

    async def _started(self) -> _Worker:
        process = self._made()
        self._all.add(process)
        try:
            await process.start()
        except BaseException:
            self._end(process)
            raise
        return process

    def _made(self) -> _Worker:
        return _Worker(self.store, str(self.lanes.limits.memory), json.dumps(self.common))

    def _end(self, process: _Worker) -> None:
        process.end()
        self._all.discard(process)
        ending = asyncio.ensure_future(process.ended())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    def retire(self) -> None:
        """End the processes that are idle now, and the others when they have answered."""
        self._retired = True
        while self._idle:
            self._end(self._idle.pop())

    async def close(self) -> None:
        """End all processes now, refuse what they were asked, and wait until they have ended."""
        self._retired = self._closed = True
        for process in list(self._all):
            process.refuse(RefusedError(503, CLOSING))
            self._end(process)
        await asyncio.gather(*self._ending)


class _Run:
    """One query on its way through the lanes."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self.lane: asyncio.Semaphore | None = lanes.quick

    def leave(self) -> None:
        """Leave the lane to others."""
        if self.lane:
            self.lane.release()
            self.lane = None

    async def watched(self, process: _Worker, gone: Callable[[], Coroutine[Any, Any, None]]) -> dict[str, Any]:
        """Wait for an answer: for some time in the quick lane, for the rest of its time in a slow one."""
        limits = self.lanes.limits
        left = None
        try:
            began = time.monotonic()
            await process.wait(min(_SHORT, limits.timeout))
            if not process.done and not self.lanes.waiting:
                await process.wait(min(PATIENCE, limits.timeout) - _SHORT)
            for until in (_LONG, limits.timeout):
                if process.done or (left and left.done()) or time.monotonic() - began >= limits.timeout:
                    break
                if left is None:
                    left = asyncio.ensure_future(gone())
                    left.add_done_callback(lambda _: process.nudge())
                    await self._change_lane(process)
                else:
                    process.slow_down()
                if not left.done():
                    await process.wait(min(until, limits.timeout) - (time.monotonic() - began))
            if process.done:
                return process.said()
            if left and left.done():
                raise RefusedError(499, "the client did not wait for the answer")
            raise RefusedError(504, f"the query took longer than {limits.timeout:g} seconds and was ended")
        finally:
            if left:
                left.cancel()

    async def _change_lane(self, process: _Worker) -> None:
        self.leave()
        if self.lanes.slow.locked():
            process.pause()
        await self.lanes.enter_slow()
        self.lane = self.lanes.slow
        process.go_on()


class _Worker(asyncio.SubprocessProtocol):
    """A process of :mod:`kg.graph.worker`, which answers one request at a time."""

    def __init__(self, store: Path, *options: str) -> None:
        self.store = store
        self.options = options
        self.slowed = False
        self.done = True
        self._transport: asyncio.SubprocessTransport | None = None
        self._unread = bytearray()
        self._errors = b""
        self._content: Sink | None = None  # takes pieces, until a piece without length ends them
        self._said: dict[str, Any] | OSError | RefusedError | None = None  # what follows; None if the process ended
        self._waiting: asyncio.Future[None] | None = None
        self._ended = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        packages = str(Path(pyoxigraph.__file__).parents[1])
        command = (sys.executable, "-I", "-S", worker.__file__, packages, str(self.store), *self.options)
        self.done = False
        self._transport, _ = await asyncio.get_running_loop().subprocess_exec(lambda: self, *command)
        output = cast("asyncio.ReadTransport", self._transport.get_pipe_transport(1))
        output.set_protocol(_Output(self._take, output.get_protocol()))
        await self.wait(math.inf)
        if self._said != {}:
            if isinstance(self._said, RefusedError):
                raise self._said
            if not self.store.exists():
                raise GoneError
            raise RefusedError(500, "the graph cannot be opened")

    def ask(self, request: Mapping[str, Any], content: Sink) -> None:
        """Send a request; :meth:`wait` waits for the answer, whose content is written to ``content``."""
        self._said, self._content = None, content
        self.done = self._ended.done()
        query = request["query"].encode()
        others = {name: value for name, value in request.items() if name != "query"}
        self._pipe.write(json.dumps(others | {"size": len(query)}).encode() + b"\n" + query)

    async def wait(self, seconds: float) -> None:
        """Wait for an answer, for so many seconds, or until nudged."""
        if self.done:
            return
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        timer = None if seconds == math.inf else loop.call_later(seconds, self.nudge)
        try:
            await self._waiting
        finally:
            if timer:
                timer.cancel()

    def nudge(self) -> None:
        """Let who waits look what has happened."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    def said(self) -> dict[str, Any]:
        """What the process said when it was done.

        Raises:
            RefusedError: it ended instead, or was ended by :meth:`refuse`.
            OSError: there was no space for the answer.
        """
        if self._said is None:
            code = self._transport.get_returncode() if self._transport else None
            raise RefusedError(422, f"the query {why_ended(code or 0, self._errors.decode(errors='replace'))}")
        if isinstance(self._said, OSError | RefusedError):
            raise self._said
        return self._said

    @property
    def _pipe(self) -> Any:
        assert self._transport
        return self._transport.get_pipe_transport(0)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 2:
            self._errors = (self._errors + data)[-_LONGEST_ERROR:]
        else:
            self._take(data)

    def _take(self, data: bytes) -> None:
        """Take some of standard output."""
        if not self.done:
            self._unread += data
            try:
                self._read()
            except OSError as error:
                self._end_wait(error)

    def _read(self) -> None:
        """Take what has arrived in full."""
        unread = self._unread
        while self._content:
            end = PREFIX_BYTES + int.from_bytes(unread[:PREFIX_BYTES])
            if len(unread) < end:
                return
            if end == PREFIX_BYTES:
                self._content = None
            else:
                self._content.write(bytes(unread[PREFIX_BYTES:end]))
            del unread[:end]
        if unread.endswith(b"\n"):
            said = json.loads(unread)
            unread.clear()
            self._end_wait(said)

    def refuse(self, problem: RefusedError) -> None:
        """Let who waits for an answer hear why there will be none."""
        self._end_wait(problem)

    def _end_wait(self, said: dict[str, Any] | OSError | RefusedError | None) -> None:
        self.done, self._said, self._content = True, said, None
        self.nudge()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended.set_result(None)
        if not self.done:
            self._end_wait(None)

    def pause(self) -> None:
        self._signal("SIGSTOP")

    def go_on(self) -> None:
        self._signal("SIGCONT")

    def slow_down(self) -> None:
        """Go on at a low priority, which only the administrator could take back: the process is not used again."""
        self.slowed = True
        if self._transport and hasattr(os, "setpriority"):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._transport.get_pid(), _NICE)

    def _signal(self, name: str) -> None:
        if self._transport and hasattr(signal, name):  # Windows has neither
            with suppress(ProcessLookupError):
                self._transport.send_signal(getattr(signal, name))

    def end(self) -> None:
        self.done = True  # what it still writes is not taken
        if self._transport:
            self._transport.close()

    async def ended(self) -> None:
        if self._transport:
            await self._ended


class _Output(asyncio.Protocol):
    """Standard output of a process, which is taken in the turn of the event loop that reads it, not in the next one.

    Args:
        take: is given what is read.
        former: the protocol in whose place this one is, which hears of the end.
    """

    def __init__(self, take: Callable[[bytes], None], former: asyncio.BaseProtocol) -> None:
        self.data_received = take  # type: ignore[method-assign, assignment]
        self.connection_lost = former.connection_lost  # type: ignore[method-assign]
