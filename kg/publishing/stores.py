"""A graph put into a store on a server, by the SPARQL 1.1 Graph Store HTTP Protocol (W3C Recommendation, 2013).

Each named graph replaces the one of its name (PUT), so that to send one again does no harm, and graphs that are gone
are deleted. What was sent to which address is kept in the graph folder::

    output/published/localhost-7878-store-d2b3ad34.sqlite

A publish that ends early goes on from there, and the next one sends what changed. Nothing else in the store is touched.
"""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from queue import SimpleQueue
from tempfile import SpooledTemporaryFile
from threading import Event
from typing import IO, TYPE_CHECKING, NoReturn, cast
from urllib.parse import quote

import pyoxigraph as ox

from kg.errors import GraphError
from kg.graph.provenance import provenance_graphs
from kg.graph.store import opened, reading
from kg.jsonrecord import Record
from kg.remote.connection import Connection, RemoteError, Reply, checked_url
from kg.text.files import GENERATION_MANIFEST, PUBLISHED
from kg.text.names import one_line, slug
from kg.vocabulary import entities_graph

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_PIECE = 8_000_000  # bytes of a request; what is left of a larger graph is added by further ones (POST)
_SMALLEST = 64_000  # bytes; a store that refuses even these refuses the graph
_IN_MEMORY = 2 * _PIECE  # bytes of a graph; of a larger one the rest is in a temporary file
# Of the formats that the protocol names, N-Triples is a part of this one.
_TURTLE = {"Content-Type": "text/turtle; charset=utf-8"}
_DONE = (200, 201, 202, 204)
_WHERE = "is it that of the Graph Store Protocol (Oxigraph: /store, Fuseki: /DATASET/data)?"
_MEANINGS = {
    400: "does not take a graph",
    401: "asks who you are; give --user and the environment variable KG_PASSWORD, or KG_TOKEN",
    403: "does not let you write",
    404: f"nothing is at this address; {_WHERE}",
    405: f"takes no graphs at this address; {_WHERE}",
    409: "does not take a graph",
    413: "refuses a request as too large",
    415: "takes no Turtle",
    501: f"takes no graphs at this address; {_WHERE}",
    507: "has no space left",
}

Progress = Callable[[int, int], None]
"""Called with the number of graphs that are done and that of all."""


@dataclass(frozen=True, slots=True)
class Published(Record):
    """What a publish did.

    Of the ``graphs`` in the store now, ``sent`` were sent by this publish and ``unchanged`` were there before;
    ``removed`` are gone. ``bytes`` counts those of the statements that were sent, ``seconds`` is wall time.
    """

    graphs: int
    sent: int
    unchanged: int
    removed: int
    bytes: int
    seconds: float


def publish_graph(
    folder: Path,
    url: str,
    *,
    authorization: str | None = None,
    provenance: bool = False,
    again: bool = False,
    connections: int = 2,
    connect: Callable[..., Connection] = Connection,
    note: Callable[[str], None] = lambda line: None,
    progress: Progress = lambda done, total: None,
) -> Published:
    """Put the graph of a folder into a store, graph by graph.

    Memory holds a few graphs at a time, of large ones a part.

    Args:
        folder: the graph folder.
        url: where the store speaks the Graph Store HTTP Protocol, with the names of graphs as parameters.
        authorization: the header that says who asks (:func:`kg.remote.connection.authorization`).
        provenance: also send the graph of the runs, which differs from build to build.
        again: send all graphs, also those that were sent before.
        connections: how many graphs are on their way at a time.
        connect: opens a connection.
        note: called with a line for each request that is sent again, and if the store has lost what was sent.
        progress: called as graphs are done.

    Raises:
        GraphError: there is no graph in the folder, it is damaged, or another publish to this address is running.
        RemoteError: the server cannot be reached, is no such store, or refuses a graph.
    """
    clock = time.monotonic()
    url = checked_url(url)
    generation, settings, reader = opened(folder)
    with reading(folder), _kept(folder, url) as sent, ExitStack() as stack:
        store = reader.store
        left_out = frozenset() if provenance else frozenset(provenance_graphs(store))
        stopped = Event()
        say = _once(note)
        target = _Target(
            [connect(url, authorization=authorization, note=say, wait=stopped.wait) for _ in range(connections)]
        )
        target.check(entities_graph(settings.base))
        if again or any(target.holds(name) is False for name in sent.some()):
            if not again:
                note(f"{url}: has lost what was sent before; all of it is sent again")
            sent.forget()
        state = _state(generation.folder / GENERATION_MANIFEST, provenance)
        if state and sent.complete == state:
            return Published(sent.count(), 0, sent.count(), 0, 0, time.monotonic() - clock)
        total = sent.begin(graph.value for graph in _graphs(store, left_out))
        pool = stack.enter_context(ThreadPoolExecutor(connections))
        stack.callback(pool.shutdown, cancel_futures=True)
        stack.callback(target.give_up)
        stack.callback(stopped.set)
        new = size = removed = 0
        first = ""
        graphs = _graphs(store, left_out)
        for done, (name, length) in enumerate(_updated(store, graphs, target, sent, pool, 2 * connections), start=1):
            if length is not None:
                first, new, size = first or name, new + 1, size + length
            progress(done, total)
        for name in sent.gone():
            target.delete(name)
            sent.remove(name)
            removed += 1
        if first and target.losses and target.holds(first) is False:
            sent.forget()
            raise RemoteError(
                f"{url}: has lost what it was sent before it ended in between (does it keep it in memory alone?); "
                "the same command sends everything again"
            )
        sent.finish(state)
    return Published(total, new, total - new, removed, size, time.monotonic() - clock)


def _updated(
    store: ox.Store, graphs: Iterable[ox.NamedNode], target: _Target, sent: _Sent, pool: Executor, ahead: int
) -> Iterator[tuple[str, int | None]]:
    """Send the graphs that the target does not have as they are now.

    Args:
        ahead: how many may wait to be sent.

    Yields:
        The name of each graph when the target has it, and the bytes that were sent, ``None`` where it had it before.
    """
    pending: deque[tuple[str, bytes, Future[int]]] = deque()

    def confirmed(most: int) -> Iterator[tuple[str, int]]:
        while len(pending) > most:
            name, digest, future = pending.popleft()
            length = future.result()
            sent.add(name, digest)
            yield name, length

    for graph in graphs:
        lines, digest = _dumped(store, graph)
        if sent.has(graph.value, digest):
            yield graph.value, None
        else:
            sent.doubt(graph.value)
            pending.append((graph.value, digest, pool.submit(target.put, graph.value, lines)))
            yield from confirmed(ahead)
    yield from confirmed(0)


def _graphs(store: ox.Store, left_out: Container[object]) -> Iterator[ox.NamedNode]:
    """The named graphs of a store without some."""
    return (graph for graph in store.named_graphs() if isinstance(graph, ox.NamedNode) and graph not in left_out)


def _once(note: Callable[[str], None]) -> Callable[[str], None]:
    """What notes a line, unless it was the last one: several connections are lost at the same time."""
    last = ""

    def noted(line: str) -> None:
        nonlocal last
        if last != line:
            last = line
            note(line)

    return noted


def _state(manifest: Path, provenance: bool) -> str:
    """What tells one state of a graph folder from another; "" for a folder that has no manifest."""
    try:
        return f"{blake2b(manifest.read_bytes(), digest_size=16).hexdigest()}{'+' * provenance}"
    except OSError:
        return ""


def _dumped(store: ox.Store, graph: ox.NamedNode) -> tuple[IO[bytes], bytes]:
    """The statements of a named graph as N-Triples, and their digest."""
    lines = _Digested(_IN_MEMORY)
    store.dump(cast("IO[bytes]", lines), ox.RdfFormat.N_TRIPLES, from_graph=graph)
    lines.seek(0)
    return cast("IO[bytes]", lines), lines.state.digest()


class _Digested(SpooledTemporaryFile[bytes]):
    """A temporary file, with a digest of all that is written to it."""

    def __init__(self, in_memory: int) -> None:
        super().__init__(in_memory)
        self.state = blake2b(digest_size=16)

    def write(self, data: ReadableBuffer) -> int:
        self.state.update(data)
        return super().write(bytes(data))


class _Target:
    """The store that a graph is published to."""

    def __init__(self, connections: list[Connection]) -> None:
        self.url = connections[0].url
        self._connections = connections
        self._free: SimpleQueue[Connection] = SimpleQueue()
        for connection in connections:
            self._free.put(connection)
        self._largest = _PIECE

    @property
    def losses(self) -> int:
        """How often a connection was lost."""
        return sum(connection.losses for connection in self._connections)

    def give_up(self) -> None:
        """Send nothing again."""
        for connection in self._connections:
            connection.give_up()

    def check(self, name: str) -> None:
        """Ask for a graph on each connection, so that what is wrong with the address is said at once.

        Raises:
            RemoteError: the server cannot be reached, or does not let us in.
        """
        for _ in self._connections:
            reply = self._ask("HEAD", name)
            if reply.status in (401, 403) or 300 <= reply.status < 400:
                self._refuse(reply)

    def holds(self, name: str) -> bool | None:
        """Whether the store has a named graph; ``None`` if it does not say."""
        status = self._ask("HEAD", name).status
        return {200: True, 204: True, 404: False}.get(status)

    def put(self, name: str, lines: IO[bytes]) -> int:
        """Replace a named graph; returns the bytes that were sent.

        Raises:
            RemoteError: the store does not take it.
        """
        with lines:
            while True:
                limit = self._largest
                size, reply = self._put(name, lines, limit)
                if reply.status == 413 and limit > _SMALLEST:  # a proxy before the store may take much less than it
                    self._largest = min(self._largest, max(limit // 2, _SMALLEST))
                    continue
                if reply.status not in _DONE or reply.is_page:
                    self._refuse(reply)
                return size

    def _put(self, name: str, lines: IO[bytes], limit: int) -> tuple[int, Reply]:
        lines.seek(0)
        size, method = 0, "PUT"
        while True:
            piece = lines.read(limit)
            if len(piece) == limit:
                piece += lines.readline()
            reply = self._ask(method, name, piece)
            size += len(piece)
            if reply.status not in _DONE or len(piece) < limit:
                return size, reply
            method = "POST"

    def delete(self, name: str) -> None:
        """Delete a named graph, if it is there.

        Raises:
            RemoteError: the store does not delete it.
        """
        reply = self._ask("DELETE", name)
        if reply.status not in (*_DONE, 404, 410):
            self._refuse(reply)

    def _ask(self, method: str, name: str, body: bytes | None = None) -> Reply:
        connection = self._free.get()
        try:
            headers = _TURTLE if body is not None else {"Accept": "text/turtle"}
            return connection.ask(method, body, headers, query=f"graph={quote(name, safe='')}")
        finally:
            self._free.put(connection)

    def _refuse(self, reply: Reply) -> NoReturn:
        if 300 <= reply.status < 400:
            meaning = f"leads to another address; give that one: {reply.location[:300]}"
        elif reply.status in _DONE:
            meaning = f"answers with a web page; {_WHERE}"
        else:
            meaning = _MEANINGS.get(reply.status, "does not take a graph")
        detail = f": {reply.detail}" if reply.detail and reply.status not in (401, 404, 405) else ""
        raise RemoteError(f"{self.url}: {meaning} (HTTP {reply.status} {reply.reason}){detail}")


class _Sent:
    """What a store was sent: a digest for each named graph.

    Args:
        connection: to the database, which no one else writes.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute
        self._number = 0

    @property
    def complete(self) -> str:
        """The state of the graph folder whose publish was the last to be completed, unless one began since."""
        return next((text for (text,) in self._run("SELECT complete FROM about")), "")

    def some(self) -> list[str]:
        """The names of a few graphs that the store has."""
        return [name for (name,) in self._run("SELECT name FROM graph WHERE digest IS NOT NULL LIMIT 3")]

    def count(self) -> int:
        """The number of graphs."""
        ((count,),) = self._run("SELECT count(*) FROM graph")
        return int(count)

    def begin(self, names: Iterable[str]) -> int:
        """Begin a publish of some graphs: all others that the store may have are gone; returns their number."""
        self._run("BEGIN")
        self._run("UPDATE about SET run = run + 1, complete = ''")
        ((self._number,),) = self._run("SELECT run FROM about")
        for name in names:
            self._run(
                "INSERT INTO graph VALUES (?, NULL, ?) ON CONFLICT DO UPDATE SET run = excluded.run",
                (name, self._number),
            )
        self._run("COMMIT")
        ((count,),) = self._run("SELECT count(*) FROM graph WHERE run = ?", (self._number,))
        return int(count)

    def has(self, name: str, digest: bytes) -> bool:
        """Whether the store has a graph as it is now."""
        return bool([*self._run("SELECT 1 FROM graph WHERE name = ? AND digest = ?", (name, digest))])

    def doubt(self, name: str) -> None:
        """Write down that what the store has of a graph is not known, since it is being sent."""
        self._run("UPDATE graph SET digest = NULL WHERE name = ? AND digest IS NOT NULL", (name,))

    def add(self, name: str, digest: bytes) -> None:
        """Write down that the store has a graph."""
        self._run("UPDATE graph SET digest = ? WHERE name = ?", (digest, name))

    def gone(self) -> list[str]:
        """The graphs that the store may have and this publish does not."""
        return [name for (name,) in self._run("SELECT name FROM graph WHERE run != ?", (self._number,))]

    def remove(self, name: str) -> None:
        """Write down that the store has a graph no more."""
        self._run("DELETE FROM graph WHERE name = ?", (name,))

    def forget(self) -> None:
        """Write down that it is not known what the store has of any graph."""
        self._run("UPDATE graph SET digest = NULL")
        self._run("UPDATE about SET complete = ''")

    def finish(self, state: str) -> None:
        """Write down that all of a state of the graph folder was sent."""
        self._run("UPDATE about SET complete = ?", (state,))


@contextmanager
def _kept(folder: Path, url: str) -> Iterator[_Sent]:
    """What was sent to an address, which is written down however the block ends.

    Raises:
        GraphError: another publish to this address is running, or the file cannot be written.
    """
    digest = blake2b(url.encode(), digest_size=4).hexdigest()
    path = folder / PUBLISHED / f"{slug(url.partition('://')[2], 40)}-{digest}.sqlite"
    path.parent.mkdir(exist_ok=True)
    try:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # until the end
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")  # what a power cut takes of it is sent again
            connection.execute(
                "CREATE TABLE IF NOT EXISTS graph (name TEXT PRIMARY KEY, digest BLOB, run INTEGER) WITHOUT ROWID"
            )
            connection.execute("CREATE TABLE IF NOT EXISTS about (url TEXT, run INTEGER, complete TEXT)")
            connection.execute("INSERT INTO about SELECT ?, 0, '' WHERE NOT EXISTS (SELECT * FROM about)", (url,))
            yield _Sent(connection)
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise GraphError(f"{folder}: is being published to {url} already") from None
        raise GraphError(f"{path}: cannot be written ({one_line(str(error))})") from None
    except sqlite3.DatabaseError as error:
        raise GraphError(f"{path}: is damaged ({one_line(str(error))}); remove it to send everything again") from None
