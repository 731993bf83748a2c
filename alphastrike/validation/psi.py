"""Population stability index: has the mass of a distribution moved between the reference deciles?"""

import math

import numpy as np

from alphastrike.domain.blocks import Floats
from alphastrike.numerics.compiled import compiled
from alphastrike.validation.bins import quantile_edges

DECILES = 10
_PRIOR = 0.5  # Jeffreys: no bin is ever empty
_WARN, _ALARM = 0.10, 0.25
# Chi-square quantiles for 0 to 9 degrees of freedom.
_CHI_WARN = (0.0, 6.635, 9.210, 11.345, 13.277, 15.086, 16.812, 18.475, 20.090, 21.666)  # 99 %
_CHI_ALARM = (0.0, 10.828, 13.816, 16.266, 18.467, 20.515, 22.458, 24.322, 26.124, 27.877)  # 99.9 %


@compiled
def psi_edges(reference: Floats) -> Floats:
    """Interior deciles of the reference sample; heavy single values get a bin of their own."""
    return quantile_edges(np.sort(reference), DECILES)


@compiled
def psi(reference_counts: Floats, window_counts: Floats) -> float:
    """Sum of (q - p) ln(q / p) over bins, p and q the Jeffreys shares (c + 1/2) / (n + B/2).

    0 is identical; NaN when a sample is empty. Under the null it is about
    (tau/n + tau/m) chi2(B - 1): Yurdakul and Naranjo (2020), Journal of Risk Model Validation.
    """
    bins = reference_counts.size
    reference_total, window_total = 0.0, 0.0
    for b in range(bins):
        reference_total += reference_counts[b]
        window_total += window_counts[b]
    if not (reference_total > 0.0 and window_total > 0.0):
        return math.nan
    total = 0.0
    for b in range(bins):
        p = (reference_counts[b] + _PRIOR) / (reference_total + _PRIOR * bins)
        q = (window_counts[b] + _PRIOR) / (window_total + _PRIOR * bins)
        total += (q - p) * math.log(q / p)
    return total


@compiled
def psi_limits(inflation: float, bins: int) -> tuple[float, float]:
    """Limits (warn, alarm): 0.10 and 0.25, or the 99 % and 99.9 % null quantiles where larger.

    `inflation` is tau/n + tau/m (`autocorrelation.variance_inflation`); 2 to 10 bins.
    """
    freedom = bins - 1
    return max(_WARN, _CHI_WARN[freedom] * inflation), max(_ALARM, _CHI_ALARM[freedom] * inflation)
