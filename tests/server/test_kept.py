"""What is kept for later requests."""

from __future__ import annotations

from kg.server.kept import Kept, Made


def made(size: int) -> Made:
    return Made(b"x" * size, "text/plain")


def test_what_was_asked_for_last_stays() -> None:
    kept = Kept(all_bytes=30, one=10)
    for name in "abc":
        kept.keep(name, made(10))
    assert kept.get("a") == made(10)
    kept.keep("d", made(5))
    assert [kept.get(name) is not None for name in "abcd"] == [True, False, True, True]


def test_what_is_large_is_not_kept_and_what_is_kept_again_counts_once() -> None:
    kept = Kept(all_bytes=20, one=10)
    kept.keep("large", made(11))
    for _ in range(5):
        kept.keep("a", made(10))
    kept.keep("b", made(10))
    assert [kept.get(name) is not None for name in ("large", "a", "b")] == [False, True, True]
