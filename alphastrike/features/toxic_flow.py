"""How one-sided trading has been, told from candles alone."""

from typing import Any

from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.bulk_volume import BULK_WIDTH, bulk_step
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import fade_rows, half_life_decay
from alphastrike.numerics.standing import rank_step, rank_width
from alphastrike.numerics.windows import sum_step, sum_width

_BUCKET_HOURS = 50.0
_RANK_HOURS = 720.0
_HALF_LIFE_HOURS = 24.0
_WARM_UP_HOURS = 48.0


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    close, volumes = columns
    is_ranked, window, ranked, decay, warm = parameters
    signed_at = BULK_WIDTH
    absolute_at = signed_at + 1 + window
    volume_at = absolute_at + 1 + window
    rank_at = volume_at + 1 + window
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            slot = (first + bar) % window
            volume = volumes[symbol, bar]
            bought = bulk_step(row, 0, decay, warm, close[symbol, bar]) * volume
            signed = sum_step(row, signed_at, window, slot, bought)
            absolute = sum_step(row, absolute_at, window, slot, abs(bought))
            traded = sum_step(row, volume_at, window, slot, volume)
            if is_ranked == 1:
                toxicity = absolute / traded if traded != 0.0 else 0.0 * absolute
                out[symbol, bar] = rank_step(row, rank_at, ranked, (first + bar) % ranked, toxicity)
            else:
                out[symbol, bar] = signed / traded if traded != 0.0 else 0.0 * signed


class ToxicFlow:
    """VPIN, mean |bought - sold| over mean volume of 50 h, and the net imbalance of the same hours.

    Buckets are hours instead of equal volumes, and what was bought is told from each bar's move
    (Easley, Lopez de Prado and O'Hara 2012). `vpin_rank_720h` is its rank among the last 720 h, 0 to 1;
    `bulk_imbalance_50h` is (bought - sold) / volume, -1 to 1.
    """

    def __init__(self, *, is_ranked: bool) -> None:
        """The rank, or the net imbalance."""
        self._is_ranked = is_ranked
        self.spec = FeatureSpec(
            name="vpin_rank_720h" if is_ranked else "bulk_imbalance_50h",
            unit="rank 0 to 1" if is_ranked else "share -1 to 1",
            lookback_hours=_BUCKET_HOURS + _WARM_UP_HOURS + (_RANK_HOURS if is_ranked else 0.0),
            inputs=("close", "volume"),
            lowest=0.0 if is_ranked else -1.0,
            highest=1.0,
            cadence_hours=1.0,
            monitor=Monitor.RANGE_ONLY,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(_BUCKET_HOURS, interval_ms)
        ranked = bars_in(_RANK_HOURS, interval_ms) if self._is_ranked else 0
        decay = half_life_decay(_HALF_LIFE_HOURS * HOUR_MS / interval_ms)
        warm = bars_in(_WARM_UP_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (int(self._is_ranked), window, ranked, decay, warm),
            (len(symbols), BULK_WIDTH + 3 * sum_width(window) + (rank_width(ranked) if ranked else 0)),
            lookback_bars=warm + window + ranked,
            fade_bars=fade_rows(decay),
        )


plugins = (ToxicFlow(is_ranked=True), ToxicFlow(is_ranked=False))
