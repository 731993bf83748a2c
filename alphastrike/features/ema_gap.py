"""Gap between two moving averages."""

import math
from typing import Any

from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import fade_rows, span_decay

_FAST_BARS = 12
_SLOW_BARS = 26
_FAST = 2.0 / (_FAST_BARS + 1.0)
_SLOW = 2.0 / (_SLOW_BARS + 1.0)


@compiled_without_allocation
def _fold(_first: int, columns: Any, _parameters: Any, state: Any, out: Any) -> None:
    (closes,) = columns
    for symbol in range(closes.shape[0]):
        fast, slow, count = state[symbol, 0], state[symbol, 1], state[symbol, 2]
        for bar in range(closes.shape[1]):
            close = closes[symbol, bar]
            if math.isnan(close) or math.isnan(fast):
                fast = slow = close
                count = 1.0
            else:
                fast += _FAST * (close - fast)
                slow += _SLOW * (close - slow)
                count += 1.0
            out[symbol, bar] = (fast - slow) / close if count >= _SLOW_BARS else math.nan
        state[symbol, 0], state[symbol, 1], state[symbol, 2] = fast, slow, count


class EmaGap:
    """(EMA of 12 bars - EMA of 26 bars) / close; both start at the first close."""

    spec = FeatureSpec(
        name="ema_gap_12_26",
        unit="fraction of the close",
        lookback_hours=0.0,
        inputs=("close",),
        monitor=Monitor.RANGE_ONLY,
        lowest=-1.0,
        highest=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:  # noqa: ARG002 - counted in bars
        """A fresh fold for these symbols."""
        return Fold(
            _fold,
            self.spec.inputs,
            (),
            (len(symbols), 3),
            lookback_bars=_SLOW_BARS,
            fade_bars=fade_rows(span_decay(_SLOW_BARS)),
        )


plugin = EmaGap()
