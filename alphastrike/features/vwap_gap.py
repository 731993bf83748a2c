"""Distance from the volume-weighted average price."""

import math
from typing import Any

from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import EWMA_WIDTH, fade_rows, half_life_decay
from alphastrike.numerics.standardized_change import deviation_step
from alphastrike.numerics.windows import sum_step, sum_width

_HOURS = 24.0
_HALF_LIFE_HOURS = 24.0
_WARM_UP_HOURS = 48.0


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    high, low, closes, volumes = columns
    window, decay, warm = parameters
    paid_at = 1 + EWMA_WIDTH
    scale = math.sqrt(window)
    for symbol in range(closes.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(closes.shape[1]):
            close = closes[symbol, bar]
            volume = volumes[symbol, bar]
            sigma = deviation_step(row, 1, decay, warm, math.log(close / row[0]))
            row[0] = close
            typical = (high[symbol, bar] + low[symbol, bar] + close) / 3.0
            paid = sum_step(row, paid_at, window, slot, typical * volume)
            traded = sum_step(row, paid_at + 1 + window, window, slot, volume)
            gap = math.nan
            if traded > 0.0:
                gap = (close - paid / traded) / (close * sigma * scale)
            out[symbol, bar] = gap
            slot += 1
            if slot == window:
                slot = 0


class VwapGap:
    """(C - VWAP) / (C sigma √k) over 24 h of k bars.

    VWAP weighs (H + L + C) / 3 by volume; sigma is that of one bar's squared returns, half-life
    24 h. NaN when nothing traded in the window or the price did not move.
    """

    spec = FeatureSpec(
        name="vwap_gap_24h",
        unit="standard deviations",
        lookback_hours=_WARM_UP_HOURS,
        inputs=("high", "low", "close", "volume"),
        lowest=-100.0,
        highest=100.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(_HOURS, interval_ms)
        decay = half_life_decay(_HALF_LIFE_HOURS * HOUR_MS / interval_ms)
        warm = bars_in(_WARM_UP_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (window, decay, warm),
            (len(symbols), 1 + EWMA_WIDTH + 2 * sum_width(window)),
            lookback_bars=1 + warm,
            fade_bars=fade_rows(decay),
        )


plugin = VwapGap()
