"""Which values of a metric are better, by the end of its name."""

from __future__ import annotations

import pytest

from kg.resolution.directions import Directions
from kg.rulefiles import load_rules


@pytest.fixture(scope="module")
def shipped() -> Directions:
    return Directions.of_rules(load_rules())


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("top-1 accuracy", "higher"),
        ("Top-5 errors", "lower"),
        ("FID", "lower"),
        ("perplexity", "lower"),
        ("root-mean-squared error", "lower"),
        ("inference latency", "lower"),
        ("BLEU", "higher"),
        ("Brier score", "lower"),
        ("F1 score", "higher"),
        ("log-likelihood", "higher"),
        ("negative log-likelihood", "lower"),
        ("top-1", None),
    ],
)
def test_the_shipped_rules(shipped: Directions, name: str, better: str | None) -> None:
    assert shipped.better([name]) == better


def test_the_first_name_with_a_known_end_counts(shipped: Directions) -> None:
    assert shipped.better(["XYZ", "mean frog error", "frog accuracy"]) == "lower"


def test_the_longest_end_counts_whatever_the_order() -> None:
    ends = [("correction accuracy", "higher"), ("accuracy", "lower")]
    for given in (ends, ends[::-1]):
        directions = Directions(given)  # type: ignore[arg-type]
        assert directions.better(["error correction accuracy"]) == "higher"
        assert directions.better(["accuracy"]) == "lower"


def test_a_later_rule_replaces_an_earlier_one() -> None:
    assert Directions([("hops", "lower"), ("Hop", "higher")]).better(["number of hops"]) == "higher"
