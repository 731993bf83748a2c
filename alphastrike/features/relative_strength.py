"""Relative strength index."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import WILDER_WIDTH, fade_rows, wilder_step

_HOURS = 14.0


@compiled_without_allocation
def _fold(_first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    (bars,) = parameters
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            change = close[symbol, bar] - row[0]
            row[0] = close[symbol, bar]
            gain = wilder_step(row, 1, bars, bars, max(change, 0.0))
            loss = wilder_step(row, 1 + WILDER_WIDTH, bars, bars, max(-change, 0.0))
            moved = gain + loss
            out[symbol, bar] = 100.0 * (gain / moved) if moved > 0.0 else math.nan


class RelativeStrength:
    """100 · G / (G + L), G and L Wilder's averages of gains and losses over 14 h; 0 to 100.

    NaN when the price did not move at all. Source: Wilder 1978.
    """

    spec = FeatureSpec(
        name="rsi_14h",
        unit="index 0 to 100",
        lookback_hours=_HOURS,
        inputs=("close",),
        lowest=0.0,
        highest=100.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        bars = bars_in(_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (bars,),
            (len(symbols), 1 + 2 * WILDER_WIDTH),
            lookback_bars=1 + bars,
            fade_bars=fade_rows(1.0 - 1.0 / bars),
        )


plugin = RelativeStrength()
