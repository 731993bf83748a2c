"""The population stability index against numbers worked by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from alphastrike.validation.psi import psi, psi_edges, psi_limits


def test_two_bins_worked_by_hand():
    reference = np.array([50.0, 50.0])  # shares 50.5/101 each
    window = np.array([20.0, 0.0])  # shares 20.5/21 and 0.5/21

    index = psi(reference, window)

    expected = (20.5 / 21 - 0.5) * math.log((20.5 / 21) / 0.5) + (0.5 / 21 - 0.5) * math.log((0.5 / 21) / 0.5)
    assert index == pytest.approx(expected, rel=1e-12)
    assert index == pytest.approx(1.7683, abs=1e-4)


def test_the_textbook_three_bin_example():
    # Shares 20/50/30 % against 30/50/20 % in samples so large that the prior does not show:
    # 0.1 ln 1.5 + 0 + 0.1 ln 1.5 = 0.0811.
    reference, window = np.array([2e9, 5e9, 3e9]), np.array([3e9, 5e9, 2e9])

    assert psi(reference, window) == pytest.approx(0.2 * math.log(1.5), rel=1e-6)


def test_equal_shares_score_zero():
    assert psi(np.array([10.0, 20.0, 30.0]), np.array([10.0, 20.0, 30.0])) == pytest.approx(0.0, abs=1e-15)


def test_no_sample_is_unknown_and_not_stable():
    assert math.isnan(psi(np.array([10.0, 10.0]), np.zeros(2)))
    assert math.isnan(psi(np.zeros(2), np.array([10.0, 10.0])))


def test_independent_samples_of_one_distribution_score_as_the_chi_square_says():
    generator = np.random.default_rng(4)
    scores = []
    for _ in range(400):
        reference, window = generator.standard_normal(2160), generator.standard_normal(168)
        edges = psi_edges(reference)
        bins = np.searchsorted(edges, reference), np.searchsorted(edges, window)
        scores.append(psi(*(np.bincount(b, minlength=10).astype(float) for b in bins)))

    assert np.mean(scores) == pytest.approx(9 * (1 / 168 + 1 / 2160), rel=0.07)


@pytest.mark.parametrize("bins", range(2, 11))
def test_limits_are_the_chi_square_quantiles_of_the_inflation(bins):
    warn, alarm = psi_limits(1.0, bins)

    assert warn == pytest.approx(stats.chi2.ppf(0.99, bins - 1), abs=1e-3)
    assert alarm == pytest.approx(stats.chi2.ppf(0.999, bins - 1), abs=1e-3)


def test_limits_never_fall_below_the_customary_ones():
    assert psi_limits(1e-6, 10) == (0.10, 0.25)


def test_edges_are_the_reference_deciles():
    reference = np.random.default_rng(6).permutation(np.arange(1.0, 1001.0))

    np.testing.assert_array_equal(psi_edges(reference), np.arange(100.0, 1000.0, 100.0))
