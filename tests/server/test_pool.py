"""Processes that answer queries and are ended."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kg.graph.store import existing
from kg.server import pool as module
from kg.server.pool import GoneError, Lanes, Limits, Pool, RefusedError

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
LIMITS = Limits(timeout=0.3, quick=1, slow=1)


async def never() -> None:
    await asyncio.Event().wait()


def asked(query: str, **others: Any) -> dict[str, Any]:
    request = {"query": query, "prefixes": {}, "base": "http://e/", "union": True, "largest": 10**6}
    return request | {"default_graphs": None, "named_graphs": None, "formats": {"rows": "srj", "graph": "nt"}} | others


async def answer(pool: Pool, query: str, gone: Callable[[], Coroutine[Any, Any, None]] = never, **others: Any) -> Any:
    content = io.BytesIO()
    said = await pool.answer(asked(query, **others), content, gone)
    return json.loads(content.getvalue()) if "kind" in said else said


@asynccontextmanager
async def opened(folder: Path, limits: Limits = LIMITS) -> AsyncIterator[Pool]:
    pool = Pool(existing(folder).folder / "store", Lanes(limits))
    try:
        yield pool
    finally:
        await pool.close()


@pytest.mark.slow
def test_what_takes_too_long_is_ended_and_the_next_query_answered(small_folder: Path) -> None:
    async def use() -> None:
        async with opened(small_folder) as pool:
            with pytest.raises(RefusedError, match=r"longer than 0.3 seconds") as refused:
                await answer(pool, ENDLESS)
            assert refused.value.status == 504
            assert pool.processes == 0
            assert (await answer(pool, "ASK { ?s ?p ?o }"))["boolean"] is True
            assert (await answer(pool, "ASK {}"))["boolean"] is True
            assert pool.processes == 1

    asyncio.run(use())


@pytest.mark.slow
def test_quick_queries_do_not_wait_for_slow_ones(small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    monkeypatch.setattr(module, "_PAUSE", 0.05)

    async def use() -> None:
        async with opened(small_folder, replace(LIMITS, timeout=30)) as pool:
            slow = asyncio.ensure_future(answer(pool, ENDLESS))
            await asyncio.sleep(0.2)
            assert (await answer(pool, "ASK {}"))["boolean"] is True
            with pytest.raises(RefusedError, match=r"as many long ones run as can") as refused:
                await answer(pool, ENDLESS)
            assert refused.value.status == 504
            assert not slow.done()
            slow.cancel()
            await asyncio.wait((slow,))
            assert pool.lanes.slow.locked() is False
            assert (await answer(pool, "ASK {}"))["boolean"] is True

    asyncio.run(use())


@pytest.mark.slow
def test_a_query_ends_when_nobody_waits_for_it(small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)

    async def use() -> None:
        async with opened(small_folder, replace(LIMITS, timeout=30)) as pool:
            with pytest.raises(RefusedError, match=r"did not wait"):
                await answer(pool, ENDLESS, gone=lambda: asyncio.sleep(0.05))
            assert pool.processes == 0

    asyncio.run(use())


@pytest.mark.slow
def test_only_so_many_wait(small_folder: Path) -> None:
    async def use() -> None:
        async with opened(small_folder, replace(LIMITS, waiting=1)) as pool:
            running = [asyncio.ensure_future(answer(pool, ENDLESS)) for _ in range(3)]
            results = await asyncio.gather(*running, return_exceptions=True)
            assert sorted(error.status for error in results if isinstance(error, RefusedError)) == [503, 504, 504]

    asyncio.run(use())


DEEP = "ASK {" + "{" * 30_000 + "}" * 30_001
EIGHTFOLD = "".join(f"BIND(CONCAT({', '.join([f'?x{number}'] * 8)}) AS ?x{number + 1}) " for number in range(9))
LARGE = f"SELECT (STRLEN(?x9) AS ?n) {{ BIND('sixteen letters ' AS ?x0) {EIGHTFOLD} }}"


@pytest.mark.slow
@pytest.mark.parametrize(("query", "reason"), [(DEEP, "nested too deeply"), (LARGE, "more memory")])
def test_what_brings_a_process_down_brings_no_other_down(small_folder: Path, query: str, reason: str) -> None:
    async def use() -> None:
        async with opened(small_folder, replace(LIMITS, timeout=60, memory=2**28)) as pool:
            with pytest.raises(RefusedError, match=reason) as refused:
                await answer(pool, query)
            assert refused.value.status == 422
            assert (await answer(pool, "ASK {}"))["boolean"] is True

    asyncio.run(use())


@pytest.mark.slow
def test_answers_are_limited_and_in_a_format_that_is_taken(small_folder: Path) -> None:
    async def use() -> None:
        async with opened(small_folder) as pool:
            assert (await answer(pool, "SELECT * { ?s ?p ?o }", largest=100))["error"] == "TooLarge"
            refused = await answer(pool, "CONSTRUCT WHERE { ?s ?p ?o }", formats={"rows": "srj"})
            assert refused == {"error": "NotAcceptable", "message": "graph"}

    asyncio.run(use())


@pytest.mark.slow
def test_a_store_that_a_build_removed_is_said_to_be_gone(small_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small_folder, tmp_path / "copy"))

    async def use() -> None:
        async with opened(folder) as pool:
            await pool.warm()
            shutil.rmtree(pool.store)
            assert (await answer(pool, "ASK { ?s ?p ?o }"))["boolean"] is True  # what is open stays readable
            pool.retire()
            assert pool.processes == 0
            with pytest.raises(GoneError):
                await answer(pool, "ASK {}")

    asyncio.run(use())


@pytest.mark.slow
@pytest.mark.parametrize("short", [0.05, 30])  # the second query is paused, or waits to begin
def test_a_pool_that_closes_refuses_what_runs_what_waits_and_what_comes(
    small_folder: Path, monkeypatch: pytest.MonkeyPatch, short: float
) -> None:
    monkeypatch.setattr(module, "_SHORT", short)

    async def use() -> None:
        async with opened(small_folder, replace(LIMITS, timeout=30)) as pool:
            asking = [asyncio.ensure_future(answer(pool, ENDLESS)) for _ in range(2)]
            await asyncio.sleep(0.5)
            await pool.close()
            asking.append(asyncio.ensure_future(answer(pool, "ASK {}")))
            refused = await asyncio.gather(*asking, return_exceptions=True)
            assert [str(error) for error in refused] == ["the server is ending"] * 3
            assert {error.status for error in refused if isinstance(error, RefusedError)} == {503}
            assert pool.processes == 0

    asyncio.run(use())


def test_the_lanes_fit_the_machine() -> None:
    fitted = Limits().fitted()
    assert fitted.quick >= 2
    assert 2 <= fitted.slow <= 8
    assert Limits(quick=1, slow=1).fitted() == Limits(quick=1, slow=1)
