"""The autocorrelation time against what theory says of an AR(1) process."""

import math

import numpy as np
import pytest

from alphastrike.validation.autocorrelation import autocorrelation_time, variance_inflation


@pytest.mark.parametrize(("phi", "tau"), [(0.0, 1.0), (0.5, 3.0), (0.8, 9.0), (0.95, 39.0)])
def test_an_ar1_process_has_the_time_of_theory(ar1, phi, tau):
    series = ar1(phi, (100_000,), seed=5)

    assert autocorrelation_time(series, 1_000.0) == pytest.approx(tau, rel=0.1)


def test_the_sum_over_lags_is_the_plain_one():
    series = np.array(
        [1.0, 2.0, 4.0, 3.0, 1.0, -2.0, -3.0, -1.0, 0.0, 1.0, 2.0, 2.0, 1.0, -1.0, -2.0, -2.0] * 4
    )
    centred = series - series.mean()
    power = float(centred @ centred)
    tau, lag = 1.0, 0
    while lag < 5.0 * tau:
        lag += 1
        tau += 2.0 * float(centred[lag:] @ centred[:-lag]) / power

    assert autocorrelation_time(series, 12.0) == pytest.approx(max(tau, 1.0), rel=1e-12)


def test_alternation_is_worth_no_more_than_independence():
    series = np.tile([1.0, -1.0], 500) + np.random.default_rng(1).normal(0.0, 0.1, 1_000)

    assert autocorrelation_time(series, 100.0) == 1.0


def test_memory_beyond_the_longest_allowed_is_infinite(ar1):
    series = ar1(0.95, (20_000,), seed=2)

    assert autocorrelation_time(series, 20.0) == math.inf


def test_a_constant_has_infinite_memory():
    assert autocorrelation_time(np.full(500, 3.0), 50.0) == math.inf


def test_inflation_adds_the_two_samples_shares():
    assert variance_inflation(9.0, 168.0, 2160.0) == pytest.approx(9.0 / 168.0 + 9.0 / 2160.0)
