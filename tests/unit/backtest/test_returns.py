"""The day grid and growth per year."""

import numpy as np
import pytest

from alphastrike.backtest.metrics.returns import annual_growth, annual_volatility, daily_returns
from alphastrike.domain.intervals import DAY_MS, HOUR_MS

MIDNIGHT = 19_723 * DAY_MS


def closes(start_ms: int, bars: int) -> np.ndarray:
    return start_ms + np.arange(1, bars + 1) * HOUR_MS - 1


def test_each_day_is_measured_from_midnight_to_midnight():
    equity = np.concatenate((np.full(24, 110.0), np.full(24, 99.0)))

    returns = daily_returns(closes(MIDNIGHT, 48), equity, 100.0, MIDNIGHT)

    assert returns == pytest.approx([0.10, -0.10])


def test_days_covered_in_part_give_no_return():
    start = MIDNIGHT + 12 * HOUR_MS
    equity = np.concatenate((np.full(12, 105.0), np.full(24, 210.0), np.full(6, 1.0)))

    returns = daily_returns(closes(start, 42), equity, 100.0, start)

    assert returns == pytest.approx([1.0])


def test_the_series_ends_with_the_day_of_ruin():
    equity = np.concatenate((np.full(24, 50.0), np.full(24, -5.0), np.full(24, 80.0)))

    returns = daily_returns(closes(MIDNIGHT, 72), equity, 100.0, MIDNIGHT)

    assert returns == pytest.approx([-0.5, -1.1])


def test_no_rows_give_no_returns():
    assert daily_returns(np.empty(0, dtype=np.int64), np.empty(0), 100.0, MIDNIGHT).size == 0


def test_doubling_in_two_years_is_41_percent_a_year():
    assert annual_growth(100.0, 200.0, 730.0) == pytest.approx(2**0.5 - 1)


def test_ruin_is_a_loss_of_everything():
    assert annual_growth(100.0, -3.0, 100.0) == -1.0


@pytest.mark.parametrize(
    ("final", "days"), [(110.0, 0.5), (np.nan, 100.0), (1e12, 1.0)], ids=["too short", "unknown", "overflow"]
)
def test_growth_that_cannot_be_said_is_none(final, days):
    assert annual_growth(100.0, final, days) is None


def test_volatility_scales_with_the_root_of_365():
    returns = np.array([0.01, -0.01, 0.01, -0.01])

    assert annual_volatility(returns) == pytest.approx(0.01 * (4 / 3) ** 0.5 * 365**0.5)
    assert annual_volatility(returns[:1]) is None
