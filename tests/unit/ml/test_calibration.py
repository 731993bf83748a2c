"""Platt calibration and the scores of probabilities, against scipy and numbers worked by hand."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import mannwhitneyu

from alphastrike.ml.calibration import Platt, Prior, fit_platt, log_odds
from alphastrike.ml.scores import area_under_curve, brier, expected_calibration_error, reliability


def an_overconfident_model(rows=4_000, seed=3):
    """Raw probabilities whose log-odds are three times too large, and what happened."""
    chance = np.random.default_rng(seed)
    true_odds = chance.normal(0.1, 0.4, rows)
    hit = chance.random(rows) < 1 / (1 + np.exp(-true_odds))
    return 1 / (1 + np.exp(-3.0 * true_odds)), hit


def test_the_fit_is_the_minimum_scipy_finds():
    raw, hit = an_overconfident_model()
    ups, downs = hit.sum(), (~hit).sum()
    targets = np.where(hit, (ups + 1) / (ups + 2), 1 / (downs + 2))

    def loss(at):
        z = at[0] * log_odds(raw) + at[1]
        return (np.logaddexp(0, z) - targets * z).sum()

    found = fit_platt(raw, hit)

    expected = minimize(loss, [0.0, 0.0], method="BFGS", options={"gtol": 1e-6}).x
    assert (found.slope, found.intercept) == pytest.approx(tuple(expected), rel=1e-4)
    assert found.slope == pytest.approx(1 / 3, rel=0.2)


def test_a_prior_weighs_like_the_penalty_scipy_is_given():
    raw, hit = an_overconfident_model(rows=150)
    ups, downs = hit.sum(), (~hit).sum()
    targets = np.where(hit, (ups + 1) / (ups + 2), 1 / (downs + 2))

    def loss(at):
        z = at[0] * log_odds(raw) + at[1]
        unlikely = 0.5 * ((at[0] - 0.8) / 0.2) ** 2 + 0.5 * (at[1] / 0.05) ** 2
        return (np.logaddexp(0, z) - targets * z).sum() + unlikely

    found = fit_platt(raw, hit, prior=Prior(slope=0.8, slope_spread=0.2, intercept_spread=0.05))

    expected = minimize(loss, [0.0, 0.0], method="BFGS", options={"gtol": 1e-7}).x
    assert (found.slope, found.intercept) == pytest.approx(tuple(expected), rel=1e-4)


def test_a_months_drift_is_no_property_of_a_model():
    raw, hit = an_overconfident_model(rows=600)
    rising = hit | (np.random.default_rng(1).random(600) < 0.3)

    believed = fit_platt(raw, rising, prior=Prior(slope=0.5, slope_spread=0.5, intercept_spread=0.01))

    assert fit_platt(raw, rising).intercept > 0.4
    assert abs(believed.intercept) < 0.05
    assert believed.slope == pytest.approx(1 / 3, rel=0.3)


def test_scores_that_all_agree_leave_platts_prior():
    # All log-odds are 0: what is left is ln((3 + 1) / (1 + 1)) of 3 ups and 1 down.
    platt = fit_platt(np.full(4, 0.5), np.array([True, True, True, False]))

    assert platt.slope == 0.0
    assert platt.intercept == pytest.approx(math.log(4 / 2))


def test_a_model_that_is_wrong_where_it_is_calibrated_is_not_turned_round():
    raw, hit = an_overconfident_model()

    platt = fit_platt(1 - raw, hit)

    assert platt.slope == 0.0


def test_probabilities_by_hand_clipped_and_missing():
    platt = Platt(slope=0.5, intercept=0.1)

    found = platt.probabilities(np.array([0.5, 0.6, 0.999, 0.0, math.nan]))

    assert found[0] == pytest.approx(1 / (1 + math.exp(-0.1)))
    assert found[1] == pytest.approx(1 / (1 + math.exp(-(0.5 * math.log(1.5) + 0.1))))
    assert (found[2], found[3]) == (0.65, 0.35)
    assert math.isnan(found[4])


def test_calibration_beats_the_raw_model_out_of_sample():
    raw, hit = an_overconfident_model(seed=4)
    fresh, happened = an_overconfident_model(seed=5)

    calibrated = fit_platt(raw, hit).probabilities(fresh)

    assert brier(calibrated, happened) < 0.25 < brier(fresh, happened) + 0.03
    assert expected_calibration_error(reliability(calibrated, happened)) < 0.03
    assert expected_calibration_error(reliability(fresh, happened)) > 0.08


def test_brier_by_hand():
    assert brier(np.array([0.5, 0.8, 0.1]), np.array([True, True, False])) == pytest.approx(0.30 / 3)
    assert math.isnan(brier(np.empty(0), np.empty(0, dtype=bool)))


def test_the_area_is_mann_whitneys_with_ties():
    chance = np.random.default_rng(1)
    probability = np.round(chance.random(300), 1)
    hit = chance.random(300) < probability

    expected = mannwhitneyu(probability[hit], probability[~hit]).statistic / (hit.sum() * (~hit).sum())
    assert area_under_curve(probability, hit) == pytest.approx(expected)
    assert math.isnan(area_under_curve(probability, np.ones(300, dtype=bool)))


def test_reliability_bins_hold_equal_forecasts_together():
    probability = np.repeat([0.4, 0.5, 0.6], [30, 40, 30])
    hit = np.concatenate([np.arange(30) < 12, np.arange(40) < 22, np.arange(30) < 18])

    bins = reliability(probability, hit)

    assert [(part.count, part.stated, part.happened) for part in bins] == [
        (30, pytest.approx(0.4), pytest.approx(0.4)),
        (40, pytest.approx(0.5), pytest.approx(0.55)),
        (30, pytest.approx(0.6), pytest.approx(0.6)),
    ]
    assert expected_calibration_error(bins) == pytest.approx(0.4 * 0.05)
    assert math.isnan(expected_calibration_error(reliability(np.empty(0), np.empty(0, dtype=bool))))
