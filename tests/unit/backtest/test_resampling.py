"""Resampled days: blocks of the length asked for, intervals that cover what they should."""

import numpy as np
import pytest

from alphastrike.backtest.metrics.resampling import interval, resampled_days


def test_blocks_have_the_mean_length_asked_for_and_run_round_the_end():
    picked = resampled_days(1_000, 20.0, np.random.default_rng(1), draws=50)

    steps = np.diff(picked, axis=1) % 1_000
    assert (steps != 1).mean() == pytest.approx(1 / 20.0, rel=0.1)
    assert picked.min() >= 0
    assert picked.max() < 1_000


def test_the_same_seed_draws_the_same_days():
    one, two = (resampled_days(50, 5.0, np.random.default_rng(3)) for _ in range(2))

    assert (one == two).all()


def test_the_interval_of_a_mean_is_about_two_standard_errors_wide():
    values = np.random.default_rng(2).normal(size=2_000)
    picked = resampled_days(2_000, 1.0, np.random.default_rng(4))

    bounds = interval(lambda days: float(values[days].mean()), picked)

    assert bounds is not None
    assert bounds[1] - bounds[0] == pytest.approx(2 * 1.96 / np.sqrt(2_000), rel=0.15)


def test_an_interval_of_what_is_mostly_unknown_is_unknown():
    assert interval(lambda _days: None, resampled_days(10, 2.0, np.random.default_rng(0), draws=4)) is None
