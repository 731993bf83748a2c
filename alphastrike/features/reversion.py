"""How far the price is from its average, and how fast it comes back."""

import math
from typing import Any

from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.least_squares import autoregression
from alphastrike.numerics.smoothing import EWMA_WIDTH, ewma_step, fade_rows, span_decay
from alphastrike.numerics.windows import sum_step, sum_width

_WINDOW_HOURS = 336.0
_AVERAGE_HOURS = 96.0
_NEVER_HOURS = 1e5
_PLACE, _HALF_LIFE, _STATISTIC = 0, 1, 2
_NAMES = ("reversion_z_336h", "reversion_half_life", "reversion_t")
_UNITS = ("standard deviations", "hours", "t statistic")
_LOWEST = (-100.0, 0.0, -1e4)
_HIGHEST = (100.0, _NEVER_HOURS, 1e4)


@compiled_without_allocation
def _half_life(phi: float, hours_a_bar: float) -> float:
    if math.isnan(phi):
        return math.nan
    if phi <= 0.0:
        return 0.0
    return min(_NEVER_HOURS, math.log(0.5) / math.log(phi) * hours_a_bar) if phi < 1.0 else _NEVER_HOURS


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    what, window, decay, warm, hours_a_bar = parameters
    width = 1 + window
    sums_at = EWMA_WIDTH + 1
    for symbol in range(close.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(close.shape[1]):
            level = math.log(close[symbol, bar])
            away = level - ewma_step(row, 0, decay, warm, level)
            last = row[EWMA_WIDTH]
            row[EWMA_WIDTH] = away
            total = sum_step(row, sums_at, window, slot, away)
            squares = sum_step(row, sums_at + width, window, slot, away * away)
            before = sum_step(row, sums_at + 2 * width, window, slot, last)
            lagged = sum_step(row, sums_at + 3 * width, window, slot, away * last)
            spread = squares - total * total / window
            phi = autoregression(float(window), total, squares, before, lagged)
            if what == _HALF_LIFE:
                out[symbol, bar] = _half_life(phi, hours_a_bar)
            elif what == _STATISTIC:
                error = (1.0 - phi * phi) / (window - 2.0)
                out[symbol, bar] = (phi - 1.0) / math.sqrt(error) if error > 0.0 else 0.0 * phi
            else:
                deviation = math.sqrt(spread / window) if spread > 0.0 else math.nan
                out[symbol, bar] = (away - total / window) / deviation + 0.0 * phi
            slot += 1
            if slot == window:
                slot = 0


class Reversion:
    """x = ln C less its 96 h exponential average, taken as an autoregression over 336 h.

    `reversion_z_336h` is x in standard deviations from its mean; `reversion_half_life` ln ½ / ln φ in hours
    (0 where it alternates, 100,000 where it does not revert); `reversion_t` the t statistic of φ - 1, its
    standard error √((1 - φ²) / (n - 2)).
    """

    def __init__(self, what: int) -> None:
        """Declare one of the three."""
        self._what = what
        self.spec = FeatureSpec(
            name=_NAMES[what],
            unit=_UNITS[what],
            lookback_hours=_WINDOW_HOURS + _AVERAGE_HOURS,
            inputs=("close",),
            monitor=Monitor.RANGE_ONLY,
            lowest=_LOWEST[what],
            highest=_HIGHEST[what],
            cadence_hours=1.0,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = max(3, bars_in(_WINDOW_HOURS, interval_ms))
        warm = bars_in(_AVERAGE_HOURS, interval_ms)
        decay = span_decay(warm)
        return Fold(
            _fold,
            self.spec.inputs,
            (self._what, window, decay, warm, interval_ms / HOUR_MS),
            (len(symbols), EWMA_WIDTH + 1 + 4 * sum_width(window)),
            lookback_bars=warm + window,
            fade_bars=fade_rows(decay),
        )


plugins = (Reversion(_PLACE), Reversion(_HALF_LIFE), Reversion(_STATISTIC))
