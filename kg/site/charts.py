"""Charts as SVG: the shapes are computed here, their colours and lines are those of the style sheet.

No attribute ``style`` and no script, which the Content-Security-Policy of the pages forbids.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

_WIDTH, _HEIGHT = 360, 96
_LEFT, _BOTTOM, _TOP = 30, 18, 10


class Bar(NamedTuple):
    """A bar: its place and size in pixels, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: int


class Bars(NamedTuple):
    """A bar chart: ``ticks`` are the labels below, ``top`` the largest value."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    top: int


class Dot(NamedTuple):
    """A value: ``best`` says whether no earlier one is better."""

    x: float
    y: float
    label: str
    best: bool


class Steps(NamedTuple):
    """A chart of values over years: a dot for each, and a line through the best so far; left of it are the levels."""

    width: int
    height: int
    left: int
    dots: tuple[Dot, ...]
    line: str
    ticks: tuple[tuple[float, str], ...]
    levels: tuple[tuple[float, str], ...]


class Cell(NamedTuple):
    """How many papers name two things: the place of the square, its shade from 0 to 1, and what it stands for."""

    x: float
    y: float
    shade: float
    papers: int
    label: str


class Together(NamedTuple):
    """A square for each two things: ``names`` are the rows from the top down and the columns from the left."""

    width: int
    height: int
    size: int
    left: int
    top: int
    names: tuple[str, ...]
    cells: tuple[Cell, ...]


def year_bars(counts: Sequence[tuple[int, int]]) -> Bars | None:
    """A bar for each year from the first to the last; ``None`` for fewer than two years.

    >>> chart = year_bars([(2019, 2), (2021, 4)])
    >>> [(bar.label, bar.value, bar.height) for bar in chart.bars]
    [('2019', 2, 34.0), ('2020', 0, 0.0), ('2021', 4, 68.0)]
    """
    known = dict(counts)
    if len(known) < 2:
        return None
    last = max(known)
    years = range(max(min(known), last - 39), last + 1)
    top = max(known[year] for year in years if year in known)
    room = _HEIGHT - _BOTTOM - _TOP
    step = (_WIDTH - _LEFT) / len(years)
    bars = []
    for number, year in enumerate(years):
        value = known.get(year, 0)
        height = round(room * value / top, 1)
        x = _LEFT + number * step + step * 0.1
        bars.append(Bar(round(x, 1), round(_TOP + room - height, 1), round(step * 0.8, 1), height, str(year), value))
    return Bars(_WIDTH, _HEIGHT, tuple(bars), _ticks(years, step), top)


def _ticks(years: range, step: float) -> tuple[tuple[float, str], ...]:
    every = math.ceil(len(years) * 34 / (_WIDTH - _LEFT))
    return tuple(
        (round(_LEFT + (number + 0.5) * step, 1), str(year))
        for number, year in enumerate(years)
        if (len(years) - 1 - number) % every == 0
    )


def best_over_time(values: Sequence[tuple[int, float, str]], better: str, unit: str = "") -> Steps | None:
    """The values of a leaderboard by year, and the best so far; ``None`` for values of fewer than two years.

    Args:
        values: year, value, and a label for each.
        better: "higher" or "lower".
        unit: is written after the numbers of the scale.

    >>> [dot.best for dot in best_over_time([(2019, 70, "a"), (2020, 75, "b"), (2021, 72, "c")], "higher").dots]
    [True, True, False]
    """
    years = sorted({year for year, _, _ in values})
    if len(years) < 2:
        return None
    width, height = 640, 228
    low, high = min(value for _, value, _ in values), max(value for _, value, _ in values)
    span = (high - low) or 1
    scale = [(value, f"{text}{unit}") for value, text in _levels(low, high)]
    left, bottom, top = 22 + 7 * max(len(text) for _, text in scale), 30, 12

    def at(year: int, value: float) -> tuple[float, float]:
        x = left + 12 + (width - left - 24) * (year - years[0]) / (years[-1] - years[0])
        return round(x, 1), round(top + (height - top - bottom) * (high - value) / span, 1)

    sign = -1 if better == "lower" else 1
    dots: list[Dot] = []
    line: list[str] = []
    best: float | None = None
    for year, value, label in sorted(values, key=lambda item: (item[0], -sign * item[1], item[2])):
        record = best is None or sign * value > sign * best
        x, y = at(year, value)
        dots.append(Dot(x, y, label, record))
        if record:
            line.append(f"M{x} {y}" if not line else f"H{x}V{y}")
            best = value
    assert best is not None
    line.append(f"H{at(years[-1], best)[0]}")
    step = max(1, math.ceil(len(range(years[0], years[-1] + 1)) / 10))
    ticks = tuple((at(year, low)[0], str(year)) for year in range(years[-1], years[0] - 1, -step))
    levels = tuple((at(years[0], value)[1], text) for value, text in scale)
    return Steps(width, height, left, tuple(dots), "".join(line), ticks, levels)


def _levels(low: float, high: float) -> list[tuple[float, str]]:
    """Two to six round numbers between two values, and how they are written; for equal values, that one.

    >>> [text for _, text in _levels(90.1, 97.31)], [text for _, text in _levels(0.0021, 0.0135)]
    (['92', '94', '96'], ['0.005', '0.010'])
    """
    start, span = Decimal(str(low)), Decimal(str(high)) - Decimal(str(low))
    if not span:
        return [(low, f"{low:g}")]
    unit = Decimal(1).scaleb((span / 2).adjusted())
    step = next(factor * unit for factor in (5, 2, 1) if factor * unit <= span / 2)
    numbers = range(math.ceil(start / step), math.floor((start + span) / step) + 1)
    return [(float(number * step), f"{number * step:,f}") for number in numbers]


_SQUARE, _NAMES = 26, 190


def occurring_together(names: Sequence[str], papers: Sequence[int], shared: Mapping[tuple[int, int], int]) -> Together:
    """A square for each two things that some paper names both, darker the more papers there are.

    Args:
        names: of the things.
        papers: in how many papers each is.
        shared: how many papers have two things, by their places, the first before the second.

    >>> chart = occurring_together(["A", "B", "C"], [5, 4, 1], {(0, 1): 3, (0, 2): 0, (1, 2): 1})
    >>> [(cell.label, cell.shade) for cell in chart.cells][::2]
    [('A and B: 3 papers', 1.0), ('B and C: 1 paper', 0.15)]
    """
    most = max(shared.values(), default=0) or 1
    size, top = len(names) * _SQUARE, 110
    cells = []
    for (one, other), count in sorted(shared.items()):
        if not count:
            continue
        shade = round(0.15 + 0.85 * (count - 1) / max(most - 1, 1), 2) if most > 1 else 0.6
        label = f"{names[one]} and {names[other]}: {count:,} {'paper' if count == 1 else 'papers'}"
        for row, column in ((one, other), (other, one)):
            x, y = _NAMES + column * _SQUARE, top + row * _SQUARE
            cells.append(Cell(x, y, shade, count, label))
    shown = tuple(
        f"{name if len(name) <= 24 else f'{name[:23]}…'} ({number:,})"
        for name, number in zip(names, papers, strict=True)
    )
    return Together(_NAMES + size + 60, top + size, _SQUARE, _NAMES, top, shown, tuple(cells))
