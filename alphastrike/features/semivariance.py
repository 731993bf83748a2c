"""Whether the movement of the day was upward or downward."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.windows import sum_step, sum_width

_HOURS = 24.0


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    (window,) = parameters
    for symbol in range(close.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(close.shape[1]):
            change = math.log(close[symbol, bar] / row[0])
            row[0] = close[symbol, bar]
            square = change * change
            signed = sum_step(row, 1, window, slot, -square if change < 0.0 else square)
            total = sum_step(row, 2 + window, window, slot, square)
            out[symbol, bar] = max(-1.0, min(1.0, signed / total)) if total > 0.0 else math.nan
            slot += 1
            if slot == window:
                slot = 0


class Semivariance:
    """(RS⁺ - RS⁻) / RV over 24 h: squared returns of rising bars less those of falling ones; -1 to 1.

    NaN when the price did not move. Source: Barndorff-Nielsen, Kinnebrock and Shephard 2010.
    """

    spec = FeatureSpec(
        name="semivariance_24h",
        unit="share -1 to 1",
        lookback_hours=_HOURS,
        inputs=("close",),
        lowest=-1.0,
        highest=1.0,
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


plugin = Semivariance()
