from __future__ import annotations

import re

import pytest

from kg.site.charts import best_over_time, year_bars
from kg.site.plots import Plot


def test_years_without_papers_have_their_place() -> None:
    chart = year_bars([(2018, 1), (2022, 3)])
    assert chart and [(bar.label, bar.value) for bar in chart.bars] == [
        ("2018", 1), ("2019", 0), ("2020", 0), ("2021", 0), ("2022", 3),
    ]  # fmt: skip


def test_one_year_is_no_chart() -> None:
    assert year_bars([(2020, 5)]) is None
    assert best_over_time([(2020, 5, "a"), (2020, 6, "b")], "higher") is None


def test_bars_are_bounded_for_a_year_that_is_a_mistake() -> None:
    chart = year_bars([(1, 1), (2024, 2), (2025, 9)])
    assert chart and len(chart.bars) == 40 and chart.bars[-1].label == "2025"


def test_lower_values_may_be_the_better_ones() -> None:
    chart = best_over_time([(2019, 9, "a"), (2020, 5, "b"), (2021, 7, "c")], "lower")
    assert chart and [dot.best for dot in chart.dots] == [True, True, False]


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (92.5, 94.91, ["93", "94"]),
        (90.1, 98.3, ["92", "94", "96", "98"]),
        (0.3, 0.9, ["0.4", "0.6", "0.8"]),
        (-3, 4, ["-2", "0", "2", "4"]),
        (1000, 1_250_000, ["500,000", "1,000,000"]),
    ],
)
def test_a_scale_has_round_numbers_with_their_unit(low: float, high: float, texts: list[str]) -> None:
    chart = best_over_time([(2019, low, "frogs"), (2020, high, "toads")], "higher", "%")
    assert chart and [label for _, label in chart.levels] == [f"{text}%" for text in texts]
    assert all(12 <= y <= 198 for y, _ in chart.levels)


def test_the_best_dots_lie_on_the_others() -> None:
    chart = best_over_time([(2019, 7, "frogs"), (2020, 5, "newts"), (2020, 8, "toads")], "higher")
    assert chart
    titles = re.findall("<title>(.*?)</title>", Plot("Hops", "steps", chart).svg)
    assert titles == ["newts", "frogs", "toads"]


def test_equal_values_make_a_level_line() -> None:
    chart = best_over_time([(2019, 5, "a"), (2021, 5, "b")], "higher")
    assert chart and len({dot.y for dot in chart.dots}) == 1 and [label for _, label in chart.levels] == ["5"]
