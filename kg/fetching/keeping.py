"""A fetch from its first page to a file: what came is kept after each page, so that an ended fetch can go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import InputError, KGError
from kg.fetching.services import SERVICES, Query
from kg.jsonrecord import Record
from kg.text.files import path_text, writing

if TYPE_CHECKING:
    from kg.fetching.polite import Polite

_CLIENTS = ("arxiv", "pyalex", "requests")

Progress = Callable[[str, int, int], None]
"""Called with the name of the step, the number of papers that came, and the number of all."""


@dataclass(frozen=True, slots=True)
class Fetched(Record):
    """What a fetch wrote: the file, its papers, and how many of them came before it was taken up again."""

    file: str
    papers: int
    before: int


@dataclass(frozen=True, slots=True)
class _State:
    """How far a fetch is: what was asked, where the next page is, and the papers and bytes that are written."""

    query: str
    next: str
    papers: int = 0
    bytes: int = 0


def check(service: str, query: Query) -> None:
    """Check that a service can be asked, before anything is written.

    Raises:
        KGError: the query is not one that the service takes, or the clients are not installed.
    """
    SERVICES[service].first(query)
    if missing := [name for name in _CLIENTS if find_spec(name) is None]:
        problem = f"needs {missing[0]}, which is not installed; get it with: pip install 'papers-kg[fetch]'"
        raise KGError(f"asking {service} {problem}")


def fetch(
    service: str,
    query: Query,
    output: Path,
    *,
    address: str | None = None,
    polite: Polite | None = None,
    note: Callable[[str], None] = lambda line: None,
    progress: Progress = lambda step, done, total: None,
) -> Fetched:
    """Write the papers that a service finds to a file, one JSON object a line.

    Until it is complete the file is called ``OUTPUT.part``; ``OUTPUT.part.json`` says how far it is. The same call
    goes on from there.

    Args:
        service: one of :data:`~kg.fetching.services.SERVICES`.
        query: what is asked for.
        output: the file, which must not be there yet.
        address: of the service, if it is elsewhere.
        polite: carries the requests, at another pace than that of the service.
        note: called with one line for each retry.
        progress: called after each page.

    Raises:
        KGError: the clients are not installed, or the query cannot be asked, or the service refuses it.
        InputError: the output exists, or is the part of another query.
        FetchError: the service does not answer as expected; what came before is kept.
        OSError: the output cannot be written.
    """
    check(service, query)
    from kg.fetching.polite import FetchError, Polite

    known = SERVICES[service]
    polite = polite or Polite(known.pause, note)
    if output.exists():
        raise InputError(path_text(output), "is there already; give another name, or remove it to fetch anew")
    part, said = output.with_name(f"{output.name}.part"), output.with_name(f"{output.name}.part.json")
    state = _taken_up(part, said, _State(f"{service} {query.words} {query.since or ''}".rstrip(), known.first(query)))
    before = state.papers
    with part.open("r+b" if part.exists() else "w+b") as stream:
        stream.truncate(state.bytes)
        stream.seek(state.bytes)
        last = None
        for page in known.pages(query, state.next, polite, address and address.rstrip("/")) if state.next else ():
            if page.records and page.records == last:
                raise FetchError(f"{service}: gives the same {len(last):,} papers again and again")
            for record in page.records:
                stream.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
            stream.flush()
            last = page.records
            state = replace(state, next=page.next, papers=state.papers + len(page.records), bytes=stream.tell())
            _write(said, state)
            progress("fetching", state.papers, max(page.total or 0, state.papers))
    if state.next:
        raise FetchError(f"{service}: the answer ends before its last page; the same command goes on from here later")
    part.replace(output)
    said.unlink(missing_ok=True)
    return Fetched(path_text(output), state.papers, before)


def _taken_up(part: Path, said: Path, new: _State) -> _State:
    """The state of an earlier fetch that left a part of its answer, or that of a new one."""
    try:
        state = _State(**json.loads(said.read_text(encoding="utf-8")))
        if part.stat().st_size < state.bytes:
            raise ValueError
    except (OSError, TypeError, ValueError):
        return new
    if state.query != new.query:
        problem = "is a part of the answer to another query; give another name, or remove it"
        raise InputError(path_text(part), problem)
    return state


def _write(path: Path, state: _State) -> None:
    with writing(path) as stream:
        stream.write(json.dumps(asdict(state)).encode())
