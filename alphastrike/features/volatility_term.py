"""Volatility of hours against volatility of the week."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.windows import moments_step, moments_width, sum_step, sum_width

_SHORT_HOURS = 6.0
_LONG_HOURS = 168.0


@compiled_without_allocation
def _variance(row: Any, at: int, place: Any, body: float, wick: float) -> float:
    """Yang and Zhang's variance per bar without the overnight term: markets here never close."""
    window, slot = place
    count, _, squares = moments_step(row, at, window, slot, body, 1.0)
    ranges = sum_step(row, at + 3 + 3 * window, window, slot, wick)
    share = 0.34 / (1.34 + (window + 1.0) / (window - 1.0))
    variance: float = share * squares / (count - 1.0) + (1.0 - share) * ranges / window
    return variance


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    opening, high, low, close = columns
    short, long = parameters
    long_at = 4 + 4 * short
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            up = math.log(high[symbol, bar] / opening[symbol, bar])
            down = math.log(low[symbol, bar] / opening[symbol, bar])
            body = math.log(close[symbol, bar] / opening[symbol, bar])
            wick = up * (up - body) + down * (down - body)
            near = _variance(row, 0, (short, (first + bar) % short), body, wick)
            far = _variance(row, long_at, (long, (first + bar) % long), body, wick)
            out[symbol, bar] = 0.5 * math.log(near / far) if near > 0.0 and far > 0.0 else math.nan


class VolatilityTerm:
    """ln(sigma of 6 h / sigma of 168 h) after Yang and Zhang 2000; above 0 the last hours are the wilder.

    NaN when the price did not move.
    """

    spec = FeatureSpec(
        name="volatility_term",
        unit="log ratio",
        lookback_hours=_LONG_HOURS,
        inputs=("open", "high", "low", "close"),
        lowest=-20.0,
        highest=20.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        short = max(2, bars_in(_SHORT_HOURS, interval_ms))
        long = max(3, bars_in(_LONG_HOURS, interval_ms))
        width = sum(moments_width(window) + sum_width(window) for window in (short, long))
        return Fold(_fold, self.spec.inputs, (short, long), (len(symbols), width), lookback_bars=long)


plugin = VolatilityTerm()
