"""What must hold for every sliding window, whatever it slides over."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.numerics.windows import (
    max_step,
    min_step,
    moments_step,
    moments_width,
    sum_step,
    sum_width,
)


def _moments(row, at, window, slot, value):
    return moments_step(row, at, window, slot, value, 1.0)


STEPS = {
    "sum": (sum_step, sum_width),
    "max": (max_step, sum_width),
    "min": (min_step, sum_width),
    "moments": (_moments, moments_width),
}
VALUES = st.lists(
    st.floats(min_value=-1e9, max_value=1e9, allow_nan=False) | st.just(float("nan")), min_size=1, max_size=60
)


def _slide(name, values, window, first):
    step, width = STEPS[name]
    row = np.full(width(window), np.nan)
    return np.array([step(row, 0, window, (first + i) % window, v) for i, v in enumerate(values)])


@pytest.mark.parametrize("name", STEPS)
@given(older=VALUES, recent=VALUES, first=st.integers(0, 1000))
def test_nothing_older_than_the_window_changes_a_bit(name, older, recent, first):
    window = len(recent)

    with_past = _slide(name, older + recent, window, first)[-1]
    without = _slide(name, recent, window, first + len(older))[-1]

    np.testing.assert_array_equal(with_past, without)


@pytest.mark.parametrize("name", STEPS)
@given(values=VALUES, window=st.integers(1, 12), first=st.integers(0, 1000))
def test_a_result_is_known_exactly_when_the_whole_window_is(name, values, window, first):
    result = _slide(name, values, window, first).reshape(len(values), -1)[:, -1]

    for end in range(len(values)):
        inside = values[max(0, end - window + 1) : end + 1]
        known = len(inside) == window and not np.isnan(inside).any()
        assert np.isnan(result[end]) != known


@given(
    values=st.lists(st.floats(-1e3, 1e3), min_size=5, max_size=60),
    offset=st.floats(-1e6, 1e6),
    window=st.integers(2, 5),
)
def test_moments_stay_close_to_a_two_pass_computation_far_from_zero(values, offset, window):
    shifted = np.array(values) + offset

    squares = _slide("moments", shifted, window, 0)[window - 1 :, 2]

    views = np.lib.stride_tricks.sliding_window_view(shifted, window)
    exact = ((views - views.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    np.testing.assert_allclose(squares, exact, rtol=1e-7, atol=1e-12 * (1.0 + abs(offset)) ** 2 * 1e-3)
