"""Kolmogorov-Smirnov distance: the largest gap between two distribution functions."""

import math

import numpy as np

from alphastrike.domain.blocks import Floats
from alphastrike.numerics.compiled import compiled

_SMALLEST = 0.10
_CRITICAL = 1.949  # K at 0.001: P(sup |Brownian bridge| > K) = 0.001


@compiled
def ks_distance(first: Floats, second: Floats) -> float:
    """Exact two-sample D = sup |F1 - F2|, in [0, 1]; NaN when a sample is empty."""
    if first.size == 0 or second.size == 0:
        return math.nan
    a, b = np.sort(first), np.sort(second)
    i, j = 0, 0
    largest = 0.0
    while i < a.size and j < b.size:
        value = min(a[i], b[j])
        while i < a.size and a[i] == value:
            i += 1
        while j < b.size and b[j] == value:
            j += 1
        largest = max(largest, abs(i / a.size - j / b.size))
    return largest


@compiled
def ks_grid_distance(reference_shares: Floats, window_counts: Floats) -> float:
    """D looked up at bin edges only: at most the heaviest bin's share below the exact D.

    `reference_shares` is the reference distribution function at each upper edge,
    `window_counts` holds one bin more. NaN when the window is empty.
    """
    total = 0.0
    for count in window_counts:
        total += count
    if not total > 0.0:
        return math.nan
    below = 0.0
    largest = 0.0
    for edge in range(reference_shares.size):
        below += window_counts[edge]
        largest = max(largest, abs(below - total * reference_shares[edge]))
    return float(largest / total)


@compiled
def ks_limit(inflation: float) -> float:
    """Alarm limit max(0.10, 1.949 sqrt(tau/n + tau/m)): the 0.1 % point, never a p-value.

    Smirnov (1948), Annals of Mathematical Statistics 19, 279, with n and m in effective samples.
    """
    return max(_SMALLEST, _CRITICAL * math.sqrt(inflation))
