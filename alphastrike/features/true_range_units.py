"""Moves and candles in units of the average true range."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import (
    EWMA_WIDTH,
    WILDER_WIDTH,
    ewma_step,
    fade_rows,
    span_decay,
    wilder_step,
)

_FAST_HOURS = 12.0
_SLOW_HOURS = 48.0
_RANGE_HOURS = 14.0


@compiled_without_allocation
def _fold(_first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    highs, lows, closes = columns
    is_range, fast, slow, slow_warm, rows = parameters
    slow_at = 2 + EWMA_WIDTH
    range_at = slow_at + EWMA_WIDTH
    for symbol in range(closes.shape[0]):
        row = state[symbol]
        for bar in range(closes.shape[1]):
            high, low, close = highs[symbol, bar], lows[symbol, bar], closes[symbol, bar]
            # The first bar has no close before it; its own range would be another number.
            stretch = max(high, row[0]) - min(low, row[0]) + 0.0 * row[0]
            row[0] = close
            usual = wilder_step(row, range_at, rows, rows, stretch)
            gap = ewma_step(row, 2, fast, slow_warm, close) - ewma_step(row, slow_at, slow, slow_warm, close)
            before = row[1]
            row[1] = usual
            if is_range == 1:
                out[symbol, bar] = (high - low) / before if before > 0.0 else math.nan
            else:
                out[symbol, bar] = gap / usual if usual > 0.0 else math.nan


class TrueRangeUnits:
    """`ema_gap_over_atr`: 12 h less 48 h exponential average; `range_over_atr`: high less low.

    Both over the average true range of 14 h (Wilder 1978), for the range that of the bar before.
    """

    def __init__(self, *, is_range: bool) -> None:
        """The bar's range, or the gap of the averages."""
        self._is_range = is_range
        self.spec = FeatureSpec(
            name="range_over_atr" if is_range else "ema_gap_over_atr",
            unit="average true ranges",
            lookback_hours=_RANGE_HOURS + 1.0 if is_range else _SLOW_HOURS,
            inputs=("high", "low", "close"),
            lowest=0.0 if is_range else -1000.0,
            highest=1000.0,
            cadence_hours=1.0,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        fast, slow = bars_in(_FAST_HOURS, interval_ms), bars_in(_SLOW_HOURS, interval_ms)
        rows = bars_in(_RANGE_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (int(self._is_range), span_decay(fast), span_decay(slow), slow, rows),
            (len(symbols), 2 + 2 * EWMA_WIDTH + WILDER_WIDTH),
            lookback_bars=rows + 2 if self._is_range else max(slow, 1 + rows),
            fade_bars=max(fade_rows(span_decay(slow)), fade_rows(1.0 - 1.0 / rows)),
        )


plugins = (TrueRangeUnits(is_range=False), TrueRangeUnits(is_range=True))
