"""How far the ensemble's probability may be believed: its own forecasts against what came true.

A forecast's log-odds are multiplied by one slope (Platt's scaling without its constant, so that
calibration can weaken a direction or strengthen it but never invent one). The slope is the most
likely one given the ensemble's matured forecasts, less a margin for what is not known yet.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.compiled import compiled_without_allocation

BINS = 32
_WIDTH = 0.025  # log-odds a bin; beyond the last one all are alike
_STEPS = 8
_STEEPEST = 2.0
_FARTHEST = 0.15  # no forecast is believed beyond 0.5 +- this

CALIBRATION = np.dtype([("slope", "f8"), ("rows", "f8"), ("outstanding", "i8")])
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@compiled_without_allocation
def likely_slope(bins: Floats, start: float, spread: float) -> tuple[float, float]:
    """Most likely slope a >= 0 of hit ~ 1 / (1 + exp(-a x)), and its standard deviation.

    `bins` (bins, 3) holds rows, hits and summed x > 0, the size of the log-odds. Before any row
    the slope is taken to be normal around `start` with standard deviation `spread` > 0.
    """
    slope = start
    trust = 1.0 / (spread * spread)
    curvature = trust
    for _ in range(_STEPS):
        gradient = trust * (start - slope)
        curvature = trust
        for b in range(bins.shape[0]):
            if bins[b, 0] > 0.0:
                x = bins[b, 2] / bins[b, 0]
                p = 1.0 / (1.0 + math.exp(-slope * x))
                gradient += x * (bins[b, 1] - bins[b, 0] * p)
                curvature += bins[b, 0] * x * x * p * (1.0 - p)
        slope = min(_STEEPEST, max(0.0, slope + gradient / curvature))
    return slope, math.sqrt(1.0 / curvature)


@compiled_without_allocation
def refit(memory: Any, bins: Floats, start: float, spread: float, caution: float) -> None:
    """The slope in force: the most likely one less `caution` standard deviations, not below 0."""
    rows = 0.0
    for b in range(bins.shape[0]):
        rows += bins[b, 0]
    memory["rows"] = rows
    likely, deviation = likely_slope(bins, start, spread)
    memory["slope"] = max(0.0, likely - caution * deviation)


@compiled_without_allocation
def calibrated(odds: float, slope: float) -> float:
    """Probability of a rise from raw log-odds, within 0.35 and 0.65."""
    p = 1.0 / (1.0 + math.exp(-slope * odds))
    return min(0.5 + _FARTHEST, max(0.5 - _FARTHEST, p))


@compiled_without_allocation
def score_claims(
    memory: Any,
    bins: Floats,
    claims: Floats,  # (symbols,) log-odds said one horizon ago, 0 for none; cleared
    outcomes: Any,  # (symbols,) +1, -1 or 0 for void
    horizon: int,
    correlation: float,
    half_life: float,
) -> None:
    """Enter what has matured at one bar; the symbols together count as their correlation says."""
    count = 0
    each = 0.0
    for s in range(claims.shape[0]):
        if claims[s] != 0.0 and outcomes[s] != 0:
            count += 1
    if count > 0:
        each = 1.0 / ((1.0 + (count - 1.0) * correlation) * horizon)
        fade = 2.0 ** (-each * count / half_life)
        for b in range(bins.shape[0]):
            bins[b, 0] *= fade
            bins[b, 1] *= fade
            bins[b, 2] *= fade
    for s in range(claims.shape[0]):
        claim = claims[s]
        if claim == 0.0:
            continue
        memory["outstanding"] -= 1
        claims[s] = 0.0
        if outcomes[s] != 0:
            size = abs(claim)
            b = min(BINS - 1, int(size / _WIDTH))
            bins[b, 0] += each
            bins[b, 2] += each * size
            if claim * outcomes[s] > 0.0:
                bins[b, 1] += each
