"""How unusual the volume of a whole day is."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.standing import z_step, z_width
from alphastrike.numerics.windows import sum_step, sum_width

_DAY_HOURS = 24.0
_WINDOW_HOURS = 720.0


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (volume,) = columns
    day, window = parameters
    for symbol in range(volume.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(volume.shape[1]):
            traded = sum_step(row, 0, day, (first + bar) % day, volume[symbol, bar])
            counted = 0.0 if traded == 0.0 else 1.0
            size = math.log(traded) if counted == 1.0 else math.nan
            out[symbol, bar] = z_step(row, 1 + day, window, slot, size, counted)
            slot += 1
            if slot == window:
                slot = 0


class TurnoverSurprise:
    """z-score of ln(volume of 24 h) against the 720 h before; NaN after a day without trades."""

    spec = FeatureSpec(
        name="turnover_z_720h",
        unit="standard deviations",
        lookback_hours=_DAY_HOURS + _WINDOW_HOURS,
        inputs=("volume",),
        monitor=Monitor.RANGE_ONLY,
        lowest=-1000.0,
        highest=1000.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        day, window = bars_in(_DAY_HOURS, interval_ms), bars_in(_WINDOW_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (day, window),
            (len(symbols), sum_width(day) + z_width(window)),
            lookback_bars=day + window,
        )


plugin = TurnoverSurprise()
