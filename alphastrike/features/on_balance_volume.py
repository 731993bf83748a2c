"""Whether volume has followed the price up or down."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.standing import z_step, z_width

_SLOPE_HOURS = 24.0
_WINDOW_HOURS = 168.0


@compiled_without_allocation
def _slope(row: Any, length: int, number: int) -> float:
    """Slope of the running sum of the last `length` signed volumes, a straight line through its points."""
    middle = 0.5 * (length - 1.0)
    total = 0.0
    tilt = 0.0
    for index in range(length):
        total += row[1 + (number + 1 + index) % length]
        tilt += (index - middle) * total
    return tilt / max(1.0, length * (length * length - 1.0) / 12.0)


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    close, volume = columns
    length, window = parameters
    z_at = 1 + length
    for symbol in range(close.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(close.shape[1]):
            number = first + bar
            change = close[symbol, bar] - row[0]
            row[0] = close[symbol, bar]
            sign = 0.0 * change if change == 0.0 else math.copysign(1.0, change) + 0.0 * change
            row[1 + number % length] = sign * volume[symbol, bar]
            out[symbol, bar] = z_step(row, z_at, window, slot, _slope(row, length, number), 1.0)
            slot += 1
            if slot == window:
                slot = 0


class OnBalanceVolume:
    """z-score over 168 h of the 24 h slope of on-balance volume (Granville 1963)."""

    spec = FeatureSpec(
        name="obv_slope_z_168h",
        unit="standard deviations",
        lookback_hours=_SLOPE_HOURS + _WINDOW_HOURS,
        inputs=("close", "volume"),
        lowest=-1000.0,
        highest=1000.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        length, window = bars_in(_SLOPE_HOURS, interval_ms), bars_in(_WINDOW_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (length, window),
            (len(symbols), 1 + length + z_width(window)),
            lookback_bars=1 + length + window,
        )


plugin = OnBalanceVolume()
