"""How unusual the traded volume is."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.windows import moments_step, moments_width

_NEGLIGIBLE = 1e-12


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (volumes,) = columns
    (window,) = parameters
    for symbol in range(volumes.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(volumes.shape[1]):
            volume = volumes[symbol, bar]
            counted = 0.0 if volume == 0.0 else 1.0
            size = math.log(volume) if counted else math.nan
            out[symbol, bar] = (size - row[0]) / row[1]
            count, mean, squares = moments_step(row, 2, window, slot, size, counted)
            deviation = math.nan
            if count > 1.0 and 2.0 * count >= window:
                deviation = math.sqrt(squares / (count - 1.0))
            row[0] = mean
            row[1] = deviation if deviation > _NEGLIGIBLE else math.nan
            slot += 1
            if slot == window:
                slot = 0


class VolumeSurprise:
    """z-score of ln(volume) against the hours before this bar.

    A bar without trades has no logarithm: its own value is NaN and the window goes on without it.
    NaN also when fewer than half of the window's bars traded, or their volume did not vary.
    """

    def __init__(self, hours: int, cadence_hours: float = 0.0) -> None:
        """Declare the feature over so many hours."""
        self._hours = float(hours)
        self.spec = FeatureSpec(
            name=f"volume_z_{hours}h",
            unit="standard deviations",
            lookback_hours=self._hours,
            inputs=("volume",),
            lowest=-1000.0,
            highest=1000.0,
            cadence_hours=cadence_hours,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(self._hours, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (window,),
            (len(symbols), 2 + moments_width(window)),
            lookback_bars=1 + window,
        )


plugins = (VolumeSurprise(168), VolumeSurprise(720, cadence_hours=1.0))
