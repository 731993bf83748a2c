"""Place in the weekly rhythm."""

import math
from typing import Any

from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold

_HOURS_A_WEEK = 168
_EPOCH_HOUR = 72  # 1 January 1970, 00:00 UTC was a Thursday


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, _state: Any, out: Any) -> None:
    (close,) = columns
    (interval_ms,) = parameters
    for bar in range(close.shape[1]):
        hour = ((first + bar + 1) * interval_ms // HOUR_MS + _EPOCH_HOUR) % _HOURS_A_WEEK
        for symbol in range(close.shape[0]):
            out[symbol, bar] = math.nan if math.isnan(close[symbol, bar]) else float(hour)


class HourOfWeek:
    """Hour of the week at which this candle closes and the next opens; Monday 00:00 UTC is 0."""

    spec = FeatureSpec(
        name="hour_of_week",
        unit="hour 0 to 167",
        lookback_hours=0.0,
        inputs=("close",),
        monitor=Monitor.RANGE_ONLY,
        lowest=0.0,
        highest=167.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        return Fold(_fold, self.spec.inputs, (interval_ms,), (len(symbols), 0), lookback_bars=1)


plugin = HourOfWeek()
