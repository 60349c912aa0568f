"""Agreement as text: counts, then examples with the words of the texts."""

from __future__ import annotations

from kg.ask.agreement import FINDINGS, Agreement, Fact
from kg.terminal.agreement import render_agreement


def test_counts_and_examples_are_shown_within_the_width() -> None:
    counts = {"results": dict.fromkeys(FINDINGS, 0) | {"contradicted": 1}}
    fact = Fact("contradicted", "results", "x", "A Frog", "55 hops", "71", 7, 9, "It makes 71 hops \x1b[31m.")
    text = render_agreement(Agreement(1, counts, (fact,)), width=70)
    assert "results, contradicted" in text and 'text: "71", characters 7-9' in text
    assert "\x1b" not in text
    assert all(len(line) <= 75 for line in text.splitlines())
