"""Runs as a table."""

from __future__ import annotations

from kg.graph.provenance import Part, Run
from kg.terminal.runs import render_runs


def run(*inputs: str, corrections: int = 0) -> Run:
    said = tuple(Part(str(number), "") for number in range(corrections))
    rules = (Part("mine", "b" * 32), Part("shipped rules", "c" * 32))
    return Run(
        7, "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z", inputs, "0.2.0", Part("code", "a" * 32), rules, rules[0],
        corrections=said,
    )  # fmt: skip


def test_a_row_for_each_run_with_digests_cut() -> None:
    header, _, row = render_runs([run("pages", corrections=12)]).splitlines()
    assert header.split() == ["run", "started", "ended", "version", "code", "rules", "corrections", "model", "inputs"]
    assert row == (
        "  7  2026-01-02T03:04:05Z  2026-01-02T03:04:06Z  0.2.0    code aaaaaaaa  "
        "mine bbbbbbbb, shipped rules cccccccc           12  mine bbbbbbbb  pages"
    )


def test_of_many_inputs_the_first_are_named_and_the_rest_counted() -> None:
    assert render_runs([run("a", "b", "c", "d", "e")]).endswith("  a, b, c and 2 more\n")
    assert render_runs([run("a", "b", "c")]).endswith("  a, b, c\n")
