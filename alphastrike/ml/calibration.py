"""Platt calibration: a model's log-odds, bent until a stated 55 % comes true 55 times in a hundred."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.ml.kernel_calibration import calibrate_into

LOWEST, HIGHEST = 0.35, 0.65  # nobody knows an hourly market better than that
_ITERATIONS, _HALVINGS = 100, 30
_RIDGE = 1e-12
_GRADIENT = 1e-10


@dataclass(frozen=True, slots=True)
class Platt:
    """Probability 1 / (1 + exp(-(slope x log-odds + intercept))), clipped to [lowest, highest]."""

    slope: float
    intercept: float
    lowest: float = LOWEST
    highest: float = HIGHEST

    def probabilities(self, raw: Floats) -> Floats:
        """Calibrated probabilities of raw ones, which may be NaN and then stay so."""
        out = np.empty_like(raw)
        calibrate_into(raw, self.slope, self.intercept, (self.lowest, self.highest), out)
        return out


@dataclass(frozen=True, slots=True)
class Prior:
    """What is thought of slope and intercept before any row: normal, the intercept around 0."""

    slope: float
    slope_spread: float
    intercept_spread: float


def fit_platt(
    raw: Floats, hit: NDArray[np.bool_], weight: Floats | None = None, prior: Prior | None = None
) -> Platt:
    """The most likely slope and intercept on log-odds, with Platt's smoothed targets.

    Without a prior it is Platt's own, the maximum likelihood; with one, a weight is so many outcomes.

    J. Platt, "Probabilistic outputs for support vector machines" (1999); Newton's method with
    backtracking after Lin, Lin and Weng, Machine Learning 68 (2007), 267. A negative slope is
    kept at 0: a model that is wrong on the calibration stretch is no model, not a mirror image.
    """
    scores = log_odds(raw)
    weights = np.ones(raw.size) if weight is None else weight
    ups, downs = float(weights[hit].sum()), float(weights[~hit].sum())
    targets = np.where(hit, (ups + 1.0) / (ups + 2.0), 1.0 / (downs + 2.0))
    rows = (scores, targets, weights)
    start = (0.0, math.log((ups + 1.0) / (downs + 1.0)))
    slope, intercept = _newton(rows, start, prior)
    if slope <= 0.0:
        silent = (np.zeros_like(scores), targets, weights)
        return Platt(0.0, start[1] if prior is None else _newton(silent, start, prior)[1])
    return Platt(slope, intercept)


def log_odds(probability: Floats) -> Floats:
    """ln(p / (1 - p)); within +-30 even at 0 and 1."""
    kept = np.clip(probability, 1e-13, 1.0 - 1e-13)
    odds: Floats = np.log(kept) - np.log1p(-kept)
    return odds


_Rows = tuple[Floats, Floats, Floats]  # log-odds, targets, weights


def _newton(rows: _Rows, start: tuple[float, float], prior: Prior | None) -> tuple[float, float]:
    scores, targets, weights = rows
    usual, steep, tilt = _trust(prior)
    slope, intercept = start
    loss = _loss(rows, start, prior)
    for _ in range(_ITERATIONS):
        p = 1.0 / (1.0 + np.exp(-(slope * scores + intercept)))
        error, curve = weights * (p - targets), weights * p * (1.0 - p)
        g1 = float((error * scores).sum()) + steep * (slope - usual)
        g2 = float(error.sum()) + tilt * intercept
        if max(abs(g1), abs(g2)) < _GRADIENT * max(1.0, float(weights.sum())):
            break
        h11 = float((curve * scores * scores).sum()) + steep + _RIDGE
        h22, h12 = float(curve.sum()) + tilt + _RIDGE, float((curve * scores).sum())
        determinant = h11 * h22 - h12 * h12
        d1 = -(h22 * g1 - h12 * g2) / determinant
        d2 = -(h11 * g2 - h12 * g1) / determinant
        step = 1.0
        for _ in range(_HALVINGS):
            trial = (slope + step * d1, intercept + step * d2)
            reached = _loss(rows, trial, prior)
            if reached < loss + 1e-4 * step * (g1 * d1 + g2 * d2):
                break
            step *= 0.5
        else:
            break
        (slope, intercept), loss = trial, reached
    return slope, intercept


def _loss(rows: _Rows, at: tuple[float, float], prior: Prior | None) -> float:
    scores, targets, weights = rows
    usual, steep, tilt = _trust(prior)
    z = at[0] * scores + at[1]
    unlikely = 0.5 * (steep * (at[0] - usual) ** 2 + tilt * at[1] ** 2)
    return float((weights * (np.logaddexp(0.0, z) - targets * z)).sum()) + unlikely


def _trust(prior: Prior | None) -> tuple[float, float, float]:
    """The prior's slope, and what its slope and its intercept weigh; nothing without one."""
    if prior is None:
        return 0.0, 0.0, 0.0
    return prior.slope, prior.slope_spread**-2, prior.intercept_spread**-2
