"""Chaikin money flow."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.windows import sum_step, sum_width

_HOURS = 20.0


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    highs, lows, closes, volumes = columns
    (window,) = parameters
    for symbol in range(closes.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(closes.shape[1]):
            high, low = highs[symbol, bar], lows[symbol, bar]
            volume = volumes[symbol, bar]
            # A candle without range closed nowhere in particular: no pressure either way.
            spread = high - low
            place = 0.0 if spread == 0.0 else (2.0 * closes[symbol, bar] - high - low) / spread
            pressed = sum_step(row, 0, window, slot, place * volume)
            traded = sum_step(row, 1 + window, window, slot, volume)
            out[symbol, bar] = max(-1.0, min(1.0, pressed / traded)) if traded > 0.0 else math.nan
            slot += 1
            if slot == window:
                slot = 0


class ChaikinMoneyFlow:
    """Σ CLV · V / Σ V over 20 h, CLV = ((C - L) - (H - C)) / (H - L); -1 to 1.

    NaN when nothing traded in the window. Source: M. Chaikin.
    """

    spec = FeatureSpec(
        name="cmf_20h",
        unit="share -1 to 1",
        lookback_hours=_HOURS,
        inputs=("high", "low", "close", "volume"),
        lowest=-1.0,
        highest=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(_HOURS, interval_ms)
        return Fold(
            _fold, self.spec.inputs, (window,), (len(symbols), 2 * sum_width(window)), lookback_bars=window
        )


plugin = ChaikinMoneyFlow()
