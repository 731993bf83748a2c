"""Calibration of one probability after another, the same bits in a stream and in a batch."""

import math

from alphastrike.domain.blocks import Floats
from alphastrike.numerics.compiled import compiled


@compiled
def calibrated(raw: float, slope: float, intercept: float, bounds: tuple[float, float]) -> float:
    """1 / (1 + exp(-(slope ln(p / (1 - p)) + intercept))) within `bounds`; NaN stays NaN."""
    if math.isnan(raw):
        return raw
    kept = min(max(raw, 1e-13), 1.0 - 1e-13)
    z = slope * (math.log(kept) - math.log1p(-kept)) + intercept
    p = 1.0 / (1.0 + math.exp(-z)) if z >= 0.0 else math.exp(z) / (1.0 + math.exp(z))
    return min(max(p, bounds[0]), bounds[1])


@compiled
def calibrate_into(
    raw: Floats, slope: float, intercept: float, bounds: tuple[float, float], out: Floats
) -> None:
    """`calibrated` of every element."""
    for i in range(raw.size):
        out[i] = calibrated(raw[i], slope, intercept, bounds)
