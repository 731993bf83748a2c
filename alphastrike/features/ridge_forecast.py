"""The next hour's return as a weighted sum of the last ones."""

import math
from typing import Any

from alphastrike.domain.intervals import DAY_MS, HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.least_squares import clear_system, solve_system, system_width
from alphastrike.numerics.smoothing import EWMA_WIDTH, fade_rows, half_life_decay
from alphastrike.numerics.standardized_change import deviation_step

_WINDOW_HOURS = 1000.0
_LAG_HOURS = 6.0
_RIDGE = 0.05
_HALF_LIFE_HOURS = 24.0
_WARM_UP_HOURS = 48.0
# State: previous close and sigma, rows since a gap, then weights, returns over sigma, equations.
_SEEN = 1 + EWMA_WIDTH
_WEIGHTS = _SEEN + 1


@compiled_without_allocation
def _fit(row: Any, number: int, window: int, lags: int) -> None:
    """Weights of the last `lags` returns for the next, from the `window` that ended by now."""
    ring = _WEIGHTS + lags
    kept = window + lags
    system = ring + kept
    ordered = system + lags * (lags + 1)
    width = lags + 1
    for index in range(kept):
        row[ordered + index] = row[ring + (number + 1 + index) % kept]
    clear_system(row, system, lags, _RIDGE * window)
    for a in range(lags):
        total = 0.0
        for at in range(ordered + lags, ordered + kept):
            total += row[at - 1 - a] * row[at]
        row[system + a * width + lags] += total
        for b in range(a, lags):
            total = 0.0
            for at in range(ordered + lags, ordered + kept):
                total += row[at - 1 - a] * row[at - 1 - b]
            row[system + a * width + b] += total
            if b > a:
                row[system + b * width + a] = row[system + a * width + b]
    is_solved = solve_system(row, system, lags)
    for a in range(lags):
        row[_WEIGHTS + a] = row[system + a * width + lags] if is_solved else math.nan


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    per_day, window, lags, lookback, decay, warm = parameters
    ring = _WEIGHTS + lags
    kept = window + lags
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            value = close[symbol, bar]
            number = first + bar
            change = math.log(value / row[0])
            row[0] = value
            row[ring + number % kept] = change / deviation_step(row, 1, decay, warm, change)
            if math.isnan(value):
                row[_SEEN] = 0.0
            else:
                row[_SEEN] = 1.0 if math.isnan(row[_SEEN]) else row[_SEEN] + 1.0
            if (number + 1) % per_day == 0 and row[_SEEN] >= warm + kept:
                _fit(row, number, window, lags)
            total = 0.0
            for lag in range(lags):
                total += row[_WEIGHTS + lag] * row[ring + (number - lag) % kept]
            out[symbol, bar] = total if row[_SEEN] >= lookback else math.nan


class RidgeForecast:
    """Forecast of the next bar's return over volatility from those of the last 6 h.

    Ridge regression over 1,000 h of returns that have ended, penalty 5 % of their variance, refitted when
    the UTC day closes.
    """

    spec = FeatureSpec(
        name="ridge_forecast",
        unit="standard deviations",
        lookback_hours=_WARM_UP_HOURS + _WINDOW_HOURS + _LAG_HOURS + DAY_MS / HOUR_MS - 3.0,
        inputs=("close",),
        monitor=Monitor.RANGE_ONLY,
        lowest=-100.0,
        highest=100.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        per_day = bars_in(DAY_MS / HOUR_MS, interval_ms)
        window = bars_in(_WINDOW_HOURS, interval_ms)
        lags = bars_in(_LAG_HOURS, interval_ms)
        decay = half_life_decay(_HALF_LIFE_HOURS * HOUR_MS / interval_ms)
        warm = bars_in(_WARM_UP_HOURS, interval_ms)
        lookback = warm + window + lags + per_day - 1
        return Fold(
            _fold,
            self.spec.inputs,
            (per_day, window, lags, lookback, decay, warm),
            (len(symbols), _WEIGHTS + lags + 2 * (window + lags) + system_width(lags)),
            lookback_bars=lookback,
            fade_bars=fade_rows(decay),
        )


plugin = RidgeForecast()
