"""Isotonic calibration: steps instead of a curve, for those who have the rows that takes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.ml.calibration import HIGHEST, LOWEST, log_odds

LEAST_OUTCOMES = 5_000.0  # with 500 it states 1.0 of what it saw come true a few times


@dataclass(frozen=True, slots=True)
class Isotonic:
    """How often the likelier side comes true, by the size of the log-odds: a rising staircase.

    From a size of `sizes[i]` on it is `shares[i]`, and one half below the first. What is said of a
    rise is the mirror of what is said of a fall: a month's drift is no property of a model.
    """

    sizes: tuple[float, ...]
    shares: tuple[float, ...]
    lowest: float = LOWEST
    highest: float = HIGHEST

    def probabilities(self, raw: Floats) -> Floats:
        """Calibrated probabilities of raw ones, which may be NaN and then stay so."""
        odds = log_odds(raw)
        steps = np.concatenate(([0.5], self.shares))
        share = steps[np.searchsorted(self.sizes, np.abs(odds), side="right")]
        up = np.clip(np.where(odds > 0.0, share, 1.0 - share), self.lowest, self.highest)
        return np.where(np.isnan(raw), np.nan, up)


def fit_isotonic(raw: Floats, hit: NDArray[np.bool_], weight: Floats) -> Isotonic:
    """The best staircase in weighted squares, never below one half: no forecast is turned round.

    Pool adjacent violators (Zadrozny and Elkan, KDD 2002), on sizes and on whether the side came true.
    """
    from scipy.optimize import isotonic_regression  # noqa: PLC0415 - only training pays

    odds = log_odds(raw)
    sizes, place = np.unique(np.abs(odds), return_inverse=True)
    weights = np.bincount(place, weights=weight)
    right = np.bincount(place, weights=weight * ((odds > 0.0) == hit))
    known = (weights > 0.0) & (sizes > 0.0)  # one half leans to neither side
    if not known.any():
        return Isotonic((), ())
    fitted = isotonic_regression(right[known] / weights[known], weights=weights[known])
    first = fitted.blocks[:-1]
    shares = np.maximum(fitted.x[first], 0.5)
    return Isotonic(tuple(sizes[known][first].tolist()), tuple(shares.tolist()))
