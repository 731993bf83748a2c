"""Exponential smoothing against its definition."""

import math

import numpy as np
import pytest

from alphastrike.numerics.smoothing import (
    EWMA_WIDTH,
    WILDER_WIDTH,
    ewma_step,
    fade_rows,
    half_life_decay,
    span_decay,
    wilder_step,
)


def smooth(values, decay, warm=1):
    row = np.full(EWMA_WIDTH, np.nan)
    return [ewma_step(row, 0, decay, warm, value) for value in values]


def wilder(values, rows, warm=1):
    row = np.full(WILDER_WIDTH, np.nan)
    return [wilder_step(row, 0, rows, warm, value) for value in values]


def test_the_mean_weighs_every_value_by_its_age_with_weights_that_sum_to_one():
    values = np.random.default_rng(1).normal(size=50)

    result = smooth(values, 0.9)

    for t in (0, 1, 10, 49):
        weights = 0.9 ** np.arange(t, -1, -1.0)
        assert result[t] == pytest.approx((weights * values[: t + 1]).sum() / weights.sum(), rel=1e-12)


def test_with_half_life_one_the_last_of_three_values_weighs_four_sevenths():
    assert smooth([7.0, 14.0, 28.0], half_life_decay(1.0))[2] == pytest.approx((7 + 2 * 14 + 4 * 28) / 7)


def test_a_constant_stays_exactly_itself():
    assert set(smooth([0.1] * 100, 0.97)) == {0.1}


def test_warm_up_counts_values_since_the_last_nan():
    result = smooth([1.0, 1.0, 1.0, math.nan, 5.0, 5.0, 5.0], 0.5, warm=3)

    assert [math.isnan(value) for value in result] == [True, True, False, True, True, True, False]
    assert result[-1] == 5.0


def test_wilder_starts_from_the_plain_mean_and_then_moves_by_one_part_in_n():
    result = wilder([1.0, 2.0, 6.0, 9.0], rows=3, warm=3)

    assert math.isnan(result[1])
    assert result[2] == pytest.approx(3.0)
    assert result[3] == pytest.approx((3.0 * 2 + 9.0) / 3)


def test_wilder_starts_again_after_a_nan():
    assert wilder([1.0, math.nan, 4.0, 8.0], rows=2)[2:] == [4.0, 6.0]


def test_a_half_life_halves_and_a_span_follows_the_usual_factor():
    assert half_life_decay(24.0) ** 24 == pytest.approx(0.5)
    assert span_decay(26) == pytest.approx(1 - 2 / 27)


def test_after_the_fade_a_row_weighs_at_most_a_millionth_of_a_millionth():
    assert half_life_decay(10.0) ** fade_rows(half_life_decay(10.0)) <= 1e-12
    assert fade_rows(0.0) == 0
