"""How the UTC day began."""

import math
from typing import Any

from alphastrike.domain.intervals import DAY_MS, HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import EWMA_WIDTH, fade_rows, half_life_decay
from alphastrike.numerics.standardized_change import deviation_step

_HALF_LIFE_HOURS = 24.0
_WARM_UP_HOURS = 48.0
_SEEN, _HELD = 1 + EWMA_WIDTH, 2 + EWMA_WIDTH


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    per_day, lookback, decay, warm = parameters
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            value = close[symbol, bar]
            change = math.log(value / row[0])
            row[0] = value
            sigma = deviation_step(row, 1, decay, warm, change)
            if math.isnan(value):
                row[_SEEN] = 0.0
            else:
                row[_SEEN] = 1.0 if math.isnan(row[_SEEN]) else row[_SEEN] + 1.0
            if (first + bar) % per_day == 0:
                row[_HELD] = change / sigma
            out[symbol, bar] = row[_HELD] if row[_SEEN] >= lookback else math.nan


class OpeningHour:
    """Return of the first hour of the UTC day over volatility, held through the day.

    With longer bars, of the day's first bar. Source: Gao, Han, Li and Zhou 2018.
    """

    spec = FeatureSpec(
        name="opening_hour_over_vol",
        unit="standard deviations",
        lookback_hours=DAY_MS / HOUR_MS + _WARM_UP_HOURS,
        inputs=("close",),
        lowest=-1000.0,
        highest=1000.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        per_day = bars_in(DAY_MS / HOUR_MS, interval_ms)
        decay = half_life_decay(_HALF_LIFE_HOURS * HOUR_MS / interval_ms)
        warm = bars_in(_WARM_UP_HOURS, interval_ms)
        lookback = warm + per_day
        return Fold(
            _fold,
            self.spec.inputs,
            (per_day, lookback, decay, warm),
            (len(symbols), 3 + EWMA_WIDTH),
            lookback_bars=lookback,
            fade_bars=fade_rows(decay),
        )


plugin = OpeningHour()
