"""The deepest fall: how far, how much, when, and back again."""

import numpy as np
import pytest

from alphastrike.backtest.metrics.drawdown import calmar_ratio, worst_drawdown

TIMES = np.array([10, 20, 30, 40, 50])


def test_drawdown_of_a_path_worked_by_hand():
    fall = worst_drawdown(TIMES, np.array([120.0, 90.0, 100.0, 130.0, 129.0]), 100.0, 0)

    assert fall.fraction == pytest.approx(0.25)
    assert fall.quote == pytest.approx(30.0)
    assert (fall.peak_ms, fall.trough_ms, fall.recovery_ms) == (10, 20, 40)
    assert fall.longest_underwater_ms == 30


def test_the_initial_equity_is_the_first_peak():
    fall = worst_drawdown(TIMES, np.array([90.0, 80.0, 85.0, 86.0, 87.0]), 100.0, 0)

    assert fall.fraction == pytest.approx(0.2)
    assert (fall.peak_ms, fall.trough_ms, fall.recovery_ms) == (0, 20, None)
    assert fall.longest_underwater_ms == 50


def test_ten_returns_fall_by_the_known_number():
    returns = np.array([0.01, -0.005, 0.007, 0.002, -0.012, 0.015, 0.0, -0.003, 0.006, 0.004])

    fall = worst_drawdown(np.arange(10), np.cumprod(1 + returns), 1.0, -1)

    assert fall.fraction == pytest.approx(0.012)


def test_an_account_that_only_rises_has_no_drawdown():
    fall = worst_drawdown(TIMES, np.array([101.0, 102.0, 102.0, 103.0, 104.0]), 100.0, 0)

    assert (fall.fraction, fall.quote, fall.peak_ms, fall.recovery_ms) == (0.0, 0.0, None, None)
    assert fall.longest_underwater_ms == 0


def test_rows_without_a_value_are_left_out():
    fall = worst_drawdown(TIMES, np.array([120.0, np.nan, 90.0, np.inf, 130.0]), 100.0, 0)

    assert (fall.fraction, fall.trough_ms) == (pytest.approx(0.25), 30)


def test_calmar_is_growth_over_drawdown():
    assert calmar_ratio(0.5, 0.25) == 2.0
    assert calmar_ratio(0.5, 0.0) is None
    assert calmar_ratio(None, 0.2) is None
