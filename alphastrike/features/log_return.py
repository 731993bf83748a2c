"""Return of the last candle."""

import math
from typing import Any

from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold


@compiled_without_allocation
def _fold(_first: int, columns: Any, _parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    for symbol in range(close.shape[0]):
        previous = state[symbol, 0]
        for bar in range(close.shape[1]):
            out[symbol, bar] = math.log(close[symbol, bar] / previous)
            previous = close[symbol, bar]
        state[symbol, 0] = previous


class LogReturn:
    """ln(close / previous close) of one bar."""

    spec = FeatureSpec(
        name="log_return_1",
        unit="log return",
        lookback_hours=0.0,
        inputs=("close",),
        # Its spread remembers for weeks: distribution tests would take calm and storm for drift.
        monitor=Monitor.RANGE_ONLY,
        lowest=-1.0,
        highest=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:  # noqa: ARG002 - counted in bars
        """A fresh fold for these symbols."""
        return Fold(_fold, ("close",), (), (len(symbols), 1), lookback_bars=2)


plugin = LogReturn()
