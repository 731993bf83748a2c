"""A symbol against bitcoin as a pair that reverts."""

import math
from typing import Any

from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.domain.series import REFERENCE_SYMBOL
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.least_squares import autoregression
from alphastrike.numerics.windows import sum_step, sum_width

_WINDOW_HOURS = 720.0
_NEVER_HOURS = 1e5
_SUMS = 10


@compiled_without_allocation
def _judged(row: Any, window: int, place: float, parameters: Any) -> float:
    """z-score of the spread, or the half-life of its reversion in hours, from the window's sums."""
    is_half_life, hours_a_bar = parameters
    width = 1 + window
    total = _SUMS * width
    y, x, yy, xx, xy, yy1, xx1, xy1, y1, x1 = (
        row[total],
        row[total + 1],
        row[total + 2],
        row[total + 3],
        row[total + 4],
        row[total + 5],
        row[total + 6],
        row[total + 7],
        row[total + 8],
        row[total + 9],
    )
    spread_x = xx - x * x / window
    beta = (xy - x * y / window) / spread_x if spread_x > 0.0 else math.nan
    mean = (y - beta * x) / window
    squares = yy - 2.0 * beta * xy + beta * beta * xx
    variance = squares / window - mean * mean
    if is_half_life == 0:
        own, led = row[total + 10], row[total + 11]
        return (own - beta * led - mean) / math.sqrt(variance) if variance > 0.0 else math.nan
    lagged = yy1 - beta * xy1 + beta * beta * xx1
    phi = autoregression(float(window), mean * window, squares, y1 - beta * x1, lagged)
    if math.isnan(phi):
        return math.nan
    if phi <= 0.0:
        return 0.0
    return min(place, math.log(0.5) / math.log(phi) * hours_a_bar) if phi < 1.0 else place


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    leader, window, is_half_life, hours_a_bar = parameters
    width = 1 + window
    total = _SUMS * width
    for symbol in range(close.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(close.shape[1]):
            if leader < 0 or symbol == leader:
                out[symbol, bar] = math.nan
                continue
            own, led = math.log(close[symbol, bar]), math.log(close[leader, bar])
            own_before, led_before = row[total + 10], row[total + 11]
            row[total + 10], row[total + 11] = own, led
            row[total] = sum_step(row, 0, window, slot, own)
            row[total + 1] = sum_step(row, width, window, slot, led)
            row[total + 2] = sum_step(row, 2 * width, window, slot, own * own)
            row[total + 3] = sum_step(row, 3 * width, window, slot, led * led)
            row[total + 4] = sum_step(row, 4 * width, window, slot, own * led)
            row[total + 5] = sum_step(row, 5 * width, window, slot, own * own_before)
            row[total + 6] = sum_step(row, 6 * width, window, slot, led * led_before)
            crossed = own * led_before + led * own_before
            row[total + 7] = sum_step(row, 7 * width, window, slot, crossed)
            row[total + 8] = sum_step(row, 8 * width, window, slot, own_before)
            row[total + 9] = sum_step(row, 9 * width, window, slot, led_before)
            # Lagged products reach one row further back than the rest; all must be there.
            known = 0.0 * row[total + 5] + _NEVER_HOURS
            out[symbol, bar] = _judged(row, window, known, (is_half_life, hours_a_bar)) + 0.0 * known
            slot += 1
            if slot == window:
                slot = 0


class ReferencePair:
    """The spread ln P - beta ln P of bitcoin, beta fitted over 720 h: its z-score, and how fast it reverts.

    `reference_pair_half_life` is ln ½ / ln φ in hours, φ the spread's autoregression over the window; 0
    where it alternates, 100,000 where it does not revert. NaN for bitcoin itself and without its candles.
    Source: Avellaneda and Lee 2010.
    """

    def __init__(self, *, is_half_life: bool) -> None:
        """The half-life, or the z-score."""
        self._is_half_life = is_half_life
        self.spec = FeatureSpec(
            name="reference_pair_half_life" if is_half_life else "reference_pair_z_720h",
            unit="hours" if is_half_life else "standard deviations",
            lookback_hours=_WINDOW_HOURS,
            inputs=("close",),
            monitor=Monitor.RANGE_ONLY,
            lowest=0.0 if is_half_life else -100.0,
            highest=_NEVER_HOURS if is_half_life else 100.0,
            cadence_hours=1.0,
            across_symbols=True,
            needs_symbol=REFERENCE_SYMBOL,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(_WINDOW_HOURS, interval_ms)
        leader = symbols.index(REFERENCE_SYMBOL) if REFERENCE_SYMBOL in symbols else -1
        return Fold(
            _fold,
            self.spec.inputs,
            (leader, window, int(self._is_half_life), interval_ms / HOUR_MS),
            (len(symbols), _SUMS * sum_width(window) + _SUMS + 2),
            lookback_bars=1 + window,
        )


plugins = (ReferencePair(is_half_life=False), ReferencePair(is_half_life=True))
