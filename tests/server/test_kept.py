"""What is kept for later requests."""

from __future__ import annotations

import tracemalloc

import pytest

from kg.server.kept import Kept, Made


def made(size: int) -> Made:
    return Made(b"x" * size, "text/plain")


def test_what_was_asked_for_last_stays() -> None:
    kept = Kept(all_bytes=30_000, one=9_000)
    for name in "abc":
        kept.keep(name, made(9_000))
    assert kept.get("a") == made(9_000)
    kept.keep("d", made(5_000))
    assert [kept.get(name) is not None for name in "abcd"] == [True, False, True, True]


def test_what_is_large_is_not_kept_and_what_is_kept_again_counts_once() -> None:
    kept = Kept(all_bytes=20_000, one=9_000)
    kept.keep("large", made(9_001))
    for _ in range(5):
        kept.keep("a", made(9_000))
    kept.keep("b", made(9_000))
    assert [kept.get(name) is not None for name in ("large", "a", "b")] == [False, True, True]


@pytest.mark.parametrize("question", ["frogs {}", "frogs {} " + "of a pond " * 100, "Frösche {} " + "蛙" * 500])
def test_no_more_memory_is_taken_than_is_given_however_small_the_contents_are(question: str) -> None:
    kept = Kept(all_bytes=200_000)
    tracemalloc.start()
    try:
        for number in range(1_000):
            kept.keep(question.format(number), made(number % 3))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 50_000 < taken < 200_000
    assert kept.get(question.format(999)) == made(0)
