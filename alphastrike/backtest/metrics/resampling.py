"""Intervals by resampling days in blocks, so that what hangs together in time stays together.

Source: Politis and Romano (1994), "The stationary bootstrap". Such intervals still cover a little
less than they promise.
"""

from collections.abc import Callable

import numpy as np

from alphastrike.domain.blocks import Floats, Integers

_DRAWS = 500


def resampled_days(
    days: int, mean_block: float, chance: np.random.Generator, draws: int = _DRAWS
) -> Integers:
    """Day numbers, (draws, days): runs of consecutive days of geometric length, round the end."""
    picked = np.empty((draws, days), dtype=np.int64)
    picked[:, 0] = chance.integers(0, days, draws)
    for column in range(1, days):
        jumps = chance.random(draws) < 1.0 / mean_block
        fresh = chance.integers(0, days, draws)
        picked[:, column] = np.where(jumps, fresh, (picked[:, column - 1] + 1) % days)
    return picked


def interval(statistic: Callable[[Integers], float | None], picked: Integers) -> tuple[float, float] | None:
    """95 % percentile interval of a statistic of day numbers; None when it is unknown too often."""
    values = [statistic(row) for row in picked]
    known: Floats = np.array([value for value in values if value is not None])
    if known.size < len(values) / 2:
        return None
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
