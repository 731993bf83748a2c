"""Where the close lies in the recent range."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.windows import max_step, min_step, sum_width


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    high, low, close = columns
    (window,) = parameters
    for symbol in range(close.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(close.shape[1]):
            top = max_step(row, 0, window, slot, high[symbol, bar])
            bottom = min_step(row, 1 + window, window, slot, low[symbol, bar])
            place = math.nan
            if top > bottom:
                place = ((close[symbol, bar] - bottom) - (top - close[symbol, bar])) / (top - bottom)
                place = max(-1.0, min(1.0, place))
            out[symbol, bar] = place
            slot += 1
            if slot == window:
                slot = 0


class RangePosition:
    """2 · (close - middle) / range of the highs and lows: -1 at the low, 1 at the high.

    NaN when the range is zero.
    """

    def __init__(self, hours: int, cadence_hours: float = 0.0) -> None:
        """Declare the feature over so many hours."""
        self._hours = float(hours)
        self.spec = FeatureSpec(
            name=f"range_position_{hours}h",
            unit="share -1 to 1",
            lookback_hours=self._hours,
            inputs=("high", "low", "close"),
            lowest=-1.0,
            highest=1.0,
            cadence_hours=cadence_hours,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(self._hours, interval_ms)
        return Fold(
            _fold, self.spec.inputs, (window,), (len(symbols), 2 * sum_width(window)), lookback_bars=window
        )


plugin = RangePosition(48)
plugins = (RangePosition(24, cadence_hours=1.0),)
