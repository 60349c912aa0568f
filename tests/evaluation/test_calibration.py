"""Confidences compared with how often they are right."""

from __future__ import annotations

import pytest

from kg.evaluation.calibration import measure_calibration


def test_error_is_the_mean_distance_weighted_by_mentions() -> None:
    measured = measure_calibration([(0.8, True)] * 4 + [(0.8, False)] + [(0.3, True)] * 5)
    assert [(one.mentions, one.right) for one in measured.bins if one.mentions] == [(5, 1.0), (5, 0.8)]
    assert measured.error == pytest.approx(0.5 * 0.7 + 0.5 * 0.0)


def test_bins_hold_their_lower_end_and_the_last_one_also_certainty() -> None:
    measured = measure_calibration([(0.0, False), (0.1, False), (0.9, True), (1.0, True)])
    assert [one.mentions for one in measured.bins] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (measured.bins[0].low, measured.bins[9].high) == (0.0, 1.0)


def test_every_hundredth_falls_into_its_own_bin() -> None:
    measured = measure_calibration([(hundredth / 100, True) for hundredth in range(100)])
    assert [one.mentions for one in measured.bins] == [10] * 10


def test_nothing_found_has_no_error() -> None:
    assert measure_calibration([]).error == 0
