from __future__ import annotations

from kg.site.charts import best_over_time, year_bars


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


def test_equal_values_make_a_level_line() -> None:
    chart = best_over_time([(2019, 5, "a"), (2021, 5, "b")], "higher")
    assert chart and len({dot.y for dot in chart.dots}) == 1 and [label for _, label in chart.levels] == ["5"]
