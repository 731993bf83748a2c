"""Strength of buying weighed by volume."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.windows import sum_step, sum_width

_HOURS = 14.0


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    high, low, close, volume = columns
    (window,) = parameters
    for symbol in range(close.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(close.shape[1]):
            typical = (high[symbol, bar] + low[symbol, bar] + close[symbol, bar]) / 3.0
            change = typical - row[0]
            row[0] = typical
            flow = typical * volume[symbol, bar]
            gained = sum_step(row, 1, window, slot, flow if change > 0.0 else 0.0 * change)
            lost = sum_step(row, 2 + window, window, slot, flow if change < 0.0 else 0.0 * change)
            moved = gained + lost
            out[symbol, bar] = 100.0 * (gained / moved) if moved > 0.0 else math.nan
            slot += 1
            if slot == window:
                slot = 0


class MoneyFlow:
    """Money flow index over 14 h: 100 · gains / (gains + losses) of typical price times volume.

    NaN when nothing was traded at another price than before.
    """

    spec = FeatureSpec(
        name="money_flow_14h",
        unit="index 0 to 100",
        lookback_hours=_HOURS,
        inputs=("high", "low", "close", "volume"),
        lowest=0.0,
        highest=100.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (window,),
            (len(symbols), 1 + 2 * sum_width(window)),
            lookback_bars=1 + window,
        )


plugin = MoneyFlow()
