"""Isotonic calibration: a staircase that rises, mirrored, with the bits of a stream in a batch."""

import numpy as np
import pytest

from alphastrike.ml.isotonic import Isotonic, fit_isotonic

ODDS = np.array([0.1, 0.2, 0.3, 0.4])
RAW = 1.0 / (1.0 + np.exp(-ODDS))


def test_neighbours_that_fall_are_pooled():
    # Right 1, 0, 1, 1 of 1 at rising sizes: the first two become one step of 1/2, worked by hand.
    fitted = fit_isotonic(RAW, np.array([True, False, True, True]), np.ones(4))

    assert fitted.sizes == pytest.approx((0.1, 0.3))
    assert fitted.shares == (0.5, 1.0)


def test_one_half_leans_to_neither_side():
    fitted = fit_isotonic(np.array([0.5, 0.5, RAW[1]]), np.array([True, True, True]), np.ones(3))

    assert fitted.probabilities(np.array([0.5]))[0] == 0.5
    assert fit_isotonic(np.full(3, 0.5), np.array([True, False, True]), np.ones(3)) == Isotonic((), ())


def test_a_row_counts_what_it_weighs():
    fitted = fit_isotonic(RAW[:2], np.array([True, False]), np.array([3.0, 1.0]))

    assert fitted.shares == (0.75,)


def test_a_fall_is_the_mirror_of_a_rise():
    calm = Isotonic((0.1, 0.3), (0.55, 0.6))
    raw = np.array([0.5, RAW[1], 1 - RAW[1], RAW[3], 1 - RAW[3], np.nan])

    said = calm.probabilities(raw)

    assert said[:5] == pytest.approx([0.5, 0.55, 0.45, 0.6, 0.4])
    assert np.isnan(said[5])


def test_nothing_is_said_beyond_the_bounds_and_nobody_is_turned_round():
    fitted = fit_isotonic(RAW, np.array([False, False, True, True]), np.ones(4))

    assert fitted.probabilities(RAW).tolist() == [0.5, 0.5, 0.65, 0.65]


def test_a_true_curve_is_found_again():
    chance = np.random.default_rng(3)
    odds = chance.normal(0.0, 0.4, 60_000)
    hit = chance.random(odds.size) < 1 / (1 + np.exp(-odds))
    raw = 1 / (1 + np.exp(-3.0 * odds))  # overconfident three times

    said = fit_isotonic(raw, hit, np.ones(odds.size)).probabilities(raw)

    inside = np.abs(odds) < 0.5
    assert np.abs(said - 1 / (1 + np.exp(-odds)))[inside].max() < 0.03


def test_one_at_a_time_gives_the_same_bits():
    fitted = fit_isotonic(RAW, np.array([True, False, True, True]), np.ones(4))
    raw = np.random.default_rng(1).random(500)

    assert fitted.probabilities(raw).tolist() == [
        fitted.probabilities(raw[row : row + 1])[0] for row in range(500)
    ]
