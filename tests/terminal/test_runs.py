"""Runs as a table."""

from __future__ import annotations

from kg.graph.provenance import Part, Run
from kg.terminal.runs import render_runs


def run(*inputs: str) -> Run:
    rules = (Part("mine", "b" * 32), Part("shipped rules", "c" * 32))
    return Run(
        7, "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z", inputs, "0.2.0", Part("code", "a" * 32), rules, rules[0]
    )


def test_a_row_for_each_run_with_digests_cut() -> None:
    header, _, row = render_runs([run("pages")]).splitlines()
    assert header.split() == ["run", "started", "ended", "version", "code", "rules", "model", "inputs"]
    assert row == (
        "  7  2026-01-02T03:04:05Z  2026-01-02T03:04:06Z  0.2.0    code aaaaaaaa  "
        "mine bbbbbbbb, shipped rules cccccccc  mine bbbbbbbb  pages"
    )


def test_of_many_inputs_the_first_are_named_and_the_rest_counted() -> None:
    assert render_runs([run("a", "b", "c", "d", "e")]).endswith("  a, b, c and 2 more\n")
    assert render_runs([run("a", "b", "c")]).endswith("  a, b, c\n")
