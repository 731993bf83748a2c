"""The squashing function."""

import math

import numpy as np

from alphastrike.numerics.squash import squash


def test_it_is_the_hyperbolic_tangent():
    values = np.concatenate((np.linspace(-30.0, 30.0, 4001), [1e-9, -1e-9, 0.0, 1e300, -1e300]))

    assert np.abs(squash(values, 0.7) - np.tanh(0.7 * values)).max() < 3e-16


def test_what_is_not_a_number_stays_unknown():
    assert np.isnan(squash(np.array([math.nan, math.inf, -math.inf]))).all()


def test_one_row_equals_the_whole_array_bit_for_bit():
    values = np.random.default_rng(0).normal(0.0, 2.0, (3, 257))
    whole = squash(values, 1.3)

    assert all((squash(values[:, i : i + 1], 1.3) == whole[:, i : i + 1]).all() for i in range(257))
