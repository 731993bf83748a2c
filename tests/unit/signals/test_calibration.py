"""The slope that makes the ensemble's probability honest, against a general optimiser."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from alphastrike.signals.kernel_calibration import (
    BINS,
    CALIBRATION,
    calibrated,
    likely_slope,
    refit,
    score_claims,
)


def binned(sizes, rows, hits):
    """Bins with these rows and hits at these log-odds."""
    bins = np.zeros((BINS, 3))
    bins[: len(sizes), 0] = rows
    bins[: len(sizes), 1] = hits
    bins[: len(sizes), 2] = np.array(sizes) * rows
    return bins


@pytest.mark.parametrize("spread", [0.5, 100.0], ids=["with a first guess", "without"])
@pytest.mark.parametrize("hits", [[260, 540, 330], [240, 520, 310], [255, 505, 305]])
def test_the_slope_is_the_most_likely_one(hits, spread):
    sizes, rows = np.array([0.05, 0.2, 0.4]), np.array([500.0, 1000.0, 600.0])
    hits = np.array(hits, dtype=float)

    def surprise(slope):
        p = 1 / (1 + np.exp(-slope * sizes))
        return -(hits * np.log(p) + (rows - hits) * np.log(1 - p)).sum() + (slope - 0.5) ** 2 / spread**2 / 2

    found = minimize_scalar(surprise, bounds=(0.0, 2.0), method="bounded", options={"xatol": 1e-10}).x
    bend = (surprise(found + 1e-3) + surprise(found - 1e-3) - 2 * surprise(found)) / 1e-6

    slope, deviation = likely_slope(binned(sizes, rows, hits), 0.5, spread)

    assert slope == pytest.approx(found, abs=1e-6)
    assert deviation == pytest.approx(1 / math.sqrt(bend), rel=1e-3)


@pytest.mark.parametrize(("hits", "slope"), [(400, 0.0), (900, 2.0)], ids=["worse than a coin", "far better"])
def test_the_slope_never_turns_a_forecast_round_nor_runs_away(hits, slope):
    assert likely_slope(binned([0.2], [1000.0], [hits]), 0.5, 10.0)[0] == slope


def test_without_a_row_the_first_guess_stands():
    assert likely_slope(np.zeros((BINS, 3)), 0.5, 0.4) == (0.5, pytest.approx(0.4))


@pytest.mark.parametrize(("caution", "slope"), [(0.5, 0.3), (2.0, 0.0)])
def test_the_slope_in_force_stays_below_the_likely_one(caution, slope):
    memory = np.zeros(1, dtype=CALIBRATION)

    refit(memory[0], np.zeros((BINS, 3)), 0.5, 0.4, caution)

    assert memory["slope"][0] == pytest.approx(slope)
    assert memory["rows"][0] == 0.0


def test_forecasts_of_one_bar_count_together_as_their_correlation_says():
    memory = np.zeros(1, dtype=CALIBRATION)
    memory["outstanding"] = 4
    bins = np.zeros((BINS, 3))
    claims = np.array([0.21, -0.22, 0.21, 0.9, 0.0])

    score_claims(memory[0], bins, claims, np.array([1, 1, 0, -1, 1], dtype=np.int8), 4, 0.5, 1e9)

    each = 1 / (1 + 2 * 0.5) / 4
    assert bins[8] == pytest.approx([2 * each, each, each * 0.43], rel=1e-6)
    assert bins[-1] == pytest.approx([each, 0.0, each * 0.9], rel=1e-6)
    assert memory["outstanding"][0] == 0
    assert not claims.any()


@pytest.mark.parametrize(
    ("odds", "probability"), [(0.2, 0.549834), (-0.2, 0.450166), (5.0, 0.65), (-5.0, 0.35)]
)
def test_a_probability_stays_within_what_is_believable(odds, probability):
    assert calibrated(odds, 1.0) == pytest.approx(probability, abs=1e-6)
