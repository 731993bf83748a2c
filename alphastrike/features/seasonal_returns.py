"""What this hour of the week, or of the day, has done before."""

import math
from typing import Any

from alphastrike.domain.intervals import DAY_MS, HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import EWMA_WIDTH, fade_rows, half_life_decay
from alphastrike.numerics.standardized_change import deviation_step

_WEEKS = 26
_DAYS = 10
_HALF_LIFE_HOURS = 24.0
_WARM_UP_HOURS = 48.0
_WEEK_HOURS = 168.0
_SEEN = 1 + EWMA_WIDTH
_RING = _SEEN + 1


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    is_shrunk, cycle, count, decay, warm = parameters
    lookback = warm + cycle * count
    kept = cycle * count
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            number = first + bar
            change = math.log(close[symbol, bar] / row[0])
            row[0] = close[symbol, bar]
            if math.isnan(row[0]):
                row[_SEEN] = 0.0
            else:
                row[_SEEN] = 1.0 if math.isnan(row[_SEEN]) else row[_SEEN] + 1.0
            sigma = deviation_step(row, 1, decay, warm, change)
            row[_RING + number % kept] = change / sigma
            total = 0.0
            squares = 0.0
            for back in range(1, count + 1):
                value = row[_RING + (number + 1 - cycle * back) % kept]
                total += value
                squares += value * value
            answer = total / math.sqrt(count)
            if is_shrunk == 1:
                variance = (squares - total * total / count) / (count - 1.0)
                answer = answer / math.sqrt(variance) * 0.5 if variance > 0.0 else math.nan
            out[symbol, bar] = answer if row[_SEEN] >= lookback else math.nan


class SeasonalReturn:
    """Returns over volatility of the next bar's own hour in the past.

    `hour_of_week_t_26w`: t statistic of the same hour of the last 26 weeks, halved: the shrinkage n / (n
    + 26) at n = 26. `same_hour_10d`: mean of the same hour of the last ten days times the root of ten
    (Heston, Korajczyk and Sadka 2010).
    """

    def __init__(self, name: str, cycle_hours: float, count: int, *, is_shrunk: bool) -> None:
        """Declare the feature over `count` cycles."""
        self._cycle_hours = cycle_hours
        self._count = count
        self._is_shrunk = is_shrunk
        self.spec = FeatureSpec(
            name=name,
            unit="t statistic" if is_shrunk else "standard deviations",
            lookback_hours=cycle_hours * count + _WARM_UP_HOURS,
            inputs=("close",),
            monitor=Monitor.RANGE_ONLY,
            lowest=-1000.0,
            highest=1000.0,
            cadence_hours=1.0,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        cycle = bars_in(self._cycle_hours, interval_ms)
        decay = half_life_decay(_HALF_LIFE_HOURS * HOUR_MS / interval_ms)
        warm = bars_in(_WARM_UP_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (int(self._is_shrunk), cycle, self._count, decay, warm),
            (len(symbols), _RING + cycle * self._count),
            lookback_bars=warm + cycle * self._count,
            fade_bars=fade_rows(decay),
        )


plugins = (
    SeasonalReturn("hour_of_week_t_26w", _WEEK_HOURS, _WEEKS, is_shrunk=True),
    SeasonalReturn("same_hour_10d", DAY_MS / HOUR_MS, _DAYS, is_shrunk=False),
)
