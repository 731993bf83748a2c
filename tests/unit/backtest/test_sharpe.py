"""Sharpe, its error and its relatives, against published and hand-worked numbers."""

import math

import numpy as np
import pytest
from scipy import stats

from alphastrike.backtest.metrics.sharpe import probabilistic_sharpe, sharpe_estimate, sortino_ratio

TEN_RETURNS = np.array([0.01, -0.005, 0.007, 0.002, -0.012, 0.015, 0.0, -0.003, 0.006, 0.004])


def test_sharpe_of_ten_returns_is_the_known_number():
    estimate = sharpe_estimate(TEN_RETURNS)

    assert estimate is not None
    assert estimate.ratio == pytest.approx(5.863267602348044, rel=1e-14)
    assert sharpe_estimate(TEN_RETURNS, periods_per_year=252).ratio == pytest.approx(
        4.871846028040113, rel=1e-14
    )


def test_probability_of_a_positive_sharpe_of_ten_returns_is_the_known_number():
    estimate = sharpe_estimate(TEN_RETURNS)

    assert estimate.probability == pytest.approx(0.80903, abs=5e-6)


@pytest.mark.parametrize(("skewness", "kurtosis", "expected"), [(0.0, 3.0, 0.9817), (-2.448, 10.164, 0.9134)])
def test_probabilistic_sharpe_of_bailey_and_lopez_de_prado(skewness, kurtosis, expected):
    probability = probabilistic_sharpe(0.458, 24, skewness, kurtosis)

    assert probability == pytest.approx(expected, abs=5e-5)


def test_a_higher_benchmark_is_harder_to_beat():
    assert probabilistic_sharpe(0.458, 24, 0.0, 3.0, benchmark=0.458) == 0.5


def test_standard_error_is_the_one_of_mertens():
    daily = TEN_RETURNS.mean() / TEN_RETURNS.std(ddof=1)
    skewness, kurtosis = stats.skew(TEN_RETURNS), stats.kurtosis(TEN_RETURNS, fisher=False)

    estimate = sharpe_estimate(TEN_RETURNS)

    expected = math.sqrt((1 - skewness * daily + (kurtosis - 1) / 4 * daily**2) / 9) * math.sqrt(365)
    assert estimate.standard_error == pytest.approx(expected, rel=1e-12)
    assert estimate.high - estimate.low == pytest.approx(2 * 1.959963984540054 * expected, rel=1e-12)


def test_days_needed_is_where_the_probability_crosses_95_percent():
    daily = TEN_RETURNS.mean() / TEN_RETURNS.std(ddof=1)
    shape = stats.skew(TEN_RETURNS), stats.kurtosis(TEN_RETURNS, fisher=False)

    needed = sharpe_estimate(TEN_RETURNS).days_needed

    assert probabilistic_sharpe(daily, math.floor(needed), *shape) < 0.95
    assert probabilistic_sharpe(daily, math.ceil(needed), *shape) >= 0.95


def test_a_losing_record_has_no_length_that_would_prove_it():
    estimate = sharpe_estimate(-TEN_RETURNS)

    assert estimate.ratio < 0
    assert estimate.days_needed is None


def test_sortino_of_ten_returns_is_the_known_number():
    assert sortino_ratio(TEN_RETURNS) == pytest.approx(10.867951028163578, rel=1e-14)


@pytest.mark.parametrize(
    "returns",
    [np.empty(0), np.array([0.01]), np.zeros(50), np.full(50, 0.001), np.array([0.01, np.nan, 0.02])],
)
def test_without_variance_or_data_there_is_no_sharpe(returns):
    assert sharpe_estimate(returns) is None


@pytest.mark.parametrize(
    "returns", [np.empty(0), np.array([0.01]), np.array([0.01, 0.02]), np.array([np.nan, -1.0])]
)
def test_without_a_loss_there_is_no_sortino(returns):
    assert sortino_ratio(returns) is None


def test_one_observation_proves_nothing():
    assert probabilistic_sharpe(0.5, 1, 0.0, 3.0) is None
