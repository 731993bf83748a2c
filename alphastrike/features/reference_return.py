"""The week of bitcoin, for every symbol."""

import math
from typing import Any

from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.domain.series import REFERENCE_SYMBOL
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import EWMA_WIDTH, fade_rows, half_life_decay
from alphastrike.numerics.standardized_change import deviation_step

_HOURS = 168.0
_HALF_LIFE_HOURS = 24.0


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    leader, window, decay = parameters
    scale = math.sqrt(window)
    ring = 1 + EWMA_WIDTH
    for symbol in range(close.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(close.shape[1]):
            if leader < 0:
                out[symbol, bar] = math.nan
                continue
            # A symbol's own gap makes it forget what bitcoin did, as everything else about it.
            value = close[leader, bar] + 0.0 * close[symbol, bar]
            sigma = deviation_step(row, 1, decay, window, math.log(value / row[0]))
            row[0] = value
            old = row[ring + slot]
            row[ring + slot] = value
            out[symbol, bar] = math.log(value / old) / (sigma * scale)
            slot += 1
            if slot == window:
                slot = 0


class ReferenceReturn:
    """Bitcoin's log return of 168 h over its volatility, for every symbol; NaN without its candles."""

    spec = FeatureSpec(
        name="reference_return_168h_over_vol",
        unit="standard deviations",
        lookback_hours=_HOURS,
        inputs=("close",),
        lowest=-100.0,
        highest=100.0,
        cadence_hours=1.0,
        across_symbols=True,
        needs_symbol=REFERENCE_SYMBOL,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(_HOURS, interval_ms)
        decay = half_life_decay(_HALF_LIFE_HOURS * HOUR_MS / interval_ms)
        leader = symbols.index(REFERENCE_SYMBOL) if REFERENCE_SYMBOL in symbols else -1
        return Fold(
            _fold,
            self.spec.inputs,
            (leader, window, decay),
            (len(symbols), 1 + EWMA_WIDTH + window),
            lookback_bars=1 + window,
            fade_bars=fade_rows(decay),
        )


plugin = ReferenceReturn()
