"""Moves that the traded volume does not explain."""

import math
from typing import Any

from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.bulk_volume import BULK_WIDTH, bulk_step
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import fade_rows, half_life_decay
from alphastrike.numerics.standing import z_step, z_width
from alphastrike.numerics.windows import sum_step, sum_width

_WINDOW_HOURS = 72.0
_HALF_LIFE_HOURS = 24.0
_WARM_UP_HOURS = 48.0


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    closes, volumes, takers = columns
    window, decay, warm = parameters
    impact_at = BULK_WIDTH
    joint_at = impact_at + 1
    square_at = joint_at + 1 + window
    z_at = square_at + 1 + window
    for symbol in range(closes.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(closes.shape[1]):
            close = closes[symbol, bar]
            volume = volumes[symbol, bar]
            change = math.log(close / row[0])
            bought = bulk_step(row, 0, decay, warm, close) * volume
            taker = takers[symbol, bar]
            # Warm-up is that of the bulk classification, whichever of the two is used.
            money = (0.0 * bought + 2.0 * taker - volume) * close if taker >= 0.0 else bought * close
            residual = change - row[impact_at] * money
            out[symbol, bar] = z_step(row, z_at, window, slot, residual, 1.0)
            joint = sum_step(row, joint_at, window, slot, change * money)
            square = sum_step(row, square_at, window, slot, money * money)
            row[impact_at] = joint / square if square > 0.0 else 0.0 * square
            slot += 1
            if slot == window:
                slot = 0


class ImpactResidual:
    """z-score over 72 h of r - lambda · signed volume in quote, lambda the slope of the 72 h before.

    Signed volume is taker buys less sells, or told from each bar's move where the venue does not report
    them. Source: Kyle 1985.
    """

    spec = FeatureSpec(
        name="impact_residual_z_72h",
        unit="standard deviations",
        lookback_hours=2.0 * _WINDOW_HOURS + _WARM_UP_HOURS,
        inputs=("close", "volume", "taker_buy_volume"),
        lowest=-1000.0,
        highest=1000.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(_WINDOW_HOURS, interval_ms)
        decay = half_life_decay(_HALF_LIFE_HOURS * HOUR_MS / interval_ms)
        warm = bars_in(_WARM_UP_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (window, decay, warm),
            (len(symbols), BULK_WIDTH + 1 + 2 * sum_width(window) + z_width(window)),
            lookback_bars=1 + warm + 2 * window,
            fade_bars=fade_rows(decay),
        )


plugin = ImpactResidual()
