"""Average true range."""

import math
from typing import Any

from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import WILDER_WIDTH, fade_rows, wilder_step

_BARS = 14
_WARM_UP_BARS = 3 * _BARS


@compiled_without_allocation
def _fold(_first: int, columns: Any, _parameters: Any, state: Any, out: Any) -> None:
    high, low, close = columns
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            previous = row[0]
            row[0] = close[symbol, bar]
            true_range = math.nan
            if not math.isnan(previous):
                true_range = max(high[symbol, bar], previous) - min(low[symbol, bar], previous)
            # The first candle has no true range: that of the second is the first.
            average = wilder_step(row, 1, _BARS, _WARM_UP_BARS - 1, true_range)
            out[symbol, bar] = average / close[symbol, bar]


class AverageTrueRange:
    """Wilder's average over 14 bars of max(H, C') - min(L, C'), over the close: a fraction."""

    spec = FeatureSpec(
        name="atr_14",
        unit="fraction of the close",
        lookback_hours=0.0,
        inputs=("high", "low", "close"),
        monitor=Monitor.RANGE_ONLY,
        lowest=0.0,
        highest=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:  # noqa: ARG002 - counted in bars
        """A fresh fold for these symbols."""
        return Fold(
            _fold,
            self.spec.inputs,
            (),
            (len(symbols), 1 + WILDER_WIDTH),
            lookback_bars=_WARM_UP_BARS,
            fade_bars=fade_rows(1.0 - 1.0 / _BARS),
        )


plugin = AverageTrueRange()
