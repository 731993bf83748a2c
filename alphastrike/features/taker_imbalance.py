"""Pressure of aggressive buyers against sellers."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import EWMA_WIDTH, ewma_step, fade_rows, span_decay
from alphastrike.numerics.windows import moments_step, moments_width

_WINDOW_HOURS = 168.0
_SMOOTHING_HOURS = 4.0
_NEGLIGIBLE = 1e-12


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    bought, volumes = columns
    window, decay, warm = parameters
    for symbol in range(volumes.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(volumes.shape[1]):
            # Without a trade there was no net flow; a missing column (NaN) stays NaN.
            volume = volumes[symbol, bar]
            imbalance = 0.0 * bought[symbol, bar]
            if volume != 0.0:
                imbalance = 2.0 * bought[symbol, bar] / volume - 1.0
            smooth = ewma_step(row, 2, decay, warm, imbalance)
            out[symbol, bar] = (smooth - row[0]) / row[1]
            count, mean, squares = moments_step(row, 2 + EWMA_WIDTH, window, slot, smooth, 1.0)
            deviation = math.sqrt(squares / (count - 1.0)) if count > 1.0 else math.nan
            row[0] = mean
            row[1] = deviation if deviation > _NEGLIGIBLE else math.nan
            slot += 1
            if slot == window:
                slot = 0


class TakerImbalance:
    """z-score of the 4 h average of 2 · taker buys / volume - 1 against the 168 h before this bar.

    NaN without taker volumes, and when the imbalance did not vary.
    """

    spec = FeatureSpec(
        name="taker_imbalance_z",
        unit="standard deviations",
        lookback_hours=_WINDOW_HOURS + _SMOOTHING_HOURS,
        inputs=("taker_buy_volume", "volume"),
        lowest=-1000.0,
        highest=1000.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(_WINDOW_HOURS, interval_ms)
        warm = bars_in(_SMOOTHING_HOURS, interval_ms)
        decay = span_decay(warm)
        return Fold(
            _fold,
            self.spec.inputs,
            (window, decay, warm),
            (len(symbols), 2 + EWMA_WIDTH + moments_width(window)),
            lookback_bars=window + warm,
            fade_bars=fade_rows(decay),
        )


plugin = TakerImbalance()
