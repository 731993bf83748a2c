"""The CUSUM's run lengths and its arithmetic."""

import math

import numpy as np
import pytest

from alphastrike.validation.cusum import (
    allowance,
    ar_residual,
    cusum_step,
    decision_interval,
    scale_root,
    siegmund_run_length,
)


@pytest.mark.parametrize(("h", "run_length"), [(4.0, 169), (5.0, 469), (8.0, 9_556)])
def test_siegmunds_run_lengths_at_half_a_deviation(h, run_length):
    assert siegmund_run_length(0.5, h) == pytest.approx(run_length, abs=0.5)


def test_simulated_runs_last_as_long_as_siegmund_says():
    generator = np.random.default_rng(8)
    lengths = []
    for _ in range(300):
        sums, steps = (0.0, 0.0), 0
        while max(sums) <= 4.0:
            sums = cusum_step(sums, generator.standard_normal(), 0.5, math.inf)
            steps += 1
        lengths.append(steps)

    assert np.mean(lengths) == pytest.approx(168.0, rel=0.15)


@pytest.mark.parametrize("k", [0.1, 0.25, 0.5])
def test_the_decision_interval_gives_the_run_length_asked_for(k):
    h = decision_interval(k, 30_000.0)

    assert siegmund_run_length(k, h) == pytest.approx(30_000.0, rel=1e-6)


def test_the_allowance_is_half_of_what_the_tolerated_shift_leaves():
    assert allowance(1.0, 1.0) == 0.5
    assert allowance(9.0, 1.0) == pytest.approx(1.0 / 6.0)
    assert allowance(400.0, 1.0) == 0.1


def test_the_residual_is_the_standardised_innovation():
    assert ar_residual(1.0, 0.5, 0.6) == pytest.approx((1.0 - 0.3) / 0.8)
    assert ar_residual(1.3, 9.0, 0.0) == 1.3


def test_one_step_worked_by_hand():
    assert cusum_step((1.0, 0.2), 0.75, 0.5, 10.0) == (1.25, 0.0)
    assert cusum_step((1.0, 0.25), -2.0, 0.5, 10.0) == (0.0, 1.75)
    assert cusum_step((9.9, 0.0), 3.0, 0.5, 10.0) == (10.0, 0.0)


def test_the_root_of_a_normals_size_is_nearly_normal():
    roots = np.array([scale_root(e) for e in np.random.default_rng(1).standard_normal(20_000)])

    assert roots.mean() == pytest.approx(0.822, abs=0.01)
    assert roots.std() == pytest.approx(0.349, abs=0.01)
    assert abs(((roots - roots.mean()) ** 3).mean() / roots.std() ** 3) < 0.15
