"""Sliding windows against numpy's two-pass reductions of each window."""

import numpy as np
import pytest

from alphastrike.numerics.windows import (
    max_step,
    min_step,
    moments_step,
    moments_width,
    sum_step,
    sum_width,
)

STEPS = {"sum": (sum_step, np.sum), "max": (max_step, np.max), "min": (min_step, np.min)}


def slide(step, values, window, first=0):
    row = np.full(sum_width(window), np.nan)
    return np.array([step(row, 0, window, (first + i) % window, v) for i, v in enumerate(values)])


def slide_moments(values, window, first=0, counted=None):
    row = np.full(moments_width(window), np.nan)
    counted = np.ones(len(values)) if counted is None else counted
    return np.array(
        [
            moments_step(row, 0, window, (first + i) % window, v, c)
            for i, (v, c) in enumerate(zip(values, counted, strict=True))
        ]
    )


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("window", [1, 2, 3, 7, 24])
@pytest.mark.parametrize("first", [0, 1, 5, 23])
def test_a_step_gives_the_aggregate_of_the_window_from_its_first_full_row(name, window, first):
    step, reference = STEPS[name]
    values = np.random.default_rng(window).normal(size=100)

    result = slide(step, values, window, first)

    expected = [reference(values[i - window + 1 : i + 1]) for i in range(window - 1, 100)]
    assert np.isnan(result[: window - 1]).all()
    np.testing.assert_allclose(result[window - 1 :], expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", STEPS)
def test_a_nan_is_felt_exactly_as_long_as_it_is_in_the_window(name):
    values = np.arange(40.0)
    values[11] = np.nan

    result = slide(STEPS[name][0], values, 6)

    assert np.flatnonzero(np.isnan(result)).tolist() == [0, 1, 2, 3, 4, 11, 12, 13, 14, 15, 16]


def test_sums_of_small_whole_numbers_by_hand():
    assert slide(sum_step, [1.0, 2.0, 4.0, 8.0, 16.0], 3)[2:].tolist() == [7.0, 14.0, 28.0]


@pytest.mark.parametrize("window", [2, 3, 10, 50])
def test_moments_are_those_of_a_two_pass_computation(window):
    values = np.random.default_rng(7).normal(size=200)

    count, mean, squares = slide_moments(values, window, first=3)[window - 1 :].T

    views = np.lib.stride_tricks.sliding_window_view(values, window)
    assert (count == window).all()
    np.testing.assert_allclose(mean, views.mean(axis=-1), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(squares, views.var(axis=-1) * window, rtol=1e-11)


def test_a_spread_a_billion_times_below_the_mean_keeps_its_digits():
    noise = np.random.default_rng(5).normal(size=3000) * 1.5e-8

    squares = slide_moments(15.0 + noise, 1000)[999:, 2]

    exact = np.lib.stride_tricks.sliding_window_view((15.0 + noise) - 15.0, 1000).var(axis=-1) * 1000
    np.testing.assert_allclose(squares, exact, rtol=1e-6)


def test_constant_values_have_exactly_no_spread():
    assert (slide_moments(np.full(100, 0.1), 7)[6:, 2] == 0.0).all()


def test_rows_left_out_count_for_nothing_but_move_the_window():
    values = np.array([1.0, np.nan, 3.0, 8.0, np.nan, np.nan, np.nan, 5.0])
    counted = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0])

    result = slide_moments(values, 3, counted=counted)

    assert result[2].tolist() == [2.0, 2.0, 2.0]
    assert result[3].tolist() == [2.0, 5.5, 12.5]
    assert result[4].tolist() == [2.0, 5.5, 12.5]
    assert result[5].tolist() == [1.0, 8.0, 0.0]
    assert result[6].tolist() == [0.0, 0.0, 0.0]
    assert result[7].tolist() == [1.0, 5.0, 0.0]


def test_rows_before_the_first_are_unknown_even_when_none_of_the_rest_count():
    result = slide_moments(np.zeros(4), 4, first=2, counted=np.zeros(4))

    assert np.isnan(result[:3, 0]).all()
    assert result[3, 0] == 0.0
