"""Time in the market, gross exposure and turnover."""

import numpy as np
import pytest

from alphastrike.backtest.metrics.exposure import annual_turnover, mean_gross_exposure, time_in_market


def test_time_in_market_is_the_share_of_rows_with_a_position():
    assert time_in_market(np.array([0.0, 10.0, 5.0, 0.0])) == 0.5
    assert time_in_market(np.empty(0)) is None


def test_mean_gross_exposure_counts_flat_rows():
    assert mean_gross_exposure(np.array([0.0, 200.0]), np.array([100.0, 100.0])) == 1.0
    assert mean_gross_exposure(np.array([1.0]), np.array([-1.0])) is None


def test_turnover_is_scaled_to_a_year():
    assert annual_turnover(1000.0, np.array([90.0, 110.0]), 36.5) == pytest.approx(100.0)


@pytest.mark.parametrize(("equity", "days"), [([], 10.0), ([100.0], 0.0), ([-1.0], 10.0), ([np.nan], 10.0)])
def test_turnover_that_cannot_be_said_is_none(equity, days):
    assert annual_turnover(1000.0, np.array(equity), days) is None
