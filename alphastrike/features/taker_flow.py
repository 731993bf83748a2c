"""Aggressive buying as it is, and against what the price made of it."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import EWMA_WIDTH, ewma_step, fade_rows, span_decay
from alphastrike.numerics.standing import z_step, z_width
from alphastrike.numerics.windows import sum_step, sum_width

_SMOOTHING_HOURS = 4.0
_DAY_HOURS = 24.0
_WINDOW_HOURS = 720.0


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    close, volumes, takers = columns
    is_divergence, day, window, decay, warm = parameters
    flow_at = 1 + EWMA_WIDTH
    move_at = flow_at + 1 + day
    flow_z = move_at + 1 + day
    move_z = flow_z + 5 + 3 * window
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            volume, taker = volumes[symbol, bar], takers[symbol, bar]
            change = math.log(close[symbol, bar] / row[0])
            row[0] = close[symbol, bar]
            if is_divergence == 0:
                share = 2.0 * taker / volume - 1.0 if volume != 0.0 else 0.0 * taker
                out[symbol, bar] = ewma_step(row, 1, decay, warm, share)
                continue
            slot = (first + bar) % window
            flow = sum_step(row, flow_at, day, (first + bar) % day, 2.0 * taker - volume + 0.0 * change)
            move = sum_step(row, move_at, day, (first + bar) % day, change)
            flow_place = z_step(row, flow_z, window, slot, flow, 1.0)
            out[symbol, bar] = flow_place - z_step(row, move_z, window, slot, move, 1.0)


class TakerFlow:
    """`taker_pressure_4h`: 4 h average of 2 · taker buys / volume - 1; NaN without taker volumes.

    `cvd_divergence`: z-score over 720 h of the net taker volume of 24 h less that of the return of 24 h.
    """

    def __init__(self, *, is_divergence: bool) -> None:
        """The divergence, or the pressure itself."""
        self._is_divergence = is_divergence
        self.spec = FeatureSpec(
            name="cvd_divergence" if is_divergence else "taker_pressure_4h",
            unit="standard deviations" if is_divergence else "share -1 to 1",
            lookback_hours=_DAY_HOURS + _WINDOW_HOURS if is_divergence else _SMOOTHING_HOURS,
            inputs=("close", "volume", "taker_buy_volume"),
            monitor=Monitor.RANGE_ONLY if is_divergence else Monitor.DISTRIBUTION,
            lowest=-1000.0 if is_divergence else -1.000001,
            highest=1000.0 if is_divergence else 1.000001,
            cadence_hours=1.0,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        day, window = bars_in(_DAY_HOURS, interval_ms), bars_in(_WINDOW_HOURS, interval_ms)
        warm = bars_in(_SMOOTHING_HOURS, interval_ms)
        decay = span_decay(warm)
        return Fold(
            _fold,
            self.spec.inputs,
            (int(self._is_divergence), day, window, decay, warm),
            (len(symbols), 1 + EWMA_WIDTH + 2 * sum_width(day) + 2 * z_width(window)),
            lookback_bars=1 + day + window if self._is_divergence else warm,
            fade_bars=0 if self._is_divergence else fade_rows(decay),
        )


plugins = (TakerFlow(is_divergence=False), TakerFlow(is_divergence=True))
