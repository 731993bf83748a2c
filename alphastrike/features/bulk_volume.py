"""Buying pressure told from candles alone."""

from typing import Any

from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.bulk_volume import BULK_WIDTH, bulk_step
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import EWMA_WIDTH, ewma_step, fade_rows, half_life_decay, span_decay
from alphastrike.numerics.standing import z_step, z_width

_WINDOW_HOURS = 168.0
_FAST_HOURS = 6.0
_SLOW_HOURS = 24.0
_HALF_LIFE_HOURS = 24.0
_WARM_UP_HOURS = 48.0


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    close, volumes = columns
    window, decay, warm, fast, fast_warm, slow, slow_warm = parameters
    smooth_at = BULK_WIDTH
    usual_at = smooth_at + EWMA_WIDTH
    z_at = usual_at + EWMA_WIDTH
    for symbol in range(close.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(close.shape[1]):
            volume = volumes[symbol, bar]
            bought = bulk_step(row, 0, decay, warm, close[symbol, bar]) * volume
            smooth = ewma_step(row, smooth_at, fast, fast_warm, bought)
            usual = ewma_step(row, usual_at, slow, slow_warm, volume)
            share = smooth / usual if usual != 0.0 else 0.0 * smooth
            out[symbol, bar] = z_step(row, z_at, window, slot, share, 1.0)
            slot += 1
            if slot == window:
                slot = 0


class BulkVolume:
    """z-score over 168 h of the 6 h average of bought less sold volume over the 24 h average of volume.

    What was bought is told from each bar's move: bulk volume classification (Easley, Lopez de Prado and
    O'Hara 2012).
    """

    spec = FeatureSpec(
        name="bulk_volume_z_168h",
        unit="standard deviations",
        lookback_hours=_WINDOW_HOURS + _WARM_UP_HOURS + _FAST_HOURS,
        inputs=("close", "volume"),
        lowest=-1000.0,
        highest=1000.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(_WINDOW_HOURS, interval_ms)
        decay = half_life_decay(_HALF_LIFE_HOURS * HOUR_MS / interval_ms)
        warm = bars_in(_WARM_UP_HOURS, interval_ms)
        fast = bars_in(_FAST_HOURS, interval_ms)
        slow = bars_in(_SLOW_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (window, decay, warm, span_decay(fast), fast, span_decay(slow), slow),
            (len(symbols), BULK_WIDTH + 2 * EWMA_WIDTH + z_width(window)),
            lookback_bars=1 + warm + fast - 1 + window,
            fade_bars=max(fade_rows(decay), fade_rows(span_decay(slow))),
        )


plugin = BulkVolume()
