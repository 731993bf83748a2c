"""Funding of the synthetic market, by the formula most venues use."""

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.intervals import HOUR_MS

FUNDING_INTERVAL_MS = 8 * HOUR_MS
INTEREST_RATE = 1e-4  # per eight hours
_CLAMP = 5e-4
_CAP = 3e-3
_DECIMALS = 8  # as venues publish it


def funding_rate(average_premium: Floats | float) -> Floats:
    """F = P + clamp(I - P, +-0.05 %), capped at +-0.30 %: a fraction of notional per eight hours.

    `average_premium` is P, the basis over index. Longs pay when F is positive. Source:
    [1] in docs/concepts/domain.md.
    """
    premium = np.asarray(average_premium, dtype=np.float64)
    return np.clip(premium + np.clip(INTEREST_RATE - premium, -_CLAMP, _CLAMP), -_CAP, _CAP)


def settle_funding(
    symbols: tuple[str, ...], open_time_ms: NDArray[np.int64], step_ms: int, premium: Floats
) -> FundingHistory:
    """Rates due every eight hours UTC, strictly between the first open and the last close.

    `premium` (symbols, steps) is read at the close of each step. The average weighs the n-th
    reading of its eight hours by n, as the venue does.
    """
    first, end = int(open_time_ms[0]), int(open_time_ms[-1]) + step_ms
    due = (
        np.arange(first // FUNDING_INTERVAL_MS + 1, (end - 1) // FUNDING_INTERVAL_MS + 1)
        * FUNDING_INTERVAL_MS
    )
    rates = np.empty((len(symbols), due.size))
    if due.size:
        used = int((due[-1] - first) // step_ms)
        weight = (open_time_ms[:used] % FUNDING_INTERVAL_MS) // step_ms + 1.0
        starts = np.maximum(due - FUNDING_INTERVAL_MS - first, 0) // step_ms
        average = np.add.reduceat(premium[:, :used] * weight, starts, axis=1) / np.add.reduceat(
            weight, starts
        )
        rates = np.round(funding_rate(average), _DECIMALS)
    return FundingHistory(
        symbols=symbols,
        ts_ms=np.tile(due, len(symbols)),
        rate=rates.ravel(),
        offsets=np.arange(len(symbols) + 1, dtype=np.int64) * due.size,
    )
