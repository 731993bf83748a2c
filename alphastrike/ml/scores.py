"""How good probabilities were: Brier score, area under the curve, reliability."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats

Hits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Forecasts of one size: how many, what they said on average, and how often it came true."""

    count: int
    stated: float
    happened: float


def brier(probability: Floats, hit: Hits) -> float:
    """Mean squared error of the probability; 0.25 is a coin. G. Brier (1950)."""
    return float(np.mean((probability - hit) ** 2)) if hit.size else math.nan


def area_under_curve(probability: Floats, hit: Hits) -> float:
    """Chance that a hit was given more than a miss, ties half: Mann-Whitney U / (n1 n0)."""
    ups = int(hit.sum())
    downs = hit.size - ups
    if ups == 0 or downs == 0:
        return math.nan
    _, inverse, counts = np.unique(probability, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - 0.5 * (counts - 1.0))[inverse]
    return float((ranks[hit].sum() - ups * (ups + 1) / 2.0) / (ups * downs))


def reliability(probability: Floats, hit: Hits, bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """Bins of equal count from the lowest to the highest forecast; equal forecasts stay together."""
    if hit.size == 0:
        return ()
    edges = np.unique(np.quantile(probability, np.arange(1, bins) / bins, method="lower"))
    index = np.searchsorted(edges, probability, side="left")
    found = []
    for b in range(edges.size + 1):
        inside = index == b
        count = int(inside.sum())
        if count:
            found.append(ReliabilityBin(count, float(probability[inside].mean()), float(hit[inside].mean())))
    return tuple(found)


def expected_calibration_error(bins: tuple[ReliabilityBin, ...]) -> float:
    """Mean distance between what was stated and what happened, weighted by count."""
    total = sum(part.count for part in bins)
    if total == 0:
        return math.nan
    return sum(part.count * abs(part.stated - part.happened) for part in bins) / total
