"""Which side of a candle was pushed back."""

from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import EWMA_WIDTH, ewma_step, fade_rows, span_decay

_SMOOTHING_HOURS = 3.0


@compiled_without_allocation
def _fold(_first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    opening, high, low, close = columns
    decay, warm = parameters
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            span = high[symbol, bar] - low[symbol, bar]
            lower = min(opening[symbol, bar], close[symbol, bar]) - low[symbol, bar]
            upper = high[symbol, bar] - max(opening[symbol, bar], close[symbol, bar])
            out[symbol, bar] = ewma_step(row, 0, decay, warm, (lower - upper) / span)


class Wicks:
    """(Lower less upper wick) / (high - low), -1 to 1; `wick_balance_3h` is its 3 h exponential average.

    NaN for a bar without a range, which starts the average afresh.
    """

    def __init__(self, name: str, hours: float) -> None:
        """Declare the average over `hours`."""
        self._hours = hours
        self.spec = FeatureSpec(
            name=name,
            unit="share -1 to 1",
            lookback_hours=hours,
            inputs=("open", "high", "low", "close"),
            lowest=-1.000001,
            highest=1.000001,
            cadence_hours=1.0,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        warm = bars_in(self._hours, interval_ms)
        decay = span_decay(warm)
        return Fold(
            _fold,
            self.spec.inputs,
            (decay, warm),
            (len(symbols), EWMA_WIDTH),
            lookback_bars=warm,
            fade_bars=fade_rows(decay),
        )


plugins = (Wicks("wick_balance_3h", _SMOOTHING_HOURS), Wicks("wick_balance_1h", 1.0))
