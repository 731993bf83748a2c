"""The Kolmogorov-Smirnov distance against scipy's."""

import math

import numpy as np
import pytest
from scipy import stats

from alphastrike.validation.bins import bin_counts, quantile_edges
from alphastrike.validation.ks import ks_distance, ks_grid_distance, ks_limit


@pytest.mark.parametrize("seed", range(5))
def test_the_exact_distance_is_scipys(seed):
    generator = np.random.default_rng(seed)
    first = generator.standard_normal(300)
    second = np.round(generator.standard_normal(57) + 0.4, 1)

    assert ks_distance(first, second) == pytest.approx(stats.ks_2samp(first, second).statistic, abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.2, 1.0])
def test_the_grid_loses_at_most_one_bins_share(shift):
    generator = np.random.default_rng(9)
    reference, window = generator.standard_normal(2160), generator.standard_normal(168) + shift
    edges = quantile_edges(np.sort(reference), 160)
    shares = np.searchsorted(np.sort(reference), edges, side="right") / reference.size
    counts = bin_counts(edges, window)

    grid = ks_grid_distance(shares, counts)
    exact = ks_distance(reference, window)

    heaviest = max(counts.max() / window.size, bin_counts(edges, reference).max() / reference.size)
    assert grid <= exact + 1e-12
    assert exact - grid <= heaviest


def test_worked_by_hand():
    # F1 steps at 1, 2, 3, 4 and F2 at 3, 4: before 3 they differ by 2/4.
    assert ks_distance(np.array([4.0, 2.0, 1.0, 3.0]), np.array([3.0, 4.0])) == 0.5


def test_no_sample_is_unknown():
    assert math.isnan(ks_distance(np.array([]), np.array([1.0])))
    assert math.isnan(ks_grid_distance(np.array([0.5]), np.zeros(2)))


def test_the_limit_is_the_one_in_a_thousand_point():
    assert ks_limit(0.01) == pytest.approx(0.1949)
    assert stats.kstwobign.sf(1.949) == pytest.approx(0.001, rel=0.01)


def test_the_limit_never_falls_below_a_tenth():
    assert ks_limit(1e-6) == 0.10
