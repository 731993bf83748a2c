"""What a reference profile says about a healthy feature."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.plugins import Monitor
from alphastrike.validation.config import ValidationConfig
from alphastrike.validation.cusum import decision_interval
from alphastrike.validation.plan import plan_of
from alphastrike.validation.reference import build_reference

PLAN = plan_of(ValidationConfig(), HOUR_MS)


def test_the_range_is_the_999_permille_range_and_half_of_it_on_either_side():
    samples = np.random.default_rng(1).permutation(np.arange(1.0, 2001.0))

    profile = build_reference(samples, PLAN)

    assert profile.lowest == 2.0 - 0.5 * (1998.0 - 2.0)
    assert profile.highest == 1998.0 + 0.5 * (1998.0 - 2.0)


def test_the_grid_carries_the_distribution_function_and_its_normal_scores():
    samples = np.random.default_rng(1).permutation(np.arange(1.0, 1601.0))

    profile = build_reference(samples, PLAN)

    np.testing.assert_array_equal(profile.edges, np.arange(10.0, 1600.0, 10.0))
    np.testing.assert_allclose(profile.below, np.arange(1, 160) / 160.0)
    assert profile.scores[79] == pytest.approx(NormalDist().inv_cdf(799.5 / 1600.0))
    np.testing.assert_array_equal(profile.decile_counts, np.full(10, 160.0))


def test_an_ar1_feature_gets_the_parameters_of_its_memory(ar1):
    profile = build_reference(ar1(0.8, (20_000,), seed=3), PLAN)

    assert profile.monitor is Monitor.DISTRIBUTION
    assert profile.tau == pytest.approx(9.0, rel=0.15)
    assert profile.phi == pytest.approx(0.8, abs=0.03)
    assert profile.k == pytest.approx(0.5 / math.sqrt(profile.tau))
    assert profile.h == pytest.approx(1.3 * decision_interval(profile.k, 30_000.0))


def test_a_feature_that_remembers_too_long_is_watched_by_range_only(ar1):
    profile = build_reference(ar1(0.99, (2160,), seed=3), PLAN)

    assert profile.monitor is Monitor.RANGE_ONLY
    assert math.isnan(profile.h)
    assert math.isfinite(profile.highest)


def test_a_feature_whose_spread_remembers_too_long_is_watched_by_range_only(ar1):
    spread = np.exp(1.2 * ar1(0.995, (2160,), seed=6))

    profile = build_reference(spread * np.random.default_rng(7).standard_normal(2160), PLAN)

    assert profile.monitor is Monitor.RANGE_ONLY


def test_a_constant_has_no_range_of_its_own():
    profile = build_reference(np.full(2160, 5.0), PLAN)

    assert profile.monitor is Monitor.RANGE_ONLY
    assert (profile.lowest, profile.highest) == (-math.inf, math.inf)
