"""Volatility of one day, from the range of each candle."""

import math
from typing import Any

from alphastrike.domain.intervals import DAY_MS, HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import EWMA_WIDTH, ewma_step, fade_rows, half_life_decay

_WARM_UP_HOURS = 72.0
_FAST_HOURS = 24.0
_SLOW_HOURS = 168.0
_SLOW_SHARE = 0.75  # a calm day does not pull the estimate below this share of the week's
_CLOSE_TERM = 2.0 * math.log(2.0) - 1.0


@compiled_without_allocation
def _fold(_first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    opening, high, low, close = columns
    fast_decay, slow_decay, warm, bars_per_day = parameters
    scale = math.sqrt(bars_per_day)
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            spread = math.log(high[symbol, bar] / low[symbol, bar])
            change = math.log(close[symbol, bar] / opening[symbol, bar])
            variance = 0.5 * spread * spread - _CLOSE_TERM * change * change
            variance = max(variance, 0.0)
            fast = math.sqrt(ewma_step(row, 0, fast_decay, warm, variance))
            slow = _SLOW_SHARE * math.sqrt(ewma_step(row, EWMA_WIDTH, slow_decay, warm, variance))
            out[symbol, bar] = scale * max(fast, slow)


class DailyVolatility:
    """Larger of the day's and 0.75 of the week's Garman-Klass volatility, a fraction per day.

    Variance of a candle is ½ ln²(H/L) - (2 ln 2 - 1) ln²(C/O), floored at 0 (Garman and Klass
    1980), exponentially weighted with half-lives of 24 h and 168 h, and scaled to one day by the
    root of the bars in it.
    """

    spec = FeatureSpec(
        name="daily_volatility",
        unit="fraction per day",
        lookback_hours=_WARM_UP_HOURS,
        inputs=("open", "high", "low", "close"),
        monitor=Monitor.RANGE_ONLY,
        lowest=0.0,
        highest=5.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        fast = half_life_decay(_FAST_HOURS * HOUR_MS / interval_ms)
        slow = half_life_decay(_SLOW_HOURS * HOUR_MS / interval_ms)
        warm = bars_in(_WARM_UP_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (fast, slow, warm, DAY_MS / interval_ms),
            (len(symbols), 2 * EWMA_WIDTH),
            lookback_bars=warm,
            fade_bars=fade_rows(slow),
        )


plugin = DailyVolatility()
