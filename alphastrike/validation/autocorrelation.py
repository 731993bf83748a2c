"""How many bars of an autocorrelated series are worth one independent observation."""

import math

import numpy as np

from alphastrike.domain.blocks import Floats
from alphastrike.numerics.compiled import compiled

_WINDOW = 5.0  # Sokal's factor: sum lags up to this many autocorrelation times
_LAGS = 8  # lags taken in one pass over the series


@compiled
def autocorrelation_time(series: Floats, longest: float) -> float:
    """Integrated autocorrelation time tau = 1 + 2 sum rho(lag), in samples, at least 1.

    The sum stops at the first lag >= 5 tau: A. Sokal, "Monte Carlo Methods in Statistical
    Mechanics" (1997), section 3. For an AR(1) process tau = (1 + phi) / (1 - phi). Infinite
    when tau exceeds `longest` or the series is constant; a series of n values has n / tau
    effective observations.
    """
    centred = np.empty(series.size)
    mean = _mean(series)
    power = 0.0
    for i in range(series.size):
        centred[i] = series[i] - mean
        power += centred[i] * centred[i]
    if not power > 0.0:
        return math.inf
    tau = 1.0
    products = np.empty(_LAGS)
    for first in range(1, min(series.size - _LAGS, int(_WINDOW * longest) + 2), _LAGS):
        _lagged_products(centred, first, products)
        for step in range(_LAGS):
            tau += 2.0 * products[step] / power
            if first + step >= _WINDOW * tau:
                return max(tau, 1.0) if tau <= longest else math.inf
    return math.inf


@compiled
def variance_inflation(tau: float, window: float, reference: float) -> float:
    """Variance of a difference of two sample shares, against one independent pair: tau/n + tau/m."""
    return tau / window + tau / reference


@compiled
def _mean(series: Floats) -> float:
    total = 0.0
    for value in series:
        total += value
    return total / series.size


@compiled
def _lagged_products(centred: Floats, first: int, out: Floats) -> None:
    # Eight sums side by side, each in time order: the compiler keeps them in vector registers.
    a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    later = centred[first:]
    whole = later.size - _LAGS + 1
    for i in range(whole):
        x = centred[i]
        a += x * later[i]
        b += x * later[i + 1]
        c += x * later[i + 2]
        d += x * later[i + 3]
        e += x * later[i + 4]
        f += x * later[i + 5]
        g += x * later[i + 6]
        h += x * later[i + 7]
    sums = (a, b, c, d, e, f, g, h)
    for step in range(_LAGS):
        total = sums[step]
        for i in range(whole, later.size - step):
            total += centred[i] * later[i + step]
        out[step] = total
